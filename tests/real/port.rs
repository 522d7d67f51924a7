//! A port that is not there yet, goes, comes back, or belongs to somebody else.

use super::stage::{ANNA, DAVE, OWNER, Stage, TEXT_BACK, wait};
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;
use textback::daemon::port::{Opener, SerialOpener, Trouble};
use tokio::io::AsyncWriteExt;

/// A terminal of our own and its name.
fn terminal() -> (OwnedFd, PathBuf) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    (master, PathBuf::from(name))
}

/// Terminals that take the name `old` out of circulation: the kernel gives the lowest free number, so once a higher one comes
/// the old one is taken, by us or by somebody else.
fn taken(old: &Path) -> Vec<OwnedFd> {
    let number = |path: &Path| path.file_name().unwrap().to_str().unwrap().parse::<u32>().unwrap();
    let mut held = Vec::new();
    loop {
        let (master, name) = terminal();
        held.push(master);
        if number(&name) >= number(old) {
            return held;
        }
    }
}

#[test]
fn the_daemon_waits_for_a_modem_that_is_not_there_yet_and_says_so() {
    let stage = Stage::new();
    let mut daemon = stage.daemon();
    daemon.said.nth(1, "is not there: is the modem plugged in and powered?");
    let status = stage.json(&["status"]);
    assert_eq!(status["running"], true);
    assert_eq!(status["ready"], false);
    assert!(
        status["summary"].as_str().unwrap().contains("is not there"),
        "{status:#}"
    );
    assert_eq!(daemon.said.count("textback: ready"), 0);
    // What is asked for now goes when there is a modem.
    assert!(stage.cli(&["send", ANNA, "Later is fine"]).status.success());
    let sim = stage.sim("huawei");
    daemon.said.nth(1, "textback: ready");
    sim.reads(ANNA, "Later is fine");
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
    assert!(daemon.is_alive());
}

#[test]
fn a_modem_pulled_while_idle_is_missed_and_works_again_when_it_is_back() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    sim.ask("unplug");
    daemon.said.nth(1, "no port");
    assert_eq!(stage.json(&["status"])["ready"], false);
    sim.ask("replug");
    daemon.said.nth(2, "port open");
    wait("the daemon to be ready again", || {
        (stage.json(&["status"])["ready"] == true).then_some(())
    });
    assert_eq!(daemon.said.count("textback: ready"), 1, "{:#?}", daemon.said.all());
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
}

#[test]
fn a_modem_that_comes_back_under_another_name_is_found_by_its_link_again_and_again() {
    let stage = Stage::new();
    let sim = stage.sim("ec25");
    let mut daemon = stage.ready();
    let link = stage.path("modem");
    let mut held = Vec::new();
    for round in 1..=6 {
        let old = std::fs::read_link(&link).unwrap();
        sim.ask("unplug");
        daemon.said.nth(round, "no port");
        held.extend(taken(&old));
        if round % 2 == 0 {
            // The link may outlive the device, as while a stick shows its CD-ROM.
            symlink(&old, &link).unwrap();
        }
        sim.ask("replug");
        daemon.said.nth(round + 1, "port open");
        assert_ne!(std::fs::read_link(&link).unwrap(), old, "renumbered");
        daemon.said.nth(round + 1, "state=ready");
    }
    for number in [DAVE, ANNA] {
        sim.ask(&format!("call {number} 2"));
        sim.reads(number, TEXT_BACK);
    }
    assert!(daemon.is_alive());
}

#[tokio::test]
async fn a_port_renumbered_a_thousand_times_is_opened_under_each_new_name() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("modem");
    let mut opener = SerialOpener::new(link.clone(), 115_200);
    let mut before: Option<(OwnedFd, PathBuf)> = None;
    for round in 0..1000 {
        let absent = opener.open().err();
        assert!(matches!(absent, Some(Trouble::Absent { .. })), "{round}: {absent:?}");
        let (master, name) = terminal();
        assert_ne!(before.as_ref().map(|(_, old)| old), Some(&name));
        symlink(&name, &link).unwrap();
        let mut line = opener.open().unwrap_or_else(|why| panic!("{round}: {why}"));
        line.write_all(b"AT\r").await.unwrap();
        let mut heard = [0; 3];
        assert_eq!(rustix::io::read(&master, &mut heard), Ok(3), "{round}");
        assert_eq!(&heard, b"AT\r");
        // The modem goes while the port is open; its link goes with it.
        before = Some((master, name));
        std::fs::remove_file(&link).unwrap();
    }
}

#[tokio::test]
async fn a_port_that_comes_between_the_look_and_the_watch_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("modem");
    let mut opener = SerialOpener::new(link.clone(), 115_200);
    let absent = opener.open().err().unwrap();
    let (_master, name) = terminal();
    symlink(&name, &link).unwrap();
    tokio::time::timeout(Duration::from_secs(10), opener.wait(Some(&absent)))
        .await
        .unwrap();
    assert!(opener.open().is_ok());
}

#[test]
fn a_modem_pulled_while_it_rings_still_leads_to_one_text() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    sim.ask(&format!("call {DAVE} 30"));
    wait("the call to be on record with its caller", || {
        (stage.json(&["calls"])[0]["caller"] == DAVE).then_some(())
    });
    sim.ask("unplug");
    daemon.said.nth(1, "no port");
    sim.ask("replug");
    sim.reads(DAVE, TEXT_BACK);
    sim.ask(&format!("call {ANNA} 2"));
    sim.reads(ANNA, TEXT_BACK);
    sim.reads(OWNER, DAVE);
    assert_eq!(sim.inbox(DAVE).len(), 1, "{:?}", sim.inbox(DAVE));
}

#[test]
fn a_port_held_by_another_program_is_named_with_its_holder_and_taken_when_free() {
    let stage = Stage::new();
    let sim = stage.sim("ec25");
    let held = rustix::fs::open(
        std::fs::canonicalize(stage.path("modem")).unwrap(),
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap();
    // TIOCEXCL keeps others out, flock also root, who may pass by TIOCEXCL.
    rustix::termios::ioctl_tiocexcl(&held).unwrap();
    rustix::fs::flock(&held, FlockOperation::NonBlockingLockExclusive).unwrap();
    let daemon = stage.daemon();
    let said = daemon.said.nth(1, "is held by");
    let own_name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let holder = format!("is held by {} (pid {})", own_name.trim(), std::process::id());
    assert!(said.contains(&holder), "{said}, not {holder}");
    assert!(
        stage.json(&["status"])["summary"].as_str().unwrap().contains(&holder),
        "status says it too"
    );
    drop(held);
    daemon.said.nth(1, "textback: ready");
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
}

#[test]
fn a_modem_pulled_between_prompt_and_result_sends_no_caller_two_texts() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    // His phone is off, so that no report comes before the modem is gone, however slow this machine is.
    sim.ask(&format!("off {DAVE}"));
    sim.ask("fault delay-result 30000");
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(1, "submitted");
    sim.ask("unplug");
    daemon.said.nth(1, "no port");
    stage.message("text_back", "in_doubt");
    sim.ask("replug");
    sim.ask(&format!("on {DAVE}"));
    // The report settles what the lost result could not.
    stage.message("text_back", "delivered");
    sim.reads(OWNER, "Missed 13");
    assert_eq!(sim.inbox(DAVE).len(), 1, "{:?}", sim.inbox(DAVE));
}

#[test]
fn two_daemons_on_one_port_do_not_both_speak_to_it() {
    let stage = Stage::new();
    let _sim = stage.sim("generic");
    let first = stage.ready();
    let other = Stage::new();
    let text = std::fs::read_to_string(other.path("textback.toml")).unwrap();
    let port = |stage: &Stage| stage.path("modem").display().to_string();
    std::fs::write(other.path("textback.toml"), text.replace(&port(&other), &port(&stage))).unwrap();
    let second = other.daemon();
    second.said.nth(1, &format!("is held by textback (pid {})", first.id()));
    assert_eq!(stage.json(&["status"])["ready"], true);
    assert_eq!(second.stop().code(), Some(0));
}
