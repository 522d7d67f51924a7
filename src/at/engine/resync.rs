//! What ends without a final result, and how the count of answers is found again.

use super::{Engine, Flight, Phase, RESYNC_TRIES, Resync};
use crate::at::command::Command;
use crate::at::framer::Token;
use crate::at::two_line::Kind;
use crate::at::{Event, Failure, Outcome};
use std::time::Instant;

impl Engine {
    /// What ends by silence: settling, graces, headers without their PDU.
    pub(super) fn let_silence_pass(&mut self, at: Instant) {
        if self.unended.is_some_and(|until| until <= at) {
            self.unended = None;
            if let Some(Token::Line(line)) = self.framer.end() {
                self.on_line(&line, at);
            }
        }
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.settled.as_ref().is_some_and(|last| last.quiet_at <= at))
        {
            self.finish_settled(at);
        }
        let graced = |flight: &&Flight| flight.ends_without_ok().is_some_and(|until| until <= at);
        if let Some(owed) = self.flight.as_ref().filter(graced).map(|flight| flight.owed) {
            self.finish(Ok(()), at);
            // Its OK may still be on the way, and what was owed before it too. (Nothing is held behind such a command.)
            self.debt = owed.saturating_add(1);
        }
        while let Some(index) = self.headers.iter().position(|header| header.until <= at) {
            let header = self.headers.remove(index);
            match header.kind {
                Kind::Row => self.keep_line(String::new()),
                Kind::Message | Kind::Report | Kind::Broadcast | Kind::LateRow => {
                    self.report(Event::Dropped {
                        octets: header.text.len(),
                    });
                }
            }
        }
    }

    /// The modem says that it started anew: as [`Engine::reset`], but should it have lied, the answer to what was asked is
    /// still to come and must not be taken for the next command's.
    pub fn interrupt(&mut self) {
        let owed = match &self.flight {
            Some(flight) => flight.owed.saturating_add(1),
            None => self.debt,
        };
        self.reset();
        self.debt = owed;
    }

    pub(super) fn finish_settled(&mut self, at: Instant) {
        let Some(settled) = self.flight.as_mut().and_then(|flight| flight.settled.take()) else {
            return;
        };
        if let Some(flight) = self.flight.as_mut() {
            flight.lines = settled.lines;
        }
        self.finish(settled.result, at);
    }

    pub(super) fn finish(&mut self, result: Result<(), Failure>, at: Instant) {
        let Some(flight) = self.flight.take() else { return };
        self.debt = 0;
        self.last_echo = flight.echo;
        if flight.resync.is_none() {
            self.report(Event::Done(Outcome {
                command: flight.command,
                lines: flight.lines,
                result,
            }));
        }
        if let Some(command) = self.held.take() {
            self.start(command, None, at);
        }
    }

    pub(super) fn on_deadline(&mut self, at: Instant) {
        if self.flight.as_ref().is_some_and(|flight| flight.settled.is_some()) {
            self.finish_settled(at);
            return;
        }
        self.close_row();
        let Some(flight) = self.flight.take() else { return };
        self.debt = self.debt.saturating_add(1);
        self.last_echo = flight.echo;
        if let Some(resync) = flight.resync {
            self.on_resync_unanswered(resync, at);
            return;
        }
        let is_submission = matches!(flight.command, Command::SendMessage { .. });
        let asked_by_caller = flight.command.is_attention();
        if asked_by_caller {
            self.lateness.knocked(flight.sent);
        }
        let after_supply = matches!(flight.phase, Phase::Submitted { .. });
        self.in_doubt |= after_supply;
        let failure = match flight.phase {
            Phase::Aborting { .. } => Failure::Aborted,
            Phase::Result | Phase::Prompt => Failure::TimedOut {
                after_prompt: false,
                after_supply: false,
            },
            Phase::Supply => Failure::TimedOut {
                after_prompt: true,
                after_supply: false,
            },
            Phase::Submitted { .. } => Failure::TimedOut {
                after_prompt: true,
                after_supply: true,
            },
        };
        self.report(Event::Done(Outcome {
            command: flight.command,
            lines: flight.lines,
            result: Err(failure),
        }));
        // Who asks AT and gets no answer is resynchronising already.
        if !asked_by_caller {
            self.resync(
                Resync {
                    tries_left: RESYNC_TRIES,
                    escape: is_submission,
                },
                at,
            );
        }
    }

    pub(super) fn on_resync_unanswered(&mut self, resync: Resync, at: Instant) {
        if resync.tries_left > 0 {
            self.resync(resync, at);
            return;
        }
        match self.held.take() {
            None => {}
            Some(command @ Command::SendMessage { .. }) => {
                let failure = Failure::TimedOut {
                    after_prompt: false,
                    after_supply: false,
                };
                self.report(Event::Done(Outcome {
                    command,
                    lines: Vec::new(),
                    result: Err(failure),
                }));
            }
            Some(command) => self.start(command, None, at),
        }
    }

    pub(super) fn resync(&mut self, resync: Resync, at: Instant) {
        if resync.escape {
            self.escape();
        }
        let tries_left = resync.tries_left.saturating_sub(1);
        self.start(Command::Attention, Some(Resync { tries_left, ..resync }), at);
    }
}
