//! Somebody who fakes an owner's number: a text in the owner's name costs the faker nothing, and must not cost the box its
//! day's texts, nor give away the code that proves an order.

use super::box_under_test::*;

/// One text a minute in the owner's name for so many minutes; what went to the owners' phones.
fn fakes(it: &mut Box, minutes: u32, text: &str) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..minutes {
        it.text(OWNER, text);
        it.wait_s(60);
        told.extend(it.settle_to(OWNER));
    }
    told
}

#[test]
fn no_text_in_the_owners_name_uses_up_the_texts_that_callers_need() {
    for text in [
        "YES 0000",
        "STATUS",
        "HELP",
        "LIST",
        "SET",
        "PAUSE 1m",
        "SET delay 5s",
        "WHY 13",
        "27",
        "Hello there",
    ] {
        let mut it = Box::quiet("");
        let told = fakes(&mut it, 600, text);
        let parts: usize = told.iter().map(|line| textback::sms::cost(line).parts).sum();
        assert!(parts <= 110, "{text}: {parts} parts in ten hours, of 200 a day");
        let warned = told.iter().filter(|line| line.contains("fakes your number")).count();
        assert!(warned <= 12, "{text}: told {warned} times");
        // PAUSE is an order like any other: what it does is done, and told.
        if text != "PAUSE 1m" {
            it.missed_call(DAVE);
            let sent = it.settle();
            assert!(
                sent.iter()
                    .any(|sent| sent.to == DAVE && sent.text.starts_with("Sorry we missed you")),
                "{text}: the caller is texted back all the same"
            );
        }
    }
}

#[test]
fn that_a_text_did_not_go_is_said_even_when_other_answers_are_spent() {
    let mut it = Box::quiet("");
    it.dave_writes("hi");
    let told = fakes(&mut it, 90, "STATUS");
    assert!(told.len() < 90, "answers are spent");
    it.text(DAVE, "STOP");
    it.settle();
    for (text, said) in [("99 On my way", "99"), ("13 On my way", "Not sent to 13"), ("27", "27")] {
        it.text(OWNER, text);
        let told = it.settle_to(OWNER);
        assert!(told.iter().any(|line| line.contains(said)), "{text}: {told:?}");
    }
}

#[test]
fn a_locked_pin_is_not_answered_without_end() {
    let mut it = Box::quiet("");
    it.text(OWNER, "SET pin 4711");
    it.wait_s(60);
    let asked = it.settle_to(OWNER).join("|");
    let code: String = asked.split("YES ").nth(1).expect("a code").chars().take(4).collect();
    it.text(OWNER, &format!("YES {code}"));
    it.wait_s(60);
    it.settle();
    let told = fakes(&mut it, 300, "FORGET 13 PIN 0000");
    assert!(told.len() <= 60, "{} answers in five hours", told.len());
}

#[test]
fn codes_are_given_so_seldom_that_guessing_them_is_vain() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    let mut codes = 0;
    for _ in 0..7 * 24 {
        for _ in 0..4 {
            it.text(OWNER, "FORGET 13");
            it.wait_s(60);
            codes += it
                .settle_to(OWNER)
                .iter()
                .filter(|line| line.contains("reply YES"))
                .count();
            it.text(OWNER, "YES 0000");
            it.text(OWNER, "YES 0001");
            it.wait_s(60);
            it.settle();
        }
        it.wait_s(3600 - 480);
        it.settle();
    }
    // Two tries each, of ten thousand.
    assert!((7..=7 * 9).contains(&codes), "{codes} codes in a week");
}

#[test]
fn who_is_answered_no_more_is_answered_again_the_next_day() {
    let mut it = Box::quiet("");
    fakes(&mut it, 600, "STATUS");
    it.wait_h(25);
    it.settle();
    it.text(OWNER, "STATUS");
    assert_eq!(it.settle_to(OWNER).len(), 1);
}
