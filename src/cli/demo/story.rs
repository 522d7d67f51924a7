//! The story the demo tells, and the stage for a person who plays it.

use super::super::rings;
use super::stage::{OWNER, Stage};
use anyhow::Context;
use std::path::Path;
use std::time::Duration;
use textback::sim::{Caller, Number};
use textback::store::Store;
use tokio::sync::{mpsc, oneshot};

const DAVE: &str = "+15125557788";
const ANNA: &str = "+15125553311";
/// Who types `call` in the interactive demo.
const YOU: &str = "+15125551234";

/// Time to read one text.
const READ: Duration = Duration::from_millis(900);
/// Calls, in the simulated network's seconds.
const TWO_RINGS: Duration = Duration::from_secs(10);
const ONE_RING: Duration = Duration::from_secs(5);
/// How long the modem and its network may take to be ready.
const SET_UP: Duration = Duration::from_secs(30);

/// Dave's heater, Anna's boiler, somebody who hides, and a STOP.
pub async fn tell(mut stage: Stage, ready: oneshot::Receiver<String>, database: &Path) -> anyhow::Result<()> {
    stage.page.head();
    stage.box_says("powered on; looking for the modem");
    let summary = tokio::time::timeout(SET_UP, ready)
        .await
        .context("the modem was not ready in time")??;
    stage.box_says(&summary);

    stage.call(Caller::Known(Number::new(DAVE)), TWO_RINGS).await?;
    stage.arrival(DAVE).await?;
    stage.breathe(READ).await?;
    stage
        .text(DAVE, "Water heater leaking, can someone come today?")
        .await?;
    let dave = handle(&stage.arrival(OWNER).await?)?;
    stage.breathe(READ).await?;
    stage.text(OWNER, &format!("{dave} On my way, 20 min")).await?;
    stage.arrival(DAVE).await?;

    stage.call(Caller::Known(Number::new(ANNA)), ONE_RING).await?;
    stage.arrival(ANNA).await?;
    stage.text(ANNA, "Do you fix boilers?").await?;
    let anna = handle(&stage.arrival(OWNER).await?)?;
    stage.text(DAVE, "Thanks! Gate code is 4411").await?;
    stage.arrival(OWNER).await?;
    stage.breathe(READ).await?;
    stage.text(OWNER, "Yes we do. Tomorrow 9?").await?;
    stage.arrival(OWNER).await?;
    stage.breathe(READ).await?;
    stage.text(OWNER, &anna).await?;
    stage.arrival(OWNER).await?;

    stage.call(Caller::Withheld, TWO_RINGS).await?;
    stage.arrival(OWNER).await?;
    stage.text(ANNA, "STOP").await?;
    stage.arrival(OWNER).await?;
    stage.breathe(READ).await?;
    close(&stage, database)
}

/// What was on record, and the figures.
fn close(stage: &Stage, database: &Path) -> anyhow::Result<()> {
    let store = Store::open_read_only(database)?;
    stage.page.say("");
    stage.page.say("On record, with the reason for each:");
    for call in store.calls(10)? {
        let caller = call.caller.unwrap_or_else(|| "withheld".to_owned());
        stage.page.say(&format!(
            "  {caller:<14} {}, {}: {}",
            rings(call.rings.into()),
            call.decision.as_str(),
            call.reason
        ));
    }
    let list = |times: &[Duration]| {
        times
            .iter()
            .map(|t| format!("{} ms", t.as_millis()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    stage.page.say(&format!(
        "Call ended to text at the network:  {}",
        list(&stage.text_backs)
    ));
    stage.page.say(&format!(
        "Text sent to text read:             {}",
        list(&stage.passed_on)
    ));
    stage.page.say("(The modem's and the network's own time is in these, and the pause set in the configuration. Nothing was left behind.)");
    Ok(())
}

/// The handle in a line to the owner: the first word that is a number.
fn handle(line: &str) -> anyhow::Result<String> {
    let words = line.split_whitespace().map(|word| word.trim_end_matches(':'));
    let mut handles = words.filter(|word| word.len() <= 3 && word.parse::<u16>().is_ok());
    Ok(handles
        .next()
        .with_context(|| format!("no handle in {line:?}"))?
        .to_owned())
}

/// A person types; the network happens.
pub async fn interactive(mut stage: Stage, ready: oneshot::Receiver<String>) -> anyhow::Result<()> {
    stage.page.say("You are both people. Type:");
    stage
        .page
        .say("  call            a customer calls and hangs up        call hidden   the same, number withheld");
    stage
        .page
        .say("  c words…        the customer texts the business      o words…      the owner texts the business");
    stage
        .page
        .say("  c2 words…, call 2   a second customer                quit");
    stage.page.head();
    let summary = tokio::time::timeout(SET_UP, ready)
        .await
        .context("the modem was not ready in time")??;
    stage.box_says(&summary);
    let mut typed = typing();
    loop {
        tokio::select! {
            event = stage.next() => { event?; }
            line = typed.recv() => {
                let Some(line) = line else { return Ok(()) };
                let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
                match (word.to_lowercase().as_str(), rest.trim()) {
                    ("", _) => {}
                    ("call", "hidden") => stage.call(Caller::Withheld, TWO_RINGS).await?,
                    ("call", "2") => stage.call(Caller::Known(Number::new(ANNA)), TWO_RINGS).await?,
                    ("call", _) => stage.call(Caller::Known(Number::new(YOU)), TWO_RINGS).await?,
                    ("c", text) if !text.is_empty() => stage.text(YOU, text).await?,
                    ("c2", text) if !text.is_empty() => stage.text(ANNA, text).await?,
                    ("o", text) if !text.is_empty() => stage.text(OWNER, text).await?,
                    ("quit" | "exit" | "q", _) => return Ok(()),
                    _ => stage.page.say("call · call 2 · call hidden · c words… · c2 words… · o words… · quit"),
                }
            }
        }
    }
}

/// Lines of standard input, from a thread of their own: a terminal can't be waited for otherwise.
fn typing() -> mpsc::Receiver<String> {
    let (give, typed) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if give.blocking_send(line).is_err() {
                return;
            }
        }
    });
    typed
}
