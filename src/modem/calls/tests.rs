use super::*;
use crate::at::urc::{CallReport, CallSource, CallState, CliValidity, RawNumber};
use crate::modem::Verdict;

const CLIP: &str = "+15551234567";

fn number(digits: &str) -> Option<RawNumber> {
    Some(RawNumber {
        digits: digits.to_string(),
        toa: 145,
    })
}

fn seconds(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn ended(calls: &mut Calls) -> Vec<crate::modem::EndedCall> {
    let mut ended = Vec::new();
    while let Some(event) = calls.poll_event() {
        if let Event::CallEnded(call) = event {
            ended.push(call);
        }
    }
    ended
}

fn row(id: u8, incoming: bool, state: CallState, digits: &str) -> CallReport {
    CallReport {
        source: CallSource::Clcc,
        id,
        incoming,
        state,
        voice: true,
        number: number(digits),
        cause: None,
    }
}

#[test]
fn a_number_in_national_and_international_form_is_one_caller() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number("05551234567"), CliValidity::Valid, start);
    calls.report(&row(1, true, CallState::Incoming, CLIP), start + seconds(1));
    calls.released("no_carrier", None, None, None, None, start + seconds(3));
    let ended = ended(&mut calls);
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].evidence, ["no_carrier"]);
}

#[test]
fn silence_is_learned_from_the_cadence_and_the_list_can_overrule_it() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.set_family(&crate::modem::families::FAMILIES[1], true);
    for n in 0..3 {
        calls.ring(start + seconds(5 * n));
        calls.calling_line(number(CLIP), CliValidity::Valid, start + seconds(5 * n));
    }
    let silent = start + seconds(10 + 8);
    calls.tick(silent);
    assert_eq!(calls.wants(silent), Some(Ask::List));
    calls.asked(Ask::List, silent);
    calls.listed(&[row(1, true, CallState::Incoming, CLIP)], silent);
    assert!(ended(&mut calls).is_empty(), "the list says that it rings");
    let later = silent + seconds(4);
    assert_eq!(calls.wants(later), Some(Ask::List));
    calls.asked(Ask::List, later);
    calls.listed(&[], later);
    assert_eq!(ended(&mut calls)[0].evidence, ["ring_silence", "clcc_empty"]);
}

#[test]
fn a_call_answered_by_hand_is_no_missed_call_and_its_lost_end_is_found() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number(CLIP), CliValidity::Valid, start);
    calls.connected(None, start + seconds(2));
    for n in 0..2u64 {
        let at = start + seconds(40 + n);
        assert_eq!(calls.wants(at), Some(Ask::List));
        calls.asked(Ask::List, at);
        calls.listed(&[], at);
    }
    let ended = ended(&mut calls);
    assert_eq!((ended.len(), ended[0].verdict), (1, Verdict::Answered));
}

#[test]
fn somebody_dialling_out_does_not_answer_the_call_that_rings() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number(CLIP), CliValidity::Valid, start);
    calls.report(&row(2, false, CallState::Dialing, "+15550000000"), start + seconds(1));
    calls.connected(None, start + seconds(2));
    assert!(calls.is_ringing());
}

#[test]
fn a_release_of_one_of_two_is_settled_by_the_list() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.report(&row(1, true, CallState::Incoming, CLIP), start);
    calls.report(&row(2, true, CallState::Waiting, "+15557654321"), start + seconds(1));
    calls.released("no_carrier", None, None, None, None, start + seconds(2));
    assert!(ended(&mut calls).is_empty());
    assert_eq!(calls.wants(start + seconds(2)), Some(Ask::List));
    calls.asked(Ask::List, start + seconds(2));
    calls.listed(&[row(2, true, CallState::Incoming, "+15557654321")], start + seconds(2));
    let ended = ended(&mut calls);
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].evidence, ["no_carrier"]);
    assert!(calls.is_ringing(), "the other one rings on");
}

#[test]
fn more_calls_than_a_line_can_have_stay_bounded() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    for id in 0..100u8 {
        calls.report(
            &row(
                id,
                true,
                CallState::Waiting,
                &format!("+1555{:07}", u32::from(id) * 7919),
            ),
            start,
        );
    }
    assert!(calls.calls.len() <= MAX_CALLS);
    calls.cut_off("port_lost", start);
    assert_eq!(ended(&mut calls).len(), 100);
}

/// The list is asked for at 1 s, the call's end is told before the answer is complete; afterwards the list is empty.
fn over_while_its_list_was_under_way(calls: &mut Calls, start: Instant) -> Vec<crate::modem::EndedCall> {
    calls.asked(Ask::List, start + seconds(1));
    calls.released("no_carrier", None, None, None, None, start + seconds(1));
    let mut at = start + seconds(1) + Duration::from_millis(20);
    calls.listed(&[row(1, true, CallState::Incoming, CLIP)], at);
    let mut all = ended(calls);
    for _ in 0..300 {
        at += Duration::from_millis(100);
        calls.tick(at);
        if calls.wants(at) == Some(Ask::List) {
            calls.asked(Ask::List, at);
            calls.listed(&[], at);
        }
        all.extend(ended(calls));
    }
    all
}

#[test]
fn a_list_that_was_asked_for_before_the_end_makes_no_second_call_of_it() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number(CLIP), CliValidity::Valid, start);
    let ended = over_while_its_list_was_under_way(&mut calls, start);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].evidence, ["no_carrier"]);
}

#[test]
fn a_list_that_was_asked_for_before_the_end_still_says_who_it_was() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    let ended = over_while_its_list_was_under_way(&mut calls, start);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert!(
        matches!(&ended[0].caller, CallerLine::Number { digits, .. } if digits == CLIP),
        "{ended:?}"
    );
}

#[test]
fn the_next_list_makes_a_call_of_a_caller_who_rings_anew_while_the_list_before_was_under_way() {
    let start = Instant::now();
    let again = [row(1, true, CallState::Incoming, CLIP)];
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number(CLIP), CliValidity::Valid, start);
    calls.asked(Ask::List, start + seconds(1));
    calls.released("no_carrier", None, None, None, None, start + seconds(1));
    calls.listed(&again, start + seconds(1));
    assert_eq!(ended(&mut calls).len(), 1);
    let next = calls.deadline(start + seconds(1)).expect("it asks again");
    assert_eq!(calls.wants(next), Some(Ask::List));
    calls.asked(Ask::List, next);
    calls.listed(&again, next);
    assert!(calls.is_ringing());
}

/// The waiting caller is first in line now, and the row is about the one before.
#[test]
fn a_row_about_a_call_that_is_over_ends_no_other_one() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(number(CLIP), CliValidity::Valid, start);
    calls.call_waiting(number("+15557654321"), CliValidity::Valid, start);
    calls.asked(Ask::List, start + seconds(1));
    calls.released("no_carrier", None, number(CLIP), None, None, start + seconds(1));
    assert_eq!(ended(&mut calls).len(), 1);
    let rows = [
        row(1, true, CallState::Incoming, CLIP),
        row(2, true, CallState::Waiting, "+15557654321"),
    ];
    calls.listed(&rows, start + seconds(1));
    assert!(ended(&mut calls).is_empty());
    assert!(calls.is_ringing());
}

/// The line that says who it was is lost, and the modem needs longer for its list than the call is kept open without one.
#[test]
fn a_list_that_comes_long_after_the_end_still_says_who_it_was() {
    for took in [0, 200, 400, 2_000, 9_900] {
        let start = Instant::now();
        let mut calls = Calls::new(None);
        calls.ring(start);
        let asked = start + CLIP_WAIT;
        assert_eq!(calls.wants(asked), Some(Ask::List));
        calls.asked(Ask::List, asked);
        calls.released("no_carrier", None, None, None, None, asked + Duration::from_millis(50));
        let mut all = Vec::new();
        for ms in 51..=took {
            calls.tick(asked + Duration::from_millis(ms));
        }
        let answered = asked + Duration::from_millis(took.max(50));
        calls.listed(&[row(1, true, CallState::Incoming, CLIP)], answered);
        for ms in 0..5_000 {
            let at = answered + Duration::from_millis(ms);
            calls.tick(at);
            if calls.wants(at) == Some(Ask::List) {
                calls.asked(Ask::List, at);
                calls.listed(&[], at);
            }
        }
        all.extend(ended(&mut calls));
        assert_eq!(all.len(), 1, "{took} ms: {all:?}");
        assert!(
            matches!(&all[0].caller, CallerLine::Number { digits, .. } if digits == CLIP),
            "{took} ms: {all:?}"
        );
    }
}

/// Whoever had no number is not who the row is about.
#[test]
fn a_caller_listed_after_one_without_a_number_is_a_call_at_once() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.calling_line(None, CliValidity::Withheld, start);
    calls.asked(Ask::List, start + seconds(1));
    calls.released("no_carrier", None, None, None, None, start + seconds(1));
    assert_eq!(ended(&mut calls).len(), 1);
    calls.ring(start + seconds(2));
    calls.listed(&[row(1, true, CallState::Incoming, CLIP)], start + seconds(3));
    // Gone before the next list.
    calls.released("no_carrier", None, None, None, None, start + seconds(3));
    let ended = ended(&mut calls);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert!(
        matches!(&ended[0].caller, CallerLine::Number { digits, .. } if digits == CLIP),
        "{ended:?}"
    );
}

/// Its number for the call before is the next call's already, and the answer is older than both.
#[test]
fn a_row_about_a_call_that_is_over_ends_no_call_that_has_its_id() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.report(&row(1, true, CallState::Incoming, CLIP), start);
    calls.asked(Ask::List, start + seconds(1));
    calls.report(&row(1, true, CallState::Released, CLIP), start + seconds(1));
    assert_eq!(ended(&mut calls).len(), 1);
    calls.report(&row(1, true, CallState::Incoming, "+15557654321"), start + seconds(1));
    calls.listed(&[row(1, true, CallState::Incoming, CLIP)], start + seconds(1));
    assert!(ended(&mut calls).is_empty());
    assert!(calls.is_ringing());
}

/// Whoever calls while the list of the caller before is awaited is nobody but himself.
#[test]
fn a_caller_without_a_number_whose_list_is_late_does_not_get_the_next_ones() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.ring(start);
    calls.asked(Ask::List, start + CLIP_WAIT);
    calls.released("no_carrier", None, None, None, None, start + CLIP_WAIT);
    let next = start + seconds(3);
    calls.tick(next);
    calls.calling_line(number("+15557654321"), CliValidity::Valid, next);
    assert!(ended(&mut calls).is_empty());
    assert!(calls.is_ringing());
    calls.listed(&[row(1, true, CallState::Incoming, CLIP)], next);
    let ended = ended(&mut calls);
    assert_eq!(ended.len(), 1);
    assert!(
        matches!(&ended[0].caller, CallerLine::Number { digits, .. } if digits == CLIP),
        "{ended:?}"
    );
    assert!(calls.is_ringing(), "the other one rings on");
}

/// No +CCWA told of it (it is off, or comes in a talk only): the end names who waited.
#[test]
fn a_caller_who_waited_unseen_and_gave_up_is_a_missed_call() {
    let start = Instant::now();
    let mut calls = Calls::new(None);
    calls.report(&row(1, true, CallState::Incoming, CLIP), start);
    let over = row(2, true, CallState::Released, "+15557654321");
    for _twice in 0..2 {
        calls.report(&over, start + seconds(2));
    }
    let ended = ended(&mut calls);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].verdict, Verdict::Missed);
    assert!(matches!(&ended[0].caller, CallerLine::Number { digits, .. } if digits == "+15557654321"));
    assert!(calls.is_ringing(), "the first one rings on");
}

/// The end of a talk that began before anybody listened is no missed call.
#[test]
fn an_end_of_which_nothing_else_is_known_is_none() {
    let mut calls = Calls::new(None);
    calls.report(&row(1, true, CallState::Released, CLIP), Instant::now());
    assert!(ended(&mut calls).is_empty());
}
