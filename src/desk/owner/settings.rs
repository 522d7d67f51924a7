//! What the owner set by text, laid over the file: precedence is file, then text ([`crate::config::by_text`]).
//!
//! `SET` lists the keys, `SET key` shows one, `SET key value` changes it, `SET key default` gives the file's value back.
//! Each change is checked by the file's own reader, confirmed in words (texts to callers with a preview and their price),
//! told to the other owners, and on record for UNDO.

use crate::config::Config;
use crate::config::by_text::{self, KEYS, Key};
use crate::desk::calls::textback::Choice;
use crate::desk::owner::undo::Order;
use crate::desk::rules::{Member, Rules};
use crate::desk::team;
use crate::desk::team::pin;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::template::plain;
use crate::sms;
use crate::store::records::About;
use crate::store::undo::Change;
use crate::store::{StoreError, Tx};
use std::sync::Arc;

/// Before the key's name, in the table of settings.
pub(in crate::desk) const PREFIX: &str = "set:";
/// Characters of a value shown where the whole would drown the rest.
const SHOWN_CHARACTERS: usize = 60;

/// The rules by the file and by what was set by text.
pub(in crate::desk) fn rules(file: &Arc<Config>, tx: &Tx<'_>) -> Result<Rules, StoreError> {
    let (config, refused) = file.with_settings(&texted(tx)?);
    let team = team::by_text(tx)?;
    Ok(Rules::new(file, config, refused, &team))
}

/// What was set by text. A key that this program does not know is left alone: a newer one set it.
fn texted(tx: &Tx<'_>) -> Result<Vec<(&'static Key, String)>, StoreError> {
    let rows = tx.settings_with(PREFIX)?;
    let known = rows.into_iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(PREFIX)?;
        KEYS.iter().find(|key| key.name == name).map(|key| (key, value))
    });
    Ok(known.collect())
}

impl Turn<'_> {
    /// At the start: settings that this program allows no more are dropped, and the owners told.
    pub fn drop_refused_settings(&mut self) -> Done {
        for (key, why) in &self.rules.refused {
            self.tx.drop_setting(&format!("{PREFIX}{}", key.name))?;
            self.tx.journal(About::default(), "setting dropped", why)?;
            let why = self.rules.pack.reason(why);
            let said = self.line("set_dropped", &[("key", &key.name), ("why", &why)]);
            self.alert(&said, None)?;
        }
        Ok(())
    }

    /// `SET`.
    pub fn set_list(&mut self, member: &Member) -> Done {
        let canned = |name: &str| name.starts_with('q') && name.ends_with(|c: char| c.is_ascii_digit());
        let keys = KEYS.iter().map(|key| key.name).filter(|name| !canned(name));
        let keys: Vec<&str> = keys.chain(["q1-q9", pin::PIN_KEY]).collect();
        self.say(&member.number, "set_list", &[("keys", &keys.join(" "))])
    }

    /// `SET delay`.
    pub fn set_show(&mut self, member: &Member, name: &str) -> Done {
        if name == pin::PIN_KEY {
            return self.show_pin(member);
        }
        let Some(key) = by_text::find(name) else {
            return self.unknown_key(member, name);
        };
        let (now, file) = (key.shown(&self.rules.config), key.shown(&self.rules.file));
        let said = match now == file {
            true => self.line("set_shown", &[("key", &key.name), ("value", &now)]),
            false => self.line(
                "set_shown_changed",
                &[("key", &key.name), ("value", &now), ("file", &file)],
            ),
        };
        self.reply(&member.number, &said)
    }

    fn unknown_key(&mut self, member: &Member, name: &str) -> Done {
        match by_text::near(name) {
            Some(near) => self.say(&member.number, "set_unknown_near", &[("key", &name), ("near", &near)]),
            None => self.say(&member.number, "set_unknown", &[("key", &name)]),
        }
    }

    /// `SET delay 5s`, `SET delay default`.
    pub fn set(&mut self, member: &Member, name: &str, value: &str) -> Done {
        if name == pin::PIN_KEY {
            return self.set_pin(member, value);
        }
        let Some((key, config)) = self.setting_meant(member, name, value)? else {
            return Ok(());
        };
        let back = is_back(value);
        let (before, after) = (key.shown(&self.rules.config), key.shown(&config));
        let row = format!("{PREFIX}{}", key.name);
        let stored = self.tx.setting(&row)?;
        let next = (!back).then(|| after.clone());
        match &next {
            Some(value) => self.tx.set_setting(&row, value)?,
            None => self.tx.drop_setting(&row).map(|_| ())?,
        }
        self.rules_changed = true;
        self.tx.journal(About::default(), "setting changed by text", key.name)?;
        let order = Order::new(&format!("SET {} {}", key.name, shorten(&after)));
        let order = if key.guarded { order.guarded() } else { order };
        self.undoable(member, order.changes([Change::setting(&row, stored, next)]))?;
        let said = match key.is_template() {
            true => self.preview(key, &config, value)?,
            false => self.line(
                "set_done",
                &[("key", &key.name), ("value", &after), ("before", &before)],
            ),
        };
        self.reply(&member.number, &said)?;
        let who = member.called().to_owned();
        let told = self.line("set_told", &[("who", &who), ("key", &key.name), ("value", &after)]);
        self.tell_other_owners(member, &told)
    }

    /// The key, and the configuration with that value; or it is said why not.
    pub fn setting_meant(
        &mut self,
        member: &Member,
        name: &str,
        value: &str,
    ) -> Result<Option<(&'static Key, Config)>, StoreError> {
        let Some(key) = by_text::find(name) else {
            self.unknown_key(member, name)?;
            return Ok(None);
        };
        let mut settings: Vec<(&'static Key, String)> = texted(self.tx)?;
        settings.retain(|(known, _)| *known != key);
        if !is_back(value) {
            settings.push((key, value.to_owned()));
        }
        let config = match self.rules.file.laid_over(&settings) {
            Ok(config) => config,
            Err(why) => {
                let why = self.rules.pack.reason(&why);
                self.say(&member.number, "set_refused", &[("key", &key.name), ("why", &why)])?;
                return Ok(None);
            }
        };
        let after = key.shown(&config);
        if key.shown(&self.rules.config) == after {
            let shown = shorten(&after);
            self.say(&member.number, "set_same", &[("key", &key.name), ("value", &shown)])?;
            return Ok(None);
        }
        Ok(Some((key, config)))
    }

    /// A text to callers as they would get it, with its price, and what makes it dear.
    fn preview(&self, key: &Key, config: &Config, written: &str) -> Result<String, StoreError> {
        let rules = Rules::new(&self.rules.file, config.clone(), Vec::new(), &[]);
        let (choice, name) = match key.name {
            "known" => (Choice::Known, Some("Dave")),
            "after_hours" => (Choice::AfterHours, None),
            "late" => (Choice::Late, None),
            _ => (Choice::First, None),
        };
        let phone = self.business_number()?;
        let text = rules.text_back(choice, name, phone.as_deref(), self.now().wall, true, None);
        let parts = sms::cost(&text).parts;
        let price = match parts {
            1 => self.line("price_one", &[]),
            _ => self.line("price_more", &[("n", &parts)]),
        };
        let made = sms::to_gsm7_lossy(written);
        let dear: String = made.remaining.iter().collect();
        let mut notes = String::new();
        if !dear.is_empty() {
            notes = format!(" {}", self.line("price_dear", &[("letters", &dear)]));
        } else if plain(written) != written {
            notes = format!(" {}", self.line("price_replaced", &[]));
        }
        Ok(self.line(
            "set_template",
            &[
                ("key", &key.name),
                ("price", &format!("{price}{notes}")),
                ("text", &text),
            ],
        ))
    }

    /// A line to every owner but the one who did it.
    pub fn tell_other_owners(&mut self, member: &Member, text: &str) -> Done {
        for owner in self.rules.owners() {
            if owner.number != member.number && !self.answers_spent(text)? {
                self.text_owner(&owner.number, crate::store::types::Kind::Alert, text, None, None)?;
            }
        }
        Ok(())
    }
}

/// `SET key default`: what the file has.
fn is_back(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "default" | "reset")
}

fn shorten(value: &str) -> String {
    crate::desk::conversation::replies::snippet(value, SHOWN_CHARACTERS)
}
