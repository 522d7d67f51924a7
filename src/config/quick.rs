//! `[quick]`: the canned replies, `q1` to `q9`.

use super::read::Section;
use crate::desk::wording::template::Template;
use crate::mistakes::Findings;
use std::collections::BTreeMap;

/// The keys, in order; `27 q2` sends the second.
const KEYS: [&str; 9] = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"];

pub(super) fn quick(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> BTreeMap<u8, Template> {
    let mut quick = BTreeMap::new();
    for (number, key) in (1..).zip(KEYS) {
        let Some(found) = section.string(key, findings) else {
            continue;
        };
        if found.value.trim().is_empty() {
            continue;
        }
        match Template::parse(&found.value) {
            Ok(template) => {
                quick.insert(number, template);
            }
            Err(why) => findings.mistake(found.line, &section.path(key), why.to_string()),
        }
    }
    section.finish(findings);
    quick
}
