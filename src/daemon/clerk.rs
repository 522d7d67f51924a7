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
