//! The front desk: what a missed call, a text from a caller, or a text from the owner leads to.
//!
//! [`Desk::handle`] takes one input, decides, and records all of it in **one** transaction; what it returns may be acted
//! on because it is on record, and durable wherever the act can't be undone: the permit for a PDU, a slot that may be emptied.
//! What leads to neither and follows from what was on record before waits for the next sync, so that the card is written less
//! ([`crate::store::Tx::may_wait`]). It reads no clock: [`Now`] comes with every input.
//!
//! | room | what it decides |
//! |---|---|
//! | `turn`, `start`, `due`, `rules` | one input's transaction, what a start and a timer lead to, by which rules |
//! | [`calls`] | whether a missed caller is texted, and why not; calls learnt of late |
//! | [`caller`] | what callers text: whole texts from parts, opting out and in, floods, pictures, reactions |
//! | `conversation` | whom an answer is for: handles, routing, held and put-off texts, claims, reminders |
//! | [`owner`] | what the team texts: the grammar, orders, settings, UNDO, figures |
//! | [`team`] | who may do what: roles, claim code, PIN and codes |
//! | [`hours`] | opening hours, holidays, being away, quiet hours, points in time as people write them |
//! | `submission` | a part's way through the outbox, its report, the governor |
//! | [`health`] | the box itself: outages, disk, memory, balance, the test call |
//! | [`wording`] | what the box says and the words it understands, one pack a language |

pub mod caller;
pub mod calls;
mod conversation;
mod due;
pub mod health;
pub mod hours;
pub mod owner;
mod rules;
mod start;
mod submission;
pub mod team;
mod turn;
pub mod wording;

use crate::clock::{Now, Steady};
use crate::config::Config;
use crate::ids::{CallKey, MessageId, OutboxId, SlotToken};
use crate::modem;
use crate::store::{Store, StoreError};
use std::sync::Arc;
use std::time::Duration;

use health::condition::BoxCondition;
pub use health::disk::DiskNews;

use owner::settings;
use rules::Rules;
use submission::limits;
use team::claim;
use turn::Turn;

/// What the desk is told.
#[derive(Debug, Clone)]
pub enum Input {
    /// The process started: close calls left open by a crash, put `submitting` rows in doubt, schedule the rest.
    Started,
    /// The process stops in good order. Its time is on record then, so that the next start knows how long nothing ran; an idle
    /// box may have recorded nothing for hours.
    Stopping,
    CallStarted {
        call: CallKey,
    },
    CallIdentified {
        call: CallKey,
        caller: modem::CallerLine,
    },
    CallEnded(modem::EndedCall),
    /// A PDU came in; after this the slot may be emptied.
    Received(modem::Received),
    /// `AT+CMGS` was given: record the attempt so that the PDU may leave.
    Submitting {
        outbox: OutboxId,
    },
    Submitted {
        outbox: OutboxId,
        outcome: modem::SubmitOutcome,
    },
    /// Who the SIM is (own number, country from the IMSI), what the modem is.
    Identity(modem::Identity),
    /// A note from modem or daemon for the journal; told to the owner where product.md §6 says so.
    Note {
        what: String,
        why: String,
    },
    /// From this long ago on nothing could reach us (the modem, its network).
    Deaf {
        why: modem::Deafness,
        ago: Duration,
    },
    /// The network reaches us again, after so long.
    Hears {
        why: modem::Deafness,
        after: Duration,
    },
    /// The modem's message memory.
    Storage {
        used: u16,
        total: u16,
        full: bool,
    },
    /// What the network said of the balance.
    Balance(modem::Balance),
    /// The modem's own memory of missed calls, newest first.
    MissedMemory(Vec<modem::MemoryEntry>),
    /// What an examination found, asked for by [`Effects::examine`] or from a terminal; and what the machine says of itself.
    Examined(Box<modem::Report>, crate::checkup::Machine),
    /// Something happened to the disk that the owner should know.
    Disk(DiskNews),
    /// A timer given by [`Effects::wake`] has come.
    Due,
    /// `textback send HANDLE|NUMBER TEXT`. All rules but the cooldown apply.
    Send {
        to: String,
        text: String,
    },
    /// Random bits for the box's codes; only the first ever given count.
    Secret(claim::Secret),
    /// The button was pressed for three seconds: for a while the box can be claimed without the label's code.
    ClaimWindow,
    /// The button was held for ten seconds: owners, crew and PIN go; opt-outs stay.
    ClearOwners,
}

/// What may happen now, because it is on record; if `committed` or `permit` say something, it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// Slots whose PDU is stored: tell the modem [`modem::Input::Committed`].
    pub committed: Vec<SlotToken>,
    /// The attempt is recorded: [`modem::Input::Permit`] (Some(Ok)) or no longer wanted: `Withdraw` (Some(Err)).
    pub permit: Option<Result<OutboxId, OutboxId>>,
    /// There may be something to send: call [`Desk::next_submission`] when the modem is ready.
    pub send: bool,
    /// Call [`Desk::handle`] with [`Input::Due`] then, at the latest. Replaces any earlier wake.
    pub wake: Option<Steady>,
    /// Have the modem examined: [`modem::Input::Examine`], answered by [`Input::Examined`].
    pub examine: bool,
    /// Have the balance asked for: [`modem::Input::AskBalance`], answered by [`Input::Balance`].
    pub ask_balance: bool,
    /// For `Input::Send`: the message that was queued, or why not, in words.
    pub queued: Option<Result<MessageId, String>>,
}

/// What [`Desk::next_submission`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Give this to the modem.
    Submit(modem::Submission),
    /// Nothing may go before then (delay, retry, governor).
    NotBefore(Steady),
    /// Nothing is queued.
    Empty,
}

/// The front desk. Holds the rules; everything else is in the store.
#[derive(Debug)]
pub struct Desk {
    file: Arc<Config>,
    /// By the file and by what was set by text; `None` until first needed.
    rules: Option<Rules>,
    condition: BoxCondition,
}

impl Desk {
    /// A desk that works by `config`, and by what was set by text since. Cheap.
    #[must_use]
    pub fn new(config: &Config) -> Desk {
        Desk {
            file: Arc::new(config.clone()),
            rules: None,
            condition: BoxCondition::default(),
        }
    }

    /// How the box is; STATUS tells it from now on. Nothing is written.
    pub fn observe(&mut self, condition: BoxCondition) {
        self.condition = condition;
    }

    /// Works by `config` from the next input on (SIGHUP). What was set by text still counts before it.
    pub fn reconfigure(&mut self, config: &Config) {
        self.file = Arc::new(config.clone());
        self.rules = None;
    }

    /// Takes one input, decides, and records all of it in one transaction. Only then may the effects happen.
    ///
    /// # Errors
    /// The database's own; then nothing of the input happened, and it may be given again.
    pub fn handle(&mut self, store: &mut Store, input: Input, now: Now) -> Result<Effects, StoreError> {
        let (file, condition) = (&self.file, &self.condition);
        let rules = Desk::rules(&mut self.rules, file, store, now)?;
        let (effects, new_rules) = store.transact(now, |tx| {
            let mut turn = Turn::new(tx, rules, condition)?;
            turn.take(input)?;
            if !turn.rules_changed {
                return Ok((turn.finish()?, None));
            }
            let new_rules = settings::rules(file, tx)?;
            let mut turn = turn.under(&new_rules);
            turn.follow_new_rules()?;
            Ok((turn.finish()?, Some(new_rules)))
        })?;
        if new_rules.is_some() {
            self.rules = new_rules;
        }
        Ok(effects)
    }

    /// What may be sent now: the first due part by priority, unless the governor says to wait. Writes nothing.
    ///
    /// # Errors
    /// The database's own.
    pub fn next_submission(&mut self, store: &mut Store, now: Now) -> Result<Next, StoreError> {
        let limits = Desk::rules(&mut self.rules, &self.file, store, now)?.limits;
        store.look(now, |tx| limits::next(tx, &limits))
    }

    fn rules<'d>(
        kept: &'d mut Option<Rules>,
        file: &Arc<Config>,
        store: &mut Store,
        now: Now,
    ) -> Result<&'d Rules, StoreError> {
        let rules = match kept.take() {
            Some(rules) => rules,
            None => store.look(now, |tx| settings::rules(file, tx))?,
        };
        Ok(kept.insert(rules))
    }
}
