//! Texts that are handed on unstored, and the word that we have them. 3GPP TS 27.005 §3.4.4, §4.7.
//!
//! Under `+CSMS=1` the network keeps such a text until `+CNMA`, and sends it again if none comes: so it goes only when the
//! text is durable here. Whether the modem waits for one is learned by giving one, where bring-up didn't ask for it.

use super::Inbox;
use crate::at::{Command, Failure, Outcome};
use crate::ids::SlotToken;
use std::collections::VecDeque;
use std::time::Duration;

/// Texts handed on that are not durable yet; a modem that waits for its acknowledgement has one.
const MAX_UNACKNOWLEDGED: usize = 64;
/// Nothing goes to the network for it but the word that we have the text.
const ACKNOWLEDGE_WAIT: Duration = Duration::from_secs(5);
/// PDU mode has the second too, and drivers of telephones use the third (§4.7 `<n>`).
const WAYS: [&str; 3] = ["+CNMA", "+CNMA=0", "+CNMA=1"];

/// Whether an acknowledgement is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Unknown,
    Yes,
    No,
}

/// See the module.
#[derive(Debug)]
pub struct Acknowledgements {
    waits: Waits,
    /// Which of [`WAYS`] is tried, or was taken.
    way: usize,
    /// Handed on, not durable yet.
    told: VecDeque<SlotToken>,
    /// Durable: acknowledgements that are due.
    due: usize,
}

impl Acknowledgements {
    pub fn new() -> Self {
        Acknowledgements {
            waits: Waits::Unknown,
            way: 0,
            told: VecDeque::new(),
            due: 0,
        }
    }

    /// The port is gone, and with it whatever waited there.
    pub fn forget(&mut self) {
        *self = Acknowledgements::new();
    }

    /// The modem was told to wait for them, or not to.
    pub fn are_waited_for(&mut self, waits: bool) {
        self.waits = if waits { Waits::Yes } else { Waits::No };
    }

    /// That text was handed on.
    pub fn told(&mut self, token: SlotToken) {
        if self.told.len() >= MAX_UNACKNOWLEDGED {
            self.told.pop_front();
        }
        self.told.push_back(token);
    }

    /// That text is durable.
    pub fn committed(&mut self, token: SlotToken) {
        let before = self.told.len();
        self.told.retain(|waiting| *waiting != token);
        if self.told.len() < before && self.waits != Waits::No {
            self.due += 1;
        }
    }

    /// The one that is due.
    pub fn wants(&self) -> Option<Command> {
        let text = WAYS.get(self.way).filter(|_| self.due > 0)?;
        Some(Command::Plain {
            text,
            prefix: None,
            timeout: ACKNOWLEDGE_WAIT,
        })
    }

    /// It was answered. True if it was waited for and came too late: the modem may route nothing to us any more.
    pub fn done(&mut self, outcome: &Outcome) -> bool {
        match &outcome.result {
            Ok(()) => self.waits = Waits::Yes,
            // No acknowledgement expected (27.005 §3.2.5).
            Err(Failure::Cms(code)) if code.cms().map(|e| e.0) == Some(340) => {}
            Err(Failure::PortLost | Failure::Aborted | Failure::TimedOut { .. }) => {}
            Err(_) if self.way + 1 < WAYS.len() => {
                self.way += 1;
                return false;
            }
            Err(_) => self.way = 0,
        }
        self.due = self.due.saturating_sub(1);
        if outcome.result.is_ok() {
            return false;
        }
        if self.waits == Waits::Unknown {
            self.waits = Waits::No;
            self.due = 0;
        }
        self.waits == Waits::Yes
    }
}

impl Inbox {
    /// What is waited for by the modem now.
    pub fn wants_acknowledged(&self) -> Option<Command> {
        self.acknowledgements.wants()
    }
}
