//! What is durable the moment it is recorded, and what may wait for the next sync because a start would come to it again.

use super::box_under_test::*;
use std::time::Duration;
use textback::desk::Input;
use textback::ids::{CallKey, MessageReference, OutboxId};
use textback::modem::{CallerLine, EndedCall, RetryClass, SubmitOutcome, Verdict};

/// Tells it, and whether all is durable then.
fn durable(it: &mut Box, input: Input) -> bool {
    it.tell(input);
    it.store.is_settled()
}

fn ended(call: CallKey, caller: CallerLine, verdict: Verdict) -> Input {
    Input::CallEnded(EndedCall {
        call,
        caller,
        rings: 4,
        ringing: Duration::from_secs(18),
        verdict,
        evidence: vec!["no_carrier"],
        cause: None,
    })
}

/// Rings, as the network says who it is.
fn ring(it: &mut Box, caller: &CallerLine) -> CallKey {
    let call = it.next_key();
    let caller = caller.clone();
    assert!(durable(it, Input::CallIdentified { call, caller }), "a ring");
    call
}

fn submitted(outbox: OutboxId, outcome: SubmitOutcome) -> Input {
    Input::Submitted { outbox, outcome }
}

fn accepted(outbox: OutboxId) -> Input {
    submitted(outbox, SubmitOutcome::Accepted(MessageReference(9)))
}

#[test]
fn a_handled_call_is_synced_where_something_follows_that_cannot_be_undone() {
    let mut it = Box::quiet("");
    let call = ring(&mut it, &number(DAVE));
    let missed = ended(call, number(DAVE), Verdict::Missed);
    assert!(!durable(&mut it, missed), "the ring on record leads to the same text");
    it.jump_to(it.now.steady.plus(Duration::from_secs(3)));
    let (outbox, _) = it.begin().unwrap();
    assert!(it.store.is_settled(), "the PDU leaves");
    assert!(!durable(&mut it, accepted(outbox)), "its report settles it too");
    let sent = Sent {
        to: DAVE.to_owned(),
        text: String::new(),
        part: (1, 1),
        outbox,
        reference: 9,
    };
    it.report(&sent, 0);
    assert!(it.store.is_settled(), "the report is emptied from its slot");
    it.jump_to(it.now.steady.plus(Duration::from_secs(90)));
    assert!(!durable(&mut it, Input::Due), "the owner's line comes of a timer");
    let (outbox, _) = it.begin().unwrap();
    assert!(it.store.is_settled(), "the owner's line leaves");
    assert!(!durable(&mut it, accepted(outbox)));
}

#[test]
fn what_the_record_of_a_ring_does_not_tell_is_durable_at_once() {
    let mut it = Box::quiet("");
    let call = ring(&mut it, &number(DAVE));
    let answered = ended(call, number(DAVE), Verdict::Answered);
    assert!(durable(&mut it, answered), "a start would take it for missed");
    let call = ring(&mut it, &CallerLine::Unavailable);
    let identified = ended(call, number(ANNA), Verdict::Missed);
    assert!(durable(&mut it, identified), "the ring did not say who it was");
    let call = it.next_key();
    let unheard = ended(call, number(SAM), Verdict::Missed);
    assert!(durable(&mut it, unheard), "nobody had heard it ring");
}

#[test]
fn a_text_that_did_not_go_is_on_record_as_such_at_once() {
    for class in [RetryClass::Transient, RetryClass::Permanent, RetryClass::Modem] {
        let mut it = Box::quiet("");
        it.missed_call(DAVE);
        it.jump_to(it.now.steady.plus(Duration::from_secs(3)));
        let (outbox, _) = it.begin().unwrap();
        let error = "+CMS ERROR: 42".to_owned();
        let refused = submitted(outbox, SubmitOutcome::Refused { error, class });
        assert!(durable(&mut it, refused), "a start would put it in doubt: {class:?}");
    }
}

#[test]
fn a_text_that_came_in_is_durable_before_its_slot_is_emptied() {
    let mut it = Box::quiet("");
    let call = ring(&mut it, &number(DAVE));
    assert!(!durable(&mut it, ended(call, number(DAVE), Verdict::Missed)));
    assert_eq!(it.text(DAVE, "My heater leaks").len(), 1);
    assert!(it.store.is_settled());
}
