//! Every text that the box can say is said in some story, and every command is given in one.

use super::{NEXT_PART, STORIES};
use std::collections::BTreeSet;
use std::sync::Arc;
use textback::desk::pack::Pack;

/// Sections of a language in which every text must be said. Of the times nobody waits for every month.
const SECTIONS: [&str; 3] = ["callers", "texts", "reasons"];
/// A text this short must stand alone among the words.
const SHORT: usize = 4;

/// The language a story is told in.
fn language(story: &str) -> Arc<Pack> {
    let code = story
        .lines()
        .find_map(|line| line.strip_prefix("| language = \""))
        .map_or("en", |rest| rest.trim_end_matches('"'));
    Pack::built_in(code).unwrap()
}

/// The texts that left in a story.
fn texts(story: &str) -> impl Iterator<Item = String> {
    story
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter_map(|line| Some(line.split_once(" -> ")?.1.split_once(": ")?.1))
        .map(|text| text.replace(NEXT_PART, "").replace("\\n", "\n"))
}

/// Whether `text` has the words of `source` in it, in their order, with anything in its blanks.
fn says(text: &str, source: &str) -> bool {
    let mut fragments = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('{') {
        fragments.push(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    fragments.push(rest);
    let short = source.len() <= SHORT && !source.contains('{');
    let mut from = 0;
    fragments.iter().all(|fragment| {
        let found = text[from..].match_indices(fragment).find(|(at, _)| {
            let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            let at = from + at;
            !short || alone(text[..at].chars().last()) && alone(text[at + fragment.len()..].chars().next())
        });
        from += found.map_or(0, |(at, _)| at + fragment.len());
        found.is_some()
    })
}

/// Keys of texts that none of `said` says.
fn unsaid(pack: &Pack, said: &[String]) -> BTreeSet<String> {
    pack.texts()
        .filter(|(section, _, _)| SECTIONS.contains(section))
        .filter(|(_, _, source)| !said.iter().any(|text| says(text, source)))
        .map(|(section, key, _)| format!("{section}.{key}"))
        .collect()
}

#[test]
fn every_english_text_is_said_in_a_story() {
    let english = STORIES.iter().filter(|(_, story)| language(story).code == "en");
    let said: Vec<String> = english.flat_map(|(_, story)| texts(story)).collect();
    let unsaid = unsaid(&Pack::english(), &said);
    assert!(unsaid.is_empty(), "{} are said in no story: {unsaid:#?}", unsaid.len());
}
