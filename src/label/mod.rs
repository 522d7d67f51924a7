//! The card that stays with the box: its number, how to claim it, what to dial, what the lights say.
//!
//! One layout ([`Card`]), two printers ([`Card::svg`], [`Card::pdf`]). An A6 page, because every printer has paper for that,
//! and because it fits inside the lid.

mod pdf;
mod svg;

use crate::board::Code;
use crate::config::Topology;
use qrcodegen::{QrCode, QrCodeEcc};

/// Width of the page in points (1/72 inch): A6.
const WIDTH: f32 = 297.64;
/// Height of the page in points.
const HEIGHT: f32 = 419.53;
/// White around everything.
const MARGIN: f32 = 18.0;
/// Sizes of letters, in points.
const HEADING: f32 = 9.0;
const SMALL: f32 = 8.0;
/// Edge of the QR code.
const QR_SIDE: f32 = 112.0;
/// White around the QR code's modules that a reader needs, in modules.
const QR_QUIET: i32 = 4;

/// What the card is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The business, as callers read it.
    pub company: String,
    /// The SIM's number, E.164, where it is known.
    pub number: Option<String>,
    /// The code that makes somebody the owner, while there is none.
    pub claim_code: Option<String>,
    /// Whether calls are diverted to the box.
    pub topology: Topology,
    /// Seconds it rings on the owner's phone before it is diverted.
    pub divert_after_s: u8,
}

/// One line of text. `y` is its base line, from the top.
#[derive(Debug, Clone, PartialEq)]
struct Text {
    x: f32,
    y: f32,
    size: f32,
    bold: bool,
    words: String,
}

/// A page, laid out.
#[derive(Clone)]
pub struct Card {
    texts: Vec<Text>,
    /// Left, top and module size of the code, and the code.
    qr: Option<(f32, f32, f32, QrCode)>,
}

/// The text a scan of the code would send is too long for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number and the claim code don't fit a QR code")]
pub struct TooLong;

/// What the QR code says: the scheme that phones turn into a text ready to be sent.
#[must_use]
pub fn smsto(number: &str, body: &str) -> String {
    format!("smsto:{number}:{body}")
}

/// What the owner dials on their own phone so that calls they don't take ring on the box (22.030, 22.082).
#[must_use]
pub fn divert_codes(number: &str, after_s: u8) -> [(String, &'static str); 5] {
    [
        (format!("**61*{number}**{after_s}#"), "not answered"),
        (format!("**67*{number}#"), "busy"),
        (format!("**62*{number}#"), "off or no network"),
        ("##002#".to_owned(), "all diverts off again"),
        (
            format!("*71{}", number.trim_start_matches('+')),
            "where these don't work (Verizon); off: *73",
        ),
    ]
}

/// How wide Helvetica sets this, if it is bold; regular is never wider.
fn width(text: &str, size: f32) -> f32 {
    let thousandths: u32 = text.chars().map(|c| u32::from(advance(c))).sum();
    #[expect(clippy::cast_precision_loss, reason = "a line of text")]
    let em = thousandths as f32 / 1000.0;
    em * size
}

/// How wide a letter is, in thousandths of the size: Adobe's metrics of Helvetica-Bold for ASCII. Other letters count as the widest of
/// what they may be, so that a line is sooner too short than too long.
fn advance(c: char) -> u16 {
    #[rustfmt::skip]
    const FROM_SPACE_TO_TILDE: [u16; 95] = [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
        556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
        975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
        667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
        333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
        611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
    ];
    const LATIN: u16 = 778;
    const WIDEST: u16 = 1000;
    let place = usize::try_from(u32::from(c))
        .ok()
        .and_then(|code| code.checked_sub(0x20));
    match place.and_then(|place| FROM_SPACE_TO_TILDE.get(place)) {
        Some(width) => *width,
        None if c.is_lowercase() => 611,
        None if c < '\u{250}' && c.is_alphabetic() => LATIN,
        None => WIDEST,
    }
}

struct Page {
    texts: Vec<Text>,
    y: f32,
}

impl Page {
    fn text(&mut self, size: f32, bold: bool, words: impl Into<String>) {
        self.y += size * 1.3;
        self.texts.push(Text {
            x: MARGIN,
            y: self.y,
            size,
            bold,
            words: words.into(),
        });
    }

    /// Regular text over as many lines as it needs.
    fn words(&mut self, size: f32, words: &str) {
        let mut line = String::new();
        for word in words.split(' ') {
            if !line.is_empty() && width(&line, size) + width(word, size) + size > WIDTH - 2.0 * MARGIN {
                self.text(size, false, std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.text(size, false, line);
    }

    /// Bold text on one line: smaller where it is long, cut where even that is not enough.
    fn fitted(&mut self, largest: f32, smallest: f32, words: &str) {
        let room = WIDTH - 2.0 * MARGIN;
        let size = (largest * room / width(words, largest).max(1.0)).clamp(smallest, largest);
        let mut shown = words.to_owned();
        while width(&shown, size) > room && !shown.is_empty() {
            shown.truncate(shown.trim_end_matches("...").trim_end().len());
            shown.pop();
            shown.push_str("...");
        }
        self.text(size, true, shown);
    }

    fn heading(&mut self, words: &str) {
        self.text(HEADING, true, words);
    }

    fn line(&mut self, words: &str) {
        self.text(SMALL, false, words);
    }

    /// How the box is claimed, or what its owner can text.
    fn owning(&mut self, claim_code: Option<&str>, scannable: bool) {
        if let Some(code) = claim_code {
            self.line("Claim code");
            self.text(18.0, true, code);
            self.line("Text this code to the number");
            self.line(if scannable {
                "(or scan) and you are the owner."
            } else {
                "and you are the owner."
            });
            self.line("Then text HELP to learn the rest.");
        } else {
            self.line("From the owner's phone:");
            self.text(11.0, true, "HELP   STATUS   TEST");
            if scannable {
                self.line("Scan to text HELP to the box.");
            }
        }
    }

    fn diverting(&mut self, about: &About) {
        self.heading("Dial on your own phone: calls come here when it is");
        let number = about.number.as_deref().unwrap_or("NUMBER");
        for (code, what) in divert_codes(number, about.divert_after_s) {
            self.words(SMALL, &format!("{code}   {what}"));
        }
        self.gap(4.0);
    }

    fn lights(&mut self) {
        self.heading("Lights");
        self.words(
            SMALL,
            "A long green glow, then short flashes: all is well; the flashes are the signal (5 best).",
        );
        self.words(
            SMALL,
            "Only short flashes (red, where there is a red light) count a trouble:",
        );
        let codes: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("{} {}", code.count(), code.words()))
            .collect();
        for some in codes.chunks(3) {
            self.line(&some.join("    "));
        }
        self.gap(4.0);
    }

    fn button_and_silence(&mut self) {
        self.heading("Button");
        self.line("3 seconds: for ten minutes, whoever texts CLAIM is the owner.");
        self.line("10 seconds: owners and PIN are forgotten.");
        self.gap(4.0);
        self.heading("If it is silent");
        self.words(
            SMALL,
            "Pull its plug, wait ten seconds, put it back. Ready after two minutes. Then text STATUS.",
        );
    }

    fn gap(&mut self, points: f32) {
        self.y += points;
    }
}

impl Card {
    /// Lays the card out.
    ///
    /// # Errors
    /// If the number is so long that no code holds it.
    pub fn new(about: &About) -> Result<Self, TooLong> {
        let mut page = Page {
            texts: Vec::new(),
            y: MARGIN - 4.0,
        };
        page.fitted(15.0, 9.0, &about.company);
        page.text(9.0, false, "Missed calls are answered by text from this box.");
        page.gap(6.0);
        let qr_top = page.y + 2.0;
        let mut qr = None;
        if let Some(number) = &about.number {
            page.line("The box's number");
            page.text(13.0, true, number.clone());
            let body = about.claim_code.as_deref().unwrap_or("HELP");
            let code = QrCode::encode_text(&smsto(number, body), QrCodeEcc::Medium).map_err(|_| TooLong)?;
            #[expect(clippy::cast_precision_loss, reason = "at most 177 modules")]
            let module = QR_SIDE / (code.size() + 2 * QR_QUIET) as f32;
            qr = Some((WIDTH - MARGIN - QR_SIDE, qr_top, module, code));
        } else {
            page.line("The box's number (write it in)");
            page.text(13.0, true, "______________");
        }
        page.gap(4.0);
        page.owning(about.claim_code.as_deref(), qr.is_some());
        page.y = page.y.max(qr_top + QR_SIDE);
        page.gap(6.0);
        if about.topology == Topology::Overflow {
            page.diverting(about);
        }
        page.lights();
        page.button_and_silence();
        Ok(Card { texts: page.texts, qr })
    }

    /// The dark modules of the code: left and top in points, from the page's top left; and their edge.
    fn modules(&self) -> (f32, Vec<(f32, f32)>) {
        let Some((left, top, module, code)) = &self.qr else {
            return (0.0, Vec::new());
        };
        let size = code.size();
        let dark = (0..size)
            .flat_map(|y| (0..size).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y));
        #[expect(clippy::cast_precision_loss, reason = "at most 185 modules")]
        let at = |n: i32| (n + QR_QUIET) as f32 * module;
        (*module, dark.map(|(x, y)| (left + at(x), top + at(y))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            company: "Müller & Sons <Plumbing>".to_owned(),
            number: Some("+15125550100".to_owned()),
            claim_code: Some("482913".to_owned()),
            topology: Topology::Overflow,
            divert_after_s: 20,
        }
    }

    #[test]
    fn everything_stays_on_the_page_even_where_a_wide_font_stands_in() {
        for topology in [Topology::Dedicated, Topology::Overflow, Topology::Twin] {
            for claim_code in [None, Some("482913".to_owned())] {
                let card = Card::new(&About {
                    topology,
                    claim_code,
                    ..about()
                })
                .expect("fits");
                for text in &card.texts {
                    assert!(text.y < HEIGHT - MARGIN / 2.0, "{text:?}");
                    let room = if text.y < super::MARGIN + QR_SIDE && text.y > 50.0 {
                        WIDTH - QR_SIDE
                    } else {
                        WIDTH
                    };
                    assert!(text.x + width(&text.words, text.size) < room - 2.0, "{text:?}");
                    // An SVG is set in what the machine has. DejaVu Sans is wider than Helvetica Bold by a tenth.
                    assert!(
                        text.bold || text.x + width(&text.words, text.size) * 1.1 < WIDTH,
                        "{text:?}"
                    );
                }
                let (module, modules) = card.modules();
                assert!(module > 2.0, "a module of {module} points is hard to scan");
                assert!(modules.iter().all(|(x, y)| *x > WIDTH / 2.0 && *y < HEIGHT / 2.0));
            }
        }
    }

    #[test]
    fn nobody_is_told_to_scan_what_is_not_there() {
        for claim_code in [None, Some("482913".to_owned())] {
            for number in [None, about().number] {
                let card = Card::new(&About {
                    number: number.clone(),
                    claim_code: claim_code.clone(),
                    ..about()
                })
                .expect("fits");
                let says_scan = card.texts.iter().any(|text| text.words.to_lowercase().contains("scan"));
                assert_eq!((says_scan, card.qr.is_some()), (number.is_some(), number.is_some()));
            }
        }
    }

    #[test]
    fn a_long_or_wide_company_stays_on_the_card() {
        for (company, whole) in [
            ("Acme".to_owned(), true),
            ("WWW & MMM Waterworks of Wimbledon".to_owned(), true),
            ("Société Générale de Plomberie et de Chauffage, Québec".to_owned(), true),
            ("W".repeat(53), false),
            ("水".repeat(40), false),
        ] {
            let card = Card::new(&About {
                company: company.clone(),
                ..about()
            })
            .expect("fits");
            let name = &card.texts[0];
            assert!(name.x + width(&name.words, name.size) <= WIDTH - MARGIN, "{name:?}");
            assert!(name.size >= 9.0, "{name:?}");
            assert_eq!(name.words == company, whole, "{name:?}");
            assert!(
                whole || name.words.ends_with("...") && name.words.chars().count() > 15,
                "{name:?}"
            );
        }
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        let codes = divert_codes("+15125550100", 20).map(|(code, _)| code);
        assert_eq!(codes[0], "**61*+15125550100**20#");
        assert_eq!(codes[4], "*7115125550100");
        assert_eq!(smsto("+15125550100", "482913"), "smsto:+15125550100:482913");
    }

    #[test]
    fn the_svg_is_well_formed_and_says_what_the_card_says() {
        let svg = Card::new(&about()).expect("fits").svg();
        assert!(svg.contains("Müller &amp; Sons &lt;Plumbing&gt;"), "{svg}");
        assert!(svg.contains(">482913<") && svg.contains("**61*+15125550100**20#"));
        let opened = svg.matches("<text ").count();
        assert_eq!(opened, svg.matches("</text>").count());
        assert!(svg.ends_with("</svg>\n"));
    }

    #[test]
    fn the_pdf_has_its_parts() {
        let pdf = Card::new(&about()).expect("fits").pdf();
        assert!(pdf.starts_with(b"%PDF-1."));
        let has = |needle: &[u8]| pdf.windows(needle.len()).any(|window| window == needle);
        assert!(has(b"482913") && has(b"%%EOF") && has(b"WinAnsiEncoding"));
        // Windows-1252, as the font is told.
        assert!(has(b"M\xfcller") || has(b"4DFC6C6C6572"));
    }

    #[test]
    fn the_pdf_prints_western_letters_and_the_nearest_to_others() {
        let (bytes, lost) = pdf::encoded("“Café” – l’Œuvre… € 5 Žižkov Łódź cafe\u{301} 水");
        let expected = b"\x93Caf\xe9\x94 \x96 l\x92\x8cuvre\x85 \x80 5 \x8ei\x9ekov L\xf3dz cafe ?";
        assert_eq!(bytes, expected, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(lost, ['水']);
        let card = |company: &str| {
            let company = company.to_owned();
            Card::new(&About { company, ..about() }).expect("fits").not_in_pdf()
        };
        assert_eq!(card("水 & Söhne"), ['水']);
        assert_eq!(card("Łódź & Söhne"), []);
    }
}
