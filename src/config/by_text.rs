//! The keys that the owner may set by text: laid over the file, and read by the very code that reads the file.
//!
//! A value as texted (`SET delay 5s`) becomes the line that the file would have (`delay = "5s"`), put in the place of the
//! file's own. So whatever the file refuses, a text is refused too, in the same words, and a default that hangs on another
//! key (the texts on the language) follows it.

use super::parse::root;
use super::read::nearest;
use super::values::HOLIDAYS;
use super::{Config, duration};
use crate::desk::hours;
use crate::desk::wording::pack::BUILT_IN;
use crate::desk::wording::template::Template;
use crate::mistakes::Findings;
use toml::de::{DeTable, DeValue};

/// Longest value that is read, in bytes: no text of a phone's is longer.
pub const VALUE_BYTES_MAX: usize = 4096;

/// How a texted value is written in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As it is, in quotes; a text to callers, shown with its price.
    Template,
    /// In quotes; `none` for no such text.
    Text,
    /// In quotes, in small letters.
    Word,
    /// Digits.
    Number,
    /// `on`, `off`.
    Switch,
    /// `gas, no heat`: a list.
    List,
    /// `mon-fri 8-17, sat 9-12`: the week's lines.
    Week,
}

/// A key that may be set by text.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As texted.
    pub name: &'static str,
    table: &'static str,
    key: &'static str,
    kind: Kind,
    /// Changing it could take the box over or ruin the business's name: needs more proof than a caller ID.
    pub guarded: bool,
    show: fn(&Config) -> String,
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.name == other.name
    }
}

impl Key {
    /// The value that `config` has, as it could be texted.
    #[must_use]
    pub fn shown(&self, config: &Config) -> String {
        (self.show)(config)
    }

    /// Whether it is a text to callers.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.kind == Kind::Template
    }

    /// The lines that the file would have.
    fn lines(&self, value: &str) -> String {
        let key = self.key;
        let value = value.trim();
        let line = match self.kind {
            Kind::Template => format!("{key} = {}", quoted(value)),
            Kind::Text if matches!(value.to_lowercase().as_str(), "none" | "off") => format!("{key} = \"\""),
            Kind::Text => format!("{key} = {}", quoted(value)),
            Kind::Word => format!("{key} = {}", quoted(&value.to_lowercase())),
            Kind::Number if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{key} = {value}")
            }
            Kind::Number => format!("{key} = {}", quoted(value)),
            // What is neither was refused before.
            Kind::Switch => format!("{key} = {}", switched(value).unwrap_or_default()),
            Kind::List => {
                let none = matches!(value.to_lowercase().as_str(), "none" | "off" | "no");
                let items = value.split([',', ';', '\n']).map(str::trim);
                let items: Vec<String> = items.filter(|w| !w.is_empty() && !none).map(quoted).collect();
                format!("{key} = [{}]", items.join(", "))
            }
            Kind::Week => hours::week_lines(value)
                .into_iter()
                .map(|(days, hours)| format!("{} = {}", quoted(&days), quoted(&hours)))
                .collect::<Vec<_>>()
                .join("\n"),
        };
        match self.table {
            "" => line,
            table => format!("[{table}]\n{line}"),
        }
    }
}

/// What people text to switch something on, or off.
fn switched(value: &str) -> Option<bool> {
    match value.trim().to_lowercase().as_str() {
        "on" | "yes" | "true" | "si" | "s\u{ed}" | "oui" | "ja" | "an" | "1" => Some(true),
        "off" | "no" | "false" | "non" | "nein" | "aus" | "0" => Some(false),
        _neither => None,
    }
}

/// A TOML string (toml.io v1.0.0, "String"): JSON's escapes are among TOML's; control characters JSON leaves are dropped.
fn quoted(value: &str) -> String {
    let plain: String = value.chars().filter(|c| *c != '\u{7f}').collect();
    // A string always makes JSON.
    serde_json::to_string(&plain).unwrap_or_else(|_| "\"\"".to_owned())
}

const fn key(
    name: &'static str,
    table: &'static str,
    key: &'static str,
    kind: Kind,
    guarded: bool,
    show: fn(&Config) -> String,
) -> Key {
    Key {
        name,
        table,
        key,
        kind,
        guarded,
        show,
    }
}

fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn canned(config: &Config, number: u8) -> String {
    config
        .quick
        .get(&number)
        .map_or_else(|| "none".to_owned(), Template::source)
}

fn list(words: &[String]) -> String {
    match words {
        [] => "none".to_owned(),
        words => words.join(", "),
    }
}

const LANGUAGE: &str = "language";

/// Every key that may be set by text, in the order in which `SET` lists them.
pub static KEYS: &[Key] = &[
    key("message", "text_back", "message", Kind::Template, true, |c| {
        c.text_back.message.source()
    }),
    key("known", "text_back", "known", Kind::Template, true, |c| {
        c.text_back.known.source()
    }),
    key("after_hours", "text_back", "after_hours", Kind::Template, true, |c| {
        c.text_back.after_hours.source()
    }),
    key("late", "text_back", "late", Kind::Template, true, |c| {
        c.text_back.late.source()
    }),
    key("hours", "hours", "", Kind::Week, false, |c| c.hours.source(&c.language)),
    key("holidays", "hours", HOLIDAYS, Kind::List, false, |c| {
        match c.hours.holidays().source() {
            none if none.is_empty() => "none".to_owned(),
            some => some,
        }
    }),
    key("quiet", "owner_alerts", "quiet", Kind::Word, false, |c| {
        c.owner_alerts
            .quiet
            .map_or_else(|| "off".to_owned(), |quiet| hours::span_source(quiet, &c.language))
    }),
    key("urgent", "owner_alerts", "urgent_words", Kind::List, false, |c| {
        list(&c.owner_alerts.urgent_words)
    }),
    key(
        "missed_calls",
        "owner_alerts",
        "missed_calls",
        Kind::Switch,
        false,
        |c| switch(c.owner_alerts.missed_calls),
    ),
    key("digest", "owner_alerts", "digest", Kind::Word, false, |c| {
        c.owner_alerts.digest.word().to_owned()
    }),
    key("nudges", "owner_alerts", "nudges", Kind::Switch, false, |c| {
        switch(c.owner_alerts.nudges)
    }),
    key("merge_window", "owner_alerts", "merge_window", Kind::Word, false, |c| {
        duration::words(c.owner_alerts.merge_window)
    }),
    key("delay", "text_back", "delay", Kind::Word, false, |c| {
        duration::words(c.text_back.delay)
    }),
    key("cooldown", "text_back", "cooldown", Kind::Word, false, |c| {
        duration::words(c.text_back.cooldown)
    }),
    key("min_ring", "text_back", "min_ring", Kind::Word, false, |c| {
        duration::words(c.text_back.min_ring)
    }),
    key("q1", "quick", "q1", Kind::Text, false, |c| canned(c, 1)),
    key("q2", "quick", "q2", Kind::Text, false, |c| canned(c, 2)),
    key("q3", "quick", "q3", Kind::Text, false, |c| canned(c, 3)),
    key("q4", "quick", "q4", Kind::Text, false, |c| canned(c, 4)),
    key("q5", "quick", "q5", Kind::Text, false, |c| canned(c, 5)),
    key("q6", "quick", "q6", Kind::Text, false, |c| canned(c, 6)),
    key("q7", "quick", "q7", Kind::Text, false, |c| canned(c, 7)),
    key("q8", "quick", "q8", Kind::Text, false, |c| canned(c, 8)),
    key("q9", "quick", "q9", Kind::Text, false, |c| canned(c, 9)),
    key("language", "", LANGUAGE, Kind::Word, true, |c| c.language.code.clone()),
    key("per_minute", "limits", "per_minute", Kind::Number, true, |c| {
        c.limits.per_minute.to_string()
    }),
    key("per_hour", "limits", "per_hour", Kind::Number, true, |c| {
        c.limits.per_hour.to_string()
    }),
    key("per_day", "limits", "per_day", Kind::Number, true, |c| {
        c.limits.per_day.to_string()
    }),
    key("people_per_day", "limits", "people_per_day", Kind::Number, true, |c| {
        c.limits.people_per_day.to_string()
    }),
];

/// Keys by other names that people have for them.
const ALSO_CALLED: [(&str, &str); 4] = [
    ("quiet_hours", "quiet"),
    ("opening_hours", "hours"),
    ("business_hours", "hours"),
    ("holiday", "holidays"),
];

/// The key of that name, however it is spelt: `after-hours`, `text_back.after_hours`, `urgent_words`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    let name = name.trim().to_lowercase().replace('-', "_");
    let bare = name.rsplit('.').next().unwrap_or(&name);
    let bare = ALSO_CALLED
        .iter()
        .find(|(called, _)| *called == bare)
        .map_or(bare, |(_, name)| name);
    KEYS.iter()
        .find(|key| key.name == bare || (!key.key.is_empty() && key.key == bare))
}

/// The key nearest to a name that is none.
#[must_use]
pub fn near(name: &str) -> Option<&'static str> {
    nearest(name, KEYS.iter().map(|key| key.name))
}

impl Config {
    /// The file with `settings` (keys and values as texted, later ones first to go) laid over it, and those that it can't
    /// take any more with the reason: a newer program may allow less.
    #[must_use]
    pub fn with_settings(&self, settings: &[(&'static Key, String)]) -> (Config, Vec<(&'static Key, String)>) {
        if settings.is_empty() {
            return (self.clone(), Vec::new());
        }
        if let Ok(config) = self.laid_over(settings) {
            return (config, Vec::new());
        }
        let mut taken = Vec::new();
        let mut refused = Vec::new();
        let mut config = self.clone();
        for setting in settings {
            taken.push(setting.clone());
            match self.laid_over(&taken) {
                Ok(with) => config = with,
                Err(why) => {
                    taken.pop();
                    refused.push((setting.0, why));
                }
            }
        }
        (config, refused)
    }

    /// The file with `settings` laid over it.
    ///
    /// # Errors
    /// What is wrong with them, in the words the file's reader has for it.
    pub fn laid_over(&self, settings: &[(&'static Key, String)]) -> Result<Config, String> {
        if settings.iter().any(|(_, value)| value.len() > VALUE_BYTES_MAX) {
            return Err(format!("longer than {VALUE_BYTES_MAX} characters"));
        }
        // A language file of one's own is named in the file only: a text opens no file.
        let code = |value: &str| BUILT_IN.iter().any(|(code, _)| *code == value.trim().to_lowercase());
        if settings.iter().any(|(key, value)| key.key == LANGUAGE && !code(value)) {
            return Err(format!("must be one of {}", BUILT_IN.map(|(code, _)| code).join(", ")));
        }
        let neither = |(key, value): &(&'static Key, String)| key.kind == Kind::Switch && switched(value).is_none();
        if settings.iter().any(neither) {
            return Err("must be on or off".to_owned());
        }
        let lines: Vec<String> = settings.iter().map(|(key, value)| key.lines(value)).collect();
        let (table, _) = DeTable::parse_recoverable(self.source.text());
        let mut table = table.into_inner();
        for ((key, _), lines) in settings.iter().zip(&lines) {
            let (over, errors) = DeTable::parse_recoverable(lines);
            if let Some(error) = errors.first() {
                return Err(error.message().to_owned());
            }
            if key.kind == Kind::Week
                && let Some(DeValue::Table(hours)) = table.get_mut(key.table).map(toml::Spanned::get_mut)
            {
                // A week is set as a whole.
                let days: Vec<String> = hours.keys().map(|day| day.get_ref().to_string()).collect();
                for day in days.iter().filter(|day| *day != HOLIDAYS) {
                    hours.remove(day.as_str());
                }
            }
            lay(&mut table, over.into_inner());
        }
        let mut findings = Findings::new(self.source.text());
        let language = settings
            .iter()
            .all(|(key, _)| key.key != LANGUAGE)
            .then_some(&self.language);
        let config = root(&table, &self.source, language, &mut findings);
        match (findings.mistakes.first(), config) {
            (None, Some(config)) => Ok(config),
            (Some(mistake), _) => Err(mistake.what.clone()),
            (None, None) => Err("cannot be used".to_owned()),
        }
    }
}

/// Puts every value of `over` in its place in `under`.
fn lay<'t>(under: &mut DeTable<'t>, over: DeTable<'t>) {
    for (key, value) in over {
        let name: &str = key.get_ref().as_ref();
        match (under.get_mut(name).map(toml::Spanned::get_mut), value) {
            (Some(DeValue::Table(inner)), value) if value.get_ref().is_table() => {
                if let DeValue::Table(over) = value.into_inner() {
                    lay(inner, over);
                }
            }
            (_, value) => {
                under.remove(name);
                under.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "company = \"Hill\"\nowner = \"+15125550100\"\ntopology = \"twin\"\n[text_back]\ndelay = \"7s\"\n\
                        [hours]\nmon-fri = \"8:00-17:00\"\nholidays = [\"25 Dec\"]\n";

    fn file() -> Config {
        Config::parse(FILE).unwrap()
    }

    #[test]
    fn hours_are_shown_in_the_words_and_by_the_clock_of_the_language() {
        for (language, shown) in [
            ("en", "Mon-Fri 8am-5pm"),
            ("es", "Lun-Vie 8:00-17:00"),
            ("fr", "Lun-Ven 8:00-17:00"),
            ("de", "Mo-Fr 8:00-17:00"),
        ] {
            let file = Config::parse(&format!("language = \"{language}\"\n{FILE}")).unwrap();
            let hours = find("hours").unwrap();
            assert_eq!(hours.shown(&file), shown);
            assert_eq!(
                hours.shown(&file.laid_over(&[(hours, shown.to_owned())]).unwrap()),
                shown
            );
        }
    }

    fn set(name: &str, value: &str) -> Result<String, String> {
        let key = find(name).unwrap();
        let with = file().laid_over(&[(key, value.to_owned())])?;
        Ok(key.shown(&with))
    }

    #[test]
    fn a_texted_value_is_read_as_the_file_would_be() {
        for (name, value, shown) in [
            ("delay", "5s", "5s"),
            ("delay", "1 min", "1m"),
            ("cooldown", "2 days", "48h"),
            ("missed_calls", "off", "off"),
            ("missed_calls", "Yes", "on"),
            ("per_hour", "30", "30"),
            ("urgent", "gas, no heat ,LEAK", "gas, no heat, leak"),
            ("urgent_words", "none", "none"),
            (
                "hours",
                "mon-fri 8-12, 13-17; sat 9-12",
                "Mon-Fri 8am-12pm, 1pm-5pm, Sat 9am-12pm",
            ),
            ("hours", "Mon - Fri: 8 am - 5 pm", "Mon-Fri 8am-5pm"),
            ("hours", "8am to 5pm", "daily 8am-5pm"),
            ("hours", "Mon to Fri 8am to 5:30pm", "Mon-Fri 8am-5:30pm"),
            ("hours", "M-F 8 a.m. \u{2013} 5 p.m.", "Mon-Fri 8am-5pm"),
            (
                "hours",
                "Monday to Friday 8am-5pm and Saturday 9am to noon",
                "Mon-Fri 8am-5pm, Sat 9am-12pm",
            ),
            ("hours", "weekdays 8-17, weekend closed", "Mon-Fri 8am-5pm"),
            ("hours", "24/7", "daily 24h"),
            ("hours", "fri 6pm-midnight", "Fri 6pm-12am"),
            ("hours", "fri 18-2", "Fri 6pm-2am"),
            ("hours", "lun a vie 8:00-17:00", "Mon-Fri 8am-5pm"),
            ("hours", "lundi au vendredi 8h-17h30", "Mon-Fri 8am-5:30pm"),
            ("hours", "Mo bis Fr 8 bis 17 Uhr, So geschlossen", "Mon-Fri 8am-5pm"),
            ("hours", "always", "daily 24h"),
            ("hours", "sat, sun 10-14", "Sat-Sun 10am-2pm"),
            ("hours", "8-17", "daily 8am-5pm"),
            ("holidays", "24 Dec - 1 Jan, 2026-07-03", "24 Dec - 1 Jan, 2026-07-03"),
            ("holidays", "none", "none"),
            ("quiet", "10pm-6:30am", "10pm-6:30am"),
            ("quiet", "10pm to 6am", "10pm-6am"),
            ("quiet", "22-6", "10pm-6am"),
            ("quiet", "OFF", "off"),
            ("digest", "Daily", "daily"),
            ("nudges", "off", "off"),
            ("q2", "On my way, {company}", "On my way, {company}"),
            ("q2", "none", "none"),
            ("text_back.after-hours", "{company} is closed", "{company} is closed"),
            (
                "message",
                "Say \"hi\" \\ {company} \u{2019}",
                "Say \"hi\" \\ {company} '",
            ),
        ] {
            assert_eq!(set(name, value).as_deref(), Ok(shown), "{name} {value}");
        }
    }

    #[test]
    fn what_the_file_refuses_is_refused_in_the_same_words() {
        for (name, value, why) in [
            ("delay", "5 parsecs", "must be a duration like"),
            ("delay", "2h", "from \"0s\" to \"10m\""),
            ("per_hour", "lots", "must be a whole number from"),
            ("per_hour", "-3", "must be a whole number from"),
            ("missed_calls", "maybe", "must be on or off"),
            ("hours", "mon-fri 8", "must be hours"),
            ("hours", "whenever", "must be hours"),
            ("hours", "", "must be days"),
            // Eight to five at night? A contractor means the afternoon.
            ("hours", "mon-fri 8-5", "could be morning or afternoon in \"8-5\""),
            ("hours", "8:00-5:00", "could be morning or afternoon"),
            ("hours", "8-12, 1-5", "could be morning or afternoon in \"1-5\""),
            ("hours", "12-5", "could be morning or afternoon"),
            ("quiet", "10-6", "could be morning or afternoon in \"10-6\""),
            ("holidays", "Christmas", "is no date"),
            ("quiet", "24h", "must be quiet hours"),
            ("message", "Hello there", "{company} must appear"),
            ("message", "{company} {compny}", "{compny} is unknown"),
            ("message", "", "it is empty"),
        ] {
            let said = set(name, value).unwrap_err();
            assert!(said.contains(why), "{name} {value}: {said}");
            is_told_in_every_language(&said);
        }
        // What is refused less often, or in other words, is told in every language too.
        let many = |one: &str, times: usize| vec![one; times].join(",");
        for (name, value) in [
            ("merge_window", "11m".to_owned()),
            ("cooldown", "5s".to_owned()),
            ("language", "klingon".to_owned()),
            ("digest", "weakly".to_owned()),
            ("digest", "x".to_owned()),
            ("hours", "mon 8-12, mon 14-17, mon 18-19".to_owned()),
            ("hours", "mon 8:00-9:00; mon 14:00-17:00".to_owned()),
            ("hours", format!("mon {}", many("8:00-9:00", 20))),
            ("holidays", "24 Dec - 2027-01-01".to_owned()),
            ("holidays", "2027-01-01 - 2026-01-01".to_owned()),
            ("holidays", many("25 Dec", 500)),
            ("urgent", many("gas", 500)),
            ("message", "{company".to_owned()),
            ("message", "x".repeat(VALUE_BYTES_MAX)),
            ("message", "x".repeat(VALUE_BYTES_MAX + 1)),
            ("q2", "{compny}".to_owned()),
        ] {
            is_told_in_every_language(&set(name, &value).unwrap_err());
        }
    }

    /// A refusal reaches a phone: English says it as it is, and every other language in its own words.
    fn is_told_in_every_language(said: &str) {
        for pack in crate::desk::wording::pack::Pack::all() {
            let told = pack.reason(said);
            assert_eq!(told == said, pack.code == "en", "{}: {told}", pack.code);
        }
    }

    #[test]
    fn what_a_refusal_proposes_is_taken() {
        for (language, name, values) in [
            (
                "es",
                "hours",
                &[
                    "8:00-17:00",
                    "8:00-12:00, 13:00-17:00",
                    "24h",
                    "cerrado",
                    "lun 8-17",
                    "lun-vie 8-17",
                    "sab,dom 8-17",
                ][..],
            ),
            (
                "fr",
                "hours",
                &[
                    "8h-17h",
                    "8h-12h, 13h-17h",
                    "24h",
                    "ferm\u{e9}",
                    "lun 8-17",
                    "lun-ven 8-17",
                    "sam,dim 8-17",
                ],
            ),
            (
                "de",
                "hours",
                &[
                    "8:00-17:00",
                    "8:00-12:00, 13:00-17:00",
                    "24h",
                    "geschlossen",
                    "Mo 8-17",
                    "Mo-Fr 8-17",
                    "Sa,So 8-17",
                ],
            ),
            ("es", "holidays", &["25 dic", "2026-12-25", "24 dic - 1 ene"]),
            (
                "fr",
                "holidays",
                &["25 d\u{e9}c", "25 dec", "2026-12-25", "24 d\u{e9}c - 1 jan"],
            ),
            ("de", "holidays", &["25 Dez", "2026-12-25", "24 Dez - 1 Jan"]),
            ("es", "quiet", &["22:00-6:30", "off"]),
            ("fr", "quiet", &["22h-6h30", "off"]),
            ("de", "quiet", &["22:00-6:30", "off"]),
        ] {
            let file = Config::parse(&format!("language = \"{language}\"\n{FILE}")).unwrap();
            for value in values {
                let taken = file.laid_over(&[(find(name).unwrap(), (*value).to_owned())]);
                assert!(taken.is_ok(), "{language} {name} {value}: {:?}", taken.err());
            }
        }
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_is_and_hours_are_set_as_a_week() {
        let with = file()
            .laid_over(&[
                (find("hours").unwrap(), "sat 9-12".to_owned()),
                (find("late").unwrap(), "{company}".to_owned()),
            ])
            .unwrap();
        assert_eq!(find("hours").unwrap().shown(&with), "Sat 9am-12pm");
        assert_eq!(find("holidays").unwrap().shown(&with), "25 Dec");
        assert_eq!(find("delay").unwrap().shown(&with), "7s");
        assert_eq!(with.topology, crate::config::Topology::Twin);
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_key() {
        let with = file()
            .laid_over(&[(
                find("message").unwrap(),
                "{company}\"\nowner = \"+15125550666\"\n[x]\ny=\"".to_owned(),
            )])
            .unwrap();
        assert_eq!(with.owner, file().owner);
        assert!(set("per_hour", "5\nper_day = 1").is_err());
        assert!(set("quiet", "off\"\n[limits]\nper_day = 1\nx=\"").is_err());
    }

    #[test]
    fn a_setting_that_is_allowed_no_more_is_left_out_and_named() {
        let settings = [
            (find("delay").unwrap(), "2h".to_owned()),
            (find("cooldown").unwrap(), "12h".to_owned()),
        ];
        let (with, refused) = file().with_settings(&settings);
        assert_eq!(find("cooldown").unwrap().shown(&with), "12h");
        assert_eq!(find("delay").unwrap().shown(&with), "7s");
        assert_eq!(refused.iter().map(|(key, _)| key.name).collect::<Vec<_>>(), ["delay"]);
    }

    #[test]
    fn what_is_shown_can_be_texted_again() {
        for key in KEYS {
            let shown = key.shown(&file());
            let again = file()
                .laid_over(&[(key, shown.clone())])
                .unwrap_or_else(|why| panic!("{}: {why}", key.name));
            assert_eq!(key.shown(&again), shown, "{}", key.name);
        }
    }

    #[test]
    fn names_are_found_however_they_are_spelt() {
        assert_eq!(find("After-Hours").map(|k| k.name), Some("after_hours"));
        assert_eq!(find("limits.per_day").map(|k| k.name), Some("per_day"));
        assert_eq!(
            find("quiet hours".replace(' ', "_").as_str()).map(|k| k.name),
            Some("quiet")
        );
        assert_eq!(find("nothing"), None);
        assert_eq!(near("mesage"), Some("message"));
    }
}
