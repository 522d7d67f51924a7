//! A box in a test: the desk, its store, a modem that takes everything, and time that only moves when told.

use std::time::Duration;
use textback::clock::{Now, Steady};
use textback::config::Config;
use textback::desk::team::claim::Secret;
use textback::desk::{Desk, Effects, Input, Next};
use textback::ids::{CallKey, MessageReference, OutboxId, SlotToken};
use textback::modem::{CallerLine, EndedCall, Identity, Received, SubmitOutcome, Verdict};
use textback::sms::{
    Address, Concat, ConcatReference, Content, Dcs, Deliver, Header, Pdu, SegmentOptions, StatusReport, Timestamp,
    Tpdu, UserData, decode_tpdu, segment,
};
use textback::store::Store;
use textback::store::generate::noon;

/// The SIM of a box in a test: T-Mobile's in the US.
pub const IMSI: &str = "310410123456789";

pub const OWNER: &str = "+15125550100";
pub const SAM: &str = "+15125550101";
pub const DAVE: &str = "+15125551234";
pub const ANNA: &str = "+15125555678";

/// A text that left the box, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub to: String,
    pub text: String,
    /// Which part of how many.
    pub part: (u8, u8),
    pub outbox: OutboxId,
    pub reference: u8,
}

pub struct Box {
    pub desk: Desk,
    pub store: Store,
    pub now: Now,
    /// Where the store is, if a restart must find it again.
    folder: Option<tempfile::TempDir>,
    next_key: u64,
    next_token: u64,
    next_reference: u8,
    next_concat: u8,
}

impl Box {
    pub fn new() -> Box {
        Box::with("")
    }

    /// With more lines of configuration.
    pub fn with(extra: &str) -> Box {
        let mut it = Box::bare(extra);
        it.sim_is(IMSI);
        it
    }

    /// The SIM is read.
    pub fn sim_is(&mut self, imsi: &str) {
        let identity = Identity {
            imsi: Some(imsi.to_owned()),
            ..Identity::default()
        };
        self.tell(Input::Identity(identity));
    }

    /// One that says nothing by itself: no nudges, no digest.
    pub fn quiet(extra: &str) -> Box {
        Box::with(&format!("[owner_alerts]\nnudges = false\ndigest = \"off\"\n{extra}"))
    }

    /// The same box, its configuration changed to `config` and started anew.
    pub fn restart_with(&mut self, config: &str) {
        let config = Config::parse(config).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        self.desk = Desk::new(&config);
        self.tell(Input::Started);
    }

    /// Before the SIM is known.
    pub fn bare(extra: &str) -> Box {
        let text = format!(
            "config_version = 1\ncompany = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\n\
             timezone = \"America/Chicago\"\n{extra}"
        );
        Box::started(&text, Store::open_in_memory().unwrap(), None, noon())
    }

    /// A box whose store survives that it is closed, by a whole configuration.
    pub fn on_disk(config: &str, now: Now) -> Box {
        let folder = in_memory_where_possible();
        let store = Store::open(&folder.path().join("textback.db")).unwrap();
        Box::started(config, store, Some(folder), now)
    }

    /// The process ends and starts again: only what is on disk is left.
    pub fn restart(&mut self, config: &str) {
        let path = self.folder.as_ref().unwrap().path().join("textback.db");
        // The old one is closed before the new one opens.
        self.store = Store::open_in_memory().unwrap();
        self.store = Store::open(&path).unwrap();
        self.restart_with(config);
    }

    fn started(config: &str, store: Store, folder: Option<tempfile::TempDir>, now: Now) -> Box {
        let config = Config::parse(config).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let mut it = Box {
            desk: Desk::new(&config),
            store,
            now,
            folder,
            next_key: 1,
            next_token: 1,
            next_reference: 1,
            next_concat: 1,
        };
        it.tell(Input::Secret(Secret([7; 32])));
        it.tell(Input::Started);
        it
    }

    pub fn tell(&mut self, input: Input) -> Effects {
        self.desk.handle(&mut self.store, input, self.now).unwrap()
    }

    /// Time passes; what is due meanwhile happens when it is due.
    pub fn wait(&mut self, time: Duration) {
        let end = self.now.steady.plus(time);
        loop {
            let wake = self.tell(Input::Due).wake;
            match wake {
                Some(at) if at <= end => self.jump_to(at.max(self.now.steady)),
                _ => break,
            }
        }
        self.jump_to(end);
        self.tell(Input::Due);
    }

    pub fn wait_s(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    pub fn wait_h(&mut self, hours: u64) {
        self.wait(Duration::from_secs(hours * 3600));
    }

    /// Time passes and nobody looks at timers.
    pub fn jump_to(&mut self, at: Steady) {
        self.now.wall.utc_ms += at.0 - self.now.steady.0;
        self.now.steady = at;
    }

    pub fn next_key(&mut self) -> CallKey {
        self.next_key += 1;
        CallKey(self.next_key)
    }

    /// Somebody rings for 18 seconds and gives up.
    pub fn missed_call(&mut self, from: &str) -> Effects {
        let key = self.next_key();
        self.missed(key, number(from), Duration::from_secs(18))
    }

    pub fn missed(&mut self, call: CallKey, caller: CallerLine, ringing: Duration) -> Effects {
        self.tell(Input::CallEnded(EndedCall {
            call,
            caller,
            rings: 4,
            ringing,
            verdict: Verdict::Missed,
            evidence: vec!["no_carrier"],
            cause: None,
        }))
    }

    /// A text comes in, in as many parts as it takes.
    pub fn text(&mut self, from: &str, text: &str) -> Vec<SlotToken> {
        let pdus = self.pdus(from, text);
        pdus.into_iter().flat_map(|pdu| self.pdu(pdu)).collect()
    }

    /// The PDUs of a text from somebody, stamped now.
    pub fn pdus(&mut self, from: &str, text: &str) -> Vec<Vec<u8>> {
        self.next_concat = self.next_concat.wrapping_add(1);
        let options = SegmentOptions::new(ConcatReference::Eight(self.next_concat));
        let segments = segment(text, options).unwrap();
        let dcs = Dcs::plain(segments.encoding);
        segments
            .parts
            .into_iter()
            .map(|user_data| self.deliver(from, dcs, user_data))
            .collect()
    }

    pub fn deliver(&self, from: &str, dcs: Dcs, user_data: UserData) -> Vec<u8> {
        let originator = match from.starts_with(|c: char| c == '+' || c.is_ascii_digit()) {
            true => Address::dialled(from).unwrap(),
            false => Address::name(from).unwrap(),
        };
        let deliver = Deliver {
            originator,
            pid: 0,
            dcs,
            timestamp: Timestamp::from_utc(self.now.wall.utc_ms, -5 * 3600).unwrap(),
            more_messages: false,
            loop_prevention: false,
            reply_path: false,
            status_report_indication: false,
            user_data,
        };
        Pdu {
            smsc: None,
            tpdu: Tpdu::Deliver(deliver),
        }
        .encode()
        .unwrap()
    }

    pub fn pdu(&mut self, pdu: Vec<u8>) -> Vec<SlotToken> {
        self.next_token += 1;
        let token = SlotToken(self.next_token);
        self.tell(Input::Received(Received {
            token,
            pdu,
            hex: true,
            swept: false,
        }))
        .committed
    }

    /// A status report for a text that was sent.
    pub fn report(&mut self, sent: &Sent, status: u8) {
        let stamp = Timestamp::from_utc(self.now.wall.utc_ms, 0).unwrap();
        let report = StatusReport::new(
            sent.reference,
            Address::dialled(&sent.to).unwrap(),
            stamp,
            stamp,
            status,
        );
        self.pdu(
            Pdu {
                smsc: None,
                tpdu: Tpdu::StatusReport(report),
            }
            .encode()
            .unwrap(),
        );
    }

    /// What may go next, handed to the modem up to the point where the PDU leaves.
    pub fn begin(&mut self) -> Option<(OutboxId, Vec<u8>)> {
        while let Next::Submit(submission) = self.desk.next_submission(&mut self.store, self.now).unwrap() {
            let id = submission.outbox;
            match self.tell(Input::Submitting { outbox: id }).permit {
                Some(Ok(permitted)) if permitted == id => return Some((id, submission.tpdu)),
                // Not wanted any more: the modem gives its prompt back.
                Some(Err(refused)) if refused == id => {
                    let why = "withdrawn".to_owned();
                    self.tell(Input::Submitted {
                        outbox: id,
                        outcome: SubmitOutcome::NotTried { why },
                    });
                }
                other => panic!("{id} was asked about, and the answer was {other:?}"),
            }
        }
        None
    }

    /// Sends everything that may go now; the network takes it all.
    pub fn send(&mut self) -> Vec<Sent> {
        std::iter::from_fn(|| self.send_one(None)).collect()
    }

    /// Sends what may go next; the network takes it, unless another `outcome` is given.
    pub fn send_one(&mut self, outcome: Option<SubmitOutcome>) -> Option<Sent> {
        let (outbox, tpdu) = self.begin()?;
        Some(self.end(outbox, &tpdu, outcome))
    }

    /// What was begun is done: the network took it, unless another `outcome` is given.
    pub fn end(&mut self, outbox: OutboxId, tpdu: &[u8], outcome: Option<SubmitOutcome>) -> Sent {
        self.next_reference = self.next_reference.wrapping_add(1);
        let reference = self.next_reference;
        let outcome = outcome.unwrap_or(SubmitOutcome::Accepted(MessageReference(reference)));
        self.tell(Input::Submitted { outbox, outcome });
        let (to, text) = read(tpdu);
        Sent {
            to,
            text,
            part: part_of(tpdu),
            outbox,
            reference,
        }
    }

    /// Lets delays pass (5 s), then sends everything.
    pub fn settle(&mut self) -> Vec<Sent> {
        let mut sent = self.send();
        self.wait_s(5);
        sent.extend(self.send());
        sent
    }

    /// What left for one phone.
    pub fn settle_to(&mut self, to: &str) -> Vec<String> {
        self.settle()
            .into_iter()
            .filter(|s| s.to == to)
            .map(|s| s.text)
            .collect()
    }

    /// An order of the owner's that needs more than their number, confirmed with the code that comes back; what is answered.
    pub fn confirmed(&mut self, order: &str) -> Vec<String> {
        self.text(OWNER, order);
        self.wait_s(60);
        let asked = self.settle_to(OWNER).join("|");
        let code: String = asked.split("YES ").nth(1).unwrap_or_default().chars().take(4).collect();
        assert_eq!(code.len(), 4, "{order}: {asked}");
        self.text(OWNER, &format!("YES {code}"));
        self.wait_s(60);
        self.settle_to(OWNER)
    }

    /// Dave is missed, is texted, answers; the handle he gets is 13.
    pub fn dave_writes(&mut self, text: &str) {
        self.missed_call(DAVE);
        self.settle();
        self.wait_s(10);
        self.text(DAVE, text);
        self.settle();
    }

    pub fn decision(&self) -> (String, String) {
        let calls = self.store.calls(1).unwrap();
        let call = calls.last().unwrap();
        (call.decision.to_string(), call.reason.clone())
    }
}

pub fn number(digits: &str) -> CallerLine {
    match digits.strip_prefix('+') {
        Some(_) => CallerLine::Number {
            digits: digits.to_owned(),
            toa: 145,
        },
        None => CallerLine::Number {
            digits: digits.to_owned(),
            toa: 129,
        },
    }
}

/// Whom a TPDU goes to and what it says.
pub fn read(tpdu: &[u8]) -> (String, String) {
    match decode_tpdu(tpdu).unwrap() {
        Tpdu::Submit(submit) => (submit.destination.to_string(), submit.user_data.text().unwrap()),
        other => panic!("not a SUBMIT: {other:?}"),
    }
}

/// Which part of how many a TPDU is.
fn part_of(tpdu: &[u8]) -> (u8, u8) {
    match decode_tpdu(tpdu).unwrap() {
        Tpdu::Submit(submit) => submit.user_data.header().concat().map_or((1, 1), |c| (c.part, c.total)),
        other => panic!("not a SUBMIT: {other:?}"),
    }
}

/// A folder in memory where the system has such a place: commits that wear nothing out.
pub fn in_memory_where_possible() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    folder.unwrap()
}

/// One part of a long text, made by hand.
pub fn part(reference: u8, total: u8, part: u8, text: &str) -> UserData {
    let concat = Concat {
        reference: ConcatReference::Eight(reference),
        total,
        part,
    };
    let header = Header::NONE.with_concat(concat);
    UserData::new(header, Content::Ucs2(text.encode_utf16().collect())).unwrap()
}
