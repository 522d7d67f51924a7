//! From the file's text to a [`Config`], collecting everything that is wrong.

use super::read::{Findings, Found, Section, nearest};
use super::{
    COMPANY_SEPTETS_MAX, CONFIG_VERSION, CREW_MAX, Checked, Config, Limits, Member, ModemConfig, OwnerAlerts, Role,
    TextBack, Topology, URGENT_WORDS,
};
use crate::desk::hours::OpeningHours;
use crate::desk::template::{self, Template};
use crate::phone::{self, Country, PhoneNumber};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::time::Duration;
use toml::de::DeTable;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Where the owner's own phone rings too, they get longer to ring back before we text.
const TWIN_DELAY: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(86_400);
/// Most words in `urgent_words`, most countries in `countries`.
const LIST_MAX: usize = 64;
/// Texts a minute that a modem can send at all (each takes seconds on the air).
const PER_MINUTE_USUAL: u32 = 30;
/// Texts a day above which an operator takes a SIM for a spammer's.
const PER_DAY_USUAL: u32 = 1_000;

pub(super) fn check(text: &str) -> Checked {
    let text = straighten(text);
    let (table, errors) = DeTable::parse_recoverable(&text);
    let mut findings = Findings::new(&text);
    for error in &errors {
        let line = error.span().map_or(0, |span| findings.line(span.start));
        findings.mistake(line, "", format!("cannot be read: {}", error.message()));
    }
    let config = root(table.get_ref(), &mut findings);
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

/// Without a byte order mark, with `\n` line ends, and with straight quotes where quotes delimit.
fn straighten(text: &str) -> String {
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
    if trimmed.starts_with('[') {
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

fn root(table: &DeTable<'_>, findings: &mut Findings<'_>) -> Option<Config> {
    let mut top = Section::new(Some(table), "", 0);
    let version = top.integer("config_version", CONFIG_VERSION, 0..=u32::MAX, findings);
    if version != CONFIG_VERSION {
        findings.mistake(
            0,
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
                let what = "not set: callers are texted back, but nobody is told of them; what they write is kept until there is one".to_owned();
                findings.warn(0, "owner", what);
            }
            None
        }
    };
    let timezone = timezone(&mut top, findings);
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
    let text_back = text_back(top.table("text_back", findings), topology, findings);
    let hours = hours(top.table("hours", findings), findings);
    let limits = limits(top.table("limits", findings), findings);
    let owner_alerts = owner_alerts(top.table("owner_alerts", findings), findings);
    let crew = crew(&mut top, country, owner.as_ref(), findings);
    let mut board = top.table("board", findings);
    let profile = board
        .string("profile", findings)
        .map(|f| f.value)
        .filter(|p| p != "none" && !p.is_empty());
    board.finish(findings);
    top.finish(findings);
    Some(Config {
        company: company?,
        owner,
        country,
        timezone,
        topology,
        modem,
        store: store_path,
        text_back: text_back?,
        hours,
        limits,
        owner_alerts,
        crew,
        board: profile,
    })
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

/// A telephone number as a person writes it.
fn number(
    found: &Found<String>,
    key: &str,
    country: Option<Country>,
    findings: &mut Findings<'_>,
) -> Option<PhoneNumber> {
    let text = found.value.trim();
    let read = match (text.starts_with('+'), country) {
        (true, home) => phone::interpret(text, 145, &home.unwrap_or(Country::US)),
        (false, Some(home)) => phone::interpret(text, 129, &home),
        (false, None) => Err(phone::NumberProblem::NoCountry),
    };
    match read {
        Ok(number) if phone::class(&number).may_read_texts() => Some(number),
        Ok(_) => {
            findings.mistake(
                found.line,
                key,
                "is a number that cannot receive texts; give a mobile number".to_owned(),
            );
            None
        }
        Err(why) => {
            let what = format!("cannot be a telephone number: {why}; write it like \"+15125550100\"");
            findings.mistake(found.line, key, what);
            None
        }
    }
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

fn choice<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    choices: &[(&'static str, T)],
    findings: &mut Findings<'_>,
) -> Option<T> {
    let found = section.string(key, findings)?;
    let word = found.value.trim().to_lowercase();
    let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if chosen.is_none() {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let near = nearest(&word, choices.iter().map(|(name, _)| *name))
            .map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        findings.mistake(
            found.line,
            &section.path(key),
            format!("must be one of {}{near}", names.join(", ")),
        );
    }
    chosen
}

fn path(section: &mut Section<'_, '_>, key: &'static str, default: &str, findings: &mut Findings<'_>) -> PathBuf {
    match section.string(key, findings) {
        Some(found) if found.value.trim().is_empty() || found.value.contains('\0') => {
            findings.mistake(
                found.line,
                &section.path(key),
                format!("must be a path, like \"{default}\""),
            );
            PathBuf::from(default)
        }
        Some(found) => PathBuf::from(found.value.trim()),
        None => PathBuf::from(default),
    }
}

fn modem(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> ModemConfig {
    let port = path(&mut section, "port", "/dev/textback-modem", findings);
    let baud = section.integer("baud", 115_200, 1200..=4_000_000, findings);
    let pin = section.string("pin", findings).and_then(|found| {
        let pin = found.value.trim().to_owned();
        if pin.is_empty() {
            return None;
        }
        let good = (4..=8).contains(&pin.len()) && pin.bytes().all(|b| b.is_ascii_digit());
        if !good {
            findings.mistake(
                found.line,
                "modem.pin",
                "must be 4 to 8 digits in quotes, like \"1234\"".to_owned(),
            );
        }
        good.then_some(pin)
    });
    section.finish(findings);
    ModemConfig { port, baud, pin }
}

fn text_back(mut section: Section<'_, '_>, topology: Topology, findings: &mut Findings<'_>) -> Option<TextBack> {
    let message = text(&mut section, "message", template::MISSED, findings);
    let after_hours = text(&mut section, "after_hours", template::AFTER_HOURS, findings);
    let known = text(&mut section, "known", template::KNOWN, findings);
    let late = text(&mut section, "late", template::LATE, findings);
    let delay = section.duration(
        "delay",
        Some(match topology {
            Topology::Dedicated | Topology::Overflow => 3 * SECOND,
            Topology::Twin => TWIN_DELAY,
        }),
        Duration::ZERO..=600 * SECOND,
        false,
        findings,
    );
    let cooldown = section.duration("cooldown", Some(DAY), MINUTE..=30 * DAY, false, findings);
    let min_ring = section.duration(
        "min_ring",
        Some(Duration::ZERO),
        Duration::ZERO..=60 * SECOND,
        true,
        findings,
    );
    let reject_after = section.duration("reject_after", None, SECOND..=120 * SECOND, true, findings);
    let mut countries = Vec::new();
    for found in section.strings("countries", findings).unwrap_or_default() {
        match Country::parse(&found.value) {
            Some(country) if countries.len() < LIST_MAX => countries.push(country),
            Some(_) => findings.mistake(
                found.line,
                "text_back.countries",
                format!("at most {LIST_MAX} countries"),
            ),
            None => {
                let what = format!(
                    "\"{}\" is no country; write two-letter codes, like [\"CA\", \"MX\"]",
                    found.value
                );
                findings.mistake(found.line, "text_back.countries", what);
            }
        }
    }
    let landlines = section.boolean("landlines", false, findings);
    section.finish(findings);
    Some(TextBack {
        message: message?,
        after_hours: after_hours?,
        known: known?,
        late: late?,
        delay: delay.unwrap_or_default(),
        cooldown: cooldown.unwrap_or(DAY),
        min_ring: min_ring.unwrap_or_default(),
        reject_after,
        countries,
        landlines,
    })
}

fn text(
    section: &mut Section<'_, '_>,
    key: &'static str,
    default: &str,
    findings: &mut Findings<'_>,
) -> Option<Template> {
    let found = section.string(key, findings);
    let line = found.as_ref().map_or(0, |f| f.line);
    let path = section.path(key);
    let source = found.as_ref().map_or(default, |f| f.value.as_str());
    match Template::parse_for_callers(source) {
        Ok(template) => {
            if found.is_some() && template::septets(&template::plain(source)).is_none() {
                let what =
                    "has characters outside the basic text alphabet (emoji?): it costs two to three times as much";
                findings.warn(line, &path, what.to_owned());
            }
            Some(template)
        }
        Err(why) => {
            findings.mistake(line, &path, why.to_string());
            None
        }
    }
}

fn hours(section: Section<'_, '_>, findings: &mut Findings<'_>) -> OpeningHours {
    let mut hours = OpeningHours::closed();
    let mut seen = [false; 7];
    let mut any = false;
    for (days, value) in section.entries() {
        any = true;
        let line = findings.line(value.span().start);
        let key = section.path(days);
        let Some(text) = value.get_ref().as_str() else {
            findings.mistake(
                line,
                &key,
                "must be hours in quotes, like \"8:00-17:00\" or \"closed\"".to_owned(),
            );
            continue;
        };
        match hours.set(days, text) {
            Ok(set) => {
                for day in set {
                    if let Some(seen) = seen.get_mut(day)
                        && std::mem::replace(seen, true)
                    {
                        findings.warn(
                            line,
                            &key,
                            "a day of it was given before; the last in alphabetical order counts".to_owned(),
                        );
                    }
                }
            }
            Err(why) => findings.mistake(line, &key, why.to_string()),
        }
    }
    if any { hours } else { OpeningHours::default() }
}

fn limits(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Limits {
    let default = Limits::default();
    let limits = Limits {
        per_minute: section.integer("per_minute", default.per_minute, 1..=10_000, findings),
        per_hour: section.integer("per_hour", default.per_hour, 1..=100_000, findings),
        per_day: section.integer("per_day", default.per_day, 1..=100_000, findings),
        people_per_day: section.integer("people_per_day", default.people_per_day, 1..=100_000, findings),
        automatic_per_number_per_day: section.integer(
            "automatic_per_number_per_day",
            default.automatic_per_number_per_day,
            1..=20,
            findings,
        ),
    };
    if limits.per_hour < limits.per_minute || limits.per_day < limits.per_hour {
        findings.warn(
            section.line(),
            "limits",
            "a shorter time allows more than a longer one".to_owned(),
        );
    }
    if limits.per_minute > PER_MINUTE_USUAL || limits.per_day > PER_DAY_USUAL {
        findings.warn(
            section.line(),
            "limits",
            "more than one SIM can send, or than most contracts allow: operators block such SIMs".to_owned(),
        );
    }
    section.finish(findings);
    limits
}

fn owner_alerts(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> OwnerAlerts {
    let missed_calls = section.boolean("missed_calls", true, findings);
    let merge = section.duration(
        "merge_window",
        Some(MINUTE),
        Duration::ZERO..=600 * SECOND,
        true,
        findings,
    );
    let words = section.strings("urgent_words", findings);
    let urgent_words = match words {
        Some(words) => {
            if words.len() > LIST_MAX {
                findings.mistake(
                    section.line(),
                    "owner_alerts.urgent_words",
                    format!("at most {LIST_MAX} words"),
                );
            }
            words
                .into_iter()
                .map(|w| w.value.trim().to_lowercase())
                .filter(|w| !w.is_empty())
                .take(LIST_MAX)
                .collect()
        }
        None => URGENT_WORDS.map(str::to_owned).to_vec(),
    };
    section.finish(findings);
    OwnerAlerts {
        missed_calls,
        merge_window: merge.unwrap_or_default(),
        urgent_words,
    }
}

fn crew(
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
