//! What store, clock and machine show.

use super::{Facts, Finding, Item, TextOut, Verdict, finding};
use crate::clock::Trust;
use crate::modem::CanText;

/// Free disk below which nothing is sure.
const DISK_FREE_MIN: u64 = 16 * 1024 * 1024;

pub(super) fn judge(facts: &Facts<'_>, list: &mut Vec<Finding>) {
    list.extend([
        clock(facts),
        text_out(facts),
        text_in(facts),
        call(facts),
        disk(facts),
        power(facts),
    ]);
}

fn clock(facts: &Facts<'_>) -> Finding {
    match facts.trust {
        Trust::Synchronised => finding(Item::Clock, Verdict::Pass, "the system's clock is synchronised", ""),
        Trust::Network => finding(Item::Clock, Verdict::Pass, "from the mobile network", ""),
        Trust::ServiceCentre => finding(
            Item::Clock,
            Verdict::Pass,
            "from the time stamp of a text, or this machine's own clock",
            "",
        ),
        Trust::Guess => finding(
            Item::Clock,
            Verdict::Warn,
            "not known: opening hours count as open",
            "text the box from any phone: the text's time stamp sets it",
        ),
    }
}

fn text_out(facts: &Facts<'_>) -> Finding {
    let can_text = facts.report.map_or(CanText::Yes, |report| report.can_text);
    match facts.text_out {
        _ if can_text == CanText::Never => finding(
            Item::TextOut,
            Verdict::Fail,
            "this modem has no PDU mode (AT+CMGF=? lists only 1): no text goes out or comes in",
            "take a model of the README's list",
        ),
        _ if can_text == CanText::Refused => finding(
            Item::TextOut,
            Verdict::Fail,
            "the modem refuses PDU mode (AT+CMGF=0): no text goes out or comes in",
            "power it off and on; update its firmware; else take a model of the README's list",
        ),
        Some(TextOut::Delivered) => finding(
            Item::TextOut,
            Verdict::Pass,
            "they arrive: the newest report says so",
            "",
        ),
        Some(TextOut::Accepted) => finding(
            Item::TextOut,
            Verdict::Warn,
            "the newest was taken by the network; no delivery report yet",
            "not every network sends reports; see that it arrived",
        ),
        Some(TextOut::Failed) => finding(
            Item::TextOut,
            Verdict::Fail,
            "the newest failed",
            "credit? plan with texts? `textback messages`, `textback why` tell more",
        ),
        None => finding(
            Item::TextOut,
            Verdict::Unknown,
            "none yet",
            "text TEST to the box from the owner's phone",
        ),
    }
}

fn text_in(facts: &Facts<'_>) -> Finding {
    match facts.text_in {
        Some(_) => finding(Item::TextIn, Verdict::Pass, "texts come in", ""),
        None => finding(
            Item::TextIn,
            Verdict::Unknown,
            "none yet",
            "text HELP to the box from the owner's phone",
        ),
    }
}

fn call(facts: &Facts<'_>) -> Finding {
    match facts.call {
        Some(_) => finding(Item::Call, Verdict::Pass, "calls are seen", ""),
        None => finding(
            Item::Call,
            Verdict::Unknown,
            "none yet",
            "call the number from another phone and hang up after four rings",
        ),
    }
}

fn disk(facts: &Facts<'_>) -> Finding {
    match (facts.machine.disk_writable, facts.machine.disk_free) {
        (Some(false), _) => finding(
            Item::Disk,
            Verdict::Fail,
            "the database can't be written",
            "is the card worn out or read-only? `textback status`, `dmesg`",
        ),
        (_, Some(free)) if free < DISK_FREE_MIN => finding(
            Item::Disk,
            Verdict::Fail,
            format!("{} KiB free", free / 1024),
            "make room where the database is",
        ),
        (_, Some(free)) => finding(
            Item::Disk,
            Verdict::Pass,
            format!("{} MiB free", free / 1024 / 1024),
            "",
        ),
        (Some(true), None) => finding(Item::Disk, Verdict::Pass, "writable", ""),
        (None, None) => finding(Item::Disk, Verdict::Unknown, "not known", ""),
    }
}

fn power(facts: &Facts<'_>) -> Finding {
    match (facts.machine.undervoltage, facts.machine.usb_overcurrent) {
        (Some(true), _) => finding(
            Item::Power,
            Verdict::Warn,
            "the supply dipped below its limit since the start",
            "use the Pi's own power supply and a short cable; a modem draws 2 A for moments",
        ),
        (_, Some(true)) => finding(
            Item::Power,
            Verdict::Warn,
            "a USB port was switched off since the start: what hangs on it drew too much",
            "give the modem its own supply: a powered hub, or a HAT with one",
        ),
        (Some(false), _) => finding(Item::Power, Verdict::Pass, "no dip since the start", ""),
        (None, _) => finding(
            Item::Power,
            Verdict::Unknown,
            "this machine's kernel doesn't tell",
            "see that the Pi and the modem have a supply of their own each",
        ),
    }
}
