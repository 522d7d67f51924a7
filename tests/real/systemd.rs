//! The daemon as systemd's child: what it says on the notify socket.

use super::stage::{Stage, wait};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

#[test]
fn systemd_hears_ready_status_watchdog_and_stopping() {
    let stage = Stage::new();
    let path = stage.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut heard: Vec<String> = vec![];
    let mut hears = |wanted: &str| {
        let mut buffer = [0; 4096];
        let mut from = 0;
        let found = wait(wanted, || {
            if let Ok(octets) = socket.recv(&mut buffer) {
                heard.push(String::from_utf8_lossy(&buffer[..octets]).into_owned());
            }
            let found = heard.iter().skip(from).find(|m| m.contains(wanted)).cloned();
            from = heard.len();
            found
        });
        (found, heard.clone())
    };
    // Every message is looked at once: what is asked for later must come later, except where `heard` is asked.
    let mut daemon = stage.daemon_with(&[("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "3000000")]);
    let (_, before) = hears("STATUS=no modem: ");
    assert!(
        !before.iter().any(|m| m.contains("READY=1")),
        "no modem yet: {before:?}"
    );
    let _sim = stage.sim("generic");
    let (_, heard) = hears("READY=1");
    assert!(
        heard.iter().any(|m| m.contains("STATUS=setting the modem up")),
        "{heard:?}"
    );
    hears("STATUS=ready");
    hears("WATCHDOG=1");
    daemon.signal(rustix::process::Signal::TERM);
    hears("STOPPING=1");
    assert_eq!(daemon.ended().code(), Some(0));
}

/// `journalctl -u textback` shows a line and nothing beside it: what there is to know must be in the line.
#[test]
fn the_journal_says_what_the_daemon_waits_for() {
    let stage = Stage::new();
    let daemon = stage.daemon_of_systemd();
    let waits = daemon.said.nth(1, "no port");
    assert!(waits.starts_with("<4>no port trouble="), "{waits}");
    assert!(waits.contains("modem is not there: is the modem plugged in"), "{waits}");
    daemon.said.nth(1, "<5>state state=no modem: ");
    let _sim = stage.sim("generic");
    daemon.said.nth(1, "<5>state state=ready");
    // The line that people are told has no priority: journald gives it one that the log never has.
    daemon.said.nth(1, "textback: ready");
}

/// Whoever only inherited the variable, from a terminal in a service say, reads times and levels as everybody does.
#[test]
fn a_log_that_journald_does_not_read_is_for_eyes() {
    let stage = Stage::new();
    let daemon = stage.daemon_with(&[("JOURNAL_STREAM", "1:2")]);
    let waits = daemon.said.nth(1, "no port");
    assert!(waits.contains("WARN no port trouble="), "{waits}");
}
