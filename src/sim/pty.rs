//! A [`World`] on a pseudo terminal, in real time: what `textback sim` and `textback demo` run.
//!
//! The client opens the link like any serial port, may close it and open it again. While nobody has it open, what the modem
//! says is lost, as on a USB modem. A client that leaves the port marked exclusive (TIOCEXCL outlives its close, because
//! our side keeps the terminal) would lock itself out: then the link is moved to a new terminal.

use super::control::{self, Command};
use super::network::Event;
use super::profiles::Family;
use super::world::World;
use anyhow::{Context, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};
use std::future::Future;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{broadcast, mpsc, oneshot};

/// Commands waiting for the world.
const COMMAND_QUEUE: usize = 64;
/// Events a slow watcher may lag behind before it loses the oldest.
const EVENT_QUEUE: usize = 1024;
/// How often a closed port is looked at again.
const REOPEN_POLL: Duration = Duration::from_millis(10);
/// Longest time without looking at the world, if nothing is due.
const IDLE: Duration = Duration::from_secs(3600);
/// Longest command line on the control socket.
const MAX_CONTROL_LINE: u64 = 8192;
/// Octets of one read.
const READ: usize = 4096;
/// Octets kept for a client that does not read; the newest are lost then.
const MAX_UNREAD: usize = 64 * 1024;

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

#[derive(Debug)]
struct Asked {
    command: Command,
    reply: oneshot::Sender<String>,
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

async fn ask(commands: &mpsc::Sender<Asked>, command: Command) -> Result<String> {
    let (reply, answer) = oneshot::channel();
    commands
        .send(Asked { command, reply })
        .await
        .ok()
        .context("the simulated modem has ended")?;
    answer.await.context("the simulated modem has ended")
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
            self.flush();
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
        self.flush();
        // Whoever asked may have gone; nothing is lost by that.
        let _ = reply.send(text);
        Ok(command == Command::Quit)
    }

    fn flush(&mut self) {
        while let Some(bytes) = self.world.poll_bytes() {
            self.port.write(&bytes);
        }
        while let Some(event) = self.world.poll_event() {
            // No watcher is no error.
            let _ = self.events.send(event);
        }
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

/// Our end of the terminal.
#[derive(Debug)]
enum Master {
    /// Unplugged.
    Gone,
    /// No client has the other end open: reads fail with EIO, and polling would report a hang-up without end.
    Closed(OwnedFd),
    Open(AsyncFd<OwnedFd>),
}

/// The terminal, and the link to its other end.
#[derive(Debug)]
struct Port {
    link: PathBuf,
    master: Master,
    slave: PathBuf,
    unread: Vec<u8>,
}

impl Port {
    fn open(link: &Path) -> Result<Self> {
        let mut port = Port {
            link: link.to_owned(),
            master: Master::Gone,
            slave: PathBuf::new(),
            unread: vec![],
        };
        port.plug()?;
        Ok(port)
    }

    fn plug(&mut self) -> Result<()> {
        const FAILED: &str = "cannot make a pseudo terminal";
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).context(FAILED)?;
        grantpt(&master).context(FAILED)?;
        unlockpt(&master).context(FAILED)?;
        let name = ptsname(&master, Vec::new()).context(FAILED)?;
        self.slave = PathBuf::from(name.to_string_lossy().into_owned());
        let slave = self.open_slave().context(FAILED)?;
        let mut modes = tcgetattr(&slave).context(FAILED)?;
        modes.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &modes).context(FAILED)?;
        drop(slave);
        rustix::io::ioctl_fionbio(&master, true).context(FAILED)?;
        place_link(&self.slave, &self.link)?;
        self.master = Master::Closed(master);
        self.unread.clear();
        Ok(())
    }

    fn open_slave(&self) -> rustix::io::Result<OwnedFd> {
        rustix::fs::open(
            &self.slave,
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )
    }

    /// The port dies under the client, and the link goes.
    fn unplug(&mut self) {
        self.master = Master::Gone;
        self.unread.clear();
        // Only our own link: somebody may have put another in its place.
        if std::fs::read_link(&self.link).is_ok_and(|target| target == self.slave) {
            let _ = std::fs::remove_file(&self.link);
        }
    }

    /// Octets from the client; waits while there is no client and while it is unplugged. Nothing is lost if it is dropped
    /// while it waits.
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match std::mem::replace(&mut self.master, Master::Gone) {
                Master::Gone => return std::future::pending().await,
                Master::Closed(master) => match rustix::io::read(&master, &mut *buffer) {
                    Ok(0) | Err(Errno::IO) => {
                        self.master = Master::Closed(master);
                        tokio::time::sleep(REOPEN_POLL).await;
                    }
                    result => {
                        self.master = Master::Open(watch(master)?);
                        if let Ok(octets) = result {
                            return Ok(octets);
                        }
                    }
                },
                Master::Open(master) => {
                    self.master = Master::Open(master);
                    let Master::Open(master) = &self.master else { continue };
                    let mut ready = master.readable().await.context("cannot watch the pseudo terminal")?;
                    match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut *buffer)?)) {
                        Ok(Ok(octets)) if octets > 0 => return Ok(octets),
                        // Not ready after all.
                        Err(_) => {}
                        Ok(_) => self.closed_by_client()?,
                    }
                }
            }
        }
    }

    /// Frees the terminal for the next client: its exclusive mark is taken away, or the link moves to a new terminal.
    fn closed_by_client(&mut self) -> Result<()> {
        self.unread.clear();
        if let Ok(slave) = self.open_slave() {
            ioctl_tiocnxcl(&slave).context("cannot free the pseudo terminal")?;
        } else {
            return self.plug();
        }
        if let Master::Open(master) = std::mem::replace(&mut self.master, Master::Gone) {
            self.master = Master::Closed(master.into_inner());
        }
        Ok(())
    }

    /// Towards the client; lost when it has the port closed.
    fn write(&mut self, bytes: &[u8]) {
        if matches!(self.master, Master::Open(_)) {
            let room = MAX_UNREAD.saturating_sub(self.unread.len());
            self.unread.extend_from_slice(&bytes[..bytes.len().min(room)]);
            self.push();
        }
    }

    /// True when everything is written.
    fn push(&mut self) -> bool {
        let Master::Open(master) = &self.master else {
            return true;
        };
        while !self.unread.is_empty() {
            match rustix::io::write(master.get_ref(), &self.unread) {
                Ok(octets) => drop(self.unread.drain(..octets)),
                Err(_) => return false,
            }
        }
        true
    }
}

/// The descriptor is owned and stays open while it is watched: what the deprecation warns of cannot happen here.
#[expect(deprecated)]
fn watch(master: OwnedFd) -> Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(master).context("cannot watch the pseudo terminal")
}

/// Puts the link in place in one step, so that nobody ever finds none.
fn place_link(target: &Path, link: &Path) -> Result<()> {
    if let Ok(old) = std::fs::symlink_metadata(link) {
        anyhow::ensure!(
            old.is_symlink(),
            "{} exists and is not a link: choose another --link",
            link.display()
        );
    }
    let beside = link.with_extension(format!("new-{}", std::process::id()));
    let _ = std::fs::remove_file(&beside);
    std::os::unix::fs::symlink(target, &beside)
        .and_then(|()| std::fs::rename(&beside, link))
        .with_context(|| {
            format!(
                "cannot make the link {}: does its folder exist, and may you write there?",
                link.display()
            )
        })
}

fn listen(path: &Path) -> Result<UnixListener> {
    // A socket left by a run that was killed: nobody answers on it.
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        anyhow::bail!(
            "{} is in use by another simulated modem: choose another --control",
            path.display()
        );
    }
    if std::fs::symlink_metadata(path).is_ok_and(|m| std::os::unix::fs::FileTypeExt::is_socket(&m.file_type())) {
        let _ = std::fs::remove_file(path);
    }
    UnixListener::bind(path).with_context(|| format!("cannot make the control socket {}", path.display()))
}

async fn accept(listener: Option<&UnixListener>) -> Option<UnixStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// One client of the control socket. Whatever fails on the socket ends the client, nothing else.
async fn serve(stream: UnixStream, commands: mpsc::Sender<Asked>, mut events: broadcast::Receiver<Event>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        match (&mut read).take(MAX_CONTROL_LINE).read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.trim().is_empty() {
            continue;
        }
        let reply = match line.parse::<Command>() {
            Ok(command) => {
                let watch = command == Command::Watch;
                let Ok(reply) = ask(&commands, command).await else {
                    return;
                };
                if watch {
                    return watch_events(&mut write, &mut events).await;
                }
                reply
            }
            Err(unclear) => format!("error: {unclear}"),
        };
        if write.write_all(format!("{reply}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn watch_events(write: &mut tokio::net::unix::OwnedWriteHalf, events: &mut broadcast::Receiver<Event>) {
    loop {
        let line = match events.recv().await {
            Ok(event) => format!("{event}\n"),
            Err(broadcast::error::RecvError::Lagged(lost)) => format!("lost {lost} events\n"),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if write.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}
