//! A text as the parts it takes, in the cheapest alphabet, cut where no character is hurt. 3GPP TS 23.038 §6.2,
//! TS 23.040 §9.2.3.24.

use super::user_data::{MAX_OCTETS, MAX_SEPTETS, header_septets};
use super::{Concat, ConcatReference, Content, Encoding, Header, Language, PduError, Shifts, UserData, gsm7};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Most parts a message can have: the total is one octet.
pub const MAX_PARTS: u8 = 255;

/// How a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentOptions {
    /// What the parts share, if it takes more than one. The 8-bit form leaves room for one more septet a part.
    pub reference: ConcatReference,
    /// Most parts the text may take; more is an error.
    pub max_parts: u8,
    /// Whether national language tables may be used where they save parts. Off for what we send ourselves: networks and
    /// phones mangle them.
    pub national_tables: bool,
}

impl SegmentOptions {
    /// Up to [`MAX_PARTS`] parts, default alphabet or UCS-2.
    #[must_use]
    pub fn new(reference: ConcatReference) -> SegmentOptions {
        SegmentOptions {
            reference,
            max_parts: MAX_PARTS,
            national_tables: false,
        }
    }
}

/// A text that was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    pub encoding: Encoding,
    /// At least one; an empty text is one empty part.
    pub parts: Vec<UserData>,
}

/// Why a text cannot be cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    #[error("the text takes {parts} parts, {most} are allowed")]
    TooLong { parts: usize, most: u8 },
    /// Does not happen: what is cut to fit, fits.
    #[error("a part does not fit: {0}")]
    Part(#[from] PduError),
}

/// What a text takes when sent with an 8-bit reference and without national tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub encoding: Encoding,
    /// Texts the network bills.
    pub parts: usize,
    /// Septets (GSM-7, escapes counted) or UTF-16 units (UCS-2), without headers.
    pub units: usize,
}

/// What a text would take.
#[must_use]
pub fn cost(text: &str) -> Cost {
    let plan = Plan::cheapest(text, SegmentOptions::new(ConcatReference::Eight(0)));
    Cost {
        encoding: plan.alphabet.encoding(),
        parts: plan.cuts.len(),
        units: plan.units,
    }
}

/// Cuts a text. Neither an escape and its code, nor a surrogate pair, nor what a reader sees as one character is split
/// between parts, unless that one character is longer than a part.
///
/// # Errors
/// [`SegmentError::TooLong`] if it takes more than `options.max_parts`.
pub fn segment(text: &str, options: SegmentOptions) -> Result<Segments, SegmentError> {
    let plan = Plan::cheapest(text, options);
    let too_long = SegmentError::TooLong {
        parts: plan.cuts.len(),
        most: options.max_parts,
    };
    let Some(total) = u8::try_from(plan.cuts.len())
        .ok()
        .filter(|total| *total <= options.max_parts)
    else {
        return Err(too_long);
    };
    let concat = |part| {
        (total > 1).then_some(Concat {
            reference: options.reference,
            total,
            part,
        })
    };
    let parts = (1..=total)
        .zip(&plan.cuts)
        .map(|(part, cut)| {
            let text = text.get(cut.clone()).unwrap_or_default();
            UserData::new(plan.alphabet.header(concat(part)), plan.alphabet.content(text))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Segments {
        encoding: plan.alphabet.encoding(),
        parts,
    })
}

/// What a text may be sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Gsm7(Shifts),
    Ucs2,
}

impl Alphabet {
    fn encoding(self) -> Encoding {
        match self {
            Alphabet::Gsm7(_) => Encoding::Gsm7,
            Alphabet::Ucs2 => Encoding::Ucs2,
        }
    }

    fn header(self, concat: Option<Concat>) -> Header {
        let header = concat.map_or(Header::NONE, |concat| Header::NONE.with_concat(concat));
        match self {
            Alphabet::Gsm7(shifts) => header.with_shifts(shifts),
            Alphabet::Ucs2 => header,
        }
    }

    /// Units that fit beside a header of this many octets.
    fn room(self, header: usize) -> usize {
        match self {
            Alphabet::Gsm7(_) => MAX_SEPTETS.saturating_sub(header_septets(header)),
            Alphabet::Ucs2 => MAX_OCTETS.saturating_sub(header) / 2,
        }
    }

    /// Units a character takes; `None` if it cannot be said.
    fn units(self, c: char) -> Option<usize> {
        match self {
            Alphabet::Gsm7(shifts) => gsm7::encode_char(c, shifts).map(|(escape, _)| 1 + usize::from(escape.is_some())),
            Alphabet::Ucs2 => Some(c.len_utf16()),
        }
    }

    fn content(self, text: &str) -> Content {
        match self {
            // Planned with the same tables, so nothing is lost.
            Alphabet::Gsm7(shifts) => Content::Gsm7(gsm7::encode_lossy(text, shifts)),
            Alphabet::Ucs2 => Content::Ucs2(text.encode_utf16().collect()),
        }
    }
}

/// Where a text would be cut in one alphabet.
struct Plan {
    alphabet: Alphabet,
    /// Byte ranges of the text, one a part.
    cuts: Vec<Range<usize>>,
    units: usize,
}

impl Plan {
    /// Fewest parts wins; of equals, the plainest: default alphabet, then national tables, then UCS-2.
    fn cheapest(text: &str, options: SegmentOptions) -> Plan {
        let default = Plan::within(Alphabet::Gsm7(Shifts::DEFAULT), text, options);
        if !options.national_tables {
            return default.unwrap_or_else(|| Plan::ucs2(text, options));
        }
        let national = Language::ALL
            .into_iter()
            .flat_map(|language| {
                let (locking, single) = (Some(language), Some(language));
                [
                    Shifts { locking: None, single },
                    Shifts { locking, single: None },
                    Shifts { locking, single },
                ]
            })
            .filter_map(|shifts| Plan::within(Alphabet::Gsm7(shifts), text, options))
            .min_by_key(|plan| (plan.cuts.len(), plan.units));
        // The first of equals is taken.
        let gsm7 = default.into_iter().chain(national).min_by_key(|plan| plan.cuts.len());
        let ucs2 = Plan::ucs2(text, options);
        match gsm7 {
            Some(plan) if plan.cuts.len() <= ucs2.cuts.len() => plan,
            Some(_) | None => ucs2,
        }
    }

    /// Every character has UTF-16 units, so this is always a plan.
    fn ucs2(text: &str, options: SegmentOptions) -> Plan {
        let none = Plan {
            alphabet: Alphabet::Ucs2,
            cuts: Vec::new(),
            units: 0,
        };
        Plan::within(Alphabet::Ucs2, text, options).unwrap_or(none)
    }

    fn within(alphabet: Alphabet, text: &str, options: SegmentOptions) -> Option<Plan> {
        let units = text.chars().try_fold(0, |sum, c| Some(sum + alphabet.units(c)?))?;
        if units <= alphabet.room(alphabet.header(None).len()) {
            return Some(Plan {
                alphabet,
                cuts: std::iter::once(0..text.len()).collect(),
                units,
            });
        }
        let concat = Concat {
            reference: options.reference,
            total: MAX_PARTS,
            part: 1,
        };
        let room = alphabet.room(alphabet.header(Some(concat)).len());
        let mut cuts = Vec::new();
        let (mut start, mut used) = (0, 0);
        for (at, grapheme) in text.grapheme_indices(true) {
            let whole: usize = grapheme.chars().filter_map(|c| alphabet.units(c)).sum();
            if used + whole > room && used > 0 {
                cuts.push(start..at);
                (start, used) = (at, 0);
            }
            if whole <= room {
                used += whole;
                continue;
            }
            // Longer than a part: cut between its characters.
            for (offset, c) in grapheme.char_indices() {
                let one = alphabet.units(c)?;
                if used + one > room {
                    cuts.push(start..at + offset);
                    (start, used) = (at + offset, 0);
                }
                used += one;
            }
        }
        cuts.push(start..text.len());
        Some(Plan { alphabet, cuts, units })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::assemble;

    const EIGHT: SegmentOptions = SegmentOptions {
        reference: ConcatReference::Eight(7),
        max_parts: MAX_PARTS,
        national_tables: false,
    };
    const SIXTEEN: SegmentOptions = SegmentOptions {
        reference: ConcatReference::Sixteen(0x1234),
        ..EIGHT
    };

    fn lengths(text: &str, options: SegmentOptions) -> Vec<usize> {
        let segments = segment(text, options).unwrap();
        let length = |part: &UserData| match part.content() {
            Content::Gsm7(septets) => septets.len(),
            Content::Ucs2(units) => units.len(),
            Content::Data(octets) => octets.len(),
        };
        segments.parts.iter().map(length).collect()
    }

    #[test]
    fn parts_are_as_long_as_the_standard_lets_them() {
        assert_eq!(lengths("", EIGHT), [0]);
        assert_eq!(lengths(&"x".repeat(160), EIGHT), [160]);
        assert_eq!(lengths(&"x".repeat(161), EIGHT), [153, 8]);
        assert_eq!(lengths(&"x".repeat(161), SIXTEEN), [152, 9]);
        assert_eq!(lengths(&"ж".repeat(70), EIGHT), [70]);
        assert_eq!(lengths(&"ж".repeat(71), EIGHT), [67, 4]);
        assert_eq!(lengths(&"ж".repeat(71), SIXTEEN), [66, 5]);
        assert_eq!(lengths(&"x".repeat(153 * 2), EIGHT), [153, 153]);
    }

    #[test]
    fn an_escape_is_not_split_from_its_code() {
        let text = "x".repeat(152) + "€" + &"y".repeat(10);
        assert_eq!(lengths(&text, EIGHT), [152, 12]);
    }

    #[test]
    fn neither_a_surrogate_pair_nor_a_family_is_split() {
        assert_eq!(lengths(&("ж".repeat(66) + "😀" + "жжжж"), EIGHT), [66, 6]);
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(lengths(&("ж".repeat(60) + family), EIGHT), [60, 11]);
        let flags = "🇩🇪".repeat(20);
        assert_eq!(lengths(&flags, EIGHT), [64, 16]);
    }

    #[test]
    fn a_character_longer_than_a_part_is_cut_between_its_marks() {
        let zalgo = "ж".to_owned() + &"\u{301}".repeat(100);
        assert_eq!(lengths(&zalgo, EIGHT), [67, 34]);
    }

    #[test]
    fn more_parts_than_allowed_is_an_error() {
        let two = SegmentOptions { max_parts: 2, ..EIGHT };
        assert!(segment(&"x".repeat(306), two).is_ok());
        assert_eq!(
            segment(&"x".repeat(307), two),
            Err(SegmentError::TooLong { parts: 3, most: 2 })
        );
        assert!(segment(&"x".repeat(153 * 255), EIGHT).is_ok());
        assert!(segment(&"x".repeat(153 * 255 + 1), EIGHT).is_err());
    }

    #[test]
    fn cost_counts_escapes_and_surrogates() {
        let gsm7 = Encoding::Gsm7;
        assert_eq!(
            cost("a€"),
            Cost {
                encoding: gsm7,
                parts: 1,
                units: 3
            }
        );
        assert_eq!(
            cost(&"{".repeat(81)),
            Cost {
                encoding: gsm7,
                parts: 2,
                units: 162
            }
        );
        assert_eq!(
            cost("😀"),
            Cost {
                encoding: Encoding::Ucs2,
                parts: 1,
                units: 2
            }
        );
        assert_eq!(
            cost("it’s"),
            Cost {
                encoding: Encoding::Ucs2,
                parts: 1,
                units: 4
            }
        );
    }

    #[test]
    fn national_tables_are_used_only_when_allowed_and_cheaper() {
        let text = "Işığı söndürmeyi unutma, yarın sabah görüşürüz. Şimdilik hoşça kal! ğğğğ";
        assert_eq!(segment(text, EIGHT).unwrap().encoding, Encoding::Ucs2);
        let national = segment(
            text,
            SegmentOptions {
                national_tables: true,
                ..EIGHT
            },
        )
        .unwrap();
        assert_eq!((national.encoding, national.parts.len()), (Encoding::Gsm7, 1));
        assert_eq!(assemble(1, [(1, &national.parts[0])]).text, text);
    }
}
