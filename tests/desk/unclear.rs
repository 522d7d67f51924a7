//! A text of the owner's that begins like an order and is none: held and asked about, however few callers there are.

use super::box_under_test::*;
use textback::desk::wording::pack::Pack;

/// What the box answers to a text of the owner's, and what Dave got.
fn says(it: &mut Box, text: &str) -> (String, Vec<String>) {
    it.text(OWNER, text);
    let sent = it.settle();
    let to = |number: &str| -> Vec<String> {
        let theirs = sent.iter().filter(|s| s.to == number);
        theirs.map(|s| s.text.clone()).collect()
    };
    (to(OWNER).join("|"), to(DAVE))
}

fn with_dave() -> Box {
    let mut it = Box::quiet("");
    it.dave_writes("leak under the sink");
    it.wait_s(60);
    it
}

#[test]
fn an_order_gone_wrong_is_never_sent_to_the_only_open_chat() {
    for (text, order) in [
        ("Away on vacation", "AWAY until Mon 8am"),
        ("pause for the day", "PAUSE 2h"),
        ("Back soon", "RESUME"),
        ("Done with the roof, on my way", "DONE 27"),
    ] {
        let mut it = with_dave();
        let (said, dave) = says(&mut it, text);
        assert_eq!(
            said,
            format!(
                "Held, not sent, not done: \"{text}\". As an order: {order}. For 13 {DAVE} (leak under the sink): reply 13. Or NO."
            )
        );
        assert!(dave.is_empty(), "{dave:?}");
        assert_eq!(
            says(&mut it, "13"),
            (format!("Sent to 13 {DAVE}."), vec![text.to_owned()])
        );
    }
}

#[test]
fn nor_to_whom_the_owner_wrote_a_minute_ago() {
    let mut it = with_dave();
    says(&mut it, "13 On my way");
    let (said, dave) = says(&mut it, "Later today");
    assert!(
        said.starts_with("Held, not sent, not done: \"Later today\". As an order: LATER 27 2h. For 13"),
        "{said}"
    );
    assert!(dave.is_empty());
    assert_eq!(says(&mut it, "no").0, "OK, not sent.");
}

#[test]
fn the_order_it_should_have_been_is_the_end_of_it() {
    let mut it = with_dave();
    says(&mut it, "Away on vacation");
    let (said, _) = says(&mut it, "AWAY 3 days");
    assert!(said.starts_with("Away, back"), "{said}");
    it.wait_s(1000);
    assert!(it.settle().is_empty(), "no word of a dropped text");
    says(&mut it, "Away on vacation");
    says(&mut it, "LIST");
    assert_eq!(
        says(&mut it, "13").1,
        ["Away on vacation"],
        "another order leaves it held"
    );
}

#[test]
fn without_an_open_chat_the_order_is_shown_too() {
    let mut it = Box::quiet("");
    assert_eq!(
        says(&mut it, "Away on vacation").0,
        "Held, not sent, not done: \"Away on vacation\". As an order: AWAY until Mon 8am. For a customer: reply their number \
         (LIST shows it). Or NO."
    );
}

/// Nothing is lost whatever they answer: it may have been an order, a sentence for Dave, or nothing.
#[test]
fn an_order_with_a_slip_is_held_and_done_or_sent_or_dropped_as_the_owner_says() {
    let asked = || {
        let mut it = with_dave();
        let (said, dave) = says(&mut it, "Awya until Monday");
        assert_eq!(
            said,
            format!(
                "Held, not sent, not done: \"Awya until Monday\". Is it AWAY? Reply YES. For 13 {DAVE} (leak under the sink): \
                 reply 13. Or NO."
            )
        );
        assert!(dave.is_empty());
        it
    };
    let (said, dave) = says(&mut asked(), "Yes");
    assert!(said.starts_with("Away, back Monday") && dave.is_empty(), "{said}");
    let (said, dave) = says(&mut asked(), "13");
    assert_eq!(
        (said, dave),
        (format!("Sent to 13 {DAVE}."), vec!["Awya until Monday".to_owned()])
    );
    assert_eq!(says(&mut asked(), "no").0, "OK, not sent.");
    let mut it = asked();
    assert!(says(&mut it, "AWAY until Monday").0.starts_with("Away, back Monday"));
    it.wait_s(1000);
    assert!(it.settle().is_empty(), "no word of a dropped text");
    let mut it = asked();
    it.wait_s(15 * 60);
    assert_eq!(
        it.settle_to(OWNER),
        ["Dropped, not sent to anybody: \"Awya until Monday\""]
    );
}

#[test]
fn yes_to_an_order_with_a_slip_gives_nobody_what_is_not_theirs() {
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.text(SAM, "Puase 2h");
    assert!(it.settle_to(SAM)[0].contains("Is it PAUSE?"));
    it.text(SAM, "yes");
    assert!(it.settle_to(SAM)[0].starts_with("Nothing done: that is for the owner."));
}

#[test]
fn the_question_is_one_part_with_four_callers_in_every_language() {
    for pack in Pack::all() {
        let mut it = Box::with(&format!(
            "language = \"{}\"\n[owner_alerts]\nnudges = false\n[limits]\nper_minute = 60\n",
            pack.code
        ));
        for number in [DAVE, ANNA, "+15125559876", "+15125559877"] {
            it.text(number, "The water heater in the basement makes a strange noise");
            it.settle();
            it.wait_s(60);
        }
        for text in [
            "PAUSE banana",
            "Staus",
            "Yes I can come at three and bring the part along",
            "Done with the roof but the gutter leaks",
        ] {
            it.text(OWNER, text);
            let asked = it.settle_to(OWNER);
            assert_eq!(asked.len(), 1, "{}: {asked:?}", pack.code);
            for handle in ["13", "14", "16", "17"] {
                assert!(asked[0].contains(handle), "{}: {asked:?}", pack.code);
            }
            it.text(OWNER, "no");
            it.settle();
        }
    }
}

#[test]
fn the_question_is_one_part_with_up_to_three_callers() {
    let mut it = Box::quiet("");
    let story = "Done with the bathroom, but the kitchen needs another pipe and I can only come tomorrow";
    for number in [DAVE, ANNA, "+15125559876"] {
        it.text(
            number,
            "The water heater in the basement makes a strange noise since yesterday evening",
        );
        it.settle();
        it.wait_s(60);
        it.text(OWNER, story);
        let asked = it.settle_to(OWNER);
        assert!(
            asked.len() == 1 && asked[0].starts_with("Held, not sent, not done: \"Done with the"),
            "{asked:?}"
        );
        it.text(OWNER, "no");
        it.settle();
        it.wait_s(60);
    }
    it.text(OWNER, "The kitchen needs another pipe and I can only come tomorrow");
    let asked = it.settle_to(OWNER);
    assert!(
        asked.len() == 1 && asked[0].starts_with("Held, not sent: \"The kitchen"),
        "{asked:?}"
    );
}

#[test]
fn crew_is_asked_too_and_an_installer_told_that_it_is_not_theirs() {
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"installer\"\n"
    ));
    it.dave_writes("leak");
    it.text(SAM, "Back soon");
    assert!(it.settle_to(SAM)[0].starts_with("Nothing done: that is for the owner."));
    it.text(SAM, "Stauts");
    let said = it.settle_to(SAM);
    assert_eq!(
        said,
        ["Nothing sent, nothing done. Did you mean STATUS? Text it again."]
    );
}
