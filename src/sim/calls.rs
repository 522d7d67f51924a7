//! Calls as the modem sees them, and what each family says while one rings and when it is over (`modem-facts.md` §2.2).

use super::agenda::{Due, Request};
use super::kept_settings::Indicator;
use super::modem::Modem;
use super::network::CallRef;
use super::phone::Caller;
use super::profiles::{Clip, Release};
use std::time::Instant;

/// TS 24.008 §10.5.4.11: normal, unspecified.
const UNSPECIFIED: u8 = 31;

/// `<stat>` of `+CLCC`, TS 27.007 §7.18.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Dialing,
    Incoming,
    Waiting,
}

impl State {
    pub(super) fn code(self) -> u8 {
        match self {
            State::Active => 0,
            State::Dialing => 2,
            State::Incoming => 4,
            State::Waiting => 5,
        }
    }
}

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub id: u8,
    pub network: CallRef,
    /// False: we dialled it.
    pub incoming: bool,
    pub state: State,
    pub caller: Caller,
    pub rings: u32,
    pub connected: Option<Instant>,
}

/// Who ended it, with the cause of TS 24.008 §10.5.4.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    FarEnd(u8),
    Us,
}

impl Call {
    /// `"number",type` for the lines of call lists.
    pub(super) fn number_and_type(&self) -> String {
        match &self.caller {
            Caller::Known(number) => format!("\"{number}\",{}", number.type_of_address()),
            Caller::Withheld | Caller::NotAvailable => "\"\",128".to_owned(),
        }
    }

    /// `+CLCC: <id>,<dir>,<stat>,<mode>,<mpty>,<number>,<type>`
    pub(super) fn row(&self, stat: u8) -> String {
        format!(
            "+CLCC: {},{},{stat},0,0,{}",
            self.id,
            u8::from(self.incoming),
            self.number_and_type()
        )
    }

    pub(super) fn seconds(&self, now: Instant) -> u64 {
        self.connected
            .map_or(0, |since| now.saturating_duration_since(since).as_secs())
    }

    fn clip(&self, style: Clip) -> String {
        let validity = match &self.caller {
            Caller::Known(number) => {
                let (text, kind) = (number.as_str(), number.type_of_address());
                return match style {
                    Clip::Full | Clip::Tight | Clip::Unquoted => format!("+CLIP: \"{text}\",{kind},,,,0"),
                    Clip::Quoted => format!("+CLIP: \"{text}\",{kind},\"\",0,\"\",0"),
                    Clip::Short => format!("+CLIP: \"{text}\",{kind}"),
                };
            }
            Caller::Withheld => 1,
            Caller::NotAvailable => 2,
        };
        match style {
            Clip::Full => format!("+CLIP: \"\",128,,,,{validity}"),
            Clip::Tight => format!("+CLIP:\"\",128,,,,{validity}"),
            Clip::Unquoted => format!("+CLIP:,129,,,,{validity}"),
            Clip::Quoted => format!("+CLIP: \"\",128,\"\",0,\"\",{validity}"),
            Clip::Short => "+CLIP: \"\",128".to_owned(),
        }
    }
}

impl Modem {
    /// The network offers a call. False if it must be told busy.
    pub(super) fn incoming(&mut self, network: CallRef, caller: Caller, at: Instant) -> bool {
        self.tick(at);
        if !self.is_reachable() || matches!(self.stat, 6 | 7) || self.diverts.take_every_call() {
            return false;
        }
        let waiting = !self.calls.is_empty();
        if waiting && (!self.call_waiting.1 || self.calls.len() > 1) {
            return false;
        }
        let state = if waiting { State::Waiting } else { State::Incoming };
        let call = Call {
            id: self.free_call_id(),
            network,
            incoming: true,
            state,
            caller,
            rings: 0,
            connected: None,
        };
        self.calls.push(call.clone());
        if waiting {
            self.call_list_line(&call, state.code());
            if self.call_waiting.0 == 1 {
                let line = format!("+CCWA: {},1", call.number_and_type());
                self.say_unsolicited(&line);
            }
        } else {
            self.start_ringing(&call);
        }
        true
    }

    pub(super) fn free_call_id(&self) -> u8 {
        (1..=u8::MAX)
            .find(|id| self.calls.iter().all(|c| c.id != *id))
            .unwrap_or(u8::MAX)
    }

    /// One cadence: RING or +CRING, then +CLIP (TS 27.007 §6.11, §7.6).
    pub(super) fn ring(&mut self, network: CallRef) {
        let Some(call) = self
            .calls
            .iter_mut()
            .find(|c| c.network == network && c.state == State::Incoming)
        else {
            return;
        };
        call.rings += 1;
        let call = call.clone();
        // A u-blox that reports calls by +UCALLSTAT was seen to ring by nothing else.
        let quiet = self.profile.release == Release::CallStat && self.parameters.is_on("+UCALLSTAT");
        if !quiet {
            let ring = if self.parameters.is_on("+CRC") {
                "+CRING: VOICE"
            } else {
                "RING"
            };
            let identified = self.parameters.is_on("+CLIP") && !std::mem::take(&mut self.faults.no_clip);
            let clip = if identified {
                Some(call.clip(self.profile.clip))
            } else {
                None
            };
            let lines = [Some(ring), clip.as_deref()];
            let order = if self.faults.clip_first { [1, 0] } else { [0, 1] };
            for line in order.into_iter().filter_map(|place: usize| lines[place]) {
                self.say_unsolicited(line);
            }
        }
        let answer_after = self.registers.get(&0).copied().unwrap_or(0);
        if answer_after > 0 && call.rings >= answer_after {
            self.answer();
            return;
        }
        self.later(self.profile.cadence, Due::Ring(network));
    }

    /// Takes the ringing call, if there is one.
    pub(super) fn answer(&mut self) -> bool {
        let now = self.now;
        let Some(call) = self.calls.iter_mut().find(|c| c.state == State::Incoming) else {
            return false;
        };
        call.state = State::Active;
        call.connected = Some(now);
        let call = call.clone();
        self.indicate(Indicator::Call, 1);
        self.requests.push_back(Request::Answer(call.network));
        match self.profile.release {
            Release::MissedCall | Release::CallListThenNoCarrier => {
                self.call_list_line(&call, 0);
                if self.profile.release == Release::MissedCall || self.family == super::Family::A7670 {
                    self.say_unsolicited("VOICE CALL: BEGIN");
                }
            }
            Release::CcInfo => self.ccinfo(&call, 0),
            Release::Dsci => self.dsci(&call, 3),
            Release::Cend => self.say_unsolicited(&format!("^CONN:{},0", call.id)),
            Release::Ecam if self.parameters.is_on("#ECAM") => {
                self.say_unsolicited(&format!("#ECAM: {},3,1,,,", call.id - 1))
            }
            Release::CallStat if self.parameters.is_on("+UCALLSTAT") => {
                self.say_unsolicited(&format!("+UCALLSTAT: {},7", call.id))
            }
            Release::Silence | Release::Ecam | Release::CallStat | Release::Wind => {}
        }
        true
    }

    /// The far end or the network ended it.
    pub(super) fn released(&mut self, network: CallRef, cause: u8, at: Instant) {
        self.tick(at);
        if let Some(place) = self.calls.iter().position(|c| c.network == network) {
            let call = self.calls.remove(place);
            self.last_cause = cause;
            self.remember_missed(&call);
            self.say_release(&call, Ending::FarEnd(cause));
        }
    }

    /// What phones list as missed: nobody took it, and who it was is known.
    fn remember_missed(&mut self, call: &Call) {
        if let Caller::Known(number) = &call.caller
            && call.incoming
            && call.connected.is_none()
        {
            self.phonebook.remember_missed(number);
        }
    }

    /// `+CHUP`, or ATH where it works: every call ends (TS 27.007 §6.5).
    pub(super) fn hang_up(&mut self) {
        // A waiting call is not the one that is hung up; it becomes the ringing one.
        let waiting: Vec<Call> = self.calls.extract_if(.., |c| c.state == State::Waiting).collect();
        for call in std::mem::take(&mut self.calls) {
            self.last_cause = 16;
            self.requests.push_back(Request::HangUp(call.network));
            self.say_release(&call, Ending::Us);
        }
        self.calls = waiting;
        self.promote_waiting();
    }

    /// The call of this number in `+CLCC` is ended by us; false if there is none.
    pub(super) fn release(&mut self, id: u32) -> bool {
        let Some(place) = self.calls.iter().position(|c| u32::from(c.id) == id) else {
            return false;
        };
        let call = self.calls.remove(place);
        self.last_cause = 16;
        self.requests.push_back(Request::HangUp(call.network));
        self.say_release(&call, Ending::Us);
        self.promote_waiting();
        true
    }

    /// The radio goes off under them.
    pub(super) fn end_all_calls(&mut self) {
        for call in std::mem::take(&mut self.calls) {
            self.last_cause = UNSPECIFIED;
            self.requests.push_back(Request::HangUp(call.network));
            self.say_release(&call, Ending::FarEnd(UNSPECIFIED));
        }
    }

    pub(super) fn promote_waiting(&mut self) {
        if self.calls.iter().any(|c| c.state != State::Waiting) {
            return;
        }
        if let Some(call) = self.calls.first_mut() {
            call.state = State::Incoming;
            let call = call.clone();
            self.start_ringing(&call);
        }
    }
}
