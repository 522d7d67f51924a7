//! One input's turn at the desk: the transaction it happens in, the rules it follows, what it may cause.

use crate::clock::Now;
use crate::desk::calls::textback;
use crate::desk::health::condition::BoxCondition;
use crate::desk::hours::away::Away;
use crate::desk::rules::{Member, Rules};
use crate::desk::wording::pack::Values;
use crate::desk::{Effects, Input};
use crate::modem::Identity;
use crate::phone::{self, Country, PhoneNumber};
use crate::store::contacts::Contact;
use crate::store::records::About;
use crate::store::{StoreError, Tx};

/// The result of a step that has nothing to give back.
pub(super) type Done = Result<(), StoreError>;

/// Setting: the SIM's own number in E.164, from `+CNUM`.
const OWN_NUMBER: &str = "own_number";
/// Setting: ISO code of the SIM's country, from its IMSI.
const SIM_COUNTRY: &str = "sim_country";
/// Setting: automatic texts are off until then: as [`Away`] is kept; older programs kept steady milliseconds alone.
pub(super) const PAUSED_UNTIL: &str = "paused_until";

/// One input in one transaction.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub tx: &'a Tx<'a>,
    pub rules: &'a Rules,
    pub condition: &'a BoxCondition,
    pub effects: Effects,
    /// The order in hand has more behind it than a caller ID ([`crate::desk::team::authority`]).
    pub proven: bool,
    /// Something changed by which the rules are made: the rest of the transaction goes by new ones.
    pub rules_changed: bool,
    /// Should the power go now, what was on record before this turn leads to the same again: it need not be durable by itself
    /// ([`Tx::may_wait`]). Each step that says so says why.
    pub had_again: bool,
    /// Where we are: the configured country, else the SIM's.
    pub country: Option<Country>,
}

impl<'a> Turn<'a> {
    pub fn new(tx: &'a Tx<'a>, rules: &'a Rules, condition: &'a BoxCondition) -> Result<Turn<'a>, StoreError> {
        let country = match rules.country {
            Some(country) => Some(country),
            None => tx.setting(SIM_COUNTRY)?.and_then(|iso| Country::parse(&iso)),
        };
        Ok(Turn {
            tx,
            rules,
            condition,
            effects: Effects::default(),
            proven: false,
            rules_changed: false,
            had_again: false,
            country,
        })
    }

    pub fn now(&self) -> Now {
        self.tx.now()
    }

    pub fn take(&mut self, input: Input) -> Done {
        match input {
            Input::Started => self.started(),
            Input::Stopping => self.stopping(),
            Input::CallStarted { call } => self.call_started(call),
            Input::CallIdentified { call, caller } => self.call_identified(call, &caller),
            Input::CallEnded(ended) => self.call_ended(&ended),
            Input::Received(received) => self.received(&received),
            Input::Submitting { outbox } => self.submitting(outbox),
            Input::Submitted { outbox, outcome } => self.submitted(outbox, outcome),
            Input::Identity(identity) => self.identity(&identity),
            Input::Note { what, why } => self.note(&what, &why),
            Input::Deaf { why, ago } => self.deaf(why, ago),
            Input::Hears { why, after } => self.hears(why, after),
            Input::Storage { used, total, full } => self.memory(used, total, full),
            Input::Balance(balance) => self.balance(&balance),
            Input::MissedMemory(entries) => self.missed_memory(&entries),
            Input::Examined(report, machine) => self.examined(&report, machine),
            Input::Disk(news) => self.disk(news),
            Input::Due => self.due(),
            Input::Send { to, text } => self.send_by_hand(&to, &text),
            Input::Secret(secret) => self.secret(secret),
            Input::ClaimWindow => self.claim_window(),
            Input::ClearOwners => self.clear_owners(),
        }
    }

    /// The same turn by rules that are new since the input was taken.
    pub fn under<'b>(self, rules: &'b Rules) -> Turn<'b>
    where
        'a: 'b,
    {
        Turn {
            tx: self.tx,
            rules,
            effects: self.effects,
            proven: false,
            rules_changed: false,
            had_again: false,
            country: self.country,
            condition: self.condition,
        }
    }

    /// The rules changed: what waited for that.
    pub fn follow_new_rules(&mut self) -> Done {
        self.pass_on_kept()?;
        self.follow_new_quiet()
    }

    /// What may happen once the transaction is committed; what can't be undone, only once it is durable too.
    pub fn finish(mut self) -> Result<Effects, StoreError> {
        let irrevocable = !self.effects.committed.is_empty() || self.effects.permit.is_some();
        if self.had_again && !irrevocable {
            self.tx.may_wait();
        }
        self.effects.wake = self.tx.earliest_timer()?;
        Ok(self.effects)
    }

    /// Reads a number as the network gave it, from where we are.
    pub fn number(&self, digits: &str, type_of_address: u8) -> Result<PhoneNumber, phone::NumberProblem> {
        match &self.country {
            Some(country) => phone::interpret(digits, type_of_address, country),
            // Until the SIM is known only international numbers mean anything.
            None if digits.starts_with('+') => PhoneNumber::from_e164(digits),
            None if (type_of_address >> 4) & 7 == 1 => PhoneNumber::from_e164(&format!("+{digits}")),
            None => Err(phone::NumberProblem::NoCountry),
        }
    }

    /// Why a number is never texted, by what kind of number it is and where.
    pub fn class_forbids(&self, number: &PhoneNumber) -> Option<String> {
        let home: Vec<Country> = self
            .country
            .into_iter()
            .chain(self.rules.also.iter().copied())
            .collect();
        textback::number(
            phone::class(number),
            phone::country(number),
            &home,
            self.rules.landlines,
        )
        .err()
        .map(|refusal| refusal.to_string())
    }

    /// A text to the owner in the box's language.
    pub fn line(&self, key: &str, values: Values<'_>) -> String {
        self.rules.pack.line(key, values)
    }

    /// A command's name in the box's language.
    pub fn word(&self, command: &str) -> String {
        self.rules.pack.command_word(command)
    }

    /// Answers an owner's phone in the box's language.
    pub fn say(&mut self, number: &str, key: &str, values: Values<'_>) -> Done {
        let text = self.line(key, values);
        self.reply(number, &text)
    }

    /// Answers an owner's phone about one caller: it is theirs, so that `FORGET` erases it too.
    pub fn say_about(&mut self, number: &str, contact: &Contact, key: &str, values: Values<'_>) -> Done {
        let text = self.line(key, values);
        self.reply_about(number, contact, &text)
    }

    /// The team member with that number.
    pub fn member(&self, number: &str) -> Option<&'a Member> {
        self.rules.team.iter().find(|member| member.number == number)
    }

    /// Whether that is the SIM's own number.
    pub fn is_own(&self, number: &str) -> Result<bool, StoreError> {
        Ok(self.tx.setting(OWN_NUMBER)?.is_some_and(|own| own == number))
    }

    /// The number callers know the business by, as far as it is known.
    pub fn business_number(&self) -> Result<Option<String>, StoreError> {
        Ok(self.rules.business_number(self.tx.setting(OWN_NUMBER)?))
    }

    /// Whether automatic texts are paused by the owner.
    pub fn paused(&self) -> Result<bool, StoreError> {
        let Some(kept) = self.tx.setting(PAUSED_UNTIL)? else {
            return Ok(false);
        };
        Ok(match kept.parse::<i64>() {
            Ok(steady) => steady > self.now().steady.0,
            Err(_) => Away::parse(&kept).is_some_and(|until| self.lasts(until)),
        })
    }

    fn identity(&mut self, identity: &Identity) -> Done {
        if let Some(country) = identity.imsi.as_deref().and_then(Country::from_imsi) {
            self.keep_setting(SIM_COUNTRY, country.iso())?;
            if self.rules.country.is_none() {
                self.country = Some(country);
            }
        }
        if let Some(own) = identity.own_number.as_deref() {
            let type_of_address = if own.starts_with('+') { 145 } else { 129 };
            if let Ok(number) = self.number(own.trim_start_matches('+'), type_of_address) {
                self.keep_setting(OWN_NUMBER, number.e164())?;
            }
        }
        self.decide_waiting()
    }

    pub(super) fn keep_setting(&self, key: &str, value: &str) -> Done {
        if self.tx.setting(key)?.as_deref() != Some(value) {
            self.tx.set_setting(key, value)?;
        }
        Ok(())
    }

    fn note(&mut self, what: &str, why: &str) -> Done {
        self.tx.journal(About::default(), what, why)
    }
}
