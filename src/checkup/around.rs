//! What store, clock and machine show.

use super::{Facts, Finding, Item, TextOut, Verdict, finding};
use crate::clock::Trust;
use crate::modem::CanText;

/// Free disk below which nothing is sure.
const DISK_FREE_MIN: u64 = 16 * 1024 * 1024;

pub(super) fn judge(facts: &Facts<'_>, list: &mut Vec<Finding>) {
    use Item as I;
    use Verdict as V;
    list.push(match facts.trust {
        Trust::Synchronised => finding(I::Clock, V::Pass, "the system's clock is synchronised", ""),
        Trust::Network => finding(I::Clock, V::Pass, "from the mobile network", ""),
        Trust::ServiceCentre => finding(
            I::Clock,
            V::Pass,
            "from the time stamp of a text, or this machine's own clock",
            "",
        ),
        Trust::Guess => finding(
            I::Clock,
            V::Warn,
            "not known: opening hours count as open",
            "text the box from any phone: the text's time stamp sets it",
        ),
    });
    let can_text = facts.report.map_or(CanText::Yes, |report| report.can_text);
    list.push(match facts.text_out {
        _ if can_text == CanText::Never => finding(
            I::TextOut,
            V::Fail,
            "this modem has no PDU mode (AT+CMGF=? lists only 1): no text goes out or comes in",
            "take a model of the README's list",
        ),
        _ if can_text == CanText::Refused => finding(
            I::TextOut,
            V::Fail,
            "the modem refuses PDU mode (AT+CMGF=0): no text goes out or comes in",
            "power it off and on; update its firmware; else take a model of the README's list",
        ),
        Some(TextOut::Delivered) => finding(I::TextOut, V::Pass, "the newest arrived", ""),
        Some(TextOut::Accepted) => finding(
            I::TextOut,
            V::Warn,
            "the newest was taken by the network; no delivery report yet",
            "not every network sends reports; see that it arrived",
        ),
        Some(TextOut::Failed) => finding(
            I::TextOut,
            V::Fail,
            "the newest failed",
            "credit? plan with texts? `textback messages`, `textback why` tell more",
        ),
        None => finding(
            I::TextOut,
            V::Unknown,
            "none yet",
            "text TEST to the box from the owner's phone",
        ),
    });
    list.push(match facts.text_in {
        Some(_) => finding(I::TextIn, V::Pass, "texts come in", ""),
        None => finding(
            I::TextIn,
            V::Unknown,
            "none yet",
            "text HELP to the box from the owner's phone",
        ),
    });
    list.push(match facts.call {
        Some(_) => finding(I::Call, V::Pass, "calls are seen", ""),
        None => finding(
            I::Call,
            V::Unknown,
            "none yet",
            "call the number from another phone and hang up after four rings",
        ),
    });
    list.push(match (facts.machine.disk_writable, facts.machine.disk_free) {
        (Some(false), _) => finding(
            I::Disk,
            V::Fail,
            "the database can't be written",
            "is the card worn out or read-only? `textback status`, `dmesg`",
        ),
        (_, Some(free)) if free < DISK_FREE_MIN => finding(
            I::Disk,
            V::Fail,
            format!("{} KiB free", free / 1024),
            "make room where the database is",
        ),
        (_, Some(free)) => finding(I::Disk, V::Pass, format!("{} MiB free", free / 1024 / 1024), ""),
        (Some(true), None) => finding(I::Disk, V::Pass, "writable", ""),
        (None, None) => finding(I::Disk, V::Unknown, "not known", ""),
    });
    list.push(match (facts.machine.undervoltage, facts.machine.usb_overcurrent) {
        (Some(true), _) => finding(
            I::Power,
            V::Warn,
            "the supply dipped below its limit since the start",
            "use the Pi's own power supply and a short cable; a modem draws 2 A for moments",
        ),
        (_, Some(true)) => finding(
            I::Power,
            V::Warn,
            "a USB port was switched off since the start: what hangs on it drew too much",
            "give the modem its own supply: a powered hub, or a HAT with one",
        ),
        (Some(false), _) => finding(I::Power, V::Pass, "no dip since the start", ""),
        (None, _) => finding(
            I::Power,
            V::Unknown,
            "this machine's kernel doesn't tell",
            "see that the Pi and the modem have a supply of their own each",
        ),
    });
}
