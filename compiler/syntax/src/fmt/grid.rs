//! Aligns the columns of grids by the width that a reader sees; a Chinese character is two columns wide.

use unicode_width::UnicodeWidthStr;

/// A line before it is written.
pub(super) struct Line {
    /// Blanks before it.
    pub(super) blanks: usize,
    /// Its text, cut at the `|` of a grid.
    pub(super) cells: Vec<String>,
    /// Whether it belongs to a grid.
    pub(super) is_grid: bool,
}

/// Writes the lines that were held back; neighbouring lines of a grid share their columns.
pub(super) fn flush(lines: &mut Vec<Line>, out: &mut Vec<String>) {
    let columns = lines.iter().filter(|line| line.is_grid).map(|line| line.cells.len()).max().unwrap_or(0);
    let width_of = |column: usize| {
        let cells = lines.iter().filter(|line| line.is_grid).filter_map(|line| line.cells.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    for line in lines.drain(..) {
        let mut written = " ".repeat(line.blanks);
        let last = line.cells.len().saturating_sub(1);
        for (column, cell) in line.cells.iter().enumerate() {
            if column > 0 {
                written.push_str(" | ");
            }
            written.push_str(cell);
            if column < last {
                let width = widths.get(column).copied().unwrap_or(0);
                written.push_str(&" ".repeat(width.saturating_sub(cell.width())));
            }
        }
        out.push(written.trim_end().to_owned());
    }
}
