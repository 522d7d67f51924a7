//! From the file's text to a [`Config`], collecting everything that is wrong.

use super::language;
use super::people::{crew, notices};
use super::quick::quick;
use super::read::Section;
use super::sections::{hours, limits, modem, owner_alerts, text_back};
use super::source::Source;
use super::syntax;
use super::values::{choice, number, path};
use super::{COMPANY_SEPTETS_MAX, CONFIG_VERSION, Checked, Config, Topology};
use crate::board::{Profile, ProfileError};
use crate::desk::wording::pack::Pack;
use crate::desk::wording::template;
use crate::mistakes::{Findings, Mistake};
use crate::phone::Country;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::de::DeTable;

pub(super) fn check(text: &str) -> Checked {
    let source = Source::of(text);
    let text = source.text();
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut findings = Findings::new(text);
    let unread: Vec<_> = errors
        .iter()
        .map(|error| {
            (
                error.span().map_or(0, |span| findings.line(span.start)),
                error.message(),
            )
        })
        .collect();
    let config = root(table.get_ref(), &source, None, &mut findings);
    unreadable(&unread, text, &mut findings);
    findings
        .mistakes
        .sort_by_key(|m| if m.line == 0 { usize::MAX } else { m.line });
    findings.warnings.sort_by_key(|m| m.line);
    let ok = findings.mistakes.is_empty() && config.is_some();
    Checked {
        ok,
        mistakes: findings.mistakes,
        warnings: findings.warnings,
        config: config.filter(|_| ok),
    }
}

/// Lines that can't be read: one mistake each. Whatever else is said of them, or of keys that are not there, comes of that.
fn unreadable(unread: &[(usize, &str)], text: &str, findings: &mut Findings<'_>) {
    if unread.is_empty() {
        return;
    }
    let lines: BTreeMap<usize, &str> = unread.iter().rev().copied().collect();
    let stays = |mistake: &Mistake| mistake.line != 0 && !lines.contains_key(&mistake.line);
    findings.mistakes.retain(stays);
    findings.warnings.retain(stays);
    for (line, said) in lines {
        let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let what = format!("cannot be read: {}", syntax::in_words(said, written));
        findings.mistake(line, "", what);
    }
}

pub(super) fn root(
    table: &DeTable<'_>,
    source: &Source,
    known_language: Option<&Arc<Pack>>,
    findings: &mut Findings<'_>,
) -> Option<Config> {
    let mut top = Section::new(Some(table), "", 0);
    let version = top.integer("config_version", CONFIG_VERSION, 0..=u32::MAX, findings);
    if version != CONFIG_VERSION {
        findings.mistake(
            top.entries()
                .find(|(key, _)| *key == "config_version")
                .map_or(0, |(_, value)| findings.line(value.span().start)),
            "config_version",
            format!("is {version}; this program reads version {CONFIG_VERSION}"),
        );
    }
    let company = company(&mut top, findings);
    let country = country(&mut top, findings);
    let owner = match top.string("owner", findings) {
        Some(found) => number(&found, "owner", country, findings),
        None => {
            if top.entries().all(|(key, _)| key != "owner") {
                let what = "not set: whoever claims the box by text is the owner; until then callers are texted back, and what they write is kept".to_owned();
                findings.warn(0, "owner", what);
            }
            None
        }
    };
    let timezone = timezone(&mut top, findings);
    let language = language::language(&mut top, known_language, findings);
    let topology = choice(
        &mut top,
        "topology",
        &[
            ("dedicated", Topology::Dedicated),
            ("overflow", Topology::Overflow),
            ("twin", Topology::Twin),
        ],
        findings,
    )
    .unwrap_or_default();
    let modem = modem(top.table("modem", findings), findings);
    let mut store = top.table("store", findings);
    let store_path = path(&mut store, "path", "/var/lib/textback/textback.db", findings);
    store.finish(findings);
    let text_back = text_back(
        top.table("text_back", findings),
        topology,
        (company.as_deref().unwrap_or_default(), &language),
        findings,
    );
    let hours = hours(top.table("hours", findings), findings);
    let limits = limits(top.table("limits", findings), findings);
    let owner_alerts = owner_alerts(top.table("owner_alerts", findings), &language, findings);
    let quick = quick(top.table("quick", findings), findings);
    let notices = notices(&mut top, findings);
    let crew = crew(&mut top, country, owner.as_ref(), findings);
    let mut board = top.table("board", findings);
    let profile = board_profile(&mut board, findings);
    board.finish(findings);
    top.finish(findings);
    Some(Config {
        company: company?,
        owner,
        country,
        timezone,
        language,
        topology,
        modem,
        store: store_path,
        text_back: text_back?,
        hours,
        limits,
        owner_alerts,
        quick,
        crew,
        notices,
        board: profile,
        source: source.clone(),
    })
}

fn board_profile(board: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<String> {
    let found = board.string("profile", findings)?;
    let name = found.value;
    if name == "none" || name.is_empty() {
        return None;
    }
    match Profile::find(&name) {
        Err(error @ ProfileError::Unknown(_)) => {
            findings.mistake(found.line, "board.profile", error.to_string());
            None
        }
        Ok(profile) => {
            if !profile.voice {
                findings.warn(
                    found.line,
                    "board.profile",
                    format!(
                        "{}: this board's modem has no voice, it never sees a call",
                        profile.name
                    ),
                );
            }
            Some(name)
        }
        // The box does its work without lights too: no reason to stand still.
        Err(error @ (ProfileError::Unreadable { .. } | ProfileError::Wrong { .. })) => {
            findings.warn(found.line, "board.profile", error.to_string());
            Some(name)
        }
    }
}

fn company(top: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<String> {
    const ALLOWED: &str = "the name of your business as callers should read it, at most 53 characters";
    let present = top.take("company").is_some();
    let Some(found) = top.string("company", findings) else {
        if !present {
            findings.mistake(0, "company", format!("is required: {ALLOWED}"));
        }
        return None;
    };
    let name = template::plain(found.value.trim());
    if name.is_empty() || name.chars().any(char::is_control) {
        findings.mistake(found.line, "company", format!("must be {ALLOWED}"));
        return None;
    }
    let septets = template::septets(&name);
    if name.chars().count() > COMPANY_SEPTETS_MAX || septets.is_some_and(|n| n > COMPANY_SEPTETS_MAX) {
        let n = septets.unwrap_or_else(|| name.chars().count());
        findings.mistake(
            found.line,
            "company",
            format!("has {n} characters; at most {COMPANY_SEPTETS_MAX} fit a one-part text"),
        );
        return None;
    }
    if septets.is_none() {
        let what =
            "has characters outside the basic text alphabet: every text to a caller costs two to three times as much";
        findings.warn(found.line, "company", what.to_owned());
    }
    Some(name)
}

fn country(top: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Country> {
    let found = top.string("country", findings)?;
    let country = Country::parse(&found.value);
    if country.is_none() {
        findings.mistake(
            found.line,
            "country",
            "must be a two-letter country code, like \"US\", \"GB\" or \"AU\"".to_owned(),
        );
    }
    country
}

fn timezone(top: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<TimeZone> {
    let found = top.string("timezone", findings)?;
    match TimeZone::get(found.value.trim()) {
        Ok(zone) => Some(zone),
        Err(_) => {
            let what = "is no time zone; write one like \"America/Chicago\" or \"Europe/London\"".to_owned();
            findings.mistake(found.line, "timezone", what);
            None
        }
    }
}
