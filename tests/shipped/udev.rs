//! The udev rules and the table of devices they are written from.

use super::{same_as_committed, shipped, systemd_tool};
use std::process::Command;
use textback::modem::families::{udev, usb};

const RULES: &str = "udev/70-textback.rules";

#[test]
fn udev_rules_are_written_from_the_table_of_devices() {
    same_as_committed(RULES, &udev::rules());
}

#[test]
fn udev_links_every_at_port_of_the_table_and_explains_every_device_that_has_none() {
    let rules = udev::rules();
    for id in usb::USB_IDS {
        let device = format!(
            r#"ATTR{{idVendor}}=="{:04x}", ATTR{{idProduct}}=="{:04x}""#,
            id.vendor, id.product
        );
        let found: Vec<&str> = rules.lines().filter(|l| l.starts_with(&device)).collect();
        assert_eq!(found.len(), 1, "{}", id.device);
        assert!(
            found[0].contains(r#"ENV{ID_MM_DEVICE_IGNORE}="1""#) && found[0].contains(r#"ATTR{power/control}="on""#)
        );
        assert_eq!(found[0].contains("TEXTBACK_PROBLEM"), id.at.is_empty(), "{}", id.device);
        let mut last = usize::MAX;
        for interface in id.at {
            let port = format!(
                r#"ENV{{ID_VENDOR_ID}}=="{:04x}", ENV{{ID_MODEL_ID}}=="{:04x}", ENV{{ID_USB_INTERFACE_NUM}}=="{interface:02x}""#,
                id.vendor, id.product
            );
            let line = rules.lines().find(|l| l.starts_with(&port)).unwrap();
            let priority: usize = line
                .rsplit_once("link_priority=")
                .unwrap()
                .1
                .trim_end_matches('"')
                .parse()
                .unwrap();
            assert!(priority < last, "best first: {line}");
            last = priority;
        }
    }
    for (vendor, product, why, _) in usb::NOT_NOW {
        assert!(rules.lines().any(|l| l.contains(&format!(r#"=="{vendor:04x}""#))
            && l.contains(&format!(r#"=="{product:04x}""#))
            && l.contains(why.word())));
    }
}

/// udev substitutes `$` and `%` and ends a value at `"`: the words of the tables must have none of them, and no quote of a shell.
#[test]
fn udev_rules_hold_no_character_that_udev_or_a_shell_would_read() {
    for words in usb::USB_IDS
        .iter()
        .map(|id| id.device)
        .chain(
            usb::NOT_NOW
                .iter()
                .flat_map(|(_, _, why, device)| [*device, why.advice(), why.word()]),
        )
        .chain([usb::UNKNOWN_PORT_ADVICE])
    {
        assert!(!words.contains(['"', '\'', '$', '%', '\\', '\n']), "{words}");
    }
}

#[test]
fn udev_rules_are_accepted_by_udev() {
    // `udevadm verify` came with 254.
    match systemd_tool("udevadm") {
        Some(254..) => {}
        Some(version) => {
            eprintln!("SKIPPED: udevadm {version} cannot verify rules (254 can)");
            return;
        }
        None => return,
    }
    let output = Command::new("udevadm")
        .arg("verify")
        .arg(shipped(RULES))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}
