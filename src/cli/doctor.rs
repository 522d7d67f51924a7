//! `textback doctor`: what must be right for the box to do its job, what was found, what to do. With `--live` also the one
//! test that proves it: a call that ends unanswered. `--report` keeps it all for the installer's records.

use super::{Asking, CANNOT, Exit, FAILED, UNAVAILABLE, complain, field, rings, say};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use textback::checkup::{self, Item, NoModem, Verdict};
use textback::clock::LastTime;
use textback::config::Config;
use textback::daemon::alone::Alone;
use textback::daemon::control::{self, Answer, Question};
use textback::daemon::doctor::{self, Around};
use textback::daemon::ears::Ears;
use textback::daemon::port::SerialOpener;
use textback::daemon::wallclock::WallClock;
use textback::daemon::{machine, modem_options, pin};
use textback::modem::{Event, Input, Report, SimState};
use textback::store::Store;
use textback::store::lately::Lately;

/// An examination takes this long at most: a cold modem, a slow network.
const EXAMINATION_LIMIT: Duration = Duration::from_secs(180);
/// So long the test call may take to come.
const LIVE_LIMIT: Duration = Duration::from_secs(5 * 60);
/// The text back leaves within seconds; its report may take a minute.
const TEXT_LIMIT: Duration = Duration::from_secs(120);
/// Between two looks while somebody dials.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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

/// What the test call proved, in words.
struct Proved {
    words: String,
    /// The network's report says that the text reached the caller.
    arrived: bool,
}

/// Why the test call proved nothing.
enum NotPassed {
    Failed(Exit),
    Stopped,
}

impl From<NotPassed> for Exit {
    fn from(why: NotPassed) -> Self {
        match why {
            NotPassed::Failed(exit) => exit,
            NotPassed::Stopped => Exit::new(FAILED, "not made: it was stopped"),
        }
    }
}

/// The test call, and whether the box saw a call at all, while all the modem's ports are listened to.
async fn call_made(config: &Config, found: &Value, ears: &mut Ears) -> (Result<Proved, NotPassed>, bool) {
    let mut seen = false;
    let result = tokio::select! {
        result = test_call(config, found, &mut seen) => result.map_err(NotPassed::Failed),
        () = ears.listen() => Err(NotPassed::Failed(Exit::new(FAILED, "nobody listens any more"))),
        // A report of what was found so far is kept all the same.
        _ = tokio::signal::ctrl_c() => Err(NotPassed::Stopped),
    };
    (result, seen)
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
        Err(error) => Err(Exit::new(FAILED, format!("the daemon did not answer: {error}"))),
    }
}

async fn alone(config: &Config) -> Result<Value, Exit> {
    complain("the daemon is not running: asking the modem itself (up to three minutes)");
    let (store, lately) = match Store::open_read_only(&config.store) {
        Ok(store) => {
            let lately = store.lately()?;
            (Some(store), lately)
        }
        // A box that never ran has none yet.
        Err(_) => (None, Lately::default()),
    };
    let refused = match &store {
        Some(store) => pin::known_wrong(config, store)?,
        None => false,
    };
    let opener = SerialOpener::new(config.modem.port.clone(), config.modem.baud);
    let report: Result<Box<Report>, NoModem> = match Alone::open(opener, modem_options(config))? {
        Err(trouble) => Err(machine::no_modem(&trouble)),
        Ok(mut modem) => {
            modem.ask(Input::Examine);
            let examined = async {
                loop {
                    if let Event::Examined(report) = modem.next().await? {
                        return anyhow::Ok(report);
                    }
                }
            };
            match tokio::time::timeout(EXAMINATION_LIMIT, examined).await {
                Ok(report) => Ok(report?),
                Err(_) => Err(NoModem {
                    found: format!(
                        "it was not examined within {} minutes",
                        EXAMINATION_LIMIT.as_secs() / 60
                    ),
                    fix: "power it off and on".to_owned(),
                }),
            }
        }
    };
    let report = report.as_deref();
    let mut clock = WallClock::new(config.timezone.clone(), LastTime::default());
    if let Some((utc_ms, offset_s)) = report.ok().and_then(|report| report.network_time) {
        clock.network_time(utc_ms, offset_s, Instant::now());
    }
    let wall = clock.now(Instant::now());
    let around = Around {
        topology: config.topology,
        trust: wall.trust,
        machine: machine::look(&config.store, None),
        utc_ms: wall.utc_ms,
    };
    let mut list = doctor::walk(report, lately, &around);
    let pin_is_ours = |report: &Report| report.sim == SimState::Pin && !report.sim_is_shut();
    if config.modem.pin.is_some() && report.is_ok_and(pin_is_ours) {
        for sim in list.iter_mut().filter(|finding| finding.check == Item::Sim) {
            if refused {
                "the SIM refused the PIN".clone_into(&mut sim.found);
                "put the right one under [modem], or switch the PIN off in a phone".clone_into(&mut sim.fix);
            } else {
                // Only the daemon keeps which PIN was refused, so only it may try one.
                "start the daemon: it enters the configured PIN (`systemctl start textback`)".clone_into(&mut sim.fix);
            }
        }
    }
    let mut found = doctor::json(&list, report.ok());
    found["pin_refused"] = refused.into();
    Ok(found)
}

/// Waits for a call to come, to be seen as missed, and for its text back to be delivered.
async fn test_call(config: &Config, found: &Value, seen: &mut bool) -> Result<Proved, Exit> {
    let ask = async |question: Question| match control::ask(&config.store, &question).await {
        Ok(Some(Answer::Ok(value))) => Ok(value),
        Ok(Some(Answer::Error(why))) => Err(Exit::new(FAILED, why)),
        Ok(None) => Err(Exit::new(
            UNAVAILABLE,
            "the daemon is not running: a test call needs it (`systemctl start textback`)",
        )),
        Err(error) => Err(Exit::new(FAILED, format!("the daemon did not answer: {error}"))),
    };
    let newest = async || -> Result<Value, Exit> {
        let calls = ask(Question::Calls { limit: 1 }).await?;
        Ok(calls[0].clone())
    };
    let before = newest().await?["id"].as_i64().unwrap_or(0);
    let number = found["examination"]["sim"]["own_number"]
        .as_str()
        .unwrap_or("the box's number");
    complain(format_args!(
        "call {number} from another phone (not the owner's), let it ring four times, hang up. Waiting {} minutes.",
        LIVE_LIMIT.as_secs() / 60
    ));
    let until = Instant::now() + LIVE_LIMIT;
    let mut ringing = false;
    let call = loop {
        let call = newest().await?;
        let id = call["id"].as_i64().unwrap_or(0);
        *seen |= id > before;
        if id > before && !call["verdict"].is_null() {
            break call;
        }
        if id > before && !std::mem::replace(&mut ringing, true) {
            complain("it rings: hang up after four rings");
        }
        if Instant::now() > until {
            return Err(Exit::new(
                FAILED,
                "no call was seen. Was it the right number? Diverts (##21#, ##61#)? Does this SIM take calls in a phone?",
            ));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    if call["verdict"] != "missed" {
        return Err(Exit::new(
            FAILED,
            format!(
                "the call was {}, not missed: does another phone share this SIM?",
                field(&call, "verdict")
            ),
        ));
    }
    let rang = format!(
        "call seen, {} ({})",
        rings(call["rings"].as_u64().unwrap_or_default()),
        field(&call, "evidence")
    );
    let Some(caller) = call["caller"].as_str() else {
        return Err(Exit::new(
            FAILED,
            format!("{rang}, but without its number: call from a phone that shows it"),
        ));
    };
    let until = Instant::now() + TEXT_LIMIT;
    loop {
        let call = newest().await?;
        if call["decision"] == "skipped" {
            // Half of the job is not all of it.
            return Err(Exit::new(
                FAILED,
                format!(
                    "{rang}; not texted: {}. Call from a phone to which that does not apply",
                    field(&call, "reason")
                ),
            ));
        }
        let messages = ask(Question::Messages { limit: 50 }).await?;
        let text = messages
            .as_array()
            .into_iter()
            .flatten()
            .find(|message| !call["message_id"].is_null() && message["id"] == call["message_id"]);
        let state = text.map(|text| field(text, "state")).unwrap_or_default();
        match state.as_str() {
            "delivered" => {
                return Ok(Proved {
                    words: format!("{rang}; {caller} was texted, the report says it arrived"),
                    arrived: true,
                });
            }
            "failed" | "in_doubt" => {
                return Err(Exit::new(
                    FAILED,
                    format!("{rang}; the text to {caller} is {state}: `textback messages`"),
                ));
            }
            "accepted" if Instant::now() > until => {
                return Ok(Proved {
                    words: format!("{rang}; {caller} was texted, no delivery report came: look at that phone"),
                    arrived: false,
                });
            }
            _ if Instant::now() > until => {
                return Err(Exit::new(
                    FAILED,
                    format!("{rang}; the text to {caller} did not leave: `textback status`"),
                ));
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// What goes into the installer's folder.
fn report(config: &Config, file: &Path, found: &Value, told: &str) -> String {
    let examination = &found["examination"];
    let modem = &examination["modem"];
    let sim = &examination["sim"];
    let mut out = String::new();
    let _ = writeln!(out, "textback commissioning report");
    let _ = writeln!(out, "=============================");
    let zone = config.timezone.clone().unwrap_or_else(jiff::tz::TimeZone::system);
    let now = zone.to_datetime(jiff::Timestamp::now());
    let _ = writeln!(out, "Date        {}", now.strftime("%Y-%m-%d %H:%M"));
    let _ = writeln!(out, "Business    {}", config.company);
    let _ = writeln!(out, "Version     textback {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "Config      {}", file.display());
    let _ = writeln!(
        out,
        "Modem       {} {}, firmware {}, IMEI {}",
        field(modem, "manufacturer"),
        field(modem, "model"),
        field(modem, "revision"),
        field(modem, "imei")
    );
    let _ = writeln!(
        out,
        "SIM         ICCID {}, number {}, SMS centre {}",
        field(sim, "iccid"),
        field(sim, "own_number"),
        field(sim, "smsc")
    );
    let _ = writeln!(out, "\n{}", told.trim_end());
    let _ = writeln!(
        out,
        "\nResult      {}",
        if found["ok"] == true { "ready" } else { "NOT READY" }
    );
    let _ = writeln!(out, "\nPlace of box and antenna  ______________________________");
    let _ = writeln!(out, "Installer                 ______________________________");
    let _ = writeln!(out, "Owner                     ______________________________");
    out
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
