//! On the way out: retries, the third state between Ctrl-Z and `+CMGS`, reports, the governor.

use super::box_under_test::*;
use std::time::Duration;
use textback::desk::{Input, Next};
use textback::ids::{MessageReference, OutboxId};
use textback::modem::{RetryClass, SubmitOutcome};
use textback::store::types::State;

fn refuse(it: &mut Box, outbox: OutboxId, class: RetryClass) {
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::Refused {
            error: "+CMS ERROR: 42".into(),
            class,
        },
    });
}

fn state_of_last_to(it: &Box, to: &str) -> State {
    it.store
        .messages(100)
        .unwrap()
        .iter()
        .rev()
        .find(|m| m.peer == to)
        .unwrap()
        .state
}

#[test]
fn passing_refusal_is_tried_again_after_growing_waits() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    for wait_ms in [500, 2000, 8000, 30_000] {
        let (outbox, _) = it.begin().unwrap();
        refuse(&mut it, outbox, RetryClass::Transient);
        let next = it.desk.next_submission(&mut it.store, it.now).unwrap();
        assert_eq!(
            next,
            Next::NotBefore(it.now.steady.plus(Duration::from_millis(wait_ms)))
        );
        it.wait(Duration::from_millis(wait_ms));
    }
    assert_eq!(it.send().len(), 1);
    assert_eq!(state_of_last_to(&it, DAVE), State::Accepted);
}

#[test]
fn refusal_that_allows_few_tries_is_given_up_after_them() {
    for times in [1, 2, 3] {
        let mut it = Box::new();
        it.missed_call(DAVE);
        it.wait_s(3);
        let mut tries = 0;
        while let Some((outbox, _)) = it.begin() {
            tries += 1;
            refuse(&mut it, outbox, RetryClass::AtMost(times));
            if state_of_last_to(&it, DAVE) == State::Failed {
                break;
            }
            it.wait_s(300);
        }
        assert_eq!(tries, 1 + times, "one try and {times} more");
        let told = it.settle_to(OWNER);
        assert!(told.iter().any(|t| t.starts_with("Not delivered to 13")), "{told:?}");
    }
}

#[test]
fn lead_to_the_owner_is_not_given_up_after_a_few_refusals() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(DAVE, "are you there?");
    for _ in 0..8 {
        let (outbox, _) = it.begin().unwrap();
        refuse(&mut it, outbox, RetryClass::AtMost(1));
        it.wait_s(600);
    }
    let told = it.settle_to(OWNER);
    assert_eq!(told.first(), Some(&format!("13 {DAVE}: are you there?")));
}

#[test]
fn service_centre_without_validity_periods_gets_the_same_text_without_one() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let (outbox, first) = it.begin().unwrap();
    refuse(&mut it, outbox, RetryClass::WithoutValidity);
    it.wait_s(1);
    let (outbox, second) = it.begin().unwrap();
    assert_eq!(read(&second), read(&first), "the same words to the same caller");
    assert_eq!(second[0] & 0x18, 0, "TP-VPF: no validity period");
    assert_eq!(second.len() + 1, first.len());
    refuse(&mut it, outbox, RetryClass::WithoutValidity);
    assert_eq!(
        state_of_last_to(&it, DAVE),
        State::Failed,
        "there is nothing left to leave out"
    );
}

#[test]
fn bad_number_holds_up_nobody_and_the_owner_is_told() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.missed_call(ANNA);
    it.wait_s(3);
    let (dave, _) = it.begin().unwrap();
    refuse(&mut it, dave, RetryClass::Transient);
    let (anna, tpdu) = it.begin().unwrap();
    assert_eq!(read(&tpdu).0, ANNA, "Anna does not wait for Dave");
    it.tell(Input::Submitted {
        outbox: anna,
        outcome: SubmitOutcome::Accepted(MessageReference(1)),
    });
    it.wait_s(1);
    let (dave, _) = it.begin().unwrap();
    refuse(&mut it, dave, RetryClass::Permanent);
    assert_eq!(state_of_last_to(&it, DAVE), State::Failed);
    let told = it.settle_to(OWNER);
    assert!(told.iter().any(|t| t.starts_with("Not delivered to 13")), "{told:?}");
}

#[test]
fn texts_to_one_caller_stay_in_order_over_a_retry() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(OWNER, "13 one");
    it.text(OWNER, "13 two");
    let (outbox, _) = it.begin().unwrap();
    refuse(&mut it, outbox, RetryClass::Transient);
    assert_eq!(it.settle_to(DAVE), ["one", "two"]);
}

#[test]
fn waiting_for_the_network_is_not_counted_as_a_try() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    for _ in 0..100 {
        let (outbox, _) = it.begin().unwrap();
        refuse(&mut it, outbox, RetryClass::Unregistered);
        it.wait_s(5);
    }
    let texts = it.store.messages(10).unwrap();
    assert_eq!(texts.iter().find(|m| m.peer == DAVE).unwrap().attempts, 0);
    assert_eq!(it.send().iter().filter(|s| s.to == DAVE).count(), 1);
}

#[test]
fn text_to_a_caller_in_doubt_is_never_sent_again_and_the_owner_is_told() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    it.begin().unwrap();
    // The program dies between Ctrl-Z and +CMGS.
    it.tell(Input::Started);
    assert_eq!(state_of_last_to(&it, DAVE), State::InDoubt);
    it.wait_s(20 * 60);
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    let told: String = sent.iter().map(|s| s.text.as_str()).collect();
    assert!(
        told.contains(&format!("Not sure your caller 13 {DAVE} got our text")),
        "{told}"
    );
    it.wait_s(100);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "skipped", "it may have gone: the cooldown holds");
}

/// A text in doubt to Dave, as the network would report on it.
fn in_doubt(it: &mut Box, reference: u8) -> Sent {
    let (outbox, tpdu) = it.begin().unwrap();
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::Unknown {
            why: "no answer in 60 s".into(),
        },
    });
    let (to, text) = read(&tpdu);
    Sent {
        to,
        text,
        part: (1, 1),
        outbox,
        reference,
    }
}

#[test]
fn report_on_a_later_text_is_no_witness_for_one_in_doubt() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    in_doubt(&mut it, 0);
    it.wait_s(11 * 60);
    it.text(OWNER, "13 On my way");
    let relayed = it.settle_to(DAVE);
    assert_eq!(relayed.len(), 1);
    // As when a line that spoils digits gave us another reference than the network has.
    let stranger = Sent {
        to: DAVE.to_owned(),
        text: relayed[0].clone(),
        part: (1, 1),
        outbox: textback::ids::OutboxId(0),
        reference: 77,
    };
    it.report(&stranger, 0x00);
    it.wait_s(20 * 60);
    let told = it.settle_to(OWNER).concat();
    assert!(told.contains("Not sure your caller") && told.contains(DAVE), "{told}");
}

#[test]
fn report_that_comes_before_the_modems_answer_settles_the_text() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let (outbox, tpdu) = it.begin().unwrap();
    let (to, text) = read(&tpdu);
    let sent = Sent {
        to,
        text,
        part: (1, 1),
        outbox,
        reference: 5,
    };
    it.report(&sent, 0x00);
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::Unknown { why: "mute".into() },
    });
    assert_eq!(state_of_last_to(&it, DAVE), State::Delivered);
    it.wait_s(20 * 60);
    assert!(it.settle().iter().all(|s| !s.text.contains("Not sure")));
}

#[test]
fn refusals_before_a_doubt_do_not_use_up_the_owners_repeats() {
    let mut it = Box::quiet("");
    it.text(DAVE, "leak");
    for _ in 0..6 {
        let (outbox, _) = it.begin().unwrap();
        it.tell(Input::Submitted {
            outbox,
            outcome: SubmitOutcome::Refused {
                error: "CMS 500".into(),
                class: RetryClass::Transient,
            },
        });
        it.wait_s(1200);
    }
    in_doubt(&mut it, 0);
    it.wait_s(60);
    let again = it.settle_to(OWNER);
    assert!(again.len() == 1 && again[0].starts_with("(Maybe twice) "), "{again:?}");
}

#[test]
fn report_settles_a_text_in_doubt() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let (outbox, tpdu) = it.begin().unwrap();
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::Unknown {
            why: "no answer in 60 s".into(),
        },
    });
    let (to, text) = read(&tpdu);
    it.report(
        &Sent {
            to,
            text,
            part: (1, 1),
            outbox,
            reference: 99,
        },
        0x00,
    );
    assert_eq!(state_of_last_to(&it, DAVE), State::Delivered);
    it.wait_s(20 * 60);
    assert!(it.settle().iter().all(|s| !s.text.contains("Not sure")));
}

#[test]
fn text_to_the_owner_in_doubt_is_sent_again_marked() {
    let mut it = Box::new();
    it.text(DAVE, "leak");
    let (outbox, _) = it.begin().unwrap();
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::Unknown {
            why: "no answer in 60 s".into(),
        },
    });
    assert_eq!(it.settle_to(OWNER), [format!("(Maybe twice) NEW 13 {DAVE}: leak")]);
}

#[test]
fn repeats_to_the_owner_end_when_the_modem_never_answers() {
    let mut it = Box::quiet("");
    it.text(DAVE, "leak");
    let mut tries = 0;
    for _ in 0..60 {
        if let Some((outbox, _)) = it.begin() {
            tries += 1;
            it.tell(Input::Submitted {
                outbox,
                outcome: SubmitOutcome::Unknown { why: "mute".into() },
            });
        }
        it.wait_s(600);
    }
    assert!((2..=8).contains(&tries), "{tries}");
}

#[test]
fn failed_report_tells_the_owner_and_teaches_the_landline_for_90_days() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let sent = it.send();
    it.report(&sent[0], 0x43);
    assert_eq!(state_of_last_to(&it, DAVE), State::Failed);
    let told: String = it.settle_to(OWNER).concat();
    assert!(
        told.contains(&format!(
            "Not delivered to 13 {DAVE}: number can't get texts (landline?). Please call {DAVE}"
        )),
        "{told}"
    );
    it.wait_s(120);
    assert_eq!(it.settle_to(OWNER), Vec::<String>::new(), "that tells of the call too");
    it.wait_h(30 * 24);
    it.missed_call(DAVE);
    assert_eq!(
        it.decision(),
        ("skipped".into(), "can't get texts (learnt from a failed one)".into())
    );
    it.wait_h(61 * 24);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn delivered_report_settles_by_recipient_and_reference() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.missed_call(ANNA);
    it.wait_s(3);
    let sent = it.send();
    let wrong = Sent {
        to: ANNA.into(),
        ..sent[0].clone()
    };
    it.report(&wrong, 0x00);
    assert_eq!(
        state_of_last_to(&it, ANNA),
        State::Accepted,
        "Dave's reference is not Anna's"
    );
    it.report(&sent[1], 0x00);
    assert_eq!(state_of_last_to(&it, ANNA), State::Delivered);
    it.report(&sent[0], 0x20);
    assert_eq!(state_of_last_to(&it, DAVE), State::Accepted, "still trying");
}

#[test]
fn governor_spreads_a_rush_over_minutes_and_drops_nothing() {
    let mut it = Box::with("[owner_alerts]\nmissed_calls = false\n");
    for i in 0..25 {
        it.missed_call(&format!("+1512555{:04}", 2000 + i));
    }
    it.wait_s(3);
    assert_eq!(it.send().len(), 10);
    assert!(it.send().is_empty());
    it.wait_s(60);
    assert_eq!(it.send().len(), 10);
    it.wait_s(60);
    assert_eq!(it.send().len(), 5);
}

#[test]
fn when_100_people_were_texted_today_conversations_go_on() {
    let mut it = Box::with("[limits]\npeople_per_day = 2\n[owner_alerts]\nmissed_calls = false\n");
    it.missed_call(DAVE);
    it.missed_call(ANNA);
    it.settle();
    it.missed_call("+15125552000");
    it.text(DAVE, "hi");
    it.settle();
    it.text(OWNER, "13 hello");
    assert_eq!(it.settle_to(DAVE), ["hello"]);
    assert!(it.settle_to("+15125552000").is_empty());
    it.wait_h(24);
    assert_eq!(it.settle_to("+15125552000").len(), 1, "later, not never");
}

#[test]
fn callers_go_before_lines_to_the_owner() {
    let mut it = Box::with("[text_back]\ndelay = \"0s\"\n");
    let key = it.next_key();
    it.missed(key, textback::modem::CallerLine::Withheld, Duration::from_secs(9));
    it.missed_call(DAVE);
    let order: Vec<_> = it.send().into_iter().map(|s| s.to).collect();
    assert_eq!(order, [DAVE, OWNER]);
}

#[test]
fn attempt_that_was_never_made_costs_nothing() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let (outbox, _) = it.begin().unwrap();
    it.tell(Input::Submitted {
        outbox,
        outcome: SubmitOutcome::NotTried {
            why: "a call came in".into(),
        },
    });
    it.wait_s(1);
    assert_eq!(it.send().len(), 1);
}

#[test]
fn modem_that_says_it_was_already_sent_is_believed() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let (outbox, _) = it.begin().unwrap();
    refuse(&mut it, outbox, RetryClass::AlreadySent);
    assert_eq!(state_of_last_to(&it, DAVE), State::Accepted);
    assert!(it.send().is_empty());
}

#[test]
fn sim_that_may_not_send_is_told_once_a_day() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.missed_call(ANNA);
    it.wait_s(3);
    for _ in 0..3 {
        if let Some((outbox, _)) = it.begin() {
            refuse(&mut it, outbox, RetryClass::Account);
        }
    }
    let alerts = it
        .store
        .messages(100)
        .unwrap()
        .into_iter()
        .filter(|m| m.text.contains("would not let this SIM"));
    assert_eq!(alerts.count(), 1);
}

#[test]
fn text_in_flight_when_stop_comes_is_not_tried_again() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(OWNER, "13 on my way");
    let (outbox, _) = it.begin().unwrap();
    it.text(DAVE, "STOP");
    refuse(&mut it, outbox, RetryClass::Transient);
    let to_dave = it.settle_to(DAVE);
    assert_eq!(to_dave.len(), 1, "{to_dave:?}");
    assert!(to_dave[0].contains("opted out"));
}

#[test]
fn refusal_of_an_attempt_nobody_announced_still_ends() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.wait_s(3);
    let mut tries = 0;
    for _ in 0..200 {
        if let Next::Submit(submission) = it.desk.next_submission(&mut it.store, it.now).unwrap() {
            if read(&submission.tpdu).0 == DAVE {
                tries += 1;
            }
            refuse(&mut it, submission.outbox, RetryClass::Transient);
        }
        it.wait_s(600);
    }
    assert!((2..=30).contains(&tries), "{tries}");
    assert_eq!(state_of_last_to(&it, DAVE), State::Failed);
}

#[test]
fn owner_is_told_once_whichever_part_of_a_long_text_fails() {
    let mut it = Box::new();
    it.dave_writes("Hello");
    it.text(OWNER, &format!("13 {}", "We will be there at noon. ".repeat(12)));
    let sent: Vec<Sent> = it.settle().into_iter().filter(|s| s.to == DAVE).collect();
    assert!(sent.len() >= 2);
    it.report(&sent[0], 0x00);
    it.report(&sent[1], 0x46);
    assert_eq!(it.settle_to(OWNER).len(), 1, "told though the first part got there");
    if let Some(third) = sent.get(2) {
        it.report(third, 0x46);
        assert!(it.settle_to(OWNER).is_empty());
    }
}

/// The text-back whose number is `n`, ended like that.
fn text_back_that(it: &mut Box, fails: impl Fn(&mut Box, Sent)) -> String {
    it.missed_call(DAVE);
    it.wait_s(3);
    let sent = it.send_one(None).unwrap();
    let text = sent.text.clone();
    fails(it, sent);
    it.settle();
    text
}

#[test]
fn the_first_text_that_arrives_says_how_to_stop() {
    let mut it = Box::new();
    let lost = |it: &mut Box, sent: Sent| it.report(&sent, 0x46);
    assert!(text_back_that(&mut it, lost).contains("STOP"));
    it.wait_h(25);
    assert!(
        text_back_that(&mut it, |it, sent| it.report(&sent, 0)).contains("STOP"),
        "the first one never arrived"
    );
    it.wait_h(25);
    assert!(
        !text_back_that(&mut it, |it, sent| it.report(&sent, 0)).contains("STOP"),
        "said within 30 days"
    );
}

#[test]
fn a_text_back_is_not_sent_when_what_it_rested_on_has_changed_meanwhile() {
    for (order, why) in [
        ("FRIEND 13", "friend, never texted"),
        ("PAUSE 2h", "paused by the owner"),
        ("13 Ring me back, I am here", "a conversation is under way"),
    ] {
        let mut it = Box::quiet("[text_back]\ndelay = \"1m\"\n");
        it.missed_call(DAVE);
        it.wait_s(10);
        it.text(OWNER, order);
        it.wait_s(60);
        let sent: Vec<_> = it.settle().into_iter().filter(|s| s.to == DAVE).collect();
        assert!(
            !sent.iter().any(|s| s.text.contains("Sorry we missed you")),
            "{why}: {sent:?}"
        );
        let expected = ("skipped".to_owned(), format!("withdrawn before it went: {why}"));
        assert_eq!(it.decision(), expected);
    }
}

#[test]
fn who_writes_before_the_text_back_went_gets_it_all_the_same() {
    let mut it = Box::quiet("[text_back]\ndelay = \"1m\"\n");
    it.missed_call(DAVE);
    it.wait_s(10);
    it.text(DAVE, "Me again: it is urgent");
    it.wait_s(60);
    assert!(
        it.settle_to(DAVE)[0].starts_with("Sorry we missed you"),
        "they learn at once that somebody is there"
    );
}

#[test]
fn who_left_the_team_gets_nothing_of_callers_that_still_waited_for_them() {
    for leaves in [false, true] {
        let mut it = Box::with("[owner_alerts]\nquiet = \"13:00-20:00\"\nnudges = false\n");
        it.confirmed(&format!("CREW ADD {SAM} Sam"));
        it.wait_h(3);
        it.text(DAVE, "My address is 12 Elm Street");
        it.settle();
        if leaves {
            it.confirmed(&format!("CREW REMOVE {SAM}"));
        }
        it.wait_h(8);
        let to_sam = it.settle_to(SAM);
        assert_eq!(to_sam.iter().any(|text| text.contains("12 Elm")), !leaves, "{to_sam:?}");
    }
}
