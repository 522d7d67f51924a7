//! AWAY and PAUSE: callers get the out-of-hours text with the end in words, leads still come, and it ends by itself.

use super::box_under_test::*;
use textback::clock::Trust;

/// Central time with its summer time; open on weekdays, and two owners.
const FILE: &str =
    "[hours]\nmon-fri = \"7:00-17:00\"\n[[crew]]\nname = \"Sam\"\nnumber = \"+15125550101\"\nrole = \"owner\"\n";

/// What the box answers to an order of the owner's.
fn says(it: &mut Box, order: &str) -> String {
    it.text(OWNER, order);
    it.wait_s(60);
    it.settle_to(OWNER).join("|")
}

fn decided(it: &Box) -> String {
    it.decision().1
}

#[test]
fn away_until_a_day_gives_callers_the_closed_text_with_its_end_and_the_owner_the_leads() {
    let mut it = Box::with(FILE);
    it.text(OWNER, "AWAY until Mon 8am");
    it.wait_s(60);
    let said =
        "Away, back Monday 8am (sooner: BACK). Missed callers get the out-of-hours text, replies still come to you.";
    let all = it.settle();
    assert!(all.iter().any(|s| s.to == OWNER && s.text == said), "{all:?}");
    assert!(
        all.iter()
            .any(|s| s.to == SAM && s.text == format!("By {OWNER}: {said}")),
        "{all:?}"
    );
    it.missed_call(DAVE);
    it.wait_s(10);
    let texts = it.settle_to(DAVE);
    assert_eq!(
        texts,
        [
            "Sorry we missed you - this is Hill Country Plumbing. We're closed, back Monday 8am. Text us what you need and \
          we'll see it first. Reply STOP to opt out."
        ]
    );
    assert_eq!(decided(&it), "missed call, owner away");
    it.text(DAVE, "my boiler is cold");
    it.wait_s(60);
    assert!(it.settle_to(OWNER).join("").contains("my boiler is cold"));
    let status = says(&mut it, "STATUS");
    assert!(status.starts_with("Away, back Monday 8am"), "{status}");
}

#[test]
fn away_alone_lasts_until_back_over_a_restart() {
    let mut it = Box::quiet("");
    assert!(says(&mut it, "away").starts_with("Away until you text BACK"));
    it.restart_with("company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n");
    it.wait_h(30);
    it.missed_call(DAVE);
    it.wait_s(10);
    assert!(it.settle_to(DAVE)[0].contains("We're closed, back soon."));
    it.text(DAVE, "hello?");
    it.wait_s(60);
    it.settle();
    assert_eq!(
        says(&mut it, "Back"),
        "Back: missed callers get the usual text again. Waiting for your answer: 13."
    );
    it.missed_call(ANNA);
    it.wait_s(10);
    assert!(it.settle_to(ANNA)[0].contains("What can we help with?"));
    assert!(says(&mut it, "BACK").starts_with("Working again: missed callers are texted."));
}

#[test]
fn away_without_an_end_is_brought_to_mind_every_week() {
    let mut it = Box::quiet("");
    says(&mut it, "AWAY");
    for _ in 0..2 {
        it.wait_h(7 * 24);
        let told = it.settle_to(OWNER);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("Away until you text BACK"), "{told:?}");
    }
}

#[test]
fn away_ends_by_itself_and_says_so_once_with_who_waits() {
    let mut it = Box::quiet("");
    assert!(says(&mut it, "AWAY until tomorrow 8am").starts_with("Away, back tomorrow 8am"));
    it.missed_call(DAVE);
    it.wait_s(10);
    it.text(DAVE, "hello?");
    it.wait_h(19);
    it.settle();
    it.wait_h(1);
    it.wait_s(300);
    assert_eq!(
        it.settle_to(OWNER),
        ["AWAY is over: missed callers get the usual text again. Waiting for your answer: 13."]
    );
    it.missed_call(ANNA);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
    it.wait_h(24);
    let told = it.settle_to(OWNER).join("|");
    assert!(!told.contains("AWAY"), "{told}");
}

#[test]
fn the_end_is_said_as_the_next_opening_where_we_are_closed_then() {
    let mut it = Box::with(FILE);
    assert!(says(&mut it, "AWAY until Sat 3pm").starts_with("Away, back Saturday 3pm"));
    it.missed_call(DAVE);
    it.wait_s(10);
    assert!(it.settle_to(DAVE)[0].contains("back Monday 7am."));
}

#[test]
fn away_for_the_rest_of_today_ends_when_we_open_tomorrow() {
    let mut it = Box::with(FILE);
    assert!(says(&mut it, "AWAY today").starts_with("Away, back tomorrow 7am"));
    let mut it = Box::new();
    assert!(says(&mut it, "AWAY tonight").starts_with("Away, back tomorrow 8am"));
}

#[test]
fn away_over_the_change_of_the_clocks_ends_at_the_hour_that_was_said() {
    let mut it = Box::quiet(FILE);
    // Noon on 30 October 2026, two days before summer time ends.
    it.now.wall.utc_ms = 1_793_379_600_000;
    let said = says(&mut it, "AWAY 3 days");
    assert!(said.starts_with("Away, back Monday 12"), "{said}");
    assert!(says(&mut it, "AWAY until Mon 8am").starts_with("Away, back Monday 8am"));
    // To Monday 7:47 standard time: the hour that came twice is in it.
    it.wait_h(68);
    it.wait_s(45 * 60);
    it.settle();
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call, owner away");
    it.settle();
    it.wait_s(15 * 60);
    it.missed_call(ANNA);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
}

#[test]
fn undo_takes_away_back_and_gives_it_back() {
    let mut it = Box::quiet("");
    says(&mut it, "AWAY 3 days");
    assert_eq!(says(&mut it, "UNDO"), "Undone: AWAY.");
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
    it.settle();
    says(&mut it, "UNDO");
    assert!(says(&mut it, "STATUS").starts_with("Away, back "));
    assert!(says(&mut it, "BACK").starts_with("Back: "));
    says(&mut it, "UNDO");
    it.wait_h(72);
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("AWAY is over"), "its end is not forgotten: {told}");
}

#[test]
fn nudges_wait_while_the_owner_is_away_but_for_what_is_urgent() {
    let mut it = Box::new();
    says(&mut it, "AWAY until tomorrow 8am");
    it.text(DAVE, "can you come next week?");
    it.wait_s(10);
    it.settle();
    it.wait_h(3);
    assert!(it.settle_to(OWNER).is_empty());
    it.text(ANNA, "pipe burst, water everywhere");
    it.wait_s(10);
    it.settle();
    it.wait_s(16 * 60);
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("burst"), "{told}");
    assert!(!told.contains("next week"), "{told}");
}

#[test]
fn what_is_no_time_is_refused_with_an_example_and_changes_nothing() {
    let mut it = Box::new();
    for order in [
        "AWAY until further notice",
        "AWAY until 31 Feb",
        "AWAY 900 days",
        "AWAY 0 days",
    ] {
        let said = says(&mut it, order);
        assert!(
            said.starts_with("Not away. It goes like this: AWAY, "),
            "{order}: {said}"
        );
    }
    assert!(says(&mut it, "STATUS").starts_with("Working"));
}

#[test]
fn an_end_on_the_wall_needs_a_clock_and_a_length_does_not() {
    let mut it = Box::new();
    it.now.wall.trust = Trust::Guess;
    it.now.wall.utc_ms -= 90 * 86_400_000;
    assert!(says(&mut it, "AWAY until Mon 8am").starts_with("Nothing done: the network has not told me the time"));
    assert!(says(&mut it, "AWAY 3h").starts_with("Away for 3h (less: BACK). "));
    it.wait_h(1);
    // The network tells the time: the length counts on.
    it.now.wall = textback::store::generate::noon().wall;
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call, owner away");
    assert!(it.settle_to(DAVE)[0].contains("back soon."));
    it.wait_h(2);
    it.missed_call(ANNA);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
}

#[test]
fn a_wall_that_jumps_ends_away_by_the_wall() {
    let mut it = Box::quiet("");
    says(&mut it, "AWAY until tomorrow 8am");
    it.now.wall.utc_ms += 24 * 3_600_000;
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
}

#[test]
fn crew_may_not_send_the_business_away() {
    let mut it = Box::with("[[crew]]\nname = \"Sam\"\nnumber = \"+15125550101\"\n");
    it.text(SAM, "AWAY 3 days");
    it.wait_s(60);
    assert!(!it.settle_to(SAM).join("").contains("Away"));
    assert!(says(&mut it, "STATUS").starts_with("Working"));
}

#[test]
fn a_pause_may_be_said_as_a_point_in_time_and_is_told_to_the_other_owners() {
    let mut it = Box::with(FILE);
    it.text(OWNER, "PAUSE until 5pm");
    it.wait_s(60);
    let said = "Paused, on again at 5pm: callers are not texted. RESUME to go on.";
    let all = it.settle();
    assert!(all.iter().any(|s| s.to == OWNER && s.text == said), "{all:?}");
    assert!(
        all.iter()
            .any(|s| s.to == SAM && s.text == format!("By {OWNER}: {said}"))
    );
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "paused by the owner");
    it.settle();
    it.wait_h(5);
    it.missed_call(ANNA);
    it.wait_s(10);
    assert_eq!(
        decided(&it),
        "missed call, out of hours",
        "after five the pause is over, and we are closed"
    );
    assert!(says(&mut it, "PAUSE until whenever").starts_with("Not paused."));
    assert!(says(&mut it, "PAUSE 2h").starts_with("Paused for 2h"));
    assert!(says(&mut it, "AWAY 2h").starts_with("Away, back "));
    assert!(says(&mut it, "STATUS").starts_with("Paused"));
    assert!(says(&mut it, "RESUME").starts_with("Back: "));
    assert!(says(&mut it, "STATUS").starts_with("Working"));
}

#[test]
fn a_canned_reply_says_when_we_are_back_from_away() {
    let mut it = Box::with(&format!("{FILE}[quick]\nq1 = \"Back {{open}}. - {{company}}\"\n"));
    it.text(DAVE, "hello");
    it.wait_s(10);
    it.settle();
    says(&mut it, "AWAY until Mon 8am");
    it.text(OWNER, "13 q1");
    it.wait_s(10);
    assert!(it.settle_to(DAVE).join("").starts_with("Back Monday 8am."), "in words");
}

#[test]
fn an_unknown_time_is_told_once_where_hours_depend_on_it_and_callers_find_us_open() {
    let file = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\n[hours]\nmon-fri = \"14:00-15:00\"\n";
    let mut it = Box::new();
    it.settle();
    it.now.wall.trust = Trust::Guess;
    it.restart_with(file);
    it.missed_call(DAVE);
    it.wait_s(10);
    assert_eq!(decided(&it), "missed call");
    it.settle();
    it.wait_s(20 * 60);
    let told = it.settle_to(OWNER);
    assert_eq!(
        told.iter()
            .filter(|text| text.starts_with("I don't know the time"))
            .count(),
        1,
        "{told:?}"
    );
    it.restart_with(file);
    it.wait_h(5);
    assert!(!it.settle_to(OWNER).join("").contains("the time"), "once");
    // Known again, and lost again: that is news.
    it.now.wall.trust = Trust::Network;
    it.wait_h(2);
    it.now.wall.trust = Trust::Guess;
    it.restart_with(file);
    it.wait_s(20 * 60);
    assert!(it.settle_to(OWNER).join("").contains("I don't know the time"));
    let mut it = Box::new();
    it.now.wall.trust = Trust::Guess;
    it.tell(textback::desk::Input::Started);
    it.wait_h(2);
    assert!(
        it.settle_to(OWNER).is_empty(),
        "without opening hours nothing hangs on it"
    );
}

#[test]
fn until_five_said_in_the_afternoon_is_five_in_the_afternoon_and_said_back() {
    let mut it = Box::new();
    // Two in the afternoon.
    it.wait_h(2);
    let said = says(&mut it, "AWAY until 5");
    assert!(said.starts_with("Away, back at 5pm "), "{said}");
    let said = says(&mut it, "PAUSE until 5:30");
    assert!(said.starts_with("Paused, on again at 5:30pm:"), "{said}");
}
