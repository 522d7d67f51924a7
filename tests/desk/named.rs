//! A text that is no tag and yet says whom it is for goes to nobody else unasked; a name answers the question whom a text is for.

use super::box_under_test::*;

/// What the box answers to a text of the owner's, and what left for customers.
fn says(it: &mut Box, text: &str) -> (String, Vec<(String, String)>) {
    it.text(OWNER, text);
    let sent = it.settle();
    let (owner, others): (Vec<Sent>, Vec<Sent>) = sent.into_iter().partition(|s| s.to == OWNER);
    let owner: Vec<String> = owner.into_iter().map(|s| s.text).collect();
    (owner.join("|"), others.into_iter().map(|s| (s.to, s.text)).collect())
}

/// 13 is Dave by name, answered; 14 is Anna, the only one who spoke since.
fn answered_dave_then_anna() -> Box {
    let mut it = Box::quiet("[limits]\nper_minute = 60\n");
    it.dave_writes("leak under the sink");
    it.wait_s(60);
    for text in ["NAME 13 Dave Miller", "13 On my way"] {
        says(&mut it, text);
    }
    it.wait_s(60);
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.wait_s(60);
    it
}

#[test]
fn a_text_that_names_another_customer_is_held_and_asked_about() {
    for text in [
        "13On my way",
        "13on my way",
        "13/ on my way",
        "13\u{2026} on my way",
        "13* on my way",
        "13 in 10 minutes",
        "13 more info please",
        "+15125551234 on my way",
        "15125551234 on my way",
        "(512) 555-1234 on my way",
        "512-555-1234 3pm works",
        "Dave on my way",
        "dave, on my way",
        "Dave Miller: on my way",
        "Hi Dave, on my way",
        "To Dave: on my way",
        "@Dave on my way",
    ] {
        let mut it = answered_dave_then_anna();
        let (said, sent) = says(&mut it, text);
        assert_eq!(sent, [], "{text}");
        let shown = text.replace('\u{2026}', "...");
        let asked = format!("Held, not sent: \"{shown}\". Who for? 13 Dave Miller (leak under the sink) or 14 {ANNA}");
        assert!(
            said.starts_with(&asked) && said.ends_with("Reply 13 or 14, or NO."),
            "{text}: {said}"
        );
        assert_eq!(says(&mut it, "13").1, [(DAVE.to_owned(), text.to_owned())]);
    }
}

#[test]
fn what_only_looks_like_a_name_goes_to_the_only_open_chat() {
    for text in [
        "13 min away",
        "13 dollars",
        "13% off",
        "13ft of pipe",
        "13th works",
        "13.50 for the part",
        "13:30 works",
        "13\" pipe",
        "16 in 10 minutes",
        "16On my way",
        "+15125550009 is the plumber",
        "Davenport St is closed",
        "On my way, Dave is with me",
        "Sam is on his way",
    ] {
        let mut it = answered_dave_then_anna();
        let (said, sent) = says(&mut it, text);
        assert_eq!(sent, [(ANNA.to_owned(), text.to_owned())], "{text}: {said}");
    }
}

#[test]
fn whoever_is_meant_anyway_may_be_named() {
    let mut it = answered_dave_then_anna();
    says(&mut it, "NAME 14 Anna");
    let text = "Hi Anna, on my way";
    assert_eq!(says(&mut it, text).1, [(ANNA.to_owned(), text.to_owned())]);
    let text = "14On my way";
    assert_eq!(says(&mut it, text).1, [(ANNA.to_owned(), text.to_owned())]);
}

#[test]
fn a_name_answers_the_question_whom_a_text_is_for() {
    for answer in ["Dave", "dave.", "Dave Miller", "13 Dave", "13 dave miller", "13 please"] {
        let mut it = answered_dave_then_anna();
        it.text(DAVE, "gate is open");
        it.settle();
        it.wait_s(60);
        assert!(
            says(&mut it, "Can do 3pm")
                .0
                .starts_with("Held, not sent: \"Can do 3pm\".")
        );
        let (said, sent) = says(&mut it, answer);
        assert_eq!(sent, [(DAVE.to_owned(), "Can do 3pm".to_owned())], "{answer}");
        assert_eq!(said, "Sent to 13 Dave Miller.", "{answer}");
    }
}

#[test]
fn an_answer_that_names_nobody_or_two_leaves_the_text_held() {
    for answer in ["13 and 14", "13, 14", "13 14", "13 yes"] {
        let mut it = answered_dave_then_anna();
        it.text(DAVE, "gate is open");
        it.settle();
        it.wait_s(60);
        says(&mut it, "Can do 3pm");
        let (said, sent) = says(&mut it, answer);
        assert_eq!(
            (said.as_str(), sent.len()),
            ("Still held. Who for? Reply the caller's number, or NO.", 0)
        );
        assert_eq!(says(&mut it, "14").1, [(ANNA.to_owned(), "Can do 3pm".to_owned())]);
    }
    // Two of the same name.
    let mut it = answered_dave_then_anna();
    says(&mut it, "NAME 14 Dave");
    it.text(DAVE, "gate is open");
    it.settle();
    it.wait_s(60);
    says(&mut it, "Can do 3pm");
    assert!(says(&mut it, "Dave").0.starts_with("Still held."));
    assert_eq!(says(&mut it, "Dave Miller").1.len(), 1, "that one is meant");
}

#[test]
fn a_text_for_two_is_asked_about_and_sent_to_one() {
    for (text, body) in [
        ("13 and 14 running late", "and 14 running late"),
        ("13 & 14: running late", "& 14: running late"),
        ("13, 14 running late", "14 running late"),
        ("13 14 running late", "14 running late"),
    ] {
        let mut it = answered_dave_then_anna();
        let (said, sent) = says(&mut it, text);
        assert_eq!(sent, [], "{text}");
        assert!(
            said.starts_with(&format!("Held, not sent: \"{body}\". Who for? 13 Dave")),
            "{said}"
        );
        assert_eq!(says(&mut it, "14").1, [(ANNA.to_owned(), body.to_owned())]);
    }
    let mut it = answered_dave_then_anna();
    for text in ["13 and 14", "13 14"] {
        let (said, sent) = says(&mut it, text);
        assert_eq!(
            (said.as_str(), sent.len()),
            ("Nothing done or sent. It goes like this: 27 On my way", 0)
        );
    }
    // Figures, and a house number that is nobody's.
    for text in [
        "13 14:30 works",
        "13 14 min away",
        "13 14% off",
        "13 31 Main St, right?",
        "13 and 850 for the part",
    ] {
        let (said, sent) = says(&mut it, text);
        assert_eq!(sent.len(), 1, "{text}: {said}");
    }
}

#[test]
fn an_order_behind_the_number_is_asked_about() {
    let mut it = answered_dave_then_anna();
    let (said, sent) = says(&mut it, "13 block");
    assert_eq!(sent, []);
    assert_eq!(
        said,
        "Held, not sent, not done: \"block\". As an order: BLOCK 13. For 13 Dave Miller (leak under the sink): reply 13. Or NO."
    );
    assert_eq!(
        says(&mut it, "BLOCK 13").0,
        "13 Dave Miller blocked. UNBLOCK 13 undoes it."
    );
    it.wait_s(1000);
    assert!(it.settle().is_empty(), "the order it should have been is the end of it");
    let (said, sent) = says(&mut it, "14 name Anna");
    assert!(sent.is_empty() && said.contains("As an order: NAME 14 Anna."), "{said}");
    assert_eq!(says(&mut it, "14").1, [(ANNA.to_owned(), "name Anna".to_owned())]);
}

#[test]
fn a_time_or_a_ready_made_reply_without_a_number_is_sent_to_nobody() {
    let mut it = answered_dave_then_anna();
    for text in ["q2", "@5pm See you"] {
        let (said, sent) = says(&mut it, text);
        assert!(
            said.starts_with("Nothing done or sent. It goes like this: 27 "),
            "{said}"
        );
        assert_eq!(sent, [], "{text}");
    }
    let (said, sent) = says(&mut it, "14@5pm See you");
    assert!(
        said.starts_with(&format!("OK, to 14 {ANNA} at 5pm")) && sent.is_empty(),
        "{said}"
    );
}

#[test]
fn a_word_and_a_number_is_no_text_to_a_customer() {
    for text in ["mute 13", "unfriend 14", "call #13", "ignore 14!"] {
        let mut it = answered_dave_then_anna();
        let (said, sent) = says(&mut it, text);
        assert_eq!(sent, [], "{text}");
        assert!(
            said.starts_with(&format!("Held, not sent, not done: \"{text}\". As an order: HELP.")),
            "{said}"
        );
    }
    for text in ["room 31", "see you at 14", "13 13"] {
        let mut it = answered_dave_then_anna();
        let (said, _) = says(&mut it, text);
        assert!(!said.starts_with("Held, not sent, not done"), "{text}: {said}");
    }
}

#[test]
fn who_is_away_and_says_to_be_back_is_asked_whether_it_is_an_order() {
    let mut it = answered_dave_then_anna();
    assert_eq!(says(&mut it, "I'm back").1, [(ANNA.to_owned(), "I'm back".to_owned())]);
    says(&mut it, "AWAY");
    let (said, sent) = says(&mut it, "I'm back");
    assert_eq!(sent, []);
    assert!(
        said.starts_with("Held, not sent, not done: \"I'm back\". As an order: RESUME."),
        "{said}"
    );
    assert!(says(&mut it, "BACK").0.starts_with("Back: "));
    it.wait_s(1000);
    assert!(it.settle().is_empty(), "the order it should have been is the end of it");
}

#[test]
fn a_text_for_two_is_asked_about_in_languages_in_which_and_makes_a_quantity() {
    for (language, and) in [("de", "und"), ("fr", "et"), ("es", "y")] {
        let mut it = answered_dave_then_anna();
        it.confirmed(&format!("SET language {language}"));
        let (said, sent) = says(&mut it, &format!("13 {and} 14 late"));
        assert_eq!(sent, [], "{said}");
        assert!(said.contains("13 Dave") && said.contains("14 +"), "{said}");
    }
}
