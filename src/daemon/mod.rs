//! The daemon: one event loop, one port, one thread for the store.
//!
//! ```text
//!   port ──bytes──▶ Modem::handle ──Event──▶ Input ──▶ clerk thread: Desk::handle (one transaction), next_submission
//!   port ◀─Transmit─ Modem::poll                          │
//!                        ▲                                │
//!                        └── Committed, Permit, Submit ◀──┘ Effects, Next
//! ```
//!
//! What can go wrong: the port is absent, busy, forbidden or vanishes (a state; see [`port`]); the disk refuses (the clerk
//! insists, we say so); the modem is mute (the modem layer's ladder asks for a reopen); a signal asks us to stop (the text in
//! flight is finished first, up to [`DRAIN_LIMIT`]).

use crate::board::Press;
use crate::config::{Config, Topology};
use crate::modem;
use crate::store::Store;
use alarm::Alarm;
use anyhow::Context;
use board::Board;
use clerk::Job;
use control::Asked;
use port::Opener;
use power::Power;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

pub mod alarm;
pub mod alone;
pub mod board;
pub mod clerk;
pub mod control;
pub mod doctor;
pub mod ears;
pub mod examination;
mod exchange;
pub mod flight;
pub mod handover;
pub mod machine;
pub mod notify;
mod open;
pub mod pin;
pub mod port;
pub mod power;
mod questions;
pub mod state;
mod usb;
pub mod wallclock;

use exchange::Exchange;
pub use exchange::desk_input;
use open::{MAX_UNWRITTEN, Moved, Open, move_bytes};

/// How long a stop waits for the text in flight: the longest a modem may take to answer a submission, and a little.
pub const DRAIN_LIMIT: Duration = Duration::from_secs(75);
/// Between losing a port and trying it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);
/// Questions waiting for an answer.
const MAX_QUESTIONS: usize = 32;
/// Reads in a row before what is due goes first: a port may babble without end.
const READS_IN_A_ROW: u32 = 64;

/// What asks the daemon to stop or to read its configuration again.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Finish the text in flight, then stop.
    Stop,
    /// New templates and limits; port and database stay as they are.
    Reload(Box<Config>),
    /// The button at the box was pressed.
    Pressed(Press),
    /// The supply fails: finish the text in flight, then stop. Whoever is still alive then may start again.
    PowerFails,
}

/// What the daemon works with besides configuration and database.
pub struct World<O> {
    /// Where the modem's port comes from.
    pub opener: O,
    /// What only the outside of the modem can do for it.
    pub power: Power,
    /// Lights and button, where there are any.
    pub board: Option<Board>,
    /// Who asks.
    pub listener: Option<control::Listener>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Stopped,
    /// The supply was failing.
    PowerFailed,
    /// This modem or SIM can never do the job; trying on could only harm (a PIN try).
    Cannot(modem::Limit),
}

/// Runs until told to stop.
///
/// `on_ready` is called once, when calls can be taken for the first time.
///
/// # Errors
/// Only if the clerk's thread can't start or dies; a missing modem is never an error.
pub async fn run<O: Opener>(
    config: &Config,
    store: Store,
    world: World<O>,
    orders: &mut mpsc::Receiver<Order>,
    on_ready: impl FnOnce(&str),
) -> anyhow::Result<Ended> {
    let World {
        mut opener,
        power,
        board,
        listener,
    } = world;
    let (ask, mut asked) = mpsc::channel(MAX_QUESTIONS);
    let serving = async {
        match &listener {
            Some(listener) => listener.serve(ask).await,
            None => drop(ask),
        }
        std::future::pending::<()>().await;
    };
    let mut on_ready = Some(on_ready);
    let mut desk = Exchange::start(config, store, power)?;
    let watchdog = notify::watchdog_interval();
    let working = async {
        let mut line: Option<Open> = None;
        let mut feed_at = watchdog.map(|every| Instant::now() + every);
        let mut alarm = Alarm::new().context("no kernel timer")?;
        let mut reopen_at: Option<tokio::time::Instant> = None;
        let mut plugged_in: Option<Instant> = None;
        let mut stop_by: Option<tokio::time::Instant> = None;
        let mut ended = Ended::Stopped;
        let mut reads = 0;
        loop {
            desk.pump();
            if desk.state.is_ready()
                && let Some(say) = on_ready.take()
            {
                say(&desk.state.summary());
                notify::ready();
            }
            if desk.state.take_change() {
                let summary = desk.state.summary();
                tracing::info!(state = %summary, "state");
                notify::status(&summary);
            }
            if let Some(board) = &board {
                board.show(desk.shown());
            }
            if desk.reopen {
                desk.reopen = false;
                if desk.modem.last_proof() < plugged_in {
                    opener.stayed_mute();
                }
                desk.lose_port("the recovery ladder reopens the port");
                line = None;
                reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
            }
            if let Some(limit) = desk.state.hopeless() {
                return Ok(Ended::Cannot(limit));
            }
            if stop_by.is_some() && !desk.submitting {
                return Ok(ended);
            }
            if let Some(open) = &mut line {
                open.queue(&mut desk.transmit, Instant::now());
                if open.unwritten.len() > MAX_UNWRITTEN || open.stalled(Instant::now()) {
                    desk.lose_port("the port takes no bytes");
                    line = None;
                    continue;
                }
            } else if reopen_at.is_none_or(|at| at <= tokio::time::Instant::now()) {
                reopen_at = None;
                desk.transmit.clear();
                match opener.open() {
                    Ok(opened) => {
                        tracing::info!("port open");
                        desk.state.port(None);
                        desk.power.port_opened();
                        plugged_in.get_or_insert(Instant::now());
                        line = Some(Open::new(opened));
                        desk.flight.port_opened(Instant::now());
                        desk.modem.handle(modem::Input::PortOpened, Instant::now());
                        continue;
                    }
                    Err(trouble) => {
                        if matches!(trouble, port::Trouble::Absent { .. }) {
                            plugged_in = None;
                        }
                        if desk.state.port(Some(trouble.clone())) {
                            tracing::warn!(%trouble, "no port");
                            desk.lose_port("there is none");
                        }
                    }
                }
            }
            let trouble = desk.state.trouble().cloned();
            let deadline = [desk.deadline(), feed_at].into_iter().flatten().min();
            if reads >= READS_IN_A_ROW {
                reads = 0;
                if deadline.is_some_and(|at| at <= Instant::now()) {
                    rung(&mut desk, &mut feed_at, watchdog)?;
                    continue;
                }
            }
            // What is rare and bounded stands before the port, which may always have something; time stands after it, so that
            // what the modem said while we were busy is heard before we find it late.
            tokio::select! {
                biased;
                done = desk.clerk.done.recv() => match done {
                    Some(done) => desk.done(done),
                    None => anyhow::bail!("the thread that owns the database has died; restart to recover what is recorded"),
                },
                order = orders.recv(), if stop_by.is_none() => match order {
                    order @ (None | Some(Order::Stop | Order::PowerFails)) => {
                        if order == Some(Order::PowerFails) {
                            ended = Ended::PowerFailed;
                        }
                        notify::stopping();
                        tracing::info!("stopping: finishing the text in flight");
                        desk.modem.handle(modem::Input::Drain, Instant::now());
                        stop_by = Some(tokio::time::Instant::now() + DRAIN_LIMIT);
                    }
                    Some(Order::Reload(config)) => desk.reload(config)?,
                    Some(Order::Pressed(press)) => desk.pressed(press)?,
                },
                () = sleep_until(stop_by) => {
                    tracing::warn!("the modem did not answer in time: the text in flight stays in doubt");
                    return Ok(ended);
                }
                // Where nobody listens this ends at once, and is no turn of anybody's.
                Some(Asked { question, answer }) = asked.recv() => desk.answer(question, answer)?,
                moved = move_bytes(&mut line) => match moved {
                    Moved::Read(n) => {
                        reads += 1;
                        if let Some(open) = &line {
                            let at = Instant::now();
                            desk.flight.heard(&open.buffer[..n], at);
                            desk.modem.handle(modem::Input::Bytes(&open.buffer[..n]), at);
                        }
                    }
                    Moved::Written(n) => {
                        if let Some(open) = &mut line {
                            open.wrote(n, Instant::now());
                        }
                    }
                    Moved::Gone(why) => {
                        tracing::warn!(%why, "port lost");
                        desk.lose_port("the port is gone");
                        line = None;
                        // The node may outlive the modem by a moment: let it settle rather than spin.
                        reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
                    }
                },
                () = sleep_until(reopen_at), if line.is_none() => {}
                () = opener.wait(trouble.as_ref()), if line.is_none() && reopen_at.is_none() => {}
                rang = alarm.ring(deadline) => {
                    rang.context("the kernel's timer failed")?;
                    reads = 0;
                    rung(&mut desk, &mut feed_at, watchdog)?;
                }
                stepped = desk.power.stepped() => desk.stepped(stepped),
            }
        }
    };
    let result = tokio::select! {
        result = working => result,
        () = serving => Ok(Ended::Stopped),
    };
    desk.stopping();
    let recorded = desk.clerk.stop();
    let ended = result?;
    recorded?;
    Ok(ended)
}

/// The time has come of something that was due: the desk's and the modem's timers, and the sign of life for the watchdog.
fn rung(desk: &mut Exchange, feed_at: &mut Option<Instant>, watchdog: Option<Duration>) -> anyhow::Result<()> {
    desk.tick();
    if feed_at.is_some_and(|at| at <= Instant::now()) {
        *feed_at = watchdog.map(|every| Instant::now() + every);
        desk.give(Job::Ping)?;
    }
    Ok(())
}

/// What the modem must know of the configuration. Whether the PIN is known to be wrong is the store's to say ([`pin`]).
#[must_use]
pub fn modem_options(config: &Config) -> modem::Options {
    modem::Options {
        pin: config.modem.pin.clone(),
        pin_known_wrong: false,
        reject_after: config.text_back.reject_after,
        power: modem::PowerSteps::default(),
        balance: config.modem.balance.clone(),
        ask_cause: config.topology == Topology::Twin,
    }
}

/// The call or handle that `textback why` names.
///
/// # Errors
/// What to give instead, in words.
pub fn why_number(what: &str) -> Result<i64, String> {
    let digits = what.trim().trim_start_matches(['#', '@']);
    digits
        .parse()
        .map_err(|_| format!("{what:?} is neither a call's number (see `textback calls`) nor a handle"))
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::{Line, Trouble};
    use std::pin::Pin;
    use std::task::{Context as Cx, Poll};
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    /// A port that always has something to say.
    struct Babbler;

    impl AsyncRead for Babbler {
        fn poll_read(self: Pin<&mut Self>, cx: &mut Cx<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
            // As a real port does, it takes its part of tokio's budget.
            let budget = std::task::ready!(tokio::task::coop::poll_proceed(cx));
            budget.made_progress();
            let line = b"^BOOT:1\r\n";
            buffer.put_slice(&line[..line.len().min(buffer.remaining())]);
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Babbler {
        fn poll_write(self: Pin<&mut Self>, _: &mut Cx<'_>, octets: &[u8]) -> Poll<std::io::Result<usize>> {
            Poll::Ready(Ok(octets.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Cx<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Cx<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl Opener for Babbler {
        fn open(&mut self) -> Result<Box<dyn Line>, Trouble> {
            Ok(Box::new(Babbler))
        }

        async fn wait(&mut self, _: Option<&Trouble>) {
            std::future::pending().await
        }
    }

    #[test]
    fn a_port_that_babbles_without_end_keeps_nobody_from_stopping_the_daemon() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        let config = format!(
            "company = \"Hill\"\nowner = \"+15125550100\"\n[store]\npath = \"{}\"\n",
            database.display()
        );
        let config = Config::parse(&config).unwrap();
        let store = Store::open(&database).unwrap();
        let world = World {
            opener: Babbler,
            power: Power::none(),
            board: None,
            listener: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let ended = runtime.block_on(async {
            let (give, mut orders) = mpsc::channel(1);
            let daemon = run(&config, store, world, &mut orders, |_| {});
            let stopping = async {
                // It has said a few thousand lines by then.
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                give.send(Order::Stop).await.unwrap();
                std::future::pending::<()>().await;
            };
            let limit = tokio::time::sleep(Duration::from_secs(10));
            tokio::select! {
                ended = daemon => Some(ended.unwrap()),
                () = stopping => None,
                () = limit => None,
            }
        });
        assert_eq!(ended, Some(Ended::Stopped));
    }
}
