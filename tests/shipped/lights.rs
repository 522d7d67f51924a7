//! The picture of the lights, drawn from the very cycles that the lights play.

use super::same_as_committed;
use std::fmt::Write;
use textback::board::light::{Code, Shown, Step, cycle};

const PICTURE: &str = "board/pictures/lights.svg";

/// Seconds that a row shows, and where it is drawn.
const SECONDS: f64 = 12.0;
const LEFT: f64 = 20.0;
const WORDS: f64 = 520.0;
const SCALE: f64 = 40.0;
const ROW: f64 = 26.0;
const TOP: f64 = 58.0;

fn rows() -> Vec<(Shown, String)> {
    let mut rows = vec![
        (Shown::Starting, "starting".to_owned()),
        (
            Shown::Ready {
                bars: Some(5),
                but: None,
            },
            "all is well, signal 5 of 5".to_owned(),
        ),
        (
            Shown::Ready {
                bars: Some(2),
                but: None,
            },
            "all is well, signal 2 of 5".to_owned(),
        ),
    ];
    for code in Code::ALL {
        rows.push((Shown::Trouble(code), format!("{}: {}", code.count(), code.words())));
    }
    rows.push((
        Shown::Ready {
            bars: Some(3),
            but: Some(Code::Clock),
        },
        "takes calls, but 6: time unknown".to_owned(),
    ));
    rows.push((Shown::ClaimWindow, "waits for its new owner".to_owned()));
    rows
}

fn picture() -> String {
    let rows = rows();
    let height = TOP + ROW * f64::from(u32::try_from(rows.len()).unwrap()) + 14.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\">\n\
         <rect width=\"760\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"16\" font-weight=\"bold\">What the lights say</text>\n\
         <text x=\"{LEFT}\" y=\"42\" fill=\"#555\">Twelve seconds of each. On a single light: a long glow is well, short flashes alone are a trouble.</text>\n"
    );
    for (n, (shown, words)) in rows.iter().enumerate() {
        let y = TOP + ROW * f64::from(u32::try_from(n).unwrap());
        writeln!(
            out,
            "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{}\" height=\"18\" rx=\"3\" fill=\"#2b2b2b\"/>",
            SECONDS * SCALE
        )
        .unwrap();
        let mut at = 0.0;
        'row: loop {
            for Step { green, red, lasts } in cycle(*shown) {
                let wide = lasts.as_secs_f64().min(SECONDS - at);
                let colour = match (green, red) {
                    (true, true) => Some("#f0b000"),
                    (true, false) => Some("#2fbf4a"),
                    (false, true) => Some("#e5372b"),
                    (false, false) => None,
                };
                if let Some(colour) = colour {
                    let x = LEFT + at * SCALE;
                    writeln!(
                        out,
                        "<rect x=\"{x:.1}\" y=\"{}\" width=\"{:.1}\" height=\"14\" fill=\"{colour}\"/>",
                        y + 2.0,
                        wide * SCALE
                    )
                    .unwrap();
                }
                at += wide;
                if at >= SECONDS {
                    break 'row;
                }
            }
        }
        writeln!(out, "<text x=\"{WORDS}\" y=\"{}\">{words}</text>", y + 14.0).unwrap();
    }
    out.push_str("</svg>\n");
    out
}

#[test]
fn the_picture_of_the_lights_is_what_they_play() {
    same_as_committed(PICTURE, &picture());
}
