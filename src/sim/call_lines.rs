//! What each family says of a call: that it rings, that one is dialled, that it is over (`modem-facts.md` §2.2).

use super::agenda::Due;
use super::calls::{Call, Ending};
use super::kept_settings::Indicator;
use super::modem::Modem;
use super::number::Number;
use super::phone::Caller;
use super::profiles::Release;
use std::time::Duration;

/// Between two steps of a call that is dialled.
const DIAL_STEP: Duration = Duration::from_millis(300);

impl Modem {
    pub(super) fn start_ringing(&mut self, call: &Call) {
        match self.profile.release {
            Release::MissedCall | Release::CallListThenNoCarrier => self.call_list_line(call, 4),
            Release::Ecam if self.parameters.is_on("#ECAM") => {
                self.say_unsolicited(&format!("#ECAM: {},6,1,,,", call.id - 1))
            }
            Release::CallStat if self.parameters.is_on("+UCALLSTAT") => {
                self.say_unsolicited(&format!("+UCALLSTAT: {},4", call.id))
            }
            Release::Silence
            | Release::CcInfo
            | Release::Dsci
            | Release::Cend
            | Release::Ecam
            | Release::CallStat
            | Release::Wind => {}
        }
        self.ring(call.network);
        match self.profile.release {
            Release::CcInfo => self.ccinfo(call, 4),
            Release::Dsci => self.dsci(call, 4),
            Release::Silence
            | Release::MissedCall
            | Release::CallListThenNoCarrier
            | Release::Cend
            | Release::Ecam
            | Release::CallStat
            | Release::Wind => {}
        }
    }

    pub(super) fn call_list_line(&mut self, call: &Call, stat: u8) {
        if self.profile.call_list_urc && self.parameters.is_on("+CLCC") {
            self.say_unsolicited(&call.row(stat));
        }
    }

    pub(super) fn ccinfo(&mut self, call: &Call, state: i8) {
        if self.vendor.get("ccinfo").is_some_and(|v| v == "1") {
            let line = format!(
                "+QIND: \"ccinfo\",{},{},{state},0,0,{}",
                call.id,
                u8::from(call.incoming),
                call.number_and_type()
            );
            self.say_unsolicited(&line);
        }
    }

    pub(super) fn dsci(&mut self, call: &Call, state: u8) {
        if self.parameters.is_on("^DSCI") {
            let line = format!(
                "^DSCI: {},{},{state},0,{},0",
                call.id,
                u8::from(call.incoming),
                call.number_and_type().replace('"', "")
            );
            self.say_unsolicited(&line);
        }
    }

    /// A call of ours is on its way (`modem-facts.md` §2.2): Huawei tells each step, the others that report calls their one.
    pub(super) fn start_dialling(&mut self, call: &Call) {
        match self.profile.release {
            Release::MissedCall | Release::CallListThenNoCarrier => self.call_list_line(call, call.state.code()),
            Release::CcInfo => self.ccinfo(call, 2),
            Release::Dsci => self.dsci(call, 2),
            Release::Cend if self.parameters.is_on("^CURC") => {
                // After the OK of ATD.
                for (step, line) in (1..).zip([format!("^ORIG:{},0", call.id), format!("^CONF:{}", call.id)]) {
                    self.later(DIAL_STEP * step, Due::Unsolicited(line));
                }
            }
            Release::Ecam if self.parameters.is_on("#ECAM") => {
                let line = format!("#ECAM: {},1,1,,,{}", call.id - 1, call.number_and_type());
                self.say_unsolicited(&line);
            }
            Release::CallStat if self.parameters.is_on("+UCALLSTAT") => {
                self.say_unsolicited(&format!("+UCALLSTAT: {},2", call.id));
            }
            Release::Silence | Release::Cend | Release::Ecam | Release::CallStat | Release::Wind => {}
        }
    }

    pub(super) fn say_release(&mut self, call: &Call, ending: Ending) {
        if std::mem::take(&mut self.faults.no_release) {
            return self.promote_waiting();
        }
        let far = match ending {
            Ending::FarEnd(cause) => Some(cause),
            Ending::Us => None,
        };
        let answered = call.connected.is_some();
        let seconds = call.seconds(self.now);
        let voice_end = format!(
            "VOICE CALL: END: {:02}{:02}{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
        match self.profile.release {
            // A caller who gives up leaves no trace; after an answer, and for our own calls, V.250 §6.3.5 speaks.
            Release::Silence if answered || !call.incoming => self.no_carrier(far),
            Release::Silence => {}
            Release::MissedCall => {
                self.call_list_line(call, 6);
                if call.incoming && !answered && far.is_some() {
                    let number = match &call.caller {
                        Caller::Known(number) => number.clone(),
                        Caller::Withheld | Caller::NotAvailable => Number::new(""),
                    };
                    let clock = self.calendar.half_day(self.now);
                    self.say_unsolicited(format!("MISSED_CALL: {clock} {number}").trim_end());
                } else if answered {
                    self.say_unsolicited(&voice_end);
                }
            }
            Release::CallListThenNoCarrier => {
                self.call_list_line(call, 6);
                self.no_carrier(far);
                if answered && self.family == super::Family::A7670 {
                    self.say_unsolicited(&voice_end);
                }
            }
            Release::CcInfo => {
                self.ccinfo(call, -1);
                self.no_carrier(far);
            }
            Release::Dsci => {
                self.dsci(call, 6);
                self.no_carrier(far);
            }
            Release::Cend => {
                let status = far.map_or(if answered { 29 } else { 102 }, |_| if answered { 67 } else { 104 });
                if self.parameters.is_on("^CURC") {
                    self.say_unsolicited(&format!("^CEND:{},{seconds},{status},{}", call.id, far.unwrap_or(16)));
                }
                if answered {
                    self.no_carrier(far);
                }
            }
            Release::Ecam => {
                if self.parameters.is_on("#ECAM") {
                    self.say_unsolicited(&format!("#ECAM: {},0,1,,,", call.id - 1));
                }
                self.no_carrier(far);
            }
            Release::CallStat => {
                if self.parameters.is_on("+UCALLSTAT") {
                    self.say_unsolicited(&format!("+UCALLSTAT: {},6", call.id));
                } else {
                    self.no_carrier(far);
                }
            }
            Release::Wind => {
                self.no_carrier(far);
                self.say_unsolicited(&format!("+WIND: 6,{}", call.id));
            }
        }
        if self.calls.is_empty() {
            self.indicate(Indicator::Call, 0);
        }
        self.promote_waiting();
    }

    /// Only what the far end does is unsolicited; our own hanging up is answered by OK.
    fn no_carrier(&mut self, far: Option<u8>) {
        if far.is_some() {
            self.say_unsolicited("NO CARRIER");
        }
    }
}
