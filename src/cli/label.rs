//! `textback label`: the card that stays with the box.

use super::{ConfigFile, Exit, FAILED, say};
use std::path::PathBuf;
use textback::daemon::control::Question;
use textback::label::{About, Card};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The SIM's number, with + and country code; without it, what the SIM says through the running daemon, else a line to write it on
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Seconds it rings on your phone before a call is diverted (topology = "overflow")
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u8).range(5..=30))]
    divert_after: u8,
    /// Where to write it: .svg or .pdf. Without it, SVG on stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// The code to print, while it works. A box that was never started has none yet.
fn claim_code(config: &ConfigFile) -> Option<String> {
    let value = config.ask(&Question::ClaimCode).ok()?;
    let code = value["code"].as_str().filter(|_| value["used"] == false)?;
    Some(code.to_owned())
}

/// The SIM's own number, where it has one and the daemon runs.
fn own_number(config: &ConfigFile) -> Option<String> {
    let found = config.ask(&Question::Doctor).ok()?;
    let number = found["examination"]["sim"]["own_number"].as_str()?;
    Some(number.to_owned()).filter(|number| !number.is_empty())
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let config = arguments.config.read()?;
    let about = About {
        company: config.company.clone(),
        number: arguments.number.clone().or_else(|| own_number(&arguments.config)),
        claim_code: claim_code(&arguments.config),
        topology: config.topology,
        divert_after_s: arguments.divert_after,
    };
    let card = Card::new(&about).map_err(|error| Exit::new(FAILED, error.to_string()))?;
    let Some(path) = &arguments.out else {
        return say(card.svg().trim_end());
    };
    let pdf = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("pdf"));
    let bytes = if pdf { card.pdf() } else { card.svg().into_bytes() };
    std::fs::write(path, bytes)
        .map_err(|error| Exit::new(FAILED, format!("cannot write {}: {error}", path.display())))?;
    say(format_args!("{}: print it on A6, keep it with the box", path.display()))
}
