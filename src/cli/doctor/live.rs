//! `textback doctor --live`: the call that proves it all.

use super::super::{Exit, FAILED, UNAVAILABLE, complain, field, rings, unanswered};
use serde_json::Value;
use std::time::{Duration, Instant};
use textback::config::Config;
use textback::daemon::control::{self, Answer, Question};
use textback::daemon::ears::Ears;

/// So long the test call may take to come.
const LIVE_LIMIT: Duration = Duration::from_secs(5 * 60);
/// The text back leaves within seconds; its report may take a minute.
const TEXT_LIMIT: Duration = Duration::from_secs(120);
/// The call and its text are among so many of the newest.
const LOOKED_AT: u32 = 50;
/// Between two looks while somebody dials.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the test call proved, in words.
pub(super) struct Proved {
    pub(super) words: String,
    /// The network's report says that the text reached the caller.
    pub(super) arrived: bool,
}

/// Why the test call proved nothing.
pub(super) enum NotPassed {
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
pub(super) async fn call_made(config: &Config, found: &Value, ears: &mut Ears) -> (Result<Proved, NotPassed>, bool) {
    let mut seen = false;
    let result = tokio::select! {
        result = test_call(config, found, &mut seen) => result.map_err(NotPassed::Failed),
        () = ears.listen() => Err(NotPassed::Failed(Exit::new(FAILED, "nobody listens any more"))),
        // A report of what was found so far is kept all the same.
        _ = tokio::signal::ctrl_c() => Err(NotPassed::Stopped),
    };
    (result, seen)
}

/// Waits for a call to come, to be seen as missed, and for its text back to be delivered.
async fn test_call(config: &Config, found: &Value, seen: &mut bool) -> Result<Proved, Exit> {
    let before = id(&newest(config).await?);
    let number = found["examination"]["sim"]["own_number"].as_str();
    complain(format_args!(
        "call {} from another phone (not the owner's), let it ring four times, hang up. Waiting {} minutes.",
        number.unwrap_or("the box's number"),
        LIVE_LIMIT.as_secs() / 60
    ));
    let call = call_that_comes(config, before, seen).await?;
    if call["verdict"] != "missed" {
        let verdict = field(&call, "verdict");
        return Err(not_passed(format!(
            "the call was {verdict}, not missed: does another phone share this SIM?"
        )));
    }
    let rang = format!(
        "call seen, {} ({})",
        rings(call["rings"].as_u64().unwrap_or_default()),
        field(&call, "evidence")
    );
    match call["caller"].as_str() {
        Some(caller) => text_that_follows(config, id(&call), caller, &rang).await,
        None => Err(not_passed(format!(
            "{rang}, but without its number: call from a phone that shows it"
        ))),
    }
}

fn not_passed(why: impl Into<String>) -> Exit {
    Exit::new(FAILED, why)
}

fn id(call: &Value) -> i64 {
    call["id"].as_i64().unwrap_or(0)
}

async fn ask(config: &Config, question: Question) -> Result<Value, Exit> {
    match control::ask(&config.store, &question).await {
        Ok(Some(Answer::Ok(value))) => Ok(value),
        Ok(Some(Answer::Error(why))) => Err(not_passed(why)),
        Ok(None) => Err(Exit::new(
            UNAVAILABLE,
            "the daemon is not running: a test call needs it (`systemctl start textback`)",
        )),
        Err(error) => Err(unanswered(&error)),
    }
}

async fn newest(config: &Config) -> Result<Value, Exit> {
    // Null where there was none yet.
    Ok(ask(config, Question::Calls { limit: 1 }).await?[0].clone())
}

/// The call after `before`, when it is over.
async fn call_that_comes(config: &Config, before: i64, seen: &mut bool) -> Result<Value, Exit> {
    let until = Instant::now() + LIVE_LIMIT;
    loop {
        let call = newest(config).await?;
        if id(&call) > before {
            if !call["verdict"].is_null() {
                *seen = true;
                return Ok(call);
            }
            if !std::mem::replace(seen, true) {
                complain("it rings: hang up after four rings");
            }
        }
        if Instant::now() > until {
            return Err(not_passed(
                "no call was seen. Was it the right number? Diverts (##21#, ##61#)? Does this SIM take calls in a phone?",
            ));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What becomes of the text to the caller of this call, whoever calls meanwhile.
async fn text_that_follows(config: &Config, call_id: i64, caller: &str, rang: &str) -> Result<Proved, Exit> {
    let until = Instant::now() + TEXT_LIMIT;
    loop {
        let calls = ask(config, Question::Calls { limit: LOOKED_AT }).await?;
        let call = calls.as_array().into_iter().flatten().find(|call| id(call) == call_id);
        let call = call.unwrap_or(&Value::Null);
        if call["decision"] == "skipped" {
            // Half of the job is not all of it.
            let why = field(call, "reason");
            return Err(not_passed(format!(
                "{rang}; not texted: {why}. Call from a phone to which that does not apply"
            )));
        }
        let messages = ask(config, Question::Messages { limit: LOOKED_AT }).await?;
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
                return Err(not_passed(format!(
                    "{rang}; the text to {caller} is {state}: `textback messages`"
                )));
            }
            "accepted" if Instant::now() > until => {
                return Ok(Proved {
                    words: format!("{rang}; {caller} was texted, no delivery report came: look at that phone"),
                    arrived: false,
                });
            }
            _ if Instant::now() > until => {
                return Err(not_passed(format!(
                    "{rang}; the text to {caller} did not leave: `textback status`"
                )));
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}
