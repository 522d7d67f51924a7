//! `textback replay FILE`: a flight recording, or a transcript, through the real engine in virtual time.

use super::{CONFIG_WRONG, Exit, FAILED, UNAVAILABLE, complain, say};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;
use textback::config::Config;
use textback::flight;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A file the daemon wrote beside its database, or a transcript
    file: PathBuf,
    /// Decide by this configuration rather than by what the recording says of its box
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let file = &arguments.file;
    let octets =
        std::fs::read(file).map_err(|why| Exit::new(UNAVAILABLE, format!("cannot read {}: {why}", file.display())))?;
    let text = String::from_utf8_lossy(&octets);
    let config = match &arguments.config {
        Some(path) => Some(
            Config::load(path)
                .map_err(|why| Exit::new(CONFIG_WRONG, why.to_string()))?
                .0,
        ),
        None => None,
    };
    let replayed = flight::replay(&text, config.as_ref(), Instant::now())
        .map_err(|why| Exit::new(FAILED, format!("cannot replay {}: {why}", file.display())))?;
    for line in &replayed.lines {
        say(format_args!("{:>12.3} s  {}", line.at.as_secs_f64(), line.what))?;
    }
    match replayed.differences {
        0 => say("The engine said what it said then."),
        n => {
            complain(format_args!(
                "{n} commands differ from the recording, which does not hold the database of its box"
            ));
            Ok(())
        }
    }
}
