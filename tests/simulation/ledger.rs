//! What the database says in the end, read by a connection of its own: the checker trusts no code that it checks.

use crate::desk::box_under_test::in_memory_where_possible;
use rusqlite::{Connection, OpenFlags, Row};
use std::path::Path;
use textback::sim::tpdu::Submit;

/// One part of one text that the box meant to send.
#[derive(Debug, Clone)]
pub struct Sent {
    pub id: i64,
    pub message: i64,
    pub recipient: String,
    pub to_owner: bool,
    pub state: String,
    pub reason: String,
    pub kind: String,
    /// As the network reads it.
    pub part_text: String,
    pub text: String,
    pub attempts: i64,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    pub id: i64,
    pub caller: Option<String>,
    pub line: String,
    pub verdict: Option<String>,
    pub decision: String,
    pub reason: String,
    pub message: Option<i64>,
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sent {
            id,
            message,
            recipient,
            state,
            reason,
            kind,
            text,
            attempts,
            ..
        } = self;
        write!(
            f,
            "outbox {id} of {message}, {kind} to {recipient}: {state} {reason:?} after {attempts}: {text}"
        )
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Call {
            id,
            caller,
            line,
            verdict,
            decision,
            reason,
            message,
        } = self;
        let caller = caller.as_deref().unwrap_or(line);
        write!(
            f,
            "call {id} from {caller}: {verdict:?}, {decision} as message {message:?}: {reason}"
        )
    }
}

/// Everything the verdict rests on.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub sent: Vec<Sent>,
    pub calls: Vec<Call>,
    pub opted_out: Vec<String>,
    /// Raw PDUs that came in.
    pub inbound: Vec<Vec<u8>>,
    /// Timers that should have gone off: their kind.
    pub overdue: Vec<String>,
    /// The words of every text that came in.
    pub heard: Vec<String>,
    /// Texts whose words are kept longer than 91 days.
    pub stale: i64,
    /// What was journalled, and how often.
    pub journal: Vec<(String, i64)>,
    pub sound: bool,
}

impl Ledger {
    pub fn read(path: &Path) -> Ledger {
        // The box has its database for itself.
        let folder = in_memory_where_possible();
        let copy = folder.path().join("read.db");
        std::fs::copy(path, &copy).unwrap();
        // Without one, nothing is in it.
        let _ = std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal"));
        let db = open(&copy);
        let all = |sql: &str| -> Vec<Vec<rusqlite::types::Value>> {
            let mut statement = db.prepare(sql).unwrap();
            let columns = statement.column_count();
            let row = |row: &Row<'_>| (0..columns).map(|i| row.get(i)).collect();
            statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut ledger = Ledger {
            inbound: inbound_of(&db),
            ..Ledger::default()
        };
        let mut sent = db
            .prepare(
                "SELECT o.id, o.message_id, o.recipient, o.audience = 'owner', o.state, o.reason, m.kind, o.tpdu, m.text, \
                 o.attempts FROM outbox o JOIN message m ON m.id = o.message_id ORDER BY o.id",
            )
            .unwrap();
        let row = |row: &Row<'_>| {
            let tpdu: Vec<u8> = row.get(7)?;
            Ok(Sent {
                id: row.get(0)?,
                message: row.get(1)?,
                recipient: row.get(2)?,
                to_owner: row.get(3)?,
                state: row.get(4)?,
                reason: row.get(5)?,
                kind: row.get(6)?,
                part_text: Submit::read(&tpdu).map(|s| s.user_data.text()).unwrap_or_default(),
                text: row.get(8)?,
                attempts: row.get(9)?,
            })
        };
        ledger.sent = sent.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
        let mut calls = db
            .prepare("SELECT id, caller, line, verdict, decision, reason, message_id FROM call ORDER BY id")
            .unwrap();
        let row = |row: &Row<'_>| {
            Ok(Call {
                id: row.get(0)?,
                caller: row.get(1)?,
                line: row.get(2)?,
                verdict: row.get(3)?,
                decision: row.get(4)?,
                reason: row.get(5)?,
                message: row.get(6)?,
            })
        };
        ledger.calls = calls.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
        let text = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Text(text) => text.clone(),
            other => format!("{other:?}"),
        };
        let one = |sql: &str| all(sql).iter().map(|row| text(&row[0])).collect::<Vec<String>>();
        ledger.opted_out = one("SELECT number FROM contact WHERE opted_out = 1");
        let mut journal = db.prepare("SELECT what, count(*) FROM journal GROUP BY what").unwrap();
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        ledger.journal = journal.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
        let stale = "SELECT count(*) FROM message, meta WHERE text <> '' AND created_at < meta.steady - 7862400000";
        ledger.stale = db.query_row(stale, [], |row| row.get(0)).unwrap();
        ledger.heard = one("SELECT text FROM message WHERE direction = 'in'");
        ledger.overdue = one("SELECT kind FROM timer, meta WHERE due < meta.steady - 60000");
        ledger.sound = one("PRAGMA integrity_check") == ["ok"] && all("PRAGMA foreign_key_check").is_empty();
        ledger
    }
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn inbound_of(db: &Connection) -> Vec<Vec<u8>> {
    let sql = "SELECT raw FROM inbound_part UNION ALL SELECT raw FROM undecodable";
    let mut statement = db.prepare(sql).unwrap();
    statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}
