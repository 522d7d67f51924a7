//! `textback export --csv DIR`: everything on record, in files a spreadsheet or a lawyer can read. `--verify`: whether the
//! consent ledger is as it was written.

use super::{ConfigFile, Exit, FAILED};
use serde::Serialize;
use std::path::Path;
use textback::store::ledger::LedgerCheck;
use textback::store::report::{CallRecord, ConsentRecord, MessageRecord};
use textback::store::{Store, StoreError};

enum Failure {
    Store(StoreError),
    File(csv::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Store(error)
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        Failure::File(error)
    }
}

impl From<Failure> for Exit {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::File(error) => Exit::new(FAILED, format!("cannot write the export: {error}")),
        }
    }
}

pub fn run(folder: Option<&Path>, verify: bool, config: &ConfigFile) -> Result<(), Exit> {
    let config = config.read()?;
    let store = Store::open_read_only(&config.store)?;
    if let Some(folder) = folder {
        write(&store, folder)?;
    }
    if verify {
        match store.check_ledger()? {
            intact @ LedgerCheck::Intact { .. } => super::say(intact)?,
            broken @ LedgerCheck::Broken { .. } => return Err(Exit::new(FAILED, broken.to_string())),
        }
    }
    Ok(())
}

fn write(store: &Store, folder: &Path) -> Result<(), Exit> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Exit::new(FAILED, format!("cannot make {}: {error}", folder.display())))?;
    let calls = file(folder, "calls.csv", |csv| {
        store.each_call(|call| csv.write(CallRow::from(call)))
    })?;
    let messages = file(folder, "messages.csv", |csv| {
        store.each_message(|message| csv.write(tame_message(message)))
    })?;
    let ledger = file(folder, "consent.csv", |csv| {
        store.each_consent(|entry| csv.write(tame_entry(entry)))
    })?;
    super::say(format_args!(
        "{calls} calls, {messages} messages, {ledger} consent entries in {}",
        folder.display()
    ))
}

/// One CSV file being written.
struct Csv {
    writer: csv::Writer<std::fs::File>,
    rows: u64,
}

impl Csv {
    fn write(&mut self, row: impl Serialize) -> Result<(), Failure> {
        self.rows += 1;
        Ok(self.writer.serialize(row)?)
    }
}

fn file(folder: &Path, name: &str, fill: impl FnOnce(&mut Csv) -> Result<(), Failure>) -> Result<u64, Failure> {
    let mut csv = Csv {
        writer: csv::Writer::from_path(folder.join(name))?,
        rows: 0,
    };
    fill(&mut csv)?;
    csv.writer.flush().map_err(csv::Error::from)?;
    Ok(csv.rows)
}

/// A call as a flat row: the evidence in one cell.
#[derive(Serialize)]
struct CallRow {
    id: i64,
    started: String,
    ended: Option<String>,
    rings: u16,
    caller: Option<String>,
    verdict: Option<String>,
    evidence: String,
    decision: String,
    reason: String,
    message_id: Option<i64>,
}

impl From<CallRecord> for CallRow {
    fn from(call: CallRecord) -> Self {
        CallRow {
            id: call.id.0,
            started: call.started,
            ended: call.ended,
            rings: call.rings,
            caller: call.caller,
            verdict: call.verdict.map(|v| v.as_str().to_owned()),
            evidence: call.evidence.join(" "),
            decision: call.decision.as_str().to_owned(),
            reason: call.reason,
            message_id: call.message_id.map(|id| id.0),
        }
    }
}

fn tame_message(message: MessageRecord) -> MessageRecord {
    MessageRecord {
        text: tame(message.text),
        ..message
    }
}

fn tame_entry(entry: ConsentRecord) -> ConsentRecord {
    ConsentRecord {
        words: tame(entry.words),
        ..entry
    }
}

/// A text that a spreadsheet would run as a formula is quoted for it: what strangers text us is opened by people.
fn tame(mut text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        text.insert(0, '\'');
    }
    text
}
