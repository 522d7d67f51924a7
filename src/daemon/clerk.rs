//! The thread that owns the store and the desk. Jobs go in by a bounded queue, answers come out in the same order.
//!
//! A job that decides something is one transaction, so one that fails has left nothing behind and is simply tried again until
//! the disk lets it through: nothing behind it in the queue overtakes, nothing is lost. The exception is a submission, which
//! is given back at once: a modem waits at its prompt.

use crate::clock::Now;
use crate::config::Config;
use crate::desk::{Desk, Effects, Input, Next};
use crate::store::{Store, StoreError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// Jobs waiting for the disk. When it is full the event loop waits, the kernel keeps the modem's bytes.
const QUEUE_DEPTH: usize = 256;
/// Without a job for this long, the disk is free for what can wait.
const QUIET: Duration = Duration::from_secs(5);
/// Pause before a failed transaction is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(2);

/// How long a stop waits for a disk that refuses. Longer, and systemd's patience ends it without a word.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// What a closure run on the clerk's thread is given.
pub type Look = Box<dyn FnOnce(&Store) -> Result<serde_json::Value, StoreError> + Send>;

/// Something for the clerk to do.
#[expect(
    clippy::large_enum_variant,
    reason = "each is moved once through a bounded queue; a box would only add an allocation"
)]
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
        let disk = Disk {
            outbox,
            stopping: stopping.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .stack_size(1 << 20)
            .spawn(move || work(store, desk, &inbox, &disk))?;
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

/// How the clerk insists on its transactions.
struct Disk {
    outbox: UnboundedSender<Done>,
    /// Since when the daemon wants to stop.
    stopping: Arc<OnceLock<Instant>>,
}

fn work(mut store: Store, mut desk: Desk, inbox: &Receiver<Job>, disk: &Disk) -> Result<(), GivenUp> {
    let mut unwritten = false;
    while let Some(job) = next_job(inbox, &mut store, &mut unwritten) {
        unwritten |= matches!(job, Job::Desk { .. } | Job::Remember { .. });
        let done = match job {
            Job::Desk { input, now, ready } => Some(disk.decide(&mut store, &mut desk, &input, now, ready)?),
            Job::Next { now } => Some(Done::Next(disk.insist(|| desk.next_submission(&mut store, now))?)),
            Job::Look { look, answer } => {
                // The asker may have hung up: nobody to tell.
                let _ = answer.send(look(&store).map_err(|e| e.to_string()));
                None
            }
            Job::Remember { setting, now } => {
                disk.insist(|| store.transact(now, |tx| tx.set_setting(&setting, "1")))?;
                None
            }
            Job::Reconfigure(config) => {
                desk.reconfigure(&config);
                None
            }
            Job::Ping => Some(Done::Alive),
        };
        if done.is_some_and(|done| disk.outbox.send(done).is_err()) {
            break;
        }
    }
    Ok(())
}

/// The next job. When none comes for a while after some that wrote, the write-ahead log is moved into the database: two
/// syncs that no caller waits for, and a log that stays small.
fn next_job(inbox: &Receiver<Job>, store: &mut Store, unwritten: &mut bool) -> Option<Job> {
    if *unwritten {
        match inbox.recv_timeout(QUIET) {
            Ok(job) => return Some(job),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {
                *unwritten = false;
                if let Err(error) = store.checkpoint() {
                    tracing::warn!(%error, "the write-ahead log stays as it is for now");
                }
            }
        }
    }
    inbox.recv().ok()
}

impl Disk {
    fn decide(
        &self,
        store: &mut Store,
        desk: &mut Desk,
        input: &Input,
        now: Now,
        ready: bool,
    ) -> Result<Done, GivenUp> {
        let effects = match input {
            Input::Submitting { outbox: row } => match desk.handle(store, input.clone(), now) {
                Ok(effects) => effects,
                Err(error) => {
                    tracing::error!(%error, "an attempt could not be recorded; the text stays queued");
                    Effects {
                        permit: Some(Err(*row)),
                        ..Effects::default()
                    }
                }
            },
            Input::Started
            | Input::CallStarted { .. }
            | Input::CallIdentified { .. }
            | Input::CallEnded(_)
            | Input::Received(_)
            | Input::Submitted { .. }
            | Input::Identity(_)
            | Input::Note { .. }
            | Input::Deaf { .. }
            | Input::Hears { .. }
            | Input::Storage { .. }
            | Input::Balance(_)
            | Input::MissedMemory(_)
            | Input::Examined(_)
            | Input::Due
            | Input::Send { .. } => self.insist(|| desk.handle(store, input.clone(), now))?,
        };
        let next = match ready {
            true => Some(self.insist(|| desk.next_submission(store, now))?),
            false => None,
        };
        Ok(Done::Desk { effects, next })
    }

    /// Runs a transaction until the disk takes it, or the time for stopping is over.
    fn insist<T>(&self, mut run: impl FnMut() -> Result<T, StoreError>) -> Result<T, GivenUp> {
        let mut failed = false;
        loop {
            match run() {
                Ok(value) => {
                    if failed {
                        let _ = self.outbox.send(Done::Recovered);
                    }
                    return Ok(value);
                }
                Err(error) => {
                    if !failed {
                        tracing::error!(%error, "the database refuses; trying again until it takes it");
                    }
                    failed = true;
                    let _ = self.outbox.send(Done::Trouble(error.to_string()));
                    if self.stopping.get().is_some_and(|since| since.elapsed() >= STOP_LIMIT) {
                        return Err(GivenUp);
                    }
                    std::thread::sleep(RETRY_PAUSE);
                }
            }
        }
    }
}
