//! What the machine says of itself: room on the disk, the health of its supply.

use crate::checkup::Machine;
use crate::modem::families::usb;
use std::path::Path;

/// Where a Pi tells of its supply (the firmware's `get_throttled`, hexadecimal).
const THROTTLED: &str = "/sys/devices/platform/soc/soc:firmware/get_throttled";
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
        undervoltage: std::fs::read_to_string(THROTTLED)
            .ok()
            .and_then(|text| undervoltage(&text)),
    }
}

/// Where the kernel lists what hangs on USB.
const USB_DEVICES: &str = "/sys/bus/usb/devices";

/// Why there is no port, with what hangs on USB that would be a modem if it weren't in the wrong mode.
#[must_use]
pub fn with_usb_hint(why: &str) -> String {
    match usb_hint(Path::new(USB_DEVICES)) {
        Some(hint) => format!("{why}. Found on USB: {hint}"),
        None => why.to_owned(),
    }
}

fn usb_hint(devices: &Path) -> Option<String> {
    let id = |device: &Path, file: &str| {
        let text = std::fs::read_to_string(device.join(file)).ok()?;
        u16::from_str_radix(text.trim(), 16).ok()
    };
    std::fs::read_dir(devices).ok()?.flatten().find_map(|entry| {
        let device = entry.path();
        let (why, name) = usb::not_now(id(&device, "idVendor")?, id(&device, "idProduct")?)?;
        Some(format!("{name}: {}", why.advice()))
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

    #[test]
    fn a_stick_that_is_no_modem_yet_is_explained() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(usb_hint(folder.path()), None);
        let device = folder.path().join("1-1.3");
        std::fs::create_dir(&device).expect("made");
        std::fs::write(device.join("idVendor"), "12d1\n").expect("written");
        std::fs::write(device.join("idProduct"), "14dc\n").expect("written");
        let hint = usb_hint(folder.path()).expect("known");
        assert!(hint.contains("HiLink") && hint.contains("web router"), "{hint}");
    }

    #[test]
    fn the_disk_has_room() {
        let machine = look(&std::env::temp_dir().join("x.db"), Some(true));
        assert!(machine.disk_free.is_some_and(|free| free > 0));
    }
}
