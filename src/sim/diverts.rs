//! Call forwarding, kept by the network for the subscriber (3GPP TS 22.082; `+CCFC`, TS 27.007 §7.11): no restart of the modem undoes it.

use super::command_line::Argument;
use super::number::Number;
use super::reply::{Answer, bad_parameter, cme, line};
use std::time::Duration;

/// Voice, among the classes of a service: the only one there is here.
const VOICE: u32 = 1;
/// What a command without a class is about: voice, data, fax.
const ALL_CLASSES: u32 = 7;
/// Seconds until a call that nobody answers goes on, if the command does not say (TS 22.082 §2.2.1.1).
const REPLY_WITHIN: u32 = 20;
/// Operation not allowed (TS 27.007 §9.2.1).
const NOT_ALLOWED: u16 = 3;

/// A reason of `+CCFC`, as a place in [`Diverts`]; 4 stands for all four, 5 for the three that are conditional.
const ALWAYS: usize = 0;
const NO_REPLY: usize = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Divert {
    to: Number,
    is_on: bool,
    reply_within: u32,
}

/// Where calls go that do not come, by reason.
#[derive(Debug, Default)]
pub(super) struct Diverts([Option<Divert>; 4]);

impl Diverts {
    /// Whether no call comes at all.
    pub(super) fn take_every_call(&self) -> bool {
        self.on(ALWAYS).is_some()
    }

    /// How long the modem may ring before the call goes elsewhere.
    pub(super) fn reply_within(&self) -> Option<Duration> {
        let divert = self.on(NO_REPLY)?;
        Some(Duration::from_secs(u64::from(divert.reply_within)))
    }

    fn on(&self, reason: usize) -> Option<&Divert> {
        self.0[reason].as_ref().filter(|divert| divert.is_on)
    }

    /// `AT+CCFC=<reason>,<mode>[,<number>[,<type>[,<classx>[,<subaddr>[,<satype>[,<time>]]]]]]`.
    pub(super) fn command(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let given = |place: usize| arguments.get(place).filter(|a| !a.is_absent());
        let number = |place: usize| given(place).map(|a| a.number().ok_or(())).transpose();
        let (Ok(Some(reason)), Ok(Some(mode)), Ok(class), Ok(time)) = (number(0), number(1), number(4), number(7))
        else {
            return bad_parameter();
        };
        let reasons = match reason {
            0..=3 => reason as usize..reason as usize + 1,
            4 => 0..4,
            5 => 1..4,
            _ => return bad_parameter(),
        };
        let reply_within = time.unwrap_or(REPLY_WITHIN);
        if !(1..=30).contains(&reply_within) {
            return bad_parameter();
        }
        let class = class.unwrap_or(ALL_CLASSES);
        if class & VOICE == 0 {
            return match mode {
                2 => line(format!("+CCFC: 0,{class}")),
                _ => cme(NOT_ALLOWED),
            };
        }
        match mode {
            2 if reasons.len() > 1 => return bad_parameter(),
            2 => return line(self.row(reasons.start)),
            0 => self.0[reasons]
                .iter_mut()
                .flatten()
                .for_each(|divert| divert.is_on = false),
            1 if self.0[reasons.clone()].contains(&None) => return cme(NOT_ALLOWED),
            1 => self.0[reasons]
                .iter_mut()
                .flatten()
                .for_each(|divert| divert.is_on = true),
            3 => {
                let Some(to) = given(2) else { return bad_parameter() };
                let to = Number::new(&to.text);
                let to = match number(3) {
                    Ok(Some(145)) => to.international(),
                    Ok(_) => to,
                    Err(()) => return bad_parameter(),
                };
                self.0[reasons].fill(Some(Divert {
                    to,
                    is_on: true,
                    reply_within,
                }));
            }
            4 => self.0[reasons].fill(None),
            _ => return bad_parameter(),
        }
        Some(Answer::Ok)
    }

    fn row(&self, reason: usize) -> String {
        let Some(divert) = &self.0[reason] else {
            return "+CCFC: 0,255".to_owned();
        };
        let (to, kind) = (&divert.to, divert.to.type_of_address());
        let time = if reason == NO_REPLY {
            format!(",,,{}", divert.reply_within)
        } else {
            String::new()
        };
        format!("+CCFC: {},{VOICE},\"{to}\",{kind}{time}", u8::from(divert.is_on))
    }
}
