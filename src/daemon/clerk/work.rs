//! What the clerk's thread does: one job after the other, each until the disk takes it.

use super::{Done, GivenUp, Job, QUEUE_DEPTH};
use crate::clock::Now;
use crate::desk::{Desk, DiskNews, Effects, Input};
use crate::store::{Store, StoreError};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Without a job for this long, the disk is free for what can wait.
const QUIET: Duration = Duration::from_secs(5);
/// What need not be durable at once ([`Store::settle`]) is so within this: time for the next that must be, which takes it along,
/// or for a text's report to come after the network's word. The longer, the more texts a power cut leaves in doubt.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);
/// A modem says who calls a moment after it says that it rings: so long, and both are one commit.
const IDENTIFIED_WITHIN: Duration = Duration::from_millis(250);
/// Pause before a failed transaction is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(2);
/// How long a stop waits for a disk that refuses. Longer, and systemd's patience ends it without a word.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// The owner hears of a disk that refused for longer than this, once it obeys again.
const REFUSAL_TOLD: Duration = Duration::from_secs(60);
/// Damaged databases put aside in an hour. A disk that damages more is broken; then we wait instead of burning through it.
const REPLACED_MAX: usize = 3;
const HOUR: Duration = Duration::from_secs(3600);
/// Less room than this on the disk is told to the owner, while there is still room to say so.
const LOW_OCTETS: u64 = 20 * 1024 * 1024;
/// How often the room on the disk is looked at.
const LOOK_AT_ROOM: Duration = Duration::from_secs(15 * 60);

/// The thread's own.
pub(super) struct Worker {
    store: Store,
    desk: Desk,
    inbox: Receiver<Job>,
    outbox: UnboundedSender<Done>,
    /// Since when the daemon wants to stop.
    stopping: Arc<OnceLock<Instant>>,
    /// Jobs taken from the inbox while the disk refused, in order; at most [`QUEUE_DEPTH`].
    waiting: VecDeque<Job>,
    /// Something was written since the log was last moved into the database.
    unwritten: bool,
    /// When what may wait must be durable.
    settle_by: Option<Instant>,
    /// An attempt could not be recorded: the disk must show that it takes something before the next row is given out.
    suspect: bool,
    /// When damaged databases were put aside, within the last hour.
    replaced: VecDeque<Instant>,
    room: Room,
}

/// How the room on the disk stands.
#[derive(Debug, Default)]
struct Room {
    looked: Option<Instant>,
    told_low: bool,
}

impl Worker {
    pub(super) fn new(
        store: Store,
        desk: Desk,
        inbox: Receiver<Job>,
        outbox: UnboundedSender<Done>,
        stopping: Arc<OnceLock<Instant>>,
    ) -> Worker {
        Worker {
            store,
            desk,
            inbox,
            outbox,
            stopping,
            waiting: VecDeque::new(),
            unwritten: false,
            settle_by: None,
            suspect: false,
            replaced: VecDeque::new(),
            room: Room::default(),
        }
    }

    pub(super) fn run(mut self) -> Result<(), GivenUp> {
        let mut last_now = None;
        while let Some(job) = self.next_job(last_now) {
            self.unwritten |= matches!(job, Job::Desk { .. } | Job::Remember { .. });
            let done = match job {
                Job::Desk { input, now, ready } if self.is_said_by_the_next(&input) => {
                    last_now = Some((now, Instant::now()));
                    match ready {
                        true => Some(Done::Next(self.next_submission(now)?)),
                        false => None,
                    }
                }
                Job::Desk { input, now, ready } => {
                    last_now = Some((now, Instant::now()));
                    Some(self.decide(&input, now, ready)?)
                }
                Job::Next { now } => Some(Done::Next(self.next_submission(now)?)),
                Job::Look { look, answer } => {
                    // The asker may have hung up: nobody to tell.
                    let _ = answer.send(look(&self.store).map_err(|e| e.to_string()));
                    None
                }
                Job::Remember { setting, now } => {
                    self.insist(now, |store, _| store.transact(now, |tx| tx.set_setting(&setting, "1")))?;
                    None
                }
                Job::Observe(condition) => {
                    self.desk.observe(condition);
                    None
                }
                Job::Reconfigure(config) => {
                    self.desk.reconfigure(&config);
                    None
                }
                Job::Ping => Some(Done::Alive),
            };
            if done.is_some_and(|done| self.outbox.send(done).is_err()) {
                break;
            }
        }
        Ok(())
    }

    /// The next job. When none comes for a while after some that wrote, the store may tidy up: syncs that no caller waits for,
    /// and a log that stays small. What was left to be durable later is so when its time has come, whatever else is to be done.
    fn next_job(&mut self, last_now: Option<(Now, Instant)>) -> Option<Job> {
        let mut quiet_at = self.unwritten.then(|| Instant::now() + QUIET);
        loop {
            self.settle();
            if let Some(job) = self.waiting.pop_front() {
                return Some(job);
            }
            let Some(until) = [quiet_at, self.settle_by].into_iter().flatten().min() else {
                return self.inbox.recv().ok();
            };
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if quiet_at.is_some_and(|at| at <= Instant::now()) {
                quiet_at = None;
                self.unwritten = false;
                if let Err(error) = self.store.tidy() {
                    tracing::warn!(%error, "the write-ahead log stays as it is until later");
                }
                if let Some((now, at)) = last_now {
                    self.look_at_room(later(now, at.elapsed()));
                }
            }
        }
    }

    /// Makes durable what was left for later once its time has come; notes when that is.
    fn settle(&mut self) {
        if self.store.is_settled() {
            self.settle_by = None;
            return;
        }
        let due = *self.settle_by.get_or_insert_with(|| Instant::now() + SETTLED_WITHIN);
        if due > Instant::now() {
            return;
        }
        self.settle_by = None;
        if let Err(error) = self.store.settle() {
            tracing::warn!(%error, "what was recorded last is not durable yet; trying again");
            self.settle_by = Some(Instant::now() + RETRY_PAUSE);
        }
    }

    /// A call that begins, when the job behind it says who calls: that one records both. Waits a moment for it, for nothing is
    /// done on the strength of a ring; any other job ends the waiting.
    fn is_said_by_the_next(&mut self, input: &Input) -> bool {
        let Input::CallStarted { call } = input else {
            return false;
        };
        if self.waiting.is_empty() {
            self.waiting.extend(self.inbox.recv_timeout(IDENTIFIED_WITHIN).ok());
        }
        matches!(
            self.waiting.front(),
            Some(Job::Desk { input: Input::CallIdentified { call: identified, .. }, .. }) if identified == call
        )
    }

    fn decide(&mut self, input: &Input, now: Now, ready: bool) -> Result<Done, GivenUp> {
        let effects = match input {
            Input::Submitting { outbox: row } => match self.desk.handle(&mut self.store, input.clone(), now) {
                Ok(effects) => effects,
                Err(error) => {
                    tracing::error!(%error, "an attempt could not be recorded; the text stays queued");
                    self.suspect = true;
                    Effects {
                        permit: Some(Err(*row)),
                        ..Effects::default()
                    }
                }
            },
            Input::Started => {
                let effects = self.insist(now, |store, desk| desk.handle(store, Input::Started, now))?;
                self.tell_what_opening_found(now);
                self.look_at_room(now);
                effects
            }
            other => self.insist(now, |store, desk| desk.handle(store, other.clone(), now))?,
        };
        let next = match ready {
            true => Some(self.next_submission(now)?),
            false => None,
        };
        Ok(Done::Desk { effects, next })
    }

    fn next_submission(&mut self, now: Now) -> Result<crate::desk::Next, GivenUp> {
        if std::mem::take(&mut self.suspect) {
            self.insist(now, |store, _| store.transact(now, |_| Ok(())))?;
        }
        self.insist(now, |store, desk| desk.next_submission(store, now))
    }

    /// Runs a transaction until the disk takes it, or the time for stopping is over.
    fn insist<T>(
        &mut self,
        now: Now,
        mut run: impl FnMut(&mut Store, &mut Desk) -> Result<T, StoreError>,
    ) -> Result<T, GivenUp> {
        let mut refused: Option<Instant> = None;
        loop {
            let error = match run(&mut self.store, &mut self.desk) {
                Ok(value) => {
                    if let Some(since) = refused {
                        let _ = self.outbox.send(Done::Recovered);
                        if since.elapsed() >= REFUSAL_TOLD {
                            let news = DiskNews::Refused {
                                lasted: since.elapsed(),
                            };
                            self.tell(news, later(now, since.elapsed()));
                        }
                    }
                    return Ok(value);
                }
                Err(error) => error,
            };
            if let Some(damage) = error.damage()
                && self.replace(damage, now)
            {
                continue;
            }
            if refused.is_none() {
                tracing::error!(%error, "the database refuses; trying again until it takes it");
            }
            let since = *refused.get_or_insert_with(Instant::now);
            let _ = self.outbox.send(Done::Trouble(error.to_string()));
            if error.is_full() && self.store.give_up_reserve() {
                // Room for a few more decisions, the first of which is to say so.
                self.tell(DiskNews::Full, later(now, since.elapsed()));
                continue;
            }
            if self.stopping.get().is_some_and(|since| since.elapsed() >= STOP_LIMIT) {
                return Err(GivenUp);
            }
            self.wait();
        }
    }

    /// The pause before the next try. What needs no disk is done meanwhile; the rest waits in its order.
    fn wait(&mut self) {
        let until = Instant::now() + RETRY_PAUSE;
        while self.waiting.len() < QUEUE_DEPTH {
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Job::Look { look, answer }) => {
                    // The asker may have hung up: nobody to tell.
                    let _ = answer.send(look(&self.store).map_err(|e| e.to_string()));
                }
                Ok(Job::Ping) => {
                    let _ = self.outbox.send(Done::Alive);
                }
                Ok(job) => self.waiting.push_back(job),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
    }

    /// Puts the damaged database aside and starts a new one. False if that can't be done now.
    fn replace(&mut self, damage: String, now: Now) -> bool {
        self.replaced.retain(|at| at.elapsed() < HOUR);
        if self.replaced.len() >= REPLACED_MAX {
            return false;
        }
        tracing::error!(damage, "the database is damaged; it is put aside and a new one started");
        match self.store.replace_damaged(damage) {
            Ok(()) => {
                self.replaced.push_back(Instant::now());
                match self.desk.handle(&mut self.store, Input::Started, now) {
                    Ok(effects) => {
                        let _ = self.outbox.send(Done::Desk { effects, next: None });
                    }
                    Err(error) => tracing::error!(%error, "the new database refuses"),
                }
                self.tell_what_opening_found(now);
                true
            }
            Err(error) => {
                tracing::error!(%error, "no new database could be started");
                false
            }
        }
    }

    fn tell_what_opening_found(&mut self, now: Now) {
        let found = self.store.take_found();
        if found.opt_outs.damaged > 0 || found.opt_outs.foreign {
            tracing::warn!(
                lines = found.opt_outs.damaged,
                of_another_box = found.opt_outs.foreign,
                "the opt-out file was damaged or not ours; it is written anew"
            );
        }
        if let Some(replaced) = found.replaced {
            tracing::error!(
                aside = %replaced.aside.display(), reason = replaced.reason, opt_outs = replaced.opt_outs,
                salvaged = replaced.salvaged, "a new database was started; the damaged one is kept aside"
            );
            let news = DiskNews::Replaced {
                opt_outs: replaced.opt_outs,
                salvaged: replaced.salvaged,
            };
            self.tell(news, now);
        } else if found.opt_outs.restored > 0 {
            tracing::warn!(
                opt_outs = found.opt_outs.restored,
                "the database had lost opt-outs; taken back from the opt-out file"
            );
        }
    }

    /// Looks now and then how full the disk is, and makes the reserve again when there is room.
    fn look_at_room(&mut self, now: Now) {
        if self.room.looked.is_some_and(|at| at.elapsed() < LOOK_AT_ROOM) {
            return;
        }
        self.room.looked = Some(Instant::now());
        let Some(free) = self.store.free_octets() else { return };
        if free >= LOW_OCTETS * 2 {
            self.room.told_low = false;
            self.store.keep_reserve();
        } else if free < LOW_OCTETS && !self.room.told_low {
            self.room.told_low = true;
            tracing::warn!(free, "the disk is almost full");
            self.tell(DiskNews::Low { free_octets: free }, now);
        }
    }

    /// Tells the owner, if the disk lets us; the log has it in any case.
    fn tell(&mut self, news: DiskNews, now: Now) {
        match self.desk.handle(&mut self.store, Input::Disk(news), now) {
            Ok(effects) => {
                let _ = self.outbox.send(Done::Desk { effects, next: None });
            }
            Err(error) => tracing::error!(%error, "the owner can't be told of the disk's trouble"),
        }
    }
}

/// `now`, and what has gone by since.
fn later(now: Now, elapsed: Duration) -> Now {
    let ms = i64::try_from(elapsed.as_millis()).unwrap_or(0);
    let mut later = now;
    later.steady = now.steady.plus(elapsed);
    later.wall.utc_ms = now.wall.utc_ms.saturating_add(ms);
    later
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::ids::CallKey;
    use crate::modem::{CallerLine, EndedCall, Verdict};
    use crate::store::generate::noon;

    #[test]
    fn what_may_wait_is_durable_when_its_time_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db")).unwrap();
        let company = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\ncountry = \"US\"";
        let desk = Desk::new(&Config::parse(company).unwrap());
        let (_jobs, inbox) = std::sync::mpsc::sync_channel(QUEUE_DEPTH);
        let (outbox, _done) = tokio::sync::mpsc::unbounded_channel();
        let mut worker = Worker::new(store, desk, inbox, outbox, Arc::default());
        let call = CallKey(7);
        let caller = CallerLine::Number {
            digits: "+15125557788".to_owned(),
            toa: 145,
        };
        let rang = Input::CallIdentified {
            call,
            caller: caller.clone(),
        };
        let ended = Input::CallEnded(EndedCall {
            call,
            caller,
            rings: 4,
            ringing: Duration::from_secs(18),
            verdict: Verdict::Missed,
            evidence: vec!["no_carrier"],
            cause: None,
        });
        worker.decide(&rang, noon(), false).unwrap();
        worker.settle();
        assert!(worker.settle_by.is_none(), "a ring is durable at once");
        worker.decide(&ended, noon(), false).unwrap();
        worker.settle();
        assert!(!worker.store.is_settled());
        assert!(worker.settle_by.is_some_and(|by| by <= Instant::now() + SETTLED_WITHIN));
        worker.settle_by = Some(Instant::now());
        worker.settle();
        assert!(worker.store.is_settled());
        worker.settle();
        assert!(worker.settle_by.is_none());
    }
}
