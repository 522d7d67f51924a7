//! Who the box belongs to, and what a caller ID alone may not do: claiming, owners and crew, PIN, codes, lock-outs.

use super::box_under_test::*;
use textback::desk::Input;
use textback::desk::team::claim;

const STRANGER: &str = "+15125550199";

/// What the box answers to a text from a phone.
fn says(it: &mut Box, from: &str, text: &str) -> String {
    it.text(from, text);
    it.wait_s(60);
    it.settle_to(from).join("|")
}

fn code_in(asked: &str) -> String {
    let code: String = asked.split("YES ").nth(1).unwrap_or_default().chars().take(4).collect();
    assert_eq!(code.len(), 4, "{asked}");
    code
}

/// A code that is not `code`.
fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!(
        "{:0width$}",
        (number + 1) % 10u32.pow(u32::try_from(code.len()).unwrap()),
        width = code.len()
    )
}

fn unclaimed() -> Box {
    let mut it = Box::new();
    it.restart_with("company = \"Hill Country Plumbing\"\ntimezone = \"America/Chicago\"\ncountry = \"US\"\n");
    it
}

fn label(it: &Box) -> String {
    claim::code(&it.store).unwrap().code.unwrap()
}

#[test]
fn the_labels_code_makes_the_first_owner_and_dies_with_use() {
    let mut it = unclaimed();
    it.text(DAVE, "leak");
    it.settle();
    let code = label(&it);
    assert_eq!(code.len(), 6);
    let said = says(&mut it, SAM, &format!("{} {}", &code[..3], &code[3..]));
    assert!(
        said.starts_with("This phone is the owner of Hill Country Plumbing's"),
        "{said}"
    );
    assert!(
        said.contains(&format!("NEW 13 {DAVE}: leak")),
        "what waited is passed on: {said}"
    );
    assert!(claim::code(&it.store).unwrap().used);
    says(&mut it, STRANGER, &code);
    it.text(ANNA, "boiler");
    let sent = it.settle();
    assert!(
        sent.iter().all(|s| s.to != STRANGER) && sent.iter().any(|s| s.to == SAM),
        "{sent:?}"
    );
}

#[test]
fn five_wrong_codes_lock_for_an_hour_and_the_box_falls_silent() {
    let mut it = unclaimed();
    let code = label(&it);
    let wrong = other_than(&code);
    for left in (1..=4).rev() {
        let said = says(&mut it, STRANGER, &wrong);
        assert_eq!(said, format!("That is not the code on the label. Tries left: {left}."));
    }
    assert!(says(&mut it, STRANGER, &wrong).starts_with("Too many wrong codes: locked for an hour."));
    assert_eq!(
        says(&mut it, SAM, &code),
        "",
        "the right one too, and nobody is answered"
    );
    it.wait_s(3600);
    assert!(says(&mut it, SAM, &code).starts_with("This phone is the owner"));
}

#[test]
fn the_code_is_never_kept_in_the_clear() {
    let mut it = unclaimed();
    let code = label(&it);
    says(&mut it, SAM, &code);
    says(&mut it, SAM, "SET pin 4711");
    let kept: Vec<String> = it.store.messages(100).unwrap().into_iter().map(|m| m.text).collect();
    assert!(
        kept.iter().all(|text| !text.contains(&code) && !text.contains("4711")),
        "{kept:?}"
    );
    assert!(kept.iter().any(|text| text == "SET pin ****"), "{kept:?}");
}

/// Only codes that nobody confirmed count: a faker can't confirm one, an owner who sets the box up confirms many.
#[test]
fn ten_confirmed_orders_in_an_hour_are_no_reason_for_suspicion() {
    let mut it = Box::quiet("");
    for n in 0..10 {
        let said = it.confirmed(&format!("CREW ADD +1512555020{n} Sam{n}")).join("|");
        assert!(said.contains(&format!("Sam{n} +1512555020{n} is crew now")), "{said}");
    }
}

#[test]
fn an_owner_without_a_name_is_given_one_and_the_others_read_it() {
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Ron\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n"
    ));
    let said = it.confirmed(&format!("OWNER ADD {OWNER} Pat")).join("|");
    assert!(said.contains(&format!("{OWNER} is now Pat.")), "{said}");
    it.text(OWNER, "PAUSE 2h");
    let told = it.settle_to(SAM).join("|");
    assert!(told.contains("By Pat: Paused for 2h"), "{told}");
}

#[test]
fn the_buttons_window_lets_a_second_owner_claim_and_tells_the_first() {
    let mut it = Box::new();
    it.text(STRANGER, "CLAIM");
    assert!(
        it.settle().iter().all(|s| s.to == OWNER),
        "a caller's text like any other"
    );
    it.tell(Input::ClaimWindow);
    it.text(SAM, "claim");
    it.wait_s(60);
    let sent = it.settle();
    assert!(
        sent.iter()
            .any(|s| s.to == SAM && s.text.starts_with("This phone is the owner")),
        "{sent:?}"
    );
    assert!(
        sent.iter()
            .any(|s| s.to == OWNER && s.text.contains(&format!("{SAM} became an owner"))),
        "{sent:?}"
    );
    it.text(ANNA, "CLAIM");
    it.wait_s(60);
    assert!(
        it.settle().iter().all(|s| !s.text.contains("became an owner")),
        "one claim closes it"
    );
}

#[test]
fn the_window_closes_by_itself() {
    let mut it = Box::new();
    it.tell(Input::ClaimWindow);
    it.wait_s(601);
    it.text(SAM, "CLAIM");
    it.wait_s(60);
    assert!(
        it.settle()
            .iter()
            .all(|s| s.to == OWNER && !s.text.contains("became an owner"))
    );
}

#[test]
fn the_long_press_clears_owners_and_pin_makes_the_label_good_again_and_keeps_opt_outs() {
    let mut it = Box::new();
    let code = label(&it);
    it.text(DAVE, "STOP");
    it.settle();
    it.confirmed("SET pin 4711");
    it.tell(Input::ClearOwners);
    assert!(it.settle_to(OWNER)[0].starts_with("Owners, crew and PIN were cleared"));
    assert_eq!(says(&mut it, OWNER, "STATUS"), "", "the file's owner too");
    assert!(says(&mut it, SAM, &code).starts_with("This phone is the owner"));
    assert!(says(&mut it, SAM, "SET pin").starts_with("No PIN is set"));
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".to_owned(), "opted out".to_owned()));
}

#[test]
fn owners_are_added_and_removed_with_a_code_and_everybody_is_told() {
    let mut it = Box::new();
    it.text(OWNER, &format!("OWNER ADD {SAM} Sam"));
    it.wait_s(60);
    let sent = it.settle();
    assert!(
        sent.iter().all(|s| s.to == OWNER),
        "nothing is done on a caller ID: {sent:?}"
    );
    let said = it.confirmed(&format!("OWNER ADD {SAM} Sam")).join("|");
    assert_eq!(said, format!("Sam {SAM} is owner now. UNDO takes it back."));
    assert!(says(&mut it, SAM, "STATUS").contains("Working."));
    // Sam removes the first owner: both are told.
    it.text(SAM, &format!("OWNER REMOVE {OWNER}"));
    it.wait_s(60);
    let code = code_in(&it.settle_to(SAM).join(""));
    it.text(SAM, &format!("yes {code}"));
    it.wait_s(60);
    let sent = it.settle();
    assert!(
        sent.iter()
            .any(|s| s.to == SAM && s.text.contains("is no owner any more")),
        "{sent:?}"
    );
    assert!(
        sent.iter().any(|s| s.to == OWNER && s.text.starts_with("By Sam: ")),
        "{sent:?}"
    );
    assert_eq!(says(&mut it, OWNER, "STATUS"), "", "a caller now");
    // And the last one stays.
    let said = says(&mut it, SAM, &format!("OWNER REMOVE {SAM}"));
    assert!(said.contains("that is the last owner"), "{said}");
}

#[test]
fn crew_is_added_by_text_answers_and_is_removed() {
    let mut it = Box::new();
    it.confirmed(&format!("CREW ADD {SAM} Sam"));
    it.text(DAVE, "leak");
    assert!(it.settle().iter().any(|s| s.to == SAM && s.text.contains("leak")));
    assert!(says(&mut it, SAM, &format!("OWNER ADD {SAM}")).starts_with("Nothing done: that is for the owner."));
    it.confirmed(&format!("CREW REMOVE {SAM}"));
    it.text(DAVE, "still leaking");
    assert!(it.settle().iter().all(|s| s.to != SAM));
}

#[test]
fn a_wrong_code_does_nothing_and_the_second_kills_the_order() {
    let mut it = Box::new();
    it.dave_writes("leak");
    let code = code_in(&says(&mut it, OWNER, "FORGET 13"));
    let wrong = other_than(&code);
    assert!(says(&mut it, OWNER, &format!("YES {wrong}")).starts_with("Wrong code, nothing done."));
    assert!(says(&mut it, OWNER, &format!("YES {wrong}")).starts_with("Wrong code again"));
    assert_eq!(
        says(&mut it, OWNER, &format!("YES {code}")),
        "No order waits for a code."
    );
    assert_eq!(says(&mut it, OWNER, "NUM 13"), format!("13: {DAVE}"));
}

#[test]
fn an_order_nobody_confirms_is_dropped_after_ten_minutes_and_said() {
    let mut it = Box::new();
    it.dave_writes("leak");
    let code = code_in(&says(&mut it, OWNER, "FORGET 13"));
    it.wait_s(600);
    assert_eq!(it.settle_to(OWNER), ["Not done, nobody confirmed it: FORGET 13"]);
    assert_eq!(
        says(&mut it, OWNER, &format!("YES {code}")),
        "No order waits for a code."
    );
}

#[test]
fn another_owners_code_is_worth_nothing() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n"
    ));
    it.dave_writes("leak");
    let code = code_in(&says(&mut it, OWNER, "FORGET 13"));
    assert_eq!(says(&mut it, SAM, &format!("YES {code}")), "No order waits for a code.");
}

#[test]
fn a_faker_who_floods_gets_three_questions_an_hour_and_everybody_is_told_once() {
    let mut it = Box::new();
    it.dave_writes("leak");
    let mut asked = 0;
    let mut told = 0;
    for _ in 0..20 {
        let said = says(&mut it, OWNER, "FORGET 13");
        asked += said.matches("To do it, reply YES").count();
        told += said.matches("somebody fakes the number").count();
    }
    assert_eq!((asked, told), (3, 1));
    it.wait_s(3600);
    it.settle();
    assert!(says(&mut it, OWNER, "FORGET 13").contains("reply YES"));
}

#[test]
fn the_pin_in_the_text_suffices_and_is_blanked_on_record() {
    let mut it = Box::new();
    it.dave_writes("leak");
    assert!(it.confirmed("SET pin 4711").join("").starts_with("The PIN is set."));
    assert_eq!(
        says(&mut it, OWNER, "FORGET 13 PIN 4711"),
        "13 forgotten: name, number and texts erased."
    );
    let kept: Vec<String> = it.store.messages(100).unwrap().into_iter().map(|m| m.text).collect();
    assert!(kept.iter().any(|text| text == "FORGET 13 PIN ****"), "{kept:?}");
    assert!(kept.iter().all(|text| !text.contains("4711")), "{kept:?}");
}

#[test]
fn five_wrong_pins_lock_the_pin_but_not_the_owner() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.confirmed("SET pin 4711");
    for left in (1..=4).rev() {
        let said = says(&mut it, OWNER, "FORGET 13 PIN 0000");
        assert_eq!(said, format!("Wrong PIN, nothing done. Tries left: {left}."));
    }
    assert!(says(&mut it, OWNER, "FORGET 13 PIN 0000").contains("the PIN is locked for an hour"));
    assert!(says(&mut it, OWNER, "FORGET 13 PIN 4711").starts_with("Not done: too many wrong PINs"));
    it.wait_s(3600);
    it.confirmed("FORGET 13");
    assert!(says(&mut it, OWNER, "NUM 13").contains("Nobody is 13"));
}

#[test]
fn a_pin_in_a_text_to_a_customer_is_just_text() {
    let mut it = Box::new();
    it.dave_writes("how do I get in?");
    it.text(OWNER, "13 the gate has PIN 4711");
    assert_eq!(it.settle_to(DAVE), ["the gate has PIN 4711"]);
    it.text(OWNER, "4821");
    assert_eq!(it.settle_to(DAVE), ["4821"], "no order waits: a house number");
}

#[test]
fn undoing_a_guarded_order_needs_the_code_too() {
    let mut it = Box::new();
    it.confirmed(&format!("OWNER ADD {SAM} Sam"));
    it.text(OWNER, "UNDO");
    it.wait_s(60);
    let asked = it.settle_to(OWNER).join("");
    let code = code_in(&asked);
    assert!(says(&mut it, SAM, "STATUS").contains("Working."), "not undone yet");
    let said = says(&mut it, OWNER, &format!("YES {code}"));
    assert_eq!(said, format!("Undone: OWNER ADD {SAM}."));
    assert_eq!(says(&mut it, SAM, "STATUS"), "");
}

#[test]
fn daily_orders_need_no_proof() {
    let mut it = Box::new();
    it.dave_writes("leak");
    for order in [
        "NAME 13 Dave",
        "PAUSE 2h",
        "RESUME",
        "BLOCK 13",
        "UNBLOCK 13",
        "SET delay 5s",
        "DONE 13",
    ] {
        let said = says(&mut it, OWNER, order);
        assert!(!said.contains("reply YES") && !said.is_empty(), "{order}: {said}");
    }
}

#[test]
fn an_order_that_can_only_be_refused_is_refused_before_a_code_is_asked_for() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    for (order, said) in [
        ("SET pin 12", "Not set: a PIN has 4 to 6 digits, like SET pin 1234."),
        ("SET per_hour lots", "Not set: per_hour must be a whole number from"),
        ("SET message Hello", "Not set: message {company} must appear"),
        ("SET per_day 200", "per_day is 200 already."),
        ("OWNER ADD +1512", "OWNER ADD +15125550100"),
        ("OWNER ADD +155512345678901", "Not done: "),
        ("CREW REMOVE +15125550101", "Not done: +15125550101 is no crew."),
        (&format!("OWNER REMOVE {OWNER}"), "Not done: that is the last owner."),
        ("FORGET 77", "Nobody is 77 now. LIST shows who is."),
    ] {
        let answer = says(&mut it, OWNER, order);
        assert!(answer.contains(said) && !answer.contains("YES"), "{order}: {answer}");
    }
    // None of them used up a code: three an hour are there yet.
    for _ in 0..3 {
        assert!(says(&mut it, OWNER, "FORGET 13").contains("reply YES"));
    }
}

#[test]
fn an_order_dropped_for_another_before_its_code_came_is_named() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    let first = says(&mut it, OWNER, "FORGET 13");
    let second = says(&mut it, OWNER, &format!("OWNER ADD {SAM}"));
    assert!(
        second.ends_with(&format!(
            "OWNER ADD {SAM}. If that was not you, do nothing. The one before is dropped: FORGET 13."
        )),
        "{second}"
    );
    let again = says(&mut it, OWNER, &format!("OWNER ADD {SAM}"));
    assert!(!again.contains("dropped"), "the same again: {again}");
    assert!(says(&mut it, OWNER, &format!("YES {}", code_in(&first))).starts_with("Wrong code"));
    assert!(says(&mut it, OWNER, &format!("YES {}", code_in(&again))).contains("is owner now"));
    assert!(says(&mut it, OWNER, "NUM 13").contains(DAVE), "nobody was forgotten");
}

/// The box's secret is given at its start; one whose record of it was lost gives no code that anybody could guess.
#[test]
fn without_a_secret_nothing_is_done_that_needs_a_code() {
    let mut it = Box::new();
    let now = it.now;
    it.store.transact(now, |tx| tx.drop_setting("box_secret")).unwrap();
    for order in ["OWNER ADD +15125550101 Sam", "SET pin 4711"] {
        assert_eq!(
            says(&mut it, OWNER, order),
            "Not possible: the box has no codes yet. Start it anew."
        );
    }
}

#[test]
fn an_installer_sets_the_box_up_and_neither_answers_nor_takes_it_over() {
    let mut it = Box::quiet(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"installer\"\n"
    ));
    it.dave_writes("leak");
    assert!(says(&mut it, SAM, "SET delay").starts_with("delay is 3s"));
    it.text(SAM, "SET delay 5s");
    let sent = it.settle();
    assert!(sent.iter().any(|s| s.to == SAM && s.text.contains("delay")), "{sent:?}");
    assert!(
        sent.iter().any(|s| s.to == OWNER && s.text.contains("Sam")),
        "all owners are told: {sent:?}"
    );
    assert!(says(&mut it, SAM, "SET delay").starts_with("delay is 5s"));
    assert!(says(&mut it, SAM, "UNDO").contains("delay"));
    assert!(says(&mut it, SAM, "SET delay").starts_with("delay is 3s"));
    assert!(
        says(&mut it, SAM, "SET late {company}: sorry").contains("YES "),
        "a text to callers wants proof"
    );
    for order in [
        "SET pin 4711",
        "13 Hello",
        "13",
        "LIST",
        "FORGET 13",
        "PAUSE 2h",
        "OWNER ADD +15125550177",
    ] {
        let said = says(&mut it, SAM, order);
        assert!(
            said.starts_with("Nothing done: that is for the owner."),
            "{order}: {said}"
        );
    }
}
