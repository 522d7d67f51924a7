//! TEST by text: what is not right, then a call that proves that calls are seen.

use super::box_under_test::*;
use super::story::healthy;
use std::time::Duration;
use textback::checkup::Machine;
use textback::desk::Input;
use textback::modem::{CanVoice, Report, Signal, SimState};

/// A machine with room and a good supply.
fn well() -> Machine {
    Machine {
        disk_writable: Some(true),
        disk_free: Some(1 << 30),
        undervoltage: Some(false),
        usb_overcurrent: Some(false),
    }
}

/// TEST from the owner, and the examination that follows.
fn asked(it: &mut Box, report: Report) -> String {
    it.text(OWNER, "test");
    it.tell(Input::Examined(std::boxed::Box::new(report), well()));
    it.settle_to(OWNER).join("|")
}

#[test]
fn a_healthy_box_says_so_and_asks_for_a_call() {
    let mut it = Box::new();
    it.text(OWNER, "Test");
    assert!(it.settle_to(OWNER).is_empty(), "the examination comes first");
    let effects = it.tell(Input::Examined(std::boxed::Box::new(healthy()), well()));
    assert!(!effects.examine, "one examination for one TEST");
    let said = it.settle_to(OWNER).join("|");
    assert!(
        said.starts_with("TEST: SIM7600E-H on T-Mobile, signal 4 of 5, no fault found. Now call this number"),
        "{said}"
    );
    it.tell(Input::Examined(std::boxed::Box::new(healthy()), well()));
    assert!(
        it.settle_to(OWNER).is_empty(),
        "an examination nobody asked for says nothing"
    );
}

#[test]
fn a_box_that_does_not_know_of_its_sim_or_voice_does_not_call_itself_well() {
    let unknown = |can_voice, sim| {
        let mut it = Box::new();
        asked(
            &mut it,
            Report {
                can_voice,
                sim,
                ..healthy()
            },
        )
    };
    for said in [
        unknown(CanVoice::Unknown, SimState::Ready),
        unknown(CanVoice::Yes, SimState::Unknown),
    ] {
        assert!(
            said.starts_with("TEST: look at this: ") && !said.contains("no fault"),
            "{said}"
        );
    }
}

/// It took the text TEST and fell mute: what is known from before is no finding.
#[test]
fn a_modem_that_fell_mute_is_not_called_well() {
    let mut it = Box::new();
    let mute = Report {
        in_vain: true,
        ..healthy()
    };
    let said = asked(&mut it, mute);
    assert!(
        said.starts_with("TEST: look at this: the modem does not answer. "),
        "{said}"
    );
}

#[test]
fn troubles_are_named_with_what_to_do() {
    let mut it = Box::new();
    let mut bad = healthy();
    bad.diversions[0].active = true;
    bad.signal = Signal { dbm: Some(-112) };
    let said = asked(&mut it, bad);
    assert!(
        said.contains("weak signal") && said.contains("##002#") && !said.contains("no fault found"),
        "{said}"
    );
}

#[test]
fn what_is_around_the_modem_is_on_the_list_too() {
    let poor = Machine {
        disk_free: Some(1024),
        undervoltage: Some(true),
        ..well()
    };
    let mut it = Box::new();
    it.text(OWNER, "test");
    it.tell(Input::Examined(std::boxed::Box::new(healthy()), poor));
    let said = it.settle_to(OWNER).join("|");
    assert!(
        said.contains("the card is full or worn, change it; the power supply is too weak, use the Pi's own"),
        "{said}"
    );
}

#[test]
fn the_test_call_is_reported_once_texted_or_not() {
    let mut it = Box::new();
    asked(&mut it, healthy());
    it.missed_call(DAVE);
    let said = it.settle_to(OWNER).join("|");
    assert!(
        said.contains("TEST: call seen, ") && said.contains("Texting back now."),
        "{said}"
    );
    it.wait_h(1);
    it.missed_call(DAVE);
    let later = it.settle_to(OWNER).join("|");
    assert!(!later.contains("TEST"), "one call is enough: {later}");

    // A second test from the same phone: within the cooldown it isn't texted, and that is told.
    asked(&mut it, healthy());
    it.missed_call(DAVE);
    let said = it.settle_to(OWNER).join("|");
    assert!(
        said.contains("TEST: call seen, ") && said.contains("Not texted: "),
        "{said}"
    );
}

#[test]
fn no_call_in_ten_minutes_is_told_with_what_to_look_at() {
    let mut it = Box::new();
    asked(&mut it, healthy());
    it.wait(Duration::from_secs(9 * 60));
    assert!(it.settle_to(OWNER).is_empty());
    it.wait(Duration::from_secs(2 * 60));
    let said = it.settle_to(OWNER).join("|");
    assert!(said.starts_with("TEST: no call seen in 10 min."), "{said}");
    it.missed_call(DAVE);
    assert!(!it.settle_to(OWNER).join("|").contains("TEST"));
}
