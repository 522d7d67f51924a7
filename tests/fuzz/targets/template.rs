//! Templates and what strangers' names put into them.

use textback::desk::wording::template::{TEMPLATE_CHARACTERS_MAX, Template, Values};

const STOP_LINE: &str = "Reply STOP to opt out.";

/// The template, a NUL, then the values for `{name}` and `{company}`, each ended by a NUL.
///
/// Laws: a value is never looked at again for blanks; the text is as long as its pieces; the STOP line is there when asked.
pub fn template(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut pieces = text.split('\0');
    let source = pieces.next().unwrap_or("");
    let values = Values {
        name: pieces.next().unwrap_or("{company}{owner}{phone}"),
        company: pieces.next().unwrap_or("{name}"),
        owner: "{open}",
        open: "{",
        phone: "}",
    };
    let Ok(template) = Template::parse(source) else { return };
    let rendered = template.render(&values, Some(STOP_LINE));
    let longest = values.name.chars().count().max(values.company.chars().count()).max(6);
    // Transliteration writes one character as at most three ("…" as "...").
    let bound = 3 * (TEMPLATE_CHARACTERS_MAX * 3 / "{name}".len() + 1) * longest + 3 * TEMPLATE_CHARACTERS_MAX;
    assert!(
        rendered.chars().count() <= bound + " ".len() + STOP_LINE.len(),
        "a text outgrew its template"
    );
    assert!(rendered.contains("STOP"), "no way out is told: {rendered:?}");
    assert_eq!(rendered, template.render(&values, Some(STOP_LINE)));
    // Twice the same braces came out as went in: those of the values, none of the template's.
    let marked = Values {
        name: "{owner}",
        company: "{phone}",
        owner: "OWNER-VALUE",
        open: "OPEN-VALUE",
        phone: "PHONE-VALUE",
    };
    // As it was read: marks that nobody sees are no part of a blank's name.
    let source = template.source();
    let once = template.render(&marked, None);
    let count = |needle: &str| once.matches(needle).count();
    let blanks = |word: &str| {
        source
            .split('{')
            .skip(1)
            .filter(|piece| {
                piece
                    .split('}')
                    .next()
                    .is_some_and(|w| w.trim().eq_ignore_ascii_case(word))
            })
            .count()
    };
    assert!(
        count("OWNER-VALUE") <= blanks("owner") + source.matches("OWNER-VALUE").count(),
        "a value was expanded"
    );
    assert!(
        count("PHONE-VALUE") <= blanks("phone") + source.matches("PHONE-VALUE").count(),
        "a value was expanded"
    );
}
