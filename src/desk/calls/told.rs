//! What the owner is told of a call.

use super::Caller;
use crate::desk::calls::textback::{Choice, Refusal};
use crate::desk::hours::when;
use crate::desk::submission::limits;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines::{self, Tail};
use crate::store::StoreError;
use crate::store::calls::Call;
use crate::store::contacts::{Contact, ContactId};
use crate::store::types::{State, TimerKind};
use std::time::Duration;

impl Turn<'_> {
    /// Tells the owner of a missed call that is not texted, at once: nothing will follow that it could merge with.
    pub(super) fn tell_of_refused(
        &mut self,
        call: &Call,
        caller: &Caller,
        contact: Option<&Contact>,
        ringing: Duration,
        refusal: &Refusal,
    ) -> Done {
        if !self.rules.missed_calls {
            return Ok(());
        }
        let time = self.rules.time_of_day(call.started_utc_ms, call.offset_s);
        if refusal.waits_for_country() {
            let number = caller
                .text
                .clone()
                .unwrap_or_else(|| self.line("an_unknown_number", &[]));
            let line = self.line(
                "missed_waiting",
                &[("number", &number), ("time", &time), ("seconds", &ringing.as_secs())],
            );
            return self.alert_of_call(&line);
        }
        match refusal {
            Refusal::Answered | Refusal::AnsweredElsewhere | Refusal::Own | Refusal::Team | Refusal::Blocked => Ok(()),
            Refusal::Withheld => self.tell_of_nameless("number_withheld", &time, ringing),
            Refusal::Unavailable => self.tell_of_nameless("no_number_given", &time, ringing),
            Refusal::Unusable(_) => {
                let digits = caller
                    .text
                    .clone()
                    .unwrap_or_else(|| self.line("an_unknown_number", &[]));
                let line = self.line(
                    "missed_unusable",
                    &[("number", &digits), ("time", &time), ("seconds", &ringing.as_secs())],
                );
                self.alert_of_call(&line)
            }
            Refusal::Hardly(_) => {
                self.tell_of_ratio()?;
                contact.map_or(Ok(()), |contact| {
                    self.handle_for(contact)?;
                    self.missed_line(contact.id)
                })
            }
            Refusal::Premium | Refusal::TollFree | Refusal::Foreign => match contact {
                Some(contact) if !self.merges_abroad()? => self.missed_line(contact.id),
                Some(_) | None => Ok(()),
            },
            Refusal::Cooldown { .. } | Refusal::Alive | Refusal::Cap(_) => contact.map_or(Ok(()), |contact| {
                self.missed_line_in(contact.id, self.rules.merge_window)
            }),
            // Somebody may want to text them by hand.
            Refusal::Paused | Refusal::TooLong | Refusal::TooLate => contact.map_or(Ok(()), |contact| {
                self.handle_for(contact)?;
                self.missed_line(contact.id)
            }),
            Refusal::Friend
            | Refusal::OptedOut
            | Refusal::Frozen(_)
            | Refusal::TooShort
            | Refusal::Landline
            | Refusal::LearnedLandline
            | Refusal::CountryUnknown => contact.map_or(Ok(()), |contact| self.missed_line(contact.id)),
        }
    }

    /// A missed call without a number.
    fn tell_of_nameless(&mut self, what: &str, time: &str, ringing: Duration) -> Done {
        let what = self.line(what, &[]);
        let line = self.line(
            "missed_no_number",
            &[("what", &what), ("time", &time), ("seconds", &ringing.as_secs())],
        );
        self.alert_of_call(&line)
    }

    /// A line about a call that no contact belongs to, unless there are too many to tell one by one.
    fn alert_of_call(&mut self, line: &str) -> Done {
        if self.merges_call()? {
            return Ok(());
        }
        self.alert(line, None)
    }

    /// The line about a missed call goes out after `window`, unless a first text merges with it before.
    pub(super) fn missed_line_in(&mut self, contact: ContactId, window: Duration) -> Done {
        if self.rules.missed_calls && self.tx.timer(TimerKind::MissedLine, contact.0)?.is_none() {
            let due = self.now().steady.plus(window).max(self.owners_hear_at()?);
            self.tx.set_timer(TimerKind::MissedLine, contact.0, due)?;
            self.alive()?;
        }
        Ok(())
    }

    /// Another line tells of their call: theirs is dropped if it is still to come, and a further call today is "called again".
    pub(in crate::desk) fn told_of_call(&self, contact: &Contact) -> Done {
        if self.tx.clear_timer(TimerKind::MissedLine, contact.id.0)? {
            let mut told = contact.clone();
            told.told_at = Some(self.now().steady);
            self.tx.save_contact(&told)?;
        }
        Ok(())
    }

    fn what_became_of_the_text(&self, call: &Call) -> Result<Tail, StoreError> {
        let text = match call.message {
            Some(message) => self.tx.message(message)?,
            None => None,
        };
        Ok(match text.map(|text| text.state) {
            Some(State::Accepted | State::Delivered) => Tail::TextedBack,
            Some(State::Failed) => Tail::NotDelivered,
            Some(State::Queued | State::Submitting | State::InDoubt) | None => self.texting(call),
        })
    }

    /// The text is on its way, or waits for a polite hour.
    fn texting(&self, call: &Call) -> Tail {
        let now = self.now();
        let from_now = self.rules.polite_time(now).since(now.steady);
        if call.reason != Choice::Late.reason() || from_now.is_zero() {
            return Tail::Texting;
        }
        let at = now.wall.utc_ms + i64::try_from(from_now.as_millis()).unwrap_or(0);
        let zone = self.rules.zone(now.wall);
        Tail::TextingAt(when::in_words(at, now.wall.utc_ms, &zone, &self.rules.pack))
    }

    /// The line about the latest missed call of a contact, as things stand now.
    pub(in crate::desk) fn missed_line(&mut self, id: ContactId) -> Done {
        self.tx.clear_timer(TimerKind::MissedLine, id.0)?;
        let (Some(mut contact), Some(call)) = (self.tx.contact_by_id(id)?, self.tx.last_call_of(id)?) else {
            return Ok(());
        };
        let now = self.now().steady;
        let handle = self.tx.holding_of(id)?.map(|holding| holding.handle);
        let day_ago = now.minus(limits::DAY);
        let told_today = contact.told_at.is_some_and(|at| at > day_ago);
        let line = if told_today {
            let times = self.tx.missed_since(id, day_ago)?;
            let who = lines::who(handle, &contact);
            self.line("called_again", &[("who", &who), ("times", &times)])
        } else {
            let tail = match call.message {
                None if Refusal::leaves_only_a_call(&call.reason) => Tail::CannotText(call.reason.clone()),
                // They dialled again before this line went: the text for the call before is for both.
                None => match self.tx.last_texted_call_of(id, day_ago)? {
                    Some(texted) => self.what_became_of_the_text(&texted)?,
                    None => Tail::NotTexted(call.reason.clone()),
                },
                Some(_) => self.what_became_of_the_text(&call)?,
            };
            let time = self.rules.time_of_day(call.started_utc_ms, call.offset_s);
            lines::missed(&self.rules.pack, handle, &contact, &time, call.ringing, &tail)
        };
        // A box that nobody owns tells nobody: the first owner hears of their next call in full.
        if self.rules.owners().next().is_none() || self.merges_call()? {
            return Ok(());
        }
        contact.told_at = Some(now);
        self.tx.save_contact(&contact)?;
        self.alert(&line, Some(&contact))
    }
}
