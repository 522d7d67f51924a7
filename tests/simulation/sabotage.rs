//! A checker that can't fail proves nothing: each promise is broken here once, and the verdict must say so.

use super::ledger::{Call, Ledger, Sent};
use super::rig::OWNER;
use super::run::{Rang, Witness, Wrote, number};
use super::shrink::shrink;
use super::verdict::verdict;
use super::{plan::Plan, plan::What};
use std::time::{Duration, Instant};

/// A caller rang, was texted, texted back; the owner was told of both, answered, and the answer arrived.
struct Good {
    ledger: Ledger,
    witness: Witness,
    held: Vec<Vec<u8>>,
}

fn sent(id: i64, to: &str, kind: &str, state: &str, text: &str) -> Sent {
    Sent {
        id,
        message: id,
        recipient: to.to_owned(),
        to_owner: to == OWNER,
        state: state.to_owned(),
        reason: String::new(),
        kind: kind.to_owned(),
        part_text: text.to_owned(),
        text: text.to_owned(),
        attempts: 1,
    }
}

fn good() -> Good {
    let (start, caller) = (Instant::now(), number(0));
    let told = format!("NEW 13 {caller}: Need a plumber zq1v");
    let ledger = Ledger {
        sent: vec![
            sent(1, &caller, "text_back", "delivered", "Sorry we missed you"),
            sent(2, OWNER, "forward", "accepted", &told),
            sent(3, &caller, "relay", "accepted", "On my way zq1r"),
        ],
        calls: vec![Call {
            id: 1,
            caller: Some(caller.clone()),
            line: "number".to_owned(),
            verdict: Some("missed".to_owned()),
            decision: "texted".to_owned(),
            reason: "missed call".to_owned(),
            message: Some(1),
        }],
        inbound: vec![vec![0, 4, 1, 2, 3]],
        sound: true,
        ..Ledger::default()
    };
    let texts = [
        (caller.clone(), "Sorry we missed you".to_owned()),
        (OWNER.to_owned(), told),
        (caller, "On my way zq1r".to_owned()),
    ];
    let witness = Witness {
        rang: vec![Rang {
            who: Some(0),
            from: start,
            until: start + Duration::from_secs(18),
        }],
        wrote: vec![Wrote {
            who: 0,
            token: "zq1v".to_owned(),
            stop: false,
            at: start + Duration::from_secs(60),
        }],
        accepted: texts.to_vec(),
        arrived: texts.to_vec(),
        taken: vec![vec![4, 1, 2, 3]],
        answers: [("zq1r".to_owned(), 0)].into(),
        ..Witness::default()
    };
    Good {
        ledger,
        witness,
        held: Vec::new(),
    }
}

/// What the verdict says once `spoil` has been at it.
fn spoilt(spoil: impl FnOnce(&mut Good)) -> String {
    let mut run = good();
    spoil(&mut run);
    verdict(&run.ledger, &run.witness, &run.held, true).join("\n")
}

#[track_caller]
fn complains(of: &str, spoil: impl FnOnce(&mut Good)) {
    let said = spoilt(spoil);
    assert!(said.contains(of), "no complaint of {of:?}, only: {said:?}");
}

#[test]
fn nothing_is_wrong_with_a_good_run() {
    assert_eq!(spoilt(|_| {}), "");
}

#[test]
fn a_text_sent_twice_is_found() {
    complains("duplicate", |run| {
        let again = run.witness.accepted[0].clone();
        run.witness.accepted.push(again);
    });
}

#[test]
fn a_text_that_went_although_nothing_says_so_is_found() {
    complains("duplicate", |run| run.ledger.sent[2].state = "failed".to_owned());
}

#[test]
fn a_text_on_record_as_sent_that_the_network_never_saw_is_found() {
    complains("lost", |run| {
        run.witness.accepted.remove(2);
    });
}

#[test]
fn a_doubt_that_the_owner_never_heard_of_is_found() {
    complains("not told of a text in doubt", |run| {
        run.ledger.sent[2].state = "in_doubt".to_owned()
    });
}

#[test]
fn a_text_still_queued_in_the_end_is_found() {
    complains("not drained", |run| run.ledger.sent[2].state = "queued".to_owned());
}

#[test]
fn a_second_text_for_one_call_is_found() {
    complains("texted 2 times for 1 calls", |run| {
        let mut again = run.ledger.sent[0].clone();
        (again.id, again.message) = (9, 9);
        run.ledger.sent.push(again);
    });
}

#[test]
fn a_call_nobody_recorded_is_found() {
    complains("not on record", |run| run.ledger.calls.clear());
}

#[test]
fn a_first_caller_who_was_not_texted_is_found() {
    complains("was not texted", |run| {
        run.ledger.calls[0].decision = "skipped".to_owned()
    });
}

#[test]
fn a_text_taken_back_is_excused_by_the_callers_own_stop_and_by_nothing_else() {
    let taken_back = |g: &mut Good, reason: &str, stop: Option<Duration>| {
        g.ledger.sent.remove(0);
        g.witness.accepted.remove(0);
        g.witness.arrived.remove(0);
        "skipped".clone_into(&mut g.ledger.calls[0].decision);
        reason.clone_into(&mut g.ledger.calls[0].reason);
        g.ledger.calls[0].message = None;
        let at = stop.map(|after| g.witness.rang[0].from + after);
        g.witness.wrote.extend(at.map(|at| Wrote {
            who: 0,
            token: String::new(),
            stop: true,
            at,
        }));
    };
    let (reason, soon) = ("withdrawn before it went: opted out", Some(Duration::from_secs(19)));
    let stopped = spoilt(|g| taken_back(g, reason, soon));
    assert!(!stopped.contains("called first and was not texted"), "{stopped}");
    let of = "called first and was not texted";
    complains(of, |g| taken_back(g, reason, None));
    complains(of, |g| taken_back(g, "withdrawn before it went: frozen", soon));
    complains(of, |g| {
        taken_back(g, reason, soon);
        g.witness.wrote[1].who = 1;
    });
    // The owner's own words, as the good run has them, must have reached them.
    let talked = "withdrawn before it went: a conversation is under way";
    let spoken_to = spoilt(|g| taken_back(g, talked, None));
    assert!(!spoken_to.contains(of), "{spoken_to}");
    complains(of, |g| {
        taken_back(g, talked, None);
        g.ledger.sent.retain(|s| s.kind != "relay");
    });
    complains(of, |g| {
        taken_back(g, talked, None);
        g.witness.accepted.retain(|(to, _)| to == OWNER);
    });
}

#[test]
fn a_call_without_a_decision_or_its_reason_is_found() {
    complains("undecided", |run| run.ledger.calls[0].decision = "pending".to_owned());
    complains("no reason", |run| {
        (run.ledger.calls[0].decision, run.ledger.calls[0].reason) = ("skipped".to_owned(), String::new());
    });
}

#[test]
fn a_missed_call_the_owner_never_heard_of_is_found() {
    complains("not told of a missed call", |run| {
        run.witness.arrived[1].1 = "zq1v".to_owned()
    });
}

#[test]
fn a_text_that_never_reached_the_owner_is_found() {
    complains("never reached the owner", |run| {
        run.witness.wrote[0].token = "zq2v".to_owned()
    });
}

#[test]
fn a_slot_emptied_too_early_is_found() {
    complains("nowhere now", |run| run.ledger.inbound.clear());
}

#[test]
fn a_text_is_excused_by_a_spoilt_line_of_its_own_and_by_no_other() {
    let line = |said: &str| vec![(Instant::now() + Duration::from_secs(9_000), said.to_owned())];
    complains("nowhere now", |run| {
        run.ledger.inbound.clear();
        run.witness.spoilt = line("07919999\r\n");
    });
    let own = spoilt(|run| {
        run.ledger.inbound.clear();
        run.witness.spoilt = line("+CMGR: 0,,4\r\n0004010203\r\n");
    });
    assert_eq!(own, "");
}

#[test]
fn a_text_left_on_the_modem_is_found() {
    complains("left in the modem", |run| run.held.push(vec![4, 1, 2, 3]));
}

#[test]
fn an_answer_to_the_wrong_caller_is_found() {
    complains("meant for", |run| run.witness.arrived[2].0 = number(1));
}

#[test]
fn an_answer_to_a_number_that_the_line_made_is_excused_by_that_texts_own_line_and_by_no_other() {
    let from = |octet: u8| vec![0x0B, 0x91, 0x51, 0x21, 0x55, octet, 0x01, 0xF0];
    let read_as = |run: &mut Good, said: &str| {
        run.witness.arrived[2].0 = "+15125573100".to_owned();
        run.witness.taken.push(from(0x35));
        run.ledger.inbound.extend([from(0x35), from(0x37)]);
        run.witness.spoilt = vec![(Instant::now() + Duration::from_secs(9_000), said.to_owned())];
    };
    let own = spoilt(|run| read_as(run, "+CMGR: 0,,8\r\n0B915121553501F0\r\n"));
    assert_eq!(own, "");
    complains("meant for", |run| read_as(run, "0B91512155990000\r\n"));
    complains("meant for", |run| {
        read_as(run, "0B915121553501F0\r\n");
        run.ledger.inbound.retain(|raw| *raw != from(0x37));
    });
}

#[test]
fn a_stop_that_was_not_heeded_is_found() {
    complains("is not opted out", |run| {
        run.witness.wrote.push(Wrote {
            who: 0,
            token: String::new(),
            stop: true,
            at: Instant::now(),
        });
    });
}

#[test]
fn a_damaged_database_and_a_timer_that_never_went_off_are_found() {
    complains("damaged", |run| run.ledger.sound = false);
    complains("never went off", |run| run.ledger.overdue.push("in_doubt".to_owned()));
}

#[test]
fn a_plan_that_fails_is_cut_down_to_what_it_needs() {
    let plan = (0..)
        .map(Plan::of)
        .find(|plan| plan.steps.len() > 12 && plan.steps.iter().any(|s| matches!(s.what, What::Stop { .. })));
    let plan = plan.unwrap();
    let small = shrink(&plan, |plan| {
        plan.steps.iter().any(|s| matches!(s.what, What::Stop { .. }))
    });
    assert_eq!(small.steps.len(), 1, "{small}");
}
