//! The list that `textback doctor` and the text `TEST` walk: what must be right for the box to do its job, what was found,
//! and what to do about it.
//!
//! Pure: it judges what others found out ([`Facts`]); who asks the modem, the store and the machine are `daemon` and `cli`.

mod around;
mod examined;
mod ports;

pub use ports::{Answer, Port, judge as judge_ports};

use crate::clock::Trust;
use crate::config::Topology;
use crate::modem::Report;
use serde::Serialize;
use std::time::Duration;

/// What is looked at, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// The modem is found and its family known.
    Modem,
    /// Its ports: which answer, and on which it rings.
    Ports,
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
    /// A USB port was switched off since then because what hangs on it drew too much.
    pub usb_overcurrent: Option<bool>,
}

/// Why there was no modem to examine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoModem {
    pub found: String,
    /// What to do, in words.
    pub fix: String,
}

/// Everything that is judged.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// What the modem's examination found; else why there is none.
    pub report: Result<&'a Report, &'a NoModem>,
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
        Ok(report) => examined::judge(report, facts.topology, &mut list),
        Err(why) => list.push(finding(Item::Modem, Verdict::Fail, why.found.as_str(), &why.fix)),
    }
    around::judge(facts, &mut list);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::{CanText, CanVoice, Diversion, Divert, Identity, Registration, Signal, SimState};

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
                usb_overcurrent: Some(false),
            },
        })
    }

    fn no_modem() -> NoModem {
        NoModem {
            found: "/dev/textback-modem is not there".to_owned(),
            fix: "plug it in".to_owned(),
        }
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
        let troubles: [(Break, Item, Verdict); 20] = [
            (
                |r| r.news_port = Some(("uart1".to_owned(), false)),
                Item::Modem,
                Verdict::Warn,
            ),
            (|r| r.can_voice = CanVoice::Never, Item::Voice, Verdict::Fail),
            (|r| r.can_voice = CanVoice::SmsOnly, Item::Voice, Verdict::Fail),
            (|r| r.can_voice = CanVoice::Perhaps, Item::Voice, Verdict::Warn),
            (|r| r.can_text = CanText::Never, Item::TextOut, Verdict::Fail),
            (|r| r.can_text = CanText::Refused, Item::TextOut, Verdict::Fail),
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
            // Refused is not empty: texts may well go out.
            (|r| r.identity.smsc = None, Item::ServiceCentre, Verdict::Unknown),
            (
                |r| r.identity.smsc = Some(String::new()),
                Item::ServiceCentre,
                Verdict::Fail,
            ),
            (|r| r.shows_callers = Some(false), Item::CallerNumbers, Verdict::Fail),
            (|r| r.diversions[0].active = true, Item::Diverts, Verdict::Fail),
            (|r| r.diversions.clear(), Item::Diverts, Verdict::Unknown),
            (|r| r.storage = Some((28, 40)), Item::Storage, Verdict::Warn),
            (|r| r.storage = Some((40, 40)), Item::Storage, Verdict::Fail),
            // Modems without +CPIN: registered is with a SIM.
            (|r| r.sim = SimState::Unknown, Item::Sim, Verdict::Unknown),
            (|r| r.signal.dbm = None, Item::Signal, Verdict::Unknown),
            // Emulators of other people answer the question with OK and no line.
            (
                |r| r.registration = Registration::default(),
                Item::Network,
                Verdict::Unknown,
            ),
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
            (SimState::Unknown, "can't tell"),
        ] {
            let mut report = healthy();
            report.sim = sim;
            report.registration = Registration::default();
            let list = walked(&report, Topology::Dedicated);
            let found = list.iter().find(|f| f.check == Item::Sim).expect("on the list");
            assert!(
                found.verdict == Verdict::Fail && found.found.contains(word),
                "{found:?}"
            );
            assert!(list.iter().all(|f| f.check != Item::Network && f.check != Item::Signal));
        }
    }

    /// The rest of such a report is nothing, or what was known before: neither is a finding of today.
    #[test]
    fn a_modem_that_does_not_answer_is_one_failure_and_nothing_else_of_it_is_judged() {
        let mut report = healthy();
        report.in_vain = true;
        let list = walked(&report, Topology::Dedicated);
        let modem = &list[0];
        assert!(
            modem.check == Item::Modem && modem.verdict == Verdict::Fail && modem.fix.contains("[modem] port"),
            "{modem:?}"
        );
        assert_eq!(list[1].check, Item::Clock, "{list:#?}");
        assert!(!passed(&list));
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
        let told = walked(&report, Topology::Dedicated);
        let diverts = told.iter().find(|f| f.check == Item::Diverts).expect("on the list");
        assert!(
            diverts
                .found
                .starts_with("calls go to a voicemail (+15550001) after 10 s"),
            "{diverts:?}"
        );
        assert!(
            walked(&report, Topology::Overflow)
                .iter()
                .all(|f| f.verdict == Verdict::Pass)
        );
        report.diversions[1].after_s = None;
        assert_eq!(not_right(&report), [], "20 s is the standard's own, and long enough");
    }

    /// modem-facts §7: such calls never ring, and nothing of them can be seen.
    #[test]
    fn calls_that_go_elsewhere_while_another_rings_or_without_network_are_told_with_the_code_that_ends_it() {
        for (which, code) in [(Divert::Busy, "##67#"), (Divert::Unreachable, "##62#")] {
            let mut report = healthy();
            report.diversions.push(Diversion {
                which,
                active: true,
                number: Some("+15550001".to_owned()),
                after_s: None,
            });
            for topology in [Topology::Dedicated, Topology::Overflow] {
                let list = walked(&report, topology);
                let found = list.iter().find(|f| f.check == Item::Diverts).expect("on the list");
                assert_eq!(found.verdict, Verdict::Warn);
                assert!(found.fix.contains(code), "{found:?}");
            }
        }
    }

    #[test]
    fn a_usb_port_that_was_switched_off_is_a_matter_of_power() {
        let gone = no_modem();
        let facts = |undervoltage, usb_overcurrent| Facts {
            report: Err(&gone),
            topology: Topology::Dedicated,
            trust: Trust::Network,
            text_out: None,
            text_in: None,
            call: None,
            machine: Machine {
                undervoltage,
                usb_overcurrent,
                ..Machine::default()
            },
        };
        let power = |undervoltage, usb| {
            let list = walk(&facts(undervoltage, usb));
            let found = list.iter().find(|f| f.check == Item::Power).expect("on the list");
            (found.verdict, found.fix.clone())
        };
        assert_eq!(power(None, Some(false)).0, Verdict::Unknown);
        assert_eq!(power(Some(false), Some(false)).0, Verdict::Pass);
        let (verdict, fix) = power(Some(false), Some(true));
        assert!(verdict == Verdict::Warn && fix.contains("powered hub"), "{fix}");
        let (verdict, fix) = power(Some(true), None);
        assert!(verdict == Verdict::Warn && fix.contains("Pi's own"), "{fix}");
    }

    #[test]
    fn no_modem_is_one_failure_with_its_reason() {
        let list = walk(&Facts {
            report: Err(&no_modem()),
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
        assert_eq!(
            (list[0].found.as_str(), list[0].fix.as_str()),
            ("/dev/textback-modem is not there", "plug it in")
        );
    }
}
