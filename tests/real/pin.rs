//! A PIN that is wrong: three tries block the SIM, so the box never spends more than one of them.

use super::stage::{DAVE, Sim, Stage, TEXT_BACK};
use std::io::{Read, Write};

/// Somebody waits in front of a terminal; bring-up's own pause before it looks at a SIM again is 30 s.
const EXAMINED: std::time::Duration = std::time::Duration::from_secs(20);

/// Asks the simulated modem over its port, as a terminal program would.
fn tries_left(stage: &Stage) -> String {
    let mut port = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(stage.path("modem"))
        .unwrap();
    port.write_all(b"AT+SPIC\r").unwrap();
    let mut answer = String::new();
    let mut octet = [0];
    while !answer.contains("OK\r\n") {
        port.read_exact(&mut octet).unwrap();
        answer.push(char::from(octet[0]));
    }
    let (_, after) = answer.split_once("+SPIC: ").unwrap();
    after.chars().take_while(char::is_ascii_digit).collect()
}

fn locked(stage: &Stage) -> Sim {
    let sim = stage.sim("sim7600");
    sim.ask("fault pin 3");
    sim.ask("fault reset");
    sim
}

#[test]
fn a_wrong_pin_ends_with_78_and_is_tried_once_however_often_the_daemon_starts() {
    let stage = Stage::with("pin = \"9999\"", "");
    let sim = locked(&stage);
    for start in 1..=3 {
        let mut daemon = stage.daemon();
        assert_eq!(
            daemon.ended().code(),
            Some(78),
            "start {start}: {:#?}",
            daemon.said.all()
        );
        daemon.said.nth(1, "textback: the SIM refused the PIN");
        assert_eq!(tries_left(&stage), "2", "after start {start}");
    }
    let shown = || {
        let output = stage.cli(&["board", "show", "--once", "--exit-status", "78", "--profile", "pi"]);
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(shown().contains("would flash 3: SIM PIN"), "product.md §6: {}", shown());
    let database = std::fs::read(stage.path("t.db")).unwrap();
    assert!(
        !database.windows(4).any(|w| w == b"9999"),
        "the PIN itself is not kept in the database"
    );

    stage.configure("pin = \"1234\"", "");
    let _daemon = stage.ready();
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
    assert!(shown().contains("would flash 5"), "a start forgets it: {}", shown());
}

#[test]
fn a_pin_is_not_tried_when_that_could_block_the_sim() {
    let stage = Stage::with("pin = \"9999\"", "");
    let sim = stage.sim("sim7600");
    sim.ask("fault pin 1");
    sim.ask("fault reset");
    let mut daemon = stage.daemon();
    assert_eq!(daemon.ended().code(), Some(78), "{:#?}", daemon.said.all());
    assert_eq!(tries_left(&stage), "1");
}

/// Without the daemon nobody could keep that a PIN was refused: the next try would be the second.
#[test]
fn what_examines_without_the_daemon_never_spends_a_try() {
    let stage = Stage::with("pin = \"9999\"", "");
    let _sim = locked(&stage);
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let doctor = stage.cli(&["doctor"]);
        let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert_eq!(doctor.status.code(), Some(1), "{told}");
        assert!(
            told.contains("FAIL  sim") && told.contains("start the daemon"),
            "{told}"
        );
        assert!(began.elapsed() < EXAMINED, "{:?}", began.elapsed());
        assert_eq!(tries_left(&stage), "3");
    }
    let mut daemon = stage.daemon();
    assert_eq!(daemon.ended().code(), Some(78), "{:#?}", daemon.said.all());
    let doctor = stage.cli(&["doctor"]);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(78), "a wrong PIN: {told}");
    assert!(told.contains("the SIM refused the PIN"), "{told}");
    assert_eq!(tries_left(&stage), "2");
}

#[test]
fn a_sim_that_only_a_phone_can_open_is_told_as_one_that_cannot_do_the_job() {
    for (tries, word) in [("1", "1 PIN try left"), ("0", "PUK")] {
        let stage = Stage::with("pin = \"1234\"", "");
        let sim = stage.sim("sim7600");
        sim.ask(&format!("fault pin {tries}"));
        sim.ask("fault reset");
        let doctor = stage.cli(&["doctor"]);
        let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert_eq!(doctor.status.code(), Some(78), "{told}");
        assert!(
            told.contains(word) && told.contains("in a phone") && !told.contains("start the daemon"),
            "{told}"
        );
        assert_eq!(tries_left(&stage), tries);
    }
}
