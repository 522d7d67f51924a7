//! Plays the lights and watches the button, beside the daemon's loop.

use super::button::{Button, Held, Press};
use super::light::{Shown, Step, cycle};
use super::linux::Lamps;
use embedded_hal::digital::{InputPin, OutputPin};
use std::time::Instant;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant as Timer;

/// Shows what is to be shown and tells what is pressed, until nobody has anything to show any more.
///
/// A lamp that can't be driven is given up (told once in the log); the button goes on, and the other way round.
pub async fn attend<O, I>(
    mut lamps: Lamps<O>,
    mut shown: watch::Receiver<Shown>,
    mut button: Option<(Button<I>, mpsc::Receiver<()>)>,
    pressed: mpsc::Sender<Press>,
) where
    O: OutputPin,
    I: InputPin,
{
    let mut current = None;
    let mut steps: Vec<Step> = Vec::new();
    let mut next = 0;
    let mut until = now();
    loop {
        let at = now();
        let held = button.as_ref().map_or(Held::No, |(button, _)| button.held(at));
        let wanted = match held {
            Held::No => *shown.borrow_and_update(),
            Held::Claim => Shown::ClaimArmed,
            Held::Clear => Shown::ClearArmed,
        };
        if current != Some(wanted) {
            current = Some(wanted);
            steps = cycle(wanted);
            next = 0;
            until = at;
        }
        if until <= at
            && let Some(step) = steps.get(next)
        {
            if let Err(error) = lamps.set(step.green, step.red) {
                tracing::warn!(?error, "a light can't be driven: it is given up");
                lamps = Lamps { green: None, red: None };
            }
            until = at + step.lasts;
            next = (next + 1) % steps.len();
        }
        let step_until = (!lamps.is_empty()).then_some(until);
        let look_at = button.as_ref().and_then(|(button, _)| button.wake_at(at));
        let wake = [step_until, look_at].into_iter().flatten().min();
        tokio::select! {
            changed = shown.changed() => if changed.is_err() {
                // Nobody drives the lights any more: dark says so. One that fails now has failed before.
                let _ = lamps.set(false, false);
                return;
            },
            edge = edge(&mut button) => if edge.is_none() {
                tracing::warn!("the button's line is lost");
                button = None;
            },
            () = sleep_until(wake) => {}
        }
        if let Some((line, _)) = &mut button {
            match line.sample(now()) {
                Ok(None) => {}
                Ok(Some(press)) => {
                    tracing::info!(?press, "button");
                    // Full: the same press is being dealt with.
                    let _ = pressed.try_send(press);
                }
                Err(error) => {
                    tracing::warn!(?error, "the button can't be read: it is given up");
                    button = None;
                }
            }
        }
    }
}

/// The timer's clock, so that tests can turn it.
fn now() -> Instant {
    Timer::now().into_std()
}

async fn edge<I>(button: &mut Option<(Button<I>, mpsc::Receiver<()>)>) -> Option<()> {
    match button {
        Some((_, edges)) => edges.recv().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::super::light::Code;
    use super::super::line::{Active, Driven, Sensed};
    use super::*;
    use embedded_hal::digital::ErrorType;
    use std::cell::{Cell, RefCell};
    use std::convert::Infallible;
    use std::rc::Rc;
    use std::time::Duration;

    /// A lamp that writes down when it was lit and put out.
    struct Recorded {
        start: Instant,
        log: Rc<RefCell<Vec<(u128, bool)>>>,
    }

    impl ErrorType for Recorded {
        type Error = Infallible;
    }

    impl OutputPin for Recorded {
        fn set_low(&mut self) -> Result<(), Infallible> {
            self.log.borrow_mut().push(((now() - self.start).as_millis(), false));
            Ok(())
        }

        fn set_high(&mut self) -> Result<(), Infallible> {
            self.log.borrow_mut().push(((now() - self.start).as_millis(), true));
            Ok(())
        }
    }

    struct Level(Rc<Cell<bool>>);

    impl ErrorType for Level {
        type Error = Infallible;
    }

    impl InputPin for Level {
        fn is_high(&mut self) -> Result<bool, Infallible> {
            Ok(self.0.get())
        }

        fn is_low(&mut self) -> Result<bool, Infallible> {
            Ok(!self.0.get())
        }
    }

    fn on_paused_time<F: Future>(work: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            tokio::time::pause();
            work.await
        })
    }

    #[test]
    fn a_trouble_is_flashed_until_something_else_is_to_be_said() {
        on_paused_time(async {
            let log = Rc::new(RefCell::new(Vec::new()));
            let red = Recorded {
                start: now(),
                log: Rc::clone(&log),
            };
            let lamps = Lamps {
                green: None,
                red: Some(Driven::new(red, Active::High)),
            };
            let (show, shown) = watch::channel(Shown::Trouble(Code::NoSim));
            let (pressed, _) = mpsc::channel(1);
            let playing = attend::<_, Level>(lamps, shown, None, pressed);
            let changing = async {
                tokio::time::sleep(Duration::from_millis(3_000)).await;
                show.send_replace(Shown::Starting);
                tokio::time::sleep(Duration::from_millis(10)).await;
                drop(show);
            };
            tokio::join!(playing, changing);
            let expected = [
                (0, true),
                (250, false),
                (600, true),
                (850, false),
                (2_850, true),
                (3_000, true),
                (3_010, false),
            ];
            let log = log.borrow();
            assert_eq!(log.len(), expected.len(), "{log:?}");
            for ((at, lit), (wanted_at, wanted)) in log.iter().zip(expected) {
                assert_eq!(*lit, wanted, "{log:?}");
                assert!(at.abs_diff(wanted_at) <= 15, "{log:?}");
            }
        });
    }

    #[test]
    fn a_held_button_is_seen_in_the_lights_and_told_when_let_go() {
        on_paused_time(async {
            let log = Rc::new(RefCell::new(Vec::new()));
            let green = Recorded {
                start: now(),
                log: Rc::clone(&log),
            };
            let lamps = Lamps {
                green: Some(Driven::new(green, Active::High)),
                red: None,
            };
            let (show, shown) = watch::channel(Shown::Off);
            let (pressed, mut presses) = mpsc::channel(1);
            let (edge, edges) = mpsc::channel(8);
            let level = Rc::new(Cell::new(true));
            let button = Button::new(Sensed::new(Level(Rc::clone(&level)), Active::Low)).expect("readable");
            let playing = attend(lamps, shown, Some((button, edges)), pressed);
            let finger = async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                level.set(false);
                edge.send(()).await.expect("heard");
                tokio::time::sleep(Duration::from_secs(4)).await;
                let lit_while_held = log.borrow().iter().filter(|(_, lit)| *lit).count();
                assert!(
                    lit_while_held > 2,
                    "quick blinks from the third second on: {:?}",
                    log.borrow()
                );
                assert!(presses.try_recv().is_err(), "nothing happens before the finger lifts");
                level.set(true);
                edge.send(()).await.expect("heard");
                tokio::time::sleep(Duration::from_secs(1)).await;
                assert_eq!(presses.try_recv(), Ok(Press::Claim));
                drop(show);
            };
            tokio::join!(playing, finger);
        });
    }
}
