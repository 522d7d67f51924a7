//! The owner's quiet hours: lines wait until they are over, urgent ones and answers do not, and nothing is lost.

use super::box_under_test::*;

/// The stories begin at noon; these hours begin an hour later and end seven hours after that.
const QUIET: &str =
    "[owner_alerts]\nquiet = \"13:00-20:00\"\nmerge_window = \"0s\"\nnudges = false\ndigest = \"off\"\n";

fn asleep() -> Box {
    let mut it = Box::with(QUIET);
    it.wait_h(2);
    it.settle();
    it
}

#[test]
fn lines_wait_until_the_quiet_hours_are_over() {
    let mut it = asleep();
    it.text(DAVE, "Can you come tomorrow?");
    assert!(it.settle_to(OWNER).is_empty(), "the owner sleeps");
    it.wait_h(1);
    assert!(it.settle_to(OWNER).is_empty());
    it.wait_h(7);
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("Can you come tomorrow?"), "{told}");
}

#[test]
fn what_is_urgent_rings_at_once() {
    let mut it = asleep();
    it.text(DAVE, "Gas smell in the kitchen");
    let told = it.settle_to(OWNER).join("|");
    assert!(told.starts_with("URGENT"), "{told}");
}

#[test]
fn an_owner_who_is_up_is_answered_and_told() {
    let mut it = asleep();
    it.text(OWNER, "STATUS");
    assert_eq!(it.settle_to(OWNER).len(), 1, "an answer never waits");
    it.text(DAVE, "Can you come tomorrow?");
    assert!(
        it.settle_to(OWNER).join("|").contains("tomorrow?"),
        "they texted a moment ago"
    );
    it.wait_h(1);
    it.text(DAVE, "Hello?");
    assert!(it.settle_to(OWNER).is_empty(), "asleep again");
}

#[test]
fn who_fakes_the_owners_number_at_night_only_brings_forward_what_waits_for_the_morning() {
    let mut it = asleep();
    it.text(DAVE, "Can you come tomorrow?");
    assert!(it.settle_to(OWNER).is_empty());
    // Whoever sends it, the answer rings the owner's phone: what waited with it adds nothing, and nothing is lost or told twice.
    it.text(OWNER, "13 ok");
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("Can you come tomorrow?"), "{told}");
    it.wait_h(12);
    assert!(!it.settle_to(OWNER).join("|").contains("tomorrow?"));
}

#[test]
fn a_talk_is_never_told_backwards() {
    let mut it = asleep();
    it.text(DAVE, "The boiler is old");
    it.text(ANNA, "Do you paint?");
    assert!(it.settle_to(OWNER).is_empty());
    it.text(DAVE, "Now there is a gas smell");
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("boiler is old") && told[1].starts_with("URGENT"),
        "{told:?}"
    );
    it.wait_h(8);
    let told = it.settle_to(OWNER).join("|");
    assert!(
        told.contains("Do you paint?") && !told.contains("boiler"),
        "once each: {told}"
    );
}

#[test]
fn who_is_up_hears_what_was_held_in_its_order() {
    let mut it = asleep();
    it.text(DAVE, "First");
    it.text(ANNA, "Second");
    it.text(OWNER, "STATUS");
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("First") && told[1].contains("Second"), "{told:?}");
}

#[test]
fn a_call_at_night_is_merged_with_the_text_that_follows_it_hours_later() {
    let mut it = asleep();
    it.missed_call(DAVE);
    assert!(it.settle_to(OWNER).is_empty());
    it.wait_h(2);
    it.text(DAVE, "It was about the boiler");
    it.settle();
    it.wait_h(6);
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("NEW 13") && told[0].contains("boiler"), "{told:?}");
}

#[test]
fn changing_the_hours_by_text_changes_when_the_held_lines_go() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n{QUIET}"
    ));
    it.wait_h(2);
    it.settle();
    it.text(DAVE, "Can you come tomorrow?");
    it.wait_h(1);
    assert!(it.settle().iter().all(|sent| sent.to != OWNER && sent.to != SAM));
    it.text(SAM, "SET quiet off");
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("tomorrow?"), "{told}");
}

#[test]
fn a_restart_loses_nothing_that_is_held() {
    let mut it = asleep();
    it.text(DAVE, "Can you come tomorrow?");
    it.settle();
    it.tell(textback::desk::Input::Started);
    assert!(it.settle_to(OWNER).is_empty());
    it.wait_h(8);
    assert!(it.settle_to(OWNER).join("|").contains("tomorrow?"));
}

#[test]
fn what_somebody_asked_to_be_told_then_is_told_then() {
    let mut it = Box::with(QUIET);
    it.dave_writes("Can you come tomorrow?");
    it.text(OWNER, "LATER 13 3h");
    it.settle();
    it.wait_h(2);
    assert!(it.settle_to(OWNER).is_empty());
    it.wait_h(2);
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("13"), "the reminder comes within the quiet hours: {told}");
}
