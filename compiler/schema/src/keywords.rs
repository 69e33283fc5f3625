//! Names in Enact source: which need backticks.

/// The keywords of one word in both tongues (`lang-spec/02-grammar.md`), and the units.
const KEYWORDS: &str = "\
    policy title import source number since enum record from at parameter table scale calendar off work define \
    decision input test with expect property for because en cite until before unknown first to above less \
    require let output except when over bool int decimal rate money date text optional max min in if then else \
    or and not otherwise match round down up floor ceiling places any all none exactly count sum where by \
    descending ascending absent today yes no fen yuan wan_yuan yi_yuan days months years is of as issued list \
    half even coded present 政策 标题 引入 依据 文号 施行 枚举 记录 自 签发 位于 参数 表 级距 日历 休 班 定义 决定 输入 基准日 测试 给定 期望 性质 对于 未编码 因为 \
    英文 援引 止 先于 未知 首个 至 以上部分 速算扣除 要求 令 输出 例外 当 优先于 布尔 整数 小数 比率 金额 日期 文本 可缺 列表 最大 最小 属于 如果 则 否则 或 且 非 存在 不存在 缺则 \
    匹配 舍入 舍去 进位 四舍五入 银行家舍入 向下 向上 位 任一 全部 无一 恰有 计数 合计 其中 按 降序 升序 无 今日 是 否 分 元 万元 亿元 天 个月 年";

/// A name as it is written in source: in backticks unless it is a plain one. None where even backticks do not help.
pub(crate) fn name(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    let plain = starts && characters.all(|next| next.is_alphabetic() || next.is_ascii_digit() || next == '_');
    if plain && KEYWORDS.split(' ').all(|keyword| keyword != text) {
        return Some(text.to_owned());
    }
    let writable = !text.trim().is_empty() && !text.contains('`') && !text.chars().any(char::is_control);
    writable.then(|| format!("`{text}`"))
}

/// A text literal.
pub(crate) fn literal(text: &str) -> Option<String> {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            control if control.is_control() => return None,
            other => written.push(other),
        }
    }
    written.push('"');
    Some(written)
}

/// `social_insurance.schema.json` and `social-insurance` as `SocialInsurance`.
pub(crate) fn type_name(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphabetic() || c.is_ascii_digit())).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut characters = word.chars();
        characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect::<String>()
    };
    let joined: String = words.map(capital).collect();
    if joined.starts_with(|first: char| first.is_alphabetic()) { joined } else { format!("Record{joined}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_can_be_read_back() {
        for (text, written) in [
            ("service_date", Some("service_date")),
            ("金额数", Some("金额数")),
            ("date", Some("`date`")),
            ("金额", Some("`金额`")),
            ("x-y", Some("`x-y`")),
            ("02", Some("`02`")),
            ("a`b", None),
            ("", None),
        ] {
            assert_eq!(name(text).as_deref(), written);
        }
        assert_eq!(literal("a \"b\"\n").as_deref(), Some("\"a \\\"b\\\"\\n\""));
        assert_eq!(type_name("social_insurance"), "SocialInsurance");
        assert_eq!(type_name("2nd"), "Record2nd");
    }
}
