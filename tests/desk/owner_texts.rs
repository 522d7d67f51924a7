//! The owner's grammar on what owners really text: `owner_texts.txt`.

use proptest::prelude::*;
use textback::desk::owner::commands::{self, Command};
use textback::desk::owner::grammar::{self, OwnerText};
use textback::desk::wording::pack::{BUILT_IN, Pack};
use textback::ids::Handle;

const TEXTS: &str = include_str!("owner_texts.txt");

/// A meaning in a few words.
fn meaning(read: &OwnerText) -> String {
    let plain = |text: &str| text.replace('\n', "\\n");
    match read {
        OwnerText::To { handle, text } => format!("TO {handle}: {}", plain(text)),
        OwnerText::Handle(handle) => format!("HANDLE {handle}"),
        OwnerText::Canned { handle, reply } => format!("CANNED {handle} {reply}"),
        OwnerText::Later { handle, when, text } => format!("LATER {handle} [{when}]: {}", plain(text)),
        OwnerText::LaterAlone { handle, when } => format!("LATER {handle} [{when}]"),
        OwnerText::Command(Command::OwnerAdd(_)) => "CMD OwnerAdd".to_owned(),
        OwnerText::Command(Command::OwnerRemove(_)) => "CMD OwnerRemove".to_owned(),
        OwnerText::Command(Command::CrewAdd(_)) => "CMD CrewAdd".to_owned(),
        OwnerText::Command(Command::CrewRemove(_)) => "CMD CrewRemove".to_owned(),
        OwnerText::Command(command) => format!("CMD {command:?}"),
        OwnerText::Misplaced { order, .. } => format!("MISPLACED {order}"),
        OwnerText::No => "NO".to_owned(),
        OwnerText::DidYouMean { word, .. } => format!("ASK {word}"),
        OwnerText::Usage { usage } => format!("USAGE {usage}"),
        OwnerText::OptOutWord => "NEVER".to_owned(),
        OwnerText::Reaction(_) => "REACTION".to_owned(),
        OwnerText::Unclear { usage, .. } => format!("UNCLEAR {}", usage.split(' ').next().unwrap_or("")),
        OwnerText::Untagged(_) => "NOBODY".to_owned(),
        OwnerText::Empty => "EMPTY".to_owned(),
    }
}

/// Language, meaning and text of every line.
fn corpus() -> impl Iterator<Item = (usize, &'static str, &'static str, String)> {
    let lines = TEXTS.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    lines.map(|(at, line)| {
        let coded = BUILT_IN
            .iter()
            .find(|(code, _)| line.starts_with(&format!("{code} | ")));
        let (code, line) = coded.map_or(("en", line), |(code, _)| (*code, &line[code.len() + 3..]));
        let (meaning, text) = line
            .split_once(" | ")
            .unwrap_or_else(|| panic!("line {}: no |", at + 1));
        let text = text.replace("\\n", "\n").replace('~', "\u{a0}");
        (at + 1, code, meaning, text)
    })
}

#[test]
fn what_owners_really_text_means_what_they_mean() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for (line, code, wanted, text) in corpus() {
        let pack = Pack::built_in(code).unwrap();
        let got = meaning(&grammar::read_in(&text, &pack));
        all += 1;
        if got != wanted {
            wrong.push(format!("line {line}: {text:?}\n   wanted {wanted}\n   got    {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= 300, "{all}");
}

#[test]
fn english_is_understood_beside_every_language() {
    for (line, code, wanted, text) in corpus().filter(|(_, code, wanted, _)| *code == "en" && wanted.starts_with("CMD"))
    {
        for pack in Pack::all() {
            let got = meaning(&grammar::read_in(&text, pack));
            assert_eq!(got, wanted, "line {line} {code} in {}", pack.code);
        }
    }
}

#[test]
fn every_language_understands_its_own_table() {
    for pack in Pack::all() {
        for id in commands::ids() {
            let phrase = pack.command(id).unwrap_or_else(|| panic!("{} has no {id}", pack.code));
            for usage in std::iter::once(phrase.usage.clone()).chain(
                // Every word of it does the same.
                phrase.words.iter().map(|word| {
                    let rest = phrase.usage.split_once(' ').map_or("", |(_, rest)| rest);
                    format!("{word} {rest}")
                }),
            ) {
                let read = grammar::read_in(&usage, pack);
                let first = grammar::read_in(&phrase.usage, pack);
                assert!(matches!(read, OwnerText::Command(_)), "{} {usage}: {read:?}", pack.code);
                assert_eq!(read, first, "{} {usage}", pack.code);
            }
        }
        let table: Vec<_> = pack.table(&[]).collect();
        let wanted = ["TO 27", "HANDLE 27", "NOBODY", "NO", "CANNED 27 2", "LATER 27"];
        for ((usage, _), wanted) in table.iter().zip(wanted) {
            let got = meaning(&grammar::read_in(usage, pack));
            assert!(got.starts_with(wanted), "{} {usage}: {got}", pack.code);
        }
    }
}

#[test]
fn the_readmes_table_is_the_grammars() {
    let ids = commands::ids();
    let rows: Vec<String> = Pack::english()
        .table(&ids)
        .map(|(usage, does)| format!("| `{usage}` | {does} |"))
        .collect();
    let table = format!("| text | what it does |\n|---|---|\n{}\n", rows.join("\n"));
    let readme = include_str!("../../README.md");
    let (_, rest) = readme
        .split_once("<!-- what to text -->\n")
        .expect("the README's table begins");
    let (shown, _) = rest
        .split_once("<!-- /what to text -->")
        .expect("the README's table ends");
    assert_eq!(
        shown.trim(),
        table.trim(),
        "README.md between its marks should be:\n{table}"
    );
}

fn languages() -> impl Strategy<Value = &'static Pack> {
    let packs: Vec<&'static Pack> = Pack::all().iter().map(AsRef::as_ref).collect();
    prop::sample::select(packs)
}

proptest! {
    #![proptest_config(crate::law(256))]

    #[test]
    fn no_text_makes_the_grammar_panic(text in "\\PC{0,120}", pack in languages()) {
        let _ = meaning(&grammar::read_in(&text, pack));
    }

    #[test]
    fn a_handle_first_is_never_a_command(handle in 13u16..1000, gap in "[ :.,-]{1,3}", body in "\\PC{0,60}", pack in languages()) {
        let read = grammar::read_in(&format!("{handle}{gap}{body}"), pack);
        prop_assert!(!matches!(read, OwnerText::Command(_) | OwnerText::DidYouMean { .. } | OwnerText::Usage { .. }), "{read:?}");
    }

    #[test]
    fn a_command_first_is_never_sent_to_anybody(at in 0usize..24, handle in 13u16..1000, pack in languages()) {
        let id = commands::ids()[at];
        for text in [id.to_owned(), format!("{id} {handle}"), pack.command_word(id)] {
            let read = grammar::read_in(&text, pack);
            prop_assert!(!matches!(read, OwnerText::To { .. } | OwnerText::Untagged(_) | OwnerText::Later { .. }), "{text}: {read:?}");
        }
    }

    #[test]
    fn a_command_first_and_anything_after_it_is_never_sent_unasked(at in 0usize..24, rest in "[a-z0-9@#:.,' ]{0,40}", pack in languages()) {
        let id = commands::ids()[at];
        for word in [id.to_owned(), pack.command_word(id)] {
            let read = grammar::read_in(&format!("{word} {rest}"), pack);
            prop_assert!(!matches!(read, OwnerText::To { .. } | OwnerText::Untagged(_) | OwnerText::Later { .. }), "{word} {rest}: {read:?}");
        }
    }

    #[test]
    fn what_is_sent_is_what_was_written(handle in 13u16..1000, body in "[a-z]{4,9}( [a-z0-9]{1,9}){0,6}", pack in languages()) {
        if let OwnerText::To { handle: to, text } = grammar::read_in(&format!("#{handle} {body}"), pack) {
            prop_assert_eq!(to, Handle(handle));
            prop_assert_eq!(text, body);
        }
    }

    #[test]
    fn blanks_case_and_signatures_change_nothing(word in prop::sample::select(commands::ids()), before in "[ \u{a0}\n]{0,3}", lower in any::<bool>(), pack in languages()) {
        let usage = &pack.command(word).unwrap().usage;
        let said = if lower { usage.to_lowercase() } else { usage.to_uppercase() };
        let plain = meaning(&grammar::read_in(&said, pack));
        let dressed = meaning(&grammar::read_in(&format!("{before}{said}\nSent from my iPhone"), pack));
        prop_assert_eq!(plain, dressed);
    }
}
