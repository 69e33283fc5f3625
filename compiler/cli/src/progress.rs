//! How far a long run is: rows, rate and the time that is left, on one line of a terminal.

#![expect(clippy::disallowed_methods, reason = "the command line has a clock")]

use std::io::Write;
use std::time::{Duration, Instant};

/// The line.
pub(crate) struct Progress {
    shown: bool,
    start: Instant,
    last: Option<Instant>,
}

/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(200);

impl Progress {
    /// A line, for a terminal only.
    pub(crate) fn new(terminal: bool) -> Self {
        Progress { shown: terminal, start: Instant::now(), last: None }
    }

    /// Shows how far it is. What goes wrong with the terminal is no matter.
    pub(crate) fn show(&mut self, err: &mut dyn Write, rows: u64, of: Option<u64>) {
        let now = Instant::now();
        if !self.shown || self.last.is_some_and(|last| now.duration_since(last) < PAUSE) {
            return;
        }
        self.last = Some(now);
        let _ = write!(err, "\r\x1b[K{}", line(rows, of, now.duration_since(self.start)));
        let _ = err.flush();
    }

    /// Takes the line away.
    pub(crate) fn clear(&self, err: &mut dyn Write) {
        if self.last.is_some() {
            let _ = write!(err, "\r\x1b[K");
        }
    }
}

fn line(rows: u64, of: Option<u64>, passed: Duration) -> String {
    let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = rows.saturating_mul(1000) / passed;
    let mut line = format!("{rows} rows, {rate} a second");
    if let Some(of) = of.filter(|of| *of > 0) {
        let left = of.saturating_sub(rows) / rate.max(1);
        line.push_str(&format!(", {}%, {left} s left", rows.saturating_mul(100) / of));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rows_rate_and_time_left() {
        let half = line(500, Some(1000), Duration::from_secs(1));
        assert_eq!(half, "500 rows, 500 a second, 50%, 1 s left");
        assert_eq!(line(0, None, Duration::ZERO), "0 rows, 0 a second");
    }

    #[test]
    fn nothing_is_shown_but_on_a_terminal() {
        let mut err = Vec::new();
        let mut progress = Progress::new(false);
        progress.show(&mut err, 5, None);
        progress.clear(&mut err);
        assert!(err.is_empty());
    }
}
