//! `LIST`, `HELP` and `MORE` alone: who waits and what can be texted, a part at a time.

use crate::clock::Steady;
use crate::desk::conversation::replies::gist;
use crate::desk::owner::{commands, may_order};
use crate::desk::rules::{Member, Role};
use crate::desk::submission::air;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::store::StoreError;
use crate::store::contacts::Contact;
use std::time::Duration;

/// Callers that `LIST` knows of, all pages together.
const LIST_MOST: u32 = 60;
/// Characters of each caller's last text in `LIST`.
const LIST_SNIPPET: usize = 24;
/// Callers who don't wait are listed this long after the last text either way.
const LISTED_FOR: Duration = Duration::from_secs(72 * 3600);
/// Setting, followed by a phone's number: where its `LIST` stopped and when, as `offset:steady`; its `HELP`, with [`HELP`] before.
const LIST_FROM: &str = "list_from_";
const HELP: &str = "help ";
/// `MORE` goes on with a list this long after it.
const LIST_GOES_ON: Duration = Duration::from_secs(30 * 60);

impl Turn<'_> {
    /// `LIST`: who waits first, then the other conversations; as many as one part takes.
    pub fn list(&mut self, member: &Member) -> Done {
        self.list_page(member, 0)
    }

    /// `HELP`: what this one may text, as much as one part takes.
    pub fn owner_help(&mut self, member: &Member) -> Done {
        self.help_page(member, 0)
    }

    /// `HELP AWAY`: what that order does.
    pub fn help_about(&mut self, member: &Member, id: &str) -> Done {
        match self.rules.pack.command(id) {
            Some(phrase) => {
                let said = format!("{}: {}", phrase.usage, phrase.does);
                self.reply(&member.number, &said)
            }
            None => self.owner_help(member),
        }
    }

    /// `MORE` alone: the rest of the list if that was asked for last, else of whoever texted last.
    pub fn more_of_last(&mut self, member: &Member) -> Done {
        let last = self.tx.spoken_since(Steady(i64::MIN), 1)?;
        let mark = self.tx.setting(&list_key(member))?.unwrap_or_default();
        let (of_help, mark) = match mark.strip_prefix(HELP) {
            Some(mark) => (true, mark),
            None => (false, mark.as_str()),
        };
        let mark = mark.split_once(':');
        let mark = mark.and_then(|(from, at)| Some((from.parse::<usize>().ok()?, Steady(at.parse().ok()?))));
        if let Some((from, at)) = mark {
            let spoke_since = last.first().and_then(|c| c.heard_at).is_some_and(|heard| heard > at);
            if from > 0 && !spoke_since && self.now().steady.since(at) < LIST_GOES_ON {
                return match of_help {
                    true => self.help_page(member, from),
                    false => self.list_page(member, from),
                };
            }
        }
        if member.role == Role::Installer {
            return self.say(&member.number, "for_the_owner", &[]);
        }
        let handle = match last.first() {
            Some(contact) => self.tx.holding_of(contact.id)?.map(|holding| holding.handle),
            None => None,
        };
        match handle {
            Some(handle) => self.more(member, handle),
            None => self.say(&member.number, "nothing_more", &[]),
        }
    }

    fn help_page(&mut self, member: &Member, from: usize) -> Done {
        let pack = &self.rules.pack;
        let mut usages = commands::usages(pack);
        usages.retain(|usage| may_order(member.role, usage, pack));
        let header = match (from, member.role) {
            (0, Role::Owner | Role::Crew) => self.line("help", &[("commands", &"")]),
            (_, _) => String::new(),
        };
        let usage = |at: usize| Ok(usages.get(at).cloned().unwrap_or_default());
        let (page, next) = self.page(&header, from..usages.len(), ", ", usage)?;
        self.keep_place(member, HELP, next)?;
        self.reply(&member.number, &page)
    }

    fn list_page(&mut self, member: &Member, from: usize) -> Done {
        let mut open = self.tx.waiting(LIST_MOST)?;
        let waiting = open.len();
        for contact in self.tx.alive_since(self.now().steady.minus(LISTED_FOR), LIST_MOST)? {
            if !contact.waiting {
                open.push(contact);
            }
        }
        if open.is_empty() {
            self.keep_place(member, "", 0)?;
            return self.say(&member.number, "nobody_waits", &[]);
        }
        let header = match waiting == 0 && from == 0 {
            true => format!("{} {}\n", self.line("nobody_waits", &[]), self.line("list_lately", &[])),
            false => String::new(),
        };
        let line = |at: usize| match open.get(at) {
            Some(contact) => self.list_line(member, contact, at < waiting),
            None => Ok(String::new()),
        };
        let (page, next) = self.page(&header, from..open.len(), "\n", line)?;
        self.keep_place(member, "", next)?;
        self.reply(&member.number, &page)
    }

    /// As many of `items` as one part takes behind `header`, one at least, and how many are left; where the next page begins, 0
    /// if there is none.
    fn page(
        &self,
        header: &str,
        items: std::ops::Range<usize>,
        between: &str,
        item: impl Fn(usize) -> Result<String, StoreError>,
    ) -> Result<(String, usize), StoreError> {
        let more = |left: usize| match left {
            0 => String::new(),
            left => format!("\n{}", self.line("list_more", &[("count", &left)])),
        };
        let mut page = header.to_owned();
        let mut shown = items.start;
        for at in items.clone() {
            let first = at == items.start;
            let with = format!("{page}{}{}", if first { "" } else { between }, item(at)?);
            if !first && air::count_plain(&format!("{with}{}", more(items.end - at - 1))) > 1 {
                break;
            }
            page = with;
            shown = at + 1;
        }
        let left = items.end.saturating_sub(shown);
        Ok((format!("{page}{}", more(left)), if left > 0 { shown } else { 0 }))
    }

    /// `MORE` goes on with `what` from `next` on.
    fn keep_place(&self, member: &Member, what: &str, next: usize) -> Done {
        let mark = format!("{what}{next}:{}", self.now().steady.0);
        self.tx.set_setting(&list_key(member), &mark)
    }

    /// `27 Dave 2h: Water heater..`; whoever has the conversation is named, and that it was answered.
    fn list_line(&self, member: &Member, contact: &Contact, waits: bool) -> Result<String, StoreError> {
        let handle = self.tx.holding_of(contact.id)?.map(|h| h.handle);
        let who = lines::who(handle, contact);
        let since = if waits {
            contact.waiting_since.or(contact.heard_at)
        } else {
            contact.human_at
        };
        let age = since
            .map(|at| format!(" {}", self.rules.pack.length(self.now().steady.since(at))))
            .unwrap_or_default();
        let by = match self.claimant(contact.id)? {
            Some(by) if by.number != member.number => format!(" ({})", self.known_as(&by)),
            Some(_) | None => String::new(),
        };
        if !waits {
            return Ok(format!("{who}{age} {}{by}", self.line("list_answered", &[])));
        }
        let said = self.last_words(contact.id)?;
        // An installer looks after the box, not into people's texts.
        let said = match (member.role, said) {
            (Role::Installer, _) | (_, None) => String::new(),
            (Role::Owner | Role::Crew, Some(said)) => format!(": {}", gist(&said, LIST_SNIPPET)),
        };
        Ok(format!("{who}{age}{by}{said}"))
    }
}

fn list_key(member: &Member) -> String {
    format!("{LIST_FROM}{}", member.number)
}
