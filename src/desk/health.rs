//! The box's own health, told to the owner where it concerns them (product.md §6): times in which no call could come, a
//! message memory that fills, a balance that runs out. At most `HEALTH_TEXTS` texts a day; the rest is in the journal.

pub mod condition;
pub(super) mod disk;
pub(super) mod test_call;

use crate::checkup::Machine;
use crate::clock::{Steady, Trust};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Pack;
use crate::modem::{Balance, Deafness, Report};
use crate::store::StoreError;
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// Health texts to the owner in [`A_DAY`].
pub(super) const HEALTH_TEXTS: usize = 3;
const A_DAY: Duration = Duration::from_secs(24 * 3600);
/// A shorter spell is no spell: it is not kept.
const SPELL_MIN: Duration = Duration::from_secs(60);
/// A spell of this length is told when it is over.
const SPELL_TOLD: Duration = Duration::from_secs(10 * 60);
/// Spells looked through for the one that STATUS tells.
const SPELLS_LOOKED_AT: u32 = 10;
/// A memory this full, in hundredths, is told …
const MEMORY_TOLD: u32 = 70;
/// … and told again only after it was emptier than this.
const MEMORY_WELL: u32 = 50;
/// The memory is emptied all the time: only one that stays full for this long is worth a text.
const MEMORY_PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Between two questions for the balance.
const BALANCE_EVERY: Duration = A_DAY;
/// After a start, before the balance is asked for.
const BALANCE_FIRST: Duration = Duration::from_secs(5 * 60);

/// Characters of the network's text about the balance in ours.
const BALANCE_CHARACTERS: usize = 90;

/// Setting: steady times of the latest health texts, milliseconds, separated by blanks.
const HEALTH_TOLD: &str = "health_told";
/// Setting: `<used>/<total>` of the modem's message memory, and `full` where it says so.
const MEMORY: &str = "memory";
/// Setting: the memory has been told of.
const MEMORY_WAS_TOLD: &str = "memory_told";
/// Setting: what the network last said of the balance. STATUS shows it.
pub(super) const BALANCE: &str = "balance";
/// Setting: when, UTC in milliseconds.
pub(super) const BALANCE_UTC: &str = "balance_utc";
/// Setting: a low balance has been told of.
const BALANCE_WAS_TOLD: &str = "balance_told";

impl Turn<'_> {
    /// A text to the owner about the box, unless there were enough today. True if it goes out.
    pub(super) fn health_text(&mut self, text: &str) -> Result<bool, StoreError> {
        let now = self.now().steady;
        let told = self.tx.setting(HEALTH_TOLD)?.unwrap_or_default();
        let mut today: Vec<i64> = told
            .split(' ')
            .filter_map(|ms| ms.parse().ok())
            .filter(|ms| now.since(Steady(*ms)) < A_DAY && *ms <= now.0)
            .collect();
        if today.len() >= HEALTH_TEXTS {
            let why = format!("{HEALTH_TEXTS} texts about the box in 24 h: {text}");
            self.tx.journal(About::default(), "health not told", &why)?;
            return Ok(false);
        }
        today.push(now.0);
        let today: Vec<String> = today.iter().map(i64::to_string).collect();
        self.tx.set_setting(HEALTH_TOLD, &today.join(" "))?;
        self.alert(text, None)?;
        Ok(true)
    }

    /// Nothing can reach us, since `ago`.
    pub(super) fn deaf(&mut self, why: Deafness, ago: Duration) -> Done {
        if self.tx.open_spell()?.is_some() {
            return Ok(());
        }
        let now = self.now();
        let from_utc = now.wall.utc_ms - i64::try_from(ago.as_millis()).unwrap_or(0);
        self.tx.begin_spell(why.name(), from_utc, now.steady.minus(ago))?;
        if ago >= SPELL_MIN {
            let since = format!("{} for {} so far", why.name(), Pack::english().length(ago));
            self.tx.journal(About::default(), "out of reach", &since)?;
        }
        Ok(())
    }

    /// Everything reaches us again.
    pub(super) fn hears(&mut self, why: Deafness, after: Duration) -> Done {
        let now = self.now();
        let Some(spell) = self.tx.open_spell()? else {
            return Ok(());
        };
        let lasted = now.steady.since(spell.from_at).max(after);
        if lasted < SPELL_MIN {
            return self.tx.drop_spell(spell.id);
        }
        self.tx.end_spell(spell.id)?;
        let why = Deafness::ALL.into_iter().find(|d| d.name() == spell.why).unwrap_or(why);
        let length = format!("{} for {}", why.name(), Pack::english().length(lasted));
        self.tx.journal(About::default(), "in reach again", &length)?;
        if lasted < SPELL_TOLD {
            return Ok(());
        }
        let between = match now.wall.trust {
            Trust::Guess => None,
            Trust::ServiceCentre | Trust::Network | Trust::Synchronised => {
                let from = now.wall.utc_ms - i64::try_from(lasted.as_millis()).unwrap_or(0);
                Some(self.rules.between(from, now.wall.utc_ms, now.wall.offset_s))
            }
        };
        let line = lines::was_deaf(&self.rules.pack, why, between, lasted);
        self.health_text(&line)?;
        Ok(())
    }

    /// The last spell of the last day that was worth telling, as times of day.
    pub(super) fn last_spell(&self) -> Result<Option<String>, StoreError> {
        let now = self.now().steady;
        let spells = self.tx.latest_spells(SPELLS_LOOKED_AT)?;
        let last = spells.into_iter().find(|spell| {
            let until = spell.until_at.unwrap_or(now);
            now.since(until) < A_DAY && until.since(spell.from_at) >= SPELL_TOLD
        });
        let Some(spell) = last else { return Ok(None) };
        let lasted = spell.until_at.unwrap_or(now).since(spell.from_at);
        let until_utc_ms = spell.from_utc_ms + i64::try_from(lasted.as_millis()).unwrap_or(0);
        let (from, until) = self.rules.between(spell.from_utc_ms, until_utc_ms, spell.offset_s);
        Ok(Some(format!("{from}-{until}")))
    }

    /// How full the modem's message memory is.
    pub(super) fn memory(&mut self, used: u16, total: u16, full: bool) -> Done {
        let share = share(used, total, full);
        self.keep_setting(MEMORY, &format!("{used}/{total}{}", if full { " full" } else { "" }))?;
        if share < MEMORY_TOLD {
            self.tx.clear_timer(TimerKind::Memory, 0)?;
            if share < MEMORY_WELL && self.tx.setting(MEMORY_WAS_TOLD)?.is_some_and(|told| told == "1") {
                self.tx.set_setting(MEMORY_WAS_TOLD, "0")?;
            }
            return Ok(());
        }
        if self.tx.timer(TimerKind::Memory, 0)?.is_none() {
            self.tx
                .set_timer(TimerKind::Memory, 0, self.now().steady.plus(MEMORY_PATIENCE))?;
        }
        Ok(())
    }

    /// The memory has been full for a while.
    pub(super) fn memory_due(&mut self) -> Done {
        if self.tx.setting(MEMORY_WAS_TOLD)?.is_some_and(|told| told == "1") {
            return Ok(());
        }
        let Some(memory) = self.tx.setting(MEMORY)? else {
            return Ok(());
        };
        let numbers: Vec<u16> = memory
            .split([' ', '/'])
            .filter_map(|number| number.parse().ok())
            .collect();
        let [used, total] = numbers[..] else { return Ok(()) };
        let line = if memory.ends_with("full") || total == 0 {
            self.line("memory_full", &[])
        } else {
            self.line("memory_filling", &[("used", &used), ("total", &total)])
        };
        if self.health_text(&line)? {
            self.tx.set_setting(MEMORY_WAS_TOLD, "1")?;
        }
        Ok(())
    }

    /// Where a balance code is set, it is asked for once a day.
    pub(super) fn schedule_balance(&mut self) -> Done {
        if !self.rules.asks_balance {
            self.tx.clear_timer(TimerKind::Balance, 0)?;
        } else if self.tx.timer(TimerKind::Balance, 0)?.is_none() {
            self.tx
                .set_timer(TimerKind::Balance, 0, self.now().steady.plus(BALANCE_FIRST))?;
        }
        Ok(())
    }

    /// It is time to ask for the balance.
    pub(super) fn balance_due(&mut self) -> Done {
        if self.rules.asks_balance {
            self.effects.ask_balance = true;
            self.tx
                .set_timer(TimerKind::Balance, 0, self.now().steady.plus(BALANCE_EVERY))?;
        }
        Ok(())
    }

    /// What the network said of the balance.
    pub(super) fn balance(&mut self, balance: &Balance) -> Done {
        let text = match balance {
            Balance::Unknown(why) => return self.tx.journal(About::default(), "balance unknown", why),
            Balance::Said(text) => text,
        };
        self.tx.set_setting(BALANCE, text)?;
        self.tx.set_setting(BALANCE_UTC, &self.now().wall.utc_ms.to_string())?;
        self.tx.journal(About::default(), "balance", "the network told it")?;
        let Some(low) = self.rules.balance_low else {
            return Ok(());
        };
        let Some(amount) = amount(text) else {
            return self.tx.journal(
                About::default(),
                "balance unreadable",
                "no amount was found in what the network said",
            );
        };
        let told = self.tx.setting(BALANCE_WAS_TOLD)?.is_some_and(|told| told == "1");
        if amount >= low {
            if told {
                self.tx.set_setting(BALANCE_WAS_TOLD, "0")?;
            }
            return Ok(());
        }
        let start: String = text.chars().take(BALANCE_CHARACTERS).collect();
        let line = self.line("balance_low", &[("text", &start)]);
        if !told && self.health_text(&line)? {
            self.tx.set_setting(BALANCE_WAS_TOLD, "1")?;
        }
        Ok(())
    }

    /// An examination is through.
    pub(super) fn examined(&mut self, report: &Report, machine: Machine) -> Done {
        let found = format!(
            "calls: {:?}, SIM: {:?}, diverted always: {}",
            report.can_voice,
            report.sim,
            report.diverts_everything()
        );
        self.tx.journal(About::default(), "examined", &found)?;
        self.test_examined(report, machine)
    }
}

/// How full, in hundredths.
fn share(used: u16, total: u16, full: bool) -> u32 {
    match (total, full) {
        (_, true) => 100,
        (0, false) => 0,
        (total, false) => u32::from(used) * 100 / u32::from(total),
    }
}

/// The amount in a balance text, in hundredths: the first number with two decimals, else the first that stands by a
/// currency, else none. `EUR 4,20`, `$12.5`, `Guthaben: 3.00 EUR`, `1.234,50 Kc`.
fn amount(text: &str) -> Option<u64> {
    let mut plain = None;
    let mut start = None;
    let octets = text.as_bytes();
    for end in 0..=octets.len() {
        let inside = octets
            .get(end)
            .is_some_and(|b| b.is_ascii_digit() || (start.is_some() && matches!(b, b'.' | b',')));
        match (start, inside) {
            (None, true) => start = Some(end),
            (Some(from), false) => {
                let run = text.get(from..end)?.trim_end_matches(['.', ',']);
                let (whole, cents) = match run.rfind(['.', ',']) {
                    Some(point) if (1..=2).contains(&(run.len() - point - 1)) => (&run[..point], &run[point + 1..]),
                    Some(_) | None => (run, ""),
                };
                let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
                let value = digits.parse::<u64>().ok().and_then(|whole| {
                    let cents = format!("{cents:0<2}").parse::<u64>().ok()?;
                    whole.checked_mul(100)?.checked_add(cents)
                });
                if !cents.is_empty() && value.is_some() {
                    return value;
                }
                let by_currency = |near: Option<&str>| {
                    near.is_some_and(|near| {
                        let near = near.trim().to_uppercase();
                        ["$", "€", "£", "EUR", "USD", "GBP", "CHF"]
                            .iter()
                            .any(|sign| near.ends_with(sign) || near.starts_with(sign))
                    })
                };
                if plain.is_none() && (by_currency(text.get(..from)) || by_currency(text.get(end..))) {
                    plain = value;
                }
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_found_in_what_operators_say() {
        for (text, want) in [
            ("Your balance is $12.50, valid to 01.02.2027", Some(1250)),
            ("Guthaben: 4,20 EUR", Some(420)),
            ("Dein Guthaben betraegt 1.234,50 EUR.", Some(123_450)),
            ("Credit EUR 7", Some(700)),
            ("Solde 3 EUR", Some(300)),
            ("Prepaid 5.5", Some(550)),
            ("Call 611 for help", None),
            ("", None),
        ] {
            assert_eq!(amount(text), want, "{text}");
        }
    }

    #[test]
    fn a_memory_that_says_it_is_full_is_full() {
        assert_eq!(share(35, 50, false), 70);
        assert_eq!(share(0, 0, false), 0);
        assert_eq!(share(0, 0, true), 100);
    }
}
