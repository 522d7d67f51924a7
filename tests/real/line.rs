//! Rubbish on the line, and what the log tells of the people behind the texts.

use super::stage::{ANNA, DAVE, OWNER, Stage, TEXT_BACK, textback, wait};
use crate::process::{Kept, ended};
use textback::at::trace::{Chunk, Direction, parse};

/// The daemon lives through `faults` with a caller in it, and does the whole job for the next one.
fn survives(family: &str, faults: &[&str]) {
    let stage = Stage::new();
    let sim = stage.sim(family);
    let mut daemon = stage.ready();
    for fault in faults {
        sim.ask(&format!("fault {fault}"));
    }
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(1, "hung-up");
    sim.ask(&format!("text {DAVE} Is anybody there?"));
    sim.events.nth(1, "sent");
    sim.ask("fault clear");
    sim.ask(&format!("call {ANNA} 2"));
    sim.reads(ANNA, TEXT_BACK);
    sim.reads(OWNER, "Is anybody there?");
    assert!(daemon.is_alive());
    assert!(sim.inbox(DAVE).iter().filter(|t| t.starts_with(TEXT_BACK)).count() <= 1);
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn garbled_octets_do_not_end_the_daemon_and_the_job_goes_on_after() {
    survives("sim7600", &["garble 200"]);
}

#[test]
fn chatter_single_octets_and_doubled_lines_do_not_matter() {
    survives("huawei", &["chatter", "split", "duplicate-urcs"]);
}

#[test]
fn binary_noise_from_the_modem_is_stepped_over() {
    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    // A device that is no modem at all: it says every octet there is, for ever, and answers nothing.
    let stage = Stage::new();
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let slave = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let keep = rustix::fs::open(&slave, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let mut modes = rustix::termios::tcgetattr(&keep).unwrap();
    modes.make_raw();
    rustix::termios::tcsetattr(&keep, rustix::termios::OptionalActions::Now, &modes).unwrap();
    rustix::io::ioctl_fionbio(&master, true).unwrap();
    std::os::unix::fs::symlink(&slave, stage.path("modem")).unwrap();
    let mut daemon = stage.daemon();
    daemon.said.nth(1, "port open");
    let noise: Vec<u8> = (0..64 * 1024_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    write_all(&master, &noise);
    // A storm of lines is trouble worth a recording, once; nobody is in it.
    write_all(&master, &b"\r\n+CLIP: \"+15125557788\",145\r\n".repeat(400));
    let recording = wait("a flight recording", || flight_recordings(stage.folder.path()).pop());
    let text = std::fs::read_to_string(&recording).unwrap();
    assert!(recording.to_string_lossy().ends_with("-storm.txt"));
    assert!(text.contains("+CLIP: \"+15125") && !text.contains("557788"), "{text}");
    let replayed = ended(textback().arg("replay").arg(&recording));
    assert!(
        replayed.status.success(),
        "{}",
        String::from_utf8_lossy(&replayed.stderr)
    );
    assert_eq!(stage.json(&["status"])["ready"], false);
    assert!(daemon.is_alive());
    // The noise goes, a modem comes.
    drop(keep);
    drop(master);
    daemon.said.nth(1, "port lost");
    let sim = stage.sim("sim7600");
    daemon.said.nth(1, "textback: ready");
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
}

fn write_all(to: &impl std::os::fd::AsFd, octets: &[u8]) {
    let mut said = 0;
    wait("the noise to be read", || {
        said += rustix::io::write(to, &octets[said..]).unwrap_or(0);
        (said == octets.len()).then_some(())
    });
}

fn flight_recordings(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().contains(".flight-"))
        .collect()
}

#[test]
fn the_log_at_its_most_talkative_level_but_one_tells_no_number_and_no_text() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.daemon_with(&[("TEXTBACK_LOG", "debug")]);
    daemon.said.nth(1, "textback: ready");
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(OWNER, "Missed 13");
    sim.ask(&format!("text {DAVE} Xylophone repair, my code is 48151623"));
    sim.reads(OWNER, "Xylophone");
    sim.ask(&format!("text {OWNER} 13 Quetzal at three"));
    sim.reads(DAVE, "Quetzal");
    sim.ask(&format!("text {OWNER} NAME 13 Zebulon"));
    sim.reads(OWNER, "Zebulon");
    stage.cli(&["send", ANNA, "Ptarmigan delivered"]);
    sim.reads(ANNA, "Ptarmigan");
    stage.cli(&["send", "nobody at all 5125553311", "Ptarmigan"]);
    sim.ask("fault send-error 38 1");
    stage.cli(&["send", ANNA, "Ptarmigan again"]);
    sim.reads(ANNA, "Ptarmigan again");
    sim.ask("fault duplicate-urcs");
    sim.ask("fault garble 300");
    sim.ask(&format!("call {DAVE} 2"));
    sim.events.nth(2, "hung-up");
    sim.ask("fault clear");
    sim.ask("unplug");
    daemon.said.nth(1, "no port");
    sim.ask("replug");
    daemon.said.nth(2, "state=ready");
    let said = daemon.said.clone();
    assert_eq!(daemon.stop().code(), Some(0));
    let log = said.all().join("\n");
    assert!(log.contains("DEBUG"), "debug is on: {log}");
    for secret in [
        "5557788",
        "5550100",
        "5553311",
        "5550199",
        "48151623",
        "Xylophone",
        "Quetzal",
        "Ptarmigan",
        "Zebulon",
        "Sorry we",
        "Missed 13",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[test]
fn the_log_at_its_most_talkative_level_has_the_serial_traffic_as_transcripts_are_written() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.daemon_with(&[("TEXTBACK_LOG", "trace")]);
    daemon.said.nth(1, "textback: ready");
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(OWNER, "Missed 13");
    let said = daemon.said.clone();
    assert_eq!(daemon.stop().code(), Some(0));
    let chunks: Vec<Chunk> = said
        .all()
        .iter()
        .filter_map(|line| line.split_once(" TRACE "))
        .map(|(_, chunk)| parse(chunk.trim_start()).expect("a chunk").expect("no comment"))
        .collect();
    let has = |direction, words: &str| {
        let mut those = chunks.iter().filter(|chunk| chunk.direction == direction);
        those.any(|chunk| String::from_utf8_lossy(&chunk.octets).contains(words))
    };
    assert!(has(Direction::ToModem, "AT+CMGS="));
    assert!(has(Direction::FromModem, &format!("+CLIP: \"{DAVE}\"")));
}

#[test]
fn a_reader_of_the_log_that_goes_away_does_not_end_the_daemon() {
    use std::io::{BufRead, BufReader};
    let stage = Stage::new();
    let mut run = textback();
    run.args(["run", "--config"]).arg(stage.path("textback.toml"));
    let mut daemon = Kept(run.stderr(std::process::Stdio::piped()).spawn().unwrap());
    let mut first = String::new();
    BufReader::new(daemon.0.stderr.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(!first.is_empty());
    // From here on every write to stderr fails, as after `textback run 2>&1 | head -1`.
    let sim = stage.sim("generic");
    wait("the daemon to be ready", || {
        (stage.json(&["status"])["ready"] == true).then_some(())
    });
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
    assert!(daemon.0.try_wait().unwrap().is_none());
}
