//! The card as SVG.

use super::{Card, HEIGHT, WIDTH, width};
use std::fmt::Write;

impl Card {
    /// A page of its own, in points; text stays text, so that it can be searched and read aloud.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"105mm\" height=\"148mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
             <g font-family=\"Helvetica, Arial, Liberation Sans, sans-serif\">\n"
        );
        for text in &self.texts {
            // Bold is what is long: it keeps its measured width where another font has to stand in.
            let weight = if text.bold {
                let width = width(&text.words, text.size);
                format!(" font-weight=\"bold\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\"")
            } else {
                String::new()
            };
            // Writing into a String can't fail.
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight} xml:space=\"preserve\">{}</text>",
                text.x,
                text.y,
                text.size,
                escaped(&text.words)
            );
        }
        out.push_str("</g>\n");
        let (module, modules) = self.modules();
        if !modules.is_empty() {
            out.push_str("<path shape-rendering=\"crispEdges\" d=\"");
            for (x, y) in modules {
                let _ = write!(out, "M{x:.2},{y:.2}h{module:.2}v{module:.2}h-{module:.2}z");
            }
            out.push_str("\"/>\n");
        }
        out.push_str("</svg>\n");
        out
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML 1.0 §2.2 has no such characters.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
