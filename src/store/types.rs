//! The words that columns may hold. Each enum here but [`TimerKind`] has its CHECK constraint in [`super::schema`]; a test
//! keeps them alike.

use crate::clock::Trust;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in the database and in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.as_str()))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let word = value.as_str()?;
                $name::ALL.iter().copied().find(|v| v.as_str() == word).ok_or(FromSqlError::InvalidType)
            }
        }
    };
}

words!(
    /// What is known of who called.
    Line {
        /// The network gave a number.
        Number = "number",
        /// The caller withheld it.
        Withheld = "withheld",
        /// The network could not say.
        Unavailable = "unavailable",
    }
);
words!(
    /// How a call ended.
    Verdict {
        Missed = "missed",
        Answered = "answered",
        Rejected = "rejected",
    }
);
words!(
    /// What was decided about a call.
    Decision {
        /// A text to the caller was queued in the same transaction.
        Texted = "texted",
        /// None will be, for the recorded reason.
        Skipped = "skipped",
        /// Still ringing, or over and waiting for the SIM's country.
        Pending = "pending",
    }
);
words!(
    /// Which way a text went.
    Direction {
        In = "in",
        Out = "out",
    }
);
words!(
    /// What a text is for.
    Kind {
        /// The automatic text to a missed caller.
        TextBack = "text_back",
        /// A caller's text, and what carries it to the owner.
        Forward = "forward",
        /// The owner's text to a caller.
        Relay = "relay",
        /// A command from the owner.
        Command = "command",
        /// Our answer to a command, to STOP, START or HELP.
        Answer = "answer",
        /// A line to the owner that nobody asked for.
        Alert = "alert",
    }
);
words!(
    /// Where a text, or one part of it, is on its way.
    State {
        Queued = "queued",
        /// `AT+CMGS` was given; the attempt is on record.
        Submitting = "submitting",
        /// The network took it.
        Accepted = "accepted",
        /// A status report said so; for a text that came in: it is here.
        Delivered = "delivered",
        Failed = "failed",
        /// It left, and no verdict came. Never sent again blindly.
        InDoubt = "in_doubt",
    }
);
words!(
    /// Whom an outgoing part is for; the governor and the retry rules differ.
    Audience {
        Caller = "caller",
        Owner = "owner",
    }
);
words!(
    /// What a timer is for.
    TimerKind {
        /// The "Missed 27 …" line waits for a first reply to merge with.
        MissedLine = "missed_line",
        /// A held text is asked about no longer.
        Held = "held",
        /// A long text stays incomplete.
        Incomplete = "incomplete",
        /// Nothing settled a text in doubt.
        InDoubt = "in_doubt",
        /// Nobody confirmed an order that needs it; the subject is the phone's digits.
        Unconfirmed = "unconfirmed",
        /// Old bodies are to be erased.
        Purge = "purge",
        /// Lines merged in a flood may be told.
        Flood = "flood",
        /// A caller waits for an answer.
        Nudge = "nudge",
        /// A text or reminder of the owner's for later.
        Scheduled = "scheduled",
        /// The week's figures.
        Digest = "digest",
        /// The modem's message memory stays full.
        Memory = "memory",
        /// The balance is to be asked for.
        Balance = "balance",
        /// The test call that somebody asked for has not come.
        TestCall = "test_call",
        /// The owner's AWAY ends, or is looked at again.
        Away = "away",
        /// Nobody told the time since the start, or it is looked at again.
        Clock = "clock",
    }
);
words!(
    /// What the owner put off.
    ScheduledKind {
        /// To the caller, then.
        Text = "text",
        /// A line to the owner, then.
        Reminder = "reminder",
    }
);
words!(
    /// An entry of the consent ledger.
    Consent {
        OptOut = "opt_out",
        OptIn = "opt_in",
        /// They called: the consent the first text rests on.
        Called = "called",
        /// They texted first.
        Texted = "texted",
        /// The owner sent something that was refused because of the opt-out.
        Refused = "refused",
    }
);
words!(
    /// How an entry of the consent ledger came about.
    How {
        /// They texted these words.
        Text = "text",
        /// They called.
        Call = "call",
        /// The owner did something.
        Owner = "owner",
        /// Taken from the opt-out file after the database was lost; the words were lost with it.
        Restored = "restored",
    }
);

impl How {
    /// How an event usually comes about.
    #[must_use]
    pub fn of(event: Consent) -> How {
        match event {
            Consent::OptOut | Consent::OptIn | Consent::Texted => How::Text,
            Consent::Called => How::Call,
            Consent::Refused => How::Owner,
        }
    }

    /// In words, for people who read an export.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            How::Text => "by a text from this number",
            How::Call => "by a call from this number",
            How::Owner => "by the owner",
            How::Restored => "taken from the opt-out file after the database was lost",
        }
    }
}

impl Consent {
    /// In words, for people who read an export.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Consent::OptOut => "asked for no more texts",
            Consent::OptIn => "asked for texts again",
            Consent::Called => "called the business",
            Consent::Texted => "texted the business first",
            Consent::Refused => "a text to this number was refused because of its opt-out",
        }
    }
}

/// Who goes first when several texts are due. Smaller goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Texts to callers: text-backs and the owner's answers.
    Caller = 0,
    /// Confirmations of an opt-out and the like.
    Confirmation = 1,
    /// Everything to the owner.
    Owner = 2,
}

impl ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(*self as i64))
    }
}

macro_rules! id_column {
    ($($name:ident: $inner:ty),+) => {$(
        impl ToSql for crate::ids::$name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
        impl FromSql for crate::ids::$name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <$inner>::column_result(value).map(crate::ids::$name)
            }
        }
    )+};
}
id_column!(CallId: i64, MessageId: i64, OutboxId: i64, Handle: u16, MessageReference: u8);

impl ToSql for crate::clock::Steady {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// The words of `meta.trust`.
const TRUST: [(Trust, &str); 4] = [
    (Trust::Guess, "guess"),
    (Trust::ServiceCentre, "service_centre"),
    (Trust::Network, "network"),
    (Trust::Synchronised, "synchronised"),
];

impl ToSql for Trust {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let word = TRUST.iter().find(|(trust, _)| trust == self);
        Ok(ToSqlOutput::from(word.map_or("guess", |(_, word)| word)))
    }
}

impl FromSql for Trust {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let known = TRUST.iter().find(|(_, known)| *known == word);
        known.map(|(trust, _)| *trust).ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for crate::clock::Steady {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(crate::clock::Steady)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The CHECK constraint of `table.column` must list exactly the words of the enum.
    fn check_lists(column: &str, words: &[&str]) {
        let list = words.iter().map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", ");
        let wanted = format!("{column} IN ({list})");
        assert!(
            super::super::schema::all_sql().contains(&wanted),
            "no CHECK ({wanted}) in the schema"
        );
    }

    #[test]
    fn every_word_has_its_check_in_the_schema() {
        check_lists("line", &Line::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
        check_lists("verdict", &Verdict::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
        check_lists(
            "decision",
            &Decision::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>(),
        );
        check_lists(
            "direction",
            &Direction::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>(),
        );
        check_lists("kind", &Kind::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
        check_lists("state", &State::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
        check_lists(
            "audience",
            &Audience::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>(),
        );
        // TimerKind has none: see schema::v2.
        check_lists("how", &How::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
        check_lists(
            "kind",
            &ScheduledKind::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>(),
        );
        check_lists("trust", &TRUST.map(|(_, word)| word));
        check_lists("event", &Consent::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>());
    }
}
