//! Spells without the network, memory, balance, and calls learnt of late.

use super::box_under_test::{ANNA, Box, DAVE, OWNER};
use std::time::Duration;
use textback::desk::{DiskNews, Input};
use textback::modem::{Balance, Deafness, MemoryEntry};

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

/// The network is gone for so long.
fn deaf_for(it: &mut Box, length: Duration) {
    let why = Deafness::NoNetwork;
    let ago = minutes(1);
    it.wait(ago);
    it.tell(Input::Deaf { why, ago });
    it.wait(length - ago);
    it.tell(Input::Hears { why, after: length });
}

fn memory(it: &mut Box, numbers: &[&str]) {
    let entries = numbers.iter().map(|digits| MemoryEntry {
        digits: (*digits).to_string(),
        toa: 145,
    });
    it.tell(Input::MissedMemory(entries.collect()));
}

#[test]
fn half_an_hour_without_the_network_is_told_when_it_is_over_and_five_minutes_are_not() {
    let mut it = Box::quiet("");
    deaf_for(&mut it, minutes(5));
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new());
    deaf_for(&mut it, minutes(29));
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("No network 12:0"), "{told:?}");
    assert!(told[0].contains("may have been missed"), "{told:?}");
    it.text(OWNER, "STATUS");
    let status = it.settle_to(OWNER).join(" ");
    assert!(status.contains("12:05pm-12:34pm"), "{status}");
}

#[test]
fn a_spell_outlives_a_restart() {
    let mut it = Box::quiet("");
    let why = Deafness::Mute;
    it.tell(Input::Deaf { why, ago: minutes(1) });
    it.wait(minutes(20));
    it.tell(Input::Started);
    it.tell(Input::Deaf {
        why: Deafness::NotReady,
        ago: minutes(1),
    });
    it.wait(minutes(1));
    it.tell(Input::Hears {
        why: Deafness::NotReady,
        after: minutes(2),
    });
    let told = it.settle_to(OWNER).join(" ");
    assert!(
        told.starts_with("The modem did not answer 11:59am to 12:21pm"),
        "{told}"
    );
}

#[test]
fn no_more_than_three_texts_a_day_are_about_the_box() {
    let mut it = Box::quiet("");
    for _ in 0..6 {
        deaf_for(&mut it, minutes(15));
    }
    assert_eq!(it.settle_to(OWNER).len(), 3);
    it.wait_h(24);
    deaf_for(&mut it, minutes(15));
    assert_eq!(it.settle_to(OWNER).len(), 1);
}

#[test]
fn a_memory_that_stays_full_is_told_once_until_it_was_emptied() {
    let mut it = Box::quiet("");
    let fill = |it: &mut Box, used: u16| {
        it.tell(Input::Storage {
            used,
            total: 50,
            full: used >= 50,
        });
    };
    // Full at the start, and drained at once.
    fill(&mut it, 40);
    it.wait(minutes(1));
    fill(&mut it, 0);
    it.wait(minutes(20));
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new());
    for _ in 0..3 {
        fill(&mut it, 36);
        it.wait(minutes(15));
    }
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("36 of 50"), "{told:?}");
    fill(&mut it, 2);
    fill(&mut it, 50);
    it.wait(minutes(15));
    assert!(it.settle_to(OWNER).join(" ").contains("full: no text can come in"));
}

#[test]
fn the_balance_is_asked_for_once_a_day_shown_in_status_and_a_low_one_told_once() {
    let mut it = Box::quiet("[modem]\nbalance = \"*100#\"\nbalance_low = \"5.00\"\n");
    let mut asked = 0;
    let end = it.now.steady.plus(minutes(48 * 60));
    while it.now.steady < end {
        let due = it.tell(Input::Due);
        asked += u32::from(due.ask_balance);
        it.jump_to(due.wake.expect("the next timer").max(it.now.steady));
    }
    assert!((1..=3).contains(&asked), "{asked} in two days");
    it.tell(Input::Balance(Balance::Said("Your balance is $12.50".to_string())));
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new());
    for _ in 0..2 {
        it.tell(Input::Balance(Balance::Said("Your balance is $4.20".to_string())));
    }
    let told = it.settle_to(OWNER);
    assert_eq!(told, ["The SIM's balance is low: Your balance is $4.20"]);
    it.text(OWNER, "STATUS");
    assert!(it.settle_to(OWNER).join(" ").contains("$4.20"));
    let mut without = Box::quiet("");
    without.wait_h(48);
    assert!(!without.tell(Input::Due).ask_balance);
}

#[test]
fn a_call_in_the_modems_memory_that_nobody_saw_gets_the_late_text() {
    let mut it = Box::quiet("");
    // What stood there before is nobody's business.
    memory(&mut it, &["+15125550001"]);
    it.missed_call(ANNA);
    it.settle();
    deaf_for(&mut it, minutes(45));
    // Anna's call is on record, Dave's is not.
    memory(&mut it, &[DAVE, ANNA, "+15125550001"]);
    let sent = it.settle();
    let to_dave: Vec<&str> = sent.iter().filter(|s| s.to == DAVE).map(|s| s.text.as_str()).collect();
    assert_eq!(to_dave.len(), 1, "{sent:?}");
    assert!(to_dave[0].contains("earlier"), "{to_dave:?}");
    assert_eq!(sent.iter().filter(|s| s.to == ANNA).count(), 0, "{sent:?}");
    // The same reading again changes nothing.
    memory(&mut it, &[DAVE, ANNA, "+15125550001"]);
    assert_eq!(it.settle().iter().filter(|s| s.to == DAVE).count(), 0);
}

#[test]
fn a_call_from_hours_ago_is_only_told_to_the_owner() {
    let mut it = Box::quiet("");
    memory(&mut it, &[]);
    deaf_for(&mut it, minutes(5 * 60));
    it.settle();
    memory(&mut it, &[DAVE]);
    it.wait(minutes(2));
    let sent = it.settle();
    assert_eq!(sent.iter().filter(|s| s.to == DAVE).count(), 0, "{sent:?}");
    assert!(sent.iter().any(|s| s.to == OWNER && s.text.contains(DAVE)), "{sent:?}");
    assert_eq!(it.decision(), ("skipped".to_string(), "learnt of too late".to_string()));
}

#[test]
fn an_operators_notice_is_a_missed_call_unless_that_call_is_on_record() {
    let mut it = Box::quiet("");
    let notice = format!("You have 1 missed call from {DAVE}.");
    deaf_for(&mut it, minutes(40));
    it.settle();
    it.text("Vodafone", &notice);
    let sent = it.settle();
    assert_eq!(sent.iter().filter(|s| s.to == DAVE).count(), 1, "{sent:?}");
    assert!(!sent.iter().any(|s| s.text.contains("From Vodafone")), "{sent:?}");
    it.wait_h(48);
    it.missed_call(ANNA);
    it.settle();
    it.text("Vodafone", &format!("You have 1 missed call from {ANNA}."));
    assert_eq!(it.settle().iter().filter(|s| s.to == ANNA).count(), 0);
    // Anything else of the operator's goes to the owner.
    it.text("Vodafone", "Your bill is ready");
    assert!(it.settle_to(OWNER).join(" ").contains("Your bill is ready"));
}

#[test]
fn a_notice_of_a_shape_of_its_own_is_read_by_the_configured_rule() {
    let extra = "[[missed_call_notice]]\nsender = \"611\"\ntext = \"MCN: {number} x{count}\"\n";
    let mut it = Box::quiet(extra);
    it.text("611", "MCN: 512-555-1234 x2");
    let sent = it.settle();
    assert_eq!(sent.iter().filter(|s| s.to == DAVE).count(), 1, "{sent:?}");
    // A number that is never texted is not texted because an operator names it.
    it.text("611", "MCN: +19005551234 x1");
    let sent = it.settle();
    assert!(!sent.iter().any(|s| s.to.starts_with("+1900")), "{sent:?}");
}

#[test]
fn a_spell_of_days_is_told_with_its_dates() {
    let mut it = Box::quiet("");
    deaf_for(&mut it, minutes(3 * 24 * 60));
    let told = it.settle_to(OWNER);
    let first = told.iter().find(|t| t.starts_with("No network")).unwrap();
    assert!(first.contains("Jul 21 12:00pm to Jul 24 12:00pm"), "{told:?}");
    it.text(OWNER, "STATUS");
    let status = it.settle_to(OWNER).join(" ");
    assert!(status.contains("Jul 21 12:00pm-Jul 24 12:00pm"), "{status}");
}

#[test]
fn a_card_that_refuses_again_and_again_is_told_three_times_a_day_and_a_full_one_always() {
    let mut it = Box::quiet("");
    for _ in 0..5 {
        it.tell(Input::Disk(DiskNews::Refused { lasted: minutes(2) }));
        it.wait(minutes(20));
    }
    assert_eq!(it.settle_to(OWNER).len(), 3);
    it.tell(Input::Disk(DiskNews::Low { free_octets: 1 << 20 }));
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new());
    it.tell(Input::Disk(DiskNews::Full));
    assert_eq!(it.settle_to(OWNER).len(), 1);
}
