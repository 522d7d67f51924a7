//! `textback signal`: a live meter for placing the antenna.

use super::{ConfigFile, Exit, UNAVAILABLE, complain, unanswered};
use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;
use textback::config::{Config, duration};
use textback::daemon::alone::Alone;
use textback::daemon::control::{self, Answer, Question};
use textback::daemon::modem_options;
use textback::daemon::port::SerialOpener;
use textback::modem::{Event, Input, Signal};

/// Between two measurements.
const EVERY: Duration = Duration::from_secs(1);
/// A modem that is there but gives no measurement for so long is not answering: bring-up of a cold one takes less.
const MEASURED_WITHIN: Duration = Duration::from_secs(45);
/// Weakest and strongest that is drawn, dBm.
const SCALE: std::ops::RangeInclusive<i16> = -113..=-51;
/// Width of the bar, characters.
const WIDTH: usize = 31;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Stop after so many measurements; without it (and without --for), at Ctrl-C
    #[arg(long, value_name = "N")]
    count: Option<u32>,
    /// Stop after so long: "30s", "5m"
    #[arg(long = "for", value_name = "DURATION", value_parser = lasts)]
    lasts: Option<Duration>,
}

fn lasts(text: &str) -> Result<Duration, String> {
    let parsed = duration::parse(text).flatten();
    parsed.ok_or_else(|| "not a duration like \"30s\" or \"5m\"".to_owned())
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let config = arguments.config.read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut meter = Meter::default();
        let watched = tokio::select! {
            watched = watch(&config, &mut meter, arguments.count) => watched,
            () = over(arguments.lasts) => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Exit::from),
        };
        meter.end()?;
        watched
    })
}

/// Comes when the time is up.
async fn over(lasts: Option<Duration>) {
    match lasts {
        Some(lasts) => tokio::time::sleep(lasts).await,
        None => std::future::pending().await,
    }
}

async fn watch(config: &Config, meter: &mut Meter, count: Option<u32>) -> Result<(), Exit> {
    let mut source = Source::open(config).await?;
    let mut left = count;
    while left != Some(0) {
        let signal = source.measure().await?;
        meter.show(signal)?;
        left = left.map(|n| n - 1);
        if left != Some(0) {
            tokio::time::sleep(EVERY).await;
        }
    }
    Ok(())
}

fn no_answer(waited: &str) -> Exit {
    let why = format!("the modem gave no measurement in {waited}: `textback doctor` says what is wrong with it");
    Exit::new(UNAVAILABLE, why)
}

/// The running daemon, or the modem itself.
enum Source {
    Daemon(std::path::PathBuf),
    Modem(Box<Alone<SerialOpener>>),
}

impl Source {
    async fn open(config: &Config) -> Result<Self, Exit> {
        if let Ok(Some(_)) = control::ask(&config.store, &Question::Status).await {
            return Ok(Source::Daemon(config.store.clone()));
        }
        complain("the daemon is not running: asking the modem itself. Ctrl-C ends it");
        let opener = SerialOpener::new(config.modem.port.clone(), config.modem.baud);
        match Alone::open(opener, modem_options(config))? {
            Ok(modem) => Ok(Source::Modem(Box::new(modem))),
            Err(trouble) => Err(Exit::new(UNAVAILABLE, trouble.to_string())),
        }
    }

    async fn measure(&mut self) -> Result<Signal, Exit> {
        match self {
            Source::Daemon(database) => match control::ask(database, &Question::Signal).await {
                Ok(Some(Answer::Ok(value))) => Ok(Signal {
                    dbm: value["dbm"].as_i64().and_then(|dbm| i16::try_from(dbm).ok()),
                }),
                // What the daemon can't measure, it can't because of the modem.
                Ok(Some(Answer::Error(why))) => Err(Exit::new(UNAVAILABLE, format!("no measurement: {why}"))),
                Ok(None) => Err(Exit::new(UNAVAILABLE, "the daemon has stopped")),
                Err(error) if error.kind() == ErrorKind::TimedOut => Err(no_answer("ten seconds")),
                Err(error) => Err(unanswered(&error)),
            },
            Source::Modem(modem) => {
                modem.ask(Input::Measure);
                let measured = async {
                    loop {
                        if let Event::Measured(signal) = modem.next().await? {
                            return anyhow::Ok(signal);
                        }
                    }
                };
                match tokio::time::timeout(MEASURED_WITHIN, measured).await {
                    Ok(signal) => Ok(signal?),
                    Err(_) => Err(no_answer(&format!("{} seconds", MEASURED_WITHIN.as_secs()))),
                }
            }
        }
    }
}

/// What has been seen so far.
#[derive(Debug, Default)]
struct Meter {
    best: Option<i16>,
    /// A line stands on the terminal and is not ended.
    drawn: bool,
}

impl Meter {
    fn show(&mut self, signal: Signal) -> Result<(), Exit> {
        self.best = self.best.max(signal.dbm);
        let mut out = std::io::stdout().lock();
        // On a terminal the line is drawn over; in a file or a pipe each stands on its own.
        let (start, end) = if out.is_terminal() {
            ("\r", "\x1b[K")
        } else {
            ("", "\n")
        };
        write!(out, "{start}{}{end}", self.line(signal))?;
        out.flush()?;
        self.drawn = end != "\n";
        Ok(())
    }

    /// What is said next stands on a line of its own.
    fn end(&self) -> Result<(), Exit> {
        if self.drawn {
            super::say("")?;
        }
        Ok(())
    }

    fn line(&self, signal: Signal) -> String {
        let best = self.best.map_or_else(String::new, |dbm| format!("   best {dbm} dBm"));
        match signal.dbm {
            None => format!("[{}]   no signal{best}", " ".repeat(WIDTH)),
            Some(dbm) => {
                let bars = textback::board::light::bars(signal).unwrap_or(1);
                format!(
                    "[{:<WIDTH$}] {dbm:>4} dBm  {bars}/5 {}{best}",
                    "#".repeat(filled(dbm)),
                    signal.in_words()
                )
            }
        }
    }
}

fn filled(dbm: i16) -> usize {
    let (weakest, strongest) = (*SCALE.start(), *SCALE.end());
    let above = usize::try_from(dbm.clamp(weakest, strongest) - weakest).unwrap_or(0);
    let scale = usize::try_from(strongest - weakest).unwrap_or(1);
    (above * WIDTH).div_ceil(scale).min(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_with_the_signal_and_the_best_stays() {
        let mut meter = Meter::default();
        let mut line = |dbm| {
            meter.best = meter.best.max(dbm);
            meter.line(Signal { dbm })
        };
        assert!(line(None).contains("no signal"));
        let weak = line(Some(-109));
        let good = line(Some(-77));
        let worse = line(Some(-101));
        let hashes = |line: &str| line.matches('#').count();
        assert!(
            hashes(&weak) < hashes(&worse) && hashes(&worse) < hashes(&good),
            "{weak}\n{worse}\n{good}"
        );
        assert!(good.contains("4/5 good"), "{good}");
        assert!(worse.ends_with("best -77 dBm"), "{worse}");
        assert_eq!((filled(-200), filled(0)), (0, WIDTH));
    }
}
