//! The other serial ports of the modem's device, for `textback doctor`: do they answer `AT`, and does the modem ring there? The
//! daemon keeps to one port; where a modem's news comes out at another, nobody sees a call.

use super::open::{Moved, Open, move_bytes};
use super::port::{Opener, SerialOpener};
use super::usb::Usb;
use crate::at::{Command, Engine, Event, Failure, Urc};
use crate::checkup::{Answer, Port};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// So long one of them may take to answer.
const KNOCK_WAIT: Duration = Duration::from_secs(2);
/// Between two looks at all of them.
const TURN: Duration = Duration::from_millis(100);
/// Moves of octets at one port before the next gets its turn: a port that traces or navigates may babble without end.
const MOVES_IN_A_ROW: u32 = 64;
/// More ports than a modem has are not opened.
const PORTS_MAX: usize = 12;

/// The ports, open as long as this lives.
pub struct Ears {
    ears: Vec<Ear>,
}

struct Ear {
    port: Port,
    line: Option<Open>,
    engine: Engine,
}

impl Ears {
    /// Opens every other port of the device behind `port`; none where that is no USB device.
    #[must_use]
    pub fn beside(port: &Path, baud: u32) -> Self {
        Ears::at(Usb::of(port).all_other_ports(), baud)
    }

    fn at(ports: Vec<PathBuf>, baud: u32) -> Self {
        let ears = ports.into_iter().take(PORTS_MAX).map(|path| Ear::open(path, baud));
        Ears { ears: ears.collect() }
    }

    /// Asks each whether it speaks AT.
    pub async fn knock(&mut self) {
        for ear in &mut self.ears {
            ear.engine.set_patience(Some(KNOCK_WAIT));
            // Idle: nothing was sent yet.
            let _ = ear.engine.send(Command::Attention, Instant::now());
        }
        if !self.ears.is_empty() {
            let _ = tokio::time::timeout(KNOCK_WAIT, self.listen()).await;
        }
    }

    /// Listens for as long as it is polled: news that comes out there is noted.
    pub async fn listen(&mut self) {
        loop {
            for ear in &mut self.ears {
                for _ in 0..MOVES_IN_A_ROW {
                    // Cancel safe: reading is, and so is one write.
                    if tokio::time::timeout(Duration::ZERO, ear.turn()).await.is_err() {
                        break;
                    }
                }
            }
            tokio::time::sleep(TURN).await;
        }
    }

    /// What was found so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Port> {
        self.ears.iter().map(|ear| ear.port.clone()).collect()
    }
}

impl Ear {
    fn open(path: PathBuf, baud: u32) -> Ear {
        let (answer, line) = match SerialOpener::new(path.clone(), baud).open() {
            Ok(line) => (Answer::No, Some(Open::new(line))),
            Err(trouble) => (Answer::Shut(trouble.to_string()), None),
        };
        Ear {
            port: Port {
                path: path.display().to_string(),
                answer,
                rang: false,
                announced: false,
            },
            line,
            engine: Engine::new(),
        }
    }

    /// One move of octets; pending when there is none.
    async fn turn(&mut self) {
        let now = Instant::now();
        if let Some(open) = &mut self.line {
            while let Some(mut octets) = self.engine.poll_transmit() {
                open.queue(&mut octets, now);
            }
        }
        match move_bytes(&mut self.line).await {
            Moved::Read(octets) => {
                if let Some(open) = &self.line {
                    self.engine.receive(&open.buffer[..octets], Instant::now());
                }
                self.learn();
            }
            Moved::Written(octets) => {
                if let Some(open) = &mut self.line {
                    open.wrote(octets, Instant::now());
                }
            }
            Moved::Gone(_) => self.line = None,
        }
    }

    fn learn(&mut self) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::Done(outcome) => {
                    if !matches!(outcome.result, Err(Failure::TimedOut { .. } | Failure::PortLost)) {
                        self.port.answer = Answer::Yes;
                    }
                }
                Event::Urc(Urc::Ring | Urc::CallingLine { .. } | Urc::CallWaiting { .. } | Urc::Call(_)) => {
                    self.port.rang = true;
                }
                Event::Urc(Urc::MessageStored { .. } | Urc::MessageDirect { .. }) => self.port.announced = true,
                Event::Urc(_) | Event::Prompt | Event::Dropped { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::{Read, Write};

    fn terminal() -> (std::fs::File, PathBuf) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        (master.into(), path.into())
    }

    #[tokio::test]
    async fn the_port_that_answers_and_rings_is_told_from_the_one_that_says_nothing() {
        let (mut modem, speaks) = terminal();
        let (_silent, says_nothing) = terminal();
        let mut ears = Ears::at(
            vec![speaks.clone(), says_nothing.clone(), "/nonexistent/tty".into()],
            115_200,
        );
        let answering = std::thread::spawn(move || {
            let mut asked = Vec::new();
            while !asked.ends_with(b"AT\r") {
                let mut octet = [0];
                modem.read_exact(&mut octet).unwrap();
                asked.push(octet[0]);
            }
            modem
                .write_all(b"\r\nOK\r\n\r\nRING\r\n\r\n+CMTI: \"SM\",1\r\n")
                .unwrap();
            modem
        });
        ears.knock().await;
        let _modem = answering.join().unwrap();
        let heard = ears.heard();
        let found: Vec<_> = heard.iter().map(|p| (p.rang, p.announced)).collect();
        assert_eq!(found, [(true, true), (false, false), (false, false)]);
        assert_eq!(heard[0].answer, Answer::Yes);
        assert_eq!(heard[1].answer, Answer::No);
        assert!(
            matches!(&heard[2].answer, Answer::Shut(why) if why.contains("is not there")),
            "{heard:?}"
        );
    }
}
