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
use crate::phone::PhoneNumber;
use crate::store::Store;
use crate::store::report::Subject;
use board::Board;
use port::Opener;
use power::Power;
use std::time::Duration;
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
mod running;
pub mod state;
pub mod stopped;
mod usb;
pub mod wallclock;

use exchange::Exchange;
pub use exchange::desk_input;
use running::Running;

/// How long a stop waits for the text in flight: the longest a modem may take to answer a submission, and a little.
pub const DRAIN_LIMIT: Duration = Duration::from_secs(75);
/// Questions waiting for an answer.
const MAX_QUESTIONS: usize = 32;

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
        opener,
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
    let mut running = Running::new(Exchange::start(config, store, power)?, opener, board);
    let result = tokio::select! {
        result = running.work(orders, &mut asked, on_ready) => result,
        () = serving => Ok(Ended::Stopped),
    };
    let recorded = running.stop();
    let ended = result?;
    recorded?;
    Ok(ended)
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

/// Whom or what `textback why` names: a caller by handle or number, or a call.
///
/// # Errors
/// What to give instead, in words.
pub fn why_about(what: &str) -> Result<Subject, String> {
    let text = what.trim().trim_start_matches(['#', '@']);
    if text.starts_with('+') {
        let number = PhoneNumber::written(text).map_err(|why| why.to_string())?;
        return Ok(Subject::Caller(number));
    }
    text.parse().map(Subject::HandleOrCall).map_err(|_| {
        format!(
            "{what:?} is neither a call's number (see `textback calls`), nor a handle, nor a telephone number with +"
        )
    })
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
