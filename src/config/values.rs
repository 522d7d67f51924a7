//! Values that several sections have: a number, one of a few words, a path.

use super::read::{Found, Section, nearest};
use crate::mistakes::Findings;
use crate::phone::{self, Country, PhoneNumber};
use std::path::PathBuf;

/// Most words in `urgent_words`, most countries in `countries`.
pub(super) const LIST_MAX: usize = 64;
/// The key of `[hours]` that is no day.
pub(super) const HOLIDAYS: &str = "holidays";

/// A telephone number as a person writes it.
pub(super) fn number(
    found: &Found<String>,
    key: &str,
    country: Option<Country>,
    findings: &mut Findings<'_>,
) -> Option<PhoneNumber> {
    let text = found.value.trim();
    if text.is_empty() {
        let what = "must be a telephone number, like \"+15125550100\"".to_owned();
        findings.mistake(found.line, key, what);
        return None;
    }
    let read = match (text.starts_with('+'), country) {
        (true, home) => phone::interpret(text, 145, &home.unwrap_or(Country::US)),
        (false, Some(home)) => phone::interpret(text, 129, &home),
        (false, None) => Err(phone::NumberProblem::NoCountry),
    };
    match read {
        Ok(number) if phone::class(&number).may_read_texts() => Some(number),
        Ok(_) => {
            findings.mistake(
                found.line,
                key,
                "is a number that cannot receive texts; give a mobile number".to_owned(),
            );
            None
        }
        Err(why) => {
            let what = format!("cannot be a telephone number: {why}; write it like \"+15125550100\"");
            findings.mistake(found.line, key, what);
            None
        }
    }
}

/// One of a few words; another is a mistake that names them and the nearest.
pub(super) fn choice<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    choices: &[(&'static str, T)],
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = section.string(key, findings)?;
    let word = found.value.trim().to_lowercase();
    let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if chosen.is_none() {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let near = nearest(&word, choices.iter().map(|(name, _)| *name))
            .map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        findings.mistake(
            found.line,
            &section.path(key),
            format!("must be one of {}{near}", names.join(", ")),
        );
    }
    chosen
}

/// A path as text; empty or impossible is a mistake.
pub(super) fn path(
    section: &mut Section<'_, '_>,
    key: &'static str,
    default: &str,
    findings: &mut Findings<'_>,
) -> PathBuf {
    match section.string(key, findings) {
        Some(found) if found.value.trim().is_empty() || found.value.contains('\0') => {
            findings.mistake(
                found.line,
                &section.path(key),
                format!("must be a path, like \"{default}\""),
            );
            PathBuf::from(default)
        }
        Some(found) => PathBuf::from(found.value.trim()),
        None => PathBuf::from(default),
    }
}

/// The same of a device: it has one place on every machine, whatever folder the program runs in.
pub(super) fn device(
    section: &mut Section<'_, '_>,
    key: &'static str,
    default: &str,
    findings: &mut Findings<'_>,
) -> PathBuf {
    let path = path(section, key, default, findings);
    if !path.is_absolute() {
        let line = section.take(key).map_or(0, |value| findings.line(value.span().start));
        let what = format!("must be a path that begins with /, like \"{default}\"");
        findings.mistake(line, &section.path(key), what);
    }
    path
}
