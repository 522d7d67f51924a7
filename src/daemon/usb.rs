//! The USB device behind a serial port, through sysfs: unplugging it without hands.

use crate::modem::families::usb;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How far above a serial port its USB device is at most: port, interface, device, and hubs that are not it.
const MAX_LEVELS: usize = 8;

/// The USB device that a serial port belongs to, found through sysfs.
#[derive(Debug, Clone)]
pub(super) struct Usb {
    port: PathBuf,
    /// `/sys`; another folder in tests.
    sys: PathBuf,
    /// The device's folder in sysfs as last seen. While a modem is gone it is where one would come back.
    device: Option<PathBuf>,
}

impl Usb {
    pub(super) fn of(port: &Path) -> Usb {
        Usb {
            port: port.to_owned(),
            sys: PathBuf::from("/sys"),
            device: None,
        }
    }

    /// Looks where the port belongs now.
    pub(super) fn find(&mut self) {
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

    /// The other ports of the same device that may speak AT, best first: the id of a device does not tell everything (one is
    /// used by several models, and firmwares number their interfaces otherwise).
    pub(super) fn other_ports(&self) -> Vec<PathBuf> {
        let (Some(device), Ok(real)) = (self.look(), std::fs::canonicalize(&self.port)) else {
            return Vec::new();
        };
        let id = |name: &str| {
            let text = std::fs::read_to_string(device.join(name)).ok()?;
            u16::from_str_radix(text.trim(), 16).ok()
        };
        let known = id("idVendor").zip(id("idProduct")).and_then(|(v, p)| usb::lookup(v, p));
        let (Some(known), Some(name), Some(folder)) = (known, device.file_name(), real.parent()) else {
            return Vec::new();
        };
        let name = name.to_string_lossy();
        let interfaces = known.at.iter().map(|at| device.join(format!("{name}:1.{at}")));
        interfaces
            .filter_map(|interface| tty_of(&interface))
            .map(|tty| folder.join(tty))
            .filter(|port| *port != real)
            .collect()
    }

    /// Every other serial port of the same device, whatever it speaks.
    pub(super) fn all_other_ports(&self) -> Vec<PathBuf> {
        let (Some(device), Ok(real)) = (self.look(), std::fs::canonicalize(&self.port)) else {
            return Vec::new();
        };
        let (Some(name), Some(folder), Ok(entries)) = (device.file_name(), real.parent(), std::fs::read_dir(&device))
        else {
            return Vec::new();
        };
        let interface = format!("{}:", name.to_string_lossy());
        let mut ports: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&interface))
            .filter_map(|entry| tty_of(&entry.path()))
            .map(|tty| folder.join(tty))
            .filter(|port| *port != real)
            .collect();
        ports.sort();
        ports
    }

    pub(super) fn is_there(&self) -> bool {
        self.device
            .as_ref()
            .is_some_and(|device| device.join("idVendor").is_file())
    }

    /// As if unplugged and plugged in again: by the hub driver's `unbind` and `bind`, else by the device's `authorized`.
    pub(super) fn rebind(&self, unbound_for: Duration) -> Result<(), String> {
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

/// `ttyUSB2` in a serial converter's interface, `tty/ttyACM0` in a modem's.
fn tty_of(interface: &Path) -> Option<std::ffi::OsString> {
    [interface.to_owned(), interface.join("tty")].iter().find_map(|folder| {
        let mut names = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name());
        names.find(|name| {
            let name = name.to_string_lossy();
            name.starts_with("ttyUSB") || name.starts_with("ttyACM")
        })
    })
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
pub(super) mod tests {
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

    /// The same as an EC25, with its second AT port.
    pub(in super::super) fn sysfs_of_two() -> (tempfile::TempDir, Usb) {
        let (dir, usb) = sysfs();
        let device = usb.look().unwrap();
        fs::write(device.join("idVendor"), "2c7c\n").unwrap();
        fs::write(device.join("idProduct"), "0125\n").unwrap();
        fs::create_dir_all(device.join("1-1.3:1.3/ttyUSB3")).unwrap();
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
    fn the_other_ports_of_a_device_that_may_speak_at_are_found_best_first() {
        let (dir, usb) = sysfs();
        let device = usb.look().unwrap();
        fs::write(device.join("idProduct"), "9011\n").unwrap();
        for (interface, tty) in [(4, "ttyUSB7"), (3, "ttyUSB3"), (5, "ttyUSB8")] {
            fs::create_dir_all(device.join(format!("1-1.3:1.{interface}/{tty}"))).unwrap();
        }
        let folder = fs::canonicalize(dir.path()).unwrap();
        assert_eq!(usb.other_ports(), [folder.join("ttyUSB7"), folder.join("ttyUSB3")]);
        fs::write(device.join("idProduct"), "ffff\n").unwrap();
        assert_eq!(usb.other_ports(), Vec::<PathBuf>::new(), "nobody knows this one");
    }

    #[test]
    fn every_serial_port_of_the_device_is_listed_for_the_doctor() {
        let (dir, usb) = sysfs_of_two();
        let device = usb.look().unwrap();
        for (interface, tty) in [(0, "ttyUSB0"), (1, "ttyUSB1")] {
            fs::create_dir_all(device.join(format!("1-1.3:1.{interface}/{tty}"))).unwrap();
        }
        fs::create_dir_all(device.join("1-1.3:1.4/net/wwan0")).unwrap();
        let folder = fs::canonicalize(dir.path()).unwrap();
        let wanted = ["ttyUSB0", "ttyUSB1", "ttyUSB3"].map(|tty| folder.join(tty));
        assert_eq!(usb.all_other_ports(), wanted);
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
}
