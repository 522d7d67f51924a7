//! The tables that are written once for each: `[[crew]]`, `[[missed_call_notice]]`.

use super::read::Section;
use super::values::{LIST_MAX, choice, number};
use super::{CREW_MAX, Member, Role};
use crate::desk::calls::notices::NoticeRule;
use crate::mistakes::Findings;
use crate::phone::{Country, PhoneNumber};

pub(super) fn crew(
    top: &mut Section<'_, '_>,
    country: Option<Country>,
    owner: Option<&PhoneNumber>,
    findings: &mut Findings<'_>,
) -> Vec<Member> {
    let Some(value) = top.take("crew") else {
        return Vec::new();
    };
    let line = findings.line(value.span().start);
    let Some(entries) = value.get_ref().as_array() else {
        findings.mistake(
            line,
            "crew",
            "must be written as [[crew]], with two brackets, once for each person".to_owned(),
        );
        return Vec::new();
    };
    let mut crew: Vec<Member> = Vec::new();
    for entry in entries.iter() {
        let line = findings.line(entry.span().start);
        let Some(table) = entry.get_ref().as_table() else {
            findings.mistake(
                line,
                "crew",
                "each must be a table with name, number and role".to_owned(),
            );
            continue;
        };
        if crew.len() >= CREW_MAX {
            findings.mistake(line, "crew", format!("at most {CREW_MAX} people"));
            break;
        }
        let mut section = Section::new(Some(table), "crew", line);
        let name = section
            .string("name", findings)
            .map(|f| f.value.trim().to_owned())
            .filter(|n| !n.is_empty());
        let roles = [
            ("owner", Role::Owner),
            ("crew", Role::Crew),
            ("installer", Role::Installer),
        ];
        let role = choice(&mut section, "role", &roles, findings).unwrap_or(Role::Crew);
        let has_number = section.take("number").is_some();
        let found = section.string("number", findings);
        let number = found.as_ref().and_then(|f| number(f, "crew.number", country, findings));
        if name.is_none() {
            findings.mistake(line, "crew.name", "is required: a name in quotes".to_owned());
        }
        if !has_number {
            findings.mistake(
                line,
                "crew.number",
                "is required: a mobile number like \"+15125550101\"".to_owned(),
            );
        }
        section.finish(findings);
        if let (Some(name), Some(number)) = (name, number) {
            if owner == Some(&number) || crew.iter().any(|m| m.number == number) {
                findings.mistake(
                    line,
                    "crew.number",
                    "is there twice: each person needs a number of their own".to_owned(),
                );
            } else {
                crew.push(Member { name, number, role });
            }
        }
    }
    crew
}

/// `[[missed_call_notice]]`: what an operator's notice of a missed call looks like.
pub(super) fn notices(top: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Vec<NoticeRule> {
    const KEY: &str = "missed_call_notice";
    let Some(value) = top.take(KEY) else {
        return Vec::new();
    };
    let line = findings.line(value.span().start);
    let Some(entries) = value.get_ref().as_array() else {
        let what = "must be written as [[missed_call_notice]], with two brackets, once for each shape".to_owned();
        findings.mistake(line, KEY, what);
        return Vec::new();
    };
    let mut notices = Vec::new();
    for entry in entries.iter() {
        let line = findings.line(entry.span().start);
        let Some(table) = entry.get_ref().as_table() else {
            findings.mistake(
                line,
                KEY,
                "each must be a table with text, and perhaps sender".to_owned(),
            );
            continue;
        };
        if notices.len() >= LIST_MAX / 2 {
            findings.mistake(line, KEY, format!("at most {} shapes", LIST_MAX / 2));
            break;
        }
        let mut section = Section::new(Some(table), KEY, line);
        let sender = section.string("sender", findings).map(|found| found.value);
        let text = section.string("text", findings);
        section.finish(findings);
        match text.map(|found| NoticeRule::new(sender.as_deref(), &found.value)) {
            Some(Ok(rule)) => notices.push(rule),
            Some(Err(mistake)) => findings.mistake(line, "missed_call_notice.text", mistake.to_string()),
            None => findings.mistake(
                line,
                "missed_call_notice.text",
                "is required: the notice's shape".to_owned(),
            ),
        }
    }
    notices
}
