//! Nudges, the digest, REPORT, WON, LIST and STATUS.

use super::box_under_test::*;
use std::time::Duration;
use textback::clock::Trust;
use textback::desk::Input;
use textback::desk::health::condition::BoxCondition;
use textback::desk::wording::pack::Pack;
use textback::modem::SubmitOutcome;

const HOUR: Duration = Duration::from_secs(3600);

fn says(it: &mut Box, text: &str) -> String {
    it.text(OWNER, text);
    it.settle_to(OWNER).concat()
}

/// Monday, 21 July 2025, 9:00 in Chicago.
const MONDAY_MS: i64 = 1_753_106_400_000;

#[test]
fn a_caller_who_waits_is_brought_to_mind_after_15_minutes_and_2_hours_and_no_more() {
    let mut it = Box::new();
    it.text(DAVE, "Water heater leaking");
    it.settle();
    it.wait_s(15 * 60);
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "13 {DAVE} waits 15m: \"Water heater leaking\" To answer: 13 your message"
        )]
    );
    it.wait_s(105 * 60);
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "13 {DAVE} waits 2h: \"Water heater leaking\" To answer: 13 your message"
        )]
    );
    it.wait(5 * HOUR);
    assert!(it.settle().is_empty());
}

#[test]
fn thanks_end_a_talk_and_nobody_waits_for_an_answer_to_them() {
    for (language, thanks) in [
        ("en", "Thank you so much!!"),
        ("es", "Muchas gracias"),
        ("fr", "Merci."),
        ("de", "Vielen Dank"),
    ] {
        let mut it = Box::with(&format!(
            "language = \"{language}\"\n[owner_alerts]\ndigest = \"off\"\n"
        ));
        it.text(DAVE, "leak");
        it.settle();
        it.text(OWNER, "13 on my way");
        it.settle();
        it.text(DAVE, thanks);
        let told = it.settle_to(OWNER).join("|");
        assert!(told.contains(thanks), "passed on: {told}");
        it.wait(3 * HOUR);
        assert_eq!(it.settle_to(OWNER), Vec::<String>::new(), "{language}");
        it.text(DAVE, "when?");
        it.settle();
        it.text(DAVE, thanks);
        it.settle();
        it.wait_s(16 * 60);
        assert_eq!(it.settle_to(OWNER).len(), 1, "{language}: the question is still open");
    }
    let mut it = Box::new();
    it.text(DAVE, "Thanks");
    it.settle();
    it.wait_s(16 * 60);
    assert_eq!(it.settle_to(OWNER).len(), 1, "nobody knows what for");
}

#[test]
fn who_was_answered_is_not_brought_to_mind() {
    let mut it = Box::new();
    it.text(DAVE, "leak");
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.text(OWNER, "13 on my way");
    it.text(OWNER, "DONE 14");
    it.settle();
    it.wait(3 * HOUR);
    assert!(it.settle().is_empty());
}

#[test]
fn several_who_wait_are_one_text_and_the_night_is_quiet() {
    let mut it = Box::new();
    it.wait(9 * HOUR);
    it.text(DAVE, "leak");
    it.wait_s(30);
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.wait(2 * HOUR);
    assert!(it.settle().is_empty(), "it is after nine");
    it.wait(8 * HOUR);
    assert_eq!(
        it.settle_to(OWNER),
        ["Waiting for your answer: 13 (10h), 14 (9h). LIST shows what they wrote."]
    );
}

#[test]
fn nudges_go_to_whoever_has_the_conversation() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 on my way");
    it.settle();
    it.text(DAVE, "when?");
    it.settle();
    it.wait_s(15 * 60);
    let sent = it.settle();
    assert!(sent.len() == 1 && sent[0].to == SAM, "{sent:?}");
}

#[test]
fn the_digest_comes_on_monday_at_half_past_seven_in_the_form_of_the_product() {
    let mut it = Box::with("[owner_alerts]\nnudges = false\nmerge_window = \"0s\"\n");
    it.now.wall.utc_ms = MONDAY_MS;
    it.wait(HOUR);
    it.settle();
    let number = |i: u32| format!("+1512555{:04}", 3000 + i);
    for i in 0..3 {
        it.missed_call(&number(i));
        it.settle();
        it.wait_s(120);
        it.text(&number(i), "hello");
        it.settle();
        it.wait_s(60 * (5 + 6 * u64::from(i)));
        it.text(OWNER, &format!("{} on my way", 13 + i + u32::from(i == 2)));
        it.settle();
    }
    it.missed_call(&number(9));
    it.settle();
    it.wait(24 * HOUR);
    it.text(&number(9), "Please call me");
    it.text(&number(8), "STOP");
    it.settle();
    it.wait(5 * 24 * HOUR + 20 * HOUR);
    let told: Vec<String> = it.settle_to(OWNER);
    assert!(told.iter().all(|t| !t.starts_with("Wk")), "not before: {told:?}");
    it.wait(2 * HOUR);
    let told = it.settle_to(OWNER);
    assert_eq!(
        told,
        ["Wk 21-27 Jul: 4 missed, 4 texted, 4 replied, 2 answered <15m, 1 waiting (17), 1 opt-out. Median reply 11m"]
    );
    it.wait(24 * HOUR);
    assert!(it.settle().is_empty(), "once a week");
}

#[test]
fn the_digest_can_come_daily_or_not_at_all() {
    let mut it = Box::with("[owner_alerts]\ndigest = \"daily\"\n");
    it.now.wall.utc_ms = MONDAY_MS;
    it.wait(24 * HOUR);
    let mut told: Vec<String> = it.settle_to(OWNER);
    it.wait(24 * HOUR);
    told.extend(it.settle_to(OWNER));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("21 Jul: 0 missed"), "{told:?}");
    assert!(told[1].starts_with("22 Jul: 0 missed"), "{told:?}");
    let mut it = Box::quiet("");
    it.now.wall.utc_ms = MONDAY_MS;
    it.wait(15 * 24 * HOUR);
    assert!(it.settle().is_empty());
}

#[test]
fn a_digest_that_was_due_while_the_box_was_off_comes_late() {
    let mut it = Box::new();
    it.now.wall.utc_ms = MONDAY_MS;
    it.wait(2 * HOUR);
    it.jump_to(it.now.steady.plus(7 * 24 * HOUR + 3 * HOUR));
    it.wait_s(1);
    let told = it.settle_to(OWNER);
    assert!(told.iter().any(|t| t.starts_with("Wk 21-27 Jul: ")), "{told:?}");
}

#[test]
fn report_tells_the_money_and_undo_takes_a_win_back() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    assert_eq!(
        says(&mut it, "WON 13 850"),
        "13 Dave won, $850. In 30 days: 1 job, $850."
    );
    assert_eq!(
        says(&mut it, "won 13 $12,500"),
        "13 Dave won, $12,500. In 30 days: 2 jobs, $13,350."
    );
    says(&mut it, "UNDO");
    let report = says(&mut it, "REPORT");
    assert!(
        report.starts_with("Last 7 days: 1 missed, 1 texted, 1 replied,"),
        "{report}"
    );
    assert!(report.ends_with("Won 1 job, $850."), "{report}");
    it.wait(8 * 24 * HOUR);
    assert!(says(&mut it, "REPORT").ends_with("In 30 days won 1 job, $850."));
}

#[test]
fn list_has_who_waits_first_in_one_part_and_more_has_the_rest() {
    let mut it = Box::quiet("[limits]\nper_minute = 60\nper_hour = 1000\nper_day = 10000\n");
    for i in 0..9 {
        it.text(&format!("+1512555{:04}", 4000 + i), "Hello, can you come by?");
        it.settle();
        it.wait_s(60);
    }
    it.text(OWNER, "13 yes");
    it.settle();
    let mut seen = says(&mut it, "LIST");
    assert!(seen.starts_with("14 +15125554001 "), "who waits longest: {seen}");
    assert!(seen.chars().count() <= 160 && seen.contains("MORE: "), "{seen}");
    for _ in 0..6 {
        if seen.ends_with("answered") {
            break;
        }
        it.wait_s(10);
        let page = says(&mut it, "MORE");
        assert!(page.chars().count() <= 160, "{page}");
        seen = format!("{seen}\n{page}");
    }
    for handle in [13, 14, 16, 17, 19, 21, 22, 23, 26] {
        let lines = seen.lines().filter(|l| l.starts_with(&format!("{handle} "))).count();
        assert_eq!(lines, 1, "{handle} in {seen}");
    }
    assert!(
        seen.lines().last().unwrap().starts_with("13 "),
        "who was answered comes last: {seen}"
    );
}

#[test]
fn status_says_in_words_how_the_box_is() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.desk.observe(BoxCondition {
        since: Some(it.now.steady.minus(Duration::from_secs(3 * 3600))),
        operator: Some("Vodafone".to_owned()),
        signal: "good".to_owned(),
        balance: Some("12.50 EUR".to_owned()),
        ..BoxCondition::default()
    });
    let said = says(&mut it, "STATUS");
    for part in [
        "Working. Signal good on Vodafone. On for 3h.",
        "Waiting: 13.",
        "Today: 1 missed, 1 texted, 1 replied.",
        "Texts: 2 in 24h, 198 left.",
        "SIM: 12.50 EUR.",
        &format!("v{}", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    it.desk.observe(BoxCondition {
        trouble: Some("no SIM".to_owned()),
        ..BoxCondition::default()
    });
    assert!(says(&mut it, "STATUS").starts_with("Working. NOT READY: no SIM."));
}

#[test]
fn status_is_one_part_for_an_owner_whatever_there_is_to_say_and_whole_for_the_installer() {
    for pack in Pack::all() {
        let mut it = Box::with(&format!(
            "language = \"{}\"\n[owner_alerts]\nnudges = false\n[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"installer\"\n",
            pack.code
        ));
        for stranger in 0..9 {
            it.text(&format!("+1555777{stranger:04}"), "Can you come by?");
        }
        it.settle();
        it.desk.observe(BoxCondition {
            since: Some(it.now.steady.minus(Duration::from_secs(30 * 86_400))),
            operator: Some("Vodafone Business Network".to_owned()),
            signal: "excellent".to_owned(),
            balance: Some("Your balance is EUR 12.50, valid until 31.12.2026".to_owned()),
            deaf: Some("Jul 21 12:00pm-Jul 24 12:00pm".to_owned()),
            light: Some(textback::board::Code::Storage),
            calls_in_doubt: true,
            ..BoxCondition::default()
        });
        it.now.wall.trust = Trust::Guess;
        it.text(OWNER, "STATUS");
        let said = it.settle_to(OWNER);
        assert_eq!(said.len(), 1, "{}: {said:?}", pack.code);
        for key in ["status_calls_in_doubt", "status_no_clock"] {
            let what = pack.line(key, &[]);
            assert!(said[0].contains(&what), "{}: {what} is not in {}", pack.code, said[0]);
        }
        let version = format!("v{}", env!("CARGO_PKG_VERSION"));
        assert!(!said[0].contains(&version), "{said:?}");
        it.wait_s(120);
        it.text(SAM, "STATUS");
        let whole = it.settle_to(SAM).concat();
        assert!(
            whole.ends_with(&version) && whole.contains(&format!("7 {}", pack.printed("trouble_storage"))),
            "{}: {whole}",
            pack.code
        );
    }
}

#[test]
fn the_governors_meters_are_shown_when_they_near_their_limits() {
    let mut it = Box::quiet("[limits]\npeople_per_day = 10\n");
    let said_after = |it: &mut Box, from: u32, to: u32| {
        for stranger in from..to {
            it.missed_call(&format!("+1555777{stranger:04}"));
            it.wait_s(120);
            it.settle();
        }
        says(it, "STATUS")
    };
    let few = said_after(&mut it, 0, 7);
    assert!(!few.contains("people"), "{few}");
    let near = said_after(&mut it, 7, 8);
    assert!(near.contains("8 of 10 people in 24h."), "{near}");
    let full = said_after(&mut it, 8, 11);
    assert!(
        full.contains("10 people in 24h: texts to more wait until tomorrow 12:02pm.") && full.contains("1 queued."),
        "{full}"
    );
}

#[test]
fn that_hardly_anybody_answers_is_in_status_before_automatic_texts_rest() {
    let mut it = Box::quiet("[limits]\nper_day = 1000\nper_hour = 600\n");
    for stranger in 0..80 {
        it.missed_call(&format!("+1555777{stranger:04}"));
        it.wait_s(60);
        it.settle();
    }
    let near = says(&mut it, "STATUS");
    assert!(near.contains("0 people answered 80 automatic texts."), "{near}");
    for stranger in 0..4 {
        it.text(&format!("+1555777{stranger:04}"), "Can you come by?");
    }
    let short = says(&mut it, "STATUS");
    assert!(short.contains("4 people answered 80 automatic texts."), "{short}");
    it.text("+15557770005", "Can you come by?");
    let enough = says(&mut it, "STATUS");
    assert!(!enough.contains("automatic texts"), "{enough}");
}

#[test]
fn after_weeks_without_a_modem_only_the_newest_digest_goes_out() {
    let mut it = Box::new();
    it.now.wall.utc_ms = MONDAY_MS;
    it.settle();
    it.wait(5 * 7 * 24 * HOUR);
    let told = it.settle_to(OWNER);
    let digests: Vec<&String> = told.iter().filter(|t| t.starts_with("Wk ")).collect();
    assert_eq!(digests.len(), 1, "{told:?}");
    assert!(digests[0].starts_with("Wk 18-24 Aug: "), "{told:?}");
}

#[test]
fn a_digest_in_doubt_that_could_not_be_sent_again_gives_way_to_the_newer_one() {
    let mut it = Box::new();
    it.now.wall.utc_ms = MONDAY_MS;
    it.settle();
    it.wait(7 * 24 * HOUR);
    let (outbox, _) = it.begin().unwrap();
    // The modem falls mute while it has the digest in hand, for weeks.
    let outcome = SubmitOutcome::Unknown { why: "mute".into() };
    it.tell(Input::Submitted { outbox, outcome });
    it.wait(3 * 7 * 24 * HOUR);
    let told = it.settle_to(OWNER);
    let digests: Vec<&String> = told.iter().filter(|t| t.contains("Wk ")).collect();
    assert_eq!(digests.len(), 1, "{told:?}");
}

#[test]
fn nobody_waits_for_more_than_two_weeks_unless_put_off() {
    let mut it = Box::new();
    it.now.wall.utc_ms = MONDAY_MS;
    it.text(DAVE, "Water heater leaking");
    it.text(ANNA, "Do you do gutters?");
    it.settle();
    it.text(OWNER, "LATER 14 20d");
    it.wait(13 * 24 * HOUR);
    let listed = says(&mut it, "LIST");
    assert!(listed.contains("leaking") && listed.contains("gutters"), "{listed}");
    it.wait(3 * 24 * HOUR);
    it.settle();
    let listed = says(&mut it, "LIST");
    assert!(!listed.contains("leaking") && listed.contains("gutters"), "{listed}");
}

#[test]
fn who_is_blocked_waits_for_no_answer_whatever_they_text() {
    let mut it = Box::new();
    it.text(DAVE, "BUY CHEAP LEADS NOW");
    it.settle();
    it.text(OWNER, "BLOCK 13");
    it.settle();
    it.text(DAVE, "hello?");
    it.settle();
    assert!(says(&mut it, "LIST").contains("Nobody waits"), "blocked");
}

#[test]
fn a_call_whose_text_was_withdrawn_before_it_went_does_not_count_as_texted() {
    for (text, why) in [
        ("STOP", "opted out"),
        ("Please stop by when you can", "may have asked us to stop"),
    ] {
        let mut it = Box::quiet("[text_back]\ndelay = \"1m\"\n");
        it.missed_call(DAVE);
        it.text(DAVE, text);
        it.settle();
        let (decision, reason) = it.decision();
        assert_eq!(
            (decision.as_str(), reason),
            ("skipped", format!("withdrawn before it went: {why}"))
        );
        let status = says(&mut it, "STATUS");
        assert!(status.contains("Today: 1 missed, 0 texted, 0 replied."), "{status}");
        let report = says(&mut it, "REPORT");
        assert!(report.contains("1 missed, 0 texted, 0 replied"), "{report}");
        let said = says(&mut it, "WHY 13");
        assert!(
            said.ends_with(&format!("not texted: withdrawn before it went: {why}.")),
            "{said}"
        );
    }
    // One that went stays texted, whatever they say after it.
    let mut it = Box::quiet("");
    it.missed_call(DAVE);
    it.settle();
    it.text(DAVE, "STOP");
    it.settle();
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn nor_does_one_that_the_owner_blocked_in_time() {
    let mut it = Box::quiet("[text_back]\ndelay = \"5m\"\n");
    it.missed_call(DAVE);
    says(&mut it, "BLOCK 13");
    assert_eq!(
        it.decision(),
        ("skipped".into(), "withdrawn before it went: blocked".into())
    );
}
