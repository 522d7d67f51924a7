//! The event loop itself, between a start and an end: what comes in is handed to the [`Exchange`], and the port is kept open.

use super::alarm::Alarm;
use super::board::Board;
use super::clerk::Job;
use super::control::Asked;
use super::exchange::Exchange;
use super::open::{MAX_UNWRITTEN, Moved, Open, move_bytes};
use super::port::{Opener, Trouble};
use super::{DRAIN_LIMIT, Ended, Order, notify};
use crate::modem;
use anyhow::Context;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Between losing a port and trying it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);
/// Reads in a row before what is due goes first: a port may babble without end.
const READS_IN_A_ROW: u32 = 64;

/// A run of the daemon.
pub(super) struct Running<O> {
    desk: Exchange,
    opener: O,
    board: Option<Board>,
    /// The port, while there is one.
    line: Option<Open>,
    /// Not before then is the port tried again.
    reopen_at: Option<tokio::time::Instant>,
    /// Since when there has been a port to open. One that goes away and comes back within moments was there all the time.
    plugged_in: Option<Instant>,
    /// Reads since what was due last had its turn.
    reads: u32,
    /// How often the watchdog wants a sign of life, and when the next is due.
    watchdog: Option<Duration>,
    feed_at: Option<Instant>,
    /// Told to stop: until when the text in flight may take, and what to give then.
    stop_by: Option<tokio::time::Instant>,
    ended: Ended,
}

/// Whether something changed that the rest of a turn has to be begun again for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    AsItWas,
    CameOrWent,
}

impl<O: Opener> Running<O> {
    pub(super) fn new(desk: Exchange, opener: O, board: Option<Board>) -> Self {
        let watchdog = notify::watchdog_interval();
        Running {
            desk,
            opener,
            board,
            line: None,
            reopen_at: None,
            plugged_in: None,
            reads: 0,
            watchdog,
            feed_at: watchdog.map(|every| Instant::now() + every),
            stop_by: None,
            ended: Ended::Stopped,
        }
    }

    /// Works until told to stop; [`super::run`] says the rest.
    pub(super) async fn work(
        &mut self,
        orders: &mut mpsc::Receiver<Order>,
        asked: &mut mpsc::Receiver<Asked>,
        on_ready: impl FnOnce(&str),
    ) -> anyhow::Result<Ended> {
        let mut alarm = Alarm::new().context("no kernel timer")?;
        let mut on_ready = Some(on_ready);
        loop {
            self.desk.pump();
            if self.desk.state.is_ready()
                && let Some(say) = on_ready.take()
            {
                say(&self.desk.state.summary());
                notify::ready();
            }
            self.show();
            self.close_if_mute();
            if let Some(ended) = self.over() {
                return Ok(ended);
            }
            if self.tend_port() == Port::CameOrWent {
                continue;
            }
            let trouble = self.desk.state.trouble().cloned();
            let deadline = [self.desk.deadline(), self.feed_at].into_iter().flatten().min();
            if self.reads >= READS_IN_A_ROW {
                self.reads = 0;
                if deadline.is_some_and(|at| at <= Instant::now()) {
                    self.rung()?;
                    continue;
                }
            }
            // What is rare and bounded stands before the port, which may always have something; time stands after it, so that
            // what the modem said while we were busy is heard before we find it late.
            tokio::select! {
                biased;
                done = self.desk.clerk.done.recv() => match done {
                    Some(done) => self.desk.done(done),
                    None => anyhow::bail!("the thread that owns the database has died; restart to recover what is recorded"),
                },
                order = orders.recv(), if self.stop_by.is_none() => self.ordered(order)?,
                () = sleep_until(self.stop_by) => {
                    tracing::warn!("the modem did not answer in time: the text in flight stays in doubt");
                    return Ok(self.ended);
                }
                // Where nobody listens this ends at once, and is no turn of anybody's.
                Some(Asked { question, answer }) = asked.recv() => self.desk.answer(question, answer)?,
                moved = move_bytes(&mut self.line) => self.moved(moved),
                () = sleep_until(self.reopen_at), if self.line.is_none() => {}
                () = self.opener.wait(trouble.as_ref()), if self.line.is_none() && self.reopen_at.is_none() => {}
                rang = alarm.ring(deadline) => {
                    rang.context("the kernel's timer failed")?;
                    self.reads = 0;
                    self.rung()?;
                }
                stepped = self.desk.power.stepped() => self.desk.stepped(stepped),
            }
        }
    }

    /// Ends the clerk's work.
    ///
    /// # Errors
    /// The disk refused until the end.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        self.desk.stopping();
        Ok(self.desk.clerk.stop()?)
    }

    /// Tells systemd and the lights how things are.
    fn show(&mut self) {
        if self.desk.state.take_change() {
            let summary = self.desk.state.summary();
            tracing::info!(state = %summary, "state");
            notify::status(&summary);
        }
        if let Some(board) = &self.board {
            board.show(self.desk.shown());
        }
    }

    /// The modem layer's ladder may want the port closed and opened again.
    fn close_if_mute(&mut self) {
        if !std::mem::take(&mut self.desk.reopen) {
            return;
        }
        if self.desk.modem.last_proof() < self.plugged_in {
            self.opener.stayed_mute();
        }
        self.lose_port("the recovery ladder reopens the port");
        self.reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
    }

    fn lose_port(&mut self, why: &'static str) {
        self.desk.lose_port(why);
        self.line = None;
    }

    fn over(&self) -> Option<Ended> {
        if let Some(limit) = self.desk.state.hopeless() {
            return Some(Ended::Cannot(limit));
        }
        (self.stop_by.is_some() && !self.desk.submitting).then_some(self.ended)
    }

    /// Gives the port what is to be written, or opens one.
    fn tend_port(&mut self) -> Port {
        if let Some(open) = &mut self.line {
            open.queue(&mut self.desk.transmit, Instant::now());
            if open.unwritten.len() > MAX_UNWRITTEN || open.stalled(Instant::now()) {
                self.lose_port("the port takes no bytes");
                return Port::CameOrWent;
            }
            return Port::AsItWas;
        }
        if self.reopen_at.is_some_and(|at| at > tokio::time::Instant::now()) {
            return Port::AsItWas;
        }
        self.reopen_at = None;
        self.desk.transmit.clear();
        match self.opener.open() {
            Ok(opened) => {
                let at = Instant::now();
                tracing::info!("port open");
                self.desk.state.port(None);
                self.desk.power.port_opened();
                self.plugged_in.get_or_insert(at);
                self.line = Some(Open::new(opened));
                self.desk.flight.port_opened(at);
                self.desk.modem.handle(modem::Input::PortOpened, at);
                Port::CameOrWent
            }
            Err(trouble) => {
                if matches!(trouble, Trouble::Absent { .. }) {
                    self.plugged_in = None;
                }
                if !self.desk.state.port(Some(trouble.clone())) {
                    return Port::AsItWas;
                }
                tracing::warn!(%trouble, "no port");
                self.desk.lose_port("there is none");
                // The lights and systemd are told before it is waited for: that may take half a minute before anything else happens.
                Port::CameOrWent
            }
        }
    }

    fn moved(&mut self, moved: Moved) {
        let at = Instant::now();
        match (moved, &mut self.line) {
            (Moved::Read(n), Some(open)) => {
                self.reads += 1;
                self.desk.flight.heard(&open.buffer[..n], at);
                self.desk.modem.handle(modem::Input::Bytes(&open.buffer[..n]), at);
            }
            (Moved::Written(n), Some(open)) => open.wrote(n, at),
            (Moved::Gone(why), _) => {
                tracing::warn!(%why, "port lost");
                self.lose_port("the port is gone");
                // The node may outlive the modem by a moment: let it settle rather than spin.
                self.reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
            }
            // Without a port nothing moves.
            (Moved::Read(_) | Moved::Written(_), None) => {}
        }
    }

    fn ordered(&mut self, order: Option<Order>) -> anyhow::Result<()> {
        match order {
            Some(Order::Reload(config)) => self.desk.reload(config),
            Some(Order::Pressed(press)) => self.desk.pressed(press),
            Some(Order::PowerFails) => {
                self.drain(Ended::PowerFailed);
                Ok(())
            }
            Some(Order::Stop) | None => {
                self.drain(Ended::Stopped);
                Ok(())
            }
        }
    }

    /// Nothing new is begun; the text in flight is finished.
    fn drain(&mut self, ended: Ended) {
        self.ended = ended;
        notify::stopping();
        tracing::info!("stopping: finishing the text in flight");
        self.desk.modem.handle(modem::Input::Drain, Instant::now());
        self.stop_by = Some(tokio::time::Instant::now() + DRAIN_LIMIT);
    }

    /// The time has come of something that was due: the desk's and the modem's timers, and the sign of life for the watchdog.
    fn rung(&mut self) -> anyhow::Result<()> {
        self.desk.tick();
        if self.feed_at.is_some_and(|at| at <= Instant::now()) {
            self.feed_at = self.watchdog.map(|every| Instant::now() + every);
            self.desk.give(Job::Ping)?;
        }
        Ok(())
    }
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::super::port::Line;
    use super::super::power::Power;
    use super::*;
    use crate::config::Config;
    use crate::store::Store;
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::Poll;

    /// A modem that is pulled at once and does not come back.
    struct Pulled {
        opened: bool,
        waited_for: Rc<Cell<bool>>,
    }

    impl Opener for Pulled {
        fn open(&mut self) -> Result<Box<dyn Line>, Trouble> {
            if std::mem::replace(&mut self.opened, true) {
                let path = "/dev/textback-modem".into();
                return Err(Trouble::Absent { path });
            }
            let (line, _pulled) = tokio::io::duplex(64);
            Ok(Box::new(line))
        }

        async fn wait(&mut self, trouble: Option<&Trouble>) {
            self.waited_for.set(trouble.is_some());
            std::future::pending().await
        }
    }

    #[test]
    fn a_modem_that_is_gone_is_told_before_it_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        let config = Config::parse("company = \"Hill\"\nowner = \"+15125550100\"\n").unwrap();
        let store = Store::open(&database).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let waited_for = Rc::new(Cell::new(false));
            let opener = Pulled {
                opened: false,
                waited_for: Rc::clone(&waited_for),
            };
            let desk = Exchange::start(&config, store, Power::none()).unwrap();
            let mut running = Running::new(desk, opener, None);
            let (_give, mut orders) = mpsc::channel(1);
            let (_ask, mut asked) = mpsc::channel(1);
            {
                let mut work = pin!(running.work(&mut orders, &mut asked, |_| {}));
                let until = poll_fn(|turn| match work.as_mut().poll(turn) {
                    Poll::Ready(ended) => panic!("it ended: {ended:?}"),
                    Poll::Pending if waited_for.get() => Poll::Ready(()),
                    Poll::Pending => Poll::Pending,
                });
                tokio::time::timeout(Duration::from_secs(3600), until).await.unwrap();
            }
            assert!(running.desk.state.summary().contains("no modem"));
            assert!(!running.desk.state.take_change(), "nobody was told");
            running.stop().unwrap();
        });
    }
}
