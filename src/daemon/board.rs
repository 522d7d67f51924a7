//! The board's part in the daemon: lights that show its state, a button that gives orders, power lines for the ladder.

use super::power::ModemPower;
use super::{Order, power};
use crate::board::attend::attend;
use crate::board::linux::{self, InPin, Opened, OutPin, ThreadDelay, Watched};
use crate::board::modem_lines::{Done, LineError, ModemLines, Seen};
use crate::board::{Press, Profile, ProfileError, Shown};
use crate::config::Config;
use crate::modem::PowerSteps;
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, watch};

/// Presses that wait to be dealt with.
const MAX_PRESSES: usize = 4;

/// A board at work. Its lights go out when this goes.
#[derive(Debug)]
pub struct Board {
    show: watch::Sender<Shown>,
}

impl Board {
    /// What the lights are to show from now on.
    pub fn show(&self, shown: Shown) {
        self.show.send_if_modified(|now| std::mem::replace(now, shown) != shown);
    }
}

/// Takes the lines of the configured board and puts them to work. Must be called within a tokio runtime. What isn't there is
/// logged, never an error: the box takes calls without lights too.
#[must_use]
pub fn start(config: &Config, orders: &mpsc::Sender<Order>) -> (Option<Board>, Box<dyn ModemPower>) {
    let Some(name) = &config.board else {
        return (None, Box::new(power::NoPower));
    };
    let profile: Result<Profile, ProfileError> = Profile::find(name);
    let opened = match profile {
        Ok(profile) => linux::open(&profile, Path::new(linux::LED_CLASS)),
        Err(error) => {
            tracing::warn!(%error, "no board: no lights, no button");
            return (None, Box::new(power::NoPower));
        }
    };
    let Opened {
        lamps,
        button,
        power_fail,
        modem,
        missing,
    } = opened;
    for what in &missing {
        tracing::warn!(what, "the board lacks a line: it runs without");
    }
    let (show, shown) = watch::channel(Shown::Starting);
    let (pressed, presses) = mpsc::channel(MAX_PRESSES);
    let button = button.and_then(|watched| match linux::button(watched) {
        Ok(button) => Some(button),
        Err(error) => {
            tracing::warn!(%error, "the button can't be read");
            None
        }
    });
    tokio::spawn(attend(lamps, shown, button, pressed));
    tokio::spawn(pass_on(presses, orders.clone()));
    if let Some(watched) = power_fail {
        tokio::spawn(stop_on_power_fail(watched, orders.clone()));
    }
    let power = BoardPower {
        lines: modem,
        port: config.modem.port.clone(),
    };
    (Some(Board { show }), Box::new(power.started()))
}

async fn pass_on(mut presses: mpsc::Receiver<Press>, orders: mpsc::Sender<Order>) {
    while let Some(press) = presses.recv().await {
        if orders.send(Order::Pressed(press)).await.is_err() {
            return;
        }
    }
}

/// The supply fails: nothing new is begun. Whether the machine dies or the supply comes back, the next start goes on.
async fn stop_on_power_fail(mut watched: Watched, orders: mpsc::Sender<Order>) {
    use crate::board::line::Sensed;
    let mut line = Sensed::new(watched.pin.clone(), watched.active);
    // A line that says so from the start is wired wrongly, or we were started again too soon: only a change counts.
    let mut believed = false;
    loop {
        match line.is_active() {
            Ok(true) if !believed => {}
            Ok(true) => {
                tracing::warn!("the supply fails: stopping before it is gone");
                // Nobody listens: it is stopping already.
                let _ = orders.send(Order::PowerFails).await;
                return;
            }
            Ok(false) => believed = true,
            Err(error) => {
                tracing::warn!(%error, "the power-fail line can't be read: it is given up");
                return;
            }
        }
        if watched.edges.recv().await.is_none() {
            return;
        }
    }
}

/// The modem's lines, for the recovery ladder.
struct BoardPower {
    lines: ModemLines<OutPin, InPin>,
    port: PathBuf,
}

impl BoardPower {
    /// Switches a modem on that its STATUS line says is off: nobody has to wait for the ladder then.
    fn started(mut self) -> Self {
        if self.lines.status.is_some() {
            match self.lines.start(Seen::Unknown, &mut ThreadDelay) {
                Ok(Done::Started) => tracing::info!("the modem was off: switched on"),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the modem could not be switched on"),
            }
        }
        self
    }
}

fn told(done: Result<Done, LineError>) -> Result<(), String> {
    match done {
        Ok(Done::Nothing(why)) => Err(why.to_owned()),
        Ok(Done::AlreadyOn | Done::Started | Done::Restarted | Done::WasReset) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

impl ModemPower for BoardPower {
    fn steps(&self) -> PowerSteps {
        PowerSteps {
            reset: self.lines.reset.is_some(),
            power_cycle: self.lines.power_key.is_some() || self.lines.enable.is_some(),
            ..PowerSteps::default()
        }
    }

    fn reset(&mut self) -> Result<(), String> {
        told(self.lines.reset(&mut ThreadDelay))
    }

    fn power_cycle(&mut self, present: bool) -> Result<(), String> {
        let seen = if present {
            Seen::Running
        } else {
            linux::seen(&self.port)
        };
        told(self.lines.restart(seen, &mut ThreadDelay))
    }
}
