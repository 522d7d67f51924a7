//! A modem spoken to without database and desk: `textback doctor` and `textback signal` where no daemon runs.
//!
//! Nothing is committed here, so the modem layer deletes no text and sends none; a call that comes in meanwhile is not
//! recorded. Whoever uses this says so.

use super::alarm::Alarm;
use super::open::{Moved, Open, move_bytes};
use super::port::{Opener, Trouble};
use crate::modem::{Event, Input, Modem, Options, Output};
use std::time::{Duration, Instant};

/// Between losing the port and opening it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);

/// See the module.
pub struct Alone<O> {
    opener: O,
    modem: Modem,
    line: Option<Open>,
    alarm: Alarm,
    due: Option<Instant>,
    transmit: Vec<u8>,
}

impl<O: Opener> Alone<O> {
    /// Opens the port. The PIN is left to the daemon: without a record of it, each command would spend another of the SIM's
    /// three tries on a wrong one.
    ///
    /// # Errors
    /// Why it can't be opened, in words that tell the fix. Or the kernel has no timer to give.
    pub fn open(opener: O, mut options: Options) -> anyhow::Result<Result<Self, Trouble>> {
        options.pin = None;
        let mut alone = Alone {
            opener,
            modem: Modem::new(options),
            line: None,
            alarm: Alarm::new()?,
            due: None,
            transmit: Vec::new(),
        };
        Ok(match alone.reopen() {
            Ok(()) => Ok(alone),
            Err(trouble) => Err(trouble),
        })
    }

    fn reopen(&mut self) -> Result<(), Trouble> {
        self.line = Some(Open::new(self.opener.open()?));
        self.modem.handle(Input::PortOpened, Instant::now());
        Ok(())
    }

    /// Asks the modem layer for something.
    pub fn ask(&mut self, input: Input<'_>) {
        self.modem.handle(input, Instant::now());
    }

    /// The next event. Cancel safe: what was read is with the modem layer, what is to be written waits here.
    ///
    /// # Errors
    /// The kernel's timer failed.
    pub async fn next(&mut self) -> anyhow::Result<Event> {
        loop {
            match self.modem.poll() {
                Output::Event(event) => return Ok(event),
                Output::Transmit(bytes) => {
                    self.transmit.extend_from_slice(&bytes);
                    if let Some(open) = &mut self.line {
                        open.queue(&mut self.transmit, Instant::now());
                    }
                    continue;
                }
                Output::ReopenPort => {
                    if self.modem.last_proof().is_none() {
                        self.opener.stayed_mute();
                    }
                    self.lose();
                    continue;
                }
                // Nobody here may touch the modem's supply.
                Output::Power(step) => {
                    let outcome = Err("not without the daemon".to_owned());
                    self.modem.handle(Input::Stepped { step, outcome }, Instant::now());
                    continue;
                }
                Output::Wait(until) => self.due = until,
            }
            let absent = self.line.is_none();
            tokio::select! {
                biased;
                moved = move_bytes(&mut self.line) => match moved {
                    Moved::Read(octets) => if let Some(open) = &self.line {
                        self.modem.handle(Input::Bytes(&open.buffer[..octets]), Instant::now());
                    },
                    Moved::Written(octets) => if let Some(open) = &mut self.line {
                        open.wrote(octets, Instant::now());
                    },
                    Moved::Gone(_) => self.lose(),
                },
                () = tokio::time::sleep(REOPEN_PAUSE), if absent => {
                    // Not back yet: the next second tries again, and the caller has a limit.
                    let _ = self.reopen();
                }
                rung = self.alarm.ring(self.due) => {
                    rung?;
                    self.modem.handle(Input::Tick, Instant::now());
                }
            }
        }
    }

    fn lose(&mut self) {
        self.line = None;
        self.transmit.clear();
        self.modem.handle(Input::PortLost, Instant::now());
    }
}
