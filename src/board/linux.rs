//! Lines by name on Linux: the GPIO character device and the kernel's LED class.
//!
//! Whatever of a profile isn't there is left out and told ([`Opened::missing`]); the box runs without it.

use super::button::Button;
use super::light::Shown;
use super::line::{Active, Driven, Sensed};
use super::modem_lines::{ModemLines, Seen};
use super::profile::{Input, Lamp, Names, Output, Profile, Pull};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{Error as PinError, ErrorKind, ErrorType, InputPin, OutputPin, PinState};
use gpiocdev::line::{Bias, EdgeDetection, Value};
use gpiocdev::{FoundLine, Request};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Where the kernel's lights are.
pub const LED_CLASS: &str = "/sys/class/leds";
/// The name our lines carry in `gpioinfo`.
const CONSUMER: &str = "textback";
/// Edges of a button that nobody has looked at yet; more say nothing new.
const MAX_EDGES: usize = 8;

/// Why a pin could not be driven or read.
#[derive(Debug, thiserror::Error)]
pub enum LinuxPinError {
    #[error(transparent)]
    Gpio(#[from] gpiocdev::Error),
    #[error(transparent)]
    Wrapped(#[from] gpiocdev_embedded_hal::Error),
    #[error("{0}: {1}")]
    Led(PathBuf, std::io::Error),
}

impl PinError for LinuxPinError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

/// An output: a GPIO line, or a light of the LED class (high = lit).
#[derive(Debug)]
pub enum OutPin {
    Gpio(gpiocdev_embedded_hal::OutputPin),
    Led(LedClass),
}

impl ErrorType for OutPin {
    type Error = LinuxPinError;
}

impl OutputPin for OutPin {
    fn set_low(&mut self) -> Result<(), Self::Error> {
        match self {
            OutPin::Gpio(pin) => Ok(pin.set_low()?),
            OutPin::Led(led) => led.set(false),
        }
    }

    fn set_high(&mut self) -> Result<(), Self::Error> {
        match self {
            OutPin::Gpio(pin) => Ok(pin.set_high()?),
            OutPin::Led(led) => led.set(true),
        }
    }
}

/// A light of the LED class. Gets its former trigger (card activity, say) back when dropped.
#[derive(Debug)]
pub struct LedClass {
    folder: PathBuf,
    on: String,
    former_trigger: Option<String>,
}

impl LedClass {
    fn open(folder: PathBuf) -> Result<Self, LinuxPinError> {
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path).map_err(|error| LinuxPinError::Led(path, error))
        };
        let on = read("max_brightness")?.trim().to_owned();
        let triggers = read("trigger")?;
        let former_trigger = triggers
            .split_whitespace()
            .find_map(|name| name.strip_prefix('[')?.strip_suffix(']'))
            .map(ToOwned::to_owned);
        let led = LedClass {
            folder,
            on,
            former_trigger,
        };
        led.write("trigger", "none")?;
        Ok(led)
    }

    fn set(&self, on: bool) -> Result<(), LinuxPinError> {
        self.write("brightness", if on { &self.on } else { "0" })
    }

    fn write(&self, file: &str, value: &str) -> Result<(), LinuxPinError> {
        let path = self.folder.join(file);
        std::fs::write(&path, value).map_err(|error| LinuxPinError::Led(path, error))
    }
}

impl Drop for LedClass {
    fn drop(&mut self) {
        if let Some(trigger) = &self.former_trigger {
            // Where this fails the light stays as it is: nobody to tell, nothing lost.
            let _ = self.write("trigger", trigger);
        }
    }
}

/// An input line; its edges are told by a thread that waits for them (`watch_edges`).
#[derive(Debug, Clone)]
pub struct InPin(Arc<Request>);

impl ErrorType for InPin {
    type Error = LinuxPinError;
}

impl InputPin for InPin {
    fn is_high(&mut self) -> Result<bool, Self::Error> {
        Ok(self.0.lone_value()? == Value::Active)
    }

    fn is_low(&mut self) -> Result<bool, Self::Error> {
        Ok(!self.is_high()?)
    }
}

/// Waits by sleeping: for a thread of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadDelay;

impl DelayNs for ThreadDelay {
    fn delay_ns(&mut self, ns: u32) {
        std::thread::sleep(Duration::from_nanos(ns.into()));
    }
}

/// The lamps, one, two or none.
#[derive(Debug, Default)]
pub struct Lamps<O> {
    pub green: Option<Driven<O>>,
    pub red: Option<Driven<O>>,
}

impl<O: OutputPin> Lamps<O> {
    /// There is no lamp.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.green.is_none() && self.red.is_none()
    }

    /// Lights them. A lamp that is alone burns for either colour.
    ///
    /// # Errors
    /// If a lamp can't be driven.
    pub fn set(&mut self, green: bool, red: bool) -> Result<(), O::Error> {
        match (&mut self.green, &mut self.red) {
            (Some(g), Some(r)) => {
                g.set(green)?;
                r.set(red)
            }
            (Some(one), None) | (None, Some(one)) => one.set(green || red),
            (None, None) => Ok(()),
        }
    }
}

/// An input and the news of its edges.
#[derive(Debug)]
pub struct Watched {
    pub pin: InPin,
    pub active: Active,
    pub edges: mpsc::Receiver<()>,
}

/// What of a profile is there.
#[derive(Debug)]
pub struct Opened {
    pub lamps: Lamps<OutPin>,
    pub button: Option<Watched>,
    pub power_fail: Option<Watched>,
    pub modem: ModemLines<OutPin, InPin>,
    /// What of the profile isn't to be had, and why, in words.
    pub missing: Vec<String>,
}

/// Takes the lines and lights of a profile, output lines at rest: power supplied, no key pressed, radio on.
#[must_use]
pub fn open(profile: &Profile, leds: &Path) -> Opened {
    let mut missing = Vec::new();
    let mut take = Take {
        leds,
        missing: &mut missing,
    };
    let modem = &profile.modem;
    Opened {
        lamps: Lamps {
            green: take.lamp("green light", profile.lights.green.as_ref()),
            red: take.lamp("red light", profile.lights.red.as_ref()),
        },
        button: take.watched("button", profile.button.as_ref()),
        power_fail: take.watched("power-fail line", profile.power_fail.as_ref()),
        modem: ModemLines {
            enable: take.output("modem's enable line", modem.enable.as_ref(), true),
            power_key: take.output("modem's power key line", modem.power_key.as_ref(), false),
            reset: take.output("modem's reset line", modem.reset.as_ref(), false),
            flight_mode: take.output("modem's flight mode line", modem.flight_mode.as_ref(), false),
            status: take
                .input("modem's status line", modem.status.as_ref(), false)
                .map(|(pin, active)| Sensed::new(pin, active)),
            timing: modem.timing,
        },
        missing,
    }
}

/// Makes a button of its line.
///
/// # Errors
/// If the line can't be read.
pub fn button(watched: Watched) -> Result<(Button<InPin>, mpsc::Receiver<()>), LinuxPinError> {
    let Watched { pin, active, edges } = watched;
    Ok((Button::new(Sensed::new(pin, active))?, edges))
}

/// Shows something until the caller drops what this returns: for a daemon that has ended.
///
/// # Errors
/// If a lamp can't be driven.
pub fn show_once(lamps: &mut Lamps<OutPin>, shown: Shown, delay: &mut impl DelayNs) -> Result<(), LinuxPinError> {
    for step in super::light::cycle(shown) {
        lamps.set(step.green, step.red)?;
        delay.delay_ms(u32::try_from(step.lasts.as_millis()).unwrap_or(u32::MAX));
    }
    Ok(())
}

/// Whether the modem at this port runs: a USB serial port is there exactly while it does, a UART of the Pi always.
#[must_use]
pub fn seen(port: &Path) -> Seen {
    let Ok(node) = port.canonicalize() else {
        return Seen::Gone;
    };
    let name = node.file_name().map(|name| name.to_string_lossy().into_owned());
    match name {
        Some(name) if name.starts_with("ttyUSB") || name.starts_with("ttyACM") => Seen::Running,
        _ => Seen::Unknown,
    }
}

struct Take<'a> {
    leds: &'a Path,
    missing: &'a mut Vec<String>,
}

impl Take<'_> {
    fn lamp(&mut self, what: &str, lamp: Option<&Lamp>) -> Option<Driven<OutPin>> {
        let lamp = lamp?;
        if lamp.led.is_empty() {
            let output = Output {
                line: lamp.line.clone(),
                active: lamp.active,
            };
            return self.output(what, Some(&output), false);
        }
        let Some(folder) = lamp
            .led
            .iter()
            .map(|name| self.leds.join(name))
            .find(|path| path.exists())
        else {
            self.missing.push(format!(
                "{what}: no light named {} in {}",
                lamp.led,
                self.leds.display()
            ));
            return None;
        };
        match LedClass::open(folder) {
            Ok(led) => Some(Driven::new(OutPin::Led(led), lamp.active)),
            Err(error) => {
                self.missing.push(format!("{what}: {error}"));
                None
            }
        }
    }

    fn output(&mut self, what: &str, output: Option<&Output>, on: bool) -> Option<Driven<OutPin>> {
        let Output { line, active } = output?;
        let found = self.find(what, line)?;
        let value = match active.level(on) {
            PinState::High => Value::Active,
            PinState::Low => Value::Inactive,
        };
        let pin = Request::builder()
            .with_consumer(CONSUMER)
            .with_found_line(&found)
            .as_output(value)
            .request()
            .map_err(LinuxPinError::from)
            .and_then(|request| Ok(gpiocdev_embedded_hal::OutputPin::try_from(request)?));
        match pin {
            Ok(pin) => Some(Driven::new(OutPin::Gpio(pin), *active)),
            Err(error) => {
                self.missing.push(format!("{what} {line}: {error}"));
                None
            }
        }
    }

    fn input(&mut self, what: &str, input: Option<&Input>, edges: bool) -> Option<(InPin, Active)> {
        let Input { line, active, pull } = input?;
        let found = self.find(what, line)?;
        let bias = match pull {
            Pull::Up => Bias::PullUp,
            Pull::Down => Bias::PullDown,
            Pull::None => Bias::Disabled,
        };
        let request = Request::builder()
            .with_consumer(CONSUMER)
            .with_found_line(&found)
            .as_input()
            .with_bias(bias)
            .with_edge_detection(edges.then_some(EdgeDetection::BothEdges))
            .request();
        match request {
            Ok(request) => Some((InPin(Arc::new(request)), *active)),
            Err(error) => {
                self.missing.push(format!("{what} {line}: {error}"));
                None
            }
        }
    }

    fn watched(&mut self, what: &str, input: Option<&Input>) -> Option<Watched> {
        let (pin, active) = self.input(what, input, true)?;
        match watch_edges(&pin) {
            Ok(edges) => Some(Watched { pin, active, edges }),
            Err(error) => {
                self.missing.push(format!("{what}: {error}"));
                None
            }
        }
    }

    fn find(&mut self, what: &str, names: &Names) -> Option<FoundLine> {
        let found = names.iter().find_map(gpiocdev::find_named_line);
        if found.is_none() {
            let why = forbidden().unwrap_or_else(|| "no such line on this machine".to_owned());
            self.missing.push(format!("{what} {names}: {why}"));
        }
        found
    }
}

/// A GPIO chip that may not be opened, in words: then no line is found whatever its name.
fn forbidden() -> Option<String> {
    let nodes = std::fs::read_dir("/dev").ok()?;
    let chips = nodes.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("gpiochip"))
    });
    chips.into_iter().find_map(|path| match std::fs::File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Some(format!("no right to open {} (group gpio)", path.display()))
        }
        _ => None,
    })
}

/// A thread that waits for edges of a line and tells of them. It ends with the process, or when nobody listens any more.
fn watch_edges(pin: &InPin) -> std::io::Result<mpsc::Receiver<()>> {
    let (tell, edges) = mpsc::channel(MAX_EDGES);
    let request = Arc::clone(&pin.0);
    std::thread::Builder::new()
        .name("textback-edges".to_owned())
        .spawn(move || {
            while request.read_edge_event().is_ok() {
                // Full: those that wait say it already.
                if let Err(mpsc::error::TrySendError::Closed(())) = tell.try_send(()) {
                    return;
                }
            }
        })?;
    Ok(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(folder: &Path, name: &str) -> PathBuf {
        let led = folder.join(name);
        std::fs::create_dir(&led).expect("a folder");
        std::fs::write(led.join("max_brightness"), "255\n").expect("written");
        std::fs::write(led.join("brightness"), "0\n").expect("written");
        std::fs::write(led.join("trigger"), "none [mmc0] heartbeat\n").expect("written");
        led
    }

    #[test]
    fn the_kernels_lights_are_taken_and_given_back() {
        let class = tempfile::tempdir().expect("a folder");
        let act = led(class.path(), "led0");
        let read = |file: &str| std::fs::read_to_string(act.join(file)).expect("readable");
        let mut opened = open(&Profile::find("pi").expect("known"), class.path());
        // The old name is taken; the red light isn't there, which is told.
        assert_eq!(read("trigger"), "none");
        assert_eq!(opened.missing.len(), 1, "{:?}", opened.missing);
        assert!(opened.missing[0].contains("red light"), "{:?}", opened.missing);
        // One lamp burns for either colour.
        opened.lamps.set(false, true).expect("drivable");
        assert_eq!(read("brightness"), "255");
        opened.lamps.set(false, false).expect("drivable");
        assert_eq!(read("brightness"), "0");
        drop(opened);
        assert_eq!(read("trigger"), "mmc0");
    }

    #[test]
    fn a_machine_without_these_lines_runs_and_says_what_is_missing() {
        let class = tempfile::tempdir().expect("a folder");
        let text = "name = 'x'\n[lights]\ngreen = { line = 'textback-test-no-such-line' }\n[button]\nline = 'textback-test-nor-this'";
        let opened = open(&Profile::parse("x", text).expect("right"), class.path());
        assert!(opened.lamps.is_empty() && opened.button.is_none());
        assert_eq!(opened.missing.len(), 2, "{:?}", opened.missing);
        assert!(opened.missing[1].contains("button"), "{:?}", opened.missing);
    }
}
