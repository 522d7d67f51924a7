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
