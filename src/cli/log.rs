//! Where the daemon's log goes: to stderr, for eyes or for journald.
//!
//! journald's own protocol would keep each field apart, and `journalctl -u textback` would show none of them: `state`, `state`, `no port`.
//! What somebody reads there, on a card or over the telephone, must have the reason in the line.

use rustix::fs::fstat;
use std::fmt;
use textback::printable::on_one_line;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

/// Begins it. `TEXTBACK_LOG` sets the level (error, warn, info, debug, trace).
pub fn begin() {
    let wanted = std::env::var("TEXTBACK_LOG").ok();
    let level = wanted
        .as_deref()
        .map_or(Ok(LevelFilter::INFO), str::parse::<LevelFilter>);
    let filter = level.as_ref().copied().unwrap_or(LevelFilter::INFO);
    // Told on stderr, by a macro that panics: unless that is off the daemon dies with whoever read its log.
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    if journald_reads_stderr() {
        let layer = layer.with_ansi(false).event_format(ForJournal::new());
        tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    } else {
        let layer = layer
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .with_target(false);
        tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    }
    if level.is_err() {
        tracing::warn!("TEXTBACK_LOG is not one of error, warn, info, debug, trace: using info");
    }
}

/// systemd names the stream to journald by its device and inode (systemd.exec(5)); whoever inherited only the name has another stderr.
fn journald_reads_stderr() -> bool {
    let Some(stream) = std::env::var_os("JOURNAL_STREAM") else {
        return false;
    };
    fstat(std::io::stderr()).is_ok_and(|stderr| stream == format!("{}:{}", stderr.st_dev, stderr.st_ino).as_str())
}

/// A line as journald takes it from a stream: the priority in brackets (sd-daemon(3)), the words, the fields. The time is its own.
struct ForJournal(Format<Full, ()>);

impl ForJournal {
    fn new() -> Self {
        let format = tracing_subscriber::fmt::format().without_time();
        ForJournal(format.with_level(false).with_target(false))
    }
}

impl<S, N> FormatEvent<S, N> for ForJournal
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let priority = priority(*event.metadata().level());
        writeln!(writer, "<{priority}>{}", on_one_line(line.trim_end()))
    }
}

/// syslog(3). Not 6: that is what journald gives to lines without one, the words to people of which `systemd/failed` reads the last.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 5,
        _ => 7,
    }
}
