//! The list that `textback doctor` and the text `TEST` walk: what must be right for the box to do its job, what was found,
//! and what to do about it.
//!
//! Pure: it judges what others found out ([`Facts`]); who asks the modem, the store and the machine are `daemon` and `cli`.

use crate::clock::Trust;
use crate::config::Topology;
use crate::modem::{CanVoice, Report, SimState};
use serde::Serialize;
use std::time::Duration;

/// Signal below which texts and calls get lost, dBm.
const WEAK_DBM: i16 = -105;
/// Fewer tries than this and no PIN is tried: see product rules.
const PIN_TRIES_MIN: u8 = 2;
/// Memory that texts come in to, in percent, from which it is told.
const STORAGE_FULL_PERCENT: u32 = 70;
/// Free disk below which nothing is sure.
const DISK_FREE_MIN: u64 = 16 * 1024 * 1024;
/// Rings on another phone than this many seconds and a voicemail answers before a caller hangs up by themself.
const VOICEMAIL_SHORT_S: u8 = 15;

/// What is looked at, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// The modem is found and its family known.
    Modem,
    /// It has voice at all.
    Voice,
    /// The SIM is there and open.
    Sim,
    /// Registered, for calls and not only texts.
    Network,
    /// Field strength.
    Signal,
    /// The service centre's number is set.
    ServiceCentre,
    /// Callers' numbers are shown.
    CallerNumbers,
    /// No diversion takes the calls away; the voicemail trap.
    Diverts,
    /// The memory that texts come in to.
    Storage,
    /// The time is known.
    Clock,
    /// A text went out and its report came.
    TextOut,
    /// A text came in.
    TextIn,
    /// A call was seen.
    Call,
    /// The database can be written, and there is room.
    Disk,
    /// The supply holds its voltage.
    Power,
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Nobody could tell.
    Unknown,
    /// The job is done, but look at it.
    Warn,
    /// The job isn't done like this.
    Fail,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which item.
    pub check: Item,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found, in words.
    pub found: String,
    /// What to do, in words; empty where nothing is to be done.
    pub fix: String,
}

/// What became of the newest text that went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextOut {
    /// The network's report says it arrived.
    Delivered,
    /// The network took it; no report yet.
    Accepted,
    /// It failed.
    Failed,
}

/// What the machine around the modem says. `None`: it doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Machine {
    /// The database can be written.
    pub disk_writable: Option<bool>,
    /// Free bytes where the database is.
    pub disk_free: Option<u64>,
    /// The supply has been too low since the machine started (a Pi says so).
    pub undervoltage: Option<bool>,
}

/// Everything that is judged.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// What the modem's examination found; else why there is none.
    pub report: Result<&'a Report, &'a str>,
    pub topology: Topology,
    pub trust: Trust,
    /// The newest text that went out.
    pub text_out: Option<TextOut>,
    /// Since the newest text that came in.
    pub text_in: Option<Duration>,
    /// Since the newest call.
    pub call: Option<Duration>,
    pub machine: Machine,
}

/// The list. Nothing after a missing modem, SIM or network is judged that only they could tell.
#[must_use]
pub fn walk(facts: &Facts<'_>) -> Vec<Finding> {
    let mut list = Vec::new();
    match facts.report {
        Ok(report) => examined(report, facts.topology, &mut list),
        Err(why) => list.push(Finding {
            check: Item::Modem,
            verdict: Verdict::Fail,
            found: why.to_owned(),
            fix: "plug the modem in, give it power, see `[modem] port`".to_owned(),
        }),
    }
    surroundings(facts, &mut list);
    list
}

/// Whether nothing on the list keeps the box from its job.
#[must_use]
pub fn passed(list: &[Finding]) -> bool {
    list.iter().all(|finding| finding.verdict != Verdict::Fail)
}

fn finding(check: Item, verdict: Verdict, found: impl Into<String>, fix: &str) -> Finding {
    Finding {
        check,
        verdict,
        found: found.into(),
        fix: fix.to_owned(),
    }
}

fn examined(report: &Report, topology: Topology, list: &mut Vec<Finding>) {
    use Item as I;
    use Verdict as V;
    let identity = &report.identity;
    let family = &identity.family;
    let model = format!("{} {}", identity.manufacturer, identity.model);
    list.push(finding(I::Modem, V::Pass, format!("{} ({family})", model.trim()), ""));
    list.push(match report.can_voice {
        CanVoice::Yes => finding(I::Voice, V::Pass, "calls can reach it", ""),
        CanVoice::Unknown => finding(
            I::Voice,
            V::Unknown,
            "not known before it is registered",
            "make the live test call",
        ),
        CanVoice::Perhaps => finding(
            I::Voice,
            V::Warn,
            "registered for data; calls need VoLTE or a 2G/3G fallback",
            "make the live test call: only a call can show it",
        ),
        CanVoice::SmsOnly => finding(
            I::Voice,
            V::Fail,
            "the network takes it for texts only",
            "ask the operator for VoLTE on this SIM and model, or use a model or network with 2G/3G",
        ),
        CanVoice::Never => finding(
            I::Voice,
            V::Fail,
            "this model has no voice: it never sees a call",
            "take a model of the README's list",
        ),
    });
    list.push(sim(report));
    if report.sim != SimState::Ready {
        return;
    }
    list.push(network(report));
    list.push(match report.signal.dbm {
        None => finding(
            I::Signal,
            V::Unknown,
            "not known",
            "look again in a minute; check the antenna",
        ),
        Some(dbm) if dbm < WEAK_DBM => finding(
            I::Signal,
            V::Warn,
            format!("{dbm} dBm: hardly any"),
            "move the antenna to a window or outside: `textback signal` shows it live",
        ),
        Some(dbm) => finding(I::Signal, V::Pass, format!("{dbm} dBm"), ""),
    });
    list.push(match identity.smsc.as_deref() {
        Some(number) if !number.is_empty() => finding(I::ServiceCentre, V::Pass, number, ""),
        _ => finding(
            I::ServiceCentre,
            V::Fail,
            "no SMS centre on the SIM: no text can go out",
            "ask the operator for its number; in a phone: settings of the messages app",
        ),
    });
    list.push(match report.shows_callers {
        Some(true) => finding(I::CallerNumbers, V::Pass, "shown", ""),
        Some(false) => finding(
            I::CallerNumbers,
            V::Fail,
            "the network doesn't show callers' numbers on this line",
            "ask the operator for CLIP (caller display)",
        ),
        None => finding(
            I::CallerNumbers,
            V::Unknown,
            "the network doesn't say",
            "make the live test call",
        ),
    });
    list.push(diverts(report, topology));
    list.push(match report.storage {
        None | Some((_, 0)) => finding(I::Storage, V::Unknown, "the modem doesn't say", ""),
        Some((used, total)) if u32::from(used) * 100 >= u32::from(total) * STORAGE_FULL_PERCENT => finding(
            I::Storage,
            V::Warn,
            format!("{used} of {total} places for texts taken"),
            "textback empties them as it reads; if they stay, delete old texts in a phone",
        ),
        Some((used, total)) => finding(
            I::Storage,
            V::Pass,
            format!("{used} of {total} places for texts taken"),
            "",
        ),
    });
}

fn sim(report: &Report) -> Finding {
    let tries = report.pin_tries_left;
    let left = tries.map_or_else(String::new, |n| format!(", {n} PIN tries left"));
    match report.sim {
        SimState::Ready if tries.is_some_and(|n| n < PIN_TRIES_MIN) => finding(
            Item::Sim,
            Verdict::Warn,
            format!("ready{left}"),
            "a wrong PIN was tried: enter the right one in a phone, so that it has its three tries again",
        ),
        SimState::Ready => finding(Item::Sim, Verdict::Pass, format!("ready{left}"), ""),
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
        SimState::Unknown => finding(
            Item::Sim,
            Verdict::Unknown,
            "the modem doesn't say",
            "take it out, clean its contacts, put it back",
        ),
    }
}

fn network(report: &Report) -> Finding {
    let operator = report
        .identity
        .operator
        .as_deref()
        .unwrap_or("an operator that gives no name");
    let registration = report.registration;
    let stats = [registration.cs, registration.eps, registration.ps];
    // 27.007 §7.2: 1 home, 5 roaming; 6 and 7 the same for SMS only; 9 and 10 with CSFB not preferred; 3 denied.
    if stats
        .iter()
        .flatten()
        .any(|stat| matches!(stat, 1 | 5 | 6 | 7 | 9 | 10))
    {
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
    finding(
        Item::Network,
        Verdict::Fail,
        "not registered",
        "check the antenna's plug, the coverage of this operator, and that the SIM is active",
    )
}

fn diverts(report: &Report, topology: Topology) -> Finding {
    if report.diverts_everything() {
        return finding(
            Item::Diverts,
            Verdict::Fail,
            "every call is diverted away from this SIM: it never rings",
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
            format!("a voicemail takes calls after {seconds} s: callers may hang up on it before it rings here"),
            "dial ##61# with this SIM in a phone to switch it off",
        );
    }
    match report.no_reply_divert_s() {
        Some(seconds) => finding(
            Item::Diverts,
            Verdict::Pass,
            format!("unanswered calls go to a voicemail after {seconds} s; they are seen all the same"),
            "",
        ),
        None => finding(Item::Diverts, Verdict::Pass, "none takes calls away", ""),
    }
}

fn surroundings(facts: &Facts<'_>, list: &mut Vec<Finding>) {
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
    list.push(match facts.text_out {
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
    list.push(match facts.machine.undervoltage {
        Some(true) => finding(
            I::Power,
            V::Warn,
            "the supply dipped below its limit since the start",
            "use the Pi's own power supply and a short cable; a modem draws 2 A for moments",
        ),
        Some(false) => finding(I::Power, V::Pass, "no dip since the start", ""),
        None => finding(I::Power, V::Unknown, "this machine doesn't tell", ""),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::{Diversion, Divert, Identity, Registration, Signal};

    fn healthy() -> Report {
        Report {
            identity: Identity {
                family: "sim7600".to_owned(),
                manufacturer: "SIMCOM".to_owned(),
                model: "SIM7600E-H".to_owned(),
                smsc: Some("+12404492164".to_owned()),
                operator: Some("T-Mobile".to_owned()),
                ..Identity::default()
            },
            can_voice: CanVoice::Yes,
            sim: SimState::Ready,
            pin_tries_left: Some(3),
            registration: Registration {
                cs: Some(1),
                ps: Some(1),
                eps: Some(1),
            },
            signal: Signal { dbm: Some(-77) },
            storage: Some((1, 40)),
            announces_texts: true,
            shows_callers: Some(true),
            diversions: vec![Diversion {
                which: Divert::Always,
                active: false,
                number: None,
                after_s: None,
            }],
            ..Report::default()
        }
    }

    fn walked(report: &Report, topology: Topology) -> Vec<Finding> {
        walk(&Facts {
            report: Ok(report),
            topology,
            trust: Trust::Network,
            text_out: Some(TextOut::Delivered),
            text_in: Some(Duration::from_secs(60)),
            call: Some(Duration::from_secs(60)),
            machine: Machine {
                disk_writable: Some(true),
                disk_free: Some(1 << 30),
                undervoltage: Some(false),
            },
        })
    }

    /// Everything that isn't a pass.
    fn not_right(report: &Report) -> Vec<(Item, Verdict)> {
        let list = walked(report, Topology::Dedicated);
        let bad = list.iter().filter(|f| f.verdict != Verdict::Pass);
        bad.map(|f| (f.check, f.verdict)).collect()
    }

    #[test]
    fn a_healthy_box_passes_every_item_in_the_order_of_the_list() {
        let list = walked(&healthy(), Topology::Dedicated);
        assert!(
            list.iter().all(|f| f.verdict == Verdict::Pass && f.fix.is_empty()),
            "{list:#?}"
        );
        assert!(passed(&list));
        assert!(list.is_sorted_by_key(|f| f.check));
        assert_eq!(list.len(), 15);
    }

    #[test]
    fn each_trouble_is_found_and_has_a_fix() {
        type Break = fn(&mut Report);
        let troubles: [(Break, Item, Verdict); 14] = [
            (|r| r.can_voice = CanVoice::Never, Item::Voice, Verdict::Fail),
            (|r| r.can_voice = CanVoice::SmsOnly, Item::Voice, Verdict::Fail),
            (|r| r.can_voice = CanVoice::Perhaps, Item::Voice, Verdict::Warn),
            (|r| r.pin_tries_left = Some(1), Item::Sim, Verdict::Warn),
            (
                |r| {
                    r.registration = Registration {
                        cs: Some(2),
                        ps: Some(0),
                        eps: None,
                    }
                },
                Item::Network,
                Verdict::Fail,
            ),
            (
                |r| {
                    r.registration = Registration {
                        cs: Some(3),
                        ps: None,
                        eps: None,
                    }
                },
                Item::Network,
                Verdict::Fail,
            ),
            (|r| r.signal.dbm = Some(-111), Item::Signal, Verdict::Warn),
            (|r| r.identity.smsc = None, Item::ServiceCentre, Verdict::Fail),
            (
                |r| r.identity.smsc = Some(String::new()),
                Item::ServiceCentre,
                Verdict::Fail,
            ),
            (|r| r.shows_callers = Some(false), Item::CallerNumbers, Verdict::Fail),
            (|r| r.diversions[0].active = true, Item::Diverts, Verdict::Fail),
            (|r| r.diversions.clear(), Item::Diverts, Verdict::Unknown),
            (|r| r.storage = Some((28, 40)), Item::Storage, Verdict::Warn),
            (|r| r.signal.dbm = None, Item::Signal, Verdict::Unknown),
        ];
        for (break_it, item, verdict) in troubles {
            let mut report = healthy();
            break_it(&mut report);
            assert_eq!(not_right(&report), [(item, verdict)]);
            let list = walked(&report, Topology::Dedicated);
            let found = list.iter().find(|f| f.check == item).expect("on the list");
            assert!(!found.fix.is_empty(), "{found:?}");
            assert_eq!(passed(&list), verdict != Verdict::Fail);
        }
    }

    #[test]
    fn without_a_sim_nothing_of_the_network_is_judged() {
        for (sim, word) in [
            (SimState::Missing, "no SIM"),
            (SimState::Pin, "PIN"),
            (SimState::Puk, "PUK"),
        ] {
            let mut report = healthy();
            report.sim = sim;
            let list = walked(&report, Topology::Dedicated);
            let found = list.iter().find(|f| f.check == Item::Sim).expect("on the list");
            assert!(
                found.verdict == Verdict::Fail && found.found.contains(word),
                "{found:?}"
            );
            assert!(list.iter().all(|f| f.check != Item::Network && f.check != Item::Signal));
        }
    }

    /// A voicemail that answers early takes the caller; where the calls are diverted to us it is not ours to judge.
    #[test]
    fn the_voicemail_trap_is_for_a_sim_that_is_called_itself() {
        let mut report = healthy();
        report.diversions.push(Diversion {
            which: Divert::NoReply,
            active: true,
            number: Some("+15550001".to_owned()),
            after_s: Some(10),
        });
        assert_eq!(not_right(&report), [(Item::Diverts, Verdict::Warn)]);
        assert!(
            walked(&report, Topology::Overflow)
                .iter()
                .all(|f| f.verdict == Verdict::Pass)
        );
        report.diversions[1].after_s = None;
        assert_eq!(not_right(&report), [], "20 s is the standard's own, and long enough");
    }

    #[test]
    fn no_modem_is_one_failure_with_its_reason() {
        let list = walk(&Facts {
            report: Err("/dev/textback-modem is not there"),
            topology: Topology::Dedicated,
            trust: Trust::Guess,
            text_out: Some(TextOut::Failed),
            text_in: None,
            call: None,
            machine: Machine {
                disk_free: Some(1024),
                ..Machine::default()
            },
        });
        let failed: Vec<Item> = list
            .iter()
            .filter(|f| f.verdict == Verdict::Fail)
            .map(|f| f.check)
            .collect();
        assert_eq!(failed, [Item::Modem, Item::TextOut, Item::Disk]);
        assert!(list[0].found.contains("not there"));
    }
}
