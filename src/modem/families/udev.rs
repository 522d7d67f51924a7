//! The udev rules that the package installs, written from [`usb`]'s tables, so that there is one list of devices and not two.
//!
//! `udev/70-textback.rules` is this text; a test compares them and, asked to, rewrites the file. From `modem-facts.md` §6.1.

use super::usb::{self, UsbId};
use std::fmt::Write;

/// The link that the daemon opens unless told otherwise.
pub const LINK: &str = "textback-modem";
/// The best AT port of a device claims the link with this priority, the next with [`PRIORITY_STEP`] less.
const PRIORITY_BEST: usize = 100;
const PRIORITY_STEP: usize = 10;

const HEAD: &str = r#"# Written from src/modem/families/usb.rs. After a change there: TEXTBACK_REWRITE=1 cargo test udev_rules
#
# The modem's AT port by interface, not by ttyUSBn, which is renumbered at every replug. Where a device has several AT ports the
# best that is there gets the link. ModemManager is kept off the whole device: two programs on one tty steal each other's bytes.
# Autosuspend loses unsolicited lines. After 60-serial.rules, which sets the ID_ properties.

ACTION=="remove", GOTO="textback_end"
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="textback_device"
SUBSYSTEM=="tty", KERNEL=="ttyUSB*|ttyACM*", GOTO="textback_port"
GOTO="textback_end"

LABEL="textback_device"
"#;

const BETWEEN: &str = r#"
# Known, but no modem as it stands: why and what to do, as properties for `textback doctor` and as a line in the journal.
"#;

const PORTS: &str = r#"ENV{TEXTBACK_PROBLEM}=="?*", TAG+="textback"
ACTION=="add", ENV{TEXTBACK_PROBLEM}=="?*", RUN+="/usr/bin/logger -t textback -p daemon.warning '$env{TEXTBACK_DEVICE} cannot be used: $env{TEXTBACK_ADVICE}'"
ENV{TEXTBACK_DEVICE}=="?*", TAG+="textback"
# A modem that is mute beyond asking is unplugged and plugged in by this file of its own; no other device's is given away.
# Attributes have no GROUP key in udev.
ENV{TEXTBACK_DEVICE}=="?*", ENV{TEXTBACK_PROBLEM}!="?*", RUN+="/bin/chgrp -f textback /sys%p/authorized", RUN+="/bin/chmod -f g+w /sys%p/authorized"
GOTO="textback_end"

LABEL="textback_port"
"#;

const TAIL: &str = r#"
# systemd sees the link as a device unit, and plugging a modem in starts a daemon that gave up on the last one.
ENV{TEXTBACK_AT}=="?*", GROUP="dialout", MODE="0660", TAG+="systemd", TAG+="textback", ENV{SYSTEMD_WANTS}+="textback.service"

LABEL="textback_end"
"#;

/// The whole file.
#[must_use]
pub fn rules() -> String {
    let mut text = HEAD.to_owned();
    for vendor in usb::ONLY_MODEMS {
        line(
            &mut text,
            format_args!(
                r#"ATTR{{idVendor}}=="{vendor:04x}", ENV{{ID_MM_DEVICE_IGNORE}}="1", ATTR{{power/control}}="on""#
            ),
        );
    }
    for id in usb::USB_IDS {
        let unknown = if id.at.is_empty() {
            format!(
                r#", ENV{{TEXTBACK_PROBLEM}}="unknown-port", ENV{{TEXTBACK_ADVICE}}="{}""#,
                usb::UNKNOWN_PORT_ADVICE
            )
        } else {
            String::new()
        };
        line(
            &mut text,
            format_args!(
                r#"ATTR{{idVendor}}=="{:04x}", ATTR{{idProduct}}=="{:04x}", ENV{{ID_MM_DEVICE_IGNORE}}="1", ATTR{{power/control}}="on", ENV{{TEXTBACK_DEVICE}}="{}"{unknown}"#,
                id.vendor, id.product, id.device
            ),
        );
    }
    text.push_str(BETWEEN);
    for (vendor, product, why, device) in usb::NOT_NOW {
        line(
            &mut text,
            format_args!(
                r#"ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}", ENV{{TEXTBACK_DEVICE}}="{device}", ENV{{TEXTBACK_PROBLEM}}="{}", ENV{{TEXTBACK_ADVICE}}="{}""#,
                why.word(),
                why.advice()
            ),
        );
    }
    text.push_str(PORTS);
    for id in usb::USB_IDS {
        ports(&mut text, id);
    }
    for (vendor, class, subclass, protocol) in usb::AT_BY_CLASS {
        // The vendor as a property: ATTRS of one rule must all match one parent, and these are the interface's.
        line(
            &mut text,
            format_args!(
                r#"ENV{{ID_VENDOR_ID}}=="{vendor:04x}", ATTRS{{bInterfaceClass}}=="{class:02x}", ATTRS{{bInterfaceSubClass}}=="{subclass:02x}", ATTRS{{bInterfaceProtocol}}=="{protocol:02x}", ENV{{TEXTBACK_AT}}="1", SYMLINK+="{LINK}", OPTIONS+="link_priority={}""#,
                PRIORITY_BEST + PRIORITY_STEP
            ),
        );
    }
    text.push_str(TAIL);
    text
}

/// The AT ports of one device, best first.
fn ports(text: &mut String, id: &UsbId) {
    for (rank, interface) in id.at.iter().enumerate() {
        line(
            text,
            format_args!(
                r#"ENV{{ID_VENDOR_ID}}=="{:04x}", ENV{{ID_MODEL_ID}}=="{:04x}", ENV{{ID_USB_INTERFACE_NUM}}=="{interface:02x}", ENV{{TEXTBACK_AT}}="1", SYMLINK+="{LINK}", OPTIONS+="link_priority={}""#,
                id.vendor,
                id.product,
                PRIORITY_BEST.saturating_sub(rank * PRIORITY_STEP)
            ),
        );
    }
}

fn line(text: &mut String, rule: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{rule}");
}
