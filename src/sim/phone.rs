//! The phones of the simulated world: who they are, and what they received.

use super::number::Number;
use super::user_data::{Concat, UserData};
use std::collections::VecDeque;
use std::time::Duration;

/// Texts a phone keeps; the oldest goes first.
const MAX_TEXTS: usize = 1000;
/// Unfinished long texts a phone keeps parts of.
const MAX_PARTIAL: usize = 32;

/// What the network says about who is calling (3GPP TS 27.007 §7.6, CLI validity).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Known(Number),
    /// CLI validity 1.
    Withheld,
    /// CLI validity 2: lost in interworking.
    NotAvailable,
}

impl std::fmt::Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Caller::Known(number) => number.fmt(f),
            Caller::Withheld => f.write_str("withheld"),
            Caller::NotAvailable => f.write_str("unavailable"),
        }
    }
}

/// A whole text as it lies in a phone's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub from: Number,
    pub text: String,
    /// Messages it took on the air.
    pub parts: u8,
    /// When its last part arrived, from the start of the world.
    pub at: Duration,
}

/// One phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    pub number: Number,
    /// Whole texts, oldest first.
    pub texts: VecDeque<Text>,
    /// A landline takes no texts: the service centre accepts them and reports failure (`modem-facts.md` §7).
    pub landline: bool,
    /// Off or out of reach: texts wait in the service centre.
    pub off: bool,
    /// The service centre refuses texts to it with this code (`+CMS ERROR`, TS 27.005 §3.2.5).
    pub refused: Option<u16>,
    partial: VecDeque<Partial>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Partial {
    from: Number,
    concat: Concat,
    parts: Vec<Option<UserData>>,
}

impl Phone {
    pub(super) fn new(number: Number) -> Self {
        Phone {
            number,
            texts: VecDeque::new(),
            landline: false,
            off: false,
            refused: None,
            partial: VecDeque::new(),
        }
    }

    /// Takes one message off the air; gives back the text when it is whole.
    pub(super) fn receive(&mut self, from: &Number, content: UserData, at: Duration) -> Option<Text> {
        let text = match content.concat {
            None => Text {
                from: from.clone(),
                text: content.text(),
                parts: 1,
                at,
            },
            Some(concat) => Text {
                from: from.clone(),
                text: self.join(from, concat, content)?,
                parts: concat.total,
                at,
            },
        };
        if self.texts.len() >= MAX_TEXTS {
            self.texts.pop_front();
        }
        self.texts.push_back(text.clone());
        Some(text)
    }

    fn join(&mut self, from: &Number, concat: Concat, content: UserData) -> Option<String> {
        let same =
            |p: &Partial| p.from == *from && p.concat.reference == concat.reference && p.concat.total == concat.total;
        let position = match self.partial.iter().position(same) {
            Some(position) => position,
            None => {
                if self.partial.len() >= MAX_PARTIAL {
                    self.partial.pop_front();
                }
                let parts = vec![None; usize::from(concat.total)];
                self.partial.push_back(Partial {
                    from: from.clone(),
                    concat,
                    parts,
                });
                self.partial.len() - 1
            }
        };
        let partial = self.partial.get_mut(position)?;
        *partial.parts.get_mut(usize::from(concat.part).checked_sub(1)?)? = Some(content);
        let whole: Option<String> = partial
            .parts
            .iter()
            .map(|part| part.as_ref().map(UserData::text))
            .collect();
        if whole.is_some() {
            self.partial.remove(position);
        }
        whole
    }
}
