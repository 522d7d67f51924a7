//! `language`: one that comes with the program, or a file of one's own.

use super::plain_text;
use super::read::{Section, nearest};
use crate::desk::wording::pack::{BUILT_IN, FILE_BYTES_MAX, Pack};
use crate::mistakes::{Findings, Mistake};
use std::path::Path;
use std::sync::Arc;

/// Reads the key, and the file it names. What is missing in that file is a warning and said in English: an update of the
/// program that says more must not stop a box whose language lags behind.
///
/// `known`: the language that an earlier reading of the same file found; then no file is opened.
pub(super) fn language(top: &mut Section<'_, '_>, known: Option<&Arc<Pack>>, findings: &mut Findings<'_>) -> Arc<Pack> {
    if let Some(known) = known {
        let _ = top.take("language");
        return Arc::clone(known);
    }
    let Some(found) = top.string("language", findings) else {
        return Pack::english();
    };
    let wanted = found.value.trim();
    if let Some(pack) = Pack::built_in(&wanted.to_lowercase()) {
        return pack;
    }
    if !wanted.ends_with(".toml") {
        let codes = BUILT_IN.map(|(code, _)| code);
        let near = nearest(wanted, codes.into_iter()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        let what = format!(
            "must be one of \"{}\", or the path of a language file of your own that ends in .toml{near}",
            codes.join("\", \"")
        );
        findings.mistake(found.line, "language", what);
        return Pack::english();
    }
    match read(Path::new(wanted)) {
        Ok(text) => match Pack::parse(&text) {
            Ok((pack, warnings)) => {
                for warning in warnings {
                    findings.warn(found.line, "language", told(wanted, &warning));
                }
                return Arc::new(pack);
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    findings.mistake(found.line, "language", told(wanted, &mistake));
                }
            }
        },
        Err(why) => findings.mistake(found.line, "language", format!("cannot read {wanted}: {why}")),
    }
    Pack::english()
}

fn told(file: &str, mistake: &Mistake) -> String {
    format!("{file}: {mistake}")
}

fn read(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|why| why.to_string())?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("larger than {FILE_BYTES_MAX} bytes: this is no language file"));
    }
    let bytes = std::fs::read(path).map_err(|why| why.to_string())?;
    plain_text::of(&bytes).ok_or_else(|| "it is no plain text".to_owned())
}
