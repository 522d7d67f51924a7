//! Texts for later, reminders and canned replies: kept over restarts, by the wall clock, asked again when their time comes.

use super::box_under_test::*;
use std::time::Duration;

const QUICK: &str = "[quick]\nq1 = \"Thanks {name}, we got it. {company}\"\nq2 = \"On my way, about 30 minutes.\"\n";
const HOUR: Duration = Duration::from_secs(3600);

/// It is noon in Chicago; Dave is 13.
fn with_dave(extra: &str) -> Box {
    let mut it = Box::quiet(extra);
    it.text(DAVE, "Water heater leaking");
    it.settle();
    it.wait_s(60);
    it
}

fn says(it: &mut Box, text: &str) -> String {
    it.text(OWNER, text);
    it.settle_to(OWNER).concat()
}

#[test]
fn canned_replies_are_filled_in() {
    let mut it = with_dave(QUICK);
    it.text(OWNER, "13 q2");
    assert_eq!(it.settle_to(DAVE), ["On my way, about 30 minutes."]);
    it.text(OWNER, "13 Q 1");
    assert_eq!(it.settle_to(DAVE), ["Thanks, we got it. Hill Country Plumbing"]);
    says(&mut it, "NAME 13 Dave");
    it.text(OWNER, "13 q1");
    assert_eq!(it.settle_to(DAVE), ["Thanks Dave, we got it. Hill Country Plumbing"]);
    assert_eq!(
        says(&mut it, "13 q7"),
        "Nothing sent: no canned reply q7. There are q1, q2."
    );
}

#[test]
fn a_text_for_later_goes_at_its_time_and_not_before() {
    let mut it = with_dave("");
    assert_eq!(
        says(&mut it, "13 @8am See you at nine"),
        format!("OK, to 13 {DAVE} tomorrow 8am: \"See you at nine\" To cancel: 13 @no")
    );
    it.wait(19 * HOUR);
    assert!(it.settle_to(DAVE).is_empty());
    it.wait(HOUR);
    assert_eq!(it.settle_to(DAVE), ["See you at nine"]);
}

#[test]
fn a_restart_forgets_nothing_that_was_put_off() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    let file = format!(
        "config_version = 1\ncompany = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ntimezone = \"America/Chicago\"\n\
         [owner_alerts]\nnudges = false\ndigest = \"off\"\n"
    );
    it.restart_with(&file);
    it.wait(5 * HOUR);
    assert_eq!(it.settle_to(DAVE), ["See you"]);
}

#[test]
fn eight_in_the_morning_stays_eight_when_the_clocks_change() {
    // Saturday, 1 November 2025, 20:00 in Chicago; the clocks go back that night.
    let mut it = Box::quiet("");
    it.now.wall.utc_ms = 1_762_045_200_000;
    it.text(DAVE, "leak");
    it.settle();
    says(&mut it, "13 @8am good morning");
    it.wait(12 * HOUR + Duration::from_secs(1800));
    assert!(it.settle_to(DAVE).is_empty(), "7:30 by the new time");
    it.wait(HOUR / 2);
    assert_eq!(it.settle_to(DAVE), ["good morning"]);
}

#[test]
fn a_clock_that_is_put_right_moves_what_is_put_off() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    // It was three o'clock in truth, not noon.
    it.now.wall.utc_ms += 3 * 3_600_000;
    it.wait(2 * HOUR);
    assert_eq!(it.settle_to(DAVE), ["See you"]);
    says(&mut it, "13 @8pm Still there?");
    // And then the network says it is an hour earlier.
    it.now.wall.utc_ms -= 3_600_000;
    it.wait(3 * HOUR + Duration::from_secs(600));
    assert!(it.settle_to(DAVE).is_empty());
    it.wait(HOUR);
    assert_eq!(it.settle_to(DAVE), ["Still there?"]);
}

#[test]
fn who_opted_out_meanwhile_gets_nothing_and_the_owner_hears_it() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    it.text(DAVE, "STOP");
    it.settle();
    it.wait(6 * HOUR);
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    assert!(
        sent[0]
            .text
            .starts_with(&format!("Not sent to 13 {DAVE}: they opted out (STOP)")),
        "{sent:?}"
    );
}

#[test]
fn a_time_that_passed_while_the_box_was_off_is_not_made_up_for_at_night() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    it.jump_to(it.now.steady.plus(10 * HOUR));
    it.wait_s(1);
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    assert!(sent.iter().any(|s| s.text.contains("It said: \"See you\"")), "{sent:?}");
    // An hour late in the afternoon is still of use.
    let mut it = with_dave("");
    says(&mut it, "13 @4pm See you");
    it.jump_to(it.now.steady.plus(5 * HOUR));
    it.wait_s(1);
    assert_eq!(it.settle_to(DAVE), ["See you"]);
}

#[test]
fn what_is_put_off_is_listed_and_cancelled_in_words() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    says(&mut it, "LATER 13 mon 8am");
    let list = says(&mut it, "LATER");
    assert!(
        list.contains("at 5pm: \"See you\"") && list.contains("8am: reminder"),
        "{list}"
    );
    assert!(says(&mut it, "13").contains("Later at 5pm: \"See you\""));
    let cancelled = says(&mut it, "13 @no");
    assert!(
        cancelled.starts_with(&format!("Cancelled for 13 {DAVE}: ")),
        "{cancelled}"
    );
    assert!(says(&mut it, "LATER").starts_with("Nothing is put off."));
    it.wait(6 * HOUR);
    assert!(it.settle_to(DAVE).is_empty());
}

#[test]
fn undo_takes_back_what_was_put_off_and_its_cancelling() {
    let mut it = with_dave("");
    says(&mut it, "13 @5pm See you");
    assert!(says(&mut it, "UNDO").starts_with("Undone: text at 5pm"));
    it.wait(6 * HOUR);
    assert!(it.settle_to(DAVE).is_empty());
    says(&mut it, "13 @8pm See you");
    says(&mut it, "13 @no");
    assert!(says(&mut it, "UNDO").starts_with("Undone: "));
    it.wait(4 * HOUR);
    assert_eq!(it.settle_to(DAVE), ["See you"]);
    assert!(says(&mut it, "UNDO").starts_with("Not undone"), "it went out");
}

#[test]
fn a_reminder_comes_at_its_time_and_not_after_done() {
    let mut it = with_dave("");
    assert_eq!(
        says(&mut it, "LATER 13 2h"),
        format!("OK, I'll remind you of 13 {DAVE} at 2:01pm.")
    );
    it.wait(2 * HOUR);
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "Reminder: 13 {DAVE} \"Water heater leaking\" To answer: 13 your message"
        )]
    );
    says(&mut it, "LATER 13");
    says(&mut it, "DONE 13");
    it.wait(3 * HOUR);
    assert!(it.settle().is_empty());
}

#[test]
fn a_time_that_makes_no_sense_is_never_relayed() {
    let mut it = with_dave("");
    for text in [
        "13 @8am",
        "13 @",
        "13 @joe will come",
        "13 @today 8am hello",
        "13 @25:00 hello",
        "13 @99d hello",
    ] {
        it.text(OWNER, text);
        let sent = it.settle();
        assert!(sent.iter().all(|s| s.to == OWNER), "{text}: {sent:?}");
        assert!(
            sent[0].text.starts_with("Nothing sent, nothing kept"),
            "{text}: {sent:?}"
        );
    }
}

#[test]
fn a_text_that_was_put_off_does_not_change_whom_the_next_untagged_one_is_for() {
    let mut it = with_dave("");
    it.text(ANNA, "boiler is cold");
    it.settle();
    says(&mut it, "13 @1pm See you");
    it.wait(HOUR - Duration::from_secs(180));
    it.text(OWNER, "14 I'll look at it");
    it.settle();
    it.wait_s(180);
    assert_eq!(it.settle_to(DAVE), ["See you"]);
    it.text(OWNER, "around three");
    assert_eq!(it.settle_to(ANNA), ["around three"]);
}

#[test]
fn there_is_a_most_for_what_is_put_off() {
    let mut it = with_dave("");
    for _ in 0..10 {
        assert!(says(&mut it, "13 @5pm See you").starts_with("OK"));
        it.wait_s(10);
    }
    assert_eq!(
        says(&mut it, "13 @5pm See you"),
        "Nothing kept: too much is put off already. LATER shows it."
    );
}
