//! What only the outside of a modem can do for it: bind its USB device anew, pulse its reset line, press its power key.
//!
//! Each takes seconds, so it runs on a thread of its own and the answer comes later. What this board or this process can't
//! do says why, and the recovery ladder ([`crate::modem`]) takes the next rung.

use crate::modem::{PowerStep, PowerSteps};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Between unbinding a USB device and binding it again: its driver lets go, the hub notices.
const UNBOUND_FOR: Duration = Duration::from_secs(2);
/// How far above a serial port its USB device is at most: port, interface, device, and hubs that are not it.
const MAX_LEVELS: usize = 8;

/// The modem's reset line and power key, on a board that has them. Each call blocks until the step is taken.
pub trait ModemPower: Send {
    /// Which of [`PowerStep::Reset`] and [`PowerStep::PowerCycle`] this board has.
    fn steps(&self) -> PowerSteps;

    /// Pulses the reset line.
    ///
    /// # Errors
    /// Why it could not be, in words.
    fn reset(&mut self) -> Result<(), String>;

    /// Off and on by the power key. A key toggles: `present` says that the modem is on (its port is there), so that a modem
    /// that is off is switched on and not off.
    ///
    /// # Errors
    /// Why it could not be, in words.
    fn power_cycle(&mut self, present: bool) -> Result<(), String>;
}

/// A board without either.
#[derive(Debug, Clone, Copy)]
pub struct NoPower;

impl ModemPower for NoPower {
    fn steps(&self) -> PowerSteps {
        PowerSteps::default()
    }

    fn reset(&mut self) -> Result<(), String> {
        Err("this board has no reset line".to_owned())
    }

    fn power_cycle(&mut self, _present: bool) -> Result<(), String> {
        Err("this board has no power key".to_owned())
    }
}

/// What became of a step.
#[derive(Debug)]
pub struct Stepped {
    pub step: PowerStep,
    pub outcome: Result<(), String>,
}

/// Takes steps, one at a time, and says what became of them.
pub struct Power {
    board: Arc<Mutex<Box<dyn ModemPower>>>,
    steps: PowerSteps,
    usb: Option<Usb>,
    tell: UnboundedSender<Stepped>,
    told: UnboundedReceiver<Stepped>,
}

impl Power {
    /// The board's lines, and the USB device that `port` belongs to whenever it is there.
    #[must_use]
    pub fn new(port: &Path, board: Box<dyn ModemPower>) -> Power {
        Power::with(Some(Usb::of(port)), board)
    }

    /// Nothing at all: a simulated modem.
    #[must_use]
    pub fn none() -> Power {
        Power::with(None, Box::new(NoPower))
    }

    fn with(usb: Option<Usb>, board: Box<dyn ModemPower>) -> Power {
        let (tell, told) = unbounded_channel();
        let steps = PowerSteps {
            rebind: usb.is_some(),
            ..board.steps()
        };
        Power {
            board: Arc::new(Mutex::new(board)),
            steps,
            usb,
            tell,
            told,
        }
    }

    /// What the ladder may ask for.
    #[must_use]
    pub fn steps(&self) -> PowerSteps {
        self.steps
    }

    /// The port is there: which USB device it belongs to can be seen now, and not when it is gone.
    pub fn port_opened(&mut self) {
        if let Some(usb) = &mut self.usb {
            usb.find();
        }
    }

    /// Takes a step; [`Power::stepped`] says what became of it.
    pub fn take(&mut self, step: PowerStep) {
        let tell = self.tell.clone();
        let board = self.board.clone();
        let usb = self.usb.clone();
        let work = move || {
            let present = usb.as_ref().is_some_and(Usb::is_there);
            let outcome = match (step, usb) {
                (PowerStep::Rebind, Some(usb)) => usb.rebind(UNBOUND_FOR),
                (PowerStep::Rebind, None) => Err("there is no USB device".to_owned()),
                (PowerStep::Reset | PowerStep::PowerCycle, _) => match board.lock() {
                    Err(_) => Err("an earlier step did not come to its end".to_owned()),
                    Ok(mut board) if step == PowerStep::Reset => board.reset(),
                    Ok(mut board) => board.power_cycle(present),
                },
            };
            // The daemon may have stopped meanwhile: nobody to tell.
            let _ = tell.send(Stepped { step, outcome });
        };
        if let Err(error) = std::thread::Builder::new().name("power".to_owned()).spawn(work) {
            let outcome = Err(format!("the system has no thread to give: {error}"));
            // As above.
            let _ = self.tell.send(Stepped { step, outcome });
        }
    }

    /// The next step's outcome. Cancel safe.
    pub async fn stepped(&mut self) -> Stepped {
        match self.told.recv().await {
            Some(stepped) => stepped,
            // Can't be: we hold a sender ourselves.
            None => std::future::pending().await,
        }
    }
}

/// The USB device that a serial port belongs to, found through sysfs.
#[derive(Debug, Clone)]
struct Usb {
    port: PathBuf,
    /// `/sys`; another folder in tests.
    sys: PathBuf,
    /// The device's folder in sysfs as last seen. While a modem is gone it is where one would come back.
    device: Option<PathBuf>,
}

impl Usb {
    fn of(port: &Path) -> Usb {
        Usb {
            port: port.to_owned(),
            sys: PathBuf::from("/sys"),
            device: None,
        }
    }

    /// Looks where the port belongs now.
    fn find(&mut self) {
        if let Some(device) = self.look() {
            self.device = Some(device);
        }
    }

    /// `/sys/class/tty/<name>/device` leads to the interface; the device is the first folder above it with `idVendor`.
    fn look(&self) -> Option<PathBuf> {
        let real = std::fs::canonicalize(&self.port).ok()?;
        let tty = self.sys.join("class/tty").join(real.file_name()?).join("device");
        let folder = std::fs::canonicalize(tty).ok()?;
        let found = folder
            .ancestors()
            .take(MAX_LEVELS)
            .find(|folder| folder.join("idVendor").is_file())?;
        Some(found.to_owned())
    }

    fn is_there(&self) -> bool {
        self.device
            .as_ref()
            .is_some_and(|device| device.join("idVendor").is_file())
    }

    /// As if unplugged and plugged in again: by the hub driver's `unbind` and `bind`, else by the device's `authorized`.
    fn rebind(&self, unbound_for: Duration) -> Result<(), String> {
        let device = self.look().or_else(|| self.device.clone());
        let Some(device) = device else {
            return Err("the port belongs to no USB device".to_owned());
        };
        let Some(name) = device.file_name().map(std::ffi::OsStr::to_os_string) else {
            return Err("the USB device has no name".to_owned());
        };
        let driver = self.sys.join("bus/usb/drivers/usb");
        let name = name.as_encoded_bytes();
        let by_driver = write(&driver.join("unbind"), name);
        if by_driver.is_ok() {
            std::thread::sleep(unbound_for);
            return write(&driver.join("bind"), name);
        }
        let authorized = device.join("authorized");
        match write(&authorized, b"0") {
            Ok(()) => {
                std::thread::sleep(unbound_for);
                write(&authorized, b"1")
            }
            Err(why) => Err(match by_driver {
                Err(first) => format!("{first}; {why}"),
                Ok(()) => why,
            }),
        }
    }
}

/// Writes to an attribute that must exist already: sysfs makes none.
fn write(path: &Path, what: &[u8]) -> Result<(), String> {
    std::fs::OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, what))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder like sysfs with one modem at `1-1.3`, its port `ttyUSB2`.
    fn sysfs() -> (tempfile::TempDir, Usb) {
        let dir = tempfile::tempdir().unwrap();
        let sys = dir.path().join("sys");
        let device = sys.join("devices/usb1/1-1/1-1.3");
        fs::create_dir_all(device.join("1-1.3:1.2/ttyUSB2")).unwrap();
        fs::create_dir_all(sys.join("class/tty/ttyUSB2")).unwrap();
        fs::create_dir_all(sys.join("bus/usb/drivers/usb")).unwrap();
        fs::write(device.join("idVendor"), "1e0e\n").unwrap();
        fs::write(device.join("authorized"), "1\n").unwrap();
        std::os::unix::fs::symlink(device.join("1-1.3:1.2/ttyUSB2"), sys.join("class/tty/ttyUSB2/device")).unwrap();
        let port = dir.path().join("ttyUSB2");
        fs::write(&port, "").unwrap();
        let link = dir.path().join("textback-modem");
        std::os::unix::fs::symlink(&port, &link).unwrap();
        let usb = Usb {
            port: link,
            sys,
            device: None,
        };
        (dir, usb)
    }

    #[test]
    fn the_device_behind_the_ports_symlink_is_bound_anew() {
        let (_dir, mut usb) = sysfs();
        let driver = usb.sys.join("bus/usb/drivers/usb");
        fs::write(driver.join("unbind"), "").unwrap();
        fs::write(driver.join("bind"), "").unwrap();
        usb.find();
        assert!(usb.is_there());
        // The port is gone by now; where it was is remembered.
        fs::remove_file(&usb.port).unwrap();
        assert_eq!(usb.rebind(Duration::ZERO), Ok(()));
        assert_eq!(fs::read_to_string(driver.join("unbind")).unwrap(), "1-1.3");
        assert_eq!(fs::read_to_string(driver.join("bind")).unwrap(), "1-1.3");
    }

    #[test]
    fn without_the_drivers_files_the_device_is_unauthorized_and_authorized() {
        let (_dir, usb) = sysfs();
        assert_eq!(usb.rebind(Duration::ZERO), Ok(()));
        let authorized = usb.look().unwrap().join("authorized");
        assert!(fs::read_to_string(authorized).unwrap().starts_with('1'));
    }

    #[test]
    fn a_port_that_is_no_usb_device_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let usb = Usb::of(&dir.path().join("pty"));
        assert_eq!(
            usb.rebind(Duration::ZERO),
            Err("the port belongs to no USB device".to_owned())
        );
    }

    #[tokio::test]
    async fn a_board_without_lines_says_why_not() {
        let mut power = Power::none();
        assert_eq!(power.steps(), PowerSteps::default());
        power.take(PowerStep::PowerCycle);
        let stepped = power.stepped().await;
        assert_eq!(stepped.step, PowerStep::PowerCycle);
        assert!(stepped.outcome.unwrap_err().contains("no power key"));
    }
}
