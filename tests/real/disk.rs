//! A disk that is damaged, full, or damaged while we work.

use super::stage::{ANNA, DAVE, OWNER, Stage, TEXT_BACK, wait};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::os::unix::fs::FileExt;
use textback::store::Store;
use textback::store::generate::noon;

#[test]
fn a_damaged_database_is_put_aside_at_the_start_opt_outs_survive_and_the_owner_is_told() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    sim.ask(&format!("text {DAVE} STOP"));
    sim.reads(DAVE, "opted out");
    daemon.kill();
    for name in ["t.db-wal", "t.db-shm"] {
        // They may have gone with the last checkpoint.
        let _ = std::fs::remove_file(stage.path(name));
    }
    std::fs::write(stage.path("t.db"), vec![b'x'; 40_000]).unwrap();
    let daemon = stage.ready();
    sim.reads(OWNER, "memory was damaged. I started a new one: 1 opt-out kept");
    daemon.said.nth(1, "the damaged one is kept aside");
    assert_eq!(std::fs::read(stage.path("t.db.corrupt-1")).unwrap(), vec![b'x'; 40_000]);
    sim.ask(&format!("call {ANNA} 2"));
    sim.reads(ANNA, TEXT_BACK);
    sim.ask(&format!("call {DAVE} 2"));
    wait("Dave's call to be decided", || {
        let calls = stage.json(&["calls"]);
        let mut all = calls.as_array().unwrap().iter();
        all.find(|c| c["caller"] == DAVE && c["reason"] == "opted out")
            .map(|_| ())
    });
    let output = stage.cli(&["export", "--verify"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_database_damaged_while_at_work_is_replaced_and_the_call_is_still_texted() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready_beside_a_reader();
    sim.ask(&format!("text {DAVE} STOP"));
    sim.reads(DAVE, "opted out");
    sim.reads(OWNER, "opted out");
    // Another program writes, so that what the daemon remembers of the file counts no longer; then the disk gives rubbish.
    let mut other = Store::open(&stage.path("t.db")).unwrap();
    other.transact(noon(), |_| Ok(())).unwrap();
    for name in ["t.db", "t.db-wal"] {
        let length = std::fs::metadata(stage.path(name)).unwrap().len();
        let file = std::fs::OpenOptions::new().write(true).open(stage.path(name)).unwrap();
        file.write_all_at(&vec![0x5a; usize::try_from(length).unwrap()], 0)
            .unwrap();
    }
    sim.ask(&format!("call {ANNA} 2"));
    sim.reads(ANNA, TEXT_BACK);
    daemon.said.nth(1, "the database is damaged");
    sim.reads(OWNER, "memory was damaged");
    sim.ask(&format!("call {DAVE} 2"));
    wait("Dave's call to be decided", || {
        let calls = stage.json(&["calls"]);
        let mut all = calls.as_array().unwrap().iter();
        all.find(|c| c["caller"] == DAVE && c["reason"] == "opted out")
            .map(|_| ())
    });
    assert_eq!(sim.inbox(ANNA).len(), 1);
}

/// As a full disk does: no file may grow.
fn no_room(id: u32, octets: Option<u64>) {
    let pid = Pid::from_raw(id.try_into().unwrap());
    let limit = Rlimit {
        current: octets,
        maximum: None,
    };
    prlimit(pid, Resource::Fsize, limit).unwrap();
}

#[test]
fn a_disk_without_room_is_told_nothing_is_deleted_from_the_modem_and_all_is_done_when_there_is_room() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.daemon_that_ignores("XFSZ");
    daemon.said.nth(1, "textback: ready");
    no_room(daemon.id(), Some(1));
    sim.ask(&format!("text {DAVE} Burst pipe, please call"));
    daemon.said.nth(1, "the database refuses");
    sim.ask(&format!("call {ANNA} 2"));
    sim.events.nth(1, "hung-up");
    let status = stage.json(&["status"]);
    assert!(
        status["summary"].as_str().unwrap().starts_with("DATABASE: "),
        "it lives, and answers: {status:#}"
    );
    assert_eq!(sim.inbox(OWNER), Vec::<String>::new());
    assert_eq!(
        sim.inbox(ANNA),
        Vec::<String>::new(),
        "nothing goes out that is not on record"
    );
    no_room(daemon.id(), None);
    sim.reads(OWNER, "Burst pipe, please call");
    sim.reads(ANNA, TEXT_BACK);
    assert_eq!(sim.inbox(ANNA).len(), 1);

    no_room(daemon.id(), Some(1));
    sim.ask(&format!("text {DAVE} Are you there?"));
    daemon.said.nth(2, "the database refuses");
    daemon.kill();
    // What could not be recorded stayed on the modem.
    let _daemon = stage.ready();
    sim.reads(OWNER, "Are you there?");
}

#[test]
fn a_start_on_a_read_only_disk_waits_says_so_and_goes_on_when_it_can_be_written() {
    for used_before in [false, true] {
        let stage = Stage::new();
        let sim = stage.sim("sim7600");
        if used_before {
            assert_eq!(stage.ready().stop().code(), Some(0));
        }
        sim.ask(&format!("text {DAVE} Burst pipe, please call"));
        let Some(mut daemon) = stage.daemon_on_read_only_disk() else {
            return;
        };
        let said = daemon.said.nth(1, "trying again until it does");
        assert!(said.contains("Read-only file system"), "{said}");
        assert!(daemon.is_alive());
        assert_eq!(sim.inbox(OWNER), Vec::<String>::new());
        stage.remount_for_writing(&daemon);
        daemon.said.nth(1, "textback: ready");
        sim.reads(OWNER, "Burst pipe, please call");
        sim.ask(&format!("call {ANNA} 2"));
        sim.reads(ANNA, TEXT_BACK);
        assert_eq!(daemon.stop().code(), Some(0));
    }
}
