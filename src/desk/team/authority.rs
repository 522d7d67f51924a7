//! What an owner's number alone may do, and what needs more: a caller ID can be faked, and a text from a faked number looks
//! like the owner's own.
//!
//! A faker can send in the owner's name, but **cannot receive**. So:
//!
//! - The number alone suffices for the daily work: answering, names, PAUSE, AWAY, hours, quiet hours. All of it is
//!   confirmed to the real phone, which sees at once that somebody else did it, and UNDO takes it back.
//! - What could take the box over, spoil the business's name or destroy for good ([`guards`]) needs proof: either the
//!   owner's PIN in the text (`FORGET 27 PIN 4711`), or the code that the box texts to the registered number
//!   (`Reply YES 4821`) texted back. UNDO of such an order needs it again.
//! - Five wrong PINs lock the PIN for an hour, and all owners are told; the code's way stays open, so that a faker can't
//!   lock the owner out. A code dies after two wrong tries, or ten minutes; three an hour are given, six a day.
//! - Every such change is told in words to all owners.
//! - Answers to the team have a part of what may be sent ([`Turn::answers_spent`]): however much a faker sends, the rest stays
//!   for callers.
//!
//! The PIN is kept as a keyed hash, and blanked in the recorded text.

use crate::clock::Steady;
use crate::config::by_text;
use crate::desk::conversation::replies::snippet;
use crate::desk::owner::commands::Command;
use crate::desk::owner::grammar::{self, OwnerText};
use crate::desk::rules::{Member, Role};
use crate::desk::team::pin::{PIN, PIN_DIGITS, PIN_KEY};
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageId;
use crate::store::StoreError;
use crate::store::records::About;
use crate::store::types::TimerKind;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Setting, followed by the owner's number: an order that waits for its code.
pub(in crate::desk) const PENDING: &str = "pending:";
/// Setting, followed by the owner's number: codes given this hour, `count:steady`.
const CODES: &str = "codes:";
/// The same for the day.
const CODES_TODAY: &str = "codes_today:";
/// Setting: how many codes were ever given; each is made from the next number.
const CODE_COUNTER: &str = "code_counter";

/// How long an order waits for its code.
const CODE_FOR: Duration = Duration::from_secs(600);
/// Wrong tries until a code is dead.
const WRONG_CODES_MAX: u32 = 2;
/// Unconfirmed codes of one owner in an hour, and in a day: at two tries each, of ten thousand, a guesser would need years.
const CODES_PER_HOUR: u32 = 3;
const CODES_PER_DAY: u32 = 6;
const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
/// Characters of an order in the question.
const ORDER_CHARACTERS: usize = 60;
/// The same where the one before it is named too.
const ORDERS_CHARACTERS: usize = 26;
/// `YES` before a code, in the languages of the packs.
const YES: [&str; 9] = ["yes", "y", "ok", "si", "s\u{ed}", "oui", "ja", "j", "code"];

/// An order that waits for its code.
#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    order: String,
    code: String,
    until: i64,
    wrong: u32,
}

/// What a text's proof amounts to.
pub(in crate::desk) enum Proof {
    /// Go on with this order; whether it is proven stands in the turn.
    Order(String),
    /// The text is dealt with.
    Handled,
}

/// Whether an order needs more than a caller ID.
pub(in crate::desk) fn guards(read: &OwnerText) -> bool {
    match read {
        OwnerText::Command(command) => match command {
            Command::Forget(_)
            | Command::OwnerAdd(_)
            | Command::OwnerRemove(_)
            | Command::CrewAdd(_)
            | Command::CrewRemove(_) => true,
            Command::Set { key, .. } => key == PIN_KEY || by_text::find(key).is_some_and(|key| key.guarded),
            _ => false,
        },
        _ => false,
    }
}

impl Turn<'_> {
    /// Takes the proof out of an owner's text: `YES 4821` becomes the order that waited for it, `FORGET 27 PIN 4711` becomes
    /// `FORGET 27`. Sets whether the order is proven.
    pub fn proof(&mut self, member: &Member, message: MessageId, text: &str) -> Result<Proof, StoreError> {
        self.proven = false;
        if let Some(code) = code_of(text) {
            return self.code_given(member, text, code);
        }
        if sets_pin(text) {
            self.tx.redact_message(message, "SET pin ****")?;
        }
        let Some((order, pin)) = pin_of(text).filter(|(order, _)| guards(&grammar::read_in(order, &self.rules.pack)))
        else {
            return Ok(Proof::Order(text.to_owned()));
        };
        let shown = if sets_pin(&order) {
            "SET pin ****"
        } else {
            order.as_str()
        };
        self.tx.redact_message(message, &format!("{shown} PIN ****"))?;
        if self.tx.setting(PIN)?.is_none() {
            // Nothing to compare with: the code proves it.
            return Ok(Proof::Order(order));
        }
        self.pin_given(member, order, pin)
    }

    /// A text that is a code, perhaps with a YES.
    fn code_given(&mut self, member: &Member, text: &str, code: &str) -> Result<Proof, StoreError> {
        let row = format!("{PENDING}{}", member.number);
        let Some(mut pending) = self.pending(&member.number)? else {
            // "4821" may be a house number for a customer; "YES 4821" is nothing but this.
            if text.trim().starts_with(|c: char| c.is_ascii_digit()) {
                return Ok(Proof::Order(text.to_owned()));
            }
            self.say(&member.number, "code_for_nothing", &[])?;
            return Ok(Proof::Handled);
        };
        if self.keyed("code", code)?.is_some_and(|given| given == pending.code) {
            self.drop_pending(&member.number)?;
            self.give_code_back(member)?;
            self.proven = true;
            return Ok(Proof::Order(pending.order));
        }
        pending.wrong += 1;
        self.tx.journal(About::default(), "order refused", "wrong code")?;
        if pending.wrong >= WRONG_CODES_MAX {
            self.drop_pending(&member.number)?;
            self.say(&member.number, "code_dead", &[])?;
        } else {
            self.keep_pending(&row, &pending)?;
            self.say(&member.number, "code_wrong", &[])?;
        }
        Ok(Proof::Handled)
    }

    /// Whether an order would be refused however well it is proven, which is said: nobody is asked for a code in vain.
    pub fn refused_unasked(&mut self, member: &Member, read: &OwnerText) -> Result<bool, StoreError> {
        let OwnerText::Command(command) = read else {
            return Ok(false);
        };
        Ok(match command {
            Command::Forget(handle) => self.sure(member, *handle)?.is_none(),
            Command::Set { key, value } if key == PIN_KEY => self.pin_meant(member, &value.0)?.is_none(),
            Command::Set { key, value } => self.setting_meant(member, key, &value.0)?.is_none(),
            Command::OwnerAdd(written) => self.may_join(member, Role::Owner, &written.0)?.is_none(),
            Command::CrewAdd(written) => self.may_join(member, Role::Crew, &written.0)?.is_none(),
            Command::OwnerRemove(written) => self.may_leave(member, Role::Owner, &written.0)?.is_none(),
            Command::CrewRemove(written) => self.may_leave(member, Role::Crew, &written.0)?.is_none(),
            _ => false,
        })
    }

    /// Asks the registered phone whether the order is really its owner's. One asked about before is dropped, and that is said.
    pub fn ask_proof(&mut self, member: &Member, order: &str) -> Done {
        let count = format!("{CODES}{}", member.number);
        let today = format!("{CODES_TODAY}{}", member.number);
        let (given, since) = self.count(&count, HOUR)?;
        let (given_today, since_today) = self.count(&today, DAY)?;
        if given >= CODES_PER_HOUR || given_today >= CODES_PER_DAY {
            self.tx.journal(
                About::default(),
                "order refused",
                "too many unconfirmed orders in an hour or a day",
            )?;
            if given == CODES_PER_HOUR || given_today == CODES_PER_DAY {
                // Told once; what comes after it in this hour, or this day, is not answered at all.
                self.tx
                    .set_setting(&count, &format!("{}:{}", given.max(CODES_PER_HOUR) + 1, since.0))?;
                if given_today >= CODES_PER_DAY {
                    self.tx
                        .set_setting(&today, &format!("{}:{}", given_today + 1, since_today.0))?;
                }
                let who = member.called().to_owned();
                let said = self.line("codes_spent", &[("who", &who)]);
                self.alert(&said, None)?;
            }
            return Ok(());
        }
        let counter = self
            .tx
            .setting(CODE_COUNTER)?
            .and_then(|n| n.parse::<u64>().ok())
            .unwrap_or(0)
            + 1;
        let Some(code) = self.digits("yes", &format!("{counter}:{}", member.number), 4)? else {
            return self.say(&member.number, "no_codes_yet", &[]);
        };
        self.tx.set_setting(CODE_COUNTER, &counter.to_string())?;
        self.tx.set_setting(&count, &format!("{}:{}", given + 1, since.0))?;
        self.tx
            .set_setting(&today, &format!("{}:{}", given_today + 1, since_today.0))?;
        let until = self.now().steady.plus(CODE_FOR);
        let pending = Pending {
            order: order.to_owned(),
            code: self.keyed("code", &code)?.unwrap_or_default(),
            until: until.0,
            wrong: 0,
        };
        let before = self.pending(&member.number)?.filter(|before| before.order != order);
        self.keep_pending(&format!("{PENDING}{}", member.number), &pending)?;
        self.tx
            .set_timer(TimerKind::Unconfirmed, subject_of(&member.number), until)?;
        self.tx.journal(
            About::default(),
            "order waits for its code",
            "a caller ID alone does not suffice for it",
        )?;
        let characters = match before {
            Some(_) => ORDERS_CHARACTERS,
            None => ORDER_CHARACTERS,
        };
        let what = shown_order(order, characters);
        let mut said = self.line("confirm", &[("what", &what), ("code", &code)]);
        if let Some(before) = before {
            self.tx.journal(
                About::default(),
                "order dropped",
                "another one was given before its code came",
            )?;
            let what = shown_order(&before.order, characters);
            said = format!("{said} {}", self.line("confirm_dropped", &[("what", &what)]));
        }
        self.reply(&member.number, &said)
    }

    /// The order that waits for its code.
    fn pending(&self, number: &str) -> Result<Option<Pending>, StoreError> {
        let kept = self.tx.setting(&format!("{PENDING}{number}"))?;
        let pending = kept.and_then(|json| serde_json::from_str::<Pending>(&json).ok());
        Ok(pending.filter(|pending| pending.until > self.now().steady.0))
    }

    /// A code that was confirmed was the owner's own: only the others count, for a faker can't read any.
    fn give_code_back(&mut self, member: &Member) -> Done {
        for (key, window) in [(CODES, HOUR), (CODES_TODAY, DAY)] {
            let key = format!("{key}{}", member.number);
            let (given, since) = self.count(&key, window)?;
            self.tx
                .set_setting(&key, &format!("{}:{}", given.saturating_sub(1), since.0))?;
        }
        Ok(())
    }

    /// Nobody confirmed an order in time.
    pub fn unconfirmed(&mut self, subject: i64) -> Done {
        for owner in &self.rules.team {
            if subject_of(&owner.number) != subject {
                continue;
            }
            let row = format!("{PENDING}{}", owner.number);
            let pending = self
                .tx
                .setting(&row)?
                .and_then(|json| serde_json::from_str::<Pending>(&json).ok());
            self.tx.drop_setting(&row)?;
            if let Some(pending) = pending {
                self.tx
                    .journal(About::default(), "order dropped", "nobody confirmed it")?;
                let what = shown_order(&pending.order, ORDER_CHARACTERS);
                self.say(&owner.number, "unconfirmed", &[("what", &what)])?;
            }
        }
        Ok(())
    }

    fn keep_pending(&self, row: &str, pending: &Pending) -> Done {
        // Strings and integers always make JSON.
        let json = serde_json::to_string(pending).unwrap_or_default();
        self.tx.set_setting(row, &json)
    }

    fn drop_pending(&self, number: &str) -> Done {
        self.tx.drop_setting(&format!("{PENDING}{number}"))?;
        self.tx.clear_timer(TimerKind::Unconfirmed, subject_of(number))?;
        Ok(())
    }

    /// A count that begins anew after `window`, and since when it runs.
    pub fn count(&self, key: &str, window: Duration) -> Result<(u32, Steady), StoreError> {
        let now = self.now().steady;
        let kept = self.tx.setting(key)?;
        let kept = kept.as_deref().and_then(|kept| kept.split_once(':'));
        let kept = kept.and_then(|(count, since)| Some((count.parse().ok()?, Steady(since.parse().ok()?))));
        Ok(kept.filter(|(_, since)| now.since(*since) < window).unwrap_or((0, now)))
    }
}

/// A timer's subject for a phone: its digits.
fn subject_of(number: &str) -> i64 {
    number.trim_start_matches('+').parse().unwrap_or(0)
}

/// The order in a question, without a PIN.
fn shown_order(order: &str, characters: usize) -> String {
    match sets_pin(order) {
        true => "SET pin ****".to_owned(),
        false => snippet(order, characters),
    }
}

fn sets_pin(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_lowercase);
    words.next().is_some_and(|w| w == "set")
        && words.next().is_some_and(|w| w.trim_end_matches(['=', ':']) == PIN_KEY)
        && words.next().is_some()
}

/// `YES 4821`, `4821`: the code.
fn code_of(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches(['.', '!']);
    let (word, code) = match text.split_once(|c: char| c.is_whitespace() || c == ',' || c == ':') {
        Some((word, code)) => (word, code.trim()),
        None => ("", text),
    };
    let yes = word.is_empty() || YES.contains(&word.to_lowercase().trim_end_matches([',', '.', '!', ':']));
    (yes && code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

/// `… PIN 4711`: what stands before it, and the PIN.
fn pin_of(text: &str) -> Option<(String, &str)> {
    let text = text.trim().trim_end_matches(['.', '!']);
    let (before, pin) = text.rsplit_once(|c: char| c.is_whitespace() || c == ':')?;
    if !PIN_DIGITS.contains(&pin.len()) || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let before = before.trim_end_matches([' ', ':', '=']);
    let at = before.len().checked_sub(PIN_KEY.len())?;
    let (order, word) = before.split_at_checked(at)?;
    let apart = order.ends_with(|c: char| c.is_whitespace() || c == ',');
    let order = order.trim_end().trim_end_matches(',').trim_end();
    (apart && word.eq_ignore_ascii_case(PIN_KEY) && !order.is_empty()).then(|| (order.to_owned(), pin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_pins_are_found_and_nothing_else_is_taken_for_one() {
        for (text, code) in [
            ("YES 4821", Some("4821")),
            ("yes, 4821.", Some("4821")),
            ("4821", Some("4821")),
            ("S\u{ed} 4821", Some("4821")),
            ("Oui 0007", Some("0007")),
            ("yes 482", None),
            ("yes 48213", None),
            ("house 4821", None),
            ("yes it is 4821", None),
            ("27 4821", None),
            ("yes", None),
        ] {
            assert_eq!(code_of(text), code, "{text}");
        }
        for (text, found) in [
            ("FORGET 27 PIN 4711", Some(("FORGET 27", "4711"))),
            ("forget 27, pin: 123456", Some(("forget 27", "123456"))),
            ("SET pin 1234 PIN 4711", Some(("SET pin 1234", "4711"))),
            ("PIN 4711", None),
            ("FORGET 27 PIN 47", None),
            ("FORGET 27 SPIN 4711", None),
            ("FORGET 27", None),
        ] {
            let found = found.map(|(order, pin)| (order.to_owned(), pin));
            assert_eq!(pin_of(text), found, "{text}");
        }
        assert!(
            sets_pin("Set PIN 1234") && sets_pin("SET pin= 1234") && !sets_pin("SET pin") && !sets_pin("set pint 1")
        );
    }
}
