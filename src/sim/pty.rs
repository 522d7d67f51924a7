//! A [`World`] on a pseudo terminal, in real time: what `textback sim` and `textback demo` run.
//!
//! The client opens the link like any serial port, may close it and open it again. While nobody has it open, what the modem
//! says is lost, as on a USB modem. A client that leaves the port marked exclusive (TIOCEXCL outlives its close, because
//! our side keeps the terminal) would lock itself out: then the link is moved to a new terminal.

use super::asked::{Asked, ask};
use super::control::{self, Command};
use super::control_socket::{accept, listen, serve};
use super::event::{Event, What};
use super::port::{Port, REOPEN_POLL};
use super::profiles::Family;
use super::world::World;
use anyhow::Result;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::net::UnixListener;
use tokio::sync::{broadcast, mpsc};

/// Commands waiting for the world.
const COMMAND_QUEUE: usize = 64;
/// Events a slow watcher may lag behind before it loses the oldest.
const EVENT_QUEUE: usize = 1024;
/// Longest time without looking at the world, if nothing is due.
const IDLE: Duration = Duration::from_secs(3600);
/// Octets of one read.
const READ: usize = 4096;

/// How to run it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Symbolic link to the terminal; replaced if there, removed at the end.
    pub link: PathBuf,
    pub family: Family,
    /// Unix socket for [`Command`]s, if any.
    pub control: Option<PathBuf>,
    pub seed: u64,
    /// Simulated seconds a second. 1 is real time.
    pub speed: f64,
}

/// Moves and watches a running world from the same process.
#[derive(Debug)]
pub struct Handle {
    commands: mpsc::Sender<Asked>,
    /// What happens, as it happens.
    pub events: broadcast::Receiver<Event>,
}

impl Handle {
    /// Gives a command and waits for its reply.
    ///
    /// # Errors
    /// If the world has ended.
    pub async fn ask(&self, command: Command) -> Result<String> {
        ask(&self.commands, command).await
    }
}

/// Runs until `shutdown` or `quit`.
///
/// # Errors
/// If the terminal, the link or the control socket cannot be made, with what to do.
pub async fn run(options: Options, shutdown: impl Future<Output = ()>) -> Result<()> {
    let (_handle, running) = start(options)?;
    running.run(shutdown).await
}

/// A world on its terminal, ready to run; the link is there already.
#[derive(Debug)]
pub struct Running {
    options: Options,
    world: World,
    port: Port,
    clock: Clock,
    commands: mpsc::Receiver<Asked>,
    sender: mpsc::Sender<Asked>,
    events: broadcast::Sender<Event>,
    listener: Option<UnixListener>,
}

/// Makes the terminal, the link and the control socket. Must be called within a tokio runtime with I/O and time.
///
/// # Errors
/// If one of them cannot be made, with what to do.
pub fn start(options: Options) -> Result<(Handle, Running)> {
    anyhow::ensure!(
        options.speed.is_finite() && options.speed > 0.0,
        "speed must be more than 0"
    );
    let now = Instant::now();
    let mut world = World::new(options.family, options.seed, now);
    world.set_utc(now, jiff::Timestamp::now().as_second());
    let port = Port::open(&options.link)?;
    let listener = options.control.as_deref().map(listen).transpose()?;
    let (sender, commands) = mpsc::channel(COMMAND_QUEUE);
    let (events, receiver) = broadcast::channel(EVENT_QUEUE);
    let handle = Handle {
        commands: sender.clone(),
        events: receiver,
    };
    let clock = Clock {
        start: now,
        speed: options.speed,
    };
    Ok((
        handle,
        Running {
            options,
            world,
            port,
            clock,
            commands,
            sender,
            events,
            listener,
        },
    ))
}

impl Running {
    /// Runs until `shutdown` or `quit`; link and socket are removed at the end.
    ///
    /// # Errors
    /// If the terminal fails in a way that opening a new one does not cure.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        tokio::pin!(shutdown);
        let mut buffer = vec![0; READ];
        loop {
            self.world.tick(self.clock.world(Instant::now()));
            self.flush()?;
            let mut due = self.world.deadline().map_or(IDLE, |due| self.clock.until(due));
            if !self.port.push() {
                due = due.min(REOPEN_POLL);
            }
            tokio::select! {
                () = &mut shutdown => break,
                read = self.port.read(&mut buffer) => {
                    let octets = read?;
                    self.world.handle_bytes(&buffer[..octets], self.clock.world(Instant::now()));
                }
                Some(asked) = self.commands.recv() => {
                    if self.obey(asked)? {
                        break;
                    }
                }
                client = accept(self.listener.as_ref()) => {
                    if let Some(client) = client {
                        tokio::spawn(serve(client, self.sender.clone(), self.events.subscribe()));
                    }
                }
                () = tokio::time::sleep(due) => {}
            }
        }
        Ok(())
    }

    /// True: it is over.
    fn obey(&mut self, Asked { command, reply }: Asked) -> Result<bool> {
        let at = self.clock.world(Instant::now());
        match &command {
            Command::Unplug => self.port.unplug(),
            Command::Replug => {
                self.port.plug()?;
                self.world.restart(at);
            }
            _ => {}
        }
        let text = control::apply(&mut self.world, &command, at);
        self.flush()?;
        // Whoever asked may have gone; nothing is lost by that.
        let _ = reply.send(text);
        Ok(command == Command::Quit)
    }

    fn flush(&mut self) -> Result<()> {
        while let Some(bytes) = self.world.poll_bytes() {
            self.port.write(&bytes);
        }
        while let Some(event) = self.world.poll_event() {
            if event.what == What::PortGone {
                self.port.unplug();
            } else if event.what == What::PortBack {
                self.port.plug()?;
            }
            // No watcher is no error.
            let _ = self.events.send(event);
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.port.unplug();
        if let Some(path) = &self.options.control {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Real time to the world's.
#[derive(Debug, Clone, Copy)]
struct Clock {
    start: Instant,
    speed: f64,
}

impl Clock {
    fn world(&self, now: Instant) -> Instant {
        self.start + now.saturating_duration_since(self.start).mul_f64(self.speed)
    }

    fn until(&self, due: Instant) -> Duration {
        due.saturating_duration_since(self.world(Instant::now()))
            .div_f64(self.speed)
    }
}
