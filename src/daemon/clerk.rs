//! The thread that owns the store and the desk. Jobs go in by a bounded queue, answers come out in the same order.
//!
//! A job that decides something is one transaction, so one that fails has left nothing behind and is simply tried again until
//! the disk lets it through: nothing behind it in the queue overtakes, nothing is lost. The exception is a submission, which
//! is given back at once: a modem waits at its prompt.

use crate::clock::Now;
use crate::config::Config;
use crate::desk::{Desk, Effects, Input, Next};
use crate::store::{Store, StoreError};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// Jobs waiting for the disk. When it is full the event loop waits, the kernel keeps the modem's bytes.
const QUEUE_DEPTH: usize = 256;
/// Pause before a failed transaction is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(2);

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
    thread: Option<JoinHandle<()>>,
}

impl Clerk {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(store: Store, desk: Desk) -> std::io::Result<Clerk> {
        let (jobs, inbox) = sync_channel(QUEUE_DEPTH);
        let (outbox, done) = unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .stack_size(1 << 20)
            .spawn(move || {
                work(store, desk, &inbox, &outbox);
            })?;
        Ok(Clerk {
            jobs: Some(jobs),
            done,
            thread: Some(thread),
        })
    }

    /// Gives a job; waits if the queue is full. False if the thread is gone, which ends the daemon.
    #[must_use]
    pub fn give(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Lets the queue run empty and closes the store.
    pub fn stop(mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the clerk's thread had panicked");
        }
    }
}

fn work(mut store: Store, mut desk: Desk, inbox: &Receiver<Job>, outbox: &UnboundedSender<Done>) {
    while let Ok(job) = inbox.recv() {
        let done = match job {
            Job::Desk { input, now, ready } => Some(decide(&mut store, &mut desk, &input, now, ready, outbox)),
            Job::Next { now } => Some(Done::Next(insist(outbox, || desk.next_submission(&mut store, now)))),
            Job::Look { look, answer } => {
                // The asker may have hung up: nobody to tell.
                let _ = answer.send(look(&store).map_err(|e| e.to_string()));
                None
            }
            Job::Reconfigure(config) => {
                desk.reconfigure(&config);
                None
            }
            Job::Ping => Some(Done::Alive),
        };
        if done.is_some_and(|done| outbox.send(done).is_err()) {
            return;
        }
    }
}

fn decide(
    store: &mut Store,
    desk: &mut Desk,
    input: &Input,
    now: Now,
    ready: bool,
    outbox: &UnboundedSender<Done>,
) -> Done {
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
        | Input::Due
        | Input::Send { .. } => insist(outbox, || desk.handle(store, input.clone(), now)),
    };
    let next = ready.then(|| insist(outbox, || desk.next_submission(store, now)));
    Done::Desk { effects, next }
}

/// Runs a transaction until the disk takes it.
fn insist<T>(outbox: &UnboundedSender<Done>, mut run: impl FnMut() -> Result<T, StoreError>) -> T {
    let mut failed = false;
    loop {
        match run() {
            Ok(value) => {
                if failed {
                    let _ = outbox.send(Done::Recovered);
                }
                return value;
            }
            Err(error) => {
                if !failed {
                    tracing::error!(%error, "the database refuses; trying again until it takes it");
                }
                failed = true;
                let _ = outbox.send(Done::Trouble(error.to_string()));
                std::thread::sleep(RETRY_PAUSE);
            }
        }
    }
}
