//! The modem's condition: restart, defaults, registration, and what a [`Fault`] does to it.

use super::agenda::{Due, Input, Phase, Pin, Request};
use super::fault::{Fault, Faults};
use super::kept_settings::Indicator;
use super::modem::Modem;
use super::parameters::Parameters;
use super::profiles::CnmiRule;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Between two boot lines.
pub(super) const BOOT_STEP: Duration = Duration::from_millis(300);

impl Modem {
    /// Power, reset, re-enumeration: as [`Modem::begin_anew`], and boot lines come.
    pub(super) fn restart(&mut self) {
        self.begin_anew();
        self.later(BOOT_STEP, Due::BootLine(0));
        let gone_for = std::mem::take(&mut self.faults.cd_rom);
        if !gone_for.is_zero() {
            self.requests.push_back(Request::PortGone);
            self.later(gone_for, Due::PortBack);
        }
    }

    /// Settings are lost, calls are gone. Messages and missed calls stay.
    fn begin_anew(&mut self) {
        self.restore_defaults();
        self.parameters.set("+CFUN", 1);
        self.selection = super::operator_commands::Selection::default();
        self.agenda.retain(|_, due| matches!(due, Due::PortBack));
        self.faults.forgotten_until = None;
        self.pin.needed = self.pin.locked;
        // Without a subscriber there is nothing to register (TS 27.007 §7.2, <stat> 0).
        self.stat = u8::from(!self.pin.needed);
        self.phase = Phase::Idle;
        self.waiting_lines.clear();
        self.input = Input::Line(vec![]);
        self.typeahead.clear();
        for call in std::mem::take(&mut self.calls) {
            self.requests.push_back(Request::HangUp(call.network));
        }
        self.later(BOOT_STEP, Due::UnlockedSoon);
    }

    /// `AT&F`, `ATZ`: nothing is kept in a profile, so both are the same. Radio and network stay as they are (V.250 §6.1.1 lists
    /// neither).
    pub(super) fn restore_defaults(&mut self) {
        let radio = self.parameters.get("+CFUN");
        self.parameters = Parameters::defaults(self.profile);
        self.parameters.set("+CFUN", radio);
        self.vendor.clear();
        self.registers = default_registers();
        (self.echo, self.verbose, self.quiet) = (true, true, false);
        self.charset = super::text_mode::Charset::Ira;
        self.text_parameters = super::text_mode::TextParameters::default();
        self.notify = [2, 1, 0, 0, 0];
        self.memories.choose_default(self.profile);
        self.phonebook.choose_default();
        self.call_waiting.0 = 0;
        if self.unacknowledged.is_some() {
            self.hand_back();
            self.requests.push_back(Request::Ready);
        }
    }

    /// Looks for the network, unless the client, the radio or the card says no or there is one.
    pub(super) fn look_for_network(&mut self) {
        let may = self.parameters.get("+CFUN") == 1 && self.selection.mode != 2 && !self.pin.needed;
        if may && self.stat == 0 {
            self.set_registration(1);
        }
    }

    /// Registration as the network gives it; a change is told by `+CREG` and its sisters if asked for (TS 27.007 §7.2).
    pub(super) fn set_registration(&mut self, stat: u8) {
        let served = self.is_registered();
        if std::mem::replace(&mut self.stat, stat) != stat {
            for name in ["+CREG", "+CGREG", "+CEREG"] {
                match self.parameters.get(name) {
                    0 => {}
                    1 => self.say_unsolicited(&format!("{name}: {stat}")),
                    _ => self.say_unsolicited(&format!("{name}: {stat}{}", self.cell())),
                }
            }
        }
        if served != self.is_registered() {
            self.indicate(Indicator::Service, u32::from(!served));
        }
        if self.is_registered() {
            self.requests.push_back(Request::Ready);
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.parameters.get("+CFUN") == 1 && !self.pin.needed && matches!(self.stat, 1 | 5 | 6 | 7 | 9 | 10)
    }

    /// Registered as far as the modem knows, and known to the network.
    pub(super) fn is_reachable(&self) -> bool {
        self.is_registered() && self.faults.forgotten_until.is_none_or(|until| until <= self.now)
    }

    /// Breaks something.
    pub(super) fn inject(&mut self, fault: Fault, at: Instant) {
        self.tick(at);
        let f = &mut self.faults;
        match fault {
            Fault::Clear => {
                *f = Faults::default();
                self.pin = Pin::unlocked();
                self.set_registration(1);
            }
            Fault::DropBytes(n) => f.drop_one_in = n,
            Fault::GarbleBytes(n) => f.garble_one_in = n,
            Fault::LoseLines(n) => f.lose_lines = n,
            Fault::DoubleLines(n) => f.double_lines = n,
            Fault::SplitBytes => f.split = true,
            Fault::Slow(by) => f.slow = by,
            Fault::LoseSendResult => f.lose_result = true,
            Fault::TimeoutAfterSending => f.timeout_after_sending = true,
            Fault::DelaySendResult(by) => f.delay_result = by,
            Fault::NoPrompt => f.no_prompt = true,
            Fault::BarePrompt => f.bare_prompt = true,
            Fault::EarlyOk => f.early_ok = true,
            Fault::SendErrors { code, times } => (f.send_error, f.send_errors_left) = (code, times),
            Fault::Mute(time) => self.wire.mute(at + time),
            Fault::Reset => self.restart(),
            Fault::SilentReset => self.begin_anew(),
            Fault::CdRom(time) => f.cd_rom = time,
            Fault::Forgotten(time) => f.forgotten_until = Some(at + time),
            Fault::StorageFull => f.storage_full = true,
            Fault::IndexMinusOne => f.index_minus_one = true,
            Fault::WrongMemory => f.wrong_memory = true,
            Fault::FullInsteadOfNotice => f.full_instead_of_notice = true,
            Fault::WrongReportSlot => f.wrong_report_slot = true,
            Fault::DirectOnly => f.cnmi = Some(CnmiRule::DirectOnly),
            Fault::Unannounced => f.cnmi = Some(CnmiRule::Unannounced),
            Fault::DuplicateUrcs => f.duplicate_urcs = true,
            Fault::RegistrationLost(time) => {
                self.set_registration(2);
                self.later(time, Due::RegistrationBack);
            }
            Fault::PinRequired { tries } => {
                self.pin = Pin {
                    locked: true,
                    tries,
                    ..Pin::unlocked()
                };
                self.restart();
            }
            Fault::Chatter => f.chatter = true,
            Fault::AthIgnored => f.ath_ignored = true,
            Fault::NoClip => f.no_clip = true,
            Fault::NoRelease => f.no_release = true,
            Fault::ClipFirst => f.clip_first = true,
            Fault::PhantomCall => f.phantom_call = true,
            Fault::SimBusy(time) => f.sim_busy_until = Some(at + time),
            Fault::Registration(stat) => self.set_registration(stat),
        }
    }
}

/// V.250 §6: automatic answer off, CR, LF, BS.
pub(super) fn default_registers() -> BTreeMap<u32, u32> {
    BTreeMap::from([(0, 0), (3, 13), (4, 10), (5, 8), (6, 2), (7, 60), (8, 2), (10, 15)])
}
