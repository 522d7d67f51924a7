//! The command line of ITU-T V.250 §5.2–5.4: what stands after `AT`, cut into commands.

/// One command of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// V.250 §5.3.1: a letter, or `&` and a letter, with an optional decimal number: `E0`, `&F`, `I`.
    Basic { name: String, value: Option<u32> },
    /// V.250 §5.3.2: `S0=2`, `S0?`.
    Register { number: u32, set: Option<u32> },
    /// V.250 §6.3.1: the dial string, to the end of the line; true if a semicolon asked for voice (27.007 §6.2).
    Dial { number: String, voice: bool },
    /// V.250 §5.4: `+NAME` and its makers' cousins `^NAME`, `#NAME`, `*NAME`, `$NAME`, `%NAME`, `_NAME`.
    Extended { name: String, form: Form },
}

/// How an extended command is used (V.250 §5.4.2–5.4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    Execute,
    Read,
    Test,
    Set(Vec<Argument>),
}

/// One value of a set command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Argument {
    /// Without the quotes.
    pub text: String,
    pub quoted: bool,
}

impl Argument {
    /// Decimal value of an unquoted number.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        let digits = self.text.trim();
        if self.quoted || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    }

    /// Nothing between two commas.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        !self.quoted && self.text.trim().is_empty()
    }
}

/// The line cannot be read on: the modem answers ERROR and drops the rest (V.250 §5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a command of V.250")]
pub struct Malformed;

/// Takes the next command off `rest`; `None` at the end of the line.
///
/// # Errors
/// [`Malformed`] for what V.250 gives no meaning to.
pub fn next(rest: &mut &str) -> Result<Option<Command>, Malformed> {
    *rest = rest.trim_start_matches([' ', ';']);
    let Some(first) = rest.chars().next() else {
        return Ok(None);
    };
    match first.to_ascii_uppercase() {
        '+' | '^' | '#' | '*' | '$' | '%' | '_' => extended(rest).map(Some),
        'S' => register(&rest[1..], rest).map(Some),
        'D' => Ok(Some(dial(rest))),
        '&' => {
            let letter = rest[1..]
                .chars()
                .next()
                .filter(char::is_ascii_alphabetic)
                .ok_or(Malformed)?;
            *rest = &rest[2..];
            Ok(Some(Command::Basic {
                name: format!("&{}", letter.to_ascii_uppercase()),
                value: number(rest)?,
            }))
        }
        letter if letter.is_ascii_alphabetic() => {
            *rest = &rest[1..];
            Ok(Some(Command::Basic {
                name: letter.to_string(),
                value: number(rest)?,
            }))
        }
        _ => Err(Malformed),
    }
}

fn number(rest: &mut &str) -> Result<Option<u32>, Malformed> {
    let trimmed = rest.trim_start_matches(' ');
    let end = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    if end == 0 {
        return Ok(None);
    }
    let value = trimmed[..end].parse().map_err(|_| Malformed)?;
    *rest = &trimmed[end..];
    Ok(Some(value))
}

fn register<'a>(mut after: &'a str, rest: &mut &'a str) -> Result<Command, Malformed> {
    let register = number(&mut after)?.ok_or(Malformed)?;
    after = after.trim_start_matches(' ');
    let set = if let Some(value) = after.strip_prefix('=') {
        after = value;
        Some(number(&mut after)?.unwrap_or(0))
    } else {
        after = after.strip_prefix('?').ok_or(Malformed)?;
        None
    };
    *rest = after;
    Ok(Command::Register { number: register, set })
}

fn dial(rest: &mut &str) -> Command {
    let body = &rest[1..];
    *rest = "";
    let voice = body.ends_with(';');
    let kept = body
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#' | ',' | 'A'..='D'));
    Command::Dial {
        number: kept.collect(),
        voice,
    }
}

fn extended(rest: &mut &str) -> Result<Command, Malformed> {
    // V.250 §5.2.1: blanks between the characters of a name mean nothing.
    let end = rest[1..]
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ' ')))
        .map_or(rest.len(), |i| i + 1);
    let name: String = rest[..end].chars().filter(|c| *c != ' ').collect();
    if name.len() == 1 {
        return Err(Malformed);
    }
    let name = name.to_ascii_uppercase();
    let tail = &rest[end..];
    let stop = end_of_command(tail)?;
    let (body, after) = tail.split_at(stop);
    let blank = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
    let form = match blank(body).as_str() {
        "" => Form::Execute,
        "?" => Form::Read,
        "=?" => Form::Test,
        _ => Form::Set(arguments(body.trim_start().strip_prefix('=').ok_or(Malformed)?)),
    };
    *rest = after;
    Ok(Command::Extended { name, form })
}

/// The `;` that ends the command, outside quotes; a quote left open is an error (V.250 §5.4.2.2).
fn end_of_command(tail: &str) -> Result<usize, Malformed> {
    let mut quoted = false;
    for (index, c) in tail.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => return Ok(index),
            _ => {}
        }
    }
    if quoted { Err(Malformed) } else { Ok(tail.len()) }
}

fn arguments(set: &str) -> Vec<Argument> {
    let mut list = vec![];
    let mut now = Argument::default();
    let mut inside = false;
    for c in set.chars() {
        match c {
            '"' => {
                if !inside {
                    // Blanks before the quote are not part of the string.
                    now.text.clear();
                }
                inside = !inside;
                now.quoted = true;
            }
            ',' if !inside => list.push(std::mem::take(&mut now)),
            ' ' if !inside && (now.quoted || now.text.is_empty()) => {}
            _ => now.text.push(c),
        }
    }
    list.push(now);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<Result<Command, Malformed>> {
        let mut rest = line;
        let mut seen = vec![];
        loop {
            match next(&mut rest) {
                Ok(None) => return seen,
                Ok(Some(command)) => seen.push(Ok(command)),
                Err(e) => {
                    seen.push(Err(e));
                    return seen;
                }
            }
        }
    }

    fn basic(name: &str, value: Option<u32>) -> Result<Command, Malformed> {
        Ok(Command::Basic {
            name: name.into(),
            value,
        })
    }

    #[test]
    fn basic_commands_need_no_separator() {
        assert_eq!(
            all("e0v1 q0"),
            [basic("E", Some(0)), basic("V", Some(1)), basic("Q", Some(0))]
        );
        assert_eq!(all("&FZ"), [basic("&F", None), basic("Z", None)]);
    }

    #[test]
    fn registers_are_set_and_read() {
        assert_eq!(
            all("S0=2S3?"),
            [
                Ok(Command::Register {
                    number: 0,
                    set: Some(2)
                }),
                Ok(Command::Register { number: 3, set: None })
            ]
        );
    }

    #[test]
    fn extended_commands_end_at_a_semicolon_outside_quotes() {
        let got = all("+CUSD=1,\"*100;#\",15;+CREG?;E0");
        assert_eq!(got.len(), 3);
        let Ok(Command::Extended {
            name,
            form: Form::Set(arguments),
        }) = &got[0]
        else {
            panic!("{got:?}")
        };
        assert_eq!((name.as_str(), arguments[1].text.as_str()), ("+CUSD", "*100;#"));
        assert_eq!(
            got[1],
            Ok(Command::Extended {
                name: "+CREG".into(),
                form: Form::Read
            })
        );
    }

    #[test]
    fn blanks_mean_nothing_outside_strings() {
        assert_eq!(all(" + c r e g ? ; + CSQ =?"), all("+CREG?;+CSQ=?"));
        assert_eq!(all("+CMGL = \"REC UNREAD\" "), all("+CMGL=\"REC UNREAD\""));
        assert_eq!(all(" S0 = 2 "), all("S0=2"));
    }

    #[test]
    fn what_v250_gives_no_meaning_is_malformed() {
        for line in ["+", "+CSCS=\"GSM", "é", "S", "S0", "&1", "E99999999999", "+CREG!"] {
            assert_eq!(all(line).last(), Some(&Err(Malformed)), "{line}");
        }
    }

    #[test]
    fn a_dial_string_takes_the_rest_and_its_semicolon_means_voice() {
        assert_eq!(
            all("DT+1 512-555 0101;"),
            [Ok(Command::Dial {
                number: "+15125550101".into(),
                voice: true
            })]
        );
    }
}
