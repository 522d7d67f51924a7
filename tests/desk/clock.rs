//! A box whose wall clock is wrong from the start: decisions go by the steady clock.

use super::box_under_test::{ANNA, Box, DAVE, OWNER};
use textback::clock::Trust;
use textback::desk::Input;
use textback::modem::MemoryEntry;

/// 1999-01-01T00:00:00Z.
const LAST_CENTURY_MS: i64 = 915_148_800_000;

#[test]
fn a_clock_before_2020_fires_nothing_and_starves_nothing() {
    let mut it = Box::quiet("");
    it.now.wall.utc_ms = LAST_CENTURY_MS;
    it.now.wall.trust = Trust::Guess;
    it.tell(Input::Started);
    assert_eq!(it.settle(), [], "nothing fires because of the year");
    it.missed_call(DAVE);
    assert_eq!(it.settle_to(DAVE).len(), 1);
    it.wait_s(120);
    it.text(DAVE, "Water heater leaking");
    let owner = it.settle_to(OWNER);
    assert!(owner.iter().any(|t| t.contains("Water heater leaking")), "{owner:?}");
    // A second start in the same wrong year, and then the right one: nothing is said again, the next caller is served.
    it.tell(Input::Started);
    assert_eq!(it.settle(), []);
    it.now.wall.utc_ms = textback::clock::NOT_BEFORE_MS + 1;
    it.now.wall.trust = Trust::Network;
    it.tell(Input::Due);
    assert_eq!(it.settle(), [], "nothing fires because of the step");
    it.missed_call(ANNA);
    assert_eq!(it.settle_to(ANNA).len(), 1);
}

/// A box at three in the morning that knows no time, or does, and learns of a call that came half an hour before.
fn learns_of_a_call_at_three(trust: Trust) -> Box {
    let mut it = Box::quiet("");
    it.tell(Input::MissedMemory(vec![]));
    it.wait_h(15);
    it.settle();
    it.now.wall.trust = trust;
    it.tell(Input::Started);
    it.tell(Input::MissedMemory(vec![MemoryEntry {
        digits: DAVE.to_owned(),
        toa: 145,
    }]));
    it
}

#[test]
fn a_late_text_waits_for_the_time_before_it_goes_at_night() {
    let mut it = learns_of_a_call_at_three(Trust::Guess);
    it.wait_s(120);
    assert_eq!(it.settle_to(DAVE), [""; 0], "the network has not told the time yet");
    // It does, and it is night.
    it.now.wall.trust = Trust::Network;
    it.wait_h(5);
    assert_eq!(it.settle_to(DAVE), [""; 0]);
    it.wait_h(1);
    let texts = it.settle_to(DAVE);
    assert!(
        texts.len() == 1 && texts[0].starts_with("Sorry we missed your call earlier"),
        "{texts:?}"
    );
}

#[test]
fn a_late_text_goes_when_the_network_never_tells_the_time() {
    let mut it = learns_of_a_call_at_three(Trust::Guess);
    it.wait_s(14 * 60);
    assert_eq!(it.settle_to(DAVE), [""; 0]);
    it.wait_s(120);
    assert_eq!(it.settle_to(DAVE).len(), 1, "treated as open");
}

#[test]
fn a_late_text_goes_as_soon_as_the_time_is_known_and_it_is_day() {
    let mut it = Box::quiet("");
    it.tell(Input::MissedMemory(vec![]));
    it.now.wall.trust = Trust::Guess;
    it.tell(Input::Started);
    let digits = DAVE.to_owned();
    it.tell(Input::MissedMemory(vec![MemoryEntry { digits, toa: 145 }]));
    it.wait_s(30);
    assert_eq!(it.settle_to(DAVE), [""; 0]);
    it.now.wall.trust = Trust::Network;
    it.wait_s(60);
    assert_eq!(it.settle_to(DAVE).len(), 1);
}

#[test]
fn a_text_that_could_not_go_for_hours_does_not_go_at_night() {
    let mut it = Box::quiet("");
    it.wait_h(7);
    it.settle();
    // Seven in the evening; the modem takes nothing until eleven.
    it.missed_call(DAVE);
    it.wait_h(4);
    assert_eq!(it.settle_to(DAVE), [""; 0], "eleven at night");
    it.wait_h(9);
    assert_eq!(it.settle_to(DAVE), [""; 0], "eight in the morning");
    it.wait_h(1);
    assert_eq!(it.settle_to(DAVE).len(), 1, "nine");
    // At once it goes at any hour.
    it.wait_h(15);
    it.missed_call(ANNA);
    assert_eq!(it.settle_to(ANNA).len(), 1, "midnight");
}

/// A box without a clock of its own: its steady time stands still while it is off.
#[test]
fn hours_off_do_not_shift_what_waits_for_an_hour_of_the_day() {
    let mut it = Box::with("[owner_alerts]\nquiet = \"22:00-7:00\"\nnudges = false\ndigest = \"off\"\n");
    it.tell(Input::MissedMemory(vec![]));
    it.wait_h(11);
    it.settle();
    let digits = ANNA.to_owned();
    it.tell(Input::MissedMemory(vec![MemoryEntry { digits, toa: 145 }]));
    it.text(OWNER, "PAUSE until 4am");
    it.wait_s(20 * 60);
    it.settle();
    it.text(DAVE, "Can you come tomorrow?");
    assert_eq!(it.settle_to(OWNER), [""; 0], "the owner sleeps");
    // Off from half past eleven to half past six: only the wall clock has moved, once the network tells it.
    it.now.wall.trust = Trust::Guess;
    it.tell(Input::Started);
    it.now.wall.utc_ms += 7 * 3_600_000;
    it.wait_s(30);
    it.now.wall.trust = Trust::Network;
    it.wait_s(60);
    it.missed_call("+15125550177");
    assert_eq!(it.settle_to("+15125550177").len(), 1, "the pause is over since four");
    it.wait_s(40 * 60);
    assert!(it.settle_to(OWNER).join("|").contains("tomorrow?"), "seven");
    it.wait_h(2);
    assert_eq!(it.settle_to(ANNA).len(), 1, "nine");
}
