//! Several people on one number: whoever answers first has the conversation, each phone has its own context, and a number
//! that changed hands is asked about.

use super::box_under_test::*;
use textback::ids::Handle;

const RON: &str = "+15125550102";

/// Two owners and Sam of the crew.
fn team() -> Box {
    Box::quiet(&format!(
        "[limits]\nper_minute = 60\nper_hour = 1000\n[[crew]]\nname = \"Ron\"\nnumber = \"{RON}\"\nrole = \"owner\"\n\
         [[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ))
}

fn to<'s>(sent: &'s [Sent], phone: &str) -> Vec<&'s str> {
    sent.iter().filter(|s| s.to == phone).map(|s| s.text.as_str()).collect()
}

#[test]
fn everybody_gets_a_new_lead_and_the_first_answer_has_it() {
    let mut it = team();
    it.text(DAVE, "Water heater leaking");
    let sent = it.settle();
    for phone in [OWNER, RON, SAM] {
        assert_eq!(to(&sent, phone), [format!("NEW 13 {DAVE}: Water heater leaking")]);
    }
    it.text(SAM, "13 On my way");
    let sent = it.settle();
    assert_eq!(to(&sent, DAVE), ["On my way"]);
    assert_eq!(to(&sent, OWNER), [format!("13 {DAVE} taken by Sam")]);
    assert_eq!(to(&sent, RON), [format!("13 {DAVE} taken by Sam")]);
    assert!(to(&sent, SAM).is_empty(), "silent on success");
    it.text(DAVE, "Thanks");
    let sent = it.settle();
    assert_eq!(to(&sent, SAM), [format!("13 {DAVE}: Thanks")]);
    assert_eq!(sent.len(), 1, "nobody else is bothered: {sent:?}");
}

#[test]
fn somebody_who_answers_over_another_takes_the_conversation_and_that_one_is_told() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 On my way");
    it.settle();
    it.text(RON, "13 I'm closer, I'll come");
    let sent = it.settle();
    assert_eq!(to(&sent, DAVE), ["I'm closer, I'll come"]);
    assert_eq!(to(&sent, SAM), [format!("13 {DAVE} taken by Ron")]);
    assert!(to(&sent, OWNER).is_empty(), "who never had it is told once: {sent:?}");
    it.text(DAVE, "ok");
    assert_eq!(to(&it.settle(), RON), [format!("13 {DAVE}: ok")]);
}

#[test]
fn a_conversation_idle_for_a_day_is_everybodys_again() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 On my way");
    it.settle();
    it.wait_h(20);
    it.text(DAVE, "thanks");
    assert_eq!(it.settle().len(), 1, "alive: Sam's");
    it.wait_h(20);
    it.text(SAM, "13 all fine?");
    it.settle();
    it.wait_h(25);
    it.text(DAVE, "it leaks again");
    let sent = it.settle();
    for phone in [OWNER, RON, SAM] {
        assert_eq!(to(&sent, phone), [format!("13 {DAVE}: it leaks again")]);
    }
}

#[test]
fn done_gives_the_conversation_back_and_an_urgent_text_goes_to_all() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 On my way");
    it.settle();
    it.text(DAVE, "hurry, it is flooding");
    let sent = it.settle();
    assert_eq!(to(&sent, OWNER).len() + to(&sent, RON).len() + to(&sent, SAM).len(), 3);
    it.text(SAM, "DONE 13");
    it.settle();
    it.text(DAVE, "one more thing");
    assert_eq!(it.settle().len(), 3);
}

#[test]
fn untagged_texts_go_by_what_each_phone_was_shown() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 On my way");
    it.settle();
    // Ron hears of Anna after he read that Dave is Sam's; both were shown to him.
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.text(RON, "Is 3pm fine?");
    let sent = it.settle();
    assert!(to(&sent, RON)[0].starts_with("Held, not sent"), "{sent:?}");
    it.text(RON, "14");
    it.settle();
    // Sam has written to Dave since; of Anna he was told after that.
    it.text(DAVE, "hello?");
    it.settle();
    it.text(SAM, "Ten minutes");
    let sent = it.settle();
    assert!(
        to(&sent, SAM)[0].starts_with("Held, not sent"),
        "Anna or Dave: {sent:?}"
    );
    // Ron goes on with Anna; nothing that others wrote changes whom he means.
    it.text(RON, "Bring the key");
    let sent = it.settle();
    assert_eq!(to(&sent, ANNA), ["Bring the key"], "{sent:?}");
}

#[test]
fn the_only_open_chat_that_somebody_else_has_is_asked_about() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    it.text(SAM, "13 On my way");
    it.settle();
    it.text(RON, "I can do that");
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == RON), "{sent:?}");
    assert!(to(&sent, RON)[0].starts_with("Held, not sent"), "{sent:?}");
}

#[test]
fn a_text_in_answer_to_what_the_phone_has_not_shown_yet_is_not_guessed() {
    let mut it = Box::quiet("");
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.text(OWNER, "13 I'll look at it");
    it.settle();
    it.wait_s(60);
    // Dave's text is still queued when the owner goes on with Anna.
    it.text(DAVE, "leak");
    it.text(OWNER, "Is 3pm fine?");
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
}

#[test]
fn crew_is_refused_what_changes_the_box_in_words() {
    let mut it = team();
    it.text(DAVE, "leak");
    it.settle();
    for order in [
        "PAUSE 2h",
        "BLOCK 13",
        "FORGET 13",
        "SET delay 5s",
        "OWNER ADD +15125550177",
        "AWAY",
    ] {
        it.text(SAM, order);
        let sent = it.settle();
        assert_eq!(
            to(&sent, SAM),
            ["Nothing done: that is for the owner. HELP lists what you can do."],
            "{order}"
        );
    }
    for order in ["LIST", "STATUS", "NUM 13", "NAME 13 Dave", "DONE 13"] {
        it.text(SAM, order);
        assert!(!to(&it.settle(), SAM)[0].starts_with("Nothing done"), "{order}");
    }
}

/// A box on which number 13 was Dave's, of whom the owner asked something, and is Anna's now.
fn changed_hands() -> Box {
    let mut it = Box::quiet("[limits]\nper_minute = 60\nper_hour = 1000\nper_day = 10000\n");
    it.text(DAVE, "leak");
    it.settle();
    it.text(OWNER, "13 on my way");
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    for i in 0..68 {
        it.text(&format!("+1512555{:04}", 2000 + i), "hello");
    }
    it.wait_h(24 * 22);
    it.settle();
    it.wait_s(60);
    it.settle();
    it.text(ANNA, "boiler is cold");
    it.settle();
    let now = it.store.why_handle(Handle(13)).unwrap().unwrap();
    assert_eq!(now.number.as_deref(), Some(ANNA));
    it
}

#[test]
fn a_number_that_changed_hands_is_asked_about_once() {
    let mut it = changed_hands();
    it.text(OWNER, "13 are you in?");
    let sent = it.settle();
    assert_eq!(
        to(&sent, OWNER),
        [format!(
            "Held, not sent: 13 is now {ANNA}, was Dave. Send to {ANNA}? Reply YES or NO."
        )]
    );
    assert_eq!(sent.len(), 1);
    it.text(OWNER, "Yes");
    let sent = it.settle();
    assert_eq!(to(&sent, ANNA), ["are you in?"]);
    it.text(OWNER, "13 good");
    assert_eq!(to(&it.settle(), ANNA), ["good"]);
}

#[test]
fn a_number_that_one_of_the_crew_only_read_in_the_line_about_a_claim_is_asked_about_too() {
    let mut it = Box::quiet(&format!(
        "[limits]\nper_minute = 60\nper_hour = 1000\nper_day = 10000\n\
         [[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.missed_call(DAVE);
    it.settle();
    it.text(OWNER, "13 on my way");
    assert_eq!(to(&it.settle(), SAM), [format!("13 {DAVE} taken by the owner")]);
    for i in 0..68 {
        it.text(&format!("+1512555{:04}", 2000 + i), "hello");
    }
    it.wait_h(24 * 22);
    it.settle();
    it.wait_s(60);
    it.settle();
    // Of a missed call only the owners hear.
    it.missed_call(ANNA);
    it.settle();
    it.wait_s(120);
    it.settle();
    it.text(SAM, "13 are you in?");
    let sent = it.settle();
    assert_eq!(
        to(&sent, SAM),
        [format!(
            "Held, not sent: 13 is now {ANNA}, was {DAVE}. Send to {ANNA}? Reply YES or NO."
        )]
    );
    assert_eq!(sent.len(), 1);
}

#[test]
fn no_to_a_number_that_changed_hands_sends_nothing() {
    let mut it = changed_hands();
    it.text(OWNER, "13 are you in?");
    it.settle();
    it.text(OWNER, "no");
    it.wait_s(3600);
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
}

#[test]
fn orders_about_a_number_that_changed_hands_do_nothing_until_it_was_looked_at() {
    let mut it = changed_hands();
    it.text(OWNER, "BLOCK 13");
    let said = it.settle_to(OWNER);
    assert!(
        said[0].starts_with(&format!("Nothing done: 13 is now {ANNA}, was Dave.")),
        "{said:?}"
    );
    it.text(OWNER, "13");
    it.settle();
    it.text(OWNER, "BLOCK 13");
    assert!(it.settle_to(OWNER)[0].contains("blocked"));
}

#[test]
fn yes_is_a_text_like_any_other_where_nothing_was_asked() {
    let mut it = Box::quiet("");
    it.text(DAVE, "can you come today?");
    it.settle();
    it.text(OWNER, "Yes");
    assert_eq!(to(&it.settle(), DAVE), ["Yes"]);
}

#[test]
fn oops_leaves_the_wrong_one_waiting_and_nobody_to_go_on_with() {
    let mut it = Box::quiet("");
    it.text(DAVE, "leak");
    it.text(ANNA, "boiler is cold");
    it.settle();
    it.text(OWNER, "13 the boiler man comes at 3");
    it.settle();
    it.text(OWNER, "OOPS");
    it.settle();
    it.text(OWNER, "and bring the key");
    let sent = it.settle();
    assert!(
        sent.iter().all(|s| s.to == OWNER),
        "not to the one it was a mistake for: {sent:?}"
    );
    it.text(OWNER, "NO");
    it.text(OWNER, "LIST");
    let list = it.settle_to(OWNER).join("\n");
    assert!(
        list.contains("13 ") && list.contains("leak"),
        "Dave still waits: {list}"
    );
    it.text(OWNER, "OOPS");
    assert!(it.settle_to(OWNER)[0].starts_with("Nothing to take back"));
}

#[test]
fn with_two_owners_each_is_named_and_not_called_the_owner() {
    const RON: &str = "+15125550102";
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Ron\"\nnumber = \"{RON}\"\nrole = \"owner\"\n\
         [[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.text(DAVE, "leak");
    it.settle();
    it.text(OWNER, "13 on my way");
    let sent = it.settle();
    assert_eq!(to(&sent, SAM), [format!("13 {DAVE} taken by {OWNER}")]);
    assert_eq!(to(&sent, RON), [format!("13 {DAVE} taken by {OWNER}")]);
    it.confirmed(&format!("OWNER ADD {OWNER} Pat"));
    it.text(ANNA, "boiler");
    it.settle();
    it.text(OWNER, "14 on my way");
    assert_eq!(
        to(&it.settle(), SAM),
        [format!("14 {ANNA} taken by Pat")],
        "once they have a name"
    );
}

#[test]
fn a_team_has_room_for_twenty_beside_the_owner() {
    let members: String = (0..20)
        .map(|i| format!("[[crew]]\nname = \"Crew {i}\"\nnumber = \"+1512555{:04}\"\n", 200 + i))
        .collect();
    let mut it = Box::quiet(&members);
    it.text(OWNER, "CREW ADD +15125550300 Zoe");
    assert_eq!(it.settle_to(OWNER), ["Not done: 20 people are the most."]);
}

#[test]
fn crew_takes_back_its_own_last_order_and_nothing_of_the_box() {
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n[[crew]]\nname = \"Joe\"\nnumber = \"+15125550109\"\nrole = \"crew\"\n"
    ));
    it.dave_writes("leak");
    it.text("+15125550109", "NAME 13 Dvae");
    it.text("+15125550109", "UNDO");
    let said = it.settle_to("+15125550109");
    assert!(
        said.last().is_some_and(|said| said.starts_with("Undone: NAME 13")),
        "{said:?}"
    );
    // An owner who is crew now.
    it.text(SAM, "SET delay 20s");
    it.settle();
    it.confirmed(&format!("CREW ADD {SAM}"));
    it.settle();
    it.text(SAM, "UNDO");
    assert!(it.settle_to(SAM)[0].starts_with("Nothing done: that is for the owner."));
}
