//! textback.toml as people write it.

use std::time::Duration;
use textback::config::{Config, DEFAULT_FILE, LoadError, Role, Topology};

const LEAST: &str = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n";

#[test]
fn the_shipped_file_says_the_defaults() {
    let shipped = Config::parse(DEFAULT_FILE).unwrap();
    let least = Config::parse("company = \"Your Company\"").unwrap();
    assert_eq!(shipped, least);
}

#[test]
fn company_and_owner_are_enough() {
    let config = Config::parse(LEAST).unwrap();
    assert_eq!(config.text_back.delay, Duration::from_secs(3));
    assert_eq!(config.text_back.cooldown, Duration::from_secs(86_400));
    assert_eq!(config.text_back.reject_after, None);
    assert_eq!(config.topology, Topology::Dedicated);
    assert_eq!(config.limits.per_day, 200);
    assert!(Config::check(LEAST).warnings.is_empty());
}

#[test]
fn without_an_owner_the_box_waits_to_be_claimed() {
    let checked = Config::check("company = \"X\"");
    assert!(checked.ok);
    assert_eq!(checked.warnings[0].key, "owner");
}

#[test]
fn what_windows_and_phones_do_to_a_file_is_accepted() {
    let text = "\u{feff}company = \u{201c}Joe\u{2019}s Plumbing\u{201d}\r\nowner = \u{2018}+15125550100\u{2019}\r\n[text_back]\r\n\
                delay = \u{201c}5s\u{201d}\r\ncountries = [\u{201c}CA\u{201d}]\r\n";
    let config = Config::parse(text).unwrap();
    assert_eq!(config.company, "Joe's Plumbing");
    assert_eq!(config.text_back.delay, Duration::from_secs(5));
}

#[test]
fn everything_wrong_is_named_at_once_with_its_line() {
    let text = "config_version = 2\ncompany = \"\"\nowner = \"12\"\ncuntry = \"US\"\ntimezone = \"Texas\"\ntopology = \"dedicatd\"\n\
                [text_back]\nmessage = \"Hi {nmae}\"\nafter_hours = \"Hi\"\ndelay = \"11m\"\n[hours]\nmon-fry = \"8-17\"\nsat = 5\n\
                [limits]\nper_minute = 0\n[[crew]]\nname = \"Sam\"\nrole = \"boss\"\n";
    let mistakes = Config::parse(text).unwrap_err();
    let found: Vec<(usize, &str)> = mistakes.iter().map(|m| (m.line, m.key.as_str())).collect();
    for wanted in [
        (2, "company"),
        (3, "owner"),
        (4, "cuntry"),
        (5, "timezone"),
        (6, "topology"),
        (8, "text_back.message"),
        (9, "text_back.after_hours"),
        (10, "text_back.delay"),
        (12, "hours.mon-fry"),
        (13, "hours.sat"),
        (15, "limits.per_minute"),
        (18, "crew.role"),
        (16, "crew.number"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} in {mistakes:#?}");
    }
    let words = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for said in [
        "did you mean country?",
        "did you mean \"dedicated\"?",
        "{nmae} is unknown",
        "{company} must appear",
        "from \"0s\" to \"10m\"",
    ] {
        assert!(words.contains(said), "{said} in {words}");
    }
}

#[test]
fn broken_syntax_is_named_with_its_line() {
    let mistakes = Config::parse("company = \"X\"\nowner = +1512\n\n[text_back\n").unwrap_err();
    assert!(mistakes.iter().any(|m| m.line == 2), "{mistakes:?}");
    let mistakes = Config::parse("company = \"X\"\ncompany = \"Y\"\n").unwrap_err();
    assert!(mistakes.iter().any(|m| m.line == 2), "{mistakes:?}");
}

/// One line of words about each line that can't be read, and nothing about what comes of it.
#[test]
fn a_line_that_is_no_toml_is_told_in_plain_words() {
    for (line, words) in [
        ("company: \"X\"", "not a colon"),
        ("company \"X\"", "there is no = in this one"),
        ("company = Hill Country Plumbing", "text stands in quotes"),
        ("company = \"X", "the quote at the end is missing"),
        ("company = \"X\x01\"", "control character"),
        ("company = \"X\" country = \"US\"", "a line of its own"),
        ("timezone = \"UTC\"\ntimezone = \"UTC\"", "it was there before"),
    ] {
        let checked = Config::check(&format!("{line}\nowner = \"+15125550100\"\n"));
        let told: Vec<String> = checked.mistakes.iter().map(ToString::to_string).collect();
        assert!(
            told.len() == 1 && told[0].contains("cannot be read: ") && told[0].contains(words),
            "{line}: {told:?}"
        );
        assert!(checked.warnings.is_empty(), "{line}: {:?}", checked.warnings);
    }
}

#[test]
fn a_file_from_an_editor_that_knows_no_utf_8_has_its_umlauts_and_a_word_processors_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("textback.toml");
    std::fs::write(&path, b"company = \"M\xfcller\"\nowner = \"+15125550100\"\n").unwrap();
    assert_eq!(Config::load(&path).unwrap().0.company, "Müller");
    std::fs::write(&path, b"{\\rtf1\\ansi company = \"X\"}").unwrap();
    let refused = Config::load(&path).unwrap_err().to_string();
    assert!(refused.contains("no plain text"), "{refused}");
}

#[test]
fn an_empty_number_and_a_port_without_its_folder_are_told_with_what_is_allowed() {
    let mistakes = Config::parse("company = \"X\"\nowner = \"\"\n[modem]\nport = \"ttyUSB2\"\n").unwrap_err();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2: owner: must be a telephone number, like \"+15125550100\"",
            "line 4: modem.port: must be a path that begins with /, like \"/dev/textback-modem\""
        ]
    );
}

#[test]
fn a_company_of_53_characters_fits_and_54_does_not() {
    assert!(Config::parse(&format!("company = \"{}\"", "x".repeat(53))).is_ok());
    let mistakes = Config::parse(&format!("company = \"{}\"", "x".repeat(54))).unwrap_err();
    assert!(mistakes[0].what.contains("53"));
}

#[test]
fn a_national_owner_number_needs_the_country() {
    assert!(Config::parse("company = \"X\"\nowner = \"(512) 555-0100\"").is_err());
    let config = Config::parse("company = \"X\"\ncountry = \"US\"\nowner = \"(512) 555-0100\"").unwrap();
    assert_eq!(config.owner.unwrap().e164(), "+15125550100");
}

#[test]
fn crew_have_roles_and_numbers_of_their_own() {
    let one = "[[crew]]\nname = \"Sam\"\nnumber = \"+15125550101\"\nrole = \"installer\"\n";
    let config = Config::parse(&format!("{LEAST}{one}")).unwrap();
    assert_eq!(config.crew[0].role, Role::Installer);
    assert!(Config::parse(&format!("{LEAST}{one}{one}")).is_err());
}

#[test]
fn a_file_is_found_under_the_name_windows_gave_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("textback.toml");
    let missing = Config::load(&path).unwrap_err();
    assert!(matches!(missing, LoadError::Unreadable { .. }) && missing.to_string().contains("--config"));
    let forbidden = LoadError::Forbidden { path: path.clone() }.to_string();
    assert!(
        forbidden.contains("sudo") && !forbidden.contains("--config"),
        "{forbidden}"
    );
    std::fs::write(dir.path().join("textback.toml.txt"), LEAST).unwrap();
    assert!(Config::load(&path).is_ok());
    std::fs::write(&path, "compny = 1").unwrap();
    assert!(
        Config::load(&path)
            .unwrap_err()
            .to_string()
            .contains("did you mean company?")
    );
}

#[test]
fn the_pin_is_never_shown() {
    let config = Config::parse(&format!("{LEAST}[modem]\npin = \"4711\"\n")).unwrap();
    assert!(!format!("{config:?}").contains("4711"));
    assert!(!format!("{config:?}").contains("5125550100"));
}

#[test]
fn twin_phones_owner_gets_longer_to_ring_back() {
    let twin = Config::parse(&format!("{LEAST}topology = \"twin\"\n")).unwrap();
    assert_eq!(twin.text_back.delay, Duration::from_secs(30));
    let set = Config::parse(&format!("{LEAST}topology = \"twin\"\n[text_back]\ndelay = \"5s\"\n")).unwrap();
    assert_eq!(set.text_back.delay, Duration::from_secs(5));
}

/// interface.md: durations are `"3s" "24h" "1m 30s"` or `"off"`. To text everybody at every call is no wait that is off.
#[test]
fn what_can_be_zero_can_be_off() {
    let keys = ["delay", "min_ring", "reject_after"]
        .map(|key| format!("{key} = \"off\"\n"))
        .concat();
    let text = format!("{LEAST}[text_back]\n{keys}[owner_alerts]\nmerge_window = \"off\"\n");
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.text_back.delay, Duration::ZERO);
    assert_eq!(config.text_back.min_ring, Duration::ZERO);
    assert_eq!(config.text_back.reject_after, None);
    assert_eq!(config.owner_alerts.merge_window, Duration::ZERO);
    let checked = Config::check(&format!("{LEAST}[text_back]\ncooldown = \"off\"\n"));
    assert!(!checked.ok);
}

/// A file with this text to callers.
fn with_text(company: &str, key: &str, text: &str) -> textback::config::Checked {
    Config::check(&format!(
        "company = \"{company}\"\nowner = \"+15125550100\"\n[text_back]\n{key} = \"{text}\"\n"
    ))
}

#[test]
fn each_text_to_callers_is_shown_with_its_parts_and_one_that_takes_more_says_why() {
    let checked = with_text("Hill Country Plumbing", "message", "This is {company}, {owner}.");
    assert_eq!(checked.warnings, []);
    assert!(
        checked.lines().contains(
            &"text_back.late: 1 part (141 characters with the STOP line): Sorry we missed your call earlier - this is \
                  Hill Country Plumbing. Do you still need us? Happy to sort it out by text. Reply STOP to opt out."
                .to_owned()
        ),
        "{:?}",
        checked.lines()
    );
    let long = format!("{{company}} {}", "word ".repeat(30));
    let checked = with_text("Hill Country Plumbing", "message", &long);
    assert_eq!(
        (checked.warnings[0].line, checked.warnings[0].key.as_str()),
        (4, "text_back.message")
    );
    assert!(
        checked.warnings[0].what.contains("takes 2 parts"),
        "{:?}",
        checked.warnings
    );
    let checked = with_text(
        "Hill Country Plumbing",
        "message",
        &format!("{{company}} \u{1f527} {}", "x".repeat(60)),
    );
    let what = &checked.warnings[0].what;
    assert!(
        what.contains("takes 2 parts") && what.contains("outside the basic text alphabet"),
        "{what}"
    );
    // Only the named text is long: the promised length of a company's name costs the default message nothing.
    let checked = with_text(&"x".repeat(53), "cooldown", "24h");
    assert!(
        checked.warnings.iter().all(|w| w.key != "text_back.message"),
        "{:?}",
        checked.warnings
    );
}

#[test]
fn a_text_too_long_to_be_sent_is_a_mistake_and_no_warning() {
    let checked = with_text("Hill", "message", &format!("{{company}} {}", "\u{416}".repeat(700)));
    assert!(!checked.ok);
    assert!(
        checked.mistakes[0].what.contains("at most 10 are sent"),
        "{:?}",
        checked.mistakes
    );
    assert_eq!(
        (checked.mistakes[0].line, checked.mistakes[0].key.as_str()),
        (4, "text_back.message")
    );
}
