//! Walking the file: each key is taken once, checked, and what is wrong is collected with its line.

use super::duration;
use crate::mistakes::Findings;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One table of the file.
pub(super) struct Section<'a, 'i> {
    table: Option<&'a DeTable<'i>>,
    prefix: String,
    known: BTreeSet<&'static str>,
    line: usize,
}

/// A value with where it stands.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

impl<'a, 'i> Section<'a, 'i> {
    pub(super) fn new(table: Option<&'a DeTable<'i>>, prefix: &str, line: usize) -> Self {
        Section {
            table,
            prefix: prefix.to_owned(),
            known: BTreeSet::new(),
            line,
        }
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.prefix)
        }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'i>>)> + use<'a, 'i> {
        self.table
            .into_iter()
            .flat_map(|t| t.iter().map(|(k, v)| (k.get_ref().as_ref(), v)))
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.known.insert(key);
        self.entries().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    pub(super) fn table(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Section<'a, 'i> {
        let path = self.path(key);
        let Some(value) = self.take(key) else {
            return Section::new(None, &path, 0);
        };
        let line = findings.line(value.span().start);
        let table = value.get_ref().as_table();
        if table.is_none() {
            findings.mistake(
                line,
                &path,
                format!("must be a table: write [{path}] on a line of its own"),
            );
        }
        Section::new(table, &path, line)
    }

    pub(super) fn string(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<Found<String>> {
        let value = self.take(key)?;
        let line = findings.line(value.span().start);
        match value.get_ref().as_str() {
            Some(text) => Some(Found {
                value: text.to_owned(),
                line,
            }),
            None => {
                let kind = value.get_ref().type_str();
                let a = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
                findings.mistake(
                    line,
                    &self.path(key),
                    format!("must be a text in quotes: \"...\"; this is {a} {kind}"),
                );
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, key: &'static str, default: bool, findings: &mut Findings<'_>) -> bool {
        let Some(value) = self.take(key) else { return default };
        let line = findings.line(value.span().start);
        value.get_ref().as_bool().unwrap_or_else(|| {
            findings.mistake(
                line,
                &self.path(key),
                "must be true or false, without quotes".to_owned(),
            );
            default
        })
    }

    pub(super) fn integer(
        &mut self,
        key: &'static str,
        default: u32,
        allowed: RangeInclusive<u32>,
        findings: &mut Findings<'_>,
    ) -> u32 {
        let Some(value) = self.take(key) else { return default };
        let line = findings.line(value.span().start);
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
        match number.filter(|n| allowed.contains(n)) {
            Some(number) => number,
            None => {
                let (least, most) = (allowed.start(), allowed.end());
                findings.mistake(
                    line,
                    &self.path(key),
                    format!("must be a whole number from {least} to {most}, without quotes"),
                );
                default
            }
        }
    }

    /// A duration, or `off` where `off_allowed`.
    pub(super) fn duration(
        &mut self,
        key: &'static str,
        default: Option<Duration>,
        allowed: RangeInclusive<Duration>,
        off_allowed: bool,
        findings: &mut Findings<'_>,
    ) -> Option<Duration> {
        let Some(value) = self.take(key) else { return default };
        let line = findings.line(value.span().start);
        match value.get_ref().as_str().and_then(duration::parse) {
            Some(None) if off_allowed => None,
            Some(Some(d)) if allowed.contains(&d) => Some(d),
            Some(Some(_) | None) | None => {
                let (least, most) = (duration::words(*allowed.start()), duration::words(*allowed.end()));
                let off = if off_allowed { ", or \"off\"" } else { "" };
                let what = format!(
                    "must be a duration like \"3s\", \"1m 30s\" or \"24h\", from \"{least}\" to \"{most}\"{off}"
                );
                findings.mistake(line, &self.path(key), what);
                default
            }
        }
    }

    /// A list of texts.
    pub(super) fn strings(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<Vec<Found<String>>> {
        let value = self.take(key)?;
        let line = findings.line(value.span().start);
        let path = self.path(key);
        let Some(array) = value.get_ref().as_array() else {
            findings.mistake(line, &path, "must be a list of texts: [\"...\", \"...\"]".to_owned());
            return None;
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            let line = findings.line(item.span().start);
            match item.get_ref().as_str() {
                Some(text) => texts.push(Found {
                    value: text.to_owned(),
                    line,
                }),
                None => findings.mistake(
                    line,
                    &path,
                    "every entry of the list must be a text in quotes".to_owned(),
                ),
            }
        }
        Some(texts)
    }

    /// Names every key that nobody took.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        let Some(table) = self.table else { return };
        for (key, _) in table.iter() {
            let name: &str = key.get_ref().as_ref();
            if !self.known.contains(name) {
                let line = findings.line(key.span().start);
                let what = match nearest(name, self.known.iter().copied()) {
                    Some(near) => format!("unknown key; did you mean {near}?"),
                    None => format!(
                        "unknown key; known here: {}",
                        self.known.iter().copied().collect::<Vec<_>>().join(", ")
                    ),
                };
                findings.mistake(line, &self.path(name), what);
            }
        }
    }
}

/// The known word nearest to `word`, if any is near enough to be meant.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase().replace('-', "_");
    let best = known.map(|k| (distance(&word, k), k)).min_by_key(|(d, _)| *d)?;
    (best.0 <= 1 + best.1.len() / 3).then_some(best.1)
}

/// Levenshtein distance; words longer than any key are not worth measuring.
fn distance(a: &str, b: &str) -> usize {
    const WORD_MAX: usize = 64;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(WORD_MAX).collect(), b.chars().take(WORD_MAX).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let left = row.get(j).copied().unwrap_or(usize::MAX);
            let cost = (diagonal + usize::from(x != y))
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
            diagonal = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = cost;
            }
        }
    }
    row.last().copied().unwrap_or(0)
}
