//! Missed calls: who is texted, who is not and why, what the owner hears.

use super::box_under_test::*;
use std::time::Duration;
use textback::clock::Trust;
use textback::desk::{Input, Next};
use textback::ids::CallKey;
use textback::modem::{CallerLine, EndedCall, MemoryEntry, Verdict};

#[test]
fn missed_caller_is_texted_once_after_the_delay_and_the_owner_is_told() {
    let mut it = Box::new();
    assert!(it.missed_call(DAVE).send);
    assert!(it.send().is_empty(), "the delay of 3 s has not passed");
    it.wait_s(3);
    let sent = it.send();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, DAVE);
    assert_eq!(
        sent[0].text,
        "Sorry we missed you - this is Hill Country Plumbing. What can we help with? Happy to sort it out by text. \
         Reply STOP to opt out."
    );
    it.wait_s(57);
    let told = it.settle_to(OWNER);
    assert_eq!(
        told,
        [format!(
            "Missed 13 {DAVE} 12:00pm, 18s ring. Texted back. To answer: 13 your message"
        )]
    );
    assert_eq!(it.decision(), ("texted".into(), "missed call".into()));
}

#[test]
fn with_no_delay_the_text_may_go_at_once() {
    let mut it = Box::with("[text_back]\ndelay = \"0s\"\n");
    it.missed_call(DAVE);
    assert!(matches!(
        it.desk.next_submission(&mut it.store, it.now).unwrap(),
        Next::Submit(_)
    ));
}

#[test]
fn same_caller_is_texted_once_in_24_hours_rolling_and_told_as_called_again() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(61);
    it.settle();
    it.wait_h(23);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "skipped");
    it.wait_s(61);
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE} called again (2x)")]);
    it.wait_h(2);
    it.missed_call(DAVE);
    assert_eq!(it.settle_to(DAVE).len(), 1);
}

#[test]
fn a_caller_who_dials_again_before_the_owner_is_told_was_texted_back_all_the_same() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(20);
    it.settle();
    it.missed_call(DAVE);
    assert_eq!(
        it.decision(),
        ("skipped".into(), "texted within the last 24 hours".into())
    );
    it.wait_s(41);
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "Missed 13 {DAVE} 12:00pm, 18s ring. Texted back. To answer: 13 your message"
        )]
    );
    // Told once of both: the next one is one more.
    it.wait_s(600);
    it.missed_call(DAVE);
    it.wait_s(61);
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE} called again (3x)")]);
}

#[test]
fn the_stop_line_comes_with_the_first_text_and_again_after_30_days() {
    let mut it = Box::with("[text_back]\nmessage = \"Missed you, {company}\"\n");
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE)[0].ends_with("Reply STOP to opt out."));
    it.wait_h(48);
    it.missed_call(DAVE);
    assert_eq!(it.settle_to(DAVE), ["Missed you, Hill Country Plumbing"]);
    it.wait_h(24 * 31);
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE)[0].ends_with("Reply STOP to opt out."));
}

#[test]
fn one_call_announced_twice_is_one_call() {
    let mut it = Box::new();
    let key = it.next_key();
    it.tell(Input::CallStarted { call: key });
    it.tell(Input::CallIdentified {
        call: key,
        caller: number(DAVE),
    });
    it.missed(key, CallerLine::Unavailable, Duration::from_secs(5));
    it.missed(key, number(DAVE), Duration::from_secs(5));
    assert_eq!(it.store.calls(10).unwrap().len(), 1);
    assert_eq!(it.settle_to(DAVE).len(), 1);
}

#[test]
fn withheld_caller_is_not_texted_and_the_owner_is_told_at_once() {
    let mut it = Box::new();
    let key = it.next_key();
    it.missed(key, CallerLine::Withheld, Duration::from_secs(18));
    let sent = it.settle();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text, "Missed call, number withheld, 12:00pm, 18s ring.");
    assert_eq!(it.decision(), ("skipped".into(), "number withheld".into()));
}

/// Each of these is never texted; the reason is on record.
#[test]
fn numbers_that_are_never_texted() {
    let cases = [
        (OWNER, "owner or crew"),
        ("+447911123456", "foreign number"),
        ("+18005551234", "toll-free number"),
        ("+19005551234", "premium or service number"),
        ("72345", "no number to text: it is a short code, not a telephone number"),
    ];
    for (caller, reason) in cases {
        let mut it = Box::new();
        it.missed_call(caller);
        assert_eq!(it.decision(), ("skipped".into(), reason.into()), "{caller}");
        assert!(it.settle().iter().all(|s| s.to == OWNER), "{caller} was texted");
    }
}

#[test]
fn listed_countries_are_texted_too_but_not_their_landlines() {
    let mut it = Box::with("[text_back]\ncountries = [\"GB\"]\n");
    it.missed_call("+447911123456");
    assert_eq!(it.decision().0, "texted");
    it.missed_call("+442079460000");
    assert_eq!(it.decision(), ("skipped".into(), "landline".into()));
}

#[test]
fn national_number_and_the_same_in_full_are_one_caller() {
    let mut it = Box::new();
    it.missed_call("5125551234");
    assert_eq!(it.settle_to(DAVE).len(), 1);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "skipped");
}

#[test]
fn own_number_is_never_texted() {
    let mut it = Box::new();
    let identity = textback::modem::Identity {
        imsi: Some("310410123456789".into()),
        own_number: Some("+15125559999".into()),
        ..Default::default()
    };
    it.tell(Input::Identity(identity));
    it.missed_call("+15125559999");
    assert_eq!(it.decision(), ("skipped".into(), "our own number".into()));
    assert!(it.settle().is_empty());
}

/// The SIM is read at last.
fn sim_is_read(it: &mut Box) {
    it.tell(Input::Identity(textback::modem::Identity {
        imsi: Some("310410123456789".to_owned()),
        ..Default::default()
    }));
}

#[test]
fn calls_before_the_sim_is_known_are_told_at_once_and_texted_as_soon_as_it_is() {
    let mut it = Box::bare("");
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("pending".into(), "our country is not known yet".into()));
    let key = it.next_key();
    let national = CallerLine::Number {
        digits: "5125555678".to_owned(),
        toa: 129,
    };
    it.missed(key, national, Duration::from_secs(7));
    assert_eq!(it.decision().0, "pending");
    assert_eq!(
        it.settle_to(OWNER),
        [
            format!(
                "Missed {DAVE} 12:00pm, 18s ring. Not texted yet: the SIM has not told its country. Please call them."
            ),
            "Missed 5125555678 12:00pm, 7s ring. Not texted yet: the SIM has not told its country. Please call them."
                .to_owned(),
        ]
    );
    sim_is_read(&mut it);
    assert_eq!(it.decision(), ("texted".into(), "missed call".into()));
    let sent = it.settle();
    assert_eq!(sent.iter().map(|s| s.to.as_str()).collect::<Vec<_>>(), [DAVE, ANNA]);
    sim_is_read(&mut it);
    assert!(it.settle().is_empty(), "decided once");
}

#[test]
fn call_that_waited_for_the_sim_over_four_hours_is_only_told() {
    let mut it = Box::bare("");
    it.missed_call(DAVE);
    it.settle();
    it.wait_h(5);
    sim_is_read(&mut it);
    assert_eq!(it.decision(), ("skipped".into(), "learnt of too late".into()));
    assert!(it.settle_to(DAVE).is_empty());
}

#[test]
fn call_answered_on_the_twin_phone_is_not_missed() {
    let mut it = Box::with("");
    let call = it.next_key();
    it.tell(Input::CallEnded(EndedCall {
        call,
        caller: number(DAVE),
        rings: 2,
        ringing: Duration::from_secs(8),
        verdict: Verdict::Missed,
        evidence: vec!["ceer"],
        cause: Some(26),
    }));
    assert_eq!(it.decision(), ("skipped".into(), "answered on another phone".into()));
    assert!(it.settle().is_empty());
}

#[test]
fn one_ring_scam_is_not_texted_where_a_minimum_is_set() {
    let mut it = Box::with("[text_back]\nmin_ring = \"6s\"\n");
    let key = it.next_key();
    it.missed(key, number(DAVE), Duration::from_secs(2));
    assert_eq!(it.decision(), ("skipped".into(), "rang too short".into()));
}

#[test]
fn a_call_that_nobody_saw_ring_is_not_too_short() {
    let mut it = Box::with("[text_back]\nmin_ring = \"6s\"\n");
    it.tell(Input::MissedMemory(Vec::new()));
    let digits = DAVE.trim_start_matches('+').to_owned();
    it.tell(Input::MissedMemory(vec![MemoryEntry { digits, toa: 145 }]));
    assert_eq!(it.decision(), ("texted".into(), "missed call, learnt of late".into()));
}

#[test]
fn a_call_that_we_hung_up_on_counts_as_missed_everywhere() {
    let mut it = Box::with("[text_back]\nreject_after = \"10s\"\n[owner_alerts]\nmerge_window = \"0s\"\n");
    let mut told = Vec::new();
    for _ in 0..2 {
        let call = it.next_key();
        it.tell(Input::CallEnded(EndedCall {
            call,
            caller: number(DAVE),
            rings: 3,
            ringing: Duration::from_secs(10),
            verdict: Verdict::Rejected,
            evidence: vec!["hung_up"],
            cause: None,
        }));
        it.wait_s(90);
        told.extend(it.settle_to(OWNER));
    }
    assert!(told.iter().any(|text| text.contains("called again (2x)")), "{told:?}");
    it.text(OWNER, "STATUS");
    let status = it.settle_to(OWNER).join(" ");
    assert!(status.contains("2 missed, 1 texted"), "{status}");
}

#[test]
fn out_of_hours_the_text_says_when_we_open() {
    let mut it = Box::with("[hours]\nmon-fri = \"8:00-17:00\"\n");
    it.wait_h(8);
    it.missed_call(DAVE);
    let text = &it.settle_to(DAVE)[0];
    assert!(text.contains("tomorrow 8am"), "{text}");
}

#[test]
fn named_caller_gets_the_text_for_known_callers() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    it.wait_h(100);
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE)[0].starts_with("Hi Dave, "));
}

#[test]
fn call_cut_off_by_a_crash_is_decided_at_the_next_start() {
    let mut it = Box::new();
    it.tell(Input::CallStarted { call: CallKey(77) });
    it.tell(Input::CallIdentified {
        call: CallKey(77),
        caller: number(DAVE),
    });
    it.wait_s(20);
    it.tell(Input::Started);
    let calls = it.store.calls(1).unwrap();
    assert_eq!(calls[0].evidence, ["restart"]);
    assert_eq!(it.settle_to(DAVE).len(), 1);
    it.tell(Input::Started);
    assert!(it.settle_to(DAVE).is_empty());
}

#[test]
fn call_learnt_of_after_an_outage_gets_the_late_text_and_after_four_hours_none() {
    for (outage_h, texts) in [(1, 1), (5, 0)] {
        let mut it = Box::new();
        it.tell(Input::CallStarted { call: CallKey(77) });
        it.tell(Input::CallIdentified {
            call: CallKey(77),
            caller: number(DAVE),
        });
        // The box is off: only the wall clock goes on.
        it.now.wall.utc_ms += outage_h * 3_600_000;
        it.tell(Input::Started);
        let sent = it.settle();
        let to_dave: Vec<_> = sent.iter().filter(|s| s.to == DAVE).collect();
        assert_eq!(to_dave.len(), texts);
        assert!(to_dave.iter().all(|s| s.text.contains("missed your call earlier")));
        it.wait_s(61);
        assert!(
            texts == 1
                || sent
                    .iter()
                    .any(|s| s.to == OWNER && s.text.contains("learnt of too late"))
        );
    }
}

#[test]
fn late_text_waits_for_the_morning() {
    let mut it = Box::new();
    it.tell(Input::CallStarted { call: CallKey(77) });
    it.tell(Input::CallIdentified {
        call: CallKey(77),
        caller: number(DAVE),
    });
    it.wait_h(9);
    it.tell(Input::CallStarted { call: CallKey(78) });
    it.tell(Input::CallIdentified {
        call: CallKey(78),
        caller: number(ANNA),
    });
    it.now.wall.utc_ms += 3_600_000;
    it.tell(Input::Started);
    assert!(
        it.settle_to(ANNA).is_empty(),
        "22:00 is no time to start a conversation"
    );
    it.wait_h(11);
    assert_eq!(it.settle_to(ANNA).len(), 1);
}

#[test]
fn late_text_does_not_wait_for_the_morning_of_a_clock_nobody_vouches_for() {
    let mut it = Box::new();
    it.wait_h(9);
    it.tell(Input::MissedMemory(vec![]));
    // The power comes back in the morning; until the network tells the time, the box's own clock says 21:00.
    it.now.wall.trust = Trust::Guess;
    it.tell(Input::Started);
    it.tell(Input::MissedMemory(vec![MemoryEntry {
        digits: DAVE.into(),
        toa: 145,
    }]));
    it.now.wall.utc_ms += 13 * 3_600_000;
    it.now.wall.trust = Trust::Network;
    it.wait_s(60);
    let texts = it.settle_to(DAVE);
    assert!(
        texts.len() == 1 && texts[0].contains("missed your call earlier"),
        "{texts:?}"
    );
}

#[test]
fn clock_nobody_vouches_for_makes_no_call_late() {
    let mut it = Box::new();
    it.tell(Input::CallStarted { call: CallKey(77) });
    it.tell(Input::CallIdentified {
        call: CallKey(77),
        caller: number(DAVE),
    });
    it.now.wall.utc_ms += 50 * 3_600_000;
    it.now.wall.trust = Trust::Guess;
    it.tell(Input::Started);
    assert_eq!(it.settle_to(DAVE).len(), 1);
}

#[test]
fn automatic_texts_to_one_number_stop_at_three_a_day() {
    let mut it = Box::with("[text_back]\ncooldown = \"1m\"\n");
    for _ in 0..5 {
        it.missed_call(DAVE);
        it.settle();
        it.wait_s(120);
    }
    let texts = it.store.messages(100).unwrap();
    assert_eq!(texts.iter().filter(|m| m.peer == DAVE).count(), 3);
    assert_eq!(it.decision(), ("skipped".into(), "had 3 automatic texts today".into()));
}

#[test]
fn two_callers_in_the_same_instant_are_both_texted() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.missed_call(ANNA);
    let sent = it.settle();
    assert!(sent.iter().any(|s| s.to == DAVE) && sent.iter().any(|s| s.to == ANNA));
}

/// However long ago the last thing was that an idle box recorded, that is no outage.
#[test]
fn a_restart_in_good_order_after_a_quiet_night_is_nobodys_business() {
    let mut it = Box::quiet("");
    it.now.wall.utc_ms += 8 * 3_600_000;
    it.tell(Input::Stopping);
    it.now.wall.utc_ms += 30_000;
    it.tell(Input::Started);
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new());
    it.tell(Input::Stopping);
    it.now.wall.utc_ms += 600_000;
    it.tell(Input::Started);
    let told = it.settle_to(OWNER).join("|");
    assert!(
        told.starts_with("Working again after 10m off (since 8:00pm)."),
        "{told}"
    );
}

/// A minute without power after hours in which nothing happened: an idle box puts the time on record all the same.
#[test]
fn a_power_cut_after_an_idle_night_is_told_within_half_an_hour() {
    let mut it = Box::quiet("");
    let end = it.now.steady.plus(Duration::from_secs((8 * 60 + 25) * 60));
    while let Some(wake) = it.tell(Input::Due).wake.filter(|wake| *wake < end) {
        it.jump_to(wake);
    }
    it.jump_to(end);
    it.now.wall.utc_ms += 60_000;
    it.tell(Input::Started);
    let told = it.settle_to(OWNER).join("|");
    assert!(
        told.starts_with("Working again after up to 26m off (last sign of life 8:00pm)."),
        "{told}"
    );
}

/// Every commit wears the card: while calls make some, nothing is written only to put the time on record or to look.
#[test]
fn a_call_every_half_hour_leaves_no_timer_to_go_off_between() {
    let mut it = Box::quiet("");
    let mut between = Vec::new();
    for round in 0..12 {
        let next = it.now.steady.plus(Duration::from_secs(1815));
        it.missed_call(&format!("+151255600{round:02}"));
        it.settle();
        // The call's own line, and what rides along with it.
        let line = it.tell(Input::Due).wake.expect("a timer");
        it.jump_to(line.max(it.now.steady));
        it.tell(Input::Due);
        it.settle();
        while let Some(wake) = it.tell(Input::Due).wake.filter(|wake| *wake < next) {
            between.push((round, wake.since(it.now.steady)));
            it.jump_to(wake);
        }
        it.jump_to(next);
    }
    assert_eq!(between, [], "timers that went off alone");
}

#[test]
fn owner_is_told_of_an_outage_in_which_calls_were_not_seen() {
    let mut it = Box::new();
    it.now.wall.utc_ms += 2 * 3_600_000;
    it.tell(Input::Started);
    assert_eq!(
        it.settle_to(OWNER),
        ["Working again after up to 2h off (last sign of life 12:00pm). Calls in that time may not have been seen."]
    );
    it.tell(Input::Started);
    assert!(it.settle().is_empty(), "a quick restart is nobody's business");
}

#[test]
fn landline_that_is_never_texted_is_given_to_the_owner_to_ring() {
    let mut it = Box::with("country = \"GB\"\n");
    it.missed_call("+442079460958");
    assert_eq!(
        it.settle_to(OWNER),
        ["Missed +442079460958 12:00pm, 18s ring. Not texted: landline. Please call them."]
    );
}

#[test]
fn call_missed_just_before_the_owner_writes_is_told_all_the_same() {
    let mut it = Box::new();
    it.dave_writes("Hello");
    it.wait_s(120);
    it.missed_call(DAVE);
    it.wait_s(10);
    it.text(OWNER, "13 On my way");
    it.wait_s(60);
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE} called again (2x)")]);
}

#[test]
fn a_call_whose_text_grows_too_long_to_send_is_not_recorded_as_texted() {
    // Ten parts with a name of twelve letters; a longer name makes it eleven.
    let text = "\u{44f}".repeat(600);
    let mut it = Box::with(&format!("[text_back]\nknown = \"{{company}} {text} {{name}}\"\n"));
    it.dave_writes("hello");
    it.text(OWNER, "NAME 13 Wolfeschlegelsteinhausenberger");
    it.wait_h(24 * 31);
    it.settle();
    it.missed_call(DAVE);
    it.wait_s(120);
    let (decision, reason) = it.decision();
    assert_eq!(decision, "skipped");
    assert_eq!(reason, "our text to them takes more parts than can be sent");
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains("takes more parts than can be sent"), "{told}");
}
