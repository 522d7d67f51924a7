//! What a board is wired to: a small TOML file, built in for the boards we know, or one's own.

use super::line::Active;
use crate::config::{plain_text, straighten};
use crate::mistakes::Findings;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The profiles that are built in: name and text. `board/profiles/NAME.toml`.
pub const KNOWN: &[(&str, &str)] = &[
    ("pi", include_str!("../../board/profiles/pi.toml")),
    (
        "waveshare-sim7600",
        include_str!("../../board/profiles/waveshare-sim7600.toml"),
    ),
    (
        "waveshare-sim7600-usb",
        include_str!("../../board/profiles/waveshare-sim7600-usb.toml"),
    ),
    (
        "waveshare-sim7080",
        include_str!("../../board/profiles/waveshare-sim7080.toml"),
    ),
    (
        "sixfab-cellular-iot",
        include_str!("../../board/profiles/sixfab-cellular-iot.toml"),
    ),
    (
        "sixfab-cellular-iot-app",
        include_str!("../../board/profiles/sixfab-cellular-iot-app.toml"),
    ),
    ("sixfab-base", include_str!("../../board/profiles/sixfab-base.toml")),
];

/// A file longer than this is no profile.
const MAX_BYTES: u64 = 16 * 1024;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("there is no board profile {0:?}. Known: none, {known}; or the path of a file of your own", known = names())]
    Unknown(String),
    #[error("cannot read the board profile {path}: {why}")]
    Unreadable { path: String, why: String },
    #[error("the board profile {name}: {why}")]
    Wrong { name: String, why: String },
}

fn names() -> String {
    KNOWN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// A board's wiring. Every part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The board, as its maker calls it.
    pub name: String,
    /// What to know when wiring it.
    #[serde(default)]
    pub about: String,
    /// The modem on it can take calls at all.
    #[serde(default = "yes")]
    pub voice: bool,
    #[serde(default)]
    pub lights: Lights,
    pub button: Option<Input>,
    /// Goes active when the supply fails: the box stops starting anything.
    pub power_fail: Option<Input>,
    #[serde(default)]
    pub modem: Modem,
}

fn yes() -> bool {
    true
}

/// The lamps. One alone shows both colours' rhythm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lights {
    pub green: Option<Lamp>,
    pub red: Option<Lamp>,
}

/// A lamp: a GPIO line or a light of the kernel's LED class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lamp {
    /// Names the line may have, the first that is found is taken.
    #[serde(default)]
    pub line: Names,
    /// Names below `/sys/class/leds`, the first that is found is taken.
    #[serde(default)]
    pub led: Names,
    #[serde(default)]
    pub active: Active,
}

/// An input line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub line: Names,
    #[serde(default)]
    pub active: Active,
    #[serde(default)]
    pub pull: Pull,
}

/// An output line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub line: Names,
    #[serde(default)]
    pub active: Active,
}

/// The resistor inside the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    Up,
    Down,
    #[default]
    None,
}

/// The modem's lines and their times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modem {
    /// Switches the supply.
    pub enable: Option<Output>,
    /// PWRKEY: toggles.
    pub power_key: Option<Output>,
    pub reset: Option<Output>,
    /// Active = radio off.
    pub flight_mode: Option<Output>,
    /// Active = the module runs.
    pub status: Option<Input>,
    #[serde(default)]
    pub timing: Timing,
}

/// How long the pulses and waits of a module last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// Key pulse that switches on. Must be too short to switch a running module off.
    #[serde(deserialize_with = "duration")]
    pub on_pulse: Duration,
    /// Key pulse that switches off.
    #[serde(deserialize_with = "duration")]
    pub off_pulse: Duration,
    #[serde(deserialize_with = "duration")]
    pub reset_pulse: Duration,
    /// From the pulse to a port that answers.
    #[serde(deserialize_with = "duration")]
    pub start_time: Duration,
    /// From the pulse to a module that is off.
    #[serde(deserialize_with = "duration")]
    pub off_time: Duration,
}

impl Default for Timing {
    /// SIM7600's, which suit most modules.
    fn default() -> Self {
        Timing {
            on_pulse: Duration::from_millis(600),
            off_pulse: Duration::from_secs(3),
            reset_pulse: Duration::from_millis(300),
            start_time: Duration::from_secs(20),
            off_time: Duration::from_secs(18),
        }
    }
}

/// No pulse or wait of a module is longer.
const LONGEST: Duration = Duration::from_secs(60);

fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    match crate::config::parse_duration(&text) {
        Some(Some(time)) if !time.is_zero() && time <= LONGEST => Ok(time),
        _ => Err(D::Error::custom(format!(
            "{text:?} is no time between \"1ms\" and \"60s\""
        ))),
    }
}

/// One name, or several of which the first that exists counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(Vec<String>);

impl Names {
    /// In the order of preference.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// There is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" or "))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a name must stand in quotes; several in brackets, with commas"
        )]
        enum OneOrMore {
            One(String),
            More(Vec<String>),
        }
        let names = match OneOrMore::deserialize(from)? {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names,
        };
        // A LED's name becomes a path below /sys/class/leds.
        if names
            .iter()
            .any(|n| n.is_empty() || n.contains('/') || n.starts_with('.'))
        {
            return Err(D::Error::custom(
                "a line's or LED's name is empty, contains / or starts with a dot",
            ));
        }
        Ok(Names(names))
    }
}

impl Profile {
    /// The profile of this name: built in, or a file where the name has a slash in it or ends in `.toml`.
    ///
    /// # Errors
    /// [`ProfileError`] says what to do.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        if let Some((_, text)) = KNOWN.iter().find(|(known, _)| *known == name) {
            return Profile::parse(name, text);
        }
        if !name.contains('/') && !name.ends_with(".toml") {
            return Err(ProfileError::Unknown(name.to_owned()));
        }
        let unreadable = |why: String| ProfileError::Unreadable {
            path: name.to_owned(),
            why,
        };
        let path = Path::new(name);
        let length = std::fs::metadata(path)
            .map_err(|error| unreadable(error.to_string()))?
            .len();
        if length > MAX_BYTES {
            return Err(unreadable(format!(
                "it has {length} bytes, at most {MAX_BYTES} are read"
            )));
        }
        let octets = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = plain_text::of(&octets).ok_or_else(|| unreadable("it is no plain text".to_owned()))?;
        Profile::parse(name, &text)
    }

    /// Reads the text of a profile.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let wrong = |why: String| ProfileError::Wrong {
            name: name.to_owned(),
            why,
        };
        let text = straighten(text);
        let profile: Profile = toml::from_str(&text).map_err(|error| {
            // On one line, as it stands in the list of what is wrong with the configuration.
            let line = error.span().map_or(0, |span| Findings::new(&text).line(span.start));
            wrong(format!("line {line}: {}", error.message()))
        })?;
        let timing = profile.modem.timing;
        if timing.on_pulse * 5 > timing.off_pulse * 4 {
            return Err(wrong(
                "on_pulse must be clearly shorter than off_pulse, or the pulse that starts a modem stops a running one"
                    .to_owned(),
            ));
        }
        for lamp in [&profile.lights.green, &profile.lights.red].into_iter().flatten() {
            if lamp.line.is_empty() == lamp.led.is_empty() {
                return Err(wrong("a light has either `line` or `led`".to_owned()));
            }
        }
        match profile.named_twice() {
            Some(why) => Err(wrong(why)),
            None => Ok(profile),
        }
    }

    /// A line drives or hears one thing: with two, whichever is opened second is missing, and that may be the power key.
    fn named_twice(&self) -> Option<String> {
        let lamps = [("green light", &self.lights.green), ("red light", &self.lights.red)];
        let inputs = [
            ("button", &self.button),
            ("power-fail line", &self.power_fail),
            ("modem's status line", &self.modem.status),
        ];
        let outputs = [
            ("modem's enable line", &self.modem.enable),
            ("modem's power key", &self.modem.power_key),
            ("modem's reset line", &self.modem.reset),
            ("modem's flight mode line", &self.modem.flight_mode),
        ];
        let lamps = lamps
            .iter()
            .filter_map(|(what, lamp)| Some((*what, lamp.as_ref()?)))
            .flat_map(|(what, lamp)| [(what, &lamp.line), (what, &lamp.led)]);
        let inputs = inputs
            .iter()
            .filter_map(|(what, input)| Some((*what, &input.as_ref()?.line)));
        let outputs = outputs
            .iter()
            .filter_map(|(what, output)| Some((*what, &output.as_ref()?.line)));
        let mut known = BTreeMap::new();
        lamps
            .chain(inputs)
            .chain(outputs)
            .flat_map(|(what, names)| names.iter().map(move |name| (name, what)))
            .find_map(|(name, what)| {
                let other = known.insert(name, what).filter(|other| *other != what)?;
                Some(format!("{name} is named twice: for the {other} and for the {what}"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_profile_reads() {
        for (name, _) in KNOWN {
            let profile = Profile::find(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!profile.about.is_empty(), "{name} says nothing about itself");
        }
    }

    #[test]
    fn every_file_in_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/board/profiles");
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let file = entry.expect("readable").path();
            let stem = file.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
            assert!(KNOWN.iter().any(|(name, _)| *name == stem), "{stem} is not built in");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let say = |text: &str| Profile::parse("mine", text).expect_err("wrong").to_string();
        assert!(say("name = 'x'\nlamp = 1").contains("lamp"));
        assert!(say("name = 'x'\n[lights]\ngreen = { active = 'low' }").contains("either `line` or `led`"));
        assert!(say("name = 'x'\n[lights]\ngreen = { led = '../../etc' }").contains("name"));
        assert!(say("name = 'x'\n[modem.timing]\non_pulse = '3s'").contains("shorter than off_pulse"));
        assert!(say("name = 'x'\n[modem.timing]\non_pulse = 'soon'").contains("soon"));
        assert!(
            say("name = 'x'\n[lights]\ngreen = { line = 5 }")
                .ends_with("line 3: a name must stand in quotes; several in brackets, with commas")
        );
        assert_eq!(
            say("name = 'x'\n[lights]\ngren = 5"),
            "the board profile mine: line 3: unknown field `gren`, expected `green` or `red`"
        );
        let twice =
            say("name = 'x'\n[lights]\nred = { line = ['GPIO1', 'GPIO5'] }\n[modem]\npower_key = { line = 'GPIO5' }");
        assert!(
            twice.ends_with("GPIO5 is named twice: for the red light and for the modem's power key"),
            "{twice}"
        );
        let unknown = Profile::find("wavesahre").expect_err("unknown").to_string();
        assert!(unknown.contains("waveshare-sim7600"), "{unknown}");
        assert!(
            Profile::find("/nonexistent/x.toml")
                .expect_err("unreadable")
                .to_string()
                .contains("/nonexistent/x.toml")
        );
    }

    #[test]
    fn what_windows_and_phones_do_to_a_file_is_accepted() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("mine.toml");
        let text = "\u{feff}name = \u{201c}Mine\u{201d}\r\n[button]\r\nline = \u{201c}GPIO5\u{201d}\r\n\
                    [lights]\r\nred = { line = \u{201c}GPIO6\u{201d} }\r\n";
        std::fs::write(&file, text).expect("written");
        let profile = Profile::find(file.to_str().expect("a path")).expect("read");
        assert_eq!((profile.name.as_str(), profile.button.is_some()), ("Mine", true));
    }

    #[test]
    fn one_name_or_several() {
        let text = "name = 'x'\n[modem]\npower_key = { line = ['GPIO4', 'GPIO_GCLK'] }\nreset = { line = 'GPIO5', active = 'low' }";
        let profile = Profile::parse("x", text).expect("right");
        let key = profile.modem.power_key.expect("given");
        assert_eq!(key.line.iter().collect::<Vec<_>>(), ["GPIO4", "GPIO_GCLK"]);
        assert_eq!(key.active, Active::High);
        assert_eq!(profile.modem.reset.expect("given").active, Active::Low);
    }
}
