//! The whole simulated world: one modem, one network, as many phones as one likes. No I/O; time comes with every call.

use super::agenda::{Latency, Request};
use super::event::{Event, What};
use super::fault::Fault;
use super::modem::Modem;
use super::network::{CallRef, Indication, Network};
use super::number::Number;
use super::phone::{Caller, Phone};
use super::profiles::Family;
use std::time::{Duration, Instant};

/// The number of the SIM in the simulated modem.
const SIM_NUMBER: &str = "+15125550199";
/// The service centre's.
const SERVICE_CENTRE: &str = "+15125559999";

/// Modem and network together. Give bytes and time, then fetch bytes and events until there are none.
#[derive(Debug)]
pub struct World {
    modem: Modem,
    network: Network,
}

impl World {
    /// A running, registered modem of that family; equal seeds give equal worlds.
    #[must_use]
    pub fn new(family: Family, seed: u64, at: Instant) -> Self {
        let sim = Number::new(SIM_NUMBER);
        let modem = Modem::new(family, seed, at, sim.clone(), Number::new(SERVICE_CENTRE));
        World {
            modem,
            network: Network::new(seed.wrapping_add(1), at, sim),
        }
    }

    /// How long answers, submissions and deliveries take.
    pub fn set_latency(&mut self, latency: Latency) {
        self.modem.latency = latency;
        self.network.latency = latency;
    }

    /// Sets what the network's clock shows: UTC seconds since 1970 at `at`.
    pub fn set_utc(&mut self, at: Instant, utc_s: i64) {
        self.modem.calendar.set(at, utc_s);
        self.network.calendar.set(at, utc_s);
    }

    /// The SIM's own number.
    #[must_use]
    pub fn own_number(&self) -> &Number {
        &self.modem.own_number
    }

    /// Bytes from the client to the modem, split anywhere.
    pub fn handle_bytes(&mut self, bytes: &[u8], at: Instant) {
        self.tick(at);
        self.modem.handle_bytes(bytes, at);
        self.settle(at);
    }

    /// Lets time pass up to `at`; everything due on the way happens in its order.
    pub fn tick(&mut self, at: Instant) {
        while let Some(due) = self.deadline().filter(|due| *due <= at) {
            self.modem.tick(due);
            self.network.tick(due);
            self.settle(due);
        }
        self.modem.tick(at);
        self.network.tick(at);
        self.settle(at);
    }

    /// When [`World::tick`] must be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.modem.deadline().into_iter().chain(self.network.deadline()).min()
    }

    /// Bytes from the modem to the client.
    pub fn poll_bytes(&mut self) -> Option<Vec<u8>> {
        self.modem.poll_bytes()
    }

    /// What the modem said that the line has spoilt since this was asked last, as it was said: a checker that knows what was touched
    /// need excuse no more than that.
    pub fn poll_spoilt(&mut self) -> Option<Vec<u8>> {
        self.modem.wire.poll_spoilt()
    }

    /// What happened in the world.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.network.poll_event()
    }

    /// Somebody calls and gives up after `rings_for`, or is sent on elsewhere before, unless answered, rejected or hung up before.
    pub fn call(&mut self, caller: Caller, rings_for: Duration, at: Instant) -> CallRef {
        self.tick(at);
        let sent_on = self.modem.diverts.reply_within().unwrap_or(rings_for);
        let call = self.network.call(caller, rings_for.min(sent_on));
        self.settle(at);
        call
    }

    /// The caller who waits longest hangs up. False if there is none.
    pub fn hang_up(&mut self, at: Instant) -> bool {
        self.tick(at);
        let any = self.network.hang_up();
        self.settle(at);
        any
    }

    /// A phone texts the SIM, in as many parts as it takes.
    pub fn text(&mut self, from: &Number, text: &str, at: Instant) {
        self.tick(at);
        self.network.text(from, text);
        self.settle(at);
    }

    /// Any TPDU towards the SIM, well formed or not.
    pub fn deliver_raw(&mut self, tpdu: Vec<u8>, at: Instant) {
        self.tick(at);
        self.network.raw(tpdu);
        self.settle(at);
    }

    /// What a phone has received; `None` if nobody ever reached it.
    #[must_use]
    pub fn phone(&self, number: &Number) -> Option<&Phone> {
        self.network.phone(number)
    }

    /// Whether every message memory of the modem is empty of received messages.
    #[must_use]
    pub fn holds_no_messages(&self) -> bool {
        self.modem.memories.used() == 0
    }

    /// The TPDUs that lie in the modem's memories.
    pub fn held_tpdus(&mut self) -> Vec<Vec<u8>> {
        self.modem.memories.tpdus()
    }

    /// Messages that the network still keeps for the SIM.
    #[must_use]
    pub fn waiting_for_sim(&self) -> usize {
        self.network.waiting_for_sim()
    }

    /// From now on that number is a landline: texts to it fail, by report.
    pub fn set_landline(&mut self, number: &Number) {
        if let Some(phone) = self.network.phone_mut(number) {
            phone.landline = true;
        }
    }

    /// From now on the service centre refuses texts to that number with this code.
    pub fn set_refused(&mut self, number: &Number, code: u16) {
        if let Some(phone) = self.network.phone_mut(number) {
            phone.refused = Some(code);
        }
    }

    /// Switches a phone off or on.
    pub fn set_off(&mut self, number: &Number, off: bool, at: Instant) {
        self.tick(at);
        self.network.set_off(number, off);
        self.settle(at);
    }

    /// Breaks something; see [`Fault`].
    pub fn inject(&mut self, fault: Fault, at: Instant) {
        self.tick(at);
        self.modem.inject(fault, at);
        self.settle(at);
    }

    /// The modem starts anew, as after power or re-enumeration.
    pub fn restart(&mut self, at: Instant) {
        self.inject(Fault::Reset, at);
    }

    /// Carries requests and indications to and fro until neither side has any.
    fn settle(&mut self, at: Instant) {
        loop {
            if let Some(request) = self.modem.requests.pop_front() {
                self.carry_out(request);
            } else if let Some(indication) = self.network.poll_indication() {
                match indication {
                    Indication::Incoming(call, caller) => {
                        if !self.modem.incoming(call, caller, at) {
                            self.network.not_reached(call);
                        }
                    }
                    Indication::Released(call, cause) => self.modem.released(call, cause, at),
                    Indication::SubmitResult(result) => self.modem.submitted(result, at),
                }
            } else if let Some(tpdu) = self.network.next_for_sim() {
                if self.modem.deliver(tpdu, at) {
                    self.network.taken()
                } else {
                    self.network.refused()
                }
            } else {
                return;
            }
        }
    }

    fn carry_out(&mut self, request: Request) {
        match request {
            Request::Submit(tpdu) => self.network.submit(&tpdu),
            Request::Dial(number) => self.network.dialled(number),
            Request::Answer(call) => self.network.answered(call),
            Request::HangUp(call) => self.network.ended_by_modem(call),
            Request::Ready => self.network.modem_ready(),
            Request::NotTaken(tpdu) => self.network.not_taken(tpdu),
            Request::PortGone => self.network.tell(What::PortGone),
            Request::PortBack => self.network.tell(What::PortBack),
        }
    }
}
