//! `textback set-clock`: the network's time into the system clock. For `textback-clock.service` only.

use super::{Exit, FAILED, say};
use std::path::PathBuf;
use textback::daemon::handover;
use textback::daemon::wallclock::system_now_ms;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What the daemon left: UTC and kernel time, in milliseconds
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Say what would be done, and don't do it
    #[arg(long)]
    dry_run: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let handed = handover::read(&arguments.from)
        .map_err(|error| Exit::new(FAILED, format!("cannot read {}: {error}", arguments.from.display())))?;
    let system_now_ms = system_now_ms();
    let boot_now_ms = handover::boot_now_ms();
    match handover::decide(handed, boot_now_ms, system_now_ms, handover::in_better_hands()) {
        Ok(utc_ms) => {
            let behind_s = utc_ms.saturating_sub(system_now_ms) / 1000;
            if !arguments.dry_run {
                rustix::time::clock_settime(
                    rustix::time::ClockId::Realtime,
                    rustix::time::Timespec {
                        tv_sec: utc_ms / 1000,
                        tv_nsec: (utc_ms % 1000) * 1_000_000,
                    },
                )
                .map_err(|error| Exit::new(FAILED, format!("cannot set the clock: {error}")))?;
            }
            say(format_args!(
                "the clock was {behind_s} s behind the mobile network's: set forward"
            ))
        }
        Err(why) => say(format_args!("the clock is left alone: {why}")),
    }
}
