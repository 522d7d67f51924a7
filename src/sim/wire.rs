//! The line from modem to client: what is to be sent when, and the harm that comes to it on the way.

use super::fault::Faults;
use super::prng::Prng;
use std::collections::VecDeque;
use std::time::Instant;

/// Octets waiting to be read by the client; past it the oldest are lost, as in a USB buffer nobody reads.
const MAX_WAITING: usize = 256 * 1024;
/// Spoilt lines that nobody has fetched; the oldest go first.
const MAX_SPOILT: usize = 10_000;

/// Octets on their way out, in order.
#[derive(Debug, Default)]
pub(super) struct Wire {
    ready: VecDeque<Vec<u8>>,
    octets: usize,
    mute_until: Option<Instant>,
    /// What was said and did not arrive as it was said.
    spoilt: VecDeque<Vec<u8>>,
}

impl Wire {
    /// Nothing is heard or said until then.
    pub(super) fn mute(&mut self, until: Instant) {
        self.mute_until = Some(until);
    }

    pub(super) fn is_mute(&self, at: Instant) -> bool {
        self.mute_until.is_some_and(|until| at < until)
    }

    pub(super) fn send(&mut self, mut bytes: Vec<u8>, at: Instant, faults: &Faults, prng: &mut Prng) {
        if self.is_mute(at) {
            return;
        }
        let said = (faults.drop_one_in > 0 || faults.garble_one_in > 0).then(|| bytes.clone());
        bytes.retain(|_| !prng.one_in(faults.drop_one_in));
        for byte in &mut bytes {
            if prng.one_in(faults.garble_one_in) {
                *byte ^= 1 << prng.below(7);
            }
        }
        if let Some(said) = said.filter(|said| *said != bytes) {
            if self.spoilt.len() >= MAX_SPOILT {
                self.spoilt.pop_front();
            }
            self.spoilt.push_back(said);
        }
        self.octets += bytes.len();
        if faults.split {
            self.ready.extend(bytes.into_iter().map(|b| vec![b]));
        } else if !bytes.is_empty() {
            self.ready.push_back(bytes);
        }
        while self.octets > MAX_WAITING {
            let Some(lost) = self.ready.pop_front() else { break };
            self.octets -= lost.len();
        }
    }

    pub(super) fn poll_spoilt(&mut self) -> Option<Vec<u8>> {
        self.spoilt.pop_front()
    }

    pub(super) fn poll(&mut self) -> Option<Vec<u8>> {
        let bytes = self.ready.pop_front()?;
        self.octets -= bytes.len();
        Some(bytes)
    }
}
