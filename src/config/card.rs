//! `textback.toml` on the card's first partition: what the installer reads beside it afterwards, and the PIN that doesn't stay there.
//!
//! Anyone with a card reader can read that partition, so the PIN is taken into the box and blanked on the card. Blanked (`pin = ""`)
//! means "the one you have"; a line that is gone or begins with # means that the SIM has none.

use super::{Checked, Config};
use std::fmt::Write;

/// What the blanked PIN is written as.
const BLANK: &str = "\"\"";
/// The mark of a PIN that was taken, for who reads the file.
const TAKEN: &str = "# taken into the box and blanked here";

/// What an installer reads beside the file: every key that is in it with "ok" or what is wrong. Lines end as on Windows.
#[must_use]
pub fn result(text: &str, checked: &Checked) -> String {
    let mut lines: Vec<String> = vec![];
    lines.push(if checked.ok {
        "textback.toml was read and is in force.".to_owned()
    } else {
        "textback.toml was read and is NOT in force: mend what is marked, put the card back in.".to_owned()
    });
    lines.push(String::new());
    let findings = || {
        let wrong = checked.mistakes.iter().map(|m| ("WRONG", m));
        wrong.chain(checked.warnings.iter().map(|m| ("note", m)))
    };
    let mut told = vec![];
    for (line, key) in keys(text) {
        let mut found = String::new();
        for (which, (how, finding)) in findings().enumerate() {
            if finding.line == line {
                told.push(which);
                let _ = write!(
                    found,
                    "{}{how}: {}",
                    if found.is_empty() { "" } else { "; " },
                    finding.what
                );
            }
        }
        if found.is_empty() {
            found.push_str("ok");
        }
        lines.push(format!("line {line}: {key}: {found}"));
    }
    for (_, (how, finding)) in findings().enumerate().filter(|(which, _)| !told.contains(which)) {
        lines.push(format!("{how}: {finding}"));
    }
    lines.push(String::new());
    lines.join("\r\n")
}

/// The keys of a file with their lines and tables, also where it is no TOML at all.
fn keys(text: &str) -> Vec<(usize, String)> {
    let mut table = String::new();
    let mut found = vec![];
    for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            name.trim_start_matches('[').trim().clone_into(&mut table);
        } else if let Some((key, _)) = line.split_once('=')
            && key
                .trim()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        {
            let dot = if table.is_empty() { "" } else { "." };
            found.push((n + 1, format!("{table}{dot}{}", key.trim())));
        }
    }
    found
}

/// The text with its PIN blanked; `None` if it has none.
#[must_use]
pub fn blank_pin(text: &str) -> Option<String> {
    let pin = Config::check(text).config?.modem.pin?;
    let blanked = on_pin_lines(text, |line| {
        let at = line.find(&pin)?;
        // The quotes beside it may be any that a word processor makes.
        let before = line.get(..at)?.char_indices().next_back()?.0;
        let after = line.get(at + pin.len()..)?.chars().next()?;
        let rest = line.get(at + pin.len() + after.len_utf8()..)?;
        let mark = if rest.trim().is_empty() {
            format!(" {TAKEN}")
        } else {
            String::new()
        };
        Some(format!("{}{BLANK}{mark}{rest}", line.get(..before)?))
    });
    // Law 1's smaller sister: what can't be proved blank isn't called so.
    let still = Config::check(&blanked)
        .config
        .is_none_or(|config| config.modem.pin.is_some());
    (!still).then_some(blanked)
}

/// The text with `pin` where it says "the one you have".
#[must_use]
pub fn keep_pin(text: &str, pin: &str) -> String {
    let blank = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim_start();
        let rest = value.strip_prefix(BLANK).or_else(|| value.strip_prefix("''"))?;
        (!key.trim_start().starts_with('#')).then(|| format!("{key}= \"{pin}\"{rest}"))
    };
    on_pin_lines(text, blank)
}

/// Edits the lines that set a PIN and leaves every other byte as it is.
fn on_pin_lines(text: &str, edit: impl Fn(&str) -> Option<String>) -> String {
    text.split_inclusive('\n')
        .map(|whole| {
            let line = whole.trim_end_matches(['\r', '\n']);
            let end = whole.get(line.len()..).unwrap_or_default();
            let sets_pin = !line.trim_start().starts_with('#')
                && line.split_once('=').is_some_and(|(key, value)| {
                    key.trim() == "pin" || key.trim() == "modem.pin" || (key.trim() == "modem" && value.contains("pin"))
                });
            match sets_pin.then(|| edit(line)).flatten() {
                Some(edited) => edited + end,
                None => whole.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}company = \"A\"\r\nowner = \"+15125550100\"\r\n[modem]\r\npin = \"1234\"\r\n";

    #[test]
    fn every_key_is_told_ok_or_what_is_wrong_with_it() {
        let text = "company = \"A\"\nownr = \"+15125550100\"\n[modem]\npin = \"98x7\"\nbaud = 9600\n";
        let told = result(text, &Config::check(text));
        assert!(told.contains("is NOT in force"));
        assert!(told.contains("line 1: company: ok\r\n"));
        assert!(told.contains("line 2: ownr: WRONG: unknown key; did you mean owner?\r\n"));
        assert!(told.contains("line 4: modem.pin: WRONG: must be 4 to 8 digits"));
        assert!(told.contains("line 5: modem.baud: ok\r\n"));
        assert!(told.contains("note: owner: not set"));
        assert!(!told.contains("98x7"), "a PIN, even a wrong one, is not written down");
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        let text = "company = Hill Country\n";
        let told = result(text, &Config::check(text));
        assert!(told.contains("line 1: company: WRONG: "), "{told}");
    }

    #[test]
    fn the_pin_is_blanked_in_every_way_it_can_be_written_and_nothing_else_is_touched() {
        for (pin, blanked) in [
            (
                "[modem]\r\npin = \"1234\"\r\n",
                "[modem]\r\npin = \"\" # taken into the box and blanked here\r\n",
            ),
            ("[modem]\npin='1234' # mine", "[modem]\npin=\"\" # mine"),
            (
                "[modem]\npin = “1234”\n",
                "[modem]\npin = \"\" # taken into the box and blanked here\n",
            ),
            ("modem = { pin = \"1234\" }\n", "modem = { pin = \"\" }\n"),
            (
                "modem.pin = \"1234\"\n",
                "modem.pin = \"\" # taken into the box and blanked here\n",
            ),
        ] {
            let head = "# pin 1234\ncompany = \"Pin 1234\"\n";
            assert_eq!(
                blank_pin(&format!("{head}{pin}")).as_deref(),
                Some(&*format!("{head}{blanked}"))
            );
        }
        assert_eq!(blank_pin("company = \"A\"\n[modem]\n#pin = \"1234\"\n"), None);
    }

    #[test]
    fn a_blanked_pin_means_the_one_the_box_has() {
        let blanked = blank_pin(FILE).unwrap();
        assert_eq!(blank_pin(&blanked), None);
        let kept = keep_pin(&blanked, "1234");
        assert_eq!(Config::parse(&kept).unwrap().modem.pin.as_deref(), Some("1234"));
        assert_eq!(blank_pin(&kept).as_deref(), Some(&*blanked));
        let none = "company = \"A\"\n[modem]\n#pin = \"\"\n";
        assert_eq!(keep_pin(none, "1234"), none);
    }
}
