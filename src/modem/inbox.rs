//! The inbox: what the modem holds for us is read, handed on, and only then emptied. 3GPP TS 27.005 §3.4, §4.1–4.4.
//!
//! A line like `+CMTI` is a hint, the memory is the truth: slots are swept at start and now and then. A slot is emptied
//! only by [`Inbox::committed`], and only if a re-read shows that it still holds the very PDU that was handed on.

use super::Event;
use crate::at::Command;
use crate::at::reply::{self, Storage};
use crate::ids::SlotToken;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod acknowledge;
mod answers;
use acknowledge::Acknowledgements;

/// A listing in text mode this soon after +CMGF=0 was set anew is this modem's own way (gammu#979).
const TEXT_MODE_AGAIN: Duration = Duration::from_secs(60);
/// Announced slots waiting to be read; more lead to a sweep.
pub const MAX_READS: usize = 32;
/// PDUs handed on and not yet emptied; while there are so many, no more are read.
pub const MAX_HELD: usize = 64;
/// Tries at reading one slot before it is left to the next sweep.
const READ_TRIES: u8 = 3;
/// Tries at emptying one slot before it is left to the next sweep.
const EMPTY_TRIES: u8 = 5;
/// Between two tries; multiplied by how many there were.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Two sweeps are at least this far apart, however many hints come.
const SWEEP_GAP: Duration = Duration::from_secs(2);
/// Memories a sweep may be asked to look through.
const MAX_MEMORIES: usize = 4;
/// What the memory is called where `+CPMS` names none (27.005 §3.1: the SIM's).
const ONLY_MEMORY: &str = "SM";

/// A place in a message memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub storage: String,
    pub index: u16,
}

/// What the inbox would have the modem asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Select this memory.
    Select(String),
    Read(Slot),
    /// Read again before emptying.
    Verify(SlotToken, u16),
    Empty(SlotToken, u16),
    List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Handed on; not durable yet.
    Told,
    /// Durable: to be re-read.
    Verify { tries: u8, due: Instant },
    /// Re-read and the same: to be emptied.
    Empty { tries: u8 },
    /// Left for the next sweep to empty; never handed on again.
    Stuck,
}

struct Held {
    token: SlotToken,
    slot: Option<Slot>,
    pdu: String,
    stage: Stage,
}

#[derive(Debug)]
struct Read {
    slot: Slot,
    tries: u8,
    due: Instant,
}

/// See the module.
pub struct Inbox {
    /// Where new texts are stored, as bring-up chose.
    preferred: String,
    /// What `+CPMS` has selected now.
    selected: String,
    /// `+CPMS` is unknown here: there is one memory, whatever it is called, and nothing to select.
    one_memory: bool,
    /// `+CMGR` is unknown here: what a slot holds is learned from the list.
    list_only: bool,
    reads: VecDeque<Read>,
    held: Vec<Held>,
    sweep: VecDeque<String>,
    last_sweep: Option<Instant>,
    /// A sweep found more than could be held.
    more: bool,
    select_again: Option<Instant>,
    next_token: u64,
    pub(super) acknowledgements: Acknowledgements,
    usage: Option<(u16, u16, bool)>,
    /// A listing came in text mode: somebody undid +CMGF=0.
    text_mode: bool,
    /// When that was last found, so that a modem which lists so whatever it is told is not told without end.
    text_mode_at: Option<Instant>,
    events: VecDeque<Event>,
}

impl Inbox {
    pub fn new() -> Self {
        Inbox {
            preferred: String::new(),
            selected: String::new(),
            one_memory: false,
            list_only: false,
            reads: VecDeque::new(),
            held: Vec::new(),
            sweep: VecDeque::new(),
            last_sweep: None,
            more: false,
            select_again: None,
            next_token: 0,
            acknowledgements: Acknowledgements::default(),
            usage: None,
            text_mode: false,
            text_mode_at: None,
            events: VecDeque::new(),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Bring-up has selected `storage` for reading, writing and receiving: what lies there is read.
    pub fn opened(&mut self, storage: &str) {
        self.preferred = storage.to_string();
        self.selected = storage.to_string();
        self.one_memory = false;
        self.list_only = false;
        self.select_again = None;
        self.last_sweep = None;
        self.sweep_storage(storage);
    }

    /// Nothing else is to be done: these memories are looked through too, once.
    pub fn look_through(&mut self, all: &[&str]) {
        if self.one_memory {
            return;
        }
        for other in all {
            if *other != self.preferred {
                self.sweep_storage(other);
            }
        }
    }

    /// Bring-up found no memory to select: texts are read from the only one there is.
    pub fn opened_without_selection(&mut self) {
        self.opened(ONLY_MEMORY);
        self.one_memory = true;
    }

    /// The port is gone: nothing is selected, nothing is announced; what was handed on may still be committed.
    pub fn cut_off(&mut self) {
        self.reads.clear();
        self.sweep.clear();
        self.selected.clear();
        self.preferred.clear();
        self.acknowledgements.forget();
        self.usage = None;
    }

    /// A text in text mode was seen: +CMGF=0 is due again. Clears the mark.
    pub fn take_text_mode(&mut self) -> bool {
        std::mem::take(&mut self.text_mode)
    }

    /// +CMTI, +CDSI.
    pub fn stored(&mut self, storage: &str, index: Option<u16>, at: Instant) {
        let storage = if self.one_memory { ONLY_MEMORY } else { storage };
        match index {
            Some(_) if self.list_only => self.sweep_now(),
            Some(index) if is_memory(storage) => {
                let slot = Slot {
                    storage: storage.to_string(),
                    index,
                };
                if !self.read_slot(slot, at) {
                    self.sweep_now();
                }
            }
            Some(_) | None => self.sweep_now(),
        }
    }

    /// Puts a slot among those to be read; false if they are too many.
    fn read_slot(&mut self, slot: Slot, at: Instant) -> bool {
        if self.reads.iter().any(|read| read.slot == slot) {
            return true;
        }
        if self.reads.len() >= MAX_READS {
            return false;
        }
        self.reads.push_back(Read {
            slot,
            tries: 0,
            due: at,
        });
        true
    }

    /// +CMT, +CDS: not stored on the modem at all.
    pub fn direct(&mut self, pdu: String) {
        self.hand_on(None, pdu, false);
    }

    /// +SMS FULL, ^SMMEMFULL …
    pub fn full(&mut self, storage: Option<&str>) {
        match storage {
            Some(storage) if is_memory(storage) && !self.one_memory => self.sweep_storage(storage),
            Some(_) | None => self.sweep_now(),
        }
        if let Some((used, total, false)) = self.usage {
            self.tell_usage(used.max(total), total, true);
        } else if self.usage.is_none() {
            self.tell_usage(0, 0, true);
        }
    }

    /// Looks through the preferred memory.
    pub fn sweep_now(&mut self) {
        let storage = self.preferred.clone();
        self.sweep_storage(&storage);
    }

    fn sweep_storage(&mut self, storage: &str) {
        if !storage.is_empty() && !self.sweep.iter().any(|s| s == storage) && self.sweep.len() < MAX_MEMORIES {
            self.sweep.push_back(storage.to_string());
        }
    }

    /// What `token` carried is durable: its slot may be emptied.
    pub fn committed(&mut self, token: SlotToken, at: Instant) {
        self.acknowledgements.committed(token);
        let Some(i) = self.held.iter().position(|held| held.token == token) else {
            return;
        };
        if self.held[i].slot.is_none() {
            self.held.swap_remove(i);
        } else if self.held[i].stage == Stage::Told {
            self.held[i].stage = Stage::Verify { tries: 0, due: at };
            if self.list_only {
                self.sweep_now();
            }
        }
        if self.more && self.held.len() < MAX_HELD / 2 {
            self.more = false;
            self.sweep_now();
        }
    }

    /// What the inbox needs asked now, texts before chores.
    pub fn wants(&self, at: Instant) -> Option<Ask> {
        if self.preferred.is_empty() {
            return None;
        }
        let room = self.held.len() < MAX_HELD;
        let reachable = |storage: &str| storage == self.selected || self.select_again.is_none_or(|due| due <= at);
        let read = |read: &&Read| room && read.due <= at && reachable(&read.slot.storage);
        if let Some(read) = self.reads.iter().find(read) {
            return Some(self.in_memory(&read.slot.storage, Ask::Read(read.slot.clone())));
        }
        // What lies in the memory that is selected first, so that memories aren't changed back and forth.
        let mut chores: Vec<(&Slot, Ask)> = Vec::new();
        for held in &self.held {
            let Some(slot) = held.slot.as_ref().filter(|slot| reachable(&slot.storage)) else {
                continue;
            };
            match held.stage {
                Stage::Empty { .. } => chores.push((slot, Ask::Empty(held.token, slot.index))),
                // Its turn comes with the list, see below.
                Stage::Verify { due, .. } if due <= at && self.list_only => {}
                Stage::Verify { due, .. } if due <= at => chores.push((slot, Ask::Verify(held.token, slot.index))),
                Stage::Verify { .. } | Stage::Told | Stage::Stuck => {}
            }
        }
        let chore = chores
            .iter()
            .find(|(slot, _)| slot.storage == self.selected)
            .or_else(|| chores.first());
        if let Some((slot, ask)) = chore {
            return Some(self.in_memory(&slot.storage, ask.clone()));
        }
        if self.sweep_due().is_some_and(|due| due.is_none_or(|due| due <= at))
            && let Some(storage) = self.sweep.front().filter(|storage| reachable(storage))
        {
            return Some(self.in_memory(storage, Ask::List));
        }
        let back = self.selected != self.preferred && self.select_again.is_none_or(|due| due <= at);
        back.then(|| Ask::Select(self.preferred.clone()))
    }

    fn in_memory(&self, storage: &str, ask: Ask) -> Ask {
        if storage == self.selected {
            ask
        } else {
            Ask::Select(storage.to_string())
        }
    }

    /// `None`: no sweep waits. `Some(None)`: one may start at once.
    fn sweep_due(&self) -> Option<Option<Instant>> {
        (!self.sweep.is_empty()).then(|| self.last_sweep.map(|last| last + SWEEP_GAP))
    }

    /// When, after `at`, [`Inbox::wants`] has something new. What is due already must not hide what is due next.
    pub fn deadline(&self, at: Instant) -> Option<Instant> {
        let reads = self.reads.iter().map(|read| read.due);
        let chores = self.held.iter().filter_map(|held| match held.stage {
            Stage::Verify { due, .. } => Some(due),
            Stage::Told | Stage::Empty { .. } | Stage::Stuck => None,
        });
        reads
            .chain(chores)
            .chain(self.sweep_due().flatten())
            .chain(self.select_again)
            .filter(|due| *due > at)
            .min()
    }

    /// The command for an ask.
    pub fn command(ask: &Ask) -> Command {
        match ask {
            // Reports have a memory that can't be written or received into: only reading is switched there.
            Ask::Select(storage) if storage == "SR" => Command::Plain {
                text: "+CPMS=\"SR\"",
                prefix: Some("+CPMS:"),
                timeout: Duration::from_secs(5),
            },
            Ask::Select(storage) => Command::MessageStorage(storage.clone()),
            Ask::Read(slot) => Command::ReadMessage(slot.index),
            Ask::Verify(_, index) => Command::ReadMessage(*index),
            Ask::Empty(_, index) => Command::DeleteMessage(*index),
            Ask::List => Command::ListMessages,
        }
    }

    /// `+CPMS: …` as an answer, in either form.
    pub fn usage_line(&mut self, line: &String) {
        if let Some(Storage { used, total, .. }) = reply::cpms(std::slice::from_ref(line)).first() {
            let (used, total) = (*used, *total);
            self.tell_usage(used, total, total > 0 && used >= total);
        }
    }

    fn tell_usage(&mut self, used: u16, total: u16, full: bool) {
        if self.usage != Some((used, total, full)) {
            self.usage = Some((used, total, full));
            self.events.push_back(Event::Storage { used, total, full });
        }
    }
}

/// Two capital letters, 27.005 §3.1 `<mem1>`: `SM`, `ME`, `MT`, `SR` …
fn is_memory(storage: &str) -> bool {
    storage.len() == 2 && storage.bytes().all(|b| b.is_ascii_uppercase())
}
