//! Releases: the same bytes wherever and whenever they are made, verified against their source, signed, and held to a lock.

use enact_cli::{Host, Tongue};
use enact_tests::command::{Run, TODAY, enact, enact_with};
use enact_tests::random::Random;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const RULES: &str = r#"policy demo.allowance
title "津贴" en "Allowance"
import cn.age
source rules = notice "津贴办法" en "Rules on the allowance" number "示例1号" since 2024-01-01

enum Household "户籍" { local "本市", other "外地" }

record Applicant "申请人" en "Applicant" from "schemas/applicant.schema.json" issued by "公安局" {
  born "出生日期" en "Date of birth" : date
  household "户籍" en "Household" : Household
}

parameter amount "标准" en "Amount" : money {
  before 2024-01-01 unknown
  from 2024-01-01 = 300 yuan cite rules.art(4)
}

decision grant_ "发放" en "Grant"
  input applicant "申请人" en "Applicant" : Applicant, applied "申请日" en "Day of application" : date, months "月数" en "Months" : list of int 1 .. 12 max 3
  as of applied
{
  require old_enough "年满七十周岁" en "Is seventy" cite rules.art(2).par(1): age(applicant.born, applied) >= 70
  require resident "本市户籍" en "Lives here" cite rules.art(2): applicant.household = local
  output payable "金额" en "Payable" : money = amount cite rules.art(3)
}
"#;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["born", "household"],
  "properties": { "born": { "$ref": "date.json" }, "household": { "enum": ["local", "other"] } }
}
"#;

/// Writes the project into a folder, with a lock.
fn project_in(folder: &Path) -> PathBuf {
    let root = folder.join("allowance");
    fs::create_dir_all(root.join("schemas")).unwrap();
    fs::create_dir_all(root.join("inputs")).unwrap();
    fs::write(root.join("rules.enact"), RULES).unwrap();
    fs::write(root.join("schemas/applicant.schema.json"), SCHEMA).unwrap();
    fs::write(root.join("schemas/date.json"), r#"{ "type": "string", "format": "date" }"#).unwrap();
    fs::write(root.join("schemas/unread.schema.json"), "{}").unwrap();
    fs::write(root.join("inputs/case.json"), r#"{ "applied": "2024-06-01" }"#).unwrap();
    done(&enact(&["lock", text(&root)]));
    root
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, 0, "{run:?}");
}

#[track_caller]
fn refused(run: &Run, code: u8, words: &[&str]) {
    assert_eq!(run.code, code, "{run:?}");
    for word in words {
        assert!(run.err.contains(word), "`{word}` in {run:?}");
    }
}

fn build(source: &str, target: &str, folder: &Path) -> Run {
    enact(&["build", source, "--target", target, "--locked", "-o", text(folder)])
}

/// A project with its release for WASM.
struct Released {
    _folder: TempDir,
    root: PathBuf,
    out: PathBuf,
}

impl Released {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, out) = (project_in(folder.path()), folder.path().join("out"));
        done(&build(text(&root), "wasm", &out));
        Self { _folder: folder, root, out }
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.out.join(format!("demo.allowance.{ending}"))
    }

    fn verify(&self, more: &[&str]) -> Run {
        enact(&[&["verify", text(&self.file("wasm")), text(&self.root)], more].concat())
    }

    fn said(&self, more: &[&str]) -> Value {
        let run = self.verify(&[&["--json"], more].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }

    /// Changes a file of the project.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.root.join(path);
        let old = fs::read_to_string(&path).unwrap();
        assert!(old.contains(from), "{from} in {old}");
        fs::write(&path, old.replacen(from, to, 1)).unwrap();
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file("manifest.json")).unwrap()).unwrap()
    }

    /// Makes a key and signs the manifest with it: its public key.
    fn signed(&self, key: &str) -> String {
        let key = self.root.join(key);
        let made = enact(&["sign", "--new-key", text(&key)]);
        done(&made);
        done(&enact(&["sign", text(&self.file("manifest.json")), "--key", text(&key)]));
        made.out.trim().to_owned()
    }
}

/// Every file below a folder.
fn all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().display().to_string();
                    found.insert(name, fs::read(path).unwrap());
                }
            }
        }
    }
    found
}

/// A build on another day, told in another tongue.
fn build_later(source: &Path, target: &str, folder: &Path) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        input: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        color: true,
        tongue: Tongue::Zh,
        today: TODAY + 500,
    };
    let args = ["enact", "build", text(source), "--target", target, "--locked", "-o", text(folder)];
    assert_eq!(enact_cli::run(args.map(Into::into), &mut host).code(), 0);
}

#[test]
fn builds_in_other_folders_and_on_other_days_are_the_same_in_every_file() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = (project_in(one.path()), project_in(&two.path().join("深/er")));
    assert_eq!(fs::read(first.join("enact.lock")).unwrap(), fs::read(second.join("enact.lock")).unwrap());
    for target in ["ir", "wasm", "object", "static", "cosmwasm", "chainmaker"] {
        let (a, b) = (one.path().join("out").join(target), two.path().join("out").join(target));
        done(&build(text(&first), target, &a));
        build_later(&second, target, &b);
        assert_eq!(all(&a), all(&b), "{target}");
        let contract = a.join(format!("demo.allowance.{target}.wasm"));
        contract.exists().then(|| verified_but_for_its_last_byte(&first, &contract));
        let names: Vec<String> = all(&a).into_keys().collect();
        for name in ["demo.allowance.manifest.json", "demo.allowance.sbom.json", "schemas/applicant.schema.json"] {
            assert!(names.iter().any(|it| it == name), "{name} in {names:?}");
        }
        // Only the schemas that are read, with those that they refer to.
        assert!(!names.iter().any(|it| it.contains("unread") || it.contains("case")), "{names:?}");
    }
    let module = fs::read(one.path().join("out/wasm/demo.allowance.wasm")).unwrap();
    let holds = |words: &str| module.windows(words.len()).any(|it| it == words.as_bytes());
    assert!(holds("schemas/date.json") && !holds("unread.schema") && !holds("case.json"));
}

#[test]
fn however_the_path_is_written_the_bytes_are_the_same() {
    let it = Released::new();
    let expected = all(&it.out);
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let relative = format!("{up}{}", text(&it.root.canonicalize().unwrap()).trim_start_matches('/'));
    let around = format!("{}/schemas/../../allowance/", text(&it.root));
    let dotted = format!("{}/./", text(&it.root));
    for (n, source) in [relative, around, dotted].iter().enumerate() {
        let out = it.out.with_file_name(format!("out{n}"));
        done(&build(source, "wasm", &out));
        assert_eq!(all(&out), expected, "{source}");
    }
}

#[test]
fn a_release_does_not_become_part_of_its_project() {
    let it = Released::new();
    for inside in ["out", "schemas", "", "a/b"] {
        refused(&build(text(&it.root), "wasm", &it.root.join(inside)), 2, &["lies in the project"]);
    }
    assert!(!it.root.join("out").exists() && !it.root.join("a").exists());
    let kept = it.root.join("target/release");
    done(&build(text(&it.root), "wasm", &kept));
    assert_eq!(all(&kept), all(&it.out));
    done(&build(text(&it.root), "wasm", &kept));
    assert_eq!(all(&kept), all(&it.out));
}

#[test]
fn manifest_and_bill_of_materials_of_a_small_policy() {
    let it = Released::new();
    let manifest = it.manifest();
    let sbom: Value = serde_json::from_slice(&fs::read(it.file("sbom.json")).unwrap()).unwrap();
    // What changes with every change of the compiler is held against its meaning, and named.
    let of = |path: &str| sha256(&fs::read(it.out.join(path)).unwrap());
    assert_eq!(manifest["artifact"]["sha256"], of("demo.allowance.wasm"));
    assert_eq!(manifest["artifact"]["size"], fs::read(it.file("wasm")).unwrap().len());
    let files: Vec<&str> = ["demo.allowance.interface.json", "demo.allowance.sbom.json"].to_vec();
    for (n, file) in files.iter().enumerate() {
        assert_eq!(manifest["files"][n], json!({ "path": file, "sha256": of(file) }));
    }
    let serial = sbom["serialNumber"].as_str().unwrap();
    let form: Vec<usize> = serial.split('-').map(str::len).collect();
    assert!(serial.starts_with("urn:uuid:") && form == [17, 4, 4, 4, 12] && serial.as_bytes()[23] == b'8', "{serial}");
    let volatile = [
        (&manifest["artifact"]["sha256"], "artifact"),
        (&manifest["files"][0]["sha256"], "interface"),
        (&manifest["files"][1]["sha256"], "sbom"),
        (&manifest["program"], "program"),
        (&manifest["compiler"]["sha256"], "compiler"),
        (&sbom["serialNumber"], "serial"),
    ];
    let shown = |ending: &str| {
        let text = fs::read_to_string(it.file(ending)).unwrap();
        let size = format!("\"size\": {}", manifest["artifact"]["size"]);
        volatile.iter().fold(text.replace(&size, "\"size\": 0"), |text, (value, name)| {
            text.replace(value.as_str().unwrap(), &format!("<{name}>"))
        })
    };
    insta::assert_snapshot!("manifest", shown("manifest.json"));
    insta::assert_snapshot!("sbom", shown("sbom.json"));
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_hashes_are_those_of_the_files() {
    let it = Released::new();
    let manifest = it.manifest();
    for (kind, count) in [("sources", 1), ("schemas", 2)] {
        let files = manifest[kind].as_array().unwrap();
        assert_eq!(files.len(), count, "{kind}");
        for file in files {
            let bytes = fs::read(it.root.join(file["path"].as_str().unwrap())).unwrap();
            assert_eq!(file["sha256"], sha256(&bytes), "{file}");
        }
    }
    let library = fs::read(enact_tests::repository().join("stdlib/age.enact")).unwrap();
    assert_eq!(manifest["stdlib"], json!([{ "path": "stdlib/age.enact", "sha256": sha256(&library) }]));
}

#[test]
fn verify_accepts_what_was_built() {
    let it = Released::new();
    let run = it.verify(&[]);
    done(&run);
    assert!(run.out.contains("verified") && run.out.contains("for wasm"), "{run:?}");
    let said = it.said(&[]);
    let hash = sha256(&fs::read(it.file("wasm")).unwrap());
    let expected = json!({ "verified": true, "target": "wasm", "sha256": hash, "signed_by": null, "differs": null });
    assert_eq!(said, expected);
    // The module says for what it is; what is no module is told by its manifest, or by the option.
    fs::remove_file(it.file("manifest.json")).unwrap();
    done(&it.verify(&[]));
    let out = it.out.with_file_name("object");
    done(&build(text(&it.root), "object", &out));
    let object = out.join("demo.allowance.o");
    let verify = |more: &[&str]| enact(&[&["verify", text(&object), text(&it.root)], more].concat());
    done(&verify(&[]));
    fs::remove_file(out.join("demo.allowance.manifest.json")).unwrap();
    refused(&verify(&[]), 3, &["is no WASM module", "--target"]);
    done(&verify(&["--target", "object"]));
    let mut bytes = fs::read(&object).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&object, bytes).unwrap();
    refused(&verify(&["--target", "object"]), 1, &[&format!("byte {middle}\n")]);
    refused(&verify(&["--target", "wasm"]), 3, &["is no WASM module"]);
}

fn verified_but_for_its_last_byte(source: &Path, file: &Path) {
    let verify = || enact(&["verify", text(file), text(source)]);
    done(&verify());
    let mut bad = fs::read(file).unwrap();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(file, bad).unwrap();
    refused(&verify(), 1, &[]);
}

#[test]
fn verify_rejects_one_changed_byte_wherever_it_is() {
    let it = Released::new();
    let good = fs::read(it.file("wasm")).unwrap();
    let mut random = Random::new(7);
    let mut sections = std::collections::BTreeSet::new();
    let edges = [0, 7, 8, 9, good.len() - 1];
    let places: Vec<usize> = edges.into_iter().chain((0..60).map(|_| random.below(good.len()))).collect();
    for at in places {
        let mut bad = good.clone();
        bad[at] ^= 1 << random.below(8);
        fs::write(it.file("wasm"), &bad).unwrap();
        let run = it.verify(&["--json"]);
        if at < 8 {
            refused(&run, 3, &["is no WASM module"]);
            continue;
        }
        assert_eq!(run.code, 1, "byte {at}: {run:?}");
        let said: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&said["verified"], &said["differs"]["byte"]), (&false.into(), &at.into()), "{said}");
        sections.extend(said["differs"]["section"].as_str().map(str::to_owned));
    }
    assert!(sections.contains("code") && sections.contains("enact.sources"), "{sections:?}");
    for bad in [&good[..good.len() - 1], &[&good[..], b"\0"].concat(), &good[..8]] {
        fs::write(it.file("wasm"), bad).unwrap();
        refused(&it.verify(&[]), 1, &["differs from what is built"]);
    }
    fs::write(it.file("wasm"), "").unwrap();
    refused(&it.verify(&["--target", "wasm"]), 3, &["is no WASM module"]);
}

#[test]
fn verify_names_the_source_and_the_schema_that_differ() {
    let it = Released::new();
    it.edit("rules.enact", ">= 70", ">= 71");
    let differs = &it.said(&[])["differs"];
    assert_eq!((&differs["in"], &differs["source"]), (&"artifact".into(), &"rules.enact".into()), "{differs}");
    assert_eq!(differs["schema"], Value::Null);
    refused(&it.verify(&[]), 1, &["source `rules.enact`"]);
    it.edit("rules.enact", ">= 71", ">= 70");
    done(&it.verify(&[]));
    // A comment changes the sources alone.
    it.edit("rules.enact", "enum ", "// said\nenum ");
    let differs = &it.said(&[])["differs"];
    assert_eq!(
        (&differs["section"], &differs["source"]),
        (&"enact.sources".into(), &"rules.enact".into()),
        "{differs}"
    );
    it.edit("rules.enact", "// said\nenum ", "enum ");
    it.edit("schemas/date.json", " }", ", \"title\": \"a day\" }");
    let differs = &it.said(&[])["differs"];
    assert_eq!((&differs["schema"], &differs["source"]), (&"schemas/date.json".into(), &Value::Null), "{differs}");
    it.edit("schemas/date.json", ", \"title\": \"a day\"", "");
    done(&it.verify(&[]));
    // What is not read does not matter.
    fs::write(it.root.join("schemas/unread.schema.json"), "[]").unwrap();
    done(&it.verify(&[]));
    it.edit("rules.enact", "policy demo", "policy ?");
    refused(&it.verify(&[]), 1, &["E01"]);
}

#[test]
fn a_manifest_must_say_what_is_built() {
    let it = Released::new();
    let path = it.file("manifest.json");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to, member) in [
        ("\"en\": \"Grant\"", "\"en\": \"Refuse\"", "decisions.0.labels.en"),
        ("示例1号", "示例2号", "decisions.0.cites.0.number"),
        ("\"path\": \"rules.enact\"", "\"path\": \"rule.enact\"", "sources.0.path"),
        ("\"work\": ", "\"gas\": 1,\n      \"work\": ", "decisions.0.gas"),
        ("\"format\": 1,\n", "\"format\": 1,\n\n", ""),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        fs::write(&path, changed).unwrap();
        let said = it.said(&[]);
        assert_eq!(said["verified"], false, "{from}: {said}");
        assert_eq!(said["differs"]["member"].as_str().unwrap_or_default(), member, "{said}");
    }
    let hash = it.manifest()["artifact"]["sha256"].as_str().unwrap().to_owned();
    fs::write(&path, good.replace(&hash, &"0".repeat(64))).unwrap();
    refused(&it.verify(&[]), 1, &["`artifact.sha256` differs"]);
    fs::write(&path, good.replace("\"format\": 1", "\"format\": 2")).unwrap();
    refused(&it.verify(&[]), 3, &["has the format 2"]);
    fs::write(&path, "{}").unwrap();
    refused(&it.verify(&[]), 3, &["is no manifest"]);
    // The manifest of another artifact that happens to stand there says nothing of this one, unless it is asked for.
    done(&build(text(&it.root), "object", &it.out));
    done(&it.verify(&[]));
    refused(&it.verify(&["--manifest", text(&path)]), 1, &["`target` differs"]);
    refused(&it.verify(&["--manifest", "/nowhere"]), 2, &["does not exist"]);
}

#[test]
fn signatures_are_by_trusted_keys_over_exact_bytes() {
    let it = Released::new();
    let manifest = it.file("manifest.json");
    let sealed = it.file("manifest.json.sig");
    let stranger = Released::new().signed("key");
    let want = |key: &str| it.verify(&["--require-signed", "--key", key]);
    refused(&want(&stranger), 1, &["is not signed"]);
    let key = it.signed("key");
    let run = want(&key);
    done(&run);
    assert!(run.out.contains(&format!("signed by {key}")), "{run:?}");
    done(&want(&format!("{stranger},{key}")));
    done(&it.verify(&["--manifest", text(&manifest), "--require-signed", "--key", &key]));
    assert_eq!(it.said(&["--require-signed", "--key", &key])["signed_by"], key);
    refused(&want(&stranger), 1, &["is not trusted", &key]);
    let said = it.said(&["--require-signed", "--key", &stranger]);
    assert_eq!((&said["verified"], &said["differs"]["in"]), (&false.into(), &"signature".into()), "{said}");

    // A signature that claims another key, and one of another key, and one of another algorithm.
    let good = fs::read_to_string(&sealed).unwrap();
    fs::write(&sealed, good.replace(&key, &stranger)).unwrap();
    refused(&want(&stranger), 1, &["does not fit the manifest"]);
    fs::write(&sealed, good.replace("ed25519", "rot13")).unwrap();
    refused(&want(&key), 1, &["`rot13`"]);
    for broken in ["", "{}", "{", &good.replace("\"signature\": \"", "\"signature\": \"zz")] {
        fs::write(&sealed, broken).unwrap();
        refused(&want(&key), 1, &["signature"]);
    }
    let mut random = Random::new(11);
    let start = good.find("\"signature\": \"").unwrap() + "\"signature\": \"".len();
    for _ in 0..8 {
        let mut bad = good.clone().into_bytes();
        let at = start + random.below(128);
        bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
        fs::write(&sealed, bad).unwrap();
        refused(&want(&key), 1, &["does not fit the manifest"]);
    }
    fs::write(&sealed, &good).unwrap();

    // Any change of the manifest, even of its form.
    let exact = fs::read(&manifest).unwrap();
    for _ in 0..8 {
        let mut bad = exact.clone();
        let at = random.below(bad.len());
        bad[at] ^= 1;
        fs::write(&manifest, bad).unwrap();
        refused(&want(&key), 1, &["does not fit the manifest"]);
    }
    fs::write(&manifest, [&exact[..], b"\n"].concat()).unwrap();
    refused(&want(&key), 1, &["does not fit the manifest"]);
    fs::write(&manifest, &exact).unwrap();
    done(&want(&key));

    // Signed, but of another source.
    it.edit("rules.enact", ">= 70", ">= 60");
    refused(&want(&key), 1, &["differs from what is built"]);
    fs::remove_file(&manifest).unwrap();
    refused(&want(&key), 1, &["there is no demo.allowance.manifest.json"]);
}

#[test]
fn a_signed_manifest_must_be_that_of_the_artifact() {
    let it = Released::new();
    let key = it.signed("key");
    // The artifact and the source are another release's; the manifest is signed, and old.
    let (manifest, sealed) =
        (fs::read(it.file("manifest.json")).unwrap(), fs::read(it.file("manifest.json.sig")).unwrap());
    it.edit("rules.enact", ">= 70", ">= 60");
    done(&build(text(&it.root), "wasm", &it.out));
    fs::write(it.file("manifest.json"), manifest).unwrap();
    fs::write(it.file("manifest.json.sig"), sealed).unwrap();
    refused(&it.verify(&["--require-signed", "--key", &key]), 1, &["`artifact.sha256` differs"]);
}

#[test]
fn keys_are_made_once_and_kept_to_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let made = enact(&["sign", "--new-key", text(&file)]);
    done(&made);
    let (public, seed) = (made.out.trim(), fs::read_to_string(&file).unwrap());
    assert!(public.len() == 64 && seed.trim().len() == 64 && public != seed.trim());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    refused(&enact(&["sign", "--new-key", text(&file)]), 2, &["exists already"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), seed);

    let it = Released::new();
    let manifest = it.file("manifest.json");
    let sign = |key: &str, input: &str| enact_with(&["sign", text(&manifest), "--key", key], input);
    done(&sign("-", &seed));
    done(&it.verify(&["--require-signed", "--key", public]));
    let first = fs::read(it.file("manifest.json.sig")).unwrap();
    done(&sign(text(&file), ""));
    assert_eq!(fs::read(it.file("manifest.json.sig")).unwrap(), first);
    let short: String = seed.chars().skip(1).collect();
    for bad in ["", "secret", &short] {
        let run = sign("-", bad);
        refused(&run, 3, &["holds no key"]);
        assert!(bad.is_empty() || !run.err.contains(bad.trim()), "{run:?}");
    }
    refused(&sign("/nowhere", ""), 2, &["does not exist"]);
    let no_manifest = enact_with(&["sign", text(&it.file("wasm")), "--key", "-"], &seed);
    refused(&no_manifest, 3, &["is no manifest"]);
    for args in [
        vec!["sign"],
        vec!["sign", text(&manifest)],
        vec!["sign", "--key", "-"],
        vec!["sign", text(&manifest), "--new-key", "k"],
        vec!["verify", text(&manifest)],
        vec!["verify", text(&manifest), text(&it.root), "--require-signed"],
        vec!["verify", text(&manifest), text(&it.root), "--require-signed", "--key", "abc"],
        vec!["verify", "/nowhere.wasm", text(&it.root)],
    ] {
        assert_eq!(enact(&args).code, 2, "{args:?}");
    }
}

#[test]
fn a_lock_refuses_what_has_changed_beneath_the_rules() {
    let it = Released::new();
    let lock = it.root.join("enact.lock");
    let build = || build(text(&it.root), "wasm", &it.out);
    // The rules are what an author changes.
    it.edit("rules.enact", ">= 70", ">= 71");
    done(&build());
    it.edit("schemas/date.json", " }", ", \"title\": \"a day\" }");
    refused(&build(), 1, &["enact.lock: schemas/date.json has changed", "`enact lock "]);
    done(&enact(&["lock", text(&it.root)]));
    done(&build());

    let good = fs::read_to_string(&lock).unwrap();
    let compiler = it.manifest()["compiler"]["sha256"].as_str().unwrap().to_owned();
    let library = it.manifest()["stdlib"][0]["sha256"].as_str().unwrap().to_owned();
    for (from, to, words) in [
        (library.as_str(), "00", "stdlib/age.enact has changed"),
        ("stdlib/age.enact", "stdlib/money.enact", "stdlib/age.enact is not locked"),
        ("stdlib/age.enact", "stdlib/money.enact", "stdlib/money.enact is locked and no longer read"),
        ("schemas/date.json", "schemas/day.json", "schemas/date.json is not locked"),
        ("\"version\": \"0.1.0\"", "\"version\": \"0.0.9\"", "the compiler is enact 0.1.0, locked is enact 0.0.9"),
        (compiler.as_str(), "00", "the compiler is another enact 0.1.0 than the locked one"),
        ("demo.allowance", "demo.other", "the policy is demo.allowance, locked is demo.other"),
        ("\"format\": 1", "\"format\": 7", "has the format 7"),
        ("{", "[", "is no lock"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        fs::write(&lock, changed).unwrap();
        refused(&build(), 1, &["enact.lock: ", words]);
    }
    fs::remove_file(&lock).unwrap();
    refused(&build(), 2, &["enact.lock: does not exist; `enact lock "]);
    let unlocked = ["build", text(&it.root), "--target", "wasm", "-o", text(&it.out)];
    done(&enact(&unlocked));
    assert_eq!(enact(&["build", text(&it.root), "--target", "wasm", "--locked"]).code, 2, "a release has a folder");
    it.edit("rules.enact", "policy demo", "policy ?");
    refused(&enact(&["lock", text(&it.root)]), 1, &["E01"]);
    assert!(!lock.exists());
}

#[test]
fn a_compiler_that_differs_is_told() {
    let it = Released::new();
    let hash = it.manifest()["compiler"]["sha256"].as_str().unwrap().to_owned();
    let path = it.file("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut module = fs::read(it.file("wasm")).unwrap();
    module.push(0);
    fs::write(it.file("wasm"), &module).unwrap();
    assert!(!it.verify(&[]).err.contains("built by"));
    fs::write(&path, text.replace("\"version\": \"0.1.0\"", "\"version\": \"0.0.9\"")).unwrap();
    refused(&it.verify(&[]), 1, &["built by enact 0.0.9, and this is 0.1.0"]);
    fs::write(&path, text.replace(&hash, "00")).unwrap();
    refused(&it.verify(&[]), 1, &["built by another enact 0.1.0 than this"]);
}

#[test]
fn the_same_bytes_by_another_compiler_are_verified() {
    let it = Released::new();
    let manifest = it.manifest();
    let hash = manifest["compiler"]["sha256"].as_str().unwrap();
    // The bill of materials names the compiler too; its serial number comes from its content.
    let sbom = fs::read_to_string(it.file("sbom.json")).unwrap();
    let old: Value = serde_json::from_str(&sbom).unwrap();
    let serial = old["serialNumber"].as_str().unwrap();
    let unnumbered = |text: &str| sha256(text.replace(serial, "").as_bytes());
    assert_eq!(serial.split('-').next().unwrap(), format!("urn:uuid:{}", first(&unnumbered(&sbom), 0, 8)));
    let other = sbom.replace(hash, &"0".repeat(64));
    let digits = unnumbered(&other);
    let variant = ["8", "9", "a", "b"][u8::from_str_radix(first(&digits, 16, 1), 16).unwrap() as usize % 4];
    let part = |from, count| first(&digits, from, count);
    let new =
        format!("urn:uuid:{}-{}-8{}-{variant}{}-{}", part(0, 8), part(8, 4), part(13, 3), part(17, 3), part(20, 12));
    let other = other.replace(serial, &new);
    let text = fs::read_to_string(it.file("manifest.json")).unwrap();
    let theirs = text.replace(hash, &"0".repeat(64)).replace(&sha256(sbom.as_bytes()), &sha256(other.as_bytes()));
    fs::write(it.file("manifest.json"), theirs).unwrap();
    done(&it.verify(&[]));
    assert_eq!(it.said(&[])["verified"], true);
}

fn first(digits: &str, from: usize, count: usize) -> &str {
    digits.get(from..from + count).unwrap()
}

/// What follows a command of a template.
fn commands(info: &str) -> Vec<String> {
    let page = enact_tests::read("lang-spec/pipeline.md");
    let section = page.split(&format!("## {info}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let lines = section.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let lines = lines.map(|line| line.strip_prefix("run: ").unwrap_or(line));
    lines.filter(|line| line.contains("enact ")).map(str::to_owned).collect()
}

#[test]
fn the_commands_of_the_templates_work() {
    for (info, count) in [("GitLab CI", 6), ("GitHub Actions", 6)] {
        let folder = tempfile::tempdir().unwrap();
        let (root, out) = (project_in(folder.path()), folder.path().join("out"));
        let key = folder.path().join("key");
        let public = enact(&["sign", "--new-key", text(&key)]).out;
        done(&enact(&["fmt", text(&root)]));
        let commands = commands(info);
        assert_eq!(commands.len(), count, "{info}: {commands:#?}");
        for command in commands {
            let (before, command) = command.split_once(" | ").unwrap_or(("", command.as_str()));
            let command = command.replace("${{ vars.ENACT_PUBLIC_KEY }}", "$ENACT_PUBLIC_KEY");
            let args = command.split_whitespace().skip(1).map(|word| match word {
                "policy" => text(&root).to_owned(),
                "$ENACT_KEY" => text(&key).to_owned(),
                "$ENACT_PUBLIC_KEY" => public.trim().to_owned(),
                word => match word.strip_prefix("out") {
                    Some(rest) => format!("{}{rest}", text(&out)),
                    None => word.to_owned(),
                },
            });
            let input = if before.is_empty() { String::new() } else { fs::read_to_string(&key).unwrap() };
            let run = enact_with(&args.collect::<Vec<_>>(), input.trim());
            assert_eq!(run.code, 0, "{info}: {command}: {run:?}");
        }
    }
}

#[test]
fn build_names_its_files_for_machines() {
    let it = Released::new();
    let run = enact(&["build", text(&it.root), "--target", "wasm", "--locked", "-o", text(&it.out), "--json"]);
    done(&run);
    let said: Value = serde_json::from_str(&run.out).unwrap();
    let files = said["files"].as_array().unwrap();
    assert_eq!(files.len(), all(&it.out).len());
    for file in files {
        let bytes = fs::read(it.out.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!((&file["sha256"], &file["size"]), (&sha256(&bytes).into(), &bytes.len().into()), "{file}");
    }
    // The manifest is the last: where it stands, everything does.
    assert_eq!(files.last().unwrap()["path"], "demo.allowance.manifest.json");
}
