//! The card as PDF, with the fonts that every reader brings along.

use super::{Card, HEIGHT, WIDTH};
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
    /// One page of A6.
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
            content.show(Str(&windows_1252(&text.words)));
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
}

/// The built-in fonts know Western letters only; others become a question mark. The SVG has them all.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match u8::try_from(u32::from(c)) {
            Ok(byte) if (0x20..0x7f).contains(&byte) || byte >= 0xa0 => byte,
            _ => b'?',
        })
        .collect()
}
