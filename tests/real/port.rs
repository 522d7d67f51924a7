//! A port that is not there yet, goes, comes back, or belongs to somebody else.

use super::stage::{ANNA, DAVE, OWNER, Stage, TEXT_BACK, wait};
use rustix::fs::{FlockOperation, Mode, OFlags};

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
    sim.ask("fault delay-result 3000");
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(1, "submitted");
    sim.ask("unplug");
    daemon.said.nth(1, "no port");
    stage.message("text_back", "in_doubt");
    sim.ask("replug");
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
