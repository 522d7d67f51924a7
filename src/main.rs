//! `textback`: parse the command line, set up logging, dispatch, exit code. No decisions here.

mod cli;

use clap::{Parser, Subcommand};
use cli::Exit;
use std::path::PathBuf;
use std::process::ExitCode;

/// Texts back the callers you could not answer.
#[derive(Debug, Parser)]
#[command(name = "textback", version, about, long_about = None, arg_required_else_help = true, after_help = cli::EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon
    Run(cli::ConfigFile),
    /// Watch the whole job against a simulated modem and network; no config, no hardware
    Demo(cli::demo::Arguments),
    /// A simulated modem on a PTY, for any AT client
    Sim(cli::sim::Arguments),
    /// Read the config, say everything that is wrong with it, touch nothing
    Check(cli::Asking),
    /// Find and examine the modem, SIM, network, settings; what is wrong and how to mend it
    Doctor(cli::doctor::Arguments),
    /// Live signal meter for placing the antenna
    Signal(cli::signal::Arguments),
    /// What is: modem, network, what is on record
    Status(cli::Asking),
    /// Recent calls, newest last
    Calls(cli::Listing),
    /// Recent texts, newest last
    Messages(cli::Listing),
    /// Why a call (by its id) or a caller (by handle or number) was or wasn't texted
    Why {
        /// A call's id, a handle, or a number with +
        what: String,
        #[command(flatten)]
        asking: cli::Asking,
    },
    /// Queue a text by hand (all rules but the cooldown apply)
    Send {
        /// A handle or a number
        to: String,
        /// What to say
        #[arg(allow_hyphen_values = true)]
        text: String,
        #[command(flatten)]
        config: cli::ConfigFile,
    },
    /// Calls, messages and the consent ledger as CSV files; or check that nobody changed the ledger
    Export {
        /// The folder to write into; made if it isn't there
        #[arg(long, value_name = "DIR", required_unless_present = "verify")]
        csv: Option<PathBuf>,
        /// Check the consent ledger: every entry against its hash and the one before it
        #[arg(long)]
        verify: bool,
        #[command(flatten)]
        config: cli::ConfigFile,
    },
    /// The code on the label, by which a box without an owner is claimed by text
    ClaimCode(cli::Asking),
    /// Take PDUs apart, or make them
    #[command(subcommand)]
    Pdu(cli::pdu::Command),
    /// The card that stays with the box: number, claim code, what to dial, what the lights say (SVG or PDF)
    Label(cli::label::Arguments),
    /// The board's lights, button and modem lines: what is known, what is there, and a try
    Board(cli::board::Arguments),
    /// Play a flight recording or a transcript through the real engine and print what it decides
    Replay(cli::replay::Arguments),
    /// Set the system clock to what the mobile network says (for textback-clock.service)
    #[command(hide = true)]
    SetClock(cli::set_clock::Arguments),
    /// Take the configuration from the card's first partition (for textback-card.service)
    #[command(hide = true)]
    Card(cli::card::Arguments),
    /// Write the manual pages and shell completions that the package installs
    #[cfg(feature = "packaging")]
    #[command(hide = true)]
    Manual {
        /// The folder to write into; made if it isn't there
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return cli::usage(&said),
    };
    let result = match arguments.command {
        Command::Run(config) => cli::run::run(&config),
        Command::Demo(demo) => cli::demo::run(&demo),
        Command::Sim(sim) => cli::sim::run(&sim),
        Command::Check(asking) => cli::check::run(&asking),
        Command::Doctor(arguments) => cli::doctor::run(&arguments),
        Command::Signal(arguments) => cli::signal::run(&arguments),
        Command::Status(asking) => cli::status::run(&asking),
        Command::Calls(listing) => cli::calls::run(&listing),
        Command::Messages(listing) => cli::messages::run(&listing),
        Command::Why { what, asking } => cli::why::run(&what, &asking),
        Command::Send { to, text, config } => cli::send::run(&to, &text, &config),
        Command::Export { csv, verify, config } => cli::export::run(csv.as_deref(), verify, &config),
        Command::ClaimCode(asking) => cli::claim_code::run(&asking),
        Command::Pdu(command) => cli::pdu::run(&command),
        Command::Label(arguments) => cli::label::run(&arguments),
        Command::Board(arguments) => cli::board::run(&arguments),
        Command::Card(arguments) => cli::card::run(&arguments),
        #[cfg(feature = "packaging")]
        Command::Manual { folder } => cli::manual::write(<Arguments as clap::CommandFactory>::command(), &folder),
        Command::Replay(arguments) => cli::replay::run(&arguments),
        Command::SetClock(arguments) => cli::set_clock::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Exit { code, why }) => {
            if !why.is_empty() {
                cli::complain(why);
            }
            ExitCode::from(code)
        }
    }
}
