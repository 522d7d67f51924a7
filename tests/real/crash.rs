//! The daemon stopped, killed and doubled at the worst moments.

use super::stage::{DAVE, Daemon, OWNER, Sim, Stage, TEXT_BACK, wait};
use rustix::process::Signal;
use textback::clock::{Now, Steady, Trust, Wall};
use textback::store::Store;

#[test]
fn sigterm_while_a_text_is_being_submitted_waits_for_its_result() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let mut daemon = stage.ready();
    sim.ask("fault delay-result 3000");
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(1, "submitted");
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
    let messages = stage.json(&["messages"]);
    let text_back = &messages[0];
    assert_eq!(text_back["kind"], "text_back", "{messages:#}");
    assert_eq!(text_back["state"], "accepted", "{messages:#}");
    let others = messages.as_array().unwrap().iter().skip(1);
    for other in others {
        assert_eq!(other["state"], "queued", "nothing new was begun: {messages:#}");
    }
    // What was queued goes when it runs again, and nothing twice.
    let _daemon = stage.ready();
    sim.reads(OWNER, "Missed 13");
    assert_eq!(sim.inbox(DAVE).len(), 1);
}

/// Kills the daemon when `moment` returns, starts it again, and lets everything settle.
fn killed_at(name: &str, fault: Option<&str>, moment: impl Fn(&Stage, &Sim, &Daemon)) {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    if let Some(fault) = fault {
        sim.ask(&format!("fault {fault}"));
    }
    sim.ask(&format!("call {DAVE} 2"));
    moment(&stage, &sim, &daemon);
    daemon.kill();
    sim.events.nth(1, "hung-up");
    let _daemon = stage.ready();
    sim.reads(OWNER, DAVE);
    // Killed between the record of an attempt and its last octet, nobody can know whether the text went: it stays in doubt,
    // is not sent again, and the owner is told after the time a report may take.
    let texted = wait(&format!("{name}: the text on the phone, or in doubt"), || {
        if !sim.inbox(DAVE).is_empty() {
            return Some(true);
        }
        let messages = stage.json(&["messages"]);
        let doubted = messages
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["kind"] == "text_back" && m["state"] == "in_doubt");
        (doubted && sim.events.count(&format!("submitted {DAVE}")) == 0).then_some(false)
    });
    wait(&format!("{name}: nothing to be under way"), || {
        let messages = stage.json(&["messages"]);
        messages
            .as_array()
            .unwrap()
            .iter()
            .all(|m| m["state"] != "queued" && m["state"] != "submitting")
            .then_some(())
    });
    let inbox = sim.inbox(DAVE);
    assert_eq!(inbox.len(), usize::from(texted), "{name}: {inbox:?}");
    assert!(inbox.iter().all(|t| t.starts_with(TEXT_BACK)), "{name}: {inbox:?}");
    let calls = stage.json(&["calls"]);
    // A late line of the modem after the restart may open a second record of the same call; it never leads to a second text.
    let texted = |c: &serde_json::Value| c["decision"] == "texted";
    let decided = calls.as_array().unwrap().iter().filter(|c| texted(c)).count();
    assert_eq!(decided, 1, "{name}: {calls:#}");
}

#[test]
fn sigkill_at_any_moment_of_a_call_ends_in_at_most_one_text_and_the_owner_knows() {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            killed_at("after the first ring", None, |stage, _, _| {
                wait("the call on record", || {
                    (stage.json(&["calls"])[0]["caller"] == DAVE).then_some(())
                });
            });
        });
        scope.spawn(|| {
            killed_at("as the call ends", None, |_, sim, _| {
                sim.events.nth(1, "hung-up");
            });
        });
        scope.spawn(|| {
            killed_at("once the call is decided", None, |stage, _, _| {
                wait("the decision", || {
                    (stage.json(&["calls"])[0]["decision"] == "texted").then_some(())
                });
            });
        });
        scope.spawn(|| {
            killed_at("between prompt and result", Some("delay-result 3000"), |_, sim, _| {
                sim.events.nth(1, "submitted");
            });
        });
        scope.spawn(|| {
            killed_at("when the result is lost", Some("lose-result"), |_, sim, _| {
                sim.events.nth(1, "submitted");
            });
        });
        scope.spawn(|| {
            killed_at("when the result was given", None, |stage, _, _| {
                stage.message("text_back", "accepted");
            });
        });
    });
}

#[test]
fn a_second_daemon_on_the_same_database_is_refused() {
    let stage = Stage::new();
    let _sim = stage.sim("generic");
    let mut first = stage.ready();
    let mut second = stage.daemon();
    assert_eq!(second.ended().code(), Some(69));
    second.said.nth(1, "another textback already runs on");
    assert!(first.is_alive());
    assert_eq!(stage.json(&["status"])["ready"], true, "the first still answers");
    first.signal(Signal::KILL);
    first.ended();
    // A killed daemon leaves no lock behind.
    let _third = stage.ready();
}

#[test]
fn a_text_that_comes_while_the_daemon_is_down_is_forwarded_once() {
    let stage = Stage::new();
    let sim = stage.sim("ec25");
    stage.ready().kill();
    sim.ask(&format!("text {DAVE} Burst pipe, please call"));
    sim.events.nth(1, "taken");
    let daemon = stage.ready();
    sim.reads(OWNER, "Burst pipe, please call");
    daemon.kill();
    let _daemon = stage.ready();
    sim.ask(&format!("text {DAVE} Are you there?"));
    sim.reads(OWNER, "Are you there?");
    let forwards = sim.inbox(OWNER).iter().filter(|t| t.contains("Burst pipe")).count();
    assert_eq!(forwards, 1, "{:?}", sim.inbox(OWNER));
}

#[test]
fn a_database_that_refuses_is_told_and_the_job_is_done_when_it_obeys_again() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready_beside_a_reader();
    let release = lock(&stage);
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(1, "hung-up");
    daemon.said.nth(1, "the database refuses");
    daemon.said.nth(1, "state=DATABASE: ");
    assert_eq!(
        sim.inbox(DAVE),
        Vec::<String>::new(),
        "nothing goes out that is not on record"
    );
    drop(release);
    sim.reads(DAVE, TEXT_BACK);
    sim.reads(OWNER, "Missed 13");
    assert_eq!(sim.inbox(DAVE).len(), 1);
}

#[test]
fn sigterm_while_the_database_refuses_still_ends_and_says_what_is_missing() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let mut daemon = stage.ready_beside_a_reader();
    let _release = lock(&stage);
    sim.ask(&format!("call {DAVE} 2"));
    daemon.said.nth(1, "the database refuses");
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(1));
    daemon.said.nth(1, "textback: the database refused until the end");
}

/// Keeps the database from being written until what it gives is dropped.
fn lock(stage: &Stage) -> std::sync::mpsc::Sender<()> {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (tell, locked) = std::sync::mpsc::channel();
    let path = stage.path("t.db");
    std::thread::spawn(move || {
        let mut store = Store::open(&path).unwrap();
        let now = Now {
            steady: Steady(0),
            wall: Wall {
                utc_ms: 0,
                offset_s: 0,
                trust: Trust::Guess,
            },
        };
        store
            .transact(now, |_| {
                tell.send(()).unwrap();
                // Ends when the sender is dropped.
                let _ = released.recv();
                Ok(())
            })
            .unwrap();
    });
    locked.recv().unwrap();
    release
}
