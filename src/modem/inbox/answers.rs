//! What the message memory answered, and what follows from it.

use super::super::replies::not_known;
use super::super::{Event, Received};
use super::{Ask, EMPTY_TRIES, Held, Inbox, MAX_HELD, READ_TRIES, Slot, Stage, TEXT_MODE_AGAIN, TRY_AGAIN};
use crate::at::reply::{self, MessageStatus, StoredMessage};
use crate::at::{Failure, Outcome};
use crate::ids::SlotToken;
use crate::sms;
use std::time::Instant;

impl Inbox {
    /// An ask has been answered.
    pub fn done(&mut self, ask: &Ask, outcome: &Outcome, at: Instant) {
        if outcome.result == Err(Failure::PortLost) {
            return;
        }
        match ask {
            Ask::Select(storage) => self.selected_done(storage, outcome, at),
            Ask::Read(slot) => self.read_done(slot, outcome, at),
            Ask::Verify(token, _) => self.verify_done(*token, outcome, at),
            Ask::Empty(token, _) => self.empty_done(*token, outcome, at),
            Ask::List => self.list_done(outcome, at),
        }
    }

    fn selected_done(&mut self, storage: &str, outcome: &Outcome, at: Instant) {
        if outcome.result.is_ok() {
            self.selected = storage.to_string();
            self.select_again = None;
            return;
        }
        self.select_again = Some(at + TRY_AGAIN);
        if is_busy(outcome) {
            // What was announced there is still there.
            return;
        }
        if storage != self.preferred {
            // That memory can't be had: forget what was announced there; the usual one is looked through instead.
            self.reads.retain(|read| read.slot.storage != storage);
            self.sweep.retain(|s| s != storage);
            for held in &mut self.held {
                if held.slot.as_ref().is_some_and(|slot| slot.storage == storage) && held.stage != Stage::Told {
                    held.stage = Stage::Stuck;
                }
            }
            self.sweep_now();
        } else if let Some(read) = self.reads.front_mut() {
            read.due = at + TRY_AGAIN;
        }
    }

    fn read_done(&mut self, slot: &Slot, outcome: &Outcome, at: Instant) {
        let Some(i) = self.reads.iter().position(|read| read.slot == *slot) else {
            return;
        };
        let found = pdu_of(outcome);
        if outcome.result.is_ok() || found.is_some() || is_empty_slot(outcome) {
            self.reads.remove(i);
            if let Some(pdu) = found {
                self.hand_on(Some(slot.clone()), pdu, false);
            }
            return;
        }
        if not_known(outcome) {
            self.read_by_list();
            return;
        }
        let read = &mut self.reads[i];
        read.tries += 1;
        read.due = at + TRY_AGAIN;
        if read.tries >= READ_TRIES {
            self.reads.remove(i);
            let why = format!(
                "slot {} was refused {READ_TRIES} times; the next sweep takes it",
                slot.index
            );
            self.events.push_back(Event::Note {
                what: "read_failed",
                why,
            });
        }
    }

    fn verify_done(&mut self, token: SlotToken, outcome: &Outcome, at: Instant) {
        let Some(i) = self.held.iter().position(|held| held.token == token) else {
            return;
        };
        match pdu_of(outcome) {
            Some(pdu) if pdu.eq_ignore_ascii_case(&self.held[i].pdu) => {
                let Stage::Verify { tries, .. } = self.held[i].stage else {
                    return;
                };
                self.held[i].stage = Stage::Empty { tries };
            }
            Some(pdu) => {
                // Another text lies there now: that one is news, and nothing is deleted.
                let held = self.held.swap_remove(i);
                self.hand_on(held.slot, pdu, false);
            }
            None if outcome.result.is_ok() || is_empty_slot(outcome) => {
                self.held.swap_remove(i);
            }
            None if not_known(outcome) => self.read_by_list(),
            None => self.not_emptied(i, at),
        }
    }

    /// The modem does not know `+CMGR`: the list tells what a slot holds, and whether it still does.
    fn read_by_list(&mut self) {
        self.list_only = true;
        self.reads.clear();
        self.sweep_now();
    }

    fn empty_done(&mut self, token: SlotToken, outcome: &Outcome, at: Instant) {
        let Some(i) = self.held.iter().position(|held| held.token == token) else {
            return;
        };
        if outcome.result.is_ok() {
            self.held.swap_remove(i);
            if let Some((used, total, full)) = self.usage {
                let left = used.saturating_sub(1);
                if full {
                    self.tell_usage(left, total, false);
                } else {
                    self.usage = Some((left, total, false));
                }
            }
            if self.more && self.held.len() < MAX_HELD / 2 {
                self.more = false;
                self.sweep_now();
            }
        } else {
            self.not_emptied(i, at);
        }
    }

    fn not_emptied(&mut self, i: usize, at: Instant) {
        let held = &mut self.held[i];
        let tries = match held.stage {
            Stage::Verify { tries, .. } | Stage::Empty { tries } => tries + 1,
            Stage::Told | Stage::Stuck => return,
        };
        if tries >= EMPTY_TRIES {
            held.stage = Stage::Stuck;
            let why = format!("a slot could not be emptied in {EMPTY_TRIES} tries; tried again at the next sweep");
            self.events.push_back(Event::Note {
                what: "delete_failed",
                why,
            });
        } else {
            held.stage = Stage::Verify {
                tries,
                due: at + TRY_AGAIN * u32::from(tries),
            };
        }
    }

    fn list_done(&mut self, outcome: &Outcome, at: Instant) {
        self.last_sweep = Some(at);
        let storage = self.sweep.pop_front().unwrap_or_else(|| self.selected.clone());
        let rows = reply::cmgl(&outcome.lines);
        if rows.iter().any(|row| row.text_mode) {
            self.listed_as_text(&storage, &rows, at);
            return;
        }
        let mut present = Vec::new();
        for StoredMessage { index, status, pdu, .. } in rows {
            let Some(index) = index else { continue };
            present.push(index);
            if self.list_only {
                self.verify_by_list(&storage, index, &pdu);
            }
            if came_in(status) {
                let storage = storage.clone();
                self.hand_on(Some(Slot { storage, index }), pdu, true);
            }
        }
        if outcome.result.is_ok() {
            self.held.retain(|held| {
                held.stage != Stage::Stuck
                    || held
                        .slot
                        .as_ref()
                        .is_none_or(|s| s.storage != storage || present.contains(&s.index))
            });
        }
        for held in &mut self.held {
            if held.stage == Stage::Stuck && held.slot.as_ref().is_some_and(|s| s.storage == storage) {
                held.stage = Stage::Verify { tries: 0, due: at };
            }
        }
    }

    /// A list in text mode: PDU mode is set anew and the list asked for again. Where that has just been done, each text that came
    /// in is read by itself.
    fn listed_as_text(&mut self, storage: &str, rows: &[StoredMessage], at: Instant) {
        let lately = |before: Instant| at.saturating_duration_since(before) < TEXT_MODE_AGAIN;
        if !self.text_mode_at.is_some_and(lately) {
            self.text_mode_at = Some(at);
            self.text_mode = true;
            return;
        }
        for index in rows
            .iter()
            .filter(|row| came_in(row.status))
            .filter_map(|row| row.index)
        {
            let storage = storage.to_string();
            let known = self.held.iter().any(|held| {
                let slot = held.slot.as_ref();
                slot.is_some_and(|slot| slot.storage == storage && slot.index == index)
            });
            // Those beyond what can wait are found by the next sweep.
            if !known && !self.read_slot(Slot { storage, index }, at) {
                self.more = true;
            }
        }
        let why = "lists texts in text mode whatever it is told; each is read by itself".to_string();
        self.events.push_back(Event::Note {
            what: "lists_as_text",
            why,
        });
    }

    /// The list shows that a durable text still lies where it was: it may be emptied.
    fn verify_by_list(&mut self, storage: &str, index: u16, pdu: &str) {
        for held in &mut self.held {
            let here = held
                .slot
                .as_ref()
                .is_some_and(|slot| slot.storage == storage && slot.index == index);
            if let (true, Stage::Verify { tries, .. }) = (here && held.pdu.eq_ignore_ascii_case(pdu), held.stage) {
                held.stage = Stage::Empty { tries };
            }
        }
    }

    /// Hands a PDU on, unless it is one that was handed on before and lies there still.
    pub(super) fn hand_on(&mut self, slot: Option<Slot>, pdu: String, swept: bool) {
        if slot.is_some() {
            if let Some(i) = self.held.iter().position(|held| held.slot == slot) {
                if self.held[i].pdu.eq_ignore_ascii_case(&pdu) {
                    return;
                }
                self.held.swap_remove(i);
            }
            if self.held.len() >= MAX_HELD {
                self.more = true;
                return;
            }
        }
        self.next_token += 1;
        let token = SlotToken(self.next_token);
        let line = pdu.trim();
        let digits = !line.is_empty() && line.bytes().all(|octet| octet.is_ascii_hexdigit());
        let (bytes, hex) = match sms::hex::decode(line) {
            Ok(bytes) if digits => (bytes, true),
            Ok(_) | Err(_) => (pdu.as_bytes().to_vec(), false),
        };
        // What isn't stored on the modem needs no emptying, so nothing is kept of it.
        if slot.is_none() {
            if !self.acknowledgements.told(token) {
                let why = "too many texts that the modem does not store wait for the disk".to_string();
                self.events.push_back(Event::Note {
                    what: "not_acknowledged",
                    why,
                });
            }
        } else {
            self.held.push(Held {
                token,
                slot,
                pdu,
                stage: Stage::Told,
            });
        }
        self.events.push_back(Event::Received(Received {
            token,
            pdu: bytes,
            hex,
            swept,
        }));
    }
}

/// 27.005 §3.1 <stat>: the others are somebody's drafts. One that can't be read is no reason to let a text lie.
fn came_in(status: Option<MessageStatus>) -> bool {
    match status {
        Some(MessageStatus::StoredUnsent | MessageStatus::StoredSent) => false,
        Some(MessageStatus::ReceivedUnread | MessageStatus::ReceivedRead) | None => true,
    }
}

/// The PDU line behind `+CMGR:`; an empty slot has none.
fn pdu_of(outcome: &Outcome) -> Option<String> {
    reply::cmgr(&outcome.lines)
        .map(|row| row.pdu)
        .filter(|pdu| !pdu.is_empty())
}

/// SIM busy, as just after a start or while it serves somebody else: `+CME ERROR: 14`, `+CMS ERROR: 314`.
fn is_busy(outcome: &Outcome) -> bool {
    match &outcome.result {
        Err(Failure::Cms(code)) => code.cms().map(|e| e.0) == Some(314),
        Err(Failure::Cme(code)) => code.cme().map(|e| e.0) == Some(14),
        Ok(()) | Err(_) => false,
    }
}

/// `+CMS ERROR: 321`, invalid memory index: nothing lies there.
fn is_empty_slot(outcome: &Outcome) -> bool {
    matches!(&outcome.result, Err(Failure::Cms(code)) if code.cms().map(|e| e.0) == Some(321))
}
