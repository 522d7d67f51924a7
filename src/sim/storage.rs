//! The message memories (3GPP TS 27.005 §3.1): slots of limited number, in which PDUs lie as text or PDU mode read them.

use super::profiles::Profile;

/// `<stat>` of TS 27.005 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Unread,
    Read,
    Unsent,
    Sent,
}

impl Status {
    pub(super) fn from_code(code: u32) -> Option<Self> {
        [Status::Unread, Status::Read, Status::Unsent, Status::Sent]
            .into_iter()
            .find(|s| u32::from(s.code()) == code)
    }

    pub(super) fn from_words(words: &str) -> Option<Self> {
        [Status::Unread, Status::Read, Status::Unsent, Status::Sent]
            .into_iter()
            .find(|s| s.words() == words)
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Status::Unread => 0,
            Status::Read => 1,
            Status::Unsent => 2,
            Status::Sent => 3,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Status::Unread => "REC UNREAD",
            Status::Read => "REC READ",
            Status::Unsent => "STO UNSENT",
            Status::Sent => "STO SENT",
        }
    }
}

/// One message in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub status: Status,
    /// SMSC part as in PDU mode.
    pub smsc: Vec<u8>,
    pub tpdu: Vec<u8>,
}

/// One memory.
#[derive(Debug)]
pub(super) struct Memory {
    pub name: &'static str,
    slots: Vec<Option<Stored>>,
    first: usize,
}

impl Memory {
    pub(super) fn used(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    pub(super) fn total(&self) -> usize {
        self.slots.len()
    }

    /// Puts it in the first free slot and says which; `None` when full.
    pub(super) fn put(&mut self, message: Stored) -> Option<usize> {
        let free = self.slots.iter().position(Option::is_none)?;
        self.slots[free] = Some(message);
        Some(free + self.first)
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Option<Stored>> {
        self.slots
            .get_mut(usize::try_from(index).ok()?.checked_sub(self.first)?)
    }

    /// First and last index, as `+CMGD=?` gives them.
    pub(super) fn range(&self) -> (usize, usize) {
        (self.first, self.first + self.slots.len().saturating_sub(1))
    }

    pub(super) fn messages(&mut self) -> impl Iterator<Item = (usize, &mut Stored)> {
        let first = self.first;
        self.slots
            .iter_mut()
            .enumerate()
            .filter_map(move |(i, slot)| Some((i + first, slot.as_mut()?)))
    }

    pub(super) fn delete_if(&mut self, which: impl Fn(Status) -> bool) {
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(|m| which(m.status)) {
                *slot = None;
            }
        }
    }
}

/// All memories, and which of them `+CPMS` has chosen for what.
#[derive(Debug)]
pub(super) struct Memories {
    list: Vec<Memory>,
    /// For reading and deleting, for writing and sending, for receiving: places in the list.
    pub chosen: [usize; 3],
}

impl Memories {
    pub(super) fn new(profile: &Profile) -> Self {
        let memory = |&(name, slots): &(&'static str, usize)| Memory {
            name,
            slots: vec![None; slots],
            first: profile.first_slot,
        };
        let mut memories = Memories {
            list: profile.memories.iter().map(memory).collect(),
            chosen: [0; 3],
        };
        memories.choose_default(profile);
        memories
    }

    pub(super) fn choose_default(&mut self, profile: &Profile) {
        self.chosen = [self.place(profile.default_memory).unwrap_or(0); 3];
    }

    /// MT is ME by another name (as on EC25).
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let listed = |name: &str| self.list.iter().position(|m| m.name == name);
        let named = listed(name)?;
        if name == "MT" {
            listed("ME").or(Some(named))
        } else {
            Some(named)
        }
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.list.iter().map(|m| m.name).collect()
    }

    /// The memory chosen for use 0, 1 or 2. A profile has at least one memory, so there is always one.
    pub(super) fn chosen(&mut self, which: usize) -> &mut Memory {
        let place = self.chosen[which.min(2)].min(self.list.len() - 1);
        &mut self.list[place]
    }

    /// The memories chosen for the three uses.
    pub(super) fn in_use(&self) -> [&Memory; 3] {
        self.chosen.map(|place| &self.list[place.min(self.list.len() - 1)])
    }

    pub(super) fn named(&mut self, name: &str) -> Option<&mut Memory> {
        let place = self.place(name)?;
        self.list.get_mut(place)
    }

    /// Messages in all of them.
    pub(super) fn used(&self) -> usize {
        self.list.iter().map(Memory::used).sum()
    }

    /// True if one lies there that nobody has read.
    pub(super) fn any_unread(&self) -> bool {
        let mut slots = self.list.iter().flat_map(|memory| memory.slots.iter().flatten());
        slots.any(|stored| stored.status == Status::Unread)
    }

    /// What lies in all of them.
    pub(super) fn tpdus(&mut self) -> Vec<Vec<u8>> {
        self.list
            .iter_mut()
            .flat_map(Memory::messages)
            .map(|(_, stored)| stored.tpdu.clone())
            .collect()
    }

    /// Another memory than this one, if there is one.
    pub(super) fn other_than(&self, name: &str) -> Option<&'static str> {
        self.list.iter().map(|m| m.name).find(|n| *n != name)
    }
}
