//! Many at once, and texts of many parts: field-pains.md T7, T9, T14 with the whole box.

use super::ledger::Ledger;
use super::rig::{OWNER, Rig};
use super::run::number;
use std::collections::BTreeSet;
use std::time::Duration;
use textback::sim::{Caller, Family, Number, What, tpdu};

const LIMITS_OFF: &str = "[limits]\nper_minute = 10000\nper_hour = 100000\nper_day = 100000\npeople_per_day = 100000\n";

pub(super) fn ready(family: Family, more: &str) -> Rig {
    let mut rig = Rig::new(family, 11, more);
    rig.pass(Duration::from_secs(60));
    rig
}

/// Whom the service centre took texts for.
pub(super) fn accepted(seen: &[textback::sim::Event]) -> Vec<String> {
    let to = |event: &textback::sim::Event| match &event.what {
        What::Submitted { to, .. } => Some(to.to_string()),
        _ => None,
    };
    seen.iter().filter_map(to).collect()
}

pub(super) fn owner_has(rig: &Rig, what: &str) -> bool {
    let phone = rig.world.phone(&Number::new(OWNER));
    phone.is_some_and(|phone| phone.texts.iter().any(|text| text.text.contains(what)))
}

#[test]
fn fifty_numbers_that_always_fail_hold_up_nobody_of_a_thousand() {
    let mut rig = ready(Family::Ec25, LIMITS_OFF);
    let mut good = BTreeSet::new();
    for n in 0..1000 {
        let number = number(n);
        // Refused for good, refused for now, and without an error that says which.
        match n % 20 {
            7 => rig.world.set_refused(
                &Number::new(&number),
                [1, 38, 500][usize::try_from(n / 20 % 3).unwrap()],
            ),
            _ => {
                good.insert(number.clone());
            }
        }
        rig.send(&number, &format!("Your appointment is on day {n}"));
    }
    let seen = rig.pass(Duration::from_secs(20 * 60));
    let sent = accepted(&seen);
    let reached: BTreeSet<String> = sent.iter().filter(|to| good.contains(*to)).cloned().collect();
    // A text takes 0.7 s on this network: 950 of them and some tries in vain fit in the 20 minutes, if nobody waits for others.
    assert_eq!(reached.len(), good.len(), "{} of {} reached", reached.len(), good.len());
    let to_good = sent.iter().filter(|to| good.contains(*to)).count();
    assert_eq!(to_good, good.len(), "somebody got it twice");
    assert!(rig.wrong.is_empty(), "{:?}", rig.wrong);
}

#[test]
fn a_text_of_54_parts_comes_backwards_twice_and_half_of_it_two_hours_late() {
    let mut rig = ready(Family::Sim7600, "");
    let from = Number::new(&number(0));
    let words: String = (0..1000).map(|n| format!("w{n}🦊 ")).collect();
    let whole: Vec<char> = words.chars().collect();
    let parts = (1..)
        .map(|length| tpdu::segments(&whole[..length * 60].iter().collect::<String>(), 7))
        .find(|parts| parts.len() == 54)
        .unwrap();
    let text: String = parts.iter().map(tpdu::UserData::text).collect();
    let mut late = Vec::new();
    for (n, part) in parts.iter().enumerate().rev() {
        let tpdu = tpdu::deliver(&from, [0x62, 0x11, 0x42, 0x41, 0x20, 0, 0x21], part);
        if n % 2 == 0 {
            late.push(tpdu);
            continue;
        }
        rig.world.deliver_raw(tpdu.clone(), rig.at);
        rig.world.deliver_raw(tpdu, rig.at);
    }
    rig.pass(Duration::from_secs(2 * 3600));
    assert!(owner_has(&rig, "[part missing]"), "the owner sees what is there");
    for tpdu in late {
        rig.world.deliver_raw(tpdu, rig.at);
    }
    rig.pass(Duration::from_secs(600));
    assert!(owner_has(&rig, "now complete"), "the owner is told when it is whole");
    let ledger = Ledger::read(&rig.disk.path());
    assert!(ledger.heard.contains(&text), "every word is on record, in order");
    assert!(rig.world.held_tpdus().is_empty());
}

#[test]
fn callers_of_every_kind_within_two_minutes_each_get_what_is_due() {
    let mut rig = ready(Family::Huawei, "");
    let s = Duration::from_secs;
    let call = |rig: &mut Rig, caller: &str, rings: Duration| {
        rig.world.call(Caller::Known(Number::new(caller)), rings, rig.at);
    };
    // Two at once: the second hears the busy tone or waits, and the modem may never tell.
    call(&mut rig, &number(0), s(18));
    let mut seen = rig.pass(s(3));
    call(&mut rig, &number(1), s(9));
    seen.extend(rig.pass(s(20)));
    // While a text is on its way.
    call(&mut rig, &number(2), s(12));
    seen.extend(rig.pass(s(20)));
    // Half a ring; nobody; a short code; our own number; the owner.
    call(&mut rig, &number(3), Duration::from_millis(500));
    seen.extend(rig.pass(s(15)));
    rig.world.call(Caller::Withheld, s(10), rig.at);
    seen.extend(rig.pass(s(15)));
    for other in ["55512", "+15125550199", OWNER] {
        call(&mut rig, other, s(10));
        seen.extend(rig.pass(s(15)));
    }
    // A number as it is dialled at home, without its country.
    call(&mut rig, "5125553177", s(10));
    seen.extend(rig.pass(s(300)));
    let sent = accepted(&seen);
    let times = |number: &str| sent.iter().filter(|to| *to == number).count();
    for who in [0, 2, 3] {
        assert_eq!(times(&number(who)), 1, "{}", number(who));
    }
    assert!(times(&number(1)) <= 1);
    assert_eq!(times("+15125553177"), 1);
    for never in ["55512", "+15125550199"] {
        assert_eq!(times(never), 0, "{never}");
    }
    let people: BTreeSet<&String> = sent.iter().filter(|to| *to != OWNER).collect();
    assert!((4..=5).contains(&people.len()), "{people:?}");
    assert!(owner_has(&rig, "withheld"));
}
