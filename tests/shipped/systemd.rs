//! The units: systemd accepts every line of them, and leaves the daemon next to nothing to harm.

use super::{shipped, systemd_tool};
use std::path::Path;
use std::process::{Command, Output};

/// Exposure in tenths (`systemd-analyze security`): at most this for what runs all the time (issue 5.3).
const EXPOSURE_TENTHS_MAX: u32 = 20;
const UNITS: [&str; 5] = [
    "textback.service",
    "textback-clock.path",
    "textback-clock.service",
    "textback-failed.service",
    "textback-light.service",
];

/// A file system with this machine's units, ours, and programs that are there to be found.
fn root(edit: impl Fn(&str, String) -> String) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let units = root.path().join("usr/lib/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    let there = ["/usr/lib/systemd/system", "/lib/systemd/system"]
        .iter()
        .map(Path::new)
        .find(|folder| folder.is_dir())
        .unwrap();
    for unit in std::fs::read_dir(there).unwrap().flatten() {
        let kind = unit.path();
        if kind
            .extension()
            .is_some_and(|e| e == "target" || e == "slice" || e == "mount" || e == "socket")
        {
            std::fs::copy(&kind, units.join(unit.file_name())).unwrap();
        }
    }
    for unit in UNITS {
        let text = std::fs::read_to_string(shipped("systemd").join(unit)).unwrap();
        std::fs::write(units.join(unit), edit(unit, text)).unwrap();
    }
    for program in ["usr/bin/textback", "usr/lib/textback/failed", "bin/kill"] {
        let path = root.path().join(program);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy("/bin/true", path).unwrap();
    }
    root
}

fn verify(root: &Path) -> Output {
    Command::new("systemd-analyze")
        .args(["verify", "--recursive-errors=yes", "--man=no"])
        .arg(format!("--root={}", root.display()))
        .args(UNITS)
        .output()
        .unwrap()
}

#[test]
fn units_are_accepted_by_systemd_to_the_last_line() {
    if systemd_tool("systemd-analyze").is_none() {
        return;
    }
    let output = verify(root(|_, text| text).path());
    assert!(output.status.success(), "{output:?}");
    // The check checks: a misspelt value is found.
    let spoilt = root(|unit, text| {
        if unit == "textback.service" {
            text.replace("Type=notify", "Type=notifi")
        } else {
            text
        }
    });
    assert!(!verify(spoilt.path()).status.success());
}

#[test]
fn units_leave_the_daemon_and_the_clock_setter_next_to_nothing_to_harm() {
    if systemd_tool("systemd-analyze").is_none() {
        return;
    }
    for unit in ["textback.service", "textback-clock.service", "textback-light.service"] {
        let output = Command::new("systemd-analyze")
            .args(["security", "--offline=yes", "--no-pager"])
            .arg(format!("--threshold={EXPOSURE_TENTHS_MAX}"))
            .arg(shipped("systemd").join(unit))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// The recovery ladder's rung that unplugs a modem writes to its `authorized` and nothing else of /sys/bus: the unit lets it reach
/// the devices, the rules let it write there, both for no more than that.
#[test]
fn units_and_rules_let_the_daemon_unplug_its_modem_and_no_other_device() {
    let unit = std::fs::read_to_string(shipped("systemd/textback.service")).unwrap();
    let paths: Vec<&str> = unit
        .lines()
        .filter_map(|line| line.strip_prefix("ReadWritePaths="))
        .flat_map(|paths| paths.split(' '))
        .collect();
    assert!(paths.contains(&"-/sys/bus/usb/devices/usb1"), "{paths:?}");
    let meant = |path: &&str| path.contains("/leds") || path.starts_with("-/sys/bus/usb/devices/usb");
    assert!(paths.iter().all(meant), "{paths:?}");
    let rules = std::fs::read_to_string(shipped("udev/70-textback.rules")).unwrap();
    let given: Vec<&str> = rules.lines().filter(|line| line.contains("authorized")).collect();
    assert_eq!(given.len(), 1, "{given:?}");
    assert!(
        given[0].starts_with(
            r#"ENV{TEXTBACK_DEVICE}=="?*", ENV{TEXTBACK_PROBLEM}!="?*", RUN+="/bin/chgrp -f textback /sys%p/"#
        ),
        "modems only: {given:?}"
    );
}

/// `tests/shipped/under-systemd` shows what happens otherwise: systemd looks the names up in /proc/devices when it starts the unit, and
/// leaves out those of drivers that no device has needed yet.
#[test]
fn units_let_the_daemon_at_a_modem_that_comes_after_it() {
    let unit = std::fs::read_to_string(shipped("systemd/textback.service")).unwrap();
    for (driver, major) in [("ttyUSB", 188), ("ttyACM", 166)] {
        assert!(unit.contains(&format!("\nDeviceAllow=char-{major} rw\n")), "{driver}");
        assert!(!unit.contains(&format!("char-{driver}")), "{driver}");
    }
}

/// Only one unit may set the clock, and only the units that `postinst` enables are wanted by something.
#[test]
fn units_hold_one_right_each() {
    let unit = |name: &str| std::fs::read_to_string(shipped("systemd").join(name)).unwrap();
    assert!(unit("textback.service").contains("\nCapabilityBoundingSet=\n"));
    assert!(unit("textback-clock.service").contains("\nCapabilityBoundingSet=CAP_SYS_TIME\n"));
    assert!(unit("textback.service").contains("\nRestartPreventExitStatus=64 78\n"));
    for (name, wanted) in [
        ("textback.service", true),
        ("textback-clock.path", true),
        ("textback-clock.service", false),
        ("textback-failed.service", false),
        ("textback-light.service", false),
    ] {
        assert_eq!(unit(name).contains("WantedBy="), wanted, "{name}");
    }
}
