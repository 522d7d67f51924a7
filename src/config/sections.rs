//! The tables of the file, one function each.

use super::price;
use super::read::Section;
use super::values::{HOLIDAYS, LIST_MAX, choice, device};
use super::{Digest, Limits, ModemConfig, OwnerAlerts, TextBack, Topology};
use crate::desk::hours::holidays::Holidays;
use crate::desk::hours::{self, OpeningHours, Span};
use crate::desk::wording::pack::Pack;
use crate::desk::wording::template::Template;
use crate::mistakes::Findings;
use crate::phone::Country;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Where the owner's own phone rings too, they get longer to ring back before we text.
const TWIN_DELAY: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(86_400);
/// Longest code for the balance.
const CODE_MAX: usize = 20;
/// Texts a minute that a modem can send at all (each takes seconds on the air).
const PER_MINUTE_USUAL: u32 = 30;
/// Texts a day above which an operator takes a SIM for a spammer's.
const PER_DAY_USUAL: u32 = 1_000;

pub(super) fn modem(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> ModemConfig {
    let port = device(&mut section, "port", "/dev/textback-modem", findings);
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
    let balance = section.string("balance", findings).and_then(|found| {
        let code = found.value.trim().to_owned();
        if code.is_empty() {
            return None;
        }
        let good = code.len() <= CODE_MAX && code.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'#'));
        if !good || !code.ends_with('#') {
            let what = "must be a code of *, # and digits that ends in #, like \"*100#\"".to_owned();
            findings.mistake(found.line, "modem.balance", what);
            return None;
        }
        Some(code)
    });
    let balance_low = section.string("balance_low", findings).and_then(|found| {
        let hundredths = hundredths(found.value.trim());
        if hundredths.is_none() {
            let what = "must be an amount in quotes, like \"5\" or \"5.50\"".to_owned();
            findings.mistake(found.line, "modem.balance_low", what);
        }
        hundredths
    });
    section.finish(findings);
    ModemConfig {
        port,
        baud,
        pin,
        balance,
        balance_low,
    }
}

/// `5`, `5.5`, `5.50` in hundredths.
fn hundredths(text: &str) -> Option<u64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return None;
    }
    let cents: u64 = format!("{cents:0<2}").parse().ok()?;
    Some(whole.parse::<u64>().ok()? * 100 + cents)
}

pub(super) fn text_back(
    mut section: Section<'_, '_>,
    topology: Topology,
    (company, language): (&str, &Pack),
    findings: &mut Findings<'_>,
) -> Option<TextBack> {
    let mut text = |key| text(&mut section, key, (company, language), findings);
    let (message, after_hours, known, late) = (text("message"), text("after_hours"), text("known"), text("late"));
    let delay = section.duration(
        "delay",
        Some(match topology {
            Topology::Dedicated | Topology::Overflow => 3 * SECOND,
            Topology::Twin => TWIN_DELAY,
        }),
        Duration::ZERO..=600 * SECOND,
        true,
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
    (company, language): (&str, &Pack),
    findings: &mut Findings<'_>,
) -> Option<Template> {
    let found = section.string(key, findings);
    let line = found.as_ref().map_or(0, |f| f.line);
    let path = section.path(key);
    let source = found.as_ref().map_or_else(|| language.caller(key), |f| f.value.clone());
    match Template::parse_for_callers(&source) {
        Ok(template) => {
            price::judge(&template, company, language, (line, &path), findings);
            Some(template)
        }
        Err(why) => {
            findings.mistake(line, &path, why.to_string());
            None
        }
    }
}

pub(super) fn hours(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> OpeningHours {
    let holidays = holidays(&mut section, findings);
    let mut hours = OpeningHours::closed();
    let mut seen = [false; 7];
    let mut any = false;
    for (days, value) in section.entries().filter(|(key, _)| *key != HOLIDAYS) {
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
    let hours = if any { hours } else { OpeningHours::default() };
    hours.with_holidays(holidays)
}

fn holidays(section: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Holidays {
    let mut holidays = Holidays::default();
    for found in section.strings(HOLIDAYS, findings).unwrap_or_default() {
        if let Err(why) = holidays.add(&found.value) {
            findings.mistake(found.line, "hours.holidays", why.to_string());
        }
    }
    holidays
}

/// `"22:00-6:30"`, or `"off"`.
fn quiet(section: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Span> {
    let found = section.string("quiet", findings)?;
    match hours::quiet_span(&found.value) {
        Ok(span) => span,
        Err(why) => {
            findings.mistake(found.line, "owner_alerts.quiet", why.to_string());
            None
        }
    }
}

pub(super) fn limits(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Limits {
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

pub(super) fn owner_alerts(mut section: Section<'_, '_>, language: &Pack, findings: &mut Findings<'_>) -> OwnerAlerts {
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
        None => language.words("urgent").to_vec(),
    };
    let quiet = quiet(&mut section, findings);
    let nudges = section.boolean("nudges", true, findings);
    let often = [
        ("weekly", Digest::Weekly),
        ("daily", Digest::Daily),
        ("off", Digest::Off),
    ];
    let digest = choice(&mut section, "digest", &often, findings).unwrap_or_default();
    section.finish(findings);
    OwnerAlerts {
        missed_calls,
        merge_window: merge.unwrap_or_default(),
        urgent_words,
        quiet,
        nudges,
        digest,
    }
}
