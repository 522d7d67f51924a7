//! Identifiers that must not be mixed up. Each is the key of one thing, in one table or one modem.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// Row id in table `call`.
    CallId(i64)
);
id!(
    /// Row id in table `message`.
    MessageId(i64)
);
id!(
    /// Row id in table `outbox`: one part of one outgoing text.
    OutboxId(i64)
);
id!(
    /// One call as one modem sees it, unique within this run of the program. The store knows it as a [`CallId`].
    CallKey(u64)
);
id!(
    /// One received PDU the modem still holds, unique within this run of the program.
    SlotToken(u64)
);
id!(
    /// TP-Message-Reference, 3GPP TS 23.040 §9.2.3.6: 0–255, per modem, wraps.
    MessageReference(u8)
);
id!(
    /// The number by which the owner names a caller: `27` in `27 On my way`.
    Handle(u16)
);

/// Handles have two or three digits; never 1 to 12 (product.md §3).
pub const HANDLES: std::ops::RangeInclusive<u16> = 13..=999;
