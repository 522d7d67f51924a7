//! One file per subcommand, and what they share: which configuration, how to ask, how to fail.

use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use textback::config::{Config, MAY_ASK, Mistake};
use textback::daemon::control::{self, Answer, Question};
use textback::daemon::state::with_counts;
use textback::daemon::why_about;
use textback::desk::team::claim;
use textback::printable;
use textback::store::{Store, StoreError};

pub mod board;
pub mod calls;
pub mod card;
pub mod check;
pub mod claim_code;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod label;
mod log;
#[cfg(feature = "packaging")]
pub mod manual;
pub mod messages;
pub mod pdu;
pub mod replay;
pub mod run;
pub mod send;
pub mod set_clock;
pub mod signal;
pub mod sim;
pub mod status;
pub mod why;

/// Where the configuration is unless told otherwise.
const DEFAULT_CONFIG: &str = "/etc/textback/textback.toml";

/// What `--help` says at its end; interface.md's promise.
pub const EXIT_CODES: &str = "Exit codes: 0 fine; 1 failed; 2 bad usage; 64 the configuration is wrong; 69 a needed thing (port, modem, database) is not \
there; 78 the modem or SIM cannot do this job (no voice, wrong PIN)";

/// Something went wrong.
pub const FAILED: u8 = 1;
/// The configuration is wrong.
pub const CONFIG_WRONG: u8 = 64;
/// A needed thing (port, database) is not there.
pub const UNAVAILABLE: u8 = 69;
/// The modem or SIM cannot do this job.
pub const CANNOT: u8 = 78;

/// How a command ends when it doesn't end well.
#[derive(Debug)]
pub struct Exit {
    pub code: u8,
    /// What was tried, what happened, what to do. Empty: it was already said.
    pub why: String,
}

impl Exit {
    pub fn new(code: u8, why: impl Into<String>) -> Self {
        Exit { code, why: why.into() }
    }
}

impl From<anyhow::Error> for Exit {
    fn from(error: anyhow::Error) -> Self {
        Exit::new(FAILED, format!("{error:#}"))
    }
}

impl From<std::io::Error> for Exit {
    fn from(error: std::io::Error) -> Self {
        // A reader that has seen enough (`textback calls | head`) is not a failure worth words.
        let why = if error.kind() == std::io::ErrorKind::BrokenPipe {
            String::new()
        } else {
            error.to_string()
        };
        Exit::new(FAILED, why)
    }
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        Exit::new(UNAVAILABLE, error.to_string())
    }
}

/// Which configuration file.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", env = "TEXTBACK_CONFIG", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// A command that asks, for people or for programs.
#[derive(Debug, Clone, Args)]
pub struct Asking {
    #[command(flatten)]
    pub config: ConfigFile,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A command that lists.
#[derive(Debug, Clone, Args)]
pub struct Listing {
    #[command(flatten)]
    pub asking: Asking,
    /// How many, at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(control::LISTED_MAX)))]
    pub limit: u32,
}

impl ConfigFile {
    /// Reads the configuration; every mistake goes to stderr. What is only worth knowing does not: whoever asks something else has
    /// no use for it, again and again.
    pub fn read(&self) -> Result<Config, Exit> {
        Ok(self.load()?.0)
    }

    /// The same for commands that are about the configuration too: what is worth knowing goes to stderr as well.
    pub fn read_and_warn(&self) -> Result<Config, Exit> {
        let (config, warnings) = self.load()?;
        for warning in warnings {
            complain(format_args!("{}: {warning}", self.config.display()));
        }
        Ok(config)
    }

    fn load(&self) -> Result<(Config, Vec<Mistake>), Exit> {
        Config::load(&self.config).map_err(|error| Exit::new(CONFIG_WRONG, error.to_string()))
    }

    /// The answer to a question: from the running daemon, else from the database, read-only.
    pub fn ask(&self, question: &Question) -> Result<serde_json::Value, Exit> {
        let config = self.read()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let asked = runtime.block_on(control::ask(&config.store, question));
        match asked {
            Ok(Some(Answer::Ok(value))) => Ok(value),
            Ok(Some(Answer::Error(why))) => Err(Exit::new(FAILED, why)),
            Ok(None) => look(&config, question, "the daemon is not running"),
            // It is there and hangs: what is on record can be had all the same.
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                look(&config, question, "the daemon runs and does not answer")
            }
            Err(error) => Err(unanswered(&error)),
        }
    }
}

/// Why the daemon could not be asked.
pub fn unanswered(error: &std::io::Error) -> Exit {
    let why = match error.kind() {
        std::io::ErrorKind::PermissionDenied => format!("no right to ask the daemon: {MAY_ASK}"),
        _ => format!("the daemon did not answer: {error}"),
    };
    Exit::new(FAILED, why)
}

/// Answers from the database alone. `why`: the daemon does not.
fn look(config: &Config, question: &Question, why: &str) -> Result<serde_json::Value, Exit> {
    let store = &Store::open_read_only(&config.store)?;
    Ok(match question {
        Question::Status => with_counts(
            serde_json::json!({
                "version": env!("CARGO_PKG_VERSION"), "running": false, "ready": false, "summary": why
            }),
            store,
        )?,
        Question::Calls { limit } => serde_json::json!(store.calls(*limit)?),
        Question::Messages { limit } => serde_json::json!(store.messages(*limit)?),
        Question::ClaimCode => serde_json::json!(claim::code(store)?),
        Question::Why { what } => {
            serde_json::json!(store.why(&why_about(what).map_err(|why| Exit::new(FAILED, why))?)?)
        }
        Question::Send { .. } | Question::Examine | Question::Doctor | Question::Signal => {
            return Err(Exit::new(
                UNAVAILABLE,
                format!("{why}, so nothing can be sent or measured (`systemctl restart textback`)"),
            ));
        }
    })
}

/// Help, the version or what is wrong with the command line. Help that could not be written was not given.
pub fn usage(said: &clap::Error) -> ExitCode {
    match said.print() {
        Ok(()) => ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(FAILED)),
        Err(error) => {
            let exit = Exit::from(error);
            if !exit.why.is_empty() {
                complain(exit.why);
            }
            ExitCode::from(exit.code)
        }
    }
}

/// One line to stdout. A reader that went away is an error without words, not a panic.
pub fn say(line: impl std::fmt::Display) -> Result<(), Exit> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

/// One line to stderr, for people. Where nobody reads it any more, there is nobody to tell that.
pub fn complain(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "textback: {line}");
}

/// Prints a value as JSON, or with `human` for people.
pub fn print(
    value: &serde_json::Value,
    json: bool,
    human: impl FnOnce(&serde_json::Value, &mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Exit> {
    let mut out = std::io::stdout().lock();
    if json {
        let json = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
        writeln!(out, "{}", printable::in_json(&json))?;
    } else {
        human(value, &mut out)?;
    }
    Ok(())
}

/// `1 ring`, `4 rings`.
pub fn rings(count: u64) -> String {
    match count {
        1 => "1 ring".to_owned(),
        more => format!("{more} rings"),
    }
}

/// A field of a JSON object as text; `-` where there is none. Control characters never reach the terminal.
pub fn field(value: &serde_json::Value, key: &str) -> String {
    let text = match &value[key] {
        serde_json::Value::Null => "-".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items
            .iter()
            .map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(","),
        other @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::Object(_)) => {
            other.to_string()
        }
    };
    printable::on_one_line(&text).into_owned()
}

/// A time stamp without its fraction and zone, for columns.
pub fn short_time(value: &serde_json::Value, key: &str) -> String {
    field(value, key).chars().take(19).collect::<String>().replace('T', " ")
}
