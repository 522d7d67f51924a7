//! SET: what the owner changes by text counts before the file, is confirmed in words with a preview, and is taken back by UNDO.

use super::box_under_test::*;
use textback::config::Config;
use textback::config::by_text::KEYS;

/// What the box answers to an order of the owner's.
fn says(it: &mut Box, order: &str) -> String {
    it.text(OWNER, order);
    it.wait_s(60);
    it.settle_to(OWNER).join("|")
}

#[test]
fn set_alone_lists_the_keys_and_with_a_key_shows_it() {
    let mut it = Box::with("[text_back]\ndelay = \"4s\"\n");
    let listed = says(&mut it, "SET");
    for key in [
        "message",
        "after_hours",
        "hours",
        "holidays",
        "quiet",
        "urgent",
        "delay",
        "pin",
    ] {
        assert!(listed.contains(key), "{key}: {listed}");
    }
    assert_eq!(says(&mut it, "SET delay"), "delay is 4s (as in textback.toml).");
    says(&mut it, "SET delay 5s");
    assert_eq!(
        says(&mut it, "set delay"),
        "delay is 5s, set by text. textback.toml has: 4s"
    );
}

#[test]
fn a_setting_counts_at_once_survives_a_restart_and_is_taken_back_by_undo() {
    let mut it = Box::new();
    assert_eq!(
        says(&mut it, "SET delay 2 min"),
        "delay is now 2m. It was 3s. UNDO takes it back."
    );
    let file = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n";
    it.restart_with(file);
    it.missed_call(DAVE);
    it.wait_s(60);
    assert!(it.settle_to(DAVE).is_empty(), "a minute is too soon");
    it.wait_s(60);
    assert_eq!(it.settle_to(DAVE).len(), 1);
    assert_eq!(says(&mut it, "UNDO"), "Undone: SET delay 2m.");
    it.missed_call(ANNA);
    assert_eq!(it.settle_to(ANNA).len(), 1);
    assert!(says(&mut it, "SET delay").starts_with("delay is 3s (as in textback.toml)."));
}

#[test]
fn default_gives_the_files_value_back() {
    let mut it = Box::with("[text_back]\ndelay = \"4s\"\n");
    says(&mut it, "SET delay 9s");
    assert_eq!(
        says(&mut it, "SET delay default"),
        "delay is now 4s. It was 9s. UNDO takes it back."
    );
    assert_eq!(says(&mut it, "SET delay 4s"), "delay is 4s already.");
}

#[test]
fn what_the_file_would_refuse_is_refused_with_what_is_allowed() {
    let mut it = Box::new();
    assert_eq!(
        says(&mut it, "SET delay 5 parsecs"),
        "Not set: delay must be a duration like \"3s\", \"1m 30s\" or \"24h\", from \"0s\" to \"10m\", or \"off\""
    );
    assert_eq!(
        says(&mut it, "SET dely 5s"),
        "Not set: there is no dely. Did you mean delay?"
    );
    assert_eq!(says(&mut it, "SET delay"), "delay is 3s (as in textback.toml).");
}

#[test]
fn a_sentence_that_begins_with_set_is_no_setting() {
    let mut it = Box::new();
    it.dave_writes("when do you come?");
    it.text(OWNER, "Set up for 3pm tomorrow");
    assert!(it.settle_to(OWNER)[0].starts_with("Held, not sent, not done: \"Set up for 3pm tomorrow\""));
    it.text(OWNER, "13");
    assert_eq!(it.settle_to(DAVE), ["Set up for 3pm tomorrow"]);
}

#[test]
fn a_text_to_callers_is_confirmed_by_code_shown_with_its_price_and_used() {
    let mut it = Box::new();
    it.text(OWNER, "SET message Hi, {company} here. What\u{2019}s up?");
    it.wait_s(60);
    let asked = it.settle_to(OWNER).join("");
    assert!(asked.starts_with("To do it, reply YES "), "{asked}");
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE)[0].starts_with("Sorry we missed you"), "not yet");
    let said = it
        .confirmed("SET message Hi, {company} here. What\u{2019}s up?")
        .join("");
    assert_eq!(
        said,
        "message is set. One text. A curly quote or the like would make it dearer: replaced. Preview: Hi, Hill Country \
         Plumbing here. What's up? Reply STOP to opt out."
    );
    it.missed_call(ANNA);
    assert_eq!(
        it.settle_to(ANNA),
        ["Hi, Hill Country Plumbing here. What's up? Reply STOP to opt out."]
    );
}

#[test]
fn a_dear_text_says_what_makes_it_dear() {
    let mut it = Box::new();
    let long = "What can we do for you today? We do pipes, boilers, drains and gas.";
    let said = it
        .confirmed(&format!("SET message \u{1f527} {{company}}. {long}"))
        .join("");
    assert!(said.contains("2 texts each time. \u{1f527} makes it dearer."), "{said}");
}

#[test]
fn a_text_that_names_no_company_or_an_unknown_blank_is_refused() {
    let mut it = Box::new();
    let said = says(&mut it, "SET message Hello there");
    assert!(said.contains("{company} must appear"), "{said}");
    let said = says(&mut it, "SET late {company} {compny}");
    assert!(said.contains("{compny} is unknown"), "{said}");
}

#[test]
fn hours_set_by_text_count_and_say_when_we_are_back() {
    let mut it = Box::new();
    // Noon on a Sunday is when these tests begin; see `noon`.
    says(&mut it, "SET hours mon-fri 8-12, 13-17; sat 9-12");
    let shown = says(&mut it, "SET hours");
    assert!(
        shown.starts_with("hours is Mon-Fri 8am-12pm, 1pm-5pm, Sat 9am-12pm"),
        "{shown}"
    );
    says(&mut it, "SET hours daily 3am-4am");
    it.missed_call(DAVE);
    let text = it.settle_to(DAVE).join("");
    assert!(text.contains("We're closed, back tomorrow 3am."), "{text}");
}

#[test]
fn the_language_is_set_by_text_and_everything_follows_it() {
    let mut it = Box::new();
    it.confirmed("SET language es");
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE)[0].starts_with("Perd"), "the text to callers too");
    let said = says(&mut it, "SET delay");
    assert!(said.starts_with("delay es 3s (como en textback.toml)."), "{said}");
    let said = says(&mut it, "SET language /etc/passwd.toml");
    assert!(said.contains("en, es, fr, de"), "no file is opened by text: {said}");
}

#[test]
fn the_other_owners_are_told_of_every_setting_and_of_its_undoing() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n"
    ));
    it.text(SAM, "SET cooldown 12h");
    it.wait_s(60);
    let sent = it.settle();
    let to = |who: &str| {
        sent.iter()
            .filter(|s| s.to == who)
            .map(|s| s.text.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(to(OWNER), ["Sam changed cooldown: 12h"]);
    assert_eq!(to(SAM), ["cooldown is now 12h. It was 24h. UNDO takes it back."]);
    it.text(SAM, "UNDO");
    it.wait_s(60);
    assert_eq!(it.settle_to(OWNER), ["By Sam: Undone: SET cooldown 12h."]);
}

#[test]
fn urgent_words_and_missed_lines_are_set_by_text() {
    let mut it = Box::new();
    says(&mut it, "SET urgent no hot water, leak");
    it.text(DAVE, "There is a LEAK here");
    assert!(it.settle_to(OWNER)[0].starts_with("URGENT "), "the new word counts");
    says(&mut it, "SET missed_calls off");
    it.missed_call(ANNA);
    it.wait_s(70);
    assert!(it.settle_to(OWNER).is_empty(), "no line any more");
}

#[test]
fn crew_may_not_set_anything() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.text(SAM, "SET delay 9s");
    it.wait_s(60);
    assert!(it.settle_to(SAM)[0].starts_with("Nothing done: that is for the owner."));
}

#[test]
fn every_key_is_there_once() {
    let mut names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_readmes_table_of_settings_is_the_keys() {
    let config = Config::parse("company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n").unwrap();
    let canned = |name: &str| name.starts_with('q') && name.ends_with(|c: char| matches!(c, '2'..='9'));
    let rows: Vec<String> = KEYS
        .iter()
        .filter(|key| !canned(key.name))
        .map(|key| {
            let name = if key.name == "q1" { "q1` to `q9" } else { key.name };
            let proof = if key.guarded { "code or PIN" } else { "" };
            format!("| `{name}` | {} | {proof} |", key.shown(&config))
        })
        .collect();
    let table = format!(
        "| key | as delivered | asks for |\n|---|---|---|\n{}\n",
        rows.join("\n")
    );
    let readme = include_str!("../../README.md");
    let shown = readme
        .split_once("<!-- settings by text -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- /settings by text -->"))
        .map(|(shown, _)| shown.trim());
    assert_eq!(
        shown,
        Some(table.trim()),
        "README.md between its marks should be:\n{table}"
    );
}

#[test]
fn each_text_to_callers_is_set_with_a_preview_and_used_where_it_belongs() {
    let mut it = Box::with("[hours]\nmon-fri = \"8:00-17:00\"\n");
    for (order, preview) in [
        (
            "SET known Hi {name}! {company}",
            "Preview: Hi Dave! Hill Country Plumbing Reply STOP",
        ),
        (
            "SET after_hours {company}: closed, back {open}",
            "Preview: Hill Country Plumbing: closed, back ",
        ),
        (
            "SET late Sorry we are late. {company}",
            "Preview: Sorry we are late. Hill Country Plumbing",
        ),
    ] {
        let said = it.confirmed(order).join("");
        assert!(said.contains("One text.") && said.contains(preview), "{order}: {said}");
    }
    it.dave_writes("hello");
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    // The same time of day a week on; and the Sunday after.
    it.wait_h(24 * 7);
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(it.settle_to(DAVE), ["Hi Dave! Hill Country Plumbing"]);
    it.wait_h(24 * 5);
    it.missed_call(ANNA);
    it.wait_s(10);
    let texts = it.settle_to(ANNA);
    assert_eq!(
        texts,
        ["Hill Country Plumbing: closed, back tomorrow 8am Reply STOP to opt out."]
    );
}
