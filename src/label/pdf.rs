//! The card as PDF, with the fonts that every reader brings along.

use super::{Card, HEIGHT, WIDTH};
use crate::sms::to_gsm7_lossy;
use crate::windows_1252;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const REGULAR: Ref = Ref::new(4);
const BOLD: Ref = Ref::new(5);
const CONTENT: Ref = Ref::new(6);
const REGULAR_NAME: Name<'_> = Name(b"R");
const BOLD_NAME: Name<'_> = Name(b"B");

impl Card {
    /// One page of A6. Its fonts know Western letters only: see [`Card::not_in_pdf`].
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        let mut pdf = Pdf::new();
        pdf.catalog(CATALOG).pages(PAGES);
        pdf.pages(PAGES).kids([PAGE]).count(1);
        let mut page = pdf.page(PAGE);
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
        page.parent(PAGES);
        page.contents(CONTENT);
        page.resources()
            .fonts()
            .pair(REGULAR_NAME, REGULAR)
            .pair(BOLD_NAME, BOLD);
        page.finish();
        for (font, name) in [(REGULAR, &b"Helvetica"[..]), (BOLD, b"Helvetica-Bold")] {
            pdf.type1_font(font)
                .base_font(Name(name))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        let mut content = Content::new();
        for text in &self.texts {
            content.begin_text();
            content.set_font(if text.bold { BOLD_NAME } else { REGULAR_NAME }, text.size);
            // PDF counts from the bottom.
            content.next_line(text.x, HEIGHT - text.y);
            content.show(Str(&encoded(&text.words).0));
            content.end_text();
        }
        let (module, modules) = self.modules();
        for (x, y) in modules {
            content.rect(x, HEIGHT - y - module, module, module);
        }
        content.fill_nonzero();
        pdf.stream(CONTENT, &content.finish());
        pdf.finish()
    }

    /// Letters that the PDF shows as a question mark. The SVG has them all.
    #[must_use]
    pub fn not_in_pdf(&self) -> Vec<char> {
        self.texts.iter().flat_map(|text| encoded(&text.words).1).collect()
    }
}

/// The text in the encoding that the built-in fonts are told to use, with the nearest Western letter where a letter is not in it; and what has
/// none, which becomes a question mark.
pub(super) fn encoded(text: &str) -> (Vec<u8>, Vec<char>) {
    let (mut bytes, mut lost) = (Vec::with_capacity(text.len()), Vec::new());
    for c in text.chars() {
        if let Some(byte) = windows_1252::encode(c) {
            bytes.push(byte);
            continue;
        }
        let near = to_gsm7_lossy(c.encode_utf8(&mut [0; 4])).text;
        match near.chars().map(windows_1252::encode).collect::<Option<Vec<u8>>>() {
            Some(near) => bytes.extend(near),
            // A mark over the letter before it: the bare letter can be read.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None => {
                bytes.push(b'?');
                lost.push(c);
            }
        }
    }
    (bytes, lost)
}
