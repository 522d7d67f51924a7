//! What the modem's examination shows.

use super::{Finding, Item, Verdict, finding};
use crate::config::Topology;
use crate::modem::{CanVoice, Divert, Registration, Report, SimState};

/// Signal below which texts and calls get lost, dBm.
const WEAK_DBM: i16 = -105;
/// Memory that texts come in to, in percent, from which it is told.
const STORAGE_FULL_PERCENT: u32 = 70;
/// Rings on another phone than this many seconds and a voicemail answers before a caller hangs up by themself.
const VOICEMAIL_SHORT_S: u8 = 15;

pub(super) fn judge(report: &Report, topology: Topology, list: &mut Vec<Finding>) {
    list.push(modem(report));
    if report.in_vain {
        return;
    }
    list.push(voice(report));
    let sim = sim(report);
    let shut = sim.verdict == Verdict::Fail;
    list.push(sim);
    if shut {
        return;
    }
    list.extend([
        network(report),
        signal(report),
        service_centre(report),
        caller_numbers(report),
        diverts(report, topology),
        storage(report),
    ]);
}

fn modem(report: &Report) -> Finding {
    if report.in_vain {
        return finding(
            Item::Modem,
            Verdict::Fail,
            "it does not answer `AT`, or went away meanwhile",
            "power it off and on; is it the AT port that `[modem] port` names, at the right `baud`? `journalctl -u textback` tells what was tried",
        );
    }
    let identity = &report.identity;
    let family = &identity.family;
    let model = format!("{} {}", identity.manufacturer, identity.model);
    let model = format!("{} ({family})", model.trim());
    match &report.news_port {
        Some((set, false)) => finding(
            Item::Modem,
            Verdict::Warn,
            format!("{model}; its news (calls, texts) is set to come out at `{set}`, not at its AT ports"),
            "start the daemon: it sets this each time; if the modem doesn't keep it, name the port that rings under `[modem] port`",
        ),
        Some((_, true)) | None => finding(Item::Modem, Verdict::Pass, model, ""),
    }
}

fn voice(report: &Report) -> Finding {
    match report.can_voice {
        CanVoice::Yes => finding(Item::Voice, Verdict::Pass, "calls can reach it", ""),
        CanVoice::Unknown => finding(
            Item::Voice,
            Verdict::Unknown,
            "not known before it is registered",
            "mend SIM and network first, then make the live test call",
        ),
        CanVoice::Perhaps if report.volte == Some(false) => finding(
            Item::Voice,
            Verdict::Warn,
            "registered for data, and VoLTE is not up: calls come only where the network falls back to 2G/3G",
            "make the live test call; if it doesn't ring, have VoLTE switched on for this SIM, and on the modem as its manual says",
        ),
        CanVoice::Perhaps => finding(
            Item::Voice,
            Verdict::Warn,
            "registered for data; calls need VoLTE or a 2G/3G fallback",
            "make the live test call: only a call can show it",
        ),
        CanVoice::SmsOnly => finding(
            Item::Voice,
            Verdict::Fail,
            "the network takes it for texts only",
            "ask the operator for VoLTE on this SIM and model, or use a model or network with 2G/3G",
        ),
        CanVoice::Never => finding(
            Item::Voice,
            Verdict::Fail,
            "this model, or its firmware, has no voice: it never sees a call",
            "take a model of the README's list",
        ),
    }
}

fn sim(report: &Report) -> Finding {
    let left = match report.pin_tries_left {
        None => String::new(),
        Some(1) => ", 1 PIN try left".to_owned(),
        Some(tries) => format!(", {tries} PIN tries left"),
    };
    match report.sim {
        SimState::Ready if report.few_pin_tries() => finding(
            Item::Sim,
            Verdict::Warn,
            format!("ready{left}"),
            "a wrong PIN was tried: enter the right one in a phone, so that it has its three tries again",
        ),
        SimState::Ready => finding(Item::Sim, Verdict::Pass, format!("ready{left}"), ""),
        SimState::Pin if report.few_pin_tries() => finding(
            Item::Sim,
            Verdict::Fail,
            format!("asks for its PIN{left}: none is ever spent by the box"),
            "enter the right PIN in a phone, so that it has its three tries again",
        ),
        SimState::Pin => finding(
            Item::Sim,
            Verdict::Fail,
            format!("asks for its PIN{left}"),
            "set `pin` under [modem], or switch the PIN off in a phone",
        ),
        SimState::Puk => finding(
            Item::Sim,
            Verdict::Fail,
            "blocked, asks for its PUK",
            "unblock it in a phone with the PUK from the operator's letter",
        ),
        SimState::Missing => finding(
            Item::Sim,
            Verdict::Fail,
            "no SIM",
            "put it in (contacts down, the cut corner as printed), then power the modem off and on",
        ),
        SimState::Unknown if is_registered(report) => finding(
            Item::Sim,
            Verdict::Unknown,
            "the modem doesn't say, and is registered with it",
            "make the live test call",
        ),
        SimState::Unknown => finding(
            Item::Sim,
            Verdict::Fail,
            "the modem can't tell whether it is there and open",
            "power the modem off, take the SIM out, clean its contacts, put it back, power it on",
        ),
    }
}

fn stats(registration: Registration) -> [Option<u8>; 3] {
    [registration.cs, registration.eps, registration.ps]
}

/// With any of the networks. 27.007 §7.2: 1 home, 5 roaming; 6 and 7 the same for SMS only; 9 and 10 with CSFB not preferred; 3 denied.
fn is_registered(report: &Report) -> bool {
    stats(report.registration)
        .iter()
        .flatten()
        .any(|stat| matches!(stat, 1 | 5 | 6 | 7 | 9 | 10))
}

fn network(report: &Report) -> Finding {
    let operator = report
        .identity
        .operator
        .as_deref()
        .unwrap_or("an operator that gives no name");
    let registration = report.registration;
    let stats = stats(registration);
    if is_registered(report) {
        let roaming = stats.iter().flatten().any(|stat| matches!(stat, 5 | 7 | 10));
        let where_ = if roaming { ", roaming (texts cost more)" } else { "" };
        return finding(Item::Network, Verdict::Pass, format!("{operator}{where_}"), "");
    }
    if stats.contains(&Some(3)) {
        return finding(
            Item::Network,
            Verdict::Fail,
            "the network refuses this SIM or modem",
            "ask the operator: is the SIM active, is this model allowed?",
        );
    }
    if stats.iter().all(Option::is_none) {
        return finding(
            Item::Network,
            Verdict::Unknown,
            "the modem doesn't say whether it is registered",
            "make the live test call: `textback doctor --live`",
        );
    }
    finding(
        Item::Network,
        Verdict::Fail,
        "not registered",
        "check the antenna's plug, the coverage of this operator, and that the SIM is active",
    )
}

/// Where these calls go, as far as the network says: the installer knows whether it is a voicemail or somebody's phone.
fn to(report: &Report, which: Divert) -> String {
    let diversion = report.diversions.iter().find(|d| d.active && d.which == which);
    let number = diversion
        .and_then(|d| d.number.as_deref())
        .filter(|number| !number.is_empty());
    number.map_or_else(String::new, |number| format!(" ({number})"))
}

fn diverts(report: &Report, topology: Topology) -> Finding {
    if report.diverts_everything() {
        return finding(
            Item::Diverts,
            Verdict::Fail,
            format!(
                "every call is diverted away from this SIM{}: it never rings",
                to(report, Divert::Always)
            ),
            "dial ##21# with this SIM in a phone",
        );
    }
    if report.diversions.is_empty() {
        return finding(
            Item::Diverts,
            Verdict::Unknown,
            "the network doesn't tell about diverts",
            "dial *#21# and *#61# with this SIM in a phone",
        );
    }
    if topology == Topology::Dedicated
        && let Some(seconds) = report.no_reply_divert_s().filter(|s| *s < VOICEMAIL_SHORT_S)
    {
        return finding(
            Item::Diverts,
            Verdict::Warn,
            format!(
                "calls go to a voicemail{} after {seconds} s: callers may hang up on it before it rings here",
                to(report, Divert::NoReply)
            ),
            "dial ##61# with this SIM in a phone to switch it off",
        );
    }
    // 22.082 §1: such a call never rings here, so nothing of it can be seen.
    let unseen = [
        (Divert::Busy, "while another call rings", "##67#"),
        (Divert::Unreachable, "without network", "##62#"),
    ];
    let unseen: Vec<_> = unseen.iter().filter(|(which, ..)| report.diverts(*which)).collect();
    if !unseen.is_empty() {
        let when: Vec<&str> = unseen.iter().map(|(_, when, _)| *when).collect();
        let codes: Vec<&str> = unseen.iter().map(|(.., code)| *code).collect();
        return finding(
            Item::Diverts,
            Verdict::Warn,
            format!("calls {} go elsewhere and are never seen", when.join(" or ")),
            &format!("dial {} with this SIM in a phone to switch it off", codes.join(" and ")),
        );
    }
    match report.no_reply_divert_s() {
        Some(seconds) => finding(
            Item::Diverts,
            Verdict::Pass,
            format!(
                "unanswered calls go to a voicemail{} after {seconds} s; they are seen all the same",
                to(report, Divert::NoReply)
            ),
            "",
        ),
        None => finding(Item::Diverts, Verdict::Pass, "none takes calls away", ""),
    }
}

fn signal(report: &Report) -> Finding {
    match report.signal.dbm {
        None => finding(
            Item::Signal,
            Verdict::Unknown,
            "not known",
            "look again in a minute; check the antenna",
        ),
        Some(dbm) if dbm < WEAK_DBM => finding(
            Item::Signal,
            Verdict::Warn,
            format!("{}, {dbm} dBm", report.signal.in_words()),
            "move the antenna to a window or outside: `textback signal` shows it live",
        ),
        Some(dbm) => finding(
            Item::Signal,
            Verdict::Pass,
            format!("{}, {dbm} dBm", report.signal.in_words()),
            "",
        ),
    }
}

fn service_centre(report: &Report) -> Finding {
    match report.identity.smsc.as_deref() {
        Some(number) if !number.is_empty() => finding(Item::ServiceCentre, Verdict::Pass, number, ""),
        None => finding(
            Item::ServiceCentre,
            Verdict::Unknown,
            "the modem doesn't say",
            "see that a text goes out",
        ),
        Some(_empty) => finding(
            Item::ServiceCentre,
            Verdict::Fail,
            "no SMS centre on the SIM: no text can go out",
            "ask the operator for its number; in a phone: settings of the messages app",
        ),
    }
}

fn caller_numbers(report: &Report) -> Finding {
    match report.shows_callers {
        Some(true) => finding(Item::CallerNumbers, Verdict::Pass, "shown", ""),
        Some(false) => finding(
            Item::CallerNumbers,
            Verdict::Fail,
            "the network doesn't show callers' numbers on this line",
            "ask the operator for CLIP (caller display)",
        ),
        None => finding(
            Item::CallerNumbers,
            Verdict::Unknown,
            "the network doesn't say",
            "make the live test call",
        ),
    }
}

fn storage(report: &Report) -> Finding {
    match report.storage {
        None | Some((_, 0)) => finding(Item::Storage, Verdict::Unknown, "the modem doesn't say", ""),
        Some((used, total)) if used >= total => finding(
            Item::Storage,
            Verdict::Fail,
            format!("{used} of {total} places for texts taken: no text can come in"),
            "the daemon reads and empties them when it runs; if they stay, delete old texts in a phone",
        ),
        Some((used, total)) if u32::from(used) * 100 >= u32::from(total) * STORAGE_FULL_PERCENT => finding(
            Item::Storage,
            Verdict::Warn,
            format!("{used} of {total} places for texts taken"),
            "textback empties them as it reads; if they stay, delete old texts in a phone",
        ),
        Some((used, total)) => finding(
            Item::Storage,
            Verdict::Pass,
            format!("{used} of {total} places for texts taken"),
            "",
        ),
    }
}
