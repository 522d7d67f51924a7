//! Whose line is it: an echo, the second line of a result, a final result, the command's own, or news.

use super::{
    Engine, LATE_OK_WINDOW, LINES_MAX, NUMBERS_PROVE, PIN_STATE_GRACE, Phase, SETTLE_QUIET, SUBMIT_GRACE,
    SUPPLY_TIMEOUT, Settled,
};
use crate::at::command::Command;
use crate::at::result::FinalResult;
use crate::at::two_line::{HEADERS_MAX, Header, Kind, is_hex};
use crate::at::urc::{self, Urc};
use crate::at::{Event, Failure};
use std::time::Instant;

impl Engine {
    pub(super) fn on_prompt(&mut self, at: Instant) {
        let Some(flight) = self.flight.as_mut() else { return };
        match flight.phase {
            Phase::Prompt => {
                flight.phase = Phase::Supply;
                flight.deadline = at + SUPPLY_TIMEOUT;
                self.report(Event::Prompt);
            }
            Phase::Aborting { .. } => {
                // The ESC came before the prompt and was lost on the modem: once more, now that it means something.
                flight.phase = Phase::Aborting { prompt_seen: true };
                self.give_up_prompt();
            }
            Phase::Result | Phase::Supply | Phase::Submitted { .. } => {}
        }
    }

    pub(super) fn on_line(&mut self, line: &str, at: Instant) {
        let line = if self.may_follow_prompt() {
            line.trim_start_matches(['>', ' '])
        } else {
            line
        };
        if line.is_empty() || self.is_echo(line) || self.is_second_line(line, at) {
            return;
        }
        if self.is_header(line, at) {
            return;
        }
        if let Some(result) = self.read_final(line) {
            self.on_final(result, line, at);
        } else if !self.claim(line, at) {
            self.on_unsolicited(line, at);
        }
    }

    /// A prompt may be repeated, or come when nobody waits for it any more; the answer is then glued to it.
    pub(super) fn may_follow_prompt(&self) -> bool {
        self.debt > 0
            || self
                .flight
                .as_ref()
                .is_some_and(|flight| matches!(flight.command, Command::SendMessage { .. }))
    }

    pub(super) fn is_echo(&self, line: &str) -> bool {
        let echoed = |text: &str| !text.is_empty() && text.eq_ignore_ascii_case(line);
        let own = self.flight.as_ref().is_some_and(|flight| {
            echoed(&flight.echo) || matches!(&flight.phase, Phase::Submitted { hex } if echoed(hex))
        });
        own || echoed(&self.last_echo)
    }

    pub(super) fn lists_messages(&self) -> bool {
        self.flight
            .as_ref()
            .is_some_and(|flight| matches!(flight.command, Command::ListMessages | Command::ReadMessage(_)))
    }

    /// See `two_line` for the rule.
    pub(super) fn is_second_line(&mut self, line: &str, at: Instant) -> bool {
        let Some(latest) = self.headers.last() else {
            return false;
        };
        if !latest.takes_anything() {
            if is_hex(line) {
                let index = self
                    .headers
                    .iter()
                    .rposition(|header| header.fits(line))
                    .unwrap_or(self.headers.len() - 1);
                let header = self.headers.remove(index);
                self.on_second_line(&header, line);
                return true;
            }
            let ours = self.flight.is_some() && self.read_final(line).is_some();
            let claimed = self.flight.as_ref().is_some_and(|flight| flight.command.claims(line));
            let foreign = Header::read(line, false, at).is_some() || urc::carries_name(line);
            if ours || claimed || foreign || !matches!(urc::parse(line), Urc::Other(_)) {
                return false;
            }
        }
        match self.headers.pop() {
            Some(header) => {
                self.on_second_line(&header, line);
                true
            }
            None => false,
        }
    }

    pub(super) fn on_second_line(&mut self, header: &Header, line: &str) {
        let pdu = line.to_owned();
        match header.kind {
            Kind::Message => self.report(Event::Urc(Urc::MessageDirect { pdu })),
            Kind::Report => self.report(Event::Urc(Urc::ReportDirect { pdu })),
            Kind::Broadcast => self.report(Event::Urc(Urc::Other(header.text.clone()))),
            Kind::Row => self.keep_line(pdu),
            Kind::LateRow => {}
        }
    }

    pub(super) fn is_header(&mut self, line: &str, at: Instant) -> bool {
        let Some(header) = Header::read(line, self.lists_messages(), at) else {
            return false;
        };
        if header.kind == Kind::Row {
            self.close_row();
            self.keep_line(line.to_owned());
        } else if self.headers.last().is_some_and(|latest| latest.text == header.text) {
            // The header twice before its PDU.
            self.headers.pop();
        }
        if self.headers.len() == HEADERS_MAX {
            let forgotten = self.headers.remove(0);
            self.report(Event::Dropped {
                octets: forgotten.text.len(),
            });
        }
        self.headers.push(header);
        true
    }

    /// A row whose PDU never came keeps its place with an empty line.
    pub(super) fn close_row(&mut self) {
        if let Some(index) = self.headers.iter().position(|header| header.kind == Kind::Row) {
            self.headers.remove(index);
            self.keep_line(String::new());
        }
    }

    pub(super) fn keep_line(&mut self, line: String) {
        let Some(flight) = self.flight.as_mut() else { return };
        if flight.lines.len() < LINES_MAX {
            flight.lines.push(line);
        } else {
            self.report(Event::Dropped { octets: line.len() });
        }
    }

    pub(super) fn read_final(&self, line: &str) -> Option<FinalResult> {
        let command = self.flight.as_ref().map(|flight| &flight.command);
        let nameless = matches!(command, Some(Command::Attention | Command::Plain { prefix: None, .. }));
        let plain = matches!(command, Some(Command::Plain { .. }));
        FinalResult::read(line)
            .or_else(|| {
                (nameless || self.numbers >= NUMBERS_PROVE)
                    .then(|| FinalResult::read_numeric(line))
                    .flatten()
            })
            .or_else(|| plain.then(|| FinalResult::read_connect(line)).flatten())
    }

    pub(super) fn on_final(&mut self, result: FinalResult, line: &str, at: Instant) {
        self.numbers = match FinalResult::read_numeric(line) {
            Some(_) => self.numbers.saturating_add(1),
            None => 0,
        };
        if result == FinalResult::Ok && self.late_ok_until.take().is_some_and(|until| at <= until) {
            return;
        }
        let Some(flight) = self.flight.as_mut() else {
            self.report(Event::Urc(Urc::Other(line.to_owned())));
            return;
        };
        let late_refusal =
            matches!(&result, FinalResult::Failed(Failure::Cms(_))) && !flight.command.is_message_service();
        if late_refusal && self.in_doubt && flight.owed == 0 {
            self.in_doubt = false;
            self.report(Event::Urc(Urc::Other(line.to_owned())));
            return;
        }
        let result = match (result, &flight.phase) {
            (_, Phase::Aborting { .. }) => Err(Failure::Aborted),
            // Not its final result: a late one, or the early OK of a modem (MC7455) that goes on to take the PDU.
            (FinalResult::Ok, Phase::Prompt | Phase::Supply) => return,
            (FinalResult::Ok, Phase::Result | Phase::Submitted { .. }) => Ok(()),
            (FinalResult::Failed(failure), _) => Err(failure),
        };
        if flight.settled.is_none() {
            self.lateness.answered(flight.command.is_attention(), flight.sent, at);
        }
        if flight.owed == 0 {
            self.close_row();
            self.finish(result, at);
            return;
        }
        let seen = flight.settled.as_ref().map_or(0, |settled| settled.seen) + 1;
        let lines = std::mem::take(&mut flight.lines);
        let done = seen > flight.owed;
        flight.settled = Some(Settled {
            seen,
            result,
            lines,
            quiet_at: at + SETTLE_QUIET + self.lateness.known(),
        });
        if done {
            self.finish_settled(at);
        }
    }

    pub(super) fn claim(&mut self, line: &str, at: Instant) -> bool {
        let Some(flight) = self.flight.as_mut().filter(|flight| flight.command.claims(line)) else {
            return false;
        };
        if let Command::SendMessage { .. } = flight.command {
            // A reference before our PDU is out is not for our PDU.
            if !matches!(flight.phase, Phase::Submitted { .. }) {
                return false;
            }
            flight.grace = Some(at + SUBMIT_GRACE);
            self.in_doubt = false;
        } else if flight.command == Command::PinState {
            flight.grace = Some(at + PIN_STATE_GRACE);
        }
        self.keep_line(line.to_owned());
        true
    }

    pub(super) fn on_unsolicited(&mut self, line: &str, at: Instant) {
        let urc = urc::parse(line);
        if let Urc::LateSubmit { .. } = urc {
            self.in_doubt = false;
            // A command that settles counts this OK among what is owed.
            let settles = self.flight.as_ref().is_some_and(|flight| flight.owed > 0);
            self.late_ok_until = (!settles).then(|| at + LATE_OK_WINDOW);
        }
        self.report(Event::Urc(urc));
    }
}
