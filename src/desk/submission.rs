//! A part on its way: submitting → accepted, again later, failed, or in doubt.
//!
//! A part in doubt may have gone. To a caller it is never sent again; a status report may still settle it, else the owner
//! is told whom to look after. To the owner it is sent again, marked as a possible repeat.

pub(super) mod air;
pub(super) mod limits;
pub(super) mod reports;
mod withdrawn;

use crate::clock::Steady;
use crate::desk::calls::textback::{self, Choice};
use crate::desk::conversation::outgoing::Outgoing;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::ids::OutboxId;
use crate::modem::{RetryClass, SubmitOutcome};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::messages::Message;
use crate::store::outbox::OutboxPart;
use crate::store::records::About;
use crate::store::types::{Audience, Kind, Priority, State, TimerKind};
use std::time::Duration;

/// Waits before the next try after a passing refusal, by tries so far; the last one repeats.
const SOON: [Duration; 6] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(8),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
];
/// The same when the recipient can't take it for a while, or the account can't send.
const LATER: [Duration; 4] = [
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1800),
    Duration::from_secs(3600),
];
/// The same where only so many tries are made: the first at once, because a ringing call may have been in the way; the others
/// far enough apart for what passes to pass.
const FEW: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(30),
    Duration::from_secs(300),
];
/// Wait after a refusal that is the modem's or network's own state; such tries are not counted.
const NOT_READY: Duration = Duration::from_secs(5);
/// Wait after an attempt of which no byte left.
const NOT_TRIED: Duration = Duration::from_secs(1);
/// Counted tries of one part.
const ATTEMPTS_MAX: u32 = 30;
/// Counted tries are made for this long after the first.
const TRY_FOR: Duration = Duration::from_secs(24 * 3600);
/// Times a text to the owner is sent again because nobody knows whether it went.
const REPEATS_MAX: u32 = 5;
/// How long a status report may still settle a part in doubt before the owner is told.
const DOUBT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Setting: the owner was told that the account can't send, steady milliseconds.
const ACCOUNT_TOLD: &str = "account_told";
/// The owner is told so again after this long.
const ACCOUNT_TELL_AGAIN: Duration = Duration::from_secs(24 * 3600);

/// The wait after the `tries`th try.
fn wait(steps: &[Duration], tries: u32) -> Duration {
    let index = usize::try_from(tries.saturating_sub(1))
        .unwrap_or(usize::MAX)
        .min(steps.len().saturating_sub(1));
    steps.get(index).copied().unwrap_or(NOT_READY)
}

impl Turn<'_> {
    /// `AT+CMGS` was given: the attempt becomes durable, and the PDU may leave. Not if the row was cancelled meanwhile.
    pub fn submitting(&mut self, id: OutboxId) -> Done {
        let wanted = self.tx.outbox_part(id)?.filter(|part| part.state == State::Queued);
        let Some(part) = wanted else {
            self.effects.permit = Some(Err(id));
            return Ok(());
        };
        if let Some(why) = self.unwanted(&part)? {
            self.effects.permit = Some(Err(id));
            return self.drop_part(&part, &why);
        }
        if let Some(decent) = self.decent_hour(&part)? {
            self.effects.permit = Some(Err(id));
            return self.tx.requeue_part(id, decent, true, "waits for a decent hour");
        }
        self.tx.mark_submitting(id)?;
        self.tx.refresh_message(part.message)?;
        self.effects.permit = Some(Ok(id));
        Ok(())
    }

    /// When a text-back may go that follows no call just now, if that is not at once: it was late when it was queued, or has
    /// waited since (product.md §5).
    fn decent_hour(&self, part: &OutboxPart) -> Result<Option<Steady>, StoreError> {
        let now = self.now();
        let decent = self.rules.polite_time(now);
        if decent <= now.steady || part.audience == Audience::Owner {
            return Ok(None);
        }
        let Some((_, message)) = self.contact_of(part)? else {
            return Ok(None);
        };
        if message.kind != Kind::TextBack || self.tx.has_left(message.id)? {
            return Ok(None);
        }
        let old = now.steady.since(message.created_at) >= textback::LATE;
        Ok((old || self.is_late(&message)?).then_some(decent))
    }

    /// Whether a text-back is about a call that was learnt of late.
    pub fn is_late(&self, text: &Message) -> Result<bool, StoreError> {
        let call = match text.contact {
            Some(contact) => self.tx.last_call_of(contact)?,
            None => None,
        };
        Ok(call.is_some_and(|call| call.message == Some(text.id) && call.reason == Choice::Late.reason()))
    }

    /// The verdict on an attempt.
    pub fn submitted(&mut self, id: OutboxId, outcome: SubmitOutcome) -> Done {
        self.effects.send = true;
        let Some(mut part) = self.tx.outbox_part(id)? else {
            return Ok(());
        };
        match part.state {
            State::Submitting => {}
            // It was not permitted, and waits for its hour.
            State::Queued
                if part.not_before > self.now().steady && matches!(outcome, SubmitOutcome::NotTried { .. }) =>
            {
                return Ok(());
            }
            // A verdict on an attempt that was never announced is an attempt all the same, and counts.
            State::Queued => {
                self.tx.mark_submitting(id)?;
                part.attempts += 1;
                part.first_at = part.first_at.or(Some(self.now().steady));
            }
            // A late verdict on a row that is settled changes nothing.
            State::Accepted | State::Delivered | State::Failed | State::InDoubt => return Ok(()),
        }
        match outcome {
            SubmitOutcome::Accepted(reference) => {
                // Lost, the attempt on record is one in doubt: its report settles it, and a line to the owner is sent again, marked.
                self.had_again = part.state == State::Submitting;
                self.tx.mark_accepted(id, Some(reference))?;
                self.tx.refresh_message(part.message)?;
                Ok(())
            }
            SubmitOutcome::Refused { error, class } => self.refused(&part, &error, class),
            SubmitOutcome::NotTried { why } => self.again(&part, NOT_TRIED, false, &why),
            SubmitOutcome::Unknown { why } => self.doubt(&part, &why),
        }
    }

    fn refused(&mut self, part: &OutboxPart, error: &str, class: RetryClass) -> Done {
        match class {
            RetryClass::AlreadySent => {
                self.tx.mark_accepted(part.id, None)?;
                self.tx.refresh_message(part.message)?;
                Ok(())
            }
            RetryClass::Unregistered | RetryClass::Modem => self.again(part, NOT_READY, false, error),
            RetryClass::Permanent => self.fail(part, "the network refused it", error),
            RetryClass::Account => {
                self.tell_of_account(error)?;
                self.later(part, &LATER, error)
            }
            RetryClass::Transient => self.later(part, &SOON, error),
            // The owner may get a text twice, and must not miss a lead.
            RetryClass::AtMost(_) if part.audience == Audience::Owner => self.later(part, &SOON, error),
            RetryClass::AtMost(times) if part.attempts > u32::from(times) => {
                self.fail(part, "the network refused it", error)
            }
            RetryClass::AtMost(_) => self.later(part, &FEW, error),
            RetryClass::WithoutValidity => match air::without_validity(&part.tpdu) {
                Some(tpdu) => {
                    self.tx.rewrite_part(part.id, &tpdu)?;
                    self.later(part, &SOON, error)
                }
                None => self.fail(part, "the network refused it", error),
            },
            RetryClass::TransientLong => self.later(part, &LATER, error),
        }
    }

    /// A counted try went wrong: again after a growing wait, or no more.
    fn later(&mut self, part: &OutboxPart, steps: &[Duration], error: &str) -> Done {
        let now = self.now().steady;
        let wait = wait(steps, part.attempts);
        let tried_for = part
            .first_at
            .map_or(Duration::ZERO, |first| now.plus(wait).since(first));
        if part.attempts >= ATTEMPTS_MAX || tried_for > TRY_FOR {
            return self.fail(part, "the network kept refusing it", error);
        }
        self.again(part, wait, true, error)
    }

    fn again(&mut self, part: &OutboxPart, wait: Duration, counted: bool, why: &str) -> Done {
        if let Some(unwanted) = self.unwanted(part)? {
            return self.drop_part(part, &unwanted);
        }
        let not_before = self.now().steady.plus(wait);
        self.tx.requeue_part(part.id, not_before, counted, why)?;
        if counted {
            self.tx.postpone_recipient(&part.recipient, not_before)?;
            let about = self.about(part)?;
            self.tx.journal(about, "will try again", why)?;
        }
        self.tx.refresh_message(part.message)?;
        Ok(())
    }

    /// The part, and with it the rest of its text, will not go.
    pub fn fail(&mut self, part: &OutboxPart, what: &str, detail: &str) -> Done {
        self.tx.settle_part(part.id, State::Failed, detail, false)?;
        self.tx.fail_queued_of(part.message, "an earlier part failed")?;
        self.tx.refresh_message(part.message)?;
        let about = self.about(part)?;
        self.tx.journal(about, "not sent", &format!("{what} ({detail})"))?;
        self.tell_of_failed(part, what)
    }

    /// Tells the owner that a text to a caller did not get there. About a text to the owner nobody can be told.
    pub fn tell_of_failed(&mut self, part: &OutboxPart, why: &str) -> Done {
        match part.audience {
            Audience::Owner => Ok(()),
            Audience::Caller => {
                let Some((contact, message)) = self.contact_of(part)? else {
                    return Ok(());
                };
                if !missed_if_lost(message.kind) {
                    return Ok(());
                }
                if message.kind == Kind::TextBack {
                    self.told_of_call(&contact)?;
                    self.stop_line_lost(contact.id)?;
                }
                let line = lines::not_delivered(&self.rules.pack, message.handle, &contact, why);
                self.alert(&line, Some(&contact))
            }
        }
    }

    /// The part left and no verdict came.
    fn doubt(&mut self, part: &OutboxPart, why: &str) -> Done {
        self.tx.settle_part(part.id, State::InDoubt, why, true)?;
        self.tx.refresh_message(part.message)?;
        let about = self.about(part)?;
        self.tx.journal(about, "may or may not have gone", why)?;
        match part.audience {
            Audience::Caller => self
                .tx
                .set_timer(TimerKind::InDoubt, part.id.0, self.now().steady.plus(DOUBT_WINDOW)),
            Audience::Owner => self.repeat(part),
        }
    }

    /// Sends a text to the owner again, marked, as a text of its own; what was still queued of the first is dropped.
    fn repeat(&mut self, part: &OutboxPart) -> Done {
        let Some(message) = self.tx.message(part.message)? else {
            return Ok(());
        };
        self.tx.fail_queued_of(part.message, "sent again as a whole")?;
        self.tx.refresh_message(part.message)?;
        if part.repeats >= REPEATS_MAX {
            let about = self.about(part)?;
            return self.tx.journal(about, "not sent again", "repeated often enough");
        }
        let mark = self.line("maybe_twice", &[]);
        let text = match message.text.starts_with(&mark) {
            true => message.text.clone(),
            false => format!("{mark} {}", message.text),
        };
        let contact = match message.contact {
            Some(id) => self.tx.contact_by_id(id)?,
            None => None,
        };
        let out = Outgoing {
            kind: message.kind,
            text: &text,
            priority: Priority::Owner,
            automatic: false,
            not_before: self.now().steady.plus(wait(&SOON, part.repeats + 1)),
            about: Some(message.id),
        };
        let again = self.queue(
            &part.recipient,
            Audience::Owner,
            contact.as_ref(),
            message.handle,
            out,
            part.repeats + 1,
        )?;
        self.follow_repeat(message.id, again)
    }

    /// After a start: attempts on record without a verdict may have gone.
    pub fn recover_submitting(&mut self) -> Done {
        for part in self.tx.submitting_parts()? {
            self.doubt(&part, "the program ended before the modem's answer")?;
        }
        Ok(())
    }

    /// Nothing settled a part in doubt within the window.
    pub fn doubt_expired(&mut self, id: OutboxId) -> Done {
        let Some(part) = self.tx.outbox_part(id)?.filter(|part| part.state == State::InDoubt) else {
            return Ok(());
        };
        let Some((contact, message)) = self.contact_of(&part)? else {
            return Ok(());
        };
        if self.tx.lower_part_in_doubt(&part)? {
            // The first part's doubt speaks for the whole text: one line to the owner, not one a part.
            return Ok(());
        }
        let about = self.about(&part)?;
        self.tx.journal(
            about,
            "told the owner to look after them",
            "no report settled the text in doubt",
        )?;
        let who = lines::who(message.handle, &contact);
        let line = self.line("in_doubt", &[("who", &who), ("number", &contact.number)]);
        self.alert(&line, Some(&contact))
    }

    /// The account or SIM may not send: told once a day. The line waits in the queue like all else until it may.
    fn tell_of_account(&mut self, error: &str) -> Done {
        let now = self.now().steady;
        let told = self
            .tx
            .setting(ACCOUNT_TOLD)?
            .and_then(|ms| ms.parse().ok())
            .map(Steady);
        if told.is_some_and(|at| now.since(at) < ACCOUNT_TELL_AGAIN) {
            return Ok(());
        }
        self.tx.set_setting(ACCOUNT_TOLD, &now.0.to_string())?;
        self.tx.journal(About::default(), "the SIM may not send", error)?;
        self.alert(&self.line("account", &[]), None)
    }

    /// The caller a part is for, and its text.
    pub fn contact_of(&self, part: &OutboxPart) -> Result<Option<(Contact, Message)>, StoreError> {
        let Some(message) = self.tx.message(part.message)? else {
            return Ok(None);
        };
        let Some(id) = message.contact else { return Ok(None) };
        Ok(self.tx.contact_by_id(id)?.map(|contact| (contact, message)))
    }

    fn about(&self, part: &OutboxPart) -> Result<About, StoreError> {
        let contact = self.contact_of(part)?.map(|(contact, _)| contact.id);
        Ok(About {
            contact,
            call: None,
            message: Some(part.message),
        })
    }
}

/// Whether the owner is told that a caller was refused such a text. A confirmation of STOP, START or HELP is no matter for a call;
/// of a doubt the owner is told all the same, since nobody knows what the caller has.
fn missed_if_lost(kind: Kind) -> bool {
    match kind {
        Kind::TextBack | Kind::Relay => true,
        Kind::Forward | Kind::Command | Kind::Answer | Kind::Alert => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_then_stay() {
        assert_eq!(wait(&SOON, 0), Duration::from_millis(500));
        assert_eq!(wait(&SOON, 1), Duration::from_millis(500));
        assert_eq!(wait(&SOON, 2), Duration::from_secs(2));
        assert_eq!(wait(&SOON, 4), Duration::from_secs(30));
        assert_eq!(wait(&SOON, 99), Duration::from_secs(600));
    }
}
