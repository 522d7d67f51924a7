//! The pseudo terminal itself: our end, its link, and a client that comes and goes.

use anyhow::{Context, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::unix::AsyncFd;

/// How often a closed port is looked at again.
pub(super) const REOPEN_POLL: Duration = Duration::from_millis(10);
/// Octets kept for a client that does not read; the newest are lost then.
const MAX_UNREAD: usize = 64 * 1024;

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
pub(super) struct Port {
    link: PathBuf,
    master: Master,
    slave: PathBuf,
    unread: Vec<u8>,
}

impl Port {
    pub(super) fn open(link: &Path) -> Result<Self> {
        let mut port = Port {
            link: link.to_owned(),
            master: Master::Gone,
            slave: PathBuf::new(),
            unread: vec![],
        };
        port.plug()?;
        Ok(port)
    }

    pub(super) fn plug(&mut self) -> Result<()> {
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
    pub(super) fn unplug(&mut self) {
        self.master = Master::Gone;
        self.unread.clear();
        // Only our own link: somebody may have put another in its place.
        if std::fs::read_link(&self.link).is_ok_and(|target| target == self.slave) {
            let _ = std::fs::remove_file(&self.link);
        }
    }

    /// Octets from the client; waits while there is no client and while it is unplugged. Nothing is lost if it is dropped
    /// while it waits.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
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
                    let hung_up = ready.ready().is_read_closed();
                    match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut *buffer)?)) {
                        Ok(Ok(octets)) if octets > 0 => return Ok(octets),
                        // One client hung up and the next was there before we looked: the hang-up stays on the watch for
                        // ever and would wake us without end, so a new watch is needed.
                        Err(_) if hung_up => {
                            drop(ready);
                            if let Master::Open(master) = std::mem::replace(&mut self.master, Master::Gone) {
                                self.master = Master::Closed(master.into_inner());
                            }
                        }
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
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if matches!(self.master, Master::Open(_)) {
            let room = MAX_UNREAD.saturating_sub(self.unread.len());
            self.unread.extend_from_slice(&bytes[..bytes.len().min(room)]);
            self.push();
        }
    }

    /// True when everything is written.
    pub(super) fn push(&mut self) -> bool {
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
