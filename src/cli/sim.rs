//! `textback sim`: a simulated modem on a PTY.

use super::Exit;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;
use textback::sim::{Family, pty};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Where to put the link to the modem's port
    #[arg(long, value_name = "PATH")]
    link: PathBuf,
    /// Which modem family to be
    #[arg(long, default_value = "generic", value_parser = PossibleValuesParser::new(Family::ALL.map(Family::name)))]
    family: String,
    /// A Unix socket for playing caller, owner and network; `help` on it lists the commands
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// The seed for everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let family = arguments.family.parse().map_err(|why| Exit::new(2, format!("{why}")))?;
    let options = pty::Options {
        link: arguments.link.clone(),
        family,
        control: arguments.control.clone(),
        seed: arguments.seed,
        speed: 1.0,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(pty::run(options, stop_signal()))?;
    Ok(())
}

/// Resolves on SIGINT or SIGTERM.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        // Without handlers the signals' default ends the process, which is what was wanted.
        (Err(_), _) | (_, Err(_)) => std::future::pending().await,
    }
}
