//! Lines about teams, texts put off, nudges and figures that are put together from several facts. Their words are in `pack/`.

use crate::desk::wording::lines::who;
use crate::desk::wording::pack::{Pack, Values};
use crate::ids::Handle;
use crate::store::contacts::Contact;
use crate::store::figures::Figures;
use std::time::Duration;

/// Callers named in a nudge; more would not fit one part.
const HANDLES_MOST: usize = 8;

/// Who has a number now and who had it, by name; two of the same name by their telephone numbers too.
fn now_and_before(pack: &Pack, contact: &Contact, was: Option<&Contact>) -> (String, String) {
    let Some(was) = was else {
        return (who(None, contact), pack.line("somebody_forgotten", &[]));
    };
    let (now, before) = (who(None, contact), who(None, was));
    match now == before {
        true => (format!("{now} {}", contact.number), format!("{before} {}", was.number)),
        false => (now, before),
    }
}

/// A number that was somebody else's when the owner last used it.
pub(in crate::desk) fn changed_hands(pack: &Pack, handle: Handle, contact: &Contact, was: Option<&Contact>) -> String {
    let (who, before) = now_and_before(pack, contact, was);
    pack.line(
        "changed_hands",
        &[("handle", &handle), ("who", &who), ("before", &before)],
    )
}

/// The same before an order about a caller.
pub(in crate::desk) fn changed_hands_order(
    pack: &Pack,
    handle: Handle,
    contact: &Contact,
    was: Option<&Contact>,
) -> String {
    let (who, before) = now_and_before(pack, contact, was);
    pack.line(
        "changed_hands_order",
        &[("handle", &handle), ("who", &who), ("before", &before)],
    )
}

/// One caller waits.
pub(in crate::desk) fn waits(pack: &Pack, handle: Handle, contact: &Contact, age: &str, said: &str) -> String {
    let who = who(Some(handle), contact);
    let waits = pack.line("waits", &[("who", &who), ("length", &age), ("text", &said)]);
    format!("{waits} {}", pack.line("to_answer", &[("handle", &handle)]))
}

/// Several callers wait. Numbers only, so that FORGET need not look here.
pub(in crate::desk) fn several_wait(pack: &Pack, waiting: &[(Handle, String)]) -> String {
    let each: Vec<String> = waiting
        .iter()
        .take(HANDLES_MOST)
        .map(|(handle, age)| format!("{handle} ({age})"))
        .collect();
    let each = each.join(", ");
    let handles = match waiting.len().saturating_sub(HANDLES_MOST) {
        0 => each,
        more => format!("{each} {}", pack.line("and_more", &[("count", &more)])),
    };
    pack.line("several_wait", &[("handles", &handles)])
}

/// A reminder's time has come.
pub(in crate::desk) fn reminder(pack: &Pack, handle: Handle, contact: &Contact, said: &str) -> String {
    let who = who(Some(handle), contact);
    let line = match said.is_empty() {
        true => pack.line("reminder_no_text", &[("who", &who)]),
        false => pack.line("reminder", &[("who", &who), ("text", &said)]),
    };
    format!("{line} {}", pack.line("to_answer", &[("handle", &handle)]))
}

/// A text is kept for later.
pub(in crate::desk) fn kept_text(
    pack: &Pack,
    handle: Handle,
    contact: &Contact,
    when: &str,
    text: &str,
    night: bool,
) -> String {
    let who = who(Some(handle), contact);
    let mut line = pack.line("kept_text", &[("who", &who), ("time", &when), ("text", &text)]);
    if night {
        line = format!("{line} {}", pack.line("at_night", &[]));
    }
    format!("{line} {}", pack.line("kept_cancel", &[("handle", &handle)]))
}

/// A text whose time passed while nothing could be sent.
pub(in crate::desk) fn too_late(pack: &Pack, handle: Handle, contact: &Contact, when: &str, text: &str) -> String {
    let who = who(Some(handle), contact);
    let values: Values<'_> = &[("who", &who), ("time", &when), ("handle", &handle), ("text", &text)];
    pack.line("put_off_too_late", values)
}

/// A sum as people write it: `$12,500`, `12.500 EUR`.
pub(in crate::desk) fn money(pack: &Pack, currency: &str, sum: u64) -> String {
    let figure = thousands(sum, &pack.time("thousands", &[]));
    let money = pack.time("money", &[("sign", &currency), ("sum", &figure)]);
    money.trim().to_owned()
}

/// A figure with something between its thousands: `12,500`.
fn thousands(figure: u64, between: &str) -> String {
    let digits = figure.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(between);
        }
        out.push(digit);
    }
    out
}

/// `3 jobs, $2,150`; without money if none was named.
pub(in crate::desk) fn won(pack: &Pack, wins: u32, sum: u64, currency: &str) -> String {
    let jobs = pack.line("jobs", &[("count", &wins)]);
    match sum {
        0 => jobs,
        sum => format!("{jobs}, {}", money(pack, currency, sum)),
    }
}

/// The figures of a stretch of time, in the form of product.md §3. `waiting`: how many wait, and the first of them.
pub(in crate::desk) fn figures(
    pack: &Pack,
    label: &str,
    figures: &Figures,
    waiting: u32,
    handles: &[Handle],
) -> String {
    let mut listed: Vec<String> = handles.iter().map(ToString::to_string).collect();
    if !listed.is_empty() && listed.len() < waiting as usize {
        listed.push("..".to_owned());
    }
    let waiting = match listed.is_empty() {
        true => pack.line("n_waiting", &[("count", &waiting)]),
        false => pack.line("n_waiting_who", &[("count", &waiting), ("handles", &listed.join(","))]),
    };
    let opt_outs = pack.line("opt_outs", &[("count", &figures.opt_outs)]);
    let values: Values<'_> = &[
        ("what", &label),
        ("missed", &figures.missed),
        ("texted", &figures.texted),
        ("replied", &figures.replied),
        ("answered", &figures.answered_soon),
        ("waiting", &waiting),
        ("opt_outs", &opt_outs),
    ];
    let line = pack.line("figures", values);
    match figures.median_ms {
        Some(ms) => format!("{line} {}", pack.line("median", &[("length", &wait(pack, ms))])),
        None => line,
    }
}

/// `11m`, `2h`: a wait, rounded to minutes.
fn wait(pack: &Pack, ms: i64) -> String {
    let minutes = (ms + 30_000) / 60_000;
    pack.length(Duration::from_secs(u64::try_from(minutes * 60).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_has_the_form_of_the_product() {
        let week = Figures {
            missed: 23,
            texted: 21,
            replied: 14,
            answered: 12,
            answered_soon: 9,
            median_ms: Some(11 * 60_000 + 20_000),
            opt_outs: 1,
            wins: 0,
            won: 0,
        };
        assert_eq!(
            figures(&Pack::english(), "Wk 21-27 Jul", &week, 2, &[Handle(27), Handle(31)]),
            "Wk 21-27 Jul: 23 missed, 21 texted, 14 replied, 9 answered <15m, 2 waiting (27,31), 1 opt-out. Median reply 11m"
        );
    }

    #[test]
    fn money_is_written_as_people_read_it() {
        let pack = Pack::english();
        assert_eq!(won(&pack, 3, 12_500, "$"), "3 jobs, $12,500");
        assert_eq!(won(&pack, 1, 0, "$"), "1 job");
        let sums = [
            ("en", "$", 999, "$999"),
            ("en", "$", 1_000_000, "$1,000,000"),
            ("en", "", 850, "850"),
        ];
        let more = [
            ("de", "\u{20ac}", 1250, "1.250 \u{20ac}"),
            ("fr", "\u{20ac}", 1250, "1 250 \u{20ac}"),
            ("es", "", 1250, "1.250"),
        ];
        for (code, sign, sum, written) in sums.into_iter().chain(more) {
            assert_eq!(money(&Pack::built_in(code).unwrap(), sign, sum), written);
        }
    }
}
