//! Who waits for an answer, from when, and what ends it: answers, texts for later, DONE and its UNDO.

use super::box_under_test::*;

fn says(it: &mut Box, text: &str) -> String {
    it.text(OWNER, text);
    it.wait_s(60);
    it.settle_to(OWNER).join("|")
}

/// It is noon; Dave is 13 and waits.
fn with_dave() -> Box {
    let mut it = Box::new();
    it.text(DAVE, "Water heater leaking");
    it.settle();
    it
}

fn waits(length: &str) -> String {
    format!("13 {DAVE} waits {length}: \"Water heater leaking\" To answer: 13 your message")
}

/// All of it comes in within minutes, or over most of an hour.
#[test]
fn a_crowd_that_waits_costs_a_text_or_two_each_time() {
    for (seconds_between, most) in [(6, 2), (60, 4)] {
        let mut it = Box::with("[limits]\nper_minute = 60\nper_hour = 600\nper_day = 1000\n");
        let mut nudges = Vec::new();
        let mut minute = |it: &mut Box, seconds| {
            it.wait_s(seconds);
            let sent = it.settle_to(OWNER).into_iter();
            nudges.extend(sent.filter(|text| text.starts_with("Waiting for") || text.contains(" waits ")));
        };
        for stranger in 0..50 {
            it.text(&format!("+1555777{stranger:04}"), "Hello, can you come by?");
            minute(&mut it, seconds_between);
        }
        for _ in 0..4 * 60 {
            minute(&mut it, 60);
        }
        assert!((2..=most).contains(&nudges.len()), "{nudges:#?}");
        if most == 2 {
            let all = "and 42 more. LIST shows what they wrote.";
            assert!(nudges.iter().all(|nudge| nudge.ends_with(all)), "{nudges:#?}");
        }
    }
}

#[test]
fn undo_of_done_brings_back_the_nudge() {
    let mut it = with_dave();
    says(&mut it, "DONE 13");
    says(&mut it, "UNDO");
    it.wait_s(15 * 60);
    assert_eq!(it.settle_to(OWNER), [waits("15m")]);
}

#[test]
fn undo_of_done_brings_back_the_second_nudge_after_the_first() {
    let mut it = with_dave();
    it.wait_s(30 * 60);
    it.settle();
    says(&mut it, "DONE 13");
    says(&mut it, "UNDO");
    it.wait_h(3);
    assert_eq!(it.settle_to(OWNER), [waits("2h")]);
    it.wait_h(8);
    assert!(it.settle_to(OWNER).is_empty(), "and no third");
}

#[test]
fn undo_of_done_brings_back_the_reminder() {
    let mut it = with_dave();
    says(&mut it, "LATER 13 2h");
    says(&mut it, "DONE 13");
    assert_eq!(says(&mut it, "UNDO"), format!("Undone: DONE 13 {DAVE}."));
    it.wait_h(2);
    let told = it.settle_to(OWNER);
    assert!(
        told.len() == 1 && told[0].starts_with(&format!("Reminder: 13 {DAVE}")),
        "{told:?}"
    );
}

#[test]
fn done_leaves_a_text_for_later_alone() {
    let mut it = with_dave();
    says(&mut it, "13 @2h See you soon");
    says(&mut it, "DONE 13");
    it.wait_h(2);
    assert_eq!(it.settle_to(DAVE), ["See you soon"]);
}

#[test]
fn undo_of_block_brings_back_the_nudge_that_came_meanwhile() {
    let mut it = with_dave();
    says(&mut it, "BLOCK 13");
    it.wait_s(40 * 60);
    assert!(
        it.settle_to(OWNER).is_empty(),
        "a blocked caller is not brought to mind"
    );
    says(&mut it, "UNDO");
    it.wait_h(2);
    assert_eq!(it.settle_to(OWNER), [waits("2h")]);
}

#[test]
fn undo_of_later_brings_back_the_nudge() {
    let mut it = with_dave();
    says(&mut it, "LATER 13 5h");
    says(&mut it, "UNDO");
    it.wait_s(15 * 60);
    assert_eq!(it.settle_to(OWNER), [waits("15m")]);
}

#[test]
fn a_nudge_counts_from_when_the_owner_could_read_the_text() {
    let mut it = Box::new();
    // The modem is away: nothing can be sent for 40 minutes.
    it.text(DAVE, "Water heater leaking");
    it.wait_s(40 * 60);
    assert_eq!(
        it.settle_to(OWNER),
        [format!("NEW 13 {DAVE}: Water heater leaking")],
        "no nudge behind it in the same minute"
    );
    it.wait_s(15 * 60);
    assert_eq!(it.settle_to(OWNER), [waits("55m")]);
    it.wait_h(2);
    assert_eq!(it.settle_to(OWNER), [waits("2h")]);
    it.wait_h(5);
    assert!(it.settle_to(OWNER).is_empty());
}

#[test]
fn a_text_for_later_that_went_ends_the_waiting() {
    let mut it = with_dave();
    says(&mut it, "13 @1h See you soon");
    let list = says(&mut it, "LIST");
    assert!(
        list.starts_with(&format!("13 {DAVE} 1m: Water heater")),
        "until then they wait: {list}"
    );
    it.wait_h(1);
    assert_eq!(it.settle_to(DAVE), ["See you soon"]);
    assert!(says(&mut it, "LIST").starts_with("Nobody waits for an answer."));
    it.wait_h(5);
    assert!(it.settle_to(OWNER).is_empty(), "nobody is brought to mind");
}

#[test]
fn nobody_is_brought_to_mind_while_a_text_for_them_is_on_its_way() {
    let mut it = with_dave();
    says(&mut it, "13 @1h See you soon");
    it.wait_s(50 * 60);
    assert!(it.settle_to(OWNER).is_empty());
}

#[test]
fn who_texts_after_it_was_put_off_still_waits_when_it_went() {
    let mut it = with_dave();
    says(&mut it, "13 @1h See you soon");
    it.wait_s(30 * 60);
    it.text(DAVE, "Is it dangerous?");
    it.settle();
    it.wait_s(30 * 60);
    assert_eq!(it.settle_to(DAVE), ["See you soon"]);
    assert!(says(&mut it, "LIST").contains("Is it dangerous?"));
    it.wait_h(2);
    let told = it.settle_to(OWNER);
    assert!(
        !told.is_empty() && told.iter().all(|t| t.contains("\"Is it dangerous?\"")),
        "{told:?}"
    );
}

#[test]
fn unblock_brings_back_who_waited_but_not_who_was_done() {
    let mut it = with_dave();
    says(&mut it, "BLOCK 13");
    says(&mut it, "UNBLOCK 13");
    assert!(says(&mut it, "STATUS").contains("Waiting: 13."));
    it.wait_s(15 * 60);
    assert!(it.settle_to(OWNER).join("").contains("13 +15125551234 waits"));
    for order in ["DONE 13", "BLOCK 13", "UNBLOCK 13"] {
        says(&mut it, order);
    }
    assert!(says(&mut it, "STATUS").contains("Nobody waits."));
}
