//! `textback label`: the card that stays with the box.

use super::{ConfigFile, Exit, FAILED, UNAVAILABLE, complain, say};
use std::collections::BTreeSet;
use std::path::PathBuf;
use textback::daemon::control::Question;
use textback::label::{About, Card};
use textback::phone::PhoneNumber;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The SIM's number, with + and country code ("+1 512 555 0100"); without it, what the SIM says through the running daemon, else a line to write it on
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    number: Option<PhoneNumber>,
    /// Seconds it rings on your phone before a call is diverted (topology = "overflow")
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u8).range(5..=30))]
    divert_after: u8,
    /// Where to write it: .svg or .pdf. Without it, SVG on stdout
    #[arg(long, value_name = "FILE", value_parser = sheet)]
    out: Option<Sheet>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Where the card is written, and in which form, which its name says.
#[derive(Debug, Clone)]
struct Sheet {
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Svg,
    Pdf,
}

fn sheet(text: &str) -> Result<Sheet, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let form = match ending.as_deref() {
        Some("svg") => Form::Svg,
        Some("pdf") => Form::Pdf,
        Some(_) | None => return Err("the name must end in .svg or .pdf".to_owned()),
    };
    Ok(Sheet { path, form })
}

fn number(text: &str) -> Result<PhoneNumber, String> {
    if !text.trim().starts_with('+') {
        return Err("it must begin with + and the country code, as in +15125550100".to_owned());
    }
    PhoneNumber::written(text).map_err(|why| why.to_string())
}

/// The code to print, while it works. A box that was never started has none yet; a card without one that there is would be wrong.
fn claim_code(config: &ConfigFile) -> Result<Option<String>, Exit> {
    match config.ask(&Question::ClaimCode) {
        Ok(value) => {
            let code = value["code"].as_str().filter(|_| value["used"] == false);
            Ok(code.map(str::to_owned))
        }
        Err(exit) if exit.code == UNAVAILABLE => Ok(None),
        Err(exit) => Err(exit),
    }
}

/// The SIM's own number, where it has one and the daemon runs.
fn own_number(config: &ConfigFile) -> Option<String> {
    let found = config.ask(&Question::Doctor).ok()?;
    // SIMs hold what somebody once wrote there: only a number that can be dialled from anywhere goes on the card.
    let number = number(found["examination"]["sim"]["own_number"].as_str()?).ok()?;
    Some(number.e164().to_owned())
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let config = arguments.config.read()?;
    let about = About {
        company: config.company.clone(),
        number: match &arguments.number {
            Some(number) => Some(number.e164().to_owned()),
            None => own_number(&arguments.config),
        },
        claim_code: claim_code(&arguments.config)?,
        topology: config.topology,
        divert_after_s: arguments.divert_after,
        language: std::sync::Arc::clone(&config.language),
    };
    let card = Card::new(&about).map_err(|error| Exit::new(FAILED, error.to_string()))?;
    if !card.fits() {
        complain("the words of [label] in this language don't fit A6: the card is cut off at its foot");
    }
    let Some(Sheet { path, form }) = &arguments.out else {
        return say(card.svg().trim_end());
    };
    let bytes = match form {
        Form::Svg => card.svg().into_bytes(),
        Form::Pdf => {
            let lost: BTreeSet<char> = card.not_in_pdf().into_iter().collect();
            if !lost.is_empty() {
                let lost: String = lost.into_iter().collect();
                complain(format_args!("a PDF's own fonts lack {lost}: an .svg shows them"));
            }
            card.pdf()
        }
    };
    std::fs::write(path, bytes)
        .map_err(|error| Exit::new(FAILED, format!("cannot write {}: {error}", path.display())))?;
    say(format_args!("{}: print it on A6, keep it with the box", path.display()))
}
