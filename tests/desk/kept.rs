//! What a program that kept nothing yet left behind when nobody owned the box.

use super::box_under_test::*;
use textback::desk::team::claim;

const UNOWNED: &str =
    "config_version = 1\ncompany = \"Hill Country Plumbing\"\ntimezone = \"America/Chicago\"\ncountry = \"US\"\n";

fn claimed_by(it: &mut Box, phone: &str) -> Vec<String> {
    let code = claim::code(&it.store).unwrap().code.unwrap();
    it.text(phone, &code);
    it.settle_to(phone)
}

/// An older program recorded texts and did not mark the first one.
fn forget_the_mark(it: &mut Box) {
    let now = it.now;
    it.store.transact(now, |tx| tx.drop_setting("kept_from")).unwrap();
}

#[test]
fn texts_of_before_the_mark_are_passed_on_to_the_first_owner() {
    let mut it = Box::on_disk(UNOWNED, textback::store::generate::noon());
    it.text(DAVE, "Leak under the sink");
    it.text(ANNA, "STOP");
    forget_the_mark(&mut it);
    it.restart(UNOWNED);
    it.text(DAVE, "Are you there?");
    let told = claimed_by(&mut it, OWNER);
    assert_eq!(
        told[1..],
        [
            format!("NEW 13 {DAVE}: Leak under the sink"),
            format!("13 {DAVE}: Are you there?")
        ]
    );
}

#[test]
fn what_an_owner_got_is_not_told_to_the_next_one() {
    let mut it = Box::on_disk(UNOWNED, textback::store::generate::noon());
    claimed_by(&mut it, OWNER);
    it.text(DAVE, "Leak under the sink");
    assert_eq!(it.settle_to(OWNER).len(), 1);
    it.tell(textback::desk::Input::ClearOwners);
    it.settle();
    it.restart(UNOWNED);
    it.text(ANNA, "Boiler is cold");
    let told = claimed_by(&mut it, SAM);
    assert_eq!(told[1..], [format!("NEW 14 {ANNA}: Boiler is cold")]);
}
