//! A configuration's own file, as it is kept: without what an editor or a phone makes of plain text.

use std::sync::Arc;

/// A configuration's own file, kept so that settings can be laid over it. Has secrets in it: never shown.
#[derive(Clone, Eq)]
pub struct Source(Arc<str>);

/// Two files that say the same in other words make the same configuration.
impl PartialEq for Source {
    fn eq(&self, _: &Source) -> bool {
        true
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({} bytes)", self.0.len())
    }
}

impl Source {
    /// The file's text, straightened.
    pub(super) fn of(text: &str) -> Source {
        Source(Arc::from(straighten(text)))
    }

    /// What is parsed.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Without a byte order mark, with `\n` line ends, and with straight quotes where quotes delimit.
pub(crate) fn straighten(text: &str) -> String {
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\u{a0}', " ");
    text.split('\n').map(straighten_line).collect::<Vec<_>>().join("\n")
}

fn straighten_line(line: &str) -> String {
    const CURLY: [char; 9] = [
        '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{00ab}', '\u{00bb}',
    ];
    let Some((key, value)) = line.split_once('=') else {
        return line.to_owned();
    };
    let trimmed = value.trim_start();
    if trimmed.starts_with(['[', '{']) {
        return format!(
            "{key}={}",
            value.replace(['\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}'], "\"")
        );
    }
    if !trimmed.starts_with(CURLY) {
        return line.to_owned();
    }
    // Only the first and the last quote delimit; those between belong to the text, where a straight one would end it.
    let end = value.rfind(|c: char| CURLY.contains(&c) || c == '"');
    let start = value.find(CURLY);
    let mut out = format!("{key}=");
    for (at, c) in value.char_indices() {
        let delimits = Some(at) == start || Some(at) == end;
        out.push(if delimits { '"' } else { c });
    }
    out
}
