//! A language's file → a [`Pack`], everything wrong with it named by line and key.

use super::{Line, Pack, Phrase, Piece};
use crate::desk::wording::fold::fold;
use crate::desk::wording::template::{Template, plain};
use crate::mistakes::{Findings, Mistake};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

type Texts = BTreeMap<String, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    code: String,
    name: String,
    #[serde(default)]
    callers: Texts,
    #[serde(default)]
    texts: Texts,
    #[serde(default)]
    reasons: Texts,
    #[serde(default)]
    times: Texts,
    #[serde(default)]
    label: Texts,
    #[serde(default)]
    words: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    commands: BTreeMap<String, Spanned<Spoken>>,
    #[serde(default)]
    forms: BTreeMap<String, Spanned<Spoken>>,
}

/// A command or form as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    #[serde(default)]
    words: Vec<String>,
    usage: String,
    does: String,
}

/// Words that other languages don't take over from English: there they mean something else.
const NOT_SHARED: [&str; 1] = ["units"];

/// English, which nothing is compared with. What cannot be read in it is left out; a test rules that out.
pub(super) fn english(text: &str) -> Pack {
    let empty = Pack {
        code: "en".to_owned(),
        name: "English".to_owned(),
        callers: BTreeMap::new(),
        texts: BTreeMap::new(),
        reasons: BTreeMap::new(),
        times: BTreeMap::new(),
        label: BTreeMap::new(),
        words: BTreeMap::new(),
        commands: BTreeMap::new(),
        forms: BTreeMap::new(),
    };
    let Ok(file) = toml::from_str::<File>(text) else {
        return empty;
    };
    let lines = |texts: &Texts| {
        let parsed = texts
            .iter()
            .filter_map(|(key, text)| Some((key.clone(), Line::parse(text.get_ref()).ok()?)));
        parsed.collect()
    };
    Pack {
        code: file.code,
        name: file.name,
        callers: lines(&file.callers),
        texts: lines(&file.texts),
        reasons: lines(&file.reasons),
        times: lines(&file.times),
        label: (file.label.iter())
            .map(|(key, words)| (key.clone(), words.get_ref().clone()))
            .collect(),
        words: (file.words.iter())
            .map(|(meaning, words)| (meaning.clone(), understood(words.get_ref(), &[])))
            .collect(),
        commands: phrases(&file.commands),
        forms: phrases(&file.forms),
    }
}

/// Reads a file beside English.
pub(super) fn pack(text: &str, english: &Pack) -> Result<(Pack, Vec<Mistake>), Vec<Mistake>> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let file: File = toml::from_str(&text).map_err(|error| {
        let mut findings = Findings::new(&text);
        let line = error.span().map_or(0, |span| findings.line(span.start));
        findings.mistake(line, "", format!("cannot be read: {}", error.message()));
        findings.mistakes
    })?;
    let mut findings = Findings::new(&text);
    let pack = Pack {
        callers: findings.section("callers", &file.callers, &english.callers),
        texts: findings.section("texts", &file.texts, &english.texts),
        reasons: findings.section("reasons", &file.reasons, &english.reasons),
        times: findings.section("times", &file.times, &english.times),
        label: findings.label(&file.label, &english.label),
        words: findings.words(&file.words, &english.words),
        commands: findings.phrases("commands", &file.commands, &english.commands),
        forms: findings.phrases("forms", &file.forms, &english.forms),
        code: file.code,
        name: file.name,
    };
    match findings.mistakes.is_empty() {
        true => Ok((pack, findings.warnings)),
        false => Err(findings.mistakes),
    }
}

impl Findings<'_> {
    fn section(&mut self, name: &str, texts: &Texts, english: &BTreeMap<String, Line>) -> BTreeMap<String, Line> {
        let mut lines = english.clone();
        for (key, text) in texts {
            let line = self.line(text.span().start);
            let path = format!("{name}.{key}");
            let Some(wanted) = english.get(key) else {
                self.warn(line, &path, "unknown, and never said".to_owned());
                continue;
            };
            match Line::parse(text.get_ref()) {
                Ok(parsed) => {
                    self.blanks(line, &path, &parsed, wanted);
                    lines.insert(key.clone(), parsed);
                }
                Err(why) => self.mistake(line, &path, why.to_owned()),
            }
            if name == "callers" && wanted.blanks().any(|blank| blank == "company") {
                // What callers read says who writes, in any language.
                if let Err(why) = Template::parse_for_callers(text.get_ref()) {
                    self.mistake(line, &path, why.to_string());
                }
            }
        }
        for key in english.keys().filter(|key| !texts.contains_key(*key)) {
            self.warn(0, &format!("{name}.{key}"), "missing: said in English".to_owned());
        }
        lines
    }

    fn label(&mut self, label: &Texts, english: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut all = english.clone();
        for (key, words) in label {
            let (line, path) = (self.line(words.span().start), format!("label.{key}"));
            if !english.contains_key(key) {
                self.warn(line, &path, "unknown, and never printed".to_owned());
            } else if words.get_ref().trim().is_empty() {
                self.mistake(line, &path, "is empty".to_owned());
            } else {
                all.insert(key.clone(), words.get_ref().clone());
            }
        }
        for key in english.keys().filter(|key| !label.contains_key(*key)) {
            self.warn(0, &format!("label.{key}"), "missing: printed in English".to_owned());
        }
        all
    }

    fn words(
        &mut self,
        words: &BTreeMap<String, Spanned<Vec<String>>>,
        english: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<String, Vec<String>> {
        let mut all = english.clone();
        for (meaning, said) in words {
            let line = self.line(said.span().start);
            let Some(shared) = english.get(meaning) else {
                self.warn(
                    line,
                    &format!("words.{meaning}"),
                    "unknown, and never listened for".to_owned(),
                );
                continue;
            };
            let shared: &[String] = if NOT_SHARED.contains(&meaning.as_str()) {
                &[]
            } else {
                shared
            };
            all.insert(meaning.clone(), understood(said.get_ref(), shared));
        }
        self.missing("words", english.keys(), |key| words.contains_key(key));
        all
    }

    fn phrases(
        &mut self,
        name: &str,
        spoken: &BTreeMap<String, Spanned<Spoken>>,
        english: &BTreeMap<String, Phrase>,
    ) -> BTreeMap<String, Phrase> {
        let mut all = english.clone();
        for (id, said) in spoken {
            let (path, line) = (format!("{name}.{id}"), self.line(said.span().start));
            let Some(known) = english.get(id) else {
                self.warn(line, &path, "unknown, and never used".to_owned());
                continue;
            };
            let phrase = phrase(said.get_ref(), &known.words);
            let first = phrase.usage.split_whitespace().next().map(fold).unwrap_or_default();
            if !known.words.is_empty() && !phrase.words.iter().any(|word| word == first.trim()) {
                self.mistake(line, &path, "usage must start with one of its words".to_owned());
            }
            if let Some((other, word)) = all
                .iter()
                .filter(|(other, _)| *other != id)
                .find_map(|(other, theirs)| {
                    Some((other, phrase.words.iter().find(|word| theirs.words.contains(word))?))
                })
            {
                self.mistake(line, &path, format!("\"{word}\" already starts {other}"));
            }
            all.insert(id.clone(), phrase);
        }
        self.missing(name, english.keys(), |key| spoken.contains_key(key));
        all
    }

    fn missing<'k>(&mut self, name: &str, keys: impl Iterator<Item = &'k String>, there: impl Fn(&str) -> bool) {
        for key in keys.filter(|key| !there(key)) {
            self.warn(
                0,
                &format!("{name}.{key}"),
                "missing: only the English is understood".to_owned(),
            );
        }
    }

    fn blanks(&mut self, line: usize, path: &str, parsed: &Line, wanted: &Line) {
        let (has, wants): (BTreeSet<&str>, BTreeSet<&str>) = (parsed.blanks().collect(), wanted.blanks().collect());
        for extra in has.difference(&wants) {
            let allowed: Vec<String> = wants.iter().map(|name| format!("{{{name}}}")).collect();
            let what = match allowed.is_empty() {
                true => format!("{{{extra}}} is unknown here; this text has no blanks"),
                false => format!("{{{extra}}} is unknown here; there are {}", allowed.join(" ")),
            };
            self.mistake(line, path, what);
        }
        for lacking in wants.difference(&has) {
            self.warn(line, path, format!("{{{lacking}}} does not appear in it"));
        }
        let blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().is_empty());
        // French sets a blank between thousands.
        if parsed.0.is_empty() || path != "times.thousands" && parsed.0.iter().all(blank) {
            self.mistake(line, path, "is empty".to_owned());
        }
    }
}

/// Words in lower case, as written and folded, with those shared by all languages.
fn understood(words: &[String], shared: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let folded = words.iter().map(|word| fold(word).trim().to_owned());
    let lower = words.iter().map(|word| word.to_lowercase());
    for word in lower.chain(folded).chain(shared.iter().cloned()) {
        if !word.is_empty() && !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

fn phrases(spoken: &BTreeMap<String, Spanned<Spoken>>) -> BTreeMap<String, Phrase> {
    spoken
        .iter()
        .map(|(id, said)| (id.clone(), phrase(said.get_ref(), &[])))
        .collect()
}

fn phrase(spoken: &Spoken, shared: &[String]) -> Phrase {
    Phrase {
        words: understood(&spoken.words, shared)
            .iter()
            .map(|word| fold(word).trim().to_owned())
            .collect(),
        usage: plain(&spoken.usage),
        does: spoken.does.clone(),
    }
}
