//! A text from the team: number first is a message to that caller, a known word first is a command, nothing else is a
//! command (product.md §3). What is not understood is said so, never relayed.

pub(super) mod by_hand;
pub mod commands;
pub(super) mod digest;
pub mod grammar;
pub(super) mod orders;
pub(super) mod overview;
pub(super) mod settings;
pub(super) mod status;
pub(super) mod undo;

use crate::desk::conversation::held::Doubt;
use crate::desk::owner::commands::Command;
use crate::desk::owner::grammar::OwnerText;
use crate::desk::rules::{Member, Role};
use crate::desk::team::authority::{self, Proof};
use crate::desk::team::pin::PIN_KEY;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::pack::Pack;
use crate::ids::MessageId;
use crate::store::records::About;

impl Turn<'_> {
    /// A whole text from somebody of the team, recorded as `message`.
    pub fn owner_text(&mut self, member: &Member, message: MessageId, text: &str) -> Done {
        self.team_is_up(&member.number)?;
        let text = match self.proof(member, message, text)? {
            Proof::Order(text) => text,
            Proof::Handled => return Ok(()),
        };
        let read = grammar::read_in(&text, &self.rules.pack);
        if !may(member.role, &read) {
            return self.say(&member.number, "for_the_owner", &[]);
        }
        if authority::guards(&read) && !self.proven {
            return match self.refused_unasked(member, &read)? {
                true => Ok(()),
                false => self.ask_proof(member, &text),
            };
        }
        if is_no_order(&read) {
            if self.talks_to_itself(&member.number)? {
                return Ok(());
            }
            // One without a number counts only if it goes to nobody: see `untagged`.
            if !matches!(read, OwnerText::Untagged(_)) {
                self.puzzled(&member.number)?;
            }
        }
        match read {
            OwnerText::To { handle, text } => self.numbered(member, message, handle, &text),
            OwnerText::Misplaced { handle, order, text } => self.misplaced(member, handle, &order, &text),
            OwnerText::Handle(handle) => self.bare(member, message, handle),
            OwnerText::Untagged(text) if grammar::is_yes(&text, &self.rules.pack) => self.yes(member, message, &text),
            OwnerText::Untagged(text) => self.untagged(member, message, &text),
            OwnerText::Unclear { usage, text } => self.unclear(member, Doubt::Order(&usage), &text),
            OwnerText::No => self.refuse_held(member),
            OwnerText::Command(command) => {
                self.order_came(member, &text)?;
                self.command(member, command)
            }
            OwnerText::Canned { handle, reply } => self.canned(member, message, handle, reply),
            OwnerText::Later { handle, when, text } => self.later_text(member, handle, &when, &text),
            OwnerText::LaterAlone { handle, when } => self.later_alone(member, handle, &when),
            // Who may not write to callers has nothing that could be lost.
            OwnerText::DidYouMean { word, .. } if member.role == Role::Installer => {
                self.say(&member.number, "did_you_mean", &[("word", &word)])
            }
            OwnerText::DidYouMean { word, text } => self.unclear(member, Doubt::Slip(&word), &text),
            OwnerText::Usage { usage } => self.say(&member.number, "usage", &[("usage", &usage)]),
            OwnerText::OptOutWord => self.say(&member.number, "opt_out_word", &[]),
            OwnerText::Reaction(_) => {
                let about = About {
                    message: Some(message),
                    ..About::default()
                };
                self.tx.journal(about, "reaction not relayed", "it is no text")
            }
            OwnerText::Empty => self.say(&member.number, "empty", &[]),
        }
    }

    fn command(&mut self, member: &Member, command: Command) -> Done {
        match command {
            Command::Status => self.status(member),
            Command::List => self.list(member),
            Command::Help(None) => self.owner_help(member),
            Command::Help(Some(id)) => self.help_about(member, id),
            Command::More(Some(handle)) => self.more(member, handle),
            Command::More(None) => self.more_of_last(member),
            Command::Pause(words) => self.pause(member, words.as_deref()),
            Command::Resume => self.resume(member),
            Command::Name { handle, name } => self.name(member, handle, &name),
            Command::Done(handle) => self.done(member, handle),
            Command::Block(handle) => self.block(member, handle),
            Command::Unblock(handle) => self.unblock(member, handle),
            Command::Friend(handle) => self.friend(member, handle),
            Command::Forget(handle) => self.forget(member, handle),
            Command::Why(handle) => self.why(member, handle),
            Command::Num(handle) => self.num(member, handle),
            Command::Oops(to) => self.oops(member, to),
            Command::Away(words) => self.go_away(member, words.as_deref()),
            Command::Later { handle, when } => self.remind_later(member, handle, when.as_deref()),
            Command::PutOff => self.list_put_off(member),
            Command::Won { handle, amount } => self.won(member, handle, amount),
            Command::Report => self.report_now(member),
            Command::Test => self.test(member),
            Command::Undo => self.undo(member),
            Command::SetList => self.set_list(member),
            Command::SetShow(key) => self.set_show(member, &key),
            Command::Set { key, value } => self.set(member, &key, &value.0),
            Command::OwnerAdd(number) => self.team_add(member, Role::Owner, &number.0),
            Command::OwnerRemove(number) => self.team_remove(member, Role::Owner, &number.0),
            Command::CrewAdd(number) => self.team_add(member, Role::Crew, &number.0),
            Command::CrewRemove(number) => self.team_remove(member, Role::Crew, &number.0),
        }
    }

    /// `YES`: to the question whether the new holder of a number is meant, or an order with its slip mended; else a text like
    /// any other.
    fn yes(&mut self, member: &Member, message: MessageId, text: &str) -> Done {
        if self.confirm_held(member, message)? {
            return Ok(());
        }
        if let Some(order) = self.take_mended(member)? {
            return self.owner_text(member, message, &order);
        }
        match self.tx.held(&member.number)? {
            Some(_) => self.say(&member.number, "still_held", &[]),
            None => self.untagged(member, message, text),
        }
    }
}

/// Whether a text is what a phone that answers by itself may say. People give orders, or tag, or write to the one open chat a
/// few times an hour.
fn is_no_order(read: &OwnerText) -> bool {
    matches!(
        read,
        OwnerText::Untagged(_)
            | OwnerText::Unclear { .. }
            | OwnerText::DidYouMean { .. }
            | OwnerText::Usage { .. }
            | OwnerText::OptOutWord
            | OwnerText::Empty
    )
}

/// Whether somebody of that role may give the order that `usage` shows.
fn may_order(role: Role, usage: &str, pack: &Pack) -> bool {
    may(role, &grammar::read_in(usage, pack))
}

/// What each role may do: owners all; crew answer and look; installers look at the box and set it up, and see no texts.
fn may(role: Role, read: &OwnerText) -> bool {
    let answers = matches!(
        read,
        OwnerText::To { .. }
            | OwnerText::Misplaced { .. }
            | OwnerText::Handle(_)
            | OwnerText::Untagged(_)
            | OwnerText::Unclear { .. }
            | OwnerText::No
            | OwnerText::Canned { .. }
            | OwnerText::Later { .. }
            | OwnerText::LaterAlone { .. }
            | OwnerText::Command(
                Command::List
                    | Command::More(_)
                    | Command::Done(_)
                    | Command::Num(_)
                    | Command::Oops(_)
                    | Command::Name { .. }
                    | Command::Later { .. }
                    | Command::PutOff
                    | Command::Won { .. }
                    | Command::Undo
            )
    );
    let looks = matches!(
        read,
        OwnerText::Command(Command::Status | Command::Help(_) | Command::Test | Command::More(None))
            | OwnerText::OptOutWord
            | OwnerText::Reaction(_)
            | OwnerText::Empty
            | OwnerText::DidYouMean { .. }
            | OwnerText::Usage { .. }
    );
    let sets = match read {
        OwnerText::Command(Command::SetList | Command::SetShow(_) | Command::Undo) => true,
        // With the PIN goes the proof for everything.
        OwnerText::Command(Command::Set { key, .. }) => key != PIN_KEY,
        _ => false,
    };
    match role {
        Role::Owner => true,
        Role::Crew => answers || looks,
        Role::Installer => looks || sets,
    }
}
