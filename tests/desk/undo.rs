//! UNDO: the last order of whoever asks is taken back, in words; once more does it again.

use super::box_under_test::*;
use std::time::Duration;

/// What the box answers to an order of the owner's.
fn says(it: &mut Box, order: &str) -> String {
    it.text(OWNER, order);
    // Slower than the governor's ten a minute.
    it.wait_s(60);
    it.settle_to(OWNER).join("|")
}

fn with_dave() -> Box {
    let mut it = Box::new();
    it.text(DAVE, "leak under the sink");
    it.settle();
    it
}

#[test]
fn every_order_that_changes_a_caller_is_taken_back_and_done_again() {
    let mut it = with_dave();
    for (order, undone, redone) in [
        ("NAME 13 Dave", "Undone: NAME 13 Dave.", "Done again: NAME 13 Dave."),
        ("DONE 13", "Undone: DONE 13 Dave.", "Done again: DONE 13 Dave."),
        ("FRIEND 13", "Undone: FRIEND 13 Dave.", "Done again: FRIEND 13 Dave."),
        ("BLOCK 13", "Undone: BLOCK 13 Dave.", "Done again: BLOCK 13 Dave."),
        ("UNBLOCK 13", "Undone: UNBLOCK 13 Dave.", "Done again: UNBLOCK 13 Dave."),
    ] {
        says(&mut it, order);
        assert_eq!(says(&mut it, "UNDO"), undone, "{order}");
        assert_eq!(says(&mut it, "undo"), redone, "{order}");
    }
}

#[test]
fn undo_brings_back_what_was_there() {
    let mut it = with_dave();
    says(&mut it, "NAME 13 Dave");
    says(&mut it, "NAME 13 Davina");
    says(&mut it, "UNDO");
    assert_eq!(says(&mut it, "NUM 13"), format!("13 Dave: {DAVE}"));
    says(&mut it, "DONE 13");
    assert!(says(&mut it, "LIST").starts_with("Nobody waits for an answer. Lately:\n13 Dave"));
    says(&mut it, "UNDO");
    assert!(says(&mut it, "LIST").starts_with("13 Dave"), "waiting again");
}

#[test]
fn a_blocked_caller_unblocked_by_undo_is_forwarded_again() {
    let mut it = with_dave();
    says(&mut it, "BLOCK 13");
    it.text(DAVE, "hello?");
    assert!(it.settle_to(OWNER).is_empty());
    says(&mut it, "UNDO");
    it.text(DAVE, "anybody?");
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE}: anybody?")]);
}

#[test]
fn pause_and_resume_are_taken_back() {
    let mut it = Box::new();
    says(&mut it, "PAUSE 2h");
    assert_eq!(says(&mut it, "UNDO"), "Undone: PAUSE 2h.");
    assert!(says(&mut it, "STATUS").starts_with("Working."));
    says(&mut it, "PAUSE 2h");
    says(&mut it, "RESUME");
    assert_eq!(says(&mut it, "UNDO"), "Undone: RESUME.");
    assert!(says(&mut it, "STATUS").starts_with("Paused"));
}

#[test]
fn nothing_to_undo_is_said_and_so_is_what_is_too_old() {
    let mut it = with_dave();
    let nothing = "Nothing to undo: no order of yours in the last 24 hours.";
    assert_eq!(says(&mut it, "UNDO"), nothing);
    says(&mut it, "STATUS");
    assert_eq!(says(&mut it, "UNDO"), nothing, "an order that only looks is none");
    says(&mut it, "BLOCK 13");
    it.wait(Duration::from_secs(24 * 3600));
    assert_eq!(says(&mut it, "UNDO"), nothing);
}

#[test]
fn an_order_that_changes_nothing_does_not_hide_the_one_before() {
    let mut it = with_dave();
    says(&mut it, "BLOCK 13");
    says(&mut it, "BLOCK 13");
    assert_eq!(says(&mut it, "UNDO"), format!("Undone: BLOCK 13 {DAVE}."));
}

#[test]
fn forgetting_cannot_be_undone_and_nothing_else_is_instead() {
    let mut it = with_dave();
    it.text(ANNA, "boiler");
    it.settle();
    says(&mut it, "BLOCK 14");
    it.confirmed("FORGET 13");
    assert_eq!(says(&mut it, "UNDO"), "Not undone: FORGET 13 can't be taken back.");
    assert_eq!(says(&mut it, "UNDO"), "Not undone: FORGET 13 can't be taken back.");
    it.text(ANNA, "still there?");
    assert!(it.settle_to(OWNER).is_empty(), "still blocked");
}

#[test]
fn a_text_that_is_sent_cannot_be_undone_and_the_order_before_it_only_when_asked_again() {
    let mut it = with_dave();
    says(&mut it, "NAME 13 Dave");
    says(&mut it, "13 On my way");
    assert_eq!(
        says(&mut it, "UNDO"),
        "Not undone: your text to 13 Dave is sent. OOPS tells them it was a mistake. UNDO again to undo NAME 13 Dave."
    );
    assert_eq!(says(&mut it, "UNDO"), "Undone: NAME 13 Dave.");
}

#[test]
fn undo_is_each_owners_own_and_never_overwrites_what_another_did_since() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"owner\"\n"
    ));
    it.text(DAVE, "leak");
    it.settle();
    says(&mut it, "NAME 13 Dave");
    it.text(SAM, "UNDO");
    it.wait_s(60);
    assert!(it.settle_to(SAM)[0].starts_with("Nothing to undo"));
    it.text(SAM, "NAME 13 David");
    it.wait_s(60);
    it.settle();
    assert_eq!(
        says(&mut it, "UNDO"),
        "Not undone: NAME 13 Dave was changed again since."
    );
    assert_eq!(says(&mut it, "NUM 13"), format!("13 David: {DAVE}"));
}

#[test]
fn undo_of_a_block_says_what_stays_unsent() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.text(OWNER, "BLOCK 13");
    let said = says(&mut it, "UNDO");
    assert!(said.contains("Undone: BLOCK 13"), "{said}");
    assert!(said.contains("What was queued for them stays unsent."), "{said}");
}

#[test]
fn what_happened_to_a_caller_meanwhile_survives_undo() {
    let mut it = with_dave();
    says(&mut it, "NAME 13 Dave");
    it.text(DAVE, "STOP");
    it.settle();
    says(&mut it, "UNDO");
    says(&mut it, "13 hello");
    assert!(it.settle_to(DAVE).is_empty(), "still opted out");
}

#[test]
fn undo_survives_a_restart_and_the_record_is_bounded() {
    let mut it = with_dave();
    for i in 0..30 {
        says(&mut it, &format!("NAME 13 Dave{i}"));
    }
    let owner = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n";
    it.restart_with(owner);
    assert_eq!(says(&mut it, "UNDO"), "Undone: NAME 13 Dave29.");
}

#[test]
fn undo_after_an_order_that_changed_nothing_leaves_the_order_before_it_alone() {
    let mut it = with_dave();
    says(&mut it, "DONE 13");
    says(&mut it, "NAME 13 Dave");
    // He waits no longer already.
    says(&mut it, "DONE 13");
    assert_eq!(says(&mut it, "UNDO"), "Undone: DONE 13 Dave.");
    assert_eq!(says(&mut it, "NUM 13"), format!("13 Dave: {DAVE}"), "the name stays");
    // The same twice is one order.
    says(&mut it, "BLOCK 13");
    says(&mut it, "BLOCK 13");
    says(&mut it, "UNDO");
    it.text(DAVE, "hello?");
    assert_eq!(it.settle_to(OWNER).len(), 1, "no longer blocked");
}
