//! What an installer does on site: examine, place the antenna, make the test call, print the card, keep the report.

use super::stage::{DAVE, Stage, textback, wait};
use crate::process::Kept;
use serde_json::Value;

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn verdict(found: &Value, item: &str) -> String {
    let checks = found["checks"].as_array().expect("a list");
    let check = checks.iter().find(|check| check["check"] == item);
    let check = check.unwrap_or_else(|| panic!("no {item} in {found:#}"));
    check["verdict"].as_str().expect("a word").to_owned()
}

#[test]
fn the_doctor_finds_the_same_with_and_without_the_daemon() {
    let stage = Stage::new();
    let output = stage.cli(&["doctor"]);
    assert_eq!(output.status.code(), Some(69), "no modem: {}", said(&output));
    assert!(said(&output).contains("is not there"), "{}", said(&output));

    let _sim = stage.sim("sim7600");
    let alone = stage.json(&["doctor"]);
    let daemon = stage.ready();
    let asked = stage.json(&["doctor"]);
    for item in [
        "modem",
        "voice",
        "sim",
        "network",
        "signal",
        "service_centre",
        "caller_numbers",
        "diverts",
    ] {
        assert_eq!(verdict(&alone, item), "pass", "{item} alone");
        assert_eq!(verdict(&asked, item), "pass", "{item} through the daemon");
    }
    assert_eq!(asked["examination"]["modem"]["family"], "SIM7600");
    if let Some(number) = asked["examination"]["sim"]["own_number"].as_str() {
        let card = said(&stage.cli(&["label"]));
        assert!(card.contains(number), "the SIM's own number is on the card: {card}");
    }
    let signal = stage.cli(&["signal", "--count", "2"]);
    let meter = said(&signal);
    assert!(signal.status.success() && meter.matches("dBm").count() >= 4, "{meter}");
    daemon.stop();
    let signal = stage.cli(&["signal", "--count", "1"]);
    assert!(
        signal.status.success() && said(&signal).contains("best"),
        "{}",
        said(&signal)
    );
}

#[test]
fn a_network_that_is_gone_is_found_and_the_fix_told() {
    let stage = Stage::new();
    let sim = stage.sim("generic");
    sim.ask("fault no-registration 600");
    let output = stage.cli(&["doctor"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("FAIL  network") && told.contains("antenna"), "{told}");
}

/// `doctor --live` with `more` arguments, as soon as it waits for the call.
fn live(stage: &Stage, more: &[&str]) -> Kept {
    let mut doctor = textback()
        .args(["doctor", "--live", "--config"])
        .arg(stage.path("textback.toml"))
        .args(more)
        .stdout(std::fs::File::create(stage.path("list.txt")).expect("made"))
        .stderr(std::fs::File::create(stage.path("words.txt")).expect("made"))
        .spawn()
        .map(Kept)
        .expect("started");
    wait("being told to call", || {
        assert!(
            doctor.0.try_wait().expect("ours").is_none(),
            "{}",
            written(stage, "words.txt")
        );
        written(stage, "words.txt").contains("hang up. Waiting").then_some(())
    });
    doctor
}

fn written(stage: &Stage, file: &str) -> String {
    std::fs::read_to_string(stage.path(file)).unwrap_or_default()
}

#[test]
fn a_box_that_failed_the_live_test_is_not_ready_in_the_list_nor_in_the_report() {
    let stage = Stage::new();
    let sim = stage.sim("generic");
    let daemon = stage.ready();
    let report = stage.path("report.txt");
    let mut doctor = live(&stage, &["--json", "--report", report.to_str().expect("a path")]);
    sim.ask("withheld 4");
    let status = wait("the doctor's end", || doctor.0.try_wait().expect("ours"));
    assert_eq!(status.code(), Some(1));
    let list = written(&stage, "list.txt");
    let result: Value = serde_json::from_str(&list).unwrap_or_else(|error| panic!("{error}: {list}"));
    assert_eq!(result["test_call"]["passed"], false, "{list}");
    assert_eq!(result["ok"], false, "{list}");
    let kept = written(&stage, "report.txt");
    assert!(
        kept.contains("FAIL  test call") && kept.contains("1 ring (") && kept.contains("Result      NOT READY"),
        "{kept}"
    );

    // A call that is seen and a text that is not sent is half of the job: the same phone again, within the day.
    for passed in [true, false] {
        let mut doctor = live(&stage, &["--json"]);
        sim.ask(&format!("call {DAVE} 4"));
        // Business goes on: somebody else's call is not the one that is followed.
        sim.events.nth(if passed { 1 } else { 2 }, &format!("hung-up {DAVE}"));
        sim.ask("withheld 2");
        let status = wait("the doctor's end", || doctor.0.try_wait().expect("ours"));
        let list = written(&stage, "list.txt");
        assert_eq!(status.success(), passed, "{list}");
        assert_eq!(
            list.contains("not texted: texted within the last 24 hours"),
            !passed,
            "{list}"
        );
    }
    daemon.stop();
}

#[test]
fn a_live_test_that_is_stopped_keeps_the_report_of_what_was_found() {
    let stage = Stage::new();
    let _sim = stage.sim("generic");
    let daemon = stage.ready();
    let report = stage.path("report.txt");
    let mut doctor = live(&stage, &["--report", report.to_str().expect("a path")]);
    let pid = rustix::process::Pid::from_child(&doctor.0);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("ours");
    let status = wait("the doctor's end", || doctor.0.try_wait().expect("ours"));
    assert_eq!(status.code(), Some(1));
    let kept = written(&stage, "report.txt");
    for wanted in [
        "ok    network",
        "FAIL  test call       not made",
        "Result      NOT READY",
    ] {
        assert!(kept.contains(wanted), "{wanted:?} is missing in:\n{kept}");
    }
    daemon.stop();
}

#[test]
fn the_live_test_sees_the_call_and_the_text_and_the_report_keeps_both() {
    let stage = Stage::new();
    let sim = stage.sim("generic");
    let daemon = stage.ready();
    sim.ask(&format!("phone {DAVE}"));
    let report = stage.path("report.txt");
    let mut doctor = live(&stage, &["--json", "--report", report.to_str().expect("a path")]);
    sim.ask(&format!("call {DAVE} 8"));
    let status = wait("the doctor's end", || doctor.0.try_wait().expect("ours"));
    let list = written(&stage, "list.txt");
    let result: Value = serde_json::from_str(&list).unwrap_or_else(|error| panic!("{error}: {list}"));
    assert!(
        status.success() && result["ok"] == true,
        "{list}{}",
        written(&stage, "words.txt")
    );
    assert_eq!(result["test_call"]["passed"], true, "{list}");
    assert_eq!(
        verdict(&result, "text_out"),
        "pass",
        "not the owner's line, of which no report is asked: {list}"
    );
    daemon.stop();
    let kept = std::fs::read_to_string(&report).expect("kept");
    for wanted in [
        "Hill Country Plumbing",
        "ok    test call",
        "Result      ready",
        "Installer",
    ] {
        assert!(kept.contains(wanted), "{wanted:?} is missing in:\n{kept}");
    }
}

#[test]
fn the_card_is_printed_as_svg_and_pdf() {
    let stage = Stage::new();
    let svg = stage.cli(&["label", "--number", "+15125550199"]);
    assert!(
        svg.status.success() && said(&svg).starts_with("<svg "),
        "{}",
        said(&svg)
    );
    let file = stage.path("card.pdf");
    let pdf = stage.cli(&[
        "label",
        "--number",
        "+15125550199",
        "--out",
        file.to_str().expect("a path"),
    ]);
    assert!(pdf.status.success(), "{}", said(&pdf));
    assert!(std::fs::read(&file).expect("written").starts_with(b"%PDF-"));
    let german = format!(
        "language = \"de\"\n{}",
        std::fs::read_to_string(stage.path("textback.toml")).expect("a configuration")
    );
    std::fs::write(stage.path("textback.toml"), german).expect("written");
    let card = said(&stage.cli(&["label", "--number", "+4915112345678"]));
    assert!(card.contains("Nummer der Box") && !card.contains("Verizon"), "{card}");
    let picture = stage.path("card.png");
    let refused = stage.cli(&["label", "--out", picture.to_str().expect("a path")]);
    assert!(
        refused.status.code() == Some(2) && said(&refused).contains("must end in .svg or .pdf"),
        "{}",
        said(&refused)
    );
    assert!(!picture.exists());
}

/// An owner who claimed the box by text is in no file: nobody wants to read that at every question.
#[test]
fn what_is_worth_knowing_of_the_configuration_is_told_by_check_and_doctor_and_not_by_every_question() {
    let stage = Stage::new();
    std::fs::write(
        stage.path("textback.toml"),
        std::fs::read_to_string(stage.path("textback.toml"))
            .expect("a configuration")
            .lines()
            .filter(|line| !line.starts_with("owner"))
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    )
    .expect("written");
    let warns = |command: &[&str]| said(&stage.cli(command)).contains("owner: not set");
    assert!(warns(&["check"]) && warns(&["doctor"]));
    for quiet in [&["label"][..], &["status"], &["calls"], &["signal", "--count", "1"]] {
        assert!(!warns(quiet), "{quiet:?}");
    }
}

#[test]
fn a_board_that_is_not_there_is_listed_as_missing_and_the_daemon_runs_without() {
    let stage = Stage::with("", "[board]\nprofile = \"sixfab-cellular-iot\"\n");
    let listed = said(&stage.cli(&["board"]));
    assert!(
        listed.contains("* sixfab-cellular-iot") && listed.contains("MISSING"),
        "{listed}"
    );
    assert_eq!(stage.cli(&["board", "show", "3", "--once"]).status.code(), Some(69));
    let _sim = stage.sim("generic");
    let daemon = stage.ready();
    daemon.said.nth(1, "the board lacks a line");
    assert!(daemon.stop().success());

    let wrong = Stage::with("", "[board]\nprofile = \"wavesahre\"\n");
    let output = wrong.cli(&["check"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(said(&output).contains("waveshare-sim7600"), "{}", said(&output));
}

#[test]
fn the_signal_meter_ends_by_itself_and_says_when_there_is_no_modem() {
    let stage = Stage::new();
    let alone = stage.cli(&["signal", "--for", "5s"]);
    assert_eq!(alone.status.code(), Some(69), "no modem: {}", said(&alone));

    let daemon = stage.daemon();
    daemon.said.nth(1, "is not there");
    let asked = stage.cli(&["signal", "--for", "5s"]);
    assert_eq!(asked.status.code(), Some(69), "{}", said(&asked));
    assert!(said(&asked).contains("is not there"), "{}", said(&asked));
    daemon.stop();

    let _sim = stage.sim("sim7600");
    let meter = stage.cli(&["signal", "--for", "4s"]);
    assert!(
        meter.status.success() && said(&meter).contains("dBm"),
        "{}",
        said(&meter)
    );
    assert_eq!(stage.cli(&["signal", "--for", "soon"]).status.code(), Some(2));
}

#[test]
fn a_card_is_not_printed_with_a_number_that_nobody_can_dial() {
    let stage = Stage::new();
    for number in ["5125550199", "+1", "+1512555019x", "+1 (512) 555-01"] {
        let output = stage.cli(&["label", "--number", number]);
        assert_eq!(output.status.code(), Some(2), "{number}: {}", said(&output));
    }
    let output = stage.cli(&["label", "--number", "+1 (512) 555-0199"]);
    assert!(
        output.status.success() && said(&output).contains(">+15125550199<"),
        "{}",
        said(&output)
    );
}
