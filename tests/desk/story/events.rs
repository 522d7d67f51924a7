//! What may happen in a story.

use super::super::box_under_test::{IMSI, number};
use super::Story;
use std::time::Duration;
use textback::checkup::Machine;
use textback::clock::Trust;
use textback::desk::health::condition::BoxCondition;
use textback::desk::{DiskNews, Input};
use textback::modem::{
    Balance, CallerLine, CanVoice, Deafness, Diversion, Divert, EndedCall, Identity, MemoryEntry, Registration, Report,
    RetryClass, Signal, SimState, SubmitOutcome, Verdict,
};
use textback::sms::{Content, Dcs, Header, Ports, UserData};

/// The ports that picture notices, contact cards, appointments and other programs' messages come to.
const PICTURE: u16 = 2948;
const CARD: u16 = 9204;
const APPOINTMENT: u16 = 9205;
const PROGRAM: u16 = 5505;

/// A modem and network with nothing wrong.
pub fn healthy() -> Report {
    Report {
        identity: Identity {
            model: "SIM7600E-H".to_owned(),
            operator: Some("T-Mobile".to_owned()),
            smsc: Some("+12404492164".to_owned()),
            ..Identity::default()
        },
        can_voice: CanVoice::Yes,
        sim: SimState::Ready,
        registration: Registration {
            cs: Some(1),
            ps: None,
            eps: Some(1),
        },
        signal: Signal { dbm: Some(-80) },
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

impl Story {
    /// One line of a story, without its time.
    pub fn happens(&mut self, what: &str) {
        let to_box = |words: &str| what.strip_prefix(words);
        if let Some((who, text)) = what
            .split_once(": ")
            .filter(|(who, _)| self.people.contains_key(first_word(who)))
        {
            match who.split_once(" sends all but part ") {
                Some((who, missing)) => self.long_text_without(who, missing.parse().unwrap(), text),
                None => match who.strip_suffix(" sends a contact card") {
                    Some(who) => self.for_program(who, CARD, text.replace("\\n", "\r\n").as_bytes()),
                    None => self.text(who, text),
                },
            }
        } else if what == "Nobody can say who calls" {
            self.rings_out(CallerLine::Unavailable, Verdict::Missed, 18);
        } else if let Some(who) = what.strip_suffix(" calls") {
            self.call(who, Verdict::Missed);
        } else if let Some(who) = what.strip_suffix(" calls and is answered") {
            self.call(who, Verdict::Answered);
        } else if let Some((who, subject)) = what.split_once(" sends a picture about ") {
            let number = self.number(who);
            self.for_program("Operator", PICTURE, &notice(&number, subject));
        } else if let Some(who) = what.strip_suffix(" sends a picture") {
            self.for_program(who, PICTURE, &[1, 6, 3]);
        } else if let Some(who) = what.strip_suffix(" sends an appointment") {
            self.for_program(who, APPOINTMENT, b"BEGIN:VCALENDAR");
        } else if let Some(who) = what.strip_suffix(" sends something for a program") {
            self.for_program(who, PROGRAM, b"\x02\x4a\x3a");
        } else if let Some(who) = what.strip_suffix("'s missing part arrives") {
            let who = who.to_owned();
            let kept = self.kept_parts.iter().position(|(whose, _)| *whose == who).unwrap();
            let (_, pdu) = self.kept_parts.remove(kept);
            self.it.pdu(pdu);
        } else if let Some(who) = what.strip_suffix("'s phone is off") {
            // Expired: the network gave up (3GPP TS 23.040 §9.2.3.15).
            self.people.get_mut(who).unwrap().report = Some(0x46);
        } else if let Some(who) = what.strip_suffix("'s phone is on") {
            self.people.get_mut(who).unwrap().report = Some(0);
        } else if let Some((who, seconds)) = what.strip_suffix(" s").and_then(|what| what.split_once(" calls for ")) {
            let caller = self.line_of(who);
            self.rings_out(caller, Verdict::Missed, seconds.parse().unwrap());
        } else if let Some(who) = what.strip_suffix(" begins to call") {
            let (call, caller) = (self.it.next_key(), self.line_of(who));
            self.it.tell(Input::CallStarted { call });
            self.it.tell(Input::CallIdentified { call, caller });
        } else if let Some(count) = what.strip_suffix(" strangers call") {
            for stranger in 0..count.parse().unwrap() {
                self.rings_out(number(&strangers_number(stranger)), Verdict::Missed, 18);
                self.passes(1);
            }
        } else if let Some(count) = what.strip_suffix(" strangers write") {
            for stranger in 0..count.parse().unwrap() {
                self.it.text(&strangers_number(stranger), "Hello, can you come by?");
                self.passes(1);
            }
        } else if let Some((line, instead)) = to_box("the file now has ").and_then(|new| new.split_once(" instead of "))
        {
            // Which is read at the next start.
            let (line, instead) = (line.replace("\\n", "\n"), instead.replace("\\n", "\n"));
            assert!(self.config.contains(&instead), "the file has no {instead}");
            self.config = self.config.replacen(&instead, &line, 1);
        } else if let Some((key, value)) =
            to_box("an older program had set ").and_then(|setting| setting.split_once(" to "))
        {
            let now = self.it.now;
            let key = format!("set:{key}");
            self.it.store.transact(now, |tx| tx.set_setting(&key, value)).unwrap();
        } else if let Some(signal) = to_box("the signal is ") {
            self.it.desk.observe(BoxCondition {
                since: Some(self.it.now.steady),
                operator: Some("T-Mobile".to_owned()),
                signal: signal.to_owned(),
                light: Some(textback::board::Code::Storage),
                ..BoxCondition::default()
            });
        } else if let Some(said) = to_box("the network says of the balance: ") {
            self.it.tell(Input::Balance(Balance::Said(said.to_owned())));
        } else if let Some(of) = to_box("the modem remembers missed calls of ") {
            let of = of.split(", ").map(|who| MemoryEntry {
                digits: self.number(who),
                toa: 145,
            });
            let of = of.collect();
            self.it.tell(Input::MissedMemory(of));
        } else if let Some(full) = to_box("the modem's memory holds ") {
            let (used, total) = full.split_once(" of ").unwrap();
            let (used, total): (u16, u16) = (used.parse().unwrap(), total.parse().unwrap());
            let full = used >= total;
            self.it.tell(Input::Storage { used, total, full });
        } else if let Some(minutes) =
            to_box("the modem forgot its settings ").and_then(|m| m.strip_suffix(" minutes ago"))
        {
            let after = Duration::from_secs(60 * minutes.parse::<u64>().unwrap());
            let why = Deafness::SettingsLost;
            self.it.tell(Input::Deaf { why, ago: after });
            self.it.tell(Input::Hears { why, after });
        } else {
            self.befalls_the_box(what);
        }
    }

    /// What happens to the box itself.
    fn befalls_the_box(&mut self, what: &str) {
        let deaf = |why| Input::Deaf {
            why,
            ago: Duration::ZERO,
        };
        match what {
            "nothing happens" => {}
            "the network is gone" => self.cut(deaf(Deafness::NoNetwork)),
            "the modem is gone" => self.cut(deaf(Deafness::NoModem)),
            "the modem falls silent" => self.cut(deaf(Deafness::Mute)),
            "the SIM is taken out" => self.cut(deaf(Deafness::NotReady)),
            "the network is back" | "the modem is back" | "the SIM is back" => {
                self.network = true;
                self.it.tell(Input::Hears {
                    why: Deafness::NoNetwork,
                    after: Duration::ZERO,
                });
            }
            "the SIM is read" => self.it.sim_is(IMSI),
            "the box restarts" => {
                self.it.tell(Input::Stopping);
                self.it.restart(&self.config);
            }
            // Without a word: nothing is recorded of it.
            "the power fails" => self.on = false,
            "the power is back" => {
                self.on = true;
                self.it.restart(&self.config);
            }
            "the modem is not ready" => self.it.desk.observe(BoxCondition {
                trouble: Some("no SIM".to_owned()),
                ..BoxCondition::default()
            }),
            "it is registered in a way that may let no call ring" => self.it.desk.observe(BoxCondition {
                calls_in_doubt: true,
                ..BoxCondition::default()
            }),
            "the button is pressed" => drop(self.it.tell(Input::ClaimWindow)),
            "the button is held" => drop(self.it.tell(Input::ClearOwners)),
            "nobody vouches for the clock" => self.it.now.wall.trust = Trust::Guess,
            "the clock is right" => self.it.now.wall.trust = Trust::Synchronised,
            "TEST is examined" => self.examined(healthy()),
            "TEST is examined, and nothing is right" => self.examined(nothing_right()),
            "TEST is examined, and the network is weak" => self.examined(weak()),
            "something unreadable arrives" => drop(self.it.pdu(vec![0x07, 0x91, 0x21])),
            "the modem does not confirm the next text" => {
                self.outcome = Some(SubmitOutcome::Unknown {
                    why: "no answer in 60 s".to_owned(),
                });
            }
            "the network refuses this SIM the next text" => {
                self.outcome = Some(SubmitOutcome::Refused {
                    error: "CMS ERROR: 8 operator determined barring".to_owned(),
                    class: RetryClass::Account,
                });
            }
            "the disk is full" => drop(self.it.tell(Input::Disk(DiskNews::Full))),
            "the disk is almost full" => {
                let free_octets = 12 * 1024 * 1024;
                self.it.tell(Input::Disk(DiskNews::Low { free_octets }));
            }
            "the disk works again after 20 minutes" => {
                let lasted = Duration::from_secs(20 * 60);
                self.it.tell(Input::Disk(DiskNews::Refused { lasted }));
            }
            "the card was damaged" => {
                let (opt_outs, salvaged) = (3, 0);
                self.it.tell(Input::Disk(DiskNews::Replaced { opt_outs, salvaged }));
            }
            other => panic!("what is {other:?}?"),
        }
    }

    fn cut(&mut self, why: Input) {
        self.network = false;
        self.it.tell(why);
    }

    fn examined(&mut self, report: Report) {
        self.it
            .tell(Input::Examined(std::boxed::Box::new(report), Machine::default()));
    }

    fn call(&mut self, who: &str, verdict: Verdict) {
        self.rings_out(self.line_of(who), verdict, 18);
    }

    fn line_of(&self, who: &str) -> CallerLine {
        match who {
            "Somebody" => CallerLine::Withheld,
            _ => number(&self.number(who)),
        }
    }

    fn rings_out(&mut self, caller: CallerLine, verdict: Verdict, seconds: u64) {
        let call = self.it.next_key();
        self.missed += u32::from(verdict == Verdict::Missed);
        self.it.tell(Input::CallEnded(EndedCall {
            call,
            caller,
            rings: 4,
            ringing: Duration::from_secs(seconds),
            verdict,
            evidence: vec!["no_carrier"],
            cause: None,
        }));
    }

    /// Some seconds in the middle of an event.
    fn passes(&mut self, seconds: i64) {
        self.until(self.it.now.wall.utc_ms + 1000 * seconds);
    }

    fn for_program(&mut self, who: &str, port: u16, octets: &[u8]) {
        let ports = Ports {
            destination: port,
            source: 9200,
        };
        let header = Header::NONE.with_ports(ports);
        let data = UserData::new(header, Content::Data(octets.to_vec())).unwrap();
        let number = self.people.get(who).map_or("72345".to_owned(), |p| p.number.clone());
        let pdu = self.it.deliver(&number, Dcs::EIGHT_BIT, data);
        self.it.pdu(pdu);
        if !self.in_team(who) {
            self.wrote.insert(who.to_owned());
        }
    }

    /// A long text, one part of which the network keeps for later.
    fn long_text_without(&mut self, who: &str, missing: usize, text: &str) {
        let number = self.number(who);
        let text = self.filled(self.in_team(who), text);
        for (at, pdu) in self.it.pdus(&number, &text).into_iter().enumerate() {
            if at + 1 == missing {
                self.kept_parts.push((who.to_owned(), pdu));
            } else {
                self.it.pdu(pdu);
            }
        }
        if !self.in_team(who) {
            self.wrote.insert(who.to_owned());
        }
    }
}

/// Somebody whom nobody knows.
fn strangers_number(at: u32) -> String {
    format!("+1512556{at:04}")
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// An operator's notice that a picture message waits (OMA-MMS-ENC m-notification-ind).
fn notice(from: &str, subject: &str) -> Vec<u8> {
    let mut notice = b"\x2F\x06\x05\xBE\xAF\x84\x8D\xDE\x8C\x82\x98T1a2b3c\0\x8D\x92".to_vec();
    let from = format!("{from}/TYPE=PLMN\0");
    notice.extend_from_slice(&[0x89, u8::try_from(from.len() + 1).unwrap(), 0x80]);
    notice.extend_from_slice(from.as_bytes());
    notice.push(0x96);
    notice.extend_from_slice(subject.as_bytes());
    notice
        .extend_from_slice(b"\0\x8A\x80\x8E\x03\x03\xA9\x80\x88\x05\x81\x03\x03\xF4\x80\x83http://mms.example.net/1\0");
    notice
}

/// No SIM, and no network to speak of.
fn nothing_right() -> Report {
    Report {
        can_voice: CanVoice::SmsOnly,
        sim: SimState::Missing,
        registration: Registration {
            cs: Some(2),
            ps: None,
            eps: Some(2),
        },
        signal: Signal { dbm: None },
        ..healthy()
    }
}

/// Everything a network and its operator can have wrong.
fn weak() -> Report {
    Report {
        can_voice: CanVoice::Perhaps,
        sim: SimState::Ready,
        registration: Registration {
            cs: Some(2),
            ps: None,
            eps: Some(2),
        },
        signal: Signal { dbm: Some(-111) },
        identity: Identity {
            model: "SIM7600E-H".to_owned(),
            smsc: Some(String::new()),
            ..Identity::default()
        },
        shows_callers: Some(false),
        storage: Some((48, 50)),
        diversions: vec![Diversion {
            which: Divert::Always,
            active: true,
            number: Some("+15125550111".to_owned()),
            after_s: None,
        }],
        ..Report::default()
    }
}
