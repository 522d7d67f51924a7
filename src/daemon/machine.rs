//! What the machine says of itself: room on the disk, the health of its supply.

use super::port::Trouble;
use crate::checkup::{Machine, NoModem};
use crate::modem::families::usb;
use std::path::Path;

/// Where a Pi tells of its supply with Raspberry Pi's own kernel (the firmware's `get_throttled`, hexadecimal),
const THROTTLED: &str = "devices/platform/soc/soc:firmware/get_throttled";
/// and with others that have the driver raspberrypi-hwmon, which asks the firmware every two seconds. Debian's has neither.
const HWMON: &str = "class/hwmon";
/// What that driver calls itself, and its alarm.
const HWMON_NAME: &str = "rpi_volt";
const HWMON_ALARM: &str = "in0_lcrit_alarm";
/// Where the kernel shows all that.
const SYS: &str = "/sys";
/// The supply is too low now, or has been since the start: bits 0 and 16 of it.
const UNDERVOLTAGE: u64 = 1 | 1 << 16;

/// Looks. `disk_writable` is for whoever owns the database to say.
#[must_use]
pub fn look(database: &Path, disk_writable: Option<bool>) -> Machine {
    let folder = database.parent().unwrap_or(database);
    Machine {
        disk_writable,
        disk_free: rustix::fs::statvfs(folder)
            .ok()
            .map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize)),
        undervoltage: supply(Path::new(SYS)),
        usb_overcurrent: overcurrent(&Path::new(SYS).join(USB_DEVICES)),
    }
}

fn supply(sys: &Path) -> Option<bool> {
    if let Ok(text) = std::fs::read_to_string(sys.join(THROTTLED)) {
        return undervoltage(&text);
    }
    std::fs::read_dir(sys.join(HWMON)).ok()?.flatten().find_map(|entry| {
        let read = |file| std::fs::read_to_string(entry.path().join(file)).ok();
        (read("name")?.trim() == HWMON_NAME).then_some(())?;
        Some(read(HWMON_ALARM)?.trim() != "0")
    })
}

/// Every port of a hub counts how often it was switched off for drawing too much (`over_current_count`, below the hub's interface).
fn overcurrent(devices: &Path) -> Option<bool> {
    let folders = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten();
    let counts = folders(devices)
        .flat_map(|interface| folders(&interface.path()))
        .filter_map(|port| {
            let count = std::fs::read_to_string(port.path().join("over_current_count")).ok()?;
            count.trim().parse::<u64>().ok()
        });
    counts.reduce(u64::saturating_add).map(|count| count > 0)
}

/// Where the kernel lists what hangs on USB, below [`SYS`].
const USB_DEVICES: &str = "bus/usb/devices";

/// Why there is no port. Where it is absent and something hangs on USB that would be a modem if it weren't in the wrong mode, what to do
/// about that.
#[must_use]
pub fn no_modem(trouble: &Trouble) -> NoModem {
    explained(trouble, &Path::new(SYS).join(USB_DEVICES))
}

fn explained(trouble: &Trouble, devices: &Path) -> NoModem {
    let stick = matches!(trouble, Trouble::Absent { .. })
        .then(|| not_now(devices))
        .flatten();
    match stick {
        Some((name, advice)) => NoModem {
            found: format!("{}; on USB is a {name}", trouble.what()),
            fix: advice,
        },
        None => NoModem {
            found: trouble.what(),
            fix: trouble.fix(),
        },
    }
}

/// What it is, and what to do about it.
fn not_now(devices: &Path) -> Option<(&'static str, String)> {
    let id = |device: &Path, file: &str| {
        let text = std::fs::read_to_string(device.join(file)).ok()?;
        u16::from_str_radix(text.trim(), 16).ok()
    };
    std::fs::read_dir(devices).ok()?.flatten().find_map(|entry| {
        let device = entry.path();
        let (why, name) = usb::not_now(id(&device, "idVendor")?, id(&device, "idProduct")?)?;
        Some((name, why.advice().to_owned()))
    })
}

fn undervoltage(text: &str) -> Option<bool> {
    let digits = text.trim().trim_start_matches("0x");
    Some(u64::from_str_radix(digits, 16).ok()? & UNDERVOLTAGE != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_firmwares_bits_are_read() {
        assert_eq!(undervoltage("0\n"), Some(false));
        assert_eq!(undervoltage("50005\n"), Some(true));
        assert_eq!(undervoltage("0x10000"), Some(true));
        assert_eq!(
            undervoltage("8"),
            Some(false),
            "the temperature limit is another matter"
        );
        assert_eq!(undervoltage(""), None);
    }

    /// As Debian's kernel shows it, whose driver says it by an alarm, and Raspberry Pi's own, which has the firmware's bits.
    #[test]
    fn the_supply_and_the_usb_ports_are_read_as_the_kernel_shows_them() {
        let sys = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let file = sys.path().join(path);
            std::fs::create_dir_all(file.parent().expect("in a folder")).expect("made");
            std::fs::write(file, text).expect("written");
        };
        assert_eq!(supply(sys.path()), None);
        write("class/hwmon/hwmon0/name", "cpu_thermal\n");
        write("class/hwmon/hwmon1/name", "rpi_volt\n");
        write("class/hwmon/hwmon1/in0_lcrit_alarm", "0\n");
        assert_eq!(supply(sys.path()), Some(false));
        write("class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
        assert_eq!(supply(sys.path()), Some(true));
        write("devices/platform/soc/soc:firmware/get_throttled", "0\n");
        assert_eq!(supply(sys.path()), Some(false));

        let devices = sys.path().join(USB_DEVICES);
        assert_eq!(overcurrent(&devices), None);
        write("bus/usb/devices/1-1/idVendor", "0424\n");
        write("bus/usb/devices/1-1:1.0/1-1-port1/over_current_count", "0\n");
        assert_eq!(overcurrent(&devices), Some(false));
        write("bus/usb/devices/1-1:1.0/1-1-port2/over_current_count", "2\n");
        assert_eq!(overcurrent(&devices), Some(true));
    }

    #[test]
    fn a_stick_that_is_no_modem_yet_is_explained() {
        let folder = tempfile::tempdir().expect("a folder");
        let absent = Trouble::Absent {
            path: "/dev/textback-modem".into(),
        };
        assert_eq!(
            explained(&absent, folder.path()).found,
            "/dev/textback-modem is not there"
        );
        let device = folder.path().join("1-1.3");
        std::fs::create_dir(&device).expect("made");
        std::fs::write(device.join("idVendor"), "12d1\n").expect("written");
        std::fs::write(device.join("idProduct"), "14dc\n").expect("written");
        let told = explained(&absent, folder.path());
        assert!(
            told.found.ends_with("; on USB is a Huawei HiLink stick") && told.fix.contains("web router"),
            "{told:?}"
        );
        let forbidden = Trouble::Forbidden {
            path: "/dev/textback-modem".into(),
        };
        assert_eq!(
            explained(&forbidden, folder.path()).fix,
            forbidden.fix(),
            "a port that is there is not that stick's"
        );
    }

    #[test]
    fn the_disk_has_room() {
        let machine = look(&std::env::temp_dir().join("x.db"), Some(true));
        assert!(machine.disk_free.is_some_and(|free| free > 0));
    }
}
