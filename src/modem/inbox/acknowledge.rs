//! Texts that are handed on unstored, and the word that we have them. 3GPP TS 27.005 §3.4.4, §4.7.
//!
//! Under `+CSMS=1` the network keeps such a text until `+CNMA`, and sends it again if none comes: so it goes only when the
//! text is durable here. Whether the modem waits for one is learned by giving one, where bring-up didn't ask for it.

use super::Inbox;
use crate::at::{Command, Failure, Outcome};
use crate::ids::SlotToken;
use std::time::Duration;

/// Texts handed on that are not durable yet; a modem that waits for its acknowledgement has one.
const MAX_UNACKNOWLEDGED: usize = 64;
/// Nothing goes to the network for it but the word that we have the text.
const ACKNOWLEDGE_WAIT: Duration = Duration::from_secs(5);
/// PDU mode has the second too, and drivers of telephones use the third (§4.7 `<n>`).
const WAYS: [&str; 3] = ["+CNMA", "+CNMA=0", "+CNMA=1"];

/// See the module.
#[derive(Debug, Default)]
pub struct Acknowledgements {
    /// The modem waits for them; `None`: not known.
    waits: Option<bool>,
    /// Which of [`WAYS`] is tried, or was taken.
    way: usize,
    /// Handed on, not durable yet.
    told: Vec<SlotToken>,
    /// Durable: acknowledgements that are due.
    due: usize,
}

impl Acknowledgements {
    /// The port is gone, and with it whatever waited there.
    pub fn forget(&mut self) {
        *self = Acknowledgements::default();
    }

    /// The modem was told to wait for them, or not to.
    pub fn are_waited_for(&mut self, waits: bool) {
        self.waits = Some(waits);
        if !waits {
            self.told.clear();
        }
    }

    /// That text was handed on. False if too many wait already: it is never acknowledged, and the network sends it again.
    pub fn told(&mut self, token: SlotToken) -> bool {
        let room = self.told.len() < MAX_UNACKNOWLEDGED;
        if room && self.waits != Some(false) {
            self.told.push(token);
        }
        room
    }

    /// That text is durable.
    pub fn committed(&mut self, token: SlotToken) {
        let before = self.told.len();
        self.told.retain(|waiting| *waiting != token);
        self.due += before - self.told.len();
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
            Ok(()) => self.waits = Some(true),
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
        if self.waits.is_none() {
            self.are_waited_for(false);
            self.due = 0;
        }
        self.waits == Some(true)
    }
}

impl Inbox {
    /// What is waited for by the modem now.
    pub fn wants_acknowledged(&self) -> Option<Command> {
        self.acknowledgements.wants()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_disk_is_bounded_and_said_and_only_the_durable_is_acknowledged() {
        let mut waiting = Acknowledgements::default();
        let most = u64::try_from(MAX_UNACKNOWLEDGED).unwrap();
        assert!((0..most).all(|n| waiting.told(SlotToken(n))));
        assert!(!waiting.told(SlotToken(most)));
        assert!(waiting.wants().is_none(), "nothing is durable");
        waiting.committed(SlotToken(most));
        assert!(waiting.wants().is_none(), "of that one nothing was kept");
        waiting.committed(SlotToken(0));
        assert!(waiting.wants().is_some());
        assert!(waiting.told(SlotToken(most + 1)));
    }

    #[test]
    fn a_modem_that_waits_for_nothing_fills_nothing() {
        let mut waiting = Acknowledgements::default();
        waiting.are_waited_for(false);
        assert!((0..1000).all(|n| waiting.told(SlotToken(n))));
        waiting.committed(SlotToken(0));
        assert!(waiting.wants().is_none());
    }
}
