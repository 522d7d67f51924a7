//! The demo's page: a clock and three columns, one for each of the three kinds of people.

use anstyle::{AnsiColor, Style};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Whose column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Caller,
    Appliance,
    Owner,
}

const TIME_WIDTH: usize = 8;
const GAP: usize = 2;
/// Columns wider than this are hard to read.
const WIDEST: usize = 38;
const NARROWEST: usize = 18;
/// Where the output is no terminal.
const DEFAULT_PAGE: usize = 116;

pub struct Timeline {
    width: usize,
    colour: bool,
}

impl Timeline {
    pub fn new() -> Self {
        let out = std::io::stdout();
        let page = rustix::termios::tcgetwinsize(&out).map_or(DEFAULT_PAGE, |size| usize::from(size.ws_col));
        let page = if page == 0 { DEFAULT_PAGE } else { page };
        let width = (page.saturating_sub(TIME_WIDTH + 3 * GAP) / 3).clamp(NARROWEST, WIDEST);
        let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Timeline { width, colour }
    }

    pub fn head(&self) {
        let bold = Style::new().bold();
        let titles = [Column::Caller, Column::Appliance, Column::Owner].map(|column| {
            let title = match column {
                Column::Caller => "caller's phone",
                Column::Appliance => "the box",
                Column::Owner => "owner's phone",
            };
            self.paint(bold, &format!("{title:<width$}", width = self.width))
        });
        self.line(&format!("{:>TIME_WIDTH$}  {}", "", titles.join("  ")));
        self.line(&format!(
            "{:>TIME_WIDTH$}  {}",
            "",
            ["─".repeat(self.width), "─".repeat(self.width), "─".repeat(self.width)].join("  ")
        ));
    }

    /// One entry: what happened, when, in whose column, wrapped to its width.
    pub fn tell(&self, at: Duration, column: Column, text: &str) {
        let (place, style) = match column {
            Column::Caller => (0, Style::new().fg_color(Some(AnsiColor::Cyan.into()))),
            Column::Appliance => (1, Style::new().dimmed()),
            Column::Owner => (2, Style::new().fg_color(Some(AnsiColor::Green.into()))),
        };
        let indent = " ".repeat(place * (self.width + GAP));
        for (i, row) in wrap(text, self.width).iter().enumerate() {
            let time = if i == 0 {
                format!("{:.1} s", at.as_secs_f64())
            } else {
                String::new()
            };
            self.line(&format!("{time:>TIME_WIDTH$}  {indent}{}", self.paint(style, row)));
        }
    }

    /// A line across the page.
    pub fn say(&self, text: &str) {
        self.line(text);
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    fn line(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        // A reader that went away is not the demo's trouble.
        let _ = writeln!(out, "{}", text.trim_end());
        let _ = out.flush();
    }
}

/// Words into rows of at most `width` characters; a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().filter(|&c| !textback::printable::is_unsafe(c)).collect();
        loop {
            let used = row.chars().count();
            let room = width.saturating_sub(if used == 0 { 0 } else { used + 1 });
            if word.len() <= room {
                if used > 0 {
                    row.push(' ');
                }
                row.extend(word);
                break;
            }
            if used > 0 {
                rows.push(std::mem::take(&mut row));
            } else {
                rows.push(word.drain(..width).collect());
            }
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn words_wrap_and_long_ones_are_cut() {
        assert_eq!(wrap("On my way, 20 min", 10), ["On my way,", "20 min"]);
        assert_eq!(wrap("abcdefghijkl m", 5), ["abcde", "fghij", "kl m"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
