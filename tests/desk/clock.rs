//! A box whose wall clock is wrong from the start: decisions go by the steady clock.

use super::box_under_test::{ANNA, Box, DAVE, OWNER};
use textback::clock::Trust;
use textback::desk::Input;

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
