//! Every text that the box can say is said in some story, and every command is given in one.

use super::{NEXT_PART, STORIES, Story};
use std::collections::BTreeSet;
use std::sync::Arc;
use textback::desk::owner::commands;
use textback::desk::wording::pack::Pack;

/// Sections of a language in which every text must be said. Of the times nobody waits for every month; of the reasons some are
/// only for the record.
const SECTIONS: [&str; 2] = ["callers", "texts"];
/// A test asserts a text with so many characters of it.
const ASSERTED: usize = 14;
/// A text this short must stand alone among the words.
const SHORT: usize = 4;

/// Another language may take so many parts for a hundred in English.
const PARTS_MOST: usize = 110;

/// Texts that no story tells, each with its reason: all stand in for a fact that is missing. Whoever tells one strikes it out.
const UNTOLD: [&str; 3] = [
    // A call's number is on record before it is read; this is for a record that has lost it.
    "texts.an_unknown_number",
    // Who has a number was texted or wrote; this is for one whose texts are gone after the years they are kept.
    "texts.no_texts_yet",
    // A text that failed is told at once, and ends the line that would come; this is for one that was dropped without a word.
    "texts.text_failed",
];

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

/// The strings in the tests of the desk: what they assert is said there.
fn asserted() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/desk");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|e| e == "rs") && !path.ends_with("language.rs"))
        .flat_map(|path| {
            let source = std::fs::read_to_string(path).unwrap().replace("\\\"", "\u{1}");
            let strings = source.split('"').skip(1).step_by(2).map(|s| s.replace('\u{1}', "\""));
            strings.filter(|s| s.len() >= ASSERTED).collect::<Vec<_>>()
        })
        .collect()
}

/// Keys of texts that no story says and no other test of the desk asserts.
fn unsaid(pack: &Pack, said: &[String], asserted: &[String]) -> BTreeSet<String> {
    let is_asserted = |source: &str| {
        let mut fragments = source.split(['{', '}']).step_by(2).filter(|f| f.len() >= ASSERTED);
        fragments.any(|f| asserted.iter().any(|s| s.contains(f) || f.contains(s.as_str())))
    };
    pack.texts()
        .filter(|(section, _, _)| SECTIONS.contains(section))
        .filter(|(_, _, source)| !said.iter().any(|text| says(text, source)) && !is_asserted(source))
        .map(|(section, key, _)| format!("{section}.{key}"))
        .collect()
}

#[test]
fn every_english_text_is_said_in_a_story_or_asserted_by_a_test() {
    let english = STORIES.iter().filter(|(_, story)| language(story).code == "en");
    let said: Vec<String> = english.flat_map(|(_, story)| texts(story)).collect();
    let unsaid = unsaid(&Pack::english(), &said, &asserted());
    let untold: BTreeSet<String> = UNTOLD.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(unsaid, untold, "said in no story (left), and known to be (right)");
}

/// Every order is given in some story with a word of the story's language, and every other form of text is used.
#[test]
fn every_order_is_given_in_a_story_of_every_language() {
    for pack in Pack::all() {
        let told: Vec<String> = STORIES
            .iter()
            .filter(|(_, story)| language(story).code == pack.code)
            .flat_map(|(_, story)| {
                let team: Vec<&str> = story
                    .lines()
                    .filter_map(|line| line.strip_prefix("person ")?.strip_suffix(" team"))
                    .filter_map(|person| person.split(' ').next())
                    .collect();
                story.lines().filter_map(move |line| {
                    let (who, text) = line.splitn(3, ' ').nth(2)?.split_once(": ")?;
                    let who = who.split(" (").next()?;
                    team.contains(&who).then(|| text.to_owned())
                })
            })
            .collect();
        let first = |text: &str| text.split_whitespace().next().unwrap_or("").to_lowercase();
        let given: BTreeSet<String> = told.iter().map(|text| first(text)).collect();
        for id in commands::ids() {
            let own = pack.command_word(id) == id;
            let is_given = |word: &String| pack.command_of(word) == Some(id) && (own || !word.eq_ignore_ascii_case(id));
            assert!(
                given.iter().any(is_given),
                "{}: no story has {}",
                pack.code,
                pack.command_word(id)
            );
        }
        let has = |what: &str, is: &dyn Fn(&str) -> bool| {
            assert!(told.iter().any(|text| is(text)), "{}: no story has {what}", pack.code);
        };
        let tagged = |text: &str| {
            text.split_once("} ")
                .filter(|_| text.starts_with('{'))
                .map(|(_, rest)| rest.to_owned())
        };
        has("a tag", &|text| {
            tagged(text).is_some_and(|rest| rest.contains(' ') && !rest.starts_with('@'))
        });
        has("a pick", &|text| text.starts_with('{') && text.ends_with('}'));
        has("a canned reply", &|text| {
            tagged(text).is_some_and(|rest| rest.starts_with('q') && rest.len() == 2)
        });
        has("a text for later", &|text| {
            tagged(text).is_some_and(|rest| rest.starts_with('@') && rest.contains(' '))
        });
        has("a NO", &|text| pack.words("no").contains(&text.to_lowercase()));
        has("an untagged text", &|text| {
            !text.starts_with('{')
                && !given
                    .iter()
                    .any(|word| pack.command_of(word).is_some() && text.starts_with(word.as_str()))
        });
    }
}

/// The same stories told by a box of another language: nothing is misrouted, nothing is said in English, and what is said
/// takes about as many parts.
#[test]
fn the_stories_are_told_in_every_language() {
    let english = Pack::english();
    let stories = || STORIES.iter().filter(|(_, story)| language(story).code == "en");
    let parts_in_english: usize = stories().map(|(_, story)| Story::run(story).0.all.len()).sum();
    for pack in Pack::all().iter().filter(|pack| pack.code != "en") {
        let mut parts = 0;
        for (name, story) in stories() {
            let foreign = story.replacen("\n| ", &format!("\n| language = \"{}\"\n| ", pack.code), 1);
            let (told, written) = Story::run(&foreign);
            assert_eq!(told.misrouted, Vec::<String>::new(), "{} {name}", pack.code);
            let said: Vec<String> = texts(&written).collect();
            for (section, key, source) in english.texts().filter(|(section, _, _)| SECTIONS.contains(section)) {
                let same = pack
                    .texts()
                    .any(|(s, k, theirs)| (s, k) == (section, key) && theirs == source);
                let longest = source.split(['{', '}']).step_by(2).map(str::len).max().unwrap_or(0);
                let in_english = said
                    .iter()
                    .find(|text| !same && longest >= ASSERTED && says(text, &source));
                assert_eq!(in_english, None, "{} {name}: {section}.{key} is in English", pack.code);
            }
            parts += told.all.len();
        }
        println!("{}: {parts} parts, {parts_in_english} in English", pack.code);
        assert!(
            parts * 100 <= parts_in_english * PARTS_MOST,
            "{}: {parts} parts",
            pack.code
        );
    }
}
