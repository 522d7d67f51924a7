//! Who belongs to the box: the file's owner and crew, with those added and removed by text.
//!
//! `OWNER ADD +1…`, `OWNER REMOVE +1…`, `CREW ADD +1… Sam`, `CREW REMOVE +1…`. A number's row by text counts before the
//! file's. The last owner can't be removed by text.

pub(super) mod authority;
pub mod claim;
pub(super) mod pin;
pub(super) mod secret;

use crate::config::CREW_MAX;
use crate::desk::owner::settings;
use crate::desk::owner::undo::Order;
use crate::desk::rules::{Member, Role};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::template::plain;
use crate::phone;
use crate::store::records::About;
use crate::store::undo::Change;
use crate::store::{StoreError, Tx};

/// Before a member's number, in the table of settings; the value is the role, a blank, and the name if there is one.
pub(super) const PREFIX: &str = "team:";
/// The value for a number that belongs to the box no more, whatever the file says.
pub(super) const NOBODY: &str = "none";
/// Longest name of a member, in characters.
const NAME_CHARACTERS_MAX: usize = 24;

/// A row by text: the number, and what it is now (`None`: nothing).
pub(super) type Row = (String, Option<Member>);

/// All rows by text.
pub(super) fn by_text(tx: &Tx<'_>) -> Result<Vec<Row>, StoreError> {
    let rows = tx.settings_with(PREFIX)?;
    Ok(rows
        .into_iter()
        .filter_map(|(key, value)| {
            let number = key.strip_prefix(PREFIX)?.to_owned();
            let member = member_of(&number, &value);
            Some((number, member))
        })
        .collect())
}

fn member_of(number: &str, value: &str) -> Option<Member> {
    let (role, name) = value.split_once(' ').unwrap_or((value, ""));
    let role = match role {
        "owner" => Role::Owner,
        "crew" => Role::Crew,
        "installer" => Role::Installer,
        _ => return None,
    };
    Some(Member {
        number: number.to_owned(),
        name: plain(name),
        role,
    })
}

/// The value of a member's row.
pub(super) fn value_of(role: Role, name: &str) -> String {
    let role = role_word(role);
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARACTERS_MAX)
        .collect();
    format!("{role} {}", name.trim()).trim_end().to_owned()
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Crew => "crew",
        Role::Installer => "installer",
    }
}

/// The file's people with the rows by text laid over them.
pub(super) fn merged(mut team: Vec<Member>, rows: &[Row]) -> Vec<Member> {
    for (number, row) in rows {
        let place = team.iter().position(|member| member.number == *number);
        match (place, row) {
            (Some(at), Some(row)) => {
                if let Some(member) = team.get_mut(at) {
                    member.role = row.role;
                    if !row.name.is_empty() {
                        member.name.clone_from(&row.name);
                    }
                }
            }
            (Some(at), None) => {
                team.remove(at);
            }
            (None, Some(row)) => team.push(row.clone()),
            (None, None) => {}
        }
    }
    team
}

impl Turn<'_> {
    /// `OWNER ADD +1… [name]`, `CREW ADD +1… [name]`.
    pub fn team_add(&mut self, by: &Member, role: Role, written: &str) -> Done {
        let Some((number, name)) = self.may_join(by, role, written)? else {
            return Ok(());
        };
        // The file's owner has no name until somebody gives one.
        if self.member(&number).is_some_and(|known| known.role == role) {
            return self.name_member(by, &number, role, &name);
        }
        let value = value_of(role, &name);
        let what = format!("{} ADD {number}", role_word(role).to_uppercase());
        self.put_member(by, &number, &value, &what)?;
        let who = if name.is_empty() {
            number.clone()
        } else {
            format!("{name} {number}")
        };
        let said = self.line("team_added", &[("who", &who), ("role", &self.role_in_words(role))]);
        self.reply(&by.number, &said)?;
        let company = self.rules.company.clone();
        let welcome = match role {
            Role::Owner => self.line("team_welcome_owner", &[("company", &company)]),
            Role::Crew | Role::Installer => self.line("team_welcome_crew", &[("company", &company)]),
        };
        self.ring_owner(&number, &welcome, None)?;
        self.tell_of_team(by, &said)
    }

    /// `OWNER ADD` of somebody who is one already gives them a name, or another.
    fn name_member(&mut self, by: &Member, number: &str, role: Role, name: &str) -> Done {
        let value = value_of(role, name);
        let what = format!("{} ADD {number}", role_word(role).to_uppercase());
        self.put_member(by, number, &value, &what)?;
        let said = self.line("named", &[("number", &number), ("name", &name)]);
        self.reply(&by.number, &said)?;
        self.tell_of_team(by, &said)
    }

    /// `OWNER REMOVE +1…`, `CREW REMOVE +1…`.
    pub fn team_remove(&mut self, by: &Member, role: Role, written: &str) -> Done {
        let Some(member) = self.may_leave(by, role, written)? else {
            return Ok(());
        };
        let number = member.number.clone();
        let what = format!("{} REMOVE {number}", role_word(role).to_uppercase());
        self.put_member(by, &number, NOBODY, &what)?;
        self.tx.drop_undo(&number)?;
        let who = member.called().to_owned();
        let said = self.line("team_removed", &[("who", &who), ("role", &self.role_in_words(role))]);
        self.reply(&by.number, &said)?;
        // Whoever is removed is told too: if somebody else did it in their name, they learn of it.
        self.tell_of_team(by, &said)
    }

    /// The number and name of whom `ADD` can make that, or it is said why not.
    pub fn may_join(&mut self, by: &Member, role: Role, written: &str) -> Result<Option<(String, String)>, StoreError> {
        let (number, name) = match self.written_number(written) {
            Ok(found) => found,
            Err(why) => {
                let why = self.rules.pack.reason(&why);
                self.say(&by.number, "team_no_number", &[("why", &why)])?;
                return Ok(None);
            }
        };
        let known = self.member(&number);
        // A name may be given, or another one.
        let named = |member: &Member| name.is_empty() || member.name == name;
        if let Some(known) = known.filter(|member| member.role == role && named(member)) {
            let role = self.role_in_words(role);
            self.say(
                &by.number,
                "team_is_already",
                &[("who", &known.called()), ("role", &role)],
            )?;
        } else if role != Role::Owner && known.is_some_and(|m| m.role == Role::Owner) && self.rules.owners().count() < 2
        {
            self.say(&by.number, "team_last_owner", &[])?;
        } else if known.is_none() && self.rules.team.len() > CREW_MAX {
            self.say(&by.number, "team_full", &[("most", &CREW_MAX)])?;
        } else {
            return Ok(Some((number, name)));
        }
        Ok(None)
    }

    /// Whom `REMOVE` can take that from, or it is said why not.
    pub fn may_leave(&mut self, by: &Member, role: Role, written: &str) -> Result<Option<Member>, StoreError> {
        let number = match self.written_number(written) {
            Ok((number, _)) => number,
            Err(why) => {
                let why = self.rules.pack.reason(&why);
                self.say(&by.number, "team_no_number", &[("why", &why)])?;
                return Ok(None);
            }
        };
        let Some(member) = self.member(&number).filter(|member| member.role == role) else {
            let role = self.role_in_words(role);
            self.say(&by.number, "team_is_not", &[("number", &number), ("role", &role)])?;
            return Ok(None);
        };
        if role == Role::Owner && self.rules.owners().count() < 2 {
            self.say(&by.number, "team_last_owner", &[])?;
            return Ok(None);
        }
        Ok(Some(member.clone()))
    }

    fn put_member(&mut self, by: &Member, number: &str, value: &str, what: &str) -> Done {
        let row = format!("{PREFIX}{number}");
        let before = self.tx.setting(&row)?;
        self.tx.set_setting(&row, value)?;
        self.rules_changed = true;
        self.tx.journal(
            About::default(),
            "team changed by text",
            value.split(' ').next().unwrap_or(""),
        )?;
        let change = Change::setting(&row, before, Some(value.to_owned()));
        self.undoable(by, Order::new(what).guarded().changes([change]))
    }

    fn role_in_words(&self, role: Role) -> String {
        let key = match role {
            Role::Owner => "role_owner",
            Role::Crew => "role_crew",
            Role::Installer => "role_installer",
        };
        self.line(key, &[])
    }

    fn tell_of_team(&mut self, by: &Member, said: &str) -> Done {
        let who = by.called().to_owned();
        let told = self.line("by_whom", &[("who", &who), ("what", &said)]);
        self.tell_other_owners(by, &told)
    }

    /// The number at the beginning of what follows `ADD`, and the name after it.
    fn written_number(&self, written: &str) -> Result<(String, String), String> {
        // "+1512… Sam" or "Sam +1512…".
        let figures = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(');
        let letters = |c: char| c.is_alphabetic();
        let (before, number) = written.split_at(written.find(figures).unwrap_or(written.len()));
        let (number, after) = number.split_at(number.find(letters).unwrap_or(number.len()));
        let name = if before.trim().is_empty() { after } else { before };
        let type_of_address = if number.trim_start().starts_with('+') { 145 } else { 129 };
        let number = self
            .number(number.trim(), type_of_address)
            .map_err(|why| why.to_string())?;
        if !phone::class(&number).may_read_texts() {
            return Err("it cannot receive texts".to_owned());
        }
        Ok((number.e164().to_owned(), name.trim().to_owned()))
    }
}

/// Whether a setting's change changes the rules.
pub(super) fn changes_rules(key: &str) -> bool {
    key.starts_with(PREFIX) || key.starts_with(settings::PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: &str, name: &str, role: Role) -> Member {
        Member {
            number: number.to_owned(),
            name: name.to_owned(),
            role,
        }
    }

    #[test]
    fn rows_by_text_are_laid_over_the_files_people() {
        let file = vec![member("+1", "Ann", Role::Owner), member("+2", "Bo", Role::Crew)];
        let rows = [
            ("+1".to_owned(), None),
            ("+2".to_owned(), member_of("+2", "owner")),
            ("+3".to_owned(), member_of("+3", "crew Sam Jones")),
            ("+4".to_owned(), member_of("+4", NOBODY)),
        ];
        let team = merged(file, &rows);
        assert_eq!(
            team,
            [member("+2", "Bo", Role::Owner), member("+3", "Sam Jones", Role::Crew)]
        );
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        for (role, name) in [(Role::Owner, ""), (Role::Crew, "Sam Jones"), (Role::Installer, "X")] {
            assert_eq!(member_of("+1", &value_of(role, name)), Some(member("+1", name, role)));
        }
    }
}
