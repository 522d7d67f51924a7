//! `textback doctor`: what must be right for the box to do its job, what was found, what to do. With `--live` also the one
//! test that proves it: a call that ends unanswered. `--report` keeps it all for the installer's records.

mod alone;
mod live;
mod report;

use super::{Asking, CANNOT, Exit, FAILED, UNAVAILABLE, complain, field, say, unanswered};
use alone::alone;
use live::{NotPassed, Proved, call_made};
use report::report;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use textback::checkup::{self, Verdict};
use textback::config::Config;
use textback::daemon::control::{self, Answer, Question};
use textback::daemon::ears::Ears;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    asking: Asking,
    /// Then wait for a test call, and see that it is seen and texted back (needs the running daemon)
    #[arg(long)]
    live: bool,
    /// Keep the result for your records: a text file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let config = arguments.asking.config.read_and_warn()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut found = runtime.block_on(examine(&config))?;
    // After the examination, which may have had to try them itself.
    let mut ears = runtime.block_on(async {
        let mut ears = Ears::beside(&config.modem.port, config.modem.baud);
        ears.knock().await;
        ears
    });
    add_ports(&mut found, &config, &ears, None);
    let mut told = list(&found);
    let json = arguments.asking.json;
    match (json, arguments.live) {
        (true, true) => {} // One object, when the call is over.
        (true, false) => say(format_args!("{found:#}"))?,
        (false, _) => say(told.trim_end())?,
    }
    let mut live = None;
    if arguments.live {
        let (result, seen) = runtime.block_on(call_made(&config, &found, &mut ears));
        // What the call and its text have shown belongs in the list. Who stops it waits for nothing more.
        if !matches!(result, Err(NotPassed::Stopped)) {
            found = runtime.block_on(examine(&config))?;
            add_ports(&mut found, &config, &ears, Some(seen));
        }
        if let Ok(Proved { arrived: true, .. }) = &result {
            text_arrived(&mut found);
        }
        let result = result.map(|proved| proved.words).map_err(Exit::from);
        let (passed, words) = match &result {
            Ok(words) => (true, words),
            Err(exit) => (false, &exit.why),
        };
        told = list(&found);
        let mark = if passed { "ok" } else { "FAIL" };
        // Writing into a String can't fail.
        let _ = writeln!(told, "{mark:<5} test call       {words}");
        // A box that did not pass it is not ready, whatever the list says.
        if !passed {
            found["ok"] = false.into();
        }
        if json {
            found["test_call"] = serde_json::json!({ "passed": passed, "words": words });
            say(format_args!("{found:#}"))?;
        }
        live = Some(result);
    }
    if let Some(path) = &arguments.report {
        let text = report(&config, &arguments.asking.config.config, &found, &told);
        std::fs::write(path, text)
            .map_err(|error| Exit::new(FAILED, format!("cannot write {}: {error}", path.display())))?;
        complain(format_args!("kept in {}", path.display()));
    }
    match live {
        Some(Err(exit)) => return Err(exit),
        Some(Ok(words)) if !json => say(format_args!("PASS: {words}"))?,
        Some(Ok(_)) | None => {}
    }
    if found["ok"] == true {
        Ok(())
    } else {
        Err(Exit::new(exit_code(&found), ""))
    }
}

/// 78 where this modem can never do the job, the SIM refused the PIN or only a phone can open it, 69 where there is none, else 1.
fn exit_code(found: &Value) -> u8 {
    let failed = |item: &str| {
        found["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|check| check["check"] == item && check["verdict"] == "fail")
    };
    let shut = found["examination"]["sim"]["shut"] == true;
    // Registered for texts only is the network's word of the moment, not this modem's for ever.
    let unfit = found["examination"]["can_voice"] == "never" || found["examination"]["can_text"] == "never";
    if unfit || shut || found["pin_refused"] == true && failed("sim") {
        CANNOT
    } else if failed("modem") {
        UNAVAILABLE
    } else {
        FAILED
    }
}

fn list(found: &Value) -> String {
    let mut out = String::new();
    for check in found["checks"].as_array().into_iter().flatten() {
        line(&mut out, check);
    }
    out
}

fn line(out: &mut String, check: &Value) {
    let mark = match check["verdict"].as_str() {
        Some("pass") => "ok",
        Some("warn") => "LOOK",
        Some("fail") => "FAIL",
        _ => "?",
    };
    let what = field(check, "check").replace('_', " ");
    let _ = writeln!(out, "{mark:<5} {what:<15} {}", field(check, "found"));
    if check["fix"].as_str().is_some_and(|fix| !fix.is_empty()) {
        let _ = writeln!(out, "{:<21} -> {}", "", field(check, "fix"));
    }
}

/// The modem's other ports go into the list behind the modem.
fn add_ports(found: &mut Value, config: &Config, ears: &Ears, call_seen: Option<bool>) {
    let used = config.modem.port.display().to_string();
    let Some(finding) = checkup::judge_ports(&used, &ears.heard(), call_seen) else {
        return;
    };
    if finding.verdict == Verdict::Fail {
        found["ok"] = false.into();
    }
    if let Some(checks) = found["checks"].as_array_mut() {
        checks.insert(checks.len().min(1), serde_json::json!(finding));
    }
}

/// The list judges the newest text, which after a test call is the owner's line about it, of which no report is asked. That one
/// with a report arrived is the better news; that one failed is still told.
fn text_arrived(found: &mut Value) {
    let checks = found["checks"].as_array_mut().into_iter().flatten();
    for check in checks.filter(|check| check["check"] == "text_out" && check["verdict"] != "fail") {
        check["verdict"] = "pass".into();
        check["found"] = "the test call's text arrived".into();
        check["fix"] = "".into();
    }
}

/// From the running daemon, else from the modem itself.
async fn examine(config: &Config) -> Result<Value, Exit> {
    match control::ask(&config.store, &Question::Doctor).await {
        Ok(Some(Answer::Ok(value))) => Ok(value),
        Ok(Some(Answer::Error(why))) => Err(Exit::new(FAILED, why)),
        Ok(None) => alone(config).await,
        Err(error) => Err(unanswered(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_never_be_is_78() {
        let found = |voice: &str, text: &str| {
            serde_json::json!({
                "checks": [{"check": "voice", "verdict": "fail"}],
                "examination": {"can_voice": voice, "can_text": text},
            })
        };
        assert_eq!(exit_code(&found("never", "yes")), CANNOT);
        assert_eq!(exit_code(&found("yes", "never")), CANNOT);
        let mute = serde_json::json!({
            "checks": [{"check": "modem", "verdict": "fail"}],
            "examination": {"can_voice": "unknown", "can_text": "yes"},
        });
        assert_eq!(exit_code(&mute), UNAVAILABLE, "a port without anybody who answers");
        assert_eq!(
            exit_code(&found("sms_only", "refused")),
            FAILED,
            "another network may do"
        );
    }
}
