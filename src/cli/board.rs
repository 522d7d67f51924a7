//! `textback board`: which boards are known, what of this one is there, and a try of its lights.
//!
//! `show` is also what `textback-failed.service` runs: a daemon that ended for good still flashes why.

use super::{CANNOT, CONFIG_WRONG, ConfigFile, Exit, FAILED, UNAVAILABLE, complain, say};
use clap::{Args, Subcommand};
use std::path::Path;
use textback::board::linux::{self, LED_CLASS, Opened, ThreadDelay};
use textback::board::modem_lines::Seen;
use textback::board::{Code, Profile, Shown, profile};
use textback::config::Config;
use textback::daemon::stopped;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The board; without it, the configuration's
    #[arg(long, global = true, value_name = "NAME|FILE")]
    profile: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show something on the lights until stopped (stop the daemon first: one light obeys one program)
    Show {
        /// 1 to 8 (a trouble's code), ready, starting, claim, off
        #[arg(required_unless_present = "exit_status")]
        what: Option<String>,
        /// What a daemon that ended with this exit status has to say
        #[arg(long, value_name = "N", conflicts_with = "what")]
        exit_status: Option<i32>,
        /// Only one cycle
        #[arg(long)]
        once: bool,
    },
    /// Switch the modem on, if it is off
    ModemOn,
    /// Switch the modem off and on (stop the daemon first)
    ModemRestart,
}

/// The profile taken when the configuration can't be read: the Pi's own lights can do no harm.
const FALLBACK: &str = "pi";

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    match &arguments.command {
        None => list(arguments),
        Some(Command::Show {
            what,
            exit_status,
            once,
        }) => {
            let shown = match (what, exit_status) {
                (Some(what), _) => shown(what)?,
                (None, Some(status)) => Shown::Trouble(stopped_for(*status, &arguments.config)),
                (None, None) => Shown::Off,
            };
            show(opened(arguments)?, shown, *once)
        }
        Some(Command::ModemOn) => {
            let seen = seen(&arguments.config);
            let done = opened(arguments)?.modem.start(seen, &mut ThreadDelay);
            say(told(done)?)
        }
        Some(Command::ModemRestart) => {
            let seen = seen(&arguments.config);
            let done = opened(arguments)?.modem.restart(seen, &mut ThreadDelay);
            say(told(done)?)
        }
    }
}

fn told(
    done: Result<textback::board::modem_lines::Done, textback::board::modem_lines::LineError>,
) -> Result<&'static str, Exit> {
    use textback::board::modem_lines::Done;
    match done.map_err(|error| Exit::new(FAILED, error.to_string()))? {
        Done::AlreadyOn => Ok("the modem runs: nothing was touched"),
        Done::Started => Ok("the modem was switched on"),
        Done::Restarted => Ok("the modem was switched off and on"),
        Done::WasReset => Ok("the modem was reset"),
        Done::Nothing(why) => Err(Exit::new(FAILED, why)),
    }
}

fn shown(what: &str) -> Result<Shown, Exit> {
    Ok(match what {
        "ready" => Shown::Ready {
            bars: Some(5),
            but: None,
        },
        "starting" => Shown::Starting,
        "claim" => Shown::ClaimWindow,
        "off" => Shown::Off,
        other => match other.parse().ok().and_then(Code::from_count) {
            Some(code) => Shown::Trouble(code),
            None => {
                return Err(Exit::new(
                    2,
                    format!("{other:?} is not 1 to 8, ready, starting, claim or off"),
                ));
            }
        },
    })
}

/// Why the daemon ended with this status: what it left about that, else what the status alone says.
fn stopped_for(status: i32, file: &ConfigFile) -> Code {
    let kept = (status == i32::from(CANNOT))
        .then(|| stopped::read(&file.read().ok()?.store))
        .flatten();
    kept.unwrap_or_else(|| Code::from_exit_status(status))
}

/// Flashes until the process is ended, or once.
fn show(mut opened: Opened, shown: Shown, once: bool) -> Result<(), Exit> {
    let flashes = match shown {
        Shown::Trouble(code) => Some(format!("{}: {}", code.count(), code.words())),
        _other => None,
    };
    if opened.lamps.is_empty() {
        let what = flashes.map_or_else(String::new, |flashes| format!("; it would flash {flashes}"));
        return Err(Exit::new(
            UNAVAILABLE,
            format!("this board has no light that can be switched{what}"),
        ));
    }
    if let Some(flashes) = flashes {
        say(format_args!("flashes {flashes}"))?;
    }
    loop {
        linux::show_once(&mut opened.lamps, shown, &mut ThreadDelay)
            .map_err(|error| Exit::new(FAILED, error.to_string()))?;
        if once {
            return Ok(());
        }
    }
}

/// Whether the modem runs, by its port: a USB port is there exactly while it runs, a UART always.
fn seen(file: &ConfigFile) -> Seen {
    match Config::load(&file.config) {
        Ok((config, _)) => linux::seen(&config.modem.port),
        Err(_) => Seen::Unknown,
    }
}

/// Name of the board: asked for, configured, or none. A configuration that can't be read has the Pi's own lights.
fn name(arguments: &Arguments) -> Option<String> {
    if let Some(name) = &arguments.profile {
        return Some(name.clone()).filter(|name| name != "none");
    }
    match Config::load(&arguments.config.config) {
        Ok((config, _)) => config.board,
        Err(_) => Some(FALLBACK.to_owned()),
    }
}

fn opened(arguments: &Arguments) -> Result<Opened, Exit> {
    let Some(name) = name(arguments) else {
        return Err(Exit::new(
            UNAVAILABLE,
            "no board is configured ([board] profile); name one with --profile",
        ));
    };
    let profile = Profile::find(&name).map_err(|error| Exit::new(CONFIG_WRONG, error.to_string()))?;
    let opened = linux::open(&profile, Path::new(LED_CLASS));
    for missing in &opened.missing {
        complain(missing);
    }
    Ok(opened)
}

fn list(arguments: &Arguments) -> Result<(), Exit> {
    let name = name(arguments);
    for (known, _) in profile::KNOWN {
        let profile = Profile::find(known).map_err(|error| Exit::new(FAILED, error.to_string()))?;
        let mark = if name.as_deref() == Some(known) { '*' } else { ' ' };
        let voice = if profile.voice {
            ""
        } else {
            "  (no voice: can't do this job)"
        };
        say(format_args!("{mark} {known:<24} {}{voice}", profile.name))?;
    }
    let Some(name) = name else {
        return say("  no board is configured ([board] profile = \"none\"): no lights, no button");
    };
    let profile = Profile::find(&name).map_err(|error| Exit::new(CONFIG_WRONG, error.to_string()))?;
    say(format_args!("\n{name}: {}\n{}", profile.name, profile.about.trim()))?;
    let opened = linux::open(&profile, Path::new(LED_CLASS));
    let lines = &opened.modem;
    for (what, there) in [
        ("green light", opened.lamps.green.is_some()),
        ("red light", opened.lamps.red.is_some()),
        ("button", opened.button.is_some()),
        ("power-fail line", opened.power_fail.is_some()),
        ("modem's enable line", lines.enable.is_some()),
        ("modem's power key", lines.power_key.is_some()),
        ("modem's reset line", lines.reset.is_some()),
        ("modem's flight mode line", lines.flight_mode.is_some()),
        ("modem's status line", lines.status.is_some()),
    ] {
        if there {
            say(format_args!("  ok       {what}"))?;
        }
    }
    for missing in &opened.missing {
        say(format_args!("  MISSING  {missing}"))?;
    }
    Ok(())
}
