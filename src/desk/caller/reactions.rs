//! A phone's reaction to a text, which arrives as a text of its own: `Liked “On my way”`, `👍 to “On my way”`,
//! `Removed a heart from “On my way”`, `Loved an image`. In every language we know, for callers' phones speak theirs.

use crate::desk::wording::fold::fold;
use crate::desk::wording::pack::Pack;

/// Opening and closing quotes of all phones.
const QUOTES: [char; 8] = [
    '"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{ab}', '\u{bb}', '\u{2033}',
];
/// Longest text that is looked at: a reaction quotes a text, which may be long.
const CHARACTERS_MAX: usize = 1000;
/// Longest part of it that is no quote.
const VERB_CHARACTERS_MAX: usize = 60;

/// A reaction of a phone that could not show it otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// `Liked`, `👍`, … as written, without what joins it to the quote.
    pub verb: String,
    /// What was reacted to, without its quotes.
    pub to: String,
}

/// Reads a text as a reaction.
pub(in crate::desk) fn read(text: &str, pack: &Pack) -> Option<Reaction> {
    // Google's Messages puts invisible characters around emoji and quotes.
    let clean: String = text
        .chars()
        .take(CHARACTERS_MAX)
        .filter(|c| !matches!(c, '\u{200a}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
        .collect();
    let clean = clean.trim();
    let languages = || Pack::all().iter().map(AsRef::as_ref).chain([pack]);
    let (before, to, after) = match parts(clean) {
        Some(parts) => parts,
        None => return languages().find_map(|pack| of_a_thing(clean, pack)),
    };
    let (verb, tail) = (
        before.trim(),
        after.trim_matches(|c: char| c.is_whitespace() || c == '.'),
    );
    if verb.chars().count() + tail.chars().count() > VERB_CHARACTERS_MAX || to.trim().is_empty() {
        return None;
    }
    let said = match tail {
        "" => folded(verb),
        // German: Hat über „…“ gelacht.
        tail => format!("{} {}", folded(verb), folded(tail)),
    };
    let emoji = verb.chars().any(is_emoji);
    let known = languages().any(|pack| {
        let words = pack.words("reactions").contains(&said);
        words || (emoji && pack.words("reactions_to").contains(&said))
    });
    let shown = match (emoji, tail) {
        // "Reacted 👍 to" is 👍; taking it away is told in words.
        (true, "") if !languages().any(|pack| pack.words("reactions_removed").contains(&said)) => {
            verb.chars().filter(|c| is_emoji(*c)).collect()
        }
        (_, "") => verb.to_owned(),
        (_, tail) => format!("{verb} .. {tail}"),
    };
    known.then(|| Reaction {
        verb: shown,
        to: to.trim().to_owned(),
    })
}

/// What stands before the quoted words, the words, and what stands after them.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find(QUOTES)?;
    let close = text.rfind(QUOTES).filter(|close| *close > open);
    // A long text may be cut off before its quote ends.
    let close = close.or_else(|| text.rfind('\u{2026}').filter(|close| *close > open))?;
    let opening = text.get(open..)?.chars().next()?.len_utf8();
    let closing = text.get(close..)?.chars().next()?.len_utf8();
    Some((
        text.get(..open)?,
        text.get(open + opening..close)?,
        text.get(close + closing..)?,
    ))
}

/// `Loved an image`.
fn of_a_thing(text: &str, pack: &Pack) -> Option<Reaction> {
    if text.chars().count() > VERB_CHARACTERS_MAX {
        return None;
    }
    let said = folded(text);
    let things = pack.words("reactions_things");
    let thing = things.iter().find(|thing| said.ends_with(&format!(" {thing}")))?;
    let verb = said.strip_suffix(thing.as_str())?.trim_end();
    let emoji = text.chars().any(is_emoji) && pack.words("reactions_to").iter().any(|to| to == verb);
    (emoji || pack.words("reactions").iter().any(|known| known == verb)).then(|| {
        let words = thing.split_whitespace().count();
        let all: Vec<&str> = text.trim_end_matches('.').split_whitespace().collect();
        let (verb, to) = all.split_at(all.len().saturating_sub(words));
        Reaction {
            verb: verb.join(" "),
            to: to.join(" "),
        }
    })
}

fn folded(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Pictographs, and what joins and varies them.
pub(in crate::desk) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{203c}' | '\u{2049}' | '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb_and_quote(text: &str) -> Option<(String, String)> {
        read(text, &Pack::english()).map(|reaction| (reaction.verb, reaction.to))
    }

    #[test]
    fn reactions_of_every_phone_and_language_are_told_from_texts() {
        for (text, verb, to) in [
            ("Liked \u{201c}On my way\u{201d}", "Liked", "On my way"),
            ("Loved \"Thanks!\"", "Loved", "Thanks!"),
            ("Laughed at \u{201c}ok\u{201d}", "Laughed at", "ok"),
            ("Emphasized \u{201c}8am\u{201d}", "Emphasized", "8am"),
            ("Reacted \u{1f44d} to \u{201c}See you\u{201d}", "\u{1f44d}", "See you"),
            ("Removed a like from \u{201c}ok\u{201d}", "Removed a like from", "ok"),
            ("Removed a heart from \u{201c}ok\u{201d}", "Removed a heart from", "ok"),
            (
                "Removed \u{1f44d} from \u{201c}ok\u{201d}",
                "Removed \u{1f44d} from",
                "ok",
            ),
            (
                "\u{200b}\u{1f44d}\u{200b} to \u{201c}\u{200a}On my way\u{200a}\u{201d}",
                "\u{1f44d}",
                "On my way",
            ),
            (
                "\u{2764}\u{fe0f} to \u{201c}On my way\u{201d}",
                "\u{2764}\u{fe0f}",
                "On my way",
            ),
            ("Liked an image", "Liked", "an image"),
            ("Loved a movie", "Loved", "a movie"),
            ("Questioned an attachment", "Questioned", "an attachment"),
            (
                "A aim\u{e9} \u{ab} J\u{2019}arrive \u{bb}",
                "A aim\u{e9}",
                "J\u{2019}arrive",
            ),
            (
                "A ajout\u{e9} un c\u{153}ur \u{e0} \u{ab} ok \u{bb}",
                "A ajout\u{e9} un c\u{153}ur \u{e0}",
                "ok",
            ),
            ("\u{1f44d} \u{e0} \u{ab} ok \u{bb}", "\u{1f44d}", "ok"),
            ("Le encant\u{f3} \u{201c}Voy\u{201d}", "Le encant\u{f3}", "Voy"),
            ("Le gust\u{f3} una imagen", "Le gust\u{f3}", "una imagen"),
            ("\u{1f44d} a \u{201c}Voy\u{201d}", "\u{1f44d}", "Voy"),
            ("Gef\u{e4}llt \u{201e}Bin da\u{201c}", "Gef\u{e4}llt", "Bin da"),
            (
                "Hat \u{fc}ber \u{201e}Bin da\u{201c} gelacht",
                "Hat \u{fc}ber .. gelacht",
                "Bin da",
            ),
            ("\u{1f44d} auf \u{201e}Bin da\u{201c}", "\u{1f44d}", "Bin da"),
            (
                "Liked \u{201c}He said \"ok\" to me\u{201d}",
                "Liked",
                "He said \"ok\" to me",
            ),
            (
                "Liked \u{201c}a very long text that was cut\u{2026}",
                "Liked",
                "a very long text that was cut",
            ),
        ] {
            let read = verb_and_quote(text);
            assert_eq!(read, Some((verb.to_owned(), to.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_no_reaction() {
        for text in [
            "Liked the work",
            "I said \"ok\"",
            "Loved it, \"thanks\" from all",
            "Liked",
            "to \"whom\"",
            "\u{1f44d} great, see you",
            "\u{1f44d}",
            "Send it to \"Main St\"",
            "Loved an old house",
            "\"\"",
        ] {
            assert_eq!(verb_and_quote(text), None, "{text}");
        }
    }
}
