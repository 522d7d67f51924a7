//! The real program for an hour or a night, while the modem has its faults, is unplugged and the power fails: in the end every call
//! and every text is accounted for, and the process has not grown.
//!
//! ```text
//! TEXTBACK_SOAK=60 cargo test --release real::soak -- --nocapture         minutes
//! TEXTBACK_SOAK=60:7 …                                                    from seed 7
//! ```

use super::stage::{Daemon, OWNER, Sim, Stage, wait};
use super::{MAYBE_TWICE, NO_LIMITS, draw};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What the modem and the network are made to do, each for a while.
const FAULTS: [&str; 16] = [
    "split",
    "slow 300",
    "lose-result",
    "no-prompt",
    "send-error 38 1",
    "timeout-after-sending",
    "delay-result 5000",
    "mute 20",
    "reset",
    "silent-reset",
    "duplicate-urcs",
    "no-registration 30",
    "chatter",
    "no-clip",
    "no-release",
    "index-minus-one",
];
/// From the last thing that happens to the account: whatever is in doubt or under way has settled by then.
const SETTLED: Duration = Duration::from_secs(180);

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_kib: u64,
    files: usize,
}

fn held(daemon: &Daemon) -> Held {
    let of = |file: &str| format!("/proc/{}/{file}", daemon.id());
    let status = std::fs::read_to_string(of("status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    Held {
        resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        files: std::fs::read_dir(of("fd")).unwrap().count(),
    }
}

/// What was done to the box.
#[derive(Debug, Default)]
struct Done {
    callers: Vec<String>,
    texts: Vec<String>,
    faults: u32,
    unplugged: u32,
    kills: u32,
}

fn lived(stage: &Stage, sim: &Sim, minutes: u64, seed: &mut u64) -> (Done, Daemon, Held) {
    let mut done = Done::default();
    let mut daemon = stage.ready();
    let first = held(&daemon);
    let pause = |seconds: u64| std::thread::sleep(Duration::from_secs(seconds));
    let until = Instant::now() + Duration::from_secs(minutes * 60);
    while Instant::now() < until {
        let n = done.callers.len() + done.texts.len();
        let number = format!("+1512555{:04}", 2000 + n);
        match draw(seed) % 20 {
            0..10 => {
                sim.ask(&format!("call {number} {}", [3, 8, 14, 20][(draw(seed) % 4) as usize]));
                done.callers.push(number);
            }
            10..15 => {
                let words = format!("Leak number {n} here");
                sim.ask(&format!("text {number} {words}"));
                done.texts.push(words);
            }
            15..18 => {
                done.faults += 1;
                sim.ask(&format!(
                    "fault {}",
                    FAULTS[(draw(seed) % FAULTS.len() as u64) as usize]
                ));
                pause(5 + draw(seed) % 30);
                sim.ask("fault clear");
            }
            18 => {
                done.unplugged += 1;
                sim.ask("unplug");
                pause(1 + draw(seed) % 15);
                sim.ask("replug");
            }
            _ => {
                done.kills += 1;
                daemon.kill();
                pause(draw(seed) % 6);
                daemon = stage.daemon();
            }
        }
        pause([1, 5, 15, 25][(draw(seed) % 4) as usize]);
    }
    (done, daemon, first)
}

#[test]
fn after_an_hour_of_faults_every_call_and_every_text_is_accounted_for() {
    let Ok(asked) = std::env::var("TEXTBACK_SOAK") else {
        eprintln!("SKIPPED: takes the minutes that TEXTBACK_SOAK gives it");
        return;
    };
    let (minutes, seed) = asked.split_once(':').unwrap_or((&asked, "1"));
    let (minutes, mut seed): (u64, u64) = (minutes.parse().unwrap(), seed.parse().unwrap());
    let stage = Stage::with("", NO_LIMITS);
    let sim = stage.sim("sim7600");
    let (done, daemon, first) = lived(&stage, &sim, minutes, &mut seed);
    sim.ask("fault clear");
    std::thread::sleep(SETTLED);
    wait("nothing to be under way", || {
        let messages = stage.json(&["messages", "--limit", "100000"]);
        let mut all = messages.as_array().unwrap().iter();
        all.all(|m| m["state"] != "submitting").then_some(())
    });
    let last = held(&daemon);
    let calls = stage.json(&["calls", "--limit", "100000"]);
    let mut on_record: HashMap<&str, usize> = HashMap::new();
    for caller in calls
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|call| call["caller"].as_str())
    {
        *on_record.entry(caller).or_default() += 1;
    }
    let (mut unreached, mut texted, mut wrong) = (0, 0, Vec::new());
    for number in &done.callers {
        let reached = sim.events.count(&format!("not-reached {number}")) == 0;
        unreached += usize::from(!reached);
        match (reached, on_record.get(number.as_str())) {
            (true, Some(1)) | (false, None) => {}
            (_, recorded) => wrong.push(format!("{number}: reached {reached}, on record {recorded:?}")),
        }
        let got = sim.inbox(number).len();
        texted += got;
        if got > 1 {
            wrong.push(format!("{number} got {got} texts for one call"));
        }
    }
    let owner = sim.inbox(OWNER);
    for words in &done.texts {
        let got: Vec<_> = owner.iter().filter(|text| text.contains(words.as_str())).collect();
        let unmarked = got.iter().filter(|text| !text.starts_with(MAYBE_TWICE)).count();
        if got.is_empty() || unmarked > 1 {
            wrong.push(format!("{words:?} came to the owner as {got:?}"));
        }
    }
    println!(
        "{minutes} minutes: {} calls ({unreached} that the network could not put through, {texted} texted so far), {} texts, \
         {} faults, {} times unplugged, {} kills; resident {} KiB at first, {} at last, files {} and {}",
        done.callers.len(),
        done.texts.len(),
        done.faults,
        done.unplugged,
        done.kills,
        first.resident_kib,
        last.resident_kib,
        first.files,
        last.files
    );
    assert!(wrong.is_empty(), "{wrong:#?}\n{owner:#?}\n{calls:#}");
    assert_eq!(first.files, last.files, "files stay open");
}
