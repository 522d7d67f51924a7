//! The flight recorder on the whole box: what it keeps has nobody in it, and plays again to the same decisions.

use super::appliance::{ANNA, Appliance, DAVE, OWNER};
use std::path::Path;
use std::time::{Duration, Instant};
use textback::flight::{self, Replayed};
use textback::sim::{Family, Fault};

fn replay(file: &str) -> Replayed {
    flight::replay(file, None, Instant::now()).unwrap_or_else(|error| panic!("{error}\n{file}"))
}

fn said(replayed: &Replayed) -> Vec<&str> {
    replayed.lines.iter().map(|line| line.what.as_str()).collect()
}

fn head(appliance: &Appliance) -> [(&'static str, String); 2] {
    [
        ("country", "US".to_owned()),
        ("owner", appliance.recorder.masked_number(OWNER)),
    ]
}

#[test]
fn a_recorded_day_plays_again_to_the_same_decisions() {
    for family in [Family::Sim7600, Family::Ec25, Family::Generic] {
        let mut it = Appliance::new(family);
        it.call(DAVE, 18);
        it.run_s(40);
        it.text(DAVE, "Water heater leaking at 1200 Oak Street, call Anna");
        it.run_s(30);
        it.text(OWNER, "13 On my way");
        it.run_s(30);
        it.text(DAVE, "STOP");
        it.run_s(30);
        it.withheld_call(12);
        it.run_s(40);
        let file = it.recorder.file("test", &head(&it));
        for gone in [&DAVE[6..], &OWNER[6..], "Water", "Oak", "Anna", "way"] {
            assert!(!file.contains(gone), "{gone} is in the recording");
        }
        let replayed = replay(&file);
        let lines = said(&replayed);
        let has = |wanted: &str| {
            assert!(
                lines.iter().any(|line| line.contains(wanted)),
                "{family:?}: no {wanted:?} in {lines:#?}\n{file}"
            );
        };
        has("texted: missed call");
        has(&format!(
            "sends to {}: Sorry we missed you",
            it.recorder.masked_number(DAVE)
        ));
        has(&format!("sends to {}: NEW 13 ", it.recorder.masked_number(OWNER)));
        has(&format!("sends to {}: Xx xx xxx", it.recorder.masked_number(DAVE)));
        has("opted out: ");
        has("not texted: number withheld");
        assert!(!lines.iter().any(|line| line.contains("no end to it")));
    }
}

#[test]
fn the_same_recording_plays_to_the_same_lines_twice() {
    let mut it = Appliance::new(Family::Sim7600);
    it.call(ANNA, 9);
    it.run_s(60);
    let file = it.recorder.file("test", &head(&it));
    let start = Instant::now();
    let once = flight::replay(&file, None, start).unwrap();
    let twice = flight::replay(&file, None, start + Duration::from_secs(7)).unwrap();
    assert_eq!(once, twice);
    assert_eq!(once.differences, 0, "{:#?}", once.lines);
}

#[test]
fn a_recording_of_a_mute_modem_shows_the_ladder() {
    let mut it = Appliance::new(Family::Sim7600);
    it.inject(Fault::Mute(Duration::from_secs(3600)));
    it.run_s(600);
    let file = it.recorder.file("the ladder", &head(&it));
    let replayed = replay(&file);
    let lines = said(&replayed);
    assert!(lines.iter().any(|line| line.contains("Mute")), "{lines:#?}");
}

#[test]
fn every_transcript_can_be_replayed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let replayed =
            flight::replay(&text, None, Instant::now()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(!replayed.lines.is_empty(), "{}", path.display());
        let stuck = replayed.lines.iter().find(|line| line.what.contains("no end to it"));
        assert_eq!(stuck, None, "{}", path.display());
        played += 1;
    }
    assert!(played >= 20);
}
