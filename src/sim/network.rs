//! The network: service centre and calls, between the modem's SIM and the phones.

use super::agenda::Latency;
use super::calendar::Calendar;
use super::event::{Event, What};
use super::number::Number;
use super::phone::{Caller, Phone};
use super::prng::Prng;
use super::tpdu::{self, Submit};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Phones the network knows; texts to more are lost and reported so.
const MAX_PHONES: usize = 10_000;
/// TPDUs waiting for the modem.
const MAX_FOR_SIM: usize = 10_000;
/// Messages waiting for phones that are off.
const MAX_HELD: usize = 1000;
/// Events nobody has fetched; the oldest go first.
const MAX_EVENTS: usize = 10_000;
/// The service centre tries again after this if the modem did not take a message.
const RETRY: Duration = Duration::from_secs(30);
/// A caller who was answered talks this long.
const TALK: Duration = Duration::from_secs(10);
/// A phone we dialled rings this long; nobody answers.
const OUTGOING_RINGS: Duration = Duration::from_secs(20);
/// TS 24.008 §10.5.4.11: normal call clearing.
const NORMAL_CLEARING: u8 = 16;
/// No user responding.
const NO_ANSWER: u8 = 18;
/// TP-ST: received by the SME (TS 23.040 §9.2.3.15).
const DELIVERED: u8 = 0x00;
/// TP-ST: permanent error, incompatible destination.
const INCOMPATIBLE: u8 = 0x41;

/// A call as the network counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallRef(u64);

impl CallRef {
    /// The one call the modem itself may have dialled.
    pub(super) const DIALLED: CallRef = CallRef(0);
}

/// What the network tells the modem.
#[derive(Debug)]
pub(super) enum Indication {
    Incoming(CallRef, Caller),
    Released(CallRef, u8),
    SubmitResult(Result<u8, u16>),
}

#[derive(Debug)]
enum Due {
    HangUp(CallRef),
    SubmitResult(u8),
    Arrive(Box<Submit>, [u8; 7]),
    ForSim(Vec<u8>),
    RetrySim,
}

#[derive(Debug)]
struct LiveCall {
    id: CallRef,
    caller: Caller,
}

/// The network. It is driven through [`super::World`].
#[derive(Debug)]
pub struct Network {
    pub(super) calendar: Calendar,
    pub(super) latency: Latency,
    sim: Number,
    phones: BTreeMap<Number, Phone>,
    calls: Vec<LiveCall>,
    for_sim: VecDeque<Vec<u8>>,
    blocked: bool,
    held: Vec<(Submit, [u8; 7])>,
    events: VecDeque<Event>,
    indications: VecDeque<Indication>,
    agenda: BTreeMap<(Instant, u64), Due>,
    serial: u64,
    next_call: u64,
    concat_reference: u8,
    now: Instant,
    prng: Prng,
}

impl Network {
    pub(super) fn new(seed: u64, at: Instant, sim: Number) -> Self {
        Network {
            calendar: Calendar::new(at),
            latency: Latency::default(),
            sim,
            phones: BTreeMap::new(),
            calls: vec![],
            for_sim: VecDeque::new(),
            blocked: false,
            held: vec![],
            events: VecDeque::new(),
            indications: VecDeque::new(),
            agenda: BTreeMap::new(),
            serial: 0,
            next_call: 1,
            concat_reference: 0,
            now: at,
            prng: Prng::new(seed),
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.agenda.first_key_value().map(|(&(due, _), _)| due)
    }

    pub(super) fn tick(&mut self, at: Instant) {
        while let Some((&(due, serial), _)) = self.agenda.first_key_value() {
            if due > at {
                break;
            }
            self.now = due.max(self.now);
            match self.agenda.remove(&(due, serial)) {
                Some(Due::HangUp(call)) => self.caller_ends(call),
                Some(Due::SubmitResult(reference)) => {
                    self.indications.push_back(Indication::SubmitResult(Ok(reference)))
                }
                Some(Due::Arrive(submit, stamp)) => self.arrive(*submit, stamp),
                Some(Due::ForSim(tpdu)) => self.queue_for_sim(tpdu),
                Some(Due::RetrySim) => self.blocked = false,
                None => {}
            }
        }
        self.now = at.max(self.now);
    }

    fn later(&mut self, after: Duration, what: Due) {
        self.serial += 1;
        self.agenda.insert((self.now + after, self.serial), what);
    }

    pub(super) fn tell(&mut self, what: What) {
        if self.events.len() >= MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(Event {
            at: self.calendar.passed(self.now),
            what,
        });
    }

    pub(super) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(super) fn poll_indication(&mut self) -> Option<Indication> {
        self.indications.pop_front()
    }

    // --- calls ---

    /// Somebody calls the SIM and gives up after `rings_for`.
    pub(super) fn call(&mut self, caller: Caller, rings_for: Duration) -> CallRef {
        let id = CallRef(self.next_call);
        self.next_call += 1;
        self.tell(What::Calling { caller: caller.clone() });
        self.calls.push(LiveCall {
            id,
            caller: caller.clone(),
        });
        self.indications.push_back(Indication::Incoming(id, caller));
        self.later(rings_for, Due::HangUp(id));
        id
    }

    /// The modem was busy or away.
    pub(super) fn not_reached(&mut self, id: CallRef) {
        if let Some(call) = self.take_call(id) {
            self.tell(What::NotReached { caller: call.caller });
        }
    }

    /// The oldest caller hangs up now.
    pub(super) fn hang_up(&mut self) -> bool {
        let Some(id) = self.calls.first().map(|c| c.id) else {
            return false;
        };
        self.caller_ends(id);
        true
    }

    fn caller_ends(&mut self, id: CallRef) {
        if let Some(call) = self.take_call(id) {
            let (cause, by_caller) = if id == CallRef::DIALLED {
                (NO_ANSWER, false)
            } else {
                (NORMAL_CLEARING, true)
            };
            self.tell(What::CallEnded {
                caller: call.caller,
                by_caller,
            });
            self.indications.push_back(Indication::Released(id, cause));
        }
    }

    fn take_call(&mut self, id: CallRef) -> Option<LiveCall> {
        let place = self.calls.iter().position(|c| c.id == id)?;
        self.agenda
            .retain(|_, due| !matches!(due, Due::HangUp(call) if *call == id));
        Some(self.calls.remove(place))
    }

    pub(super) fn answered(&mut self, id: CallRef) {
        let Some(caller) = self.calls.iter().find(|c| c.id == id).map(|c| c.caller.clone()) else {
            return;
        };
        self.tell(What::Answered { caller });
        self.agenda
            .retain(|_, due| !matches!(due, Due::HangUp(call) if *call == id));
        self.later(TALK, Due::HangUp(id));
    }

    pub(super) fn ended_by_modem(&mut self, id: CallRef) {
        if let Some(call) = self.take_call(id) {
            self.tell(What::CallEnded {
                caller: call.caller,
                by_caller: false,
            });
        }
    }

    pub(super) fn dialled(&mut self, to: Number) {
        self.calls.push(LiveCall {
            id: CallRef::DIALLED,
            caller: Caller::Known(to),
        });
        self.later(OUTGOING_RINGS, Due::HangUp(CallRef::DIALLED));
    }

    // --- texts towards the SIM ---

    /// A phone texts the SIM; the parts arrive one after another.
    pub(super) fn text(&mut self, from: &Number, text: &str) {
        self.tell(What::TextSent {
            from: from.clone(),
            text: text.to_owned(),
        });
        self.concat_reference = self.concat_reference.wrapping_add(1);
        for (place, part) in (1u32..).zip(tpdu::segments(text, self.concat_reference)) {
            let after = self.latency.deliver * place;
            let stamp = self.calendar.stamp(self.now);
            self.later(after, Due::ForSim(tpdu::deliver(from, stamp, &part)));
        }
    }

    /// Any TPDU for the SIM, after the usual time: hostile, cut short, out of order, whatever a test wants.
    pub(super) fn raw(&mut self, tpdu: Vec<u8>) {
        let after = self.latency.deliver;
        self.later(after, Due::ForSim(tpdu));
    }

    fn queue_for_sim(&mut self, tpdu: Vec<u8>) {
        if self.for_sim.len() < MAX_FOR_SIM {
            self.for_sim.push_back(tpdu);
        }
    }

    /// Messages the modem has not taken yet.
    pub(super) fn waiting_for_sim(&self) -> usize {
        self.for_sim.len()
    }

    /// The next message the modem should be offered.
    pub(super) fn next_for_sim(&self) -> Option<&Vec<u8>> {
        if self.blocked { None } else { self.for_sim.front() }
    }

    pub(super) fn taken(&mut self) {
        let Some(tpdu) = self.for_sim.pop_front() else { return };
        if tpdu.first().is_some_and(|first| first & 3 == 2) {
            if let Ok(tpdu::Received::Report { to, status, .. }) = tpdu::Received::read(&tpdu) {
                self.tell(What::Reported { to, status });
            }
        } else {
            self.tell(What::TakenByModem { tpdu });
        }
    }

    /// The modem did not take it: later again, or when it says that it is ready.
    pub(super) fn refused(&mut self) {
        self.blocked = true;
        self.agenda.retain(|_, due| !matches!(due, Due::RetrySim));
        self.later(RETRY, Due::RetrySim);
    }

    /// The modem took it, and hands it back: it is offered again, before the others.
    pub(super) fn not_taken(&mut self, tpdu: Vec<u8>) {
        self.for_sim.push_front(tpdu);
        self.refused();
    }

    pub(super) fn modem_ready(&mut self) {
        self.blocked = false;
    }

    // --- texts from the SIM ---

    pub(super) fn submit(&mut self, tpdu: &[u8]) {
        let Ok(submit) = Submit::read(tpdu) else {
            return self.indications.push_back(Indication::SubmitResult(Err(304)));
        };
        if let Some(code) = self.phones.get(&submit.destination).and_then(|phone| phone.refused) {
            return self.indications.push_back(Indication::SubmitResult(Err(code)));
        }
        self.tell(What::Submitted {
            to: submit.destination.clone(),
            text: submit.user_data.text(),
        });
        let after = self.prng.jitter(self.latency.submit);
        self.later(after, Due::SubmitResult(submit.reference));
        let stamp = self.calendar.stamp(self.now + after);
        let arrival = after + self.prng.jitter(self.latency.deliver);
        self.later(arrival, Due::Arrive(Box::new(submit), stamp));
    }

    fn arrive(&mut self, submit: Submit, stamp: [u8; 7]) {
        let to = submit.destination.clone();
        if to == self.sim {
            let looped = tpdu::deliver(&self.sim.clone(), stamp, &submit.user_data);
            self.queue_for_sim(looped);
            return self.report(&submit, stamp, DELIVERED);
        }
        let (from, at) = (self.sim.clone(), self.calendar.passed(self.now));
        let Some(phone) = self.phone_mut(&to) else {
            return self.report(&submit, stamp, INCOMPATIBLE);
        };
        if phone.landline {
            return self.report(&submit, stamp, INCOMPATIBLE);
        }
        if phone.off {
            if self.held.len() < MAX_HELD {
                self.held.push((submit, stamp));
            }
            return;
        }
        if let Some(text) = phone.receive(&from, submit.user_data.clone(), at) {
            self.tell(What::TextArrived { phone: to, text });
        }
        self.report(&submit, stamp, DELIVERED);
    }

    fn report(&mut self, submit: &Submit, stamp: [u8; 7], status: u8) {
        if submit.wants_report() {
            let report = submit.report(submit.reference, stamp, self.calendar.stamp(self.now), status);
            let after = self.prng.jitter(self.latency.deliver);
            self.later(after, Due::ForSim(report));
        }
    }

    /// The phone with that number; it comes into being when first asked for.
    pub(super) fn phone_mut(&mut self, number: &Number) -> Option<&mut Phone> {
        if self.phones.len() >= MAX_PHONES && !self.phones.contains_key(number) {
            return None;
        }
        Some(
            self.phones
                .entry(number.clone())
                .or_insert_with(|| Phone::new(number.clone())),
        )
    }

    pub(super) fn phone(&self, number: &Number) -> Option<&Phone> {
        self.phones.get(number)
    }

    /// Switches a phone on or off; what waited for it arrives.
    pub(super) fn set_off(&mut self, number: &Number, off: bool) {
        if let Some(phone) = self.phone_mut(number) {
            phone.off = off;
        }
        if !off {
            let waiting: Vec<_> = self
                .held
                .extract_if(.., |(submit, _)| submit.destination == *number)
                .collect();
            for (submit, stamp) in waiting {
                self.arrive(submit, stamp);
            }
        }
    }
}
