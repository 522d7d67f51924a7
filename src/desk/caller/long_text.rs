//! Long texts: parts in any order, twice, late. Incomplete after two minutes it goes on with the gap marked; what comes
//! later is merged and told again.

use crate::desk::caller::content::Content;
use crate::desk::caller::inbound::merge_since;
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageId;
use crate::sms::{self, Deliver, Tpdu, UserData};
use crate::store::inbound::{Concat, InboundPart};
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// How long the owner waits for missing parts before seeing what is there.
const WAIT_FOR_PARTS: Duration = Duration::from_secs(120);

/// A long text as far as it is there.
struct Assembled {
    content: Content,
    have: u8,
    complete: bool,
}

impl Turn<'_> {
    /// One more part of a long text was stored as row `id`.
    pub fn long_part(&mut self, id: i64, sender: &str, concat: Concat) -> Done {
        let mut siblings = self.tx.siblings(sender, concat, merge_since(self.now().steady))?;
        // A reference that came round again: a part number already there belongs to an older text.
        if siblings
            .iter()
            .any(|s| s.id != id && s.concat.is_some_and(|c| c.part == concat.part))
        {
            siblings = newest_text(siblings, id, concat);
        }
        let rows: Vec<i64> = siblings.iter().map(|s| s.id).collect();
        let assembled = assemble(&siblings, concat.total, &self.line("part_missing", &[]));
        let first = rows.first().copied().unwrap_or(id);
        match siblings.iter().find_map(|s| s.message) {
            Some(message) => self.late_part(id, sender, message, &assembled),
            None if assembled.complete => {
                self.tx.clear_timer(TimerKind::Incomplete, first)?;
                self.whole_text(sender, &assembled.content, assembled.have, true, &rows)
            }
            None => {
                if first == id {
                    self.tx
                        .set_timer(TimerKind::Incomplete, id, self.now().steady.plus(WAIT_FOR_PARTS))?;
                }
                Ok(())
            }
        }
    }

    /// Two minutes are over: what is there goes on, with the gaps marked.
    pub fn incomplete(&mut self, first: i64) -> Done {
        let Some(part) = self.tx.inbound_part(first)? else {
            return Ok(());
        };
        let Some(concat) = part.concat.filter(|_| part.message.is_none()) else {
            return Ok(());
        };
        let all = self.tx.siblings(&part.sender, concat, merge_since(self.now().steady))?;
        let waiting: Vec<InboundPart> = all
            .into_iter()
            .filter(|s| s.id >= first && s.message.is_none())
            .collect();
        let rows: Vec<i64> = waiting.iter().map(|s| s.id).collect();
        let assembled = assemble(&waiting, concat.total, &self.line("part_missing", &[]));
        let why = format!("{} of {} parts came in time", assembled.have, concat.total);
        self.tx
            .journal(About::default(), "long text passed on incomplete", &why)?;
        self.whole_text(&part.sender, &assembled.content, assembled.have, false, &rows)
    }

    /// A part of a text that went on incomplete. The owner is told again once it is whole.
    fn late_part(&mut self, id: i64, sender: &str, message: MessageId, assembled: &Assembled) -> Done {
        self.tx.assign_inbound(id, message)?;
        let Content::Text(text) = &assembled.content else {
            return Ok(());
        };
        self.tx
            .rewrite_message(message, text, assembled.have, assembled.complete)?;
        if !assembled.complete {
            return Ok(());
        }
        if let Some(member) = self.member(sender) {
            return self.owner_text(member, message, text);
        }
        match self.tx.contact(sender)? {
            Some(contact) => self.completed_text(contact, message, text),
            None => {
                let line = self.line("from_sender", &[("sender", &sender), ("text", text)]);
                self.forward(&line, None, message)
            }
        }
    }
}

/// Of parts whose reference came round again, those of the text that row `id` is of: everything after the last time its
/// own part number came before.
fn newest_text(siblings: Vec<InboundPart>, id: i64, concat: Concat) -> Vec<InboundPart> {
    let earlier = siblings
        .iter()
        .filter(|s| s.id != id && s.concat.is_some_and(|c| c.part == concat.part));
    let Some(last) = earlier.map(|s| s.id).max() else {
        return siblings;
    };
    siblings
        .into_iter()
        .filter(|s| s.id > last && s.message.is_none())
        .collect()
}

/// `gap` stands where a part is missing.
fn assemble(parts: &[InboundPart], total: u8, gap: &str) -> Assembled {
    let decoded: Vec<(u8, Deliver)> = parts
        .iter()
        .filter_map(|part| match (part.concat, sms::decode(&part.raw).map(|pdu| pdu.tpdu)) {
            (Some(concat), Ok(Tpdu::Deliver(deliver))) => Some((concat.part, deliver)),
            (Some(_) | None, Ok(Tpdu::Deliver(_) | Tpdu::Submit(_) | Tpdu::StatusReport(_)) | Err(_)) => None,
        })
        .collect();
    let user_data: Vec<(u8, &UserData)> = decoded
        .iter()
        .map(|(part, deliver)| (*part, &deliver.user_data))
        .collect();
    let whole = sms::assemble(total, user_data.iter().copied());
    let mut text = whole.text.clone();
    for part in &whole.missing {
        // The owner's wording (product.md §3); the numbers mean nothing on a phone.
        text = text.replace(&format!("(part {part} of {total} missing)"), gap);
    }
    let ports = user_data.iter().find_map(|(_, part)| part.header().ports());
    let text = whole.data.is_empty().then_some(text);
    Assembled {
        complete: whole.is_complete(),
        have: total.saturating_sub(u8::try_from(whole.missing.len()).unwrap_or(total)),
        content: Content::of(ports, text, &whole.data),
    }
}
