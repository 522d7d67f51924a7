//! The card that stays with the box: its number, how to claim it, what to dial, what the lights say. In the box's language,
//! whose `[label]` has the words.
//!
//! One layout ([`Card`]), two printers ([`Card::svg`], [`Card::pdf`]). An A6 page, because every printer has paper for that,
//! and because it fits inside the lid.

mod pdf;
mod svg;

use crate::board::Code;
use crate::config::Topology;
use crate::desk::wording::pack::Pack;
use qrcodegen::{QrCode, QrCodeEcc};
use std::sync::Arc;

/// Width of the page in points (1/72 inch): A6.
const WIDTH: f32 = 297.64;
/// Height of the page in points.
const HEIGHT: f32 = 419.53;
/// White around everything.
const MARGIN: f32 = 18.0;
/// Sizes of letters, in points: those of headings, and of what stands under them. A language that needs more room gets the next.
const SIZES: [(f32, f32); 4] = [(9.0, 8.0), (8.5, 7.5), (8.0, 7.0), (7.0, 6.0)];
/// Edge of the QR code.
const QR_SIDE: f32 = 112.0;
/// Between it and the words beside it.
const QR_GAP: f32 = 4.0;
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
    /// What it is written in.
    pub language: Arc<Pack>,
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

/// What the owner dials on their own phone so that calls they don't take ring on the box (22.030, 22.082), each with the name of what
/// it is for.
#[must_use]
pub fn divert_codes(number: &str, after_s: u8) -> Vec<(String, &'static str)> {
    let mut codes = vec![
        (format!("**61*{number}**{after_s}#"), "divert_unanswered"),
        (format!("**67*{number}#"), "divert_busy"),
        (format!("**62*{number}#"), "divert_off"),
        ("##002#".to_owned(), "diverts_end"),
    ];
    // North America has a network of its own kind. A number to be written in may be one of there.
    if number.starts_with("+1") || !number.starts_with('+') {
        codes.push((format!("*71{}", number.trim_start_matches('+')), "divert_verizon"));
    }
    codes
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

struct Page<'a> {
    texts: Vec<Text>,
    y: f32,
    /// Down to here the code stands at the right.
    beside_code: f32,
    /// Sizes of headings, and of what stands under them.
    sizes: (f32, f32),
    language: &'a Pack,
}

impl Page<'_> {
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

    /// From the margin to the other, or to the code.
    fn room(&self) -> f32 {
        let code = if self.y < self.beside_code {
            QR_SIDE + QR_GAP
        } else {
            0.0
        };
        WIDTH - 2.0 * MARGIN - code
    }

    /// Regular text over as many lines as it needs.
    fn line(&mut self, words: &str) {
        self.units(words.split(' '), " ");
    }

    /// What is broken only where a line has no room for one alone, over as many lines as it needs.
    fn units<'u>(&mut self, units: impl Iterator<Item = &'u str>, between: &str) {
        let size = self.sizes.1;
        let mut line = String::new();
        for unit in units {
            let room = self.room();
            // An SVG is set in what the machine has, which may be wider.
            let long = width(&line, size) + width(between, size) + width(unit, size) > room * 0.95;
            if !line.is_empty() && long {
                self.text(size, false, std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push_str(between);
            }
            if width(unit, size) <= self.room() * 0.95 {
                line.push_str(unit);
                continue;
            }
            // No line has room for it: a script without blanks, or a very long word.
            for c in unit.chars() {
                if !line.is_empty() && width(&line, size) + width(c.encode_utf8(&mut [0; 4]), size) > self.room() * 0.95
                {
                    self.text(size, false, std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        self.text(size, false, line);
    }

    fn says(&mut self, key: &str) {
        self.line(self.language.printed(key));
    }

    /// Bold text on one line: smaller where it is long, cut where even that is not enough.
    fn fitted(&mut self, largest: f32, smallest: f32, words: &str) {
        let room = self.room();
        let size = (largest * room / width(words, largest).max(1.0)).clamp(smallest, largest);
        let mut shown = words.to_owned();
        if width(words, size) > room {
            let mut left = room - width("...", size);
            let whole = words.char_indices().find(|(place, c)| {
                left -= width(&words[*place..place + c.len_utf8()], size);
                left < 0.0
            });
            shown.truncate(whole.map_or(words.len(), |(place, _)| place));
            shown.truncate(shown.trim_end().len());
            shown.push_str("...");
        }
        self.text(size, true, shown);
    }

    fn heading(&mut self, key: &str) {
        self.fitted(self.sizes.0, SIZES[SIZES.len() - 1].0, self.language.printed(key));
    }

    /// How the box is claimed, or what its owner can text.
    fn owning(&mut self, claim_code: Option<&str>, scannable: bool) {
        if let Some(code) = claim_code {
            self.says("claim_code");
            self.text(18.0, true, code);
            self.says(if scannable { "claim_or_scan" } else { "claim" });
        } else {
            self.says("from_owner");
            let orders = ["HELP", "STATUS", "TEST"].map(|id| self.language.command_word(id));
            self.fitted(11.0, 7.0, &orders.join("   "));
            if scannable {
                self.says("scan_help");
            }
        }
    }

    fn diverting(&mut self, about: &About) {
        self.heading("diverts");
        let blank = self.language.printed("number_blank");
        let number = about.number.as_deref().unwrap_or(blank);
        for (code, what) in divert_codes(number, about.divert_after_s) {
            self.line(&format!("{code}   {}", self.language.printed(what)));
        }
        self.gap(4.0);
    }

    fn lights(&mut self) {
        self.heading("lights");
        self.says("light_well");
        self.says("light_trouble");
        let codes = Code::ALL.map(|code| format!("{} {}", code.count(), self.language.printed(code.key())));
        self.units(codes.iter().map(String::as_str), "    ");
        self.gap(4.0);
    }

    fn button_and_silence(&mut self) {
        self.heading("button");
        self.says("button_short");
        self.says("button_long");
        self.gap(4.0);
        self.heading("silent");
        self.says("silent_do");
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
        let code = match &about.number {
            Some(number) => {
                let help = about.language.command_word("HELP");
                let body = about.claim_code.as_deref().unwrap_or(&help);
                Some(QrCode::encode_text(&smsto(number, body), QrCodeEcc::Medium).map_err(|_| TooLong)?)
            }
            None => None,
        };
        let mut card = Card::laid_out(about, code.as_ref(), SIZES[0]);
        for sizes in SIZES.into_iter().skip(1) {
            if card.fits() {
                break;
            }
            card = Card::laid_out(about, code.as_ref(), sizes);
        }
        Ok(card)
    }

    fn laid_out(about: &About, code: Option<&QrCode>, sizes: (f32, f32)) -> Self {
        let mut page = Page {
            texts: Vec::new(),
            y: MARGIN - 4.0,
            beside_code: 0.0,
            sizes,
            language: &about.language,
        };
        page.fitted(15.0, 9.0, &about.company);
        page.says("purpose");
        page.gap(6.0);
        let qr_top = page.y + 2.0;
        let qr = code.map(|code| {
            #[expect(clippy::cast_precision_loss, reason = "at most 177 modules")]
            let module = QR_SIDE / (code.size() + 2 * QR_QUIET) as f32;
            (WIDTH - MARGIN - QR_SIDE, qr_top, module, code.clone())
        });
        if qr.is_some() {
            page.beside_code = qr_top + QR_SIDE;
        }
        if let Some(number) = &about.number {
            page.says("number");
            page.text(13.0, true, number.clone());
        } else {
            page.says("number_to_write");
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
        Card { texts: page.texts, qr }
    }

    /// Whether all of it is on the page: a language of one's own may have more words than there is room for.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.texts.iter().all(|text| text.y < HEIGHT - MARGIN / 2.0)
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
            language: Pack::english(),
        }
    }

    fn cards() -> impl Iterator<Item = (String, Card)> {
        Pack::all().iter().flat_map(|language| {
            let topologies = [Topology::Dedicated, Topology::Overflow, Topology::Twin];
            topologies.into_iter().flat_map(move |topology| {
                [None, Some("482913".to_owned())].into_iter().map(move |claim_code| {
                    let card = Card::new(&About {
                        topology,
                        claim_code,
                        language: Arc::clone(language),
                        ..about()
                    });
                    (language.code.clone(), card.expect("fits"))
                })
            })
        })
    }

    #[test]
    fn everything_stays_on_the_page_even_where_a_wide_font_stands_in() {
        for (language, card) in cards() {
            let (module, modules) = card.modules();
            assert!(module > 2.0, "a module of {module} points is hard to scan");
            assert!(modules.iter().all(|(x, y)| *x > WIDTH / 2.0 && *y < HEIGHT / 2.0));
            let (_, top, _, _) = card.qr.as_ref().expect("a code");
            for text in &card.texts {
                assert!(text.y < HEIGHT - MARGIN / 2.0, "{language}: {text:?}");
                assert!(text.size >= 7.0, "{language}: {text:?}");
                let beside = text.y > *top && text.y - text.size < top + QR_SIDE;
                let room = if beside { WIDTH - MARGIN - QR_SIDE } else { WIDTH };
                assert!(
                    text.x + width(&text.words, text.size) < room - 2.0,
                    "{language}: {text:?}"
                );
                // DejaVu Sans is wider than Helvetica Bold by a tenth.
                assert!(
                    text.bold || text.x + width(&text.words, text.size) * 1.1 < WIDTH,
                    "{language}: {text:?}"
                );
            }
        }
    }

    #[test]
    fn every_language_prints_all_of_its_own_words_with_letters_that_a_pdf_has() {
        for language in Pack::all() {
            let mut printed = String::new();
            for (_, card) in cards().filter(|(code, _)| *code == language.code) {
                assert_eq!(card.not_in_pdf(), []);
                let words: Vec<&str> = card.texts.iter().map(|text| text.words.as_str()).collect();
                printed.push_str(&words.join(" "));
            }
            let unnumbered = Card::new(&About {
                number: None,
                language: Arc::clone(language),
                ..about()
            });
            for text in unnumbered.expect("fits").texts {
                printed.push_str(&text.words);
                printed.push(' ');
            }
            for (key, words) in language.prints() {
                assert!(printed.contains(words), "{} {key}: {words}", language.code);
                let same = Pack::english().printed(key) == words;
                assert!(!same || language.code == "en", "{} {key}: {words}", language.code);
            }
        }
    }

    #[test]
    fn what_the_card_says_to_text_is_understood_in_its_language() {
        for language in Pack::all() {
            for (key, words) in language.prints() {
                let orders = words
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| word.len() > 3 && word.chars().all(char::is_uppercase));
                for order in orders.filter(|order| !["CLAIM", language.printed("number_blank")].contains(order)) {
                    assert!(language.command_of(order).is_some(), "{} {key}: {order}", language.code);
                    let elsewhere = Pack::english().command_word("HELP");
                    assert!(order != elsewhere || language.code == "en", "{} {key}", language.code);
                }
            }
        }
    }

    #[test]
    fn a_language_of_many_words_is_set_smaller() {
        let wordy =
            include_str!("../desk/wording/pack/en.toml").replace("all is well", &"all is very well ".repeat(25));
        let (language, _) = Pack::parse(&wordy).expect("a language");
        let card = Card::new(&About {
            language: Arc::new(language),
            ..about()
        });
        let card = card.expect("fits");
        assert!(card.fits());
        assert!(
            card.texts
                .iter()
                .any(|text| text.words.contains("very well") && text.size < 8.0)
        );
    }

    /// The card in English, but for that.
    fn card_that_says(key: &str, words: &str) -> Card {
        let english = include_str!("../desk/wording/pack/en.toml");
        let from = english.find(&format!("\n{key} = ")).expect("the key") + 1;
        let line = english[from..].lines().next().expect("its line");
        let other = format!("{key} = {}", serde_json::to_string(words).expect("JSON"));
        let (language, _) = Pack::parse(&english.replacen(line, &other, 1)).expect("a language");
        Card::new(&About {
            language: Arc::new(language),
            ..about()
        })
        .expect("fits")
    }

    #[test]
    fn words_without_blanks_stay_on_the_page() {
        for (key, words) in [
            ("purpose", "x".repeat(200)),
            ("light_well", "這個盒子會用簡訊回覆未接來電".repeat(4)),
            ("claim_or_scan", format!("short {} short", "W".repeat(90))),
            ("trouble_clock", "W".repeat(90)),
            ("button", "W".repeat(90)),
            ("silent", "W".repeat(200_000)),
        ] {
            let card = card_that_says(key, &words);
            for text in &card.texts {
                assert!(
                    text.x + width(&text.words, text.size) <= WIDTH - MARGIN,
                    "{key}: {text:?}"
                );
            }
            let all: String = card.texts.iter().map(|text| text.words.as_str()).collect();
            assert!(
                all.contains(&words) || ["button", "silent"].contains(&key) || words.contains(' '),
                "{key}: {all}"
            );
        }
    }

    #[test]
    fn a_card_that_is_too_small_for_its_language_knows_it() {
        assert!(card_that_says("purpose", "Short.").fits());
        assert!(!card_that_says("purpose", &"many words ".repeat(450)).fits());
    }

    #[test]
    fn what_xml_has_no_letter_for_is_a_blank() {
        let svg = card_that_says("purpose", "a\u{0}b\u{1b}c\u{fffe}d\u{ffff}e").svg();
        assert!(svg.contains("a b c d e"), "{svg}");
    }

    #[test]
    fn only_north_americans_read_of_verizon() {
        let codes = |number| divert_codes(number, 20).len();
        assert_eq!(
            (codes("+15125550100"), codes("NUMBER"), codes("+4915112345678")),
            (5, 5, 4)
        );
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
        let codes = divert_codes("+15125550100", 20);
        assert_eq!(codes[0].0, "**61*+15125550100**20#");
        assert_eq!(codes[4].0, "*7115125550100");
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
