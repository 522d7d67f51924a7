//! The modem's power key, reset, enable, flight mode and status lines.
//!
//! A power key **toggles**: the pulse that starts a module that is off stops one that runs. So nothing is pulsed before it
//! is known whether the module runs: by its STATUS line, else by what the caller has seen (its USB device, an answer to
//! `AT`). Where nobody knows, a start does nothing; a restart is safe all the same, because its second pulse is the short
//! one, which a running module of every family ignores (a switch-off wants several times longer).

use super::line::{Driven, Sensed};
use super::profile::Timing;
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, OutputPin};
use std::time::Duration;

/// Between two looks at the STATUS line.
const STATUS_EVERY: Duration = Duration::from_millis(100);
/// How long the supply is cut where the board has an enable line: the regulators' capacitors must run empty.
const CUT: Duration = Duration::from_secs(5);

/// Whether the module runs, by other evidence than its STATUS line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Its USB device is there, or it answered.
    Running,
    /// Its USB device is gone, or there never was one and it is silent from the start.
    Gone,
    /// Nobody can tell: it is silent on a UART.
    Unknown,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It runs already: nothing was touched.
    AlreadyOn,
    /// The power key was pulsed, or the supply switched on.
    Started,
    /// Switched off and on again.
    Restarted,
    /// The reset line was pulsed.
    WasReset,
    /// Nothing could be done safely.
    Nothing(&'static str),
}

/// The lines a board has; any of them may be missing.
#[derive(Debug)]
pub struct ModemLines<O, I> {
    pub enable: Option<Driven<O>>,
    pub power_key: Option<Driven<O>>,
    pub reset: Option<Driven<O>>,
    pub flight_mode: Option<Driven<O>>,
    pub status: Option<Sensed<I>>,
    pub timing: Timing,
}

/// A line that could not be driven or read.
#[derive(Debug, thiserror::Error)]
#[error("the modem's {line} line: {why}")]
pub struct LineError {
    line: &'static str,
    why: String,
}

fn failed<E: std::fmt::Debug>(line: &'static str) -> impl FnOnce(E) -> LineError {
    move |why| LineError {
        line,
        why: format!("{why:?}"),
    }
}

impl<O: OutputPin, I: InputPin> ModemLines<O, I> {
    /// The board can do something for a modem that no command reaches.
    #[must_use]
    pub fn any(&self) -> bool {
        self.enable.is_some() || self.power_key.is_some() || self.reset.is_some()
    }

    /// Brings a modem up that is off; a running one is left alone.
    ///
    /// # Errors
    /// If a line can't be driven or read.
    pub fn start(&mut self, seen: Seen, delay: &mut impl DelayNs) -> Result<Done, LineError> {
        self.fly(false)?;
        let supplied = match &mut self.enable {
            Some(enable) => {
                enable.set(true).map_err(failed("enable"))?;
                true
            }
            None => false,
        };
        match self.runs(seen)? {
            Some(true) => Ok(Done::AlreadyOn),
            Some(false) if self.power_key.is_some() => {
                self.pulse_key(self.timing.on_pulse, delay)?;
                self.wait_for(true, self.timing.start_time, delay)?;
                Ok(Done::Started)
            }
            Some(false) if supplied => {
                wait(self.timing.start_time, delay);
                Ok(Done::Started)
            }
            Some(false) => Ok(Done::Nothing("this board has no line to switch a modem on with")),
            None => Ok(Done::Nothing(
                "nobody can tell whether the modem runs, and a pulse would switch a running one off",
            )),
        }
    }

    /// Pulses the reset line: the firmware starts again, the supply stays.
    ///
    /// # Errors
    /// If the line can't be driven.
    pub fn reset(&mut self, delay: &mut impl DelayNs) -> Result<Done, LineError> {
        let Some(reset) = &mut self.reset else {
            return Ok(Done::Nothing("this board has no reset line"));
        };
        reset.set(true).map_err(failed("reset"))?;
        wait(self.timing.reset_pulse, delay);
        reset.set(false).map_err(failed("reset"))?;
        wait(self.timing.start_time, delay);
        Ok(Done::WasReset)
    }

    /// Switches the modem off and on again. One that is off is only switched on.
    ///
    /// # Errors
    /// If a line can't be driven or read.
    pub fn restart(&mut self, seen: Seen, delay: &mut impl DelayNs) -> Result<Done, LineError> {
        self.fly(false)?;
        if let Some(enable) = &mut self.enable {
            enable.set(false).map_err(failed("enable"))?;
            wait(CUT, delay);
            enable.set(true).map_err(failed("enable"))?;
            if self.power_key.is_some() {
                self.pulse_key(self.timing.on_pulse, delay)?;
            }
            self.wait_for(true, self.timing.start_time, delay)?;
            return Ok(Done::Restarted);
        }
        if self.power_key.is_none() {
            return Ok(Done::Nothing("this board has no power key line"));
        }
        if self.runs(seen)? == Some(false) {
            self.pulse_key(self.timing.on_pulse, delay)?;
            self.wait_for(true, self.timing.start_time, delay)?;
            return Ok(Done::Started);
        }
        self.pulse_key(self.timing.off_pulse, delay)?;
        self.wait_for(false, self.timing.off_time, delay)?;
        if self.status.is_some() && self.runs(Seen::Unknown)? == Some(true) {
            return match self.reset(delay)? {
                Done::Nothing(_) => Ok(Done::Nothing(
                    "the modem does not heed its power key: it must be unplugged",
                )),
                done => Ok(done),
            };
        }
        self.pulse_key(self.timing.on_pulse, delay)?;
        self.wait_for(true, self.timing.start_time, delay)?;
        Ok(Done::Restarted)
    }

    /// Radio off (`true`) or on by the flight mode line, where there is one.
    fn fly(&mut self, off: bool) -> Result<(), LineError> {
        match &mut self.flight_mode {
            Some(line) => line.set(off).map_err(failed("flight mode")),
            None => Ok(()),
        }
    }

    fn runs(&mut self, seen: Seen) -> Result<Option<bool>, LineError> {
        if let Some(status) = &mut self.status {
            return status.is_active().map(Some).map_err(failed("status"));
        }
        Ok(match seen {
            Seen::Running => Some(true),
            Seen::Gone => Some(false),
            Seen::Unknown => None,
        })
    }

    fn pulse_key(&mut self, length: Duration, delay: &mut impl DelayNs) -> Result<(), LineError> {
        if let Some(key) = &mut self.power_key {
            key.set(true).map_err(failed("power key"))?;
            wait(length, delay);
            key.set(false).map_err(failed("power key"))?;
        }
        Ok(())
    }

    /// Waits until STATUS says so, at most `limit`; the whole of it where there is no STATUS.
    fn wait_for(&mut self, on: bool, limit: Duration, delay: &mut impl DelayNs) -> Result<(), LineError> {
        let Some(status) = &mut self.status else {
            wait(limit, delay);
            return Ok(());
        };
        let mut waited = Duration::ZERO;
        while status.is_active().map_err(failed("status"))? != on && waited < limit {
            wait(STATUS_EVERY, delay);
            waited += STATUS_EVERY;
        }
        Ok(())
    }
}

fn wait(time: Duration, delay: &mut impl DelayNs) {
    delay.delay_ms(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
}

#[cfg(test)]
mod tests {
    use super::super::line::Active;
    use super::*;
    use embedded_hal_mock::eh1::delay::{CheckedDelay, Transaction as Wait};
    use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};

    const TIMING: Timing = Timing {
        on_pulse: Duration::from_millis(600),
        off_pulse: Duration::from_secs(3),
        reset_pulse: Duration::from_millis(300),
        start_time: Duration::from_secs(20),
        off_time: Duration::from_secs(18),
    };

    fn high() -> Transaction {
        Transaction::set(State::High)
    }

    fn low() -> Transaction {
        Transaction::set(State::Low)
    }

    /// Pins (which are told what must happen to them) and delays of one try.
    struct Bench {
        key: Mock,
        flight: Mock,
        status: Option<Mock>,
        delay: CheckedDelay,
    }

    impl Bench {
        fn new(key: &[Transaction], status: Option<&[Transaction]>, delays_ms: &[u32]) -> Self {
            let waits: Vec<Wait> = delays_ms.iter().map(|ms| Wait::delay_ms(*ms)).collect();
            Bench {
                key: Mock::new(key),
                flight: Mock::new(&[low()]),
                status: status.map(Mock::new),
                delay: CheckedDelay::new(&waits),
            }
        }

        fn lines(&self) -> ModemLines<Mock, Mock> {
            ModemLines {
                enable: None,
                power_key: Some(Driven::new(self.key.clone(), Active::High)),
                reset: None,
                flight_mode: Some(Driven::new(self.flight.clone(), Active::High)),
                status: self.status.clone().map(|pin| Sensed::new(pin, Active::High)),
                timing: TIMING,
            }
        }

        fn done(mut self) {
            self.key.done();
            self.flight.done();
            if let Some(mut status) = self.status {
                status.done();
            }
            self.delay.done();
        }
    }

    #[test]
    fn a_running_modem_is_never_pulsed_by_a_start() {
        let mut bench = Bench::new(&[], None, &[]);
        let done = bench.lines().start(Seen::Running, &mut bench.delay).expect("drivable");
        assert_eq!(done, Done::AlreadyOn);
        bench.done();

        // STATUS knows better than a port that isn't there yet.
        let mut bench = Bench::new(&[], Some(&[Transaction::get(State::High)]), &[]);
        let done = bench.lines().start(Seen::Gone, &mut bench.delay).expect("drivable");
        assert_eq!(done, Done::AlreadyOn);
        bench.done();
    }

    #[test]
    fn who_does_not_know_does_not_pulse() {
        let mut bench = Bench::new(&[], None, &[]);
        let done = bench.lines().start(Seen::Unknown, &mut bench.delay).expect("drivable");
        assert!(matches!(done, Done::Nothing(_)), "{done:?}");
        bench.done();
    }

    #[test]
    fn a_modem_that_is_off_gets_the_short_pulse_and_its_time() {
        let mut bench = Bench::new(&[high(), low()], None, &[600, 20_000]);
        let done = bench.lines().start(Seen::Gone, &mut bench.delay).expect("drivable");
        assert_eq!(done, Done::Started);
        bench.done();
    }

    #[test]
    fn a_restart_is_a_long_pulse_a_wait_and_a_short_one() {
        let pulses = [high(), low(), high(), low()];
        let mut bench = Bench::new(&pulses, None, &[3_000, 18_000, 600, 20_000]);
        let done = bench
            .lines()
            .restart(Seen::Running, &mut bench.delay)
            .expect("drivable");
        assert_eq!(done, Done::Restarted);
        bench.done();
    }

    #[test]
    fn status_ends_the_waits() {
        let get = Transaction::get;
        // Running; still on, then off; off; on at once.
        let status = [
            get(State::High),
            get(State::High),
            get(State::Low),
            get(State::Low),
            get(State::High),
        ];
        let mut bench = Bench::new(&[high(), low(), high(), low()], Some(&status), &[3_000, 100, 600]);
        let done = bench
            .lines()
            .restart(Seen::Unknown, &mut bench.delay)
            .expect("drivable");
        assert_eq!(done, Done::Restarted);
        bench.done();
    }

    #[test]
    fn a_modem_that_is_off_is_only_started_by_a_restart() {
        let mut bench = Bench::new(&[high(), low()], None, &[600, 20_000]);
        let done = bench.lines().restart(Seen::Gone, &mut bench.delay).expect("drivable");
        assert_eq!(done, Done::Started);
        bench.done();
    }

    #[test]
    fn a_modem_that_ignores_its_key_is_not_pulsed_again() {
        let gets: Vec<Transaction> = (0..183).map(|_| Transaction::get(State::High)).collect();
        let mut waits = vec![3_000];
        waits.extend([100; 180]);
        let mut bench = Bench::new(&[high(), low()], Some(&gets), &waits);
        let done = bench
            .lines()
            .restart(Seen::Unknown, &mut bench.delay)
            .expect("drivable");
        assert_eq!(
            done,
            Done::Nothing("the modem does not heed its power key: it must be unplugged")
        );
        bench.done();
    }

    #[test]
    fn an_enable_line_cuts_the_supply() {
        let mut enable = Mock::new(&[high(), low()]);
        let mut delay = CheckedDelay::new(&[Wait::delay_ms(5_000), Wait::delay_ms(20_000)]);
        let mut lines: ModemLines<Mock, Mock> = ModemLines {
            // Sixfab's: low is on.
            enable: Some(Driven::new(enable.clone(), Active::Low)),
            power_key: None,
            reset: None,
            flight_mode: None,
            status: None,
            timing: TIMING,
        };
        assert_eq!(
            lines.restart(Seen::Unknown, &mut delay).expect("drivable"),
            Done::Restarted
        );
        enable.done();
        delay.done();
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = embedded_hal_mock::eh1::MockError::Io(std::io::ErrorKind::PermissionDenied);
        let mut bench = Bench::new(&[high().with_error(error)], None, &[]);
        let why = bench
            .lines()
            .start(Seen::Gone, &mut bench.delay)
            .expect_err("the key can't be driven");
        assert!(why.to_string().contains("power key"), "{why}");
        bench.done();
    }
}
