//! Calls: on record from the first ring, decided once, in the same transaction as the text they lead to.

pub(super) mod catch_up;
pub mod notices;
pub(super) mod textback;
pub(super) mod undecided;

mod told;

use crate::clock::{Steady, Trust};
use crate::desk::calls::textback::{CallerKind, Choice, Facts, Refusal};
use crate::desk::conversation::outgoing::Outgoing;
use crate::desk::hours::clockless;
use crate::desk::submission::limits;
use crate::desk::turn::{Done, Turn};
use crate::ids::{CallKey, MessageId};
use crate::modem::{CallerLine, EndedCall};
use crate::phone::{self, NumberProblem, PhoneNumber};
use crate::store::StoreError;
use crate::store::calls::{Call, CallEnd};
use crate::store::contacts::{Contact, ContactId};
use crate::store::records::About;
use crate::store::types::{Consent, Decision, Kind, Line, Priority, State, Verdict};
use std::time::Duration;

/// The STOP line is said again after this long.
const STOP_LINE_AGAIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Who calls, read from what the network gave.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    line: Line,
    /// The digits as given, or E.164 where they make one.
    text: Option<String>,
    pub(super) number: Option<Result<PhoneNumber, NumberProblem>>,
}

impl Turn<'_> {
    /// The first sign of a call.
    pub fn call_started(&mut self, key: CallKey) -> Done {
        self.tx.start_call(key)?;
        Ok(())
    }

    /// Who calls became known.
    pub fn call_identified(&mut self, key: CallKey, line: &CallerLine) -> Done {
        let call = self.tx.start_call(key)?;
        if call.verdict.is_some() {
            return Ok(());
        }
        let caller = self.caller(line);
        self.identify(&call, &caller)?;
        Ok(())
    }

    /// A call is over: record, decide, queue.
    pub fn call_ended(&mut self, ended: &EndedCall) -> Done {
        let call = self.tx.start_call(ended.call)?;
        if call.verdict.is_some() {
            let about = About {
                call: Some(call.id),
                ..About::default()
            };
            return self.tx.journal(about, "call ended again", "one call is decided once");
        }
        let caller = match (&ended.caller, call.line) {
            (CallerLine::Unavailable, Line::Number | Line::Withheld) => self.recorded_caller(&call),
            (CallerLine::Number { .. } | CallerLine::Withheld | CallerLine::Unavailable, _) => {
                self.caller(&ended.caller)
            }
        };
        let verdict = match ended.verdict {
            crate::modem::Verdict::Missed => Verdict::Missed,
            crate::modem::Verdict::Answered => Verdict::Answered,
            crate::modem::Verdict::Rejected => Verdict::Rejected,
        };
        let end = CallEnd {
            verdict,
            rings: ended.rings,
            ringing: ended.ringing,
            evidence: &ended.evidence,
            cause: ended.cause,
        };
        self.close_call(&call, &caller, &end, Duration::ZERO)?;
        let decided = self.tx.start_call(ended.call)?.decision;
        // That it rang and who it was is on record: a start closes it as missed, and texts whom this one texts.
        self.had_again = decided == Decision::Texted && call.line == caller.line && call.caller == caller.text;
        Ok(())
    }

    /// Ends `call` with a decision. `late`: since it rang, when it was learnt of later.
    pub(super) fn close_call(&mut self, call: &Call, caller: &Caller, end: &CallEnd<'_>, late: Duration) -> Done {
        let contact = self.identify(call, caller)?;
        let facts = self.facts(caller, contact.as_ref(), end, late)?;
        let decision = match (textback::decide(&facts, self.rules), &contact) {
            (Ok(choice), Some(contact)) => self
                .text_back(contact.clone(), choice)?
                .map(|message| (choice, contact.clone(), message)),
            (Ok(_), None) => Err(Refusal::Unavailable),
            (Err(refusal), _) => Err(refusal),
        };
        match decision {
            Ok((choice, contact, message)) => {
                self.record(call, end, Decision::Texted, choice.reason(), Some(message))?;
                let about = About {
                    contact: Some(contact.id),
                    call: Some(call.id),
                    message: Some(message),
                };
                self.tx.journal(about, "texted", choice.reason())?;
                self.test_call_seen(end, None)?;
                self.missed_line_in(contact.id, self.rules.merge_window)
            }
            Err(refusal) if refusal.waits_for_country() && call.verdict.is_some() => Ok(()),
            Err(refusal) => {
                let reason = refusal.to_string();
                let decision = match refusal.waits_for_country() {
                    true => Decision::Pending,
                    false => Decision::Skipped,
                };
                self.record(call, end, decision, &reason, None)?;
                let about = About {
                    contact: contact.as_ref().map(|c| c.id),
                    call: Some(call.id),
                    message: None,
                };
                self.tx.journal(about, "not texted", &reason)?;
                self.test_call_seen(end, Some(&refusal))?;
                self.tell_of_refused(call, caller, contact.as_ref(), end.ringing, &refusal)
            }
        }
    }

    /// The decision on a call's record, with its end unless that is there already.
    fn record(
        &self,
        call: &Call,
        end: &CallEnd<'_>,
        decision: Decision,
        reason: &str,
        message: Option<MessageId>,
    ) -> Done {
        match call.verdict {
            None => self.tx.end_call(call.id, end, decision, reason, message),
            Some(_) => self.tx.decide_call(call.id, decision, reason, message),
        }
    }

    /// Queues the text to a missed caller and gives them a handle. The configuration lets no text through that is too long, but
    /// the values filled in can be longer than it reckons with.
    fn text_back(
        &mut self,
        mut contact: Contact,
        choice: Choice,
    ) -> Result<std::result::Result<MessageId, Refusal>, StoreError> {
        let now = self.now();
        let handle = self.handle_for(&contact)?;
        let stop = contact
            .stop_line_at
            .is_none_or(|at| now.steady.since(at) >= STOP_LINE_AGAIN);
        let phone = self.business_number()?;
        let open = self.back_in_words()?;
        let text = self.rules.text_back(
            choice,
            contact.name.as_deref(),
            phone.as_deref(),
            now.wall,
            stop,
            open.as_deref(),
        );
        let not_before = match choice {
            // The network may yet tell that it is night.
            Choice::Late if now.wall.trust == Trust::Guess => now.steady.plus(clockless::PATIENCE),
            Choice::Late => self.rules.polite_time(now).max(now.steady.plus(self.rules.delay)),
            Choice::First | Choice::Known | Choice::AfterHours | Choice::Away => now.steady.plus(self.rules.delay),
        };
        let out = Outgoing {
            kind: Kind::TextBack,
            text: &text,
            priority: Priority::Caller,
            automatic: true,
            not_before,
            about: None,
        };
        let message = self.text_caller(&contact, Some(handle), out)?;
        if self.tx.message(message)?.is_some_and(|m| m.state == State::Failed) {
            return Ok(Err(Refusal::TooLong));
        }
        if stop {
            self.tx.consent(&contact.number, Consent::Called, "they called")?;
            contact.stop_line_at = Some(now.steady);
            self.tx.save_contact(&contact)?;
        }
        Ok(Ok(message))
    }

    /// The text that had the STOP line did not reach them: the next one has it again.
    pub(super) fn stop_line_lost(&self, contact: ContactId) -> Done {
        match self.tx.contact_by_id(contact)? {
            Some(contact) if contact.stop_line_at.is_some() => self.tx.save_contact(&Contact {
                stop_line_at: None,
                ..contact
            }),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn caller(&self, line: &CallerLine) -> Caller {
        match line {
            CallerLine::Withheld => Caller {
                line: Line::Withheld,
                text: None,
                number: None,
            },
            CallerLine::Unavailable => Caller {
                line: Line::Unavailable,
                text: None,
                number: None,
            },
            CallerLine::Number { digits, .. } if digits.is_empty() => Caller {
                line: Line::Unavailable,
                text: None,
                number: None,
            },
            CallerLine::Number { digits, toa } => {
                let number = self.number(digits, *toa);
                let text = number
                    .as_ref()
                    .map_or_else(|_| digits.clone(), |number| number.e164().to_owned());
                Caller {
                    line: Line::Number,
                    text: Some(text),
                    number: Some(number),
                }
            }
        }
    }

    /// The caller as the record has it.
    pub(super) fn recorded_caller(&self, call: &Call) -> Caller {
        let number = call.caller.as_deref().map(|text| {
            let type_of_address = if text.starts_with('+') { 145 } else { 129 };
            self.number(text, type_of_address)
        });
        Caller {
            line: call.line,
            text: call.caller.clone(),
            number,
        }
    }

    /// Puts the caller on the call's record; the contact, if they can be one.
    fn identify(&mut self, call: &Call, caller: &Caller) -> Result<Option<Contact>, StoreError> {
        let contact = match &caller.number {
            Some(Ok(number)) => Some(self.tx.contact_or_new(number.e164())?),
            Some(Err(_)) | None => None,
        };
        let id = contact.as_ref().map(|c| c.id);
        let known = call.line == caller.line && call.caller == caller.text && call.contact == id;
        if !known {
            self.tx
                .identify_call(call.id, caller.line, caller.text.as_deref(), id)?;
        }
        Ok(contact)
    }

    fn facts(
        &self,
        caller: &Caller,
        contact: Option<&Contact>,
        end: &CallEnd<'_>,
        late: Duration,
    ) -> Result<Facts, StoreError> {
        let now = self.now();
        let since = |at: Steady| now.steady.since(at);
        let kind = match (&caller.number, caller.line) {
            (Some(Ok(number)), _) => CallerKind::Number {
                class: phone::class(number),
                country: phone::country(number),
            },
            (Some(Err(problem)), _) => CallerKind::Unusable(*problem),
            (None, Line::Withheld) => CallerKind::Withheld,
            (None, Line::Unavailable | Line::Number) => CallerKind::Unavailable,
        };
        let number = caller.text.as_deref().unwrap_or("");
        Ok(Facts {
            verdict: end.verdict,
            cause: end.cause,
            // Told of by the modem's memory or the operator, nobody saw it ring.
            ringing: (end.rings > 0 || end.ringing > Duration::ZERO).then_some(end.ringing),
            caller: kind,
            home: self
                .country
                .into_iter()
                .chain(self.rules.also.iter().copied())
                .collect(),
            own: self.is_own(number)?,
            team: self.member(number).is_some(),
            blocked: contact.is_some_and(|c| c.blocked),
            friend: contact.is_some_and(|c| c.friend),
            opted_out: contact.is_some_and(|c| c.opted_out),
            frozen: contact.and_then(|c| c.frozen.clone()),
            learned_landline: contact
                .and_then(|c| c.landline_until)
                .is_some_and(|until| until > now.steady),
            last_text_back: match contact {
                Some(contact) => self.tx.last_text_back(contact.id)?.map(since),
                None => None,
            },
            last_human: contact.and_then(|c| c.human_at).map(since),
            hardly_answered: self.hardly_answered()?,
            automatic_today: match contact {
                Some(contact) => self.tx.automatic_since(contact.id, now.steady.minus(limits::DAY))?,
                None => 0,
            },
            named: contact.is_some_and(|c| c.name.is_some()),
            open: self.rules.is_open(now.wall),
            away: self.away()?.is_some(),
            paused: self.paused()?,
            late,
        })
    }
}
