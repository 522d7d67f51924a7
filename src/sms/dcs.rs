//! TP-Data-Coding-Scheme: which alphabet, which class, compressed or not. 3GPP TS 23.038 §4.

/// How the user data is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// GSM 7 bit default alphabet and its shift tables, TS 23.038 §6.2.1.
    Gsm7,
    /// Octets without an alphabet; also compressed texts, which we do not unpack.
    EightBit,
    /// UCS-2; in the field, UTF-16BE.
    Ucs2,
}

impl Encoding {
    /// The name used in `pdu decode`: `gsm7`, `8bit`, `ucs2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "gsm7",
            Encoding::EightBit => "8bit",
            Encoding::Ucs2 => "ucs2",
        }
    }
}

/// What a message-waiting indication is about, TS 23.038 §4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingKind {
    Voicemail,
    Fax,
    Email,
    Other,
}

/// A message-waiting indication group's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageWaiting {
    pub kind: WaitingKind,
    /// The indication is switched on (messages wait) or off.
    pub active: bool,
    /// The text is worth keeping; otherwise it may be discarded after acting on the indication.
    pub store: bool,
}

/// The TP-DCS octet. Any value is legal: what the standard reserves reads as the GSM 7 bit default alphabet, as it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dcs(pub u8);

impl Dcs {
    /// GSM 7 bit, no class.
    pub const GSM7: Dcs = Dcs(0x00);
    /// 8-bit data, no class.
    pub const EIGHT_BIT: Dcs = Dcs(0x04);
    /// UCS-2, no class.
    pub const UCS2: Dcs = Dcs(0x08);

    /// The plain DCS, without class, for an encoding.
    #[must_use]
    pub fn plain(encoding: Encoding) -> Dcs {
        match encoding {
            Encoding::Gsm7 => Dcs::GSM7,
            Encoding::EightBit => Dcs::EIGHT_BIT,
            Encoding::Ucs2 => Dcs::UCS2,
        }
    }

    /// How to read the user data. Compressed data is [`Encoding::EightBit`]: without TS 23.042 it is only octets.
    #[must_use]
    pub fn encoding(self) -> Encoding {
        if self.is_compressed() {
            return Encoding::EightBit;
        }
        match self.0 >> 4 {
            // General data coding 00xx and marked for automatic deletion 01xx: bits 3..2 are the alphabet.
            0x0..=0x7 => match self.0 >> 2 & 0b11 {
                0b01 => Encoding::EightBit,
                0b10 => Encoding::Ucs2,
                _ => Encoding::Gsm7,
            },
            // Message waiting, store, UCS-2.
            0xE => Encoding::Ucs2,
            // Data coding/message class: bit 2 is the alphabet.
            0xF if self.0 & 0b100 != 0 => Encoding::EightBit,
            // Message waiting 1100 and 1101, class group with bit 2 clear, and the reserved groups 1000–1011.
            _ => Encoding::Gsm7,
        }
    }

    /// Message class 0 (flash) to 3, if the octet says one.
    #[must_use]
    pub fn class(self) -> Option<u8> {
        match self.0 >> 4 {
            0x0..=0x7 => (self.0 & 0x10 != 0).then_some(self.0 & 0b11),
            0xF => Some(self.0 & 0b11),
            _ => None,
        }
    }

    /// Compressed with TS 23.042 (general and auto-deletion groups, bit 5).
    #[must_use]
    pub fn is_compressed(self) -> bool {
        self.0 & 0x80 == 0 && self.0 & 0x20 != 0
    }

    /// Marked for automatic deletion once read (coding group 01xx).
    #[must_use]
    pub fn deletes_itself(self) -> bool {
        self.0 & 0xC0 == 0x40
    }

    /// The message-waiting indication, in groups 1100, 1101 and 1110.
    #[must_use]
    pub fn message_waiting(self) -> Option<MessageWaiting> {
        let store = match self.0 >> 4 {
            0xC => false,
            0xD | 0xE => true,
            _ => return None,
        };
        let kind = match self.0 & 0b11 {
            0 => WaitingKind::Voicemail,
            1 => WaitingKind::Fax,
            2 => WaitingKind::Email,
            _ => WaitingKind::Other,
        };
        Some(MessageWaiting {
            kind,
            active: self.0 & 0b1000 != 0,
            store,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{EightBit, Gsm7, Ucs2};

    #[test]
    fn every_coding_group_has_its_alphabet_and_class() {
        let table = [
            (0x00, Gsm7, None),
            (0x04, EightBit, None),
            (0x08, Ucs2, None),
            (0x0C, Gsm7, None),
            (0x03, Gsm7, None), // class bits without bit 4 mean nothing
            (0x10, Gsm7, Some(0)),
            (0x11, Gsm7, Some(1)),
            (0x15, EightBit, Some(1)),
            (0x18, Ucs2, Some(0)),
            (0x1B, Ucs2, Some(3)),
            (0x20, EightBit, None), // compressed
            (0x48, Ucs2, None),
            (0x52, Gsm7, Some(2)),
            (0x80, Gsm7, None),
            (0xB8, Gsm7, None),
            (0xC8, Gsm7, None),
            (0xD0, Gsm7, None),
            (0xE0, Ucs2, None),
            (0xF0, Gsm7, Some(0)),
            (0xF1, Gsm7, Some(1)),
            (0xF4, EightBit, Some(0)),
            (0xF6, EightBit, Some(2)),
        ];
        for (octet, encoding, class) in table {
            assert_eq!(
                (Dcs(octet).encoding(), Dcs(octet).class()),
                (encoding, class),
                "{octet:02X}"
            );
        }
    }

    #[test]
    fn auto_deletion_and_compression_are_seen_only_in_their_groups() {
        assert!(Dcs(0x40).deletes_itself() && !Dcs(0x00).deletes_itself() && !Dcs(0xC0).deletes_itself());
        assert!(Dcs(0x20).is_compressed() && Dcs(0x61).is_compressed() && !Dcs(0xE0).is_compressed());
    }

    #[test]
    fn voicemail_waiting_is_read_from_the_indication_groups() {
        let on = MessageWaiting {
            kind: WaitingKind::Voicemail,
            active: true,
            store: false,
        };
        assert_eq!(Dcs(0xC8).message_waiting(), Some(on));
        let off = MessageWaiting {
            kind: WaitingKind::Email,
            active: false,
            store: true,
        };
        assert_eq!(Dcs(0xD2).message_waiting(), Some(off));
        assert_eq!(Dcs(0xF0).message_waiting(), None);
    }
}
