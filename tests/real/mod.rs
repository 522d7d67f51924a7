//! The real program as two real processes on a real pseudo terminal, in real time: what only then can go wrong.

mod commission;
mod crash;
mod disk;
mod kills;
mod line;
mod pin;
mod port;
mod soak;
mod stage;
mod systemd;

use crate::process::ended;
use rustix::process::Signal;
use serde_json::Value;
use stage::{ANNA, DAVE, OWNER, Stage, TEXT_BACK, textback, wait};

const CALL_KEYS: &[&str] = &[
    "caller",
    "decision",
    "ended",
    "evidence",
    "id",
    "message_id",
    "reason",
    "rings",
    "started",
    "verdict",
];
const MESSAGE_KEYS: &[&str] = &[
    "attempts",
    "created",
    "direction",
    "handle",
    "id",
    "kind",
    "parts",
    "peer",
    "state",
    "text",
];

#[track_caller]
fn has_keys(object: &Value, keys: &[&str]) {
    let mut found: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, keys);
}

#[track_caller]
fn is_one_of(object: &Value, key: &str, values: &[&str]) {
    assert!(values.iter().any(|v| object[key] == *v), "{key}: {object}");
}

#[track_caller]
fn as_documented(calls: &Value, messages: &Value) {
    for call in calls.as_array().unwrap() {
        has_keys(call, CALL_KEYS);
        is_one_of(call, "verdict", &["missed", "answered", "rejected"]);
        is_one_of(call, "decision", &["texted", "skipped", "pending"]);
    }
    for message in messages.as_array().unwrap() {
        has_keys(message, MESSAGE_KEYS);
        is_one_of(message, "direction", &["in", "out"]);
        is_one_of(
            message,
            "kind",
            &["text_back", "forward", "relay", "command", "answer", "alert"],
        );
        is_one_of(
            message,
            "state",
            &["queued", "submitting", "accepted", "delivered", "failed", "in_doubt"],
        );
    }
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

/// Limits that a day's worth of calls in a minute does not reach.
const NO_LIMITS: &str = "[limits]\nper_minute = 1000\nper_hour = 10000\nper_day = 10000\npeople_per_day = 10000\n";
/// What a text to the owner begins with that may have come before.
const MAYBE_TWICE: &str = "(Maybe twice)";
/// The next number of a seed (SplitMix64).
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn the_whole_job_and_what_the_commands_show_of_it_with_and_without_the_daemon() {
    let stage = Stage::new();
    let sim = stage.sim("sim7600");
    let daemon = stage.ready();
    sim.ask(&format!("call {DAVE} 2"));
    let text = sim.reads(DAVE, TEXT_BACK);
    assert!(text.ends_with("Reply STOP to opt out."), "{text}");
    sim.reads(OWNER, "Missed 13");
    sim.ask(&format!("text {DAVE} Water heater leaking, can someone come?"));
    sim.reads(OWNER, "NEW 13 +15125557788: Water heater leaking, can someone come?");
    sim.ask(&format!("text {OWNER} 13 On my way"));
    sim.reads(DAVE, "On my way");
    stage.message("text_back", "delivered");
    stage.message("relay", "delivered");
    // What is still on its way would be another state in the second look.
    wait("nothing to be on its way", || {
        let messages = stage.json(&["messages"]);
        let mut all = messages.as_array().unwrap().iter();
        all.all(|m| m["state"] != "queued" && m["state"] != "submitting")
            .then_some(())
    });

    let status = stage.json(&["status"]);
    assert_eq!(
        (&status["running"], &status["ready"]),
        (&Value::Bool(true), &Value::Bool(true))
    );
    let (calls, messages) = (stage.json(&["calls"]), stage.json(&["messages"]));
    as_documented(&calls, &messages);
    assert_eq!(ids(&calls), [1]);
    let call = &calls[0];
    assert_eq!(
        (
            &call["caller"],
            &call["verdict"],
            &call["decision"],
            &call["message_id"]
        ),
        (&DAVE.into(), &"missed".into(), &"texted".into(), &1.into())
    );
    let in_order = ids(&messages);
    assert!(in_order.is_sorted() && in_order.len() >= 5, "{messages:#}");
    let of_call = stage.json(&["why", "1"]);
    assert_eq!(of_call["call"]["id"], 1);
    let of_handle = stage.json(&["why", "13"]);
    assert_eq!(of_handle["number"], DAVE);
    assert_eq!(stage.json(&["why", DAVE]), of_handle);
    assert_eq!(stage.json(&["why", "+1 (512) 555-9999"]), Value::Null);
    for shown in ["status", "calls", "messages"] {
        let output = stage.cli(&[shown]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{shown}");
    }

    let said = daemon.said.clone();
    assert_eq!(daemon.stop().code(), Some(0));
    assert_eq!(
        said.count("textback: "),
        1,
        "one line says that it is ready: {:#?}",
        said.all()
    );

    assert_eq!(stage.json(&["calls"]), calls);
    assert_eq!(stage.json(&["messages"]), messages);
    assert_eq!(stage.json(&["why", "1"]), of_call);
    assert_eq!(stage.json(&["why", DAVE]), of_handle);
    let status = stage.json(&["status"]);
    assert_eq!(
        (&status["running"], &status["ready"]),
        (&Value::Bool(false), &Value::Bool(false))
    );
}

#[test]
fn send_takes_a_handle_or_a_number_and_refuses_who_opted_out_and_without_a_daemon() {
    let stage = Stage::new();
    let sim = stage.sim("ec25");
    let daemon = stage.ready();
    sim.ask(&format!("call {DAVE} 2"));
    sim.reads(DAVE, TEXT_BACK);
    let output = stage.cli(&["send", "13", "By handle"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    sim.reads(DAVE, "By handle");
    let output = stage.cli(&["send", ANNA, "By number"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    sim.reads(ANNA, "By number");

    sim.ask(&format!("text {DAVE} STOP"));
    sim.reads(DAVE, "opted out");
    let before = sim.inbox(DAVE).len();
    for to in ["13", DAVE] {
        let output = stage.cli(&["send", to, "Once more"]);
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{why}");
        assert!(why.contains("opted out") || why.contains("STOP"), "{why}");
    }
    for nonsense in ["999", "hello"] {
        let output = stage.cli(&["send", nonsense, "Hi"]);
        assert_eq!(output.status.code(), Some(1), "{nonsense}");
        assert!(!output.stderr.is_empty(), "{nonsense}");
    }
    // A text that may go shows that the refused ones are not merely late.
    stage.cli(&["send", ANNA, "The last one"]);
    sim.reads(ANNA, "The last one");
    assert_eq!(sim.inbox(DAVE).len(), before, "{:?}", sim.inbox(DAVE));

    assert_eq!(daemon.stop().code(), Some(0));
    let output = stage.cli(&["send", ANNA, "Nobody is there"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not running"));
}

#[test]
fn sighup_rereads_the_wording_and_a_broken_file_changes_nothing() {
    let stage = Stage::new();
    let sim = stage.sim("generic");
    let mut daemon = stage.ready();
    stage.configure(
        "",
        "[text_back]\ndelay = \"0s\"\nmessage = \"{company} here, new words.\"\nafter_hours = \"{company} here, new words.\"\n",
    );
    daemon.signal(Signal::HUP);
    daemon.said.nth(1, "read again");
    sim.ask(&format!("call {DAVE} 2"));
    let text = sim.reads(DAVE, "Hill Country Plumbing");
    assert!(text.starts_with("Hill Country Plumbing here, new words."), "{text}");

    stage.configure("", "[text_back]\ndelai = \"0s\"\n");
    daemon.signal(Signal::HUP);
    daemon.said.nth(1, "was not read again");
    daemon.said.nth(1, "delai");
    sim.ask(&format!("call {ANNA} 2"));
    let text = sim.reads(ANNA, "Hill Country Plumbing");
    assert!(text.starts_with("Hill Country Plumbing here, new words."), "{text}");
    assert!(daemon.is_alive());
}

#[test]
fn the_demo_plays_to_its_end_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = ended(textback().args(["demo", "--speed", "10"]).env("TMPDIR", folder.path()));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{shown}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let heading = shown.to_lowercase();
    for column in ["caller", "owner"] {
        assert!(heading.contains(column), "{column}: {shown}");
    }
    assert!(shown.contains("Sorry we missed you"), "{shown}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
