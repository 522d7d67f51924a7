//! What only the outside of a modem can do for it: bind its USB device anew, pulse its reset line, press its power key.
//!
//! Each takes seconds, so it runs on a thread of its own and the answer comes later. What this board or this process can't
//! do says why, and the recovery ladder ([`crate::modem`]) takes the next rung.

use super::usb::Usb;
use crate::modem::{PowerStep, PowerSteps};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Between unbinding a USB device and binding it again: its driver lets go, the hub notices.
const UNBOUND_FOR: Duration = Duration::from_secs(2);

/// The modem's reset line and power key, on a board that has them. Each call blocks until the step is taken.
pub trait ModemPower: Send {
    /// Which of [`PowerStep::Reset`] and [`PowerStep::PowerCycle`] this board has.
    fn steps(&self) -> PowerSteps;

    /// Pulses the reset line.
    ///
    /// # Errors
    /// Why it could not be, in words.
    fn reset(&mut self) -> Result<(), String>;

    /// Off and on by the power key. A key toggles: `present` says that the modem is on (its port is there), so that a modem
    /// that is off is switched on and not off.
    ///
    /// # Errors
    /// Why it could not be, in words.
    fn power_cycle(&mut self, present: bool) -> Result<(), String>;
}

/// A board without either.
#[derive(Debug, Clone, Copy)]
pub struct NoPower;

impl ModemPower for NoPower {
    fn steps(&self) -> PowerSteps {
        PowerSteps::default()
    }

    fn reset(&mut self) -> Result<(), String> {
        Err("this board has no reset line".to_owned())
    }

    fn power_cycle(&mut self, _present: bool) -> Result<(), String> {
        Err("this board has no power key".to_owned())
    }
}

/// What became of a step.
#[derive(Debug)]
pub struct Stepped {
    pub step: PowerStep,
    pub outcome: Result<(), String>,
}

/// Takes steps, one at a time, and says what became of them.
pub struct Power {
    board: Arc<Mutex<Box<dyn ModemPower>>>,
    steps: PowerSteps,
    usb: Option<Usb>,
    tell: UnboundedSender<Stepped>,
    told: UnboundedReceiver<Stepped>,
}

impl Power {
    /// The board's lines, and the USB device that `port` belongs to whenever it is there.
    #[must_use]
    pub fn new(port: &Path, board: Box<dyn ModemPower>) -> Power {
        Power::with(Some(Usb::of(port)), board)
    }

    /// Nothing at all: a simulated modem.
    #[must_use]
    pub fn none() -> Power {
        Power::with(None, Box::new(NoPower))
    }

    fn with(usb: Option<Usb>, board: Box<dyn ModemPower>) -> Power {
        let (tell, told) = unbounded_channel();
        let steps = PowerSteps {
            rebind: usb.is_some(),
            ..board.steps()
        };
        Power {
            board: Arc::new(Mutex::new(board)),
            steps,
            usb,
            tell,
            told,
        }
    }

    /// What the ladder may ask for.
    #[must_use]
    pub fn steps(&self) -> PowerSteps {
        self.steps
    }

    /// The port is there: which USB device it belongs to can be seen now, and not when it is gone.
    pub fn port_opened(&mut self) {
        if let Some(usb) = &mut self.usb {
            usb.find();
        }
    }

    /// Takes a step; [`Power::stepped`] says what became of it.
    pub fn take(&mut self, step: PowerStep) {
        let tell = self.tell.clone();
        let board = self.board.clone();
        let usb = self.usb.clone();
        let work = move || {
            let present = usb.as_ref().is_some_and(Usb::is_there);
            let outcome = match (step, usb) {
                (PowerStep::Rebind, Some(usb)) => usb.rebind(UNBOUND_FOR),
                (PowerStep::Rebind, None) => Err("there is no USB device".to_owned()),
                (PowerStep::Reset | PowerStep::PowerCycle, _) => match board.lock() {
                    Err(_) => Err("an earlier step did not come to its end".to_owned()),
                    Ok(mut board) if step == PowerStep::Reset => board.reset(),
                    Ok(mut board) => board.power_cycle(present),
                },
            };
            // The daemon may have stopped meanwhile: nobody to tell.
            let _ = tell.send(Stepped { step, outcome });
        };
        if let Err(error) = std::thread::Builder::new().name("power".to_owned()).spawn(work) {
            let outcome = Err(format!("the system has no thread to give: {error}"));
            // As above.
            let _ = self.tell.send(Stepped { step, outcome });
        }
    }

    /// The next step's outcome. Cancel safe.
    pub async fn stepped(&mut self) -> Stepped {
        match self.told.recv().await {
            Some(stepped) => stepped,
            // Can't be: we hold a sender ourselves.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_board_without_lines_says_why_not() {
        let mut power = Power::none();
        assert_eq!(power.steps(), PowerSteps::default());
        power.take(PowerStep::PowerCycle);
        let stepped = power.stepped().await;
        assert_eq!(stepped.step, PowerStep::PowerCycle);
        assert!(stepped.outcome.unwrap_err().contains("no power key"));
    }
}
