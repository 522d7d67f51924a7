//! The words by which a person or a script moves the simulated world: one command a line, one reply a line (`phone`
//! gives a count and then that many lines, and after `watch` a line an event comes between the replies).

use super::fault::{self, Fault};
use super::number::Number;
use super::phone::Caller;
use super::world::World;
use std::time::{Duration, Instant};

/// How long a caller lets it ring if the command does not say.
const DEFAULT_RING: Duration = Duration::from_secs(15);
/// Longest ringing a command may ask for.
const MAX_RING_S: u32 = 600;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Call {
        caller: Caller,
        rings_for: Duration,
    },
    HangUp,
    Text {
        from: Number,
        text: String,
    },
    Phone(Number),
    Landline(Number),
    Off(Number),
    On(Number),
    Fault(Fault),
    /// The modem is pulled out: the link goes, the client sees the port die.
    Unplug,
    Replug,
    Watch,
    Quit,
    Help,
}

/// The line is not a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    #[error("no such command; try: help")]
    Unknown,
    #[error("{0} needs a number")]
    NoNumber(&'static str),
    #[error("seconds: 1 to {MAX_RING_S}")]
    Seconds,
    #[error(transparent)]
    Fault(#[from] fault::UnknownFault),
}

impl std::str::FromStr for Command {
    type Err = Unclear;

    fn from_str(line: &str) -> Result<Self, Unclear> {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = |what| {
            if first.is_empty() {
                Err(Unclear::NoNumber(what))
            } else {
                Ok(Number::new(first))
            }
        };
        let seconds = |text: &str| match text.trim() {
            "" => Ok(DEFAULT_RING),
            text => text
                .parse()
                .ok()
                .filter(|s| (1..=MAX_RING_S).contains(s))
                .map(|s| Duration::from_secs(s.into()))
                .ok_or(Unclear::Seconds),
        };
        Ok(match word {
            "call" => Command::Call {
                caller: Caller::Known(number("call")?),
                rings_for: seconds(tail)?,
            },
            "withheld" => Command::Call {
                caller: Caller::Withheld,
                rings_for: seconds(rest)?,
            },
            "hangup" => Command::HangUp,
            // `\n` in a body is a line break.
            "text" => Command::Text {
                from: number("text")?,
                text: tail.trim().replace("\\n", "\n"),
            },
            "phone" => Command::Phone(number("phone")?),
            "landline" => Command::Landline(number("landline")?),
            "off" => Command::Off(number("off")?),
            "on" => Command::On(number("on")?),
            "fault" => Command::Fault(rest.parse()?),
            "unplug" => Command::Unplug,
            "replug" => Command::Replug,
            "watch" => Command::Watch,
            "quit" => Command::Quit,
            "help" => Command::Help,
            _ => return Err(Unclear::Unknown),
        })
    }
}

/// What `help` answers.
#[must_use]
pub fn help() -> String {
    format!(
        "call NUMBER [SECONDS] | withheld [SECONDS] | hangup | text NUMBER BODY | phone NUMBER | landline NUMBER | off NUMBER | on NUMBER | \
         fault NAME | unplug | replug | watch | quit | help. Faults: {}",
        fault::NAMES.join(", ")
    )
}

/// Does what concerns the world alone; the words about the port (`unplug`, `replug`, `watch`, `quit`) only answer `ok`
/// here, [`super::pty`] does them.
pub fn apply(world: &mut World, command: &Command, at: Instant) -> String {
    match command {
        Command::Call { caller, rings_for } => {
            world.call(caller.clone(), *rings_for, at);
        }
        Command::HangUp => {
            if !world.hang_up(at) {
                return "error: nobody is calling".to_owned();
            }
        }
        Command::Text { from, text } => world.text(from, text, at),
        Command::Phone(number) => return inbox(world, number),
        Command::Landline(number) => world.set_landline(number),
        Command::Off(number) => world.set_off(number, true, at),
        Command::On(number) => world.set_off(number, false, at),
        Command::Fault(fault) => world.inject(fault.clone(), at),
        Command::Help => return help(),
        Command::Unplug | Command::Replug | Command::Watch | Command::Quit => {}
    }
    "ok".to_owned()
}

fn inbox(world: &World, number: &Number) -> String {
    let Some(phone) = world.phone(number) else {
        return "0 texts".to_owned();
    };
    let mut reply = format!("{} texts", phone.texts.len());
    for text in &phone.texts {
        let body = text
            .text
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\r', "\\r");
        reply.push_str(&format!("\n{:.3} {} {}", text.at.as_secs_f64(), text.from, body));
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_and_mistakes_named() {
        assert_eq!(
            "call +15125550101 7".parse(),
            Ok(Command::Call {
                caller: Caller::Known("+15125550101".into()),
                rings_for: Duration::from_secs(7)
            })
        );
        assert_eq!(
            "text 5550101  hello  there".parse(),
            Ok(Command::Text {
                from: "5550101".into(),
                text: "hello  there".into()
            })
        );
        assert_eq!("call".parse::<Command>(), Err(Unclear::NoNumber("call")));
        assert_eq!("withheld soon".parse::<Command>(), Err(Unclear::Seconds));
        assert_eq!("dance".parse::<Command>(), Err(Unclear::Unknown));
    }
}
