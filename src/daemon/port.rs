//! The one place that opens the modem's port, and says in words why it can't.
//!
//! A port that is absent, busy or forbidden is a state, never an exit. While there is none we wait for its folder to change
//! (inotify: the kernel or udev makes the node or the symlink), with a slow poll behind it for what inotify can't see.

use super::usb::Usb;
use crate::modem::families::udev::LINK;
use rustix::fs::inotify;
use rustix::io::Errno;
use rustix::termios::{ControlModes, OptionalActions, tcgetattr, tcsetattr};
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_serial::SerialPortBuilderExt;

/// How long to wait before looking for the port again when nothing announces it. Half a minute keeps an empty box asleep.
const FALLBACK_POLL: Duration = Duration::from_secs(30);
/// udev makes the node, then sets its rights and symlinks: look again this long after the folder changed.
const SETTLE: Duration = Duration::from_millis(300);
/// How often to look when the port is there but held or forbidden: nothing announces that it becomes free.
const RETRY_HELD: Duration = Duration::from_secs(12);

/// Anything a modem can be spoken to over. A serial port, a PTY, or one end of `tokio::io::duplex` in tests.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

/// Where lines come from.
pub trait Opener {
    /// Opens the line now.
    ///
    /// # Errors
    /// Why it can't be opened, in words that tell the fix.
    fn open(&mut self) -> Result<Box<dyn Line>, Trouble>;
    /// The line never said anything since its modem was plugged in: the next [`Opener::open`] may take another port of it.
    fn stayed_mute(&mut self) {}
    /// Resolves when it is worth trying again.
    fn wait(&mut self, trouble: Option<&Trouble>) -> impl Future<Output = ()>;
}

/// Why a port can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Absent {
        path: PathBuf,
    },
    Busy {
        path: PathBuf,
        holder: Option<Holder>,
    },
    Forbidden {
        path: PathBuf,
    },
    /// The unit's `DeviceAllow=` leaves out devices of this major number.
    Withheld {
        path: PathBuf,
        major: u32,
    },
    Other {
        path: PathBuf,
        reason: String,
    },
}

/// The process that holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    pub name: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what(), self.fix())
    }
}

impl Trouble {
    /// What is wrong.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Trouble::Absent { path } => format!("{} is not there", path.display()),
            Trouble::Busy {
                path,
                holder: Some(holder),
            } => format!("{} is held by {} (pid {})", path.display(), holder.name, holder.pid),
            Trouble::Busy { path, holder: None } => format!("{} is held by another program", path.display()),
            Trouble::Forbidden { path } => format!("no right to open {}", path.display()),
            Trouble::Withheld { path, .. } => {
                format!("{} is a kind of device that the service may not open", path.display())
            }
            Trouble::Other { path, reason } => format!("{} can't be opened ({reason})", path.display()),
        }
    }

    /// What to do.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Trouble::Absent { .. } => {
                "is the modem plugged in and powered? (`lsusb`; a stick in CD-ROM mode needs usb_modeswitch)".to_owned()
            }
            Trouble::Busy {
                holder: Some(holder), ..
            } => holder.fix(),
            Trouble::Busy { path, holder: None } => format!("`sudo fuser -v {}` names it", path.display()),
            Trouble::Forbidden { .. } => {
                "add the user to the group that owns it (`sudo usermod -aG dialout $USER`, then log in again)"
                    .to_owned()
            }
            Trouble::Withheld { major, .. } => {
                format!("`sudo systemctl edit textback`, and there [Service] and DeviceAllow=char-{major} rw")
            }
            Trouble::Other { .. } => "is that the modem's serial port? (`[modem] port`)".to_owned(),
        }
    }
}

impl Holder {
    fn fix(&self) -> String {
        match self.name.as_str() {
            "ModemManager" => {
                "`sudo systemctl stop ModemManager`, and install the udev rule that keeps it off".to_owned()
            }
            "agetty" | "getty" => "`sudo systemctl disable --now serial-getty@<port>`".to_owned(),
            "brltty" => "`sudo apt remove brltty`".to_owned(),
            "textback" => {
                "wait until that one is done; the daemon is asked by all that have its configuration".to_owned()
            }
            "gammu-smsd" => "`sudo systemctl disable --now gammu-smsd`".to_owned(),
            _ => format!("stop it (`sudo kill {}`)", self.pid),
        }
    }
}

/// The serial port of the configuration.
#[derive(Debug)]
pub struct SerialOpener {
    path: PathBuf,
    baud: u32,
    /// The device behind the link of our udev rules, which takes the best guess for the AT port. A port that the configuration
    /// names is taken as it is.
    usb: Option<Usb>,
    /// How often the port stayed mute: which of the device's ports is next.
    mute: usize,
}

impl SerialOpener {
    #[must_use]
    pub fn new(path: PathBuf, baud: u32) -> Self {
        let linked = path.file_name().is_some_and(|name| name == LINK);
        SerialOpener {
            usb: linked.then(|| Usb::of(&path)),
            path,
            baud,
            mute: 0,
        }
    }

    /// The port to open now.
    fn choice(&self) -> PathBuf {
        let mut ports = self.usb.as_ref().map(Usb::other_ports).unwrap_or_default();
        ports.insert(0, self.path.clone());
        ports.swap_remove(self.mute % ports.len())
    }

    fn diagnose(&self, path: &Path, error: &tokio_serial::Error) -> Trouble {
        let path = path.to_owned();
        let Ok(real) = std::fs::canonicalize(&path) else {
            return Trouble::Absent { path };
        };
        if let Some(holder) = holder_of(&real) {
            return Trouble::Busy {
                path,
                holder: Some(holder),
            };
        }
        match rustix::fs::access(&real, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK) {
            Ok(()) => {}
            // Rights of files are EACCES; this is the control group's (bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE), which is asked first.
            Err(Errno::PERM) => {
                let major = rustix::fs::stat(&real).map_or(0, |stat| rustix::fs::major(stat.st_rdev));
                return Trouble::Withheld { path, major };
            }
            Err(_) => return Trouble::Forbidden { path },
        }
        let reason = error.to_string();
        if reason.contains("busy") || reason.contains("exclusive lock") {
            return Trouble::Busy { path, holder: None };
        }
        Trouble::Other { path, reason }
    }
}

impl Opener for SerialOpener {
    fn open(&mut self) -> Result<Box<dyn Line>, Trouble> {
        let path = self.choice();
        if path != self.path {
            tracing::info!(port = %path.display(), "the modem's usual port is mute: another of its ports is tried");
        }
        let shown = path.to_string_lossy();
        // 8N1, no flow control. The kernel raises DTR on open; it must stay up: EC2x hangs up and hides texts without it.
        match tokio_serial::new(shown.as_ref(), self.baud).open_native_async() {
            Ok(stream) => {
                if let Err(error) = keep_line_up(&stream) {
                    tracing::debug!(%error, "closing the port may hang up: its HUPCL can't be cleared");
                }
                Ok(Box::new(stream))
            }
            Err(error) => {
                let trouble = self.diagnose(&path, &error);
                // Another modem, or the same one started anew: the link is the best guess again.
                if matches!(trouble, Trouble::Absent { .. }) {
                    self.mute = 0;
                }
                Err(trouble)
            }
        }
    }

    fn stayed_mute(&mut self) {
        self.mute = self.mute.wrapping_add(1);
    }

    async fn wait(&mut self, trouble: Option<&Trouble>) {
        let pause = match trouble {
            None | Some(Trouble::Absent { .. }) => FALLBACK_POLL,
            Some(
                Trouble::Busy { .. } | Trouble::Forbidden { .. } | Trouble::Withheld { .. } | Trouble::Other { .. },
            ) => RETRY_HELD,
        };
        let was_absent = matches!(trouble, None | Some(Trouble::Absent { .. }));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = folder_changed(&self.path, was_absent) => tokio::time::sleep(SETTLE).await,
        }
    }
}

/// Closing the port must not lower DTR (`HUPCL`, which serial drivers come up with): to most modems that is the order to hang up
/// (V.250 §6.1.9 `&D2`), and to some to start anew.
fn keep_line_up(stream: &tokio_serial::SerialStream) -> io::Result<()> {
    // SAFETY: the stream owns this descriptor and outlives the borrow.
    let fd = unsafe { BorrowedFd::borrow_raw(stream.as_raw_fd()) };
    let mut settings = tcgetattr(fd)?;
    if settings.control_modes.contains(ControlModes::HUPCL) {
        settings.control_modes.remove(ControlModes::HUPCL);
        tcsetattr(fd, OptionalActions::Now, &settings)?;
    }
    Ok(())
}

/// Resolves when something with the port's name is made or changes rights in its folder, or when a port that was absent has
/// come before the watch was set; never, if the folder can't be watched.
async fn folder_changed(path: &Path, was_absent: bool) {
    if watch(path, was_absent).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn watch(path: &Path, was_absent: bool) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let fd = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
    let what = inotify::WatchFlags::CREATE | inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::ATTRIB;
    inotify::add_watch(&fd, folder, what)?;
    if was_absent && path.exists() {
        return Ok(());
    }
    // SAFETY: `fd` is an OwnedFd: open, its own, and the same until AsyncFd, which owns it from here, drops it.
    let fd = unsafe { AsyncFd::register(fd) }?;
    loop {
        let mut ready = fd.readable().await?;
        let mut space = [std::mem::MaybeUninit::uninit(); 1024];
        let mut events = inotify::Reader::new(fd.get_ref(), &mut space);
        loop {
            match events.next() {
                Ok(event) => {
                    if event
                        .file_name()
                        .is_some_and(|n| n.to_bytes() == name.as_encoded_bytes())
                    {
                        return Ok(());
                    }
                }
                Err(Errno::WOULDBLOCK) => break,
                Err(error) => return Err(error.into()),
            }
        }
        ready.clear_ready();
    }
}

/// Who has `device` open, as far as `/proc` lets us see (all processes for root, our own otherwise).
fn holder_of(device: &Path) -> Option<Holder> {
    let own = std::process::id();
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else {
            continue;
        };
        if pid == own {
            continue;
        }
        let Ok(open) = std::fs::read_dir(entry.path().join("fd")) else {
            continue;
        };
        if open
            .flatten()
            .any(|fd| std::fs::read_link(fd.path()).is_ok_and(|target| target == device))
        {
            let name = std::fs::read_to_string(entry.path().join("comm"))
                .unwrap_or_default()
                .trim()
                .to_owned();
            return Some(Holder { pid, name });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_names_its_holder_and_the_fix() {
        let holder = Some(Holder {
            pid: 612,
            name: "ModemManager".into(),
        });
        let text = Trouble::Busy {
            path: "/dev/ttyUSB2".into(),
            holder,
        }
        .to_string();
        assert!(text.contains("ModemManager (pid 612)"), "{text}");
        assert!(text.contains("systemctl stop ModemManager"), "{text}");
    }

    #[test]
    fn a_mute_port_is_followed_by_the_devices_others_and_then_tried_again() {
        let (dir, usb) = super::super::usb::tests::sysfs_of_two();
        let link = dir.path().join(LINK);
        let mut opener = SerialOpener::new(link.clone(), 115_200);
        opener.usb = Some(usb);
        let folder = std::fs::canonicalize(dir.path()).expect("it is there");
        let mut tried = Vec::new();
        for _ in 0..4 {
            tried.push(opener.choice());
            opener.stayed_mute();
        }
        let other = folder.join("ttyUSB3");
        assert_eq!(tried, [link.clone(), other.clone(), link, other]);
    }

    #[test]
    fn a_port_that_the_configuration_names_is_never_changed_for_another() {
        let mut opener = SerialOpener::new("/dev/ttyUSB2".into(), 115_200);
        assert!(opener.usb.is_none());
        opener.stayed_mute();
        assert_eq!(opener.choice(), Path::new("/dev/ttyUSB2"));
    }

    #[tokio::test]
    async fn closing_the_port_does_not_hang_up() {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        // As a serial driver comes up.
        let mut settings = tcgetattr(&master).unwrap();
        settings.control_modes.insert(ControlModes::HUPCL);
        tcsetattr(&master, OptionalActions::Now, &settings).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let line = SerialOpener::new(path.into(), 115_200).open();
        assert!(line.is_ok());
        let settings = tcgetattr(&master).unwrap();
        assert!(!settings.control_modes.contains(ControlModes::HUPCL));
        assert!(
            settings.control_modes.contains(ControlModes::CLOCAL),
            "no carrier is waited for"
        );
    }

    #[tokio::test]
    async fn a_missing_port_is_a_state_with_advice() {
        let mut opener = SerialOpener::new("/nonexistent/modem".into(), 115_200);
        let Err(trouble) = opener.open() else {
            panic!("opened a port that is not there")
        };
        assert!(matches!(trouble, Trouble::Absent { .. }), "{trouble:?}");
        assert!(trouble.to_string().contains("plugged in"));
    }
}
