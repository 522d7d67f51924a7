//! The appliance's card: its configuration is taken once, its PIN doesn't stay on it, and what is wrong is written beside it.

use crate::process::ended;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Box {
    card: tempfile::TempDir,
    inside: tempfile::TempDir,
}

impl Box {
    fn new() -> Self {
        Box {
            card: tempfile::tempdir().unwrap(),
            inside: tempfile::tempdir().unwrap(),
        }
    }

    fn on_card(&self, name: &str) -> PathBuf {
        self.card.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.inside.path().join("textback.toml")
    }

    fn boot(&self, more: &[&str]) -> Output {
        ended(
            Command::new(env!("CARGO_BIN_EXE_textback"))
                .arg("card")
                .arg("--card")
                .arg(self.card.path())
                .arg("--into")
                .arg(self.config())
                .args(more),
        )
    }

    fn is_new(&self) -> bool {
        self.boot(&["--is-new"]).status.success()
    }

    fn result(&self) -> String {
        std::fs::read_to_string(self.on_card("textback-RESULT.txt")).unwrap()
    }
}

const GOOD: &str = "company = \"Hill Country\"\r\nowner = \"+15125550100\"\r\n[modem]\r\npin = \"1234\"\r\n";

#[test]
fn card_gives_its_configuration_and_keeps_no_pin() {
    let one = Box::new();
    // As Windows saves it.
    std::fs::write(one.on_card("textback.toml.txt"), GOOD).unwrap();
    assert!(one.is_new());
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(one.config()).unwrap(), GOOD);
    assert_eq!(
        std::fs::metadata(one.config()).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let left = std::fs::read_to_string(one.on_card("textback.toml.txt")).unwrap();
    assert!(!left.contains("1234") && left.contains("Hill Country"), "{left}");
    assert!(one.result().contains("line 4: modem.pin: ok\r\n") && !one.result().contains("1234"));

    // The next boot finds nothing new and writes nothing.
    assert!(!one.is_new());
    std::fs::remove_file(one.on_card("textback-RESULT.txt")).unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    assert!(!one.on_card("textback-RESULT.txt").exists());

    // An edit of the blanked file keeps the PIN; taking the line out takes the PIN out.
    std::fs::write(
        one.on_card("textback.toml.txt"),
        left.replace("Hill Country", "Hill Plumbing"),
    )
    .unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    let inside = std::fs::read_to_string(one.config()).unwrap();
    assert!(
        inside.contains("Hill Plumbing") && inside.contains("pin = \"1234\""),
        "{inside}"
    );
    assert!(!one.is_new());
    std::fs::write(one.on_card("textback.toml.txt"), left.replace("pin =", "#pin =")).unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    assert!(!std::fs::read_to_string(one.config()).unwrap().contains("1234"));
}

#[test]
fn card_with_mistakes_says_so_and_leaves_the_old_configuration_in_force() {
    let one = Box::new();
    std::fs::write(one.on_card("textback.toml"), GOOD).unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    let inside = std::fs::read_to_string(one.config()).unwrap();

    let bad = "company = \"Hill Country\"\r\nownr = \"+15125550100\"\r\n";
    std::fs::write(one.on_card("textback.toml"), bad).unwrap();
    assert!(one.is_new());
    assert_eq!(one.boot(&[]).status.code(), Some(64));
    assert!(
        one.result()
            .contains("line 2: ownr: WRONG: unknown key; did you mean owner?")
    );
    assert_eq!(std::fs::read_to_string(one.config()).unwrap(), inside);
    // Told once; not written again at every boot.
    assert!(!one.is_new());
}

#[test]
fn card_without_a_configuration_says_which_file_it_looked_for() {
    let one = Box::new();
    assert_eq!(one.boot(&[]).status.code(), Some(64));
    assert_eq!(
        one.result(),
        "There is no textback.toml on this card. README.txt shows the two lines that it needs.\r\n"
    );
    assert!(!one.config().exists());
}

/// What `textback-failed.service` has written on the appliance.
#[test]
fn card_says_below_the_answers_why_the_box_stopped_and_not_twice() {
    let one = Box::new();
    std::fs::write(
        one.on_card("textback.toml"),
        "company = \"Hill Country\"\r\nownr = \"x\"\r\n",
    )
    .unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(64));
    let why = one.inside.path().join("why.txt");
    std::fs::write(&why, "textback stopped: the configuration is wrong.\n").unwrap();
    let stopped = || {
        let output = Command::new("sh")
            .arg(super::shipped("board/image/root/usr/lib/textback/card"))
            .arg("stopped")
            .arg(&why)
            .env("TEXTBACK_CARD", one.card.path())
            .output()
            .unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        one.result()
    };
    let told = stopped();
    assert!(
        told.contains("ownr: WRONG")
            && told.contains("---- the box ----\r\ntextback stopped: the configuration is wrong.\r\n"),
        "{told}"
    );
    assert_eq!(stopped(), told);
    std::fs::write(&why, "textback stopped: this modem or SIM cannot do the job.\n").unwrap();
    let told = stopped();
    assert!(
        told.contains("cannot do the job") && !told.contains("configuration is wrong"),
        "{told}"
    );
    assert_eq!(told.matches("---- the box ----").count(), 1);
}

/// What `textback-waits.timer` has written on the appliance: the card is all that an installer with a mute box can look at.
#[test]
fn card_says_what_the_box_waits_for_until_it_is_ready() {
    let one = Box::new();
    std::fs::write(one.on_card("textback.toml"), GOOD).unwrap();
    assert_eq!(one.boot(&[]).status.code(), Some(0));
    let program = |name: &str, says: &str| {
        let path = one.inside.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    };
    let path = format!("{}:{}", one.inside.path().display(), std::env::var("PATH").unwrap());
    let told = || {
        let output = Command::new("sh")
            .arg(super::shipped("board/image/root/usr/lib/textback/card"))
            .arg("waits")
            .env("TEXTBACK_CARD", one.card.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        one.result()
    };
    let before = one.result();
    program("textback", "no modem: /dev/textback-modem is not there");
    // Stopped for good (which textback-failed.service tells), or ready (which the daemon itself does).
    for state in ["failed", "active"] {
        program("systemctl", state);
        assert_eq!(told(), before);
    }
    program("systemctl", "activating");
    let waits = told();
    assert!(
        waits.contains("modem.pin: ok")
            && waits.contains("---- the box ----\r\nno modem: /dev/textback-modem is not there\r\n"),
        "{waits}"
    );
}
