//! The thread that owns the store and the desk. Jobs go in by a bounded queue, answers come out in the same order.
//!
//! A job that decides something is one transaction, so one that fails has left nothing behind and is simply tried again until
//! the disk lets it through: nothing behind it in the queue overtakes, nothing is lost. The exception is a submission, which
//! is given back at once: a modem waits at its prompt. Questions are answered all the same, and so is the watchdog's: a full
//! disk is no reason to be killed. A damaged database is put aside and a new one started ([`Store::replace_damaged`]).

use crate::clock::Now;
use crate::config::Config;
use crate::desk::health::condition::BoxCondition;
use crate::desk::{Desk, Effects, Input, Next};
use crate::store::{Store, StoreError};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

mod work;

use work::Worker;

/// Jobs waiting for the disk. When it is full the event loop waits, the kernel keeps the modem's bytes.
const QUEUE_DEPTH: usize = 256;

/// What a closure run on the clerk's thread is given.
pub type Look = Box<dyn FnOnce(&Store) -> Result<serde_json::Value, StoreError> + Send>;

/// Something for the clerk to do.
pub enum Job {
    /// Decide and record. With `ready`, also look for the next row to send, in the same turn.
    Desk { input: Input, now: Now, ready: bool },
    /// Only look for the next row to send.
    Next { now: Now },
    /// Answer a question from the store.
    Look {
        look: Look,
        answer: oneshot::Sender<Result<serde_json::Value, String>>,
    },
    /// Keep the fact that this setting names.
    Remember { setting: String, now: Now },
    /// How the box is, for STATUS.
    Observe(BoxCondition),
    /// New templates and limits.
    Reconfigure(Box<Config>),
    /// Answered by [`Done::Alive`]: proof that this thread turns.
    Ping,
}

/// What the clerk did.
#[derive(Debug)]
pub enum Done {
    Desk {
        effects: Effects,
        next: Option<Next>,
    },
    Next(Next),
    /// The disk refuses; the job is tried again. In words.
    Trouble(String),
    /// The disk obeys again.
    Recovered,
    Alive,
}

/// The event loop's end.
pub struct Clerk {
    jobs: Option<SyncSender<Job>>,
    pub done: UnboundedReceiver<Done>,
    thread: Option<JoinHandle<Result<(), GivenUp>>>,
    stopping: Arc<OnceLock<Instant>>,
}

/// The daemon had to stop before the disk took everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database refused until the end: the last that happened is not on record. Free or repair the disk, then start again"
)]
pub struct GivenUp;

impl Clerk {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(store: Store, desk: Desk) -> std::io::Result<Clerk> {
        let (jobs, inbox) = sync_channel(QUEUE_DEPTH);
        let (outbox, done) = unbounded_channel();
        let stopping = Arc::new(OnceLock::new());
        let worker = Worker::new(store, desk, inbox, outbox, stopping.clone());
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .stack_size(1 << 20)
            .spawn(move || worker.run())?;
        Ok(Clerk {
            jobs: Some(jobs),
            done,
            thread: Some(thread),
            stopping,
        })
    }

    /// Gives a job; waits if the queue is full. False if the thread is gone, which ends the daemon.
    #[must_use]
    pub fn give(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Lets the queue run empty and closes the store.
    ///
    /// # Errors
    /// If the disk went on refusing for longer than a stop may take.
    pub fn stop(mut self) -> Result<(), GivenUp> {
        self.jobs = None;
        // Set once, here.
        let _ = self.stopping.set(Instant::now());
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        thread.join().unwrap_or_else(|_| {
            tracing::error!("the clerk's thread had panicked");
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CallKey;
    use crate::modem::CallerLine;
    use crate::store::generate::noon;

    const KEY: CallKey = CallKey(7);

    fn started() -> Input {
        Input::CallStarted { call: KEY }
    }

    fn identified() -> Input {
        Input::CallIdentified {
            call: KEY,
            caller: CallerLine::Number {
                digits: "+15125557788".to_owned(),
                toa: 145,
            },
        }
    }

    /// Who is on record as calling when the clerk has taken `inputs`, and how many octets of log that made.
    fn recorded(inputs: Vec<Input>) -> (Vec<Option<String>>, u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let log = folder.path().join("t.db-wal");
        let company = "company = \"Hill Country Plumbing\"\nowner = \"+15125550100\"\ncountry = \"US\"";
        let desk = Desk::new(&Config::parse(company).unwrap());
        let store = Store::open(&path).unwrap();
        let size = || std::fs::metadata(&log).unwrap().len();
        let before = size();
        let clerk = Clerk::start(store, desk).unwrap();
        for input in inputs {
            assert!(clerk.give(Job::Desk {
                input,
                now: noon(),
                ready: false
            }));
        }
        let (answer, answered) = oneshot::channel();
        let look: Look = Box::new(|store| {
            let calls = store.calls(10)?.into_iter().map(|call| call.caller);
            Ok(calls.collect::<Vec<_>>().into())
        });
        assert!(clerk.give(Job::Look { look, answer }));
        let callers = serde_json::from_value(answered.blocking_recv().unwrap().unwrap()).unwrap();
        let written = size() - before;
        clerk.stop().unwrap();
        (callers, written)
    }

    #[test]
    fn a_ring_and_who_calls_are_one_commit() {
        let (callers, both) = recorded(vec![started(), identified()]);
        assert_eq!(callers, [Some("+15125557788".to_owned())]);
        let (_, alone) = recorded(vec![identified()]);
        assert_eq!(both, alone);
    }

    #[test]
    fn a_ring_of_which_nobody_says_who_it_is_is_on_record_all_the_same() {
        let (callers, written) = recorded(vec![started()]);
        assert_eq!(callers, [None]);
        assert!(written > 0);
        let another = Input::CallStarted { call: CallKey(8) };
        let (callers, _) = recorded(vec![started(), another, identified()]);
        assert_eq!(callers, [Some("+15125557788".to_owned()), None]);
    }
}
