//! What manuals and field logs say of modems, one peculiarity a test: `modem-facts.md`, by section.

use super::{Bench, OK};
use std::cell::RefCell;
use std::time::Duration;
use textback::ids::OutboxId;
use textback::modem::{CanVoice, Condition, Input, Options, Submission};

/// A modem that says OK to everything but to what it is told to answer otherwise: a command, and its answers one after another
/// (the last one stays). An empty answer is none.
struct Session {
    bench: Bench,
    answers: RefCell<Vec<(&'static str, Vec<&'static str>)>>,
    asked: RefCell<Vec<String>>,
}

impl Session {
    fn new(maker: &'static str, model: &'static str, answers: &[(&'static str, &[&'static str])]) -> Self {
        Session::with(Options::default(), maker, model, answers)
    }

    fn with(
        options: Options,
        maker: &'static str,
        model: &'static str,
        answers: &[(&'static str, &[&'static str])],
    ) -> Self {
        let mut all: Vec<(&'static str, Vec<&'static str>)> = vec![
            ("AT+CGMI", vec![maker]),
            ("AT+CGMM", vec![model]),
            ("AT+CPIN?", vec!["+CPIN: READY"]),
            ("AT+CREG?", vec!["+CREG: 2,1"]),
            ("AT+CNMI?", vec!["+CNMI: 2,1,0,2,0"]),
        ];
        for (command, said) in answers {
            all.retain(|(known, _)| known != command);
            all.push((command, said.to_vec()));
        }
        let mut session = Session {
            bench: Bench::new(options),
            answers: RefCell::new(all),
            asked: RefCell::default(),
        };
        session.bench.give(Input::PortOpened);
        session
    }

    fn answer(&self, command: &str) -> Option<String> {
        self.asked.borrow_mut().push(command.to_string());
        let mut answers = self.answers.borrow_mut();
        let said = match answers.iter_mut().find(|(known, _)| *known == command) {
            None => "OK",
            Some((_, said)) if said.len() > 1 => said.remove(0),
            Some((_, said)) => said.first().copied().unwrap_or("OK"),
        };
        let is_final = ["OK", "ERROR", "+CME ERROR", "+CMS ERROR", "COMMAND NOT SUPPORT"]
            .iter()
            .any(|end| said.starts_with(end));
        match said {
            "" => None,
            said if is_final => Some(format!("\r\n{said}\r\n")),
            said => Some(format!("\r\n{said}\r\n{OK}")),
        }
    }

    /// Goes on for so long, answering what is asked.
    fn play(&mut self, time: Duration) {
        let end = self.bench.now + time;
        while self.bench.now < end {
            let command = self.bench.sent.pop_front();
            match command.as_deref() {
                None => self.bench.pass(100),
                Some("ESC") => {}
                Some(command) => {
                    if let Some(said) = self.answer(command) {
                        self.bench.give(Input::Bytes(said.as_bytes()));
                    }
                }
            }
        }
    }

    /// Brought up, and everything looked through.
    fn ready(mut self) -> Self {
        self.play(Duration::from_secs(60));
        assert_eq!(self.bench.modem.condition(), &Condition::Ready, "{:?}", self.asked);
        self.forget();
        self
    }

    fn forget(&mut self) {
        self.asked.borrow_mut().clear();
        self.bench.events.clear();
    }

    fn says(&mut self, line: &str) {
        self.bench.give(Input::Bytes(format!("\r\n{line}\r\n").as_bytes()));
    }

    fn asked(&self, command: &str) -> usize {
        self.asked.borrow().iter().filter(|asked| *asked == command).count()
    }

    fn happened(&self, what: &str) -> bool {
        self.bench.events.iter().any(|event| event.starts_with(what))
    }
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// §3.2 (314, +CME ERROR: 14 and 515 "busy at start: retry with delay"), §3.3 CPMS.
#[test]
fn a_busy_sim_does_not_move_texts_to_another_memory_nor_silence_their_announcement() {
    for busy in ["+CMS ERROR: 314", "+CME ERROR: 14", "+CME ERROR: 515"] {
        let mut session = Session::new(
            "Quectel",
            "EC25",
            &[
                ("AT+CPMS=\"ME\",\"ME\",\"ME\"", &[busy, busy, "OK"]),
                ("AT+CNMI=2,1,0,2,0", &[busy, busy, busy, "OK"]),
            ],
        );
        session.play(s(60));
        let asked = session.asked.borrow();
        let first = |what: &str| asked.iter().position(|asked| asked.starts_with(what));
        let notified = first("AT+CREG?").expect("the survey");
        assert!(
            first("AT+CPMS=\"SM\"").is_none_or(|at| at > notified),
            "{busy}: {asked:?}"
        );
        assert_eq!(first("AT+CNMI=2,1,0,1,0"), None, "{busy}: {asked:?}");
    }
}

/// §2.2 "CSFB: AT sluggish meanwhile"; §2.1 rule 5: without +CLIP the number is in the list.
#[test]
fn a_call_list_that_did_not_come_once_is_asked_for_again_at_the_next_call() {
    let row = "+CLCC: 1,1,4,0,0,\"+15551234567\",145";
    let mut session = Session::new("SIMCOM INCORPORATED", "A7670E-FASE", &[("AT+CLCC", &["OK", "", row])]).ready();
    session.says("RING");
    session.play(s(20));
    session.says("NO CARRIER");
    session.play(s(40));
    assert!(
        session.happened("call 1 missed from unavailable"),
        "{:?}",
        session.bench.events
    );
    session.forget();
    session.says("RING");
    session.play(s(2));
    session.says("NO CARRIER");
    session.play(s(5));
    assert!(
        session.happened("call 2 missed from +15551234567/145"),
        "{:?}",
        session.bench.events
    );
}

/// A modem that does not know the list is not asked for it at every call; one that never answers it, twice and no more.
#[test]
fn a_call_list_that_is_not_known_is_not_asked_for_for_ever() {
    for (answer, most) in [("ERROR", 1), ("COMMAND NOT SUPPORT", 1), ("", 2)] {
        let mut session = Session::new("SIMCOM INCORPORATED", "A7670E-FASE", &[("AT+CLCC", &[answer])]).ready();
        for _ in 0..4 {
            session.says("RING");
            session.play(s(20));
            session.says("NO CARRIER");
            session.play(s(40));
        }
        assert_eq!(session.asked("AT+CLCC"), most, "{answer}");
        assert!(session.happened("call 4 missed"), "{:?}", session.bench.events);
    }
}

/// §4.4 time: a modem that ran on while the box started anew has the network's time and is not told it again.
#[test]
fn the_time_is_read_from_a_modem_that_was_told_it_before_we_came() {
    const NOON: &str = "network time 1718107200000 7200";
    for (maker, model, answers) in [
        (
            "SIMCOM INCORPORATED",
            "A7670E-FASE",
            [("AT+CCLK?", "+CCLK: \"24/06/11,14:00:00+08\"")],
        ),
        (
            "Quectel",
            "EC25",
            [("AT+QLTS=1", "+QLTS: \"2024/06/11,12:00:00+08,1\"")],
        ),
        ("Nobody", "X1", [("AT+CCLK?", "+CCLK: \"24/06/11,14:00:00+08\"")]),
    ] {
        let mut session = Session::new(
            maker,
            model,
            &answers
                .map(|(command, said)| (command, [said]))
                .each_ref()
                .map(|(command, said)| (*command, &said[..])),
        );
        session.play(s(20));
        assert!(session.happened(NOON), "{model}: {:?}", session.bench.events);
        session.forget();
        session.play(s(3600));
        assert!(!session.happened("network time"), "told once");
    }
}

/// §4.4: `+QLTS: ""` when never synced: asked again later, and not in another way that may be UTC or local.
#[test]
fn a_modem_that_was_never_told_the_time_is_asked_again() {
    let never = "+QLTS: \"\"";
    let told = "+QLTS: \"2024/06/11,12:00:00+08,1\"";
    let mut session = Session::new("Quectel", "EC25", &[("AT+QLTS=1", &[never, never, told])]);
    session.play(s(60));
    assert!(!session.happened("network time"));
    session.play(s(15 * 60));
    assert!(
        session.happened("network time 1718107200000 7200"),
        "{:?}",
        session.asked
    );
    assert_eq!((session.asked("AT+QLTS=1"), session.asked("AT+CCLK?")), (3, 0));
}

/// §8 trap 29: another program on another port may have gone over to text mode.
#[test]
fn pdu_mode_is_set_anew_before_a_text_that_comes_long_after_it_was_last_set() {
    let submission = |id| Submission {
        outbox: OutboxId(id),
        tpdu: vec![1; 20],
    };
    let mut session = Session::new("Quectel", "EC25", &[]).ready();
    session.bench.give(Input::Submit(submission(1)));
    assert_eq!(session.bench.sent.pop_front().as_deref(), Some("AT+CMGS=20"));
    session.says("ERROR");
    session.play(s(600));
    session.forget();
    session.bench.sent.clear();
    session.bench.give(Input::Submit(submission(2)));
    assert_eq!(session.bench.sent.pop_front().as_deref(), Some("AT+CMGF=0"));
    session.says("OK");
    assert_eq!(session.bench.sent.pop_front().as_deref(), Some("AT+CMGS=20"));
}

/// §4.2: `AT+CLIP=1` may touch the network and fail; it is asked for until it holds.
#[test]
fn caller_display_that_was_refused_is_asked_for_until_it_holds() {
    let refused = "+CME ERROR: 30";
    let mut session = Session::new(
        "SIMCOM INCORPORATED",
        "A7670E-FASE",
        &[("AT+CLIP=1", &[refused, refused, refused, "OK"])],
    );
    session.play(s(20 * 60));
    assert_eq!(session.asked("AT+CLIP=1"), 4);
    session.play(s(20 * 60));
    assert_eq!(session.asked("AT+CLIP=1"), 4, "it holds");
}

/// §3.3 "every few minutes run CMGL=4".
#[test]
fn texts_whose_announcement_was_lost_are_found_within_minutes() {
    let mut session = Session::new("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", &[]).ready();
    session.play(s(3600));
    let looks = session.asked("AT+CMGL=4");
    assert!((10..=20).contains(&looks), "{looks} in an hour");
}

/// §2.2 and open point 3, 4: what may not tell the end of a call is asked for its list, where its reports were refused.
#[test]
fn a_modem_whose_call_reports_are_refused_is_asked_for_its_call_list() {
    for (maker, model, refused) in [
        ("Quectel", "EC200U", &["AT+QINDCFG=\"ccinfo\",1,0", "AT^DSCI=1"][..]),
        ("u-blox", "LARA-R6001", &["AT+UCALLSTAT=1"]),
        ("Telit", "LE910C1-EU", &["AT#ECAM=1"]),
        ("SIMCOM INCORPORATED", "A7670E-FASE", &["AT+CLCC=1"]),
    ] {
        const ROW: &str = "+CLCC: 1,1,4,0,0,\"+15551234567\",145";
        let mut answers: Vec<(&'static str, &'static [&'static str])> =
            refused.iter().map(|command| (*command, &["ERROR"][..])).collect();
        // Nobody calls while it is set up.
        answers.push(("AT+CLCC", &["OK", ROW, ROW, ROW, "OK"]));
        let mut session = Session::new(maker, model, &answers).ready();
        session.says("RING");
        session.says("+CLIP: \"+15551234567\",145,,,,0");
        session.play(s(5));
        assert!(
            session.happened("call 1 missed from +15551234567/145"),
            "{model}: {:?}",
            session.bench.events
        );
    }
}

/// §2.1 rule 5, 27.007 §7.18: what the list that is asked for once, while the modem is set up, says and does not say.
#[test]
fn what_the_call_list_says_while_the_modem_is_set_up() {
    const CALL: &str = "+CLCC: 1,1,4,0,0,\"+15551234567\",145";
    const MISSED: &[&str] = &["missed from +15551234567/145"];
    let over = format!("{CALL}\r\n\r\nNO CARRIER").leak();
    let with_talk = format!(
        "+CLCC: 1,1,0,0,0,\"+15557654321\",145\r\n{}",
        CALL.replace("1,1,4", "2,1,5")
    )
    .leak();
    let two = format!("{CALL}\r\n{}", "+CLCC: 2,1,5,0,0,\"+15557654321\",145").leak();
    let told_and_over = format!("RING\r\n\r\n{CALL}\r\n\r\n^CEND:1,0,104,16").leak();
    let without_end = format!("{CALL}\r\n+CME ERROR: 100").leak();
    let tables: [(&[&'static str], &[&str]); 15] = [
        (&[CALL, "OK"], MISSED),
        (&[CALL, CALL, "OK"], MISSED),
        // For ever: no network rings so long.
        (&[CALL], MISSED),
        (&[over, "OK"], MISSED),
        (&[told_and_over, "OK"], MISSED),
        (&[without_end, "OK"], MISSED),
        (&[with_talk, "OK"], MISSED),
        (
            &[two, "OK"],
            &["missed from +15551234567/145", "missed from +15557654321/145"],
        ),
        (&["+CLCC: 1,1,4,0,0,\"\",128", "OK"], &["missed from unavailable"]),
        // Data, fax; the owner's own call, dialled, alerting and talked.
        (&["+CLCC: 1,1,4,1,0", "OK"], &[]),
        (&["+CLCC: 1,1,4,2,0", "OK"], &[]),
        (&["+CLCC: 1,0,2,0,0,\"+15551234567\",145", "OK"], &[]),
        (&["+CLCC: 1,0,0,0,0,\"+15551234567\",145"], &[]),
        // Another's line, and none that can be read.
        (&["+CREG: 2,1"], &[]),
        (&["+CLCC: ,,,\r\n+CLCC:\r\n+CLCC: 300,7,9,4"], &[]),
    ];
    let makers = [
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H"),
        ("Quectel", "EC25"),
        ("huawei", "E173"),
        ("u-blox", "SARA-U201"),
        ("Telit", "LE910C1-EU"),
        ("Acme", "One"),
    ];
    for (maker, model) in makers {
        for (list, missed) in tables {
            let mut session = Session::new(maker, model, &[("AT+CLCC", list)]);
            session.play(s(200));
            assert_eq!(session.bench.modem.condition(), &Condition::Ready, "{model} {list:?}");
            let ended: Vec<&String> = session
                .bench
                .events
                .iter()
                .filter(|event| {
                    event.starts_with("call ") && (event.contains(" missed ") || event.contains(" answered "))
                })
                .collect();
            assert_eq!(ended.len(), missed.len(), "{model} {list:?}: {ended:?}");
            for (ended, missed) in ended.iter().zip(missed) {
                assert!(ended.contains(missed), "{model} {list:?}: {ended}");
            }
        }
        // Never answered, or refused for ever: nothing waits for it, and the next call is missed like any other.
        for never in ["", "ERROR", "+CME ERROR: 4"] {
            let mut session = Session::new(maker, model, &[("AT+CLCC", &[never])]).ready();
            session.says("RING");
            session.says("+CLIP: \"+15551234567\",145,,,,0");
            session.play(s(40));
            assert!(
                session.happened("call 1 missed from +15551234567/145"),
                "{model} {never:?}: {:?}",
                session.bench.events
            );
        }
    }
}

/// §2.2 Huawei, §3.3 CSMS: what answers calls by itself, or wants texts acknowledged, is switched off; §4.4 reset, each maker's.
#[test]
fn each_family_is_set_and_restarted_in_its_own_words() {
    for (maker, model, settings, resets) in [
        (
            "huawei",
            "E173",
            &["AT^AUTOANSWER=0", "ATS0=0"][..],
            &["AT^RESET", "AT+CFUN=16"][..],
        ),
        (
            "Quectel",
            "EC25",
            &["AT+CSMS=0", "AT+QINDCFG=\"ccinfo\",1,0"],
            &["AT+CFUN=1,1"],
        ),
        (
            "SIMCOM INCORPORATED",
            "SIMCOM_SIM7600G-H",
            &["AT+CLCC=1"],
            &["AT+CRESET", "AT+CFUN=1,1"],
        ),
        (
            "SIMCOM INCORPORATED",
            "A7670E-FASE",
            &["AT+CLCC=1"],
            &["AT+CRESET", "AT+CFUN=1,1"],
        ),
        (
            "u-blox",
            "SARA-U201",
            &["AT+UCALLSTAT=1"],
            &["AT+CFUN=16", "AT+CFUN=1,1"],
        ),
    ] {
        let mut session = Session::new(maker, model, &[]);
        session.play(s(60));
        for setting in settings {
            assert_eq!(session.asked(setting), 1, "{model}");
        }
        // It goes deaf; the radio does not help, and it refuses each way to restart.
        session.says("+CREG: 2");
        session.says("+CEREG: 2");
        let refused: Vec<_> = resets.iter().map(|reset| (*reset, vec!["ERROR"])).collect();
        session.answers.borrow_mut().extend(refused);
        session
            .answers
            .borrow_mut()
            .retain(|(command, _)| *command != "AT+CREG?");
        session.answers.borrow_mut().push(("AT+CREG?", vec!["+CREG: 2,2"]));
        session.forget();
        session.play(s(40 * 60));
        let asked = session.asked.borrow();
        let given: Vec<&str> = asked
            .iter()
            .map(String::as_str)
            .filter(|command| resets.contains(command))
            .take(resets.len())
            .collect();
        assert_eq!(given, resets, "{model}");
    }
}

/// §4.3: SIM800 gives the ICCID as bare digits; §2.1: a number of type 145 without its `+` gets it.
#[test]
fn the_sims_number_and_its_own_telephone_number_are_read_in_every_wrapping() {
    let mut session = Session::new(
        "SIMCOM_Ltd",
        "SIMCOM_SIM800L",
        &[
            ("AT+CCID", &["8986002212345678901f"]),
            ("AT+CNUM", &["+CNUM: \"\",\"8613263323935\",145"]),
        ],
    );
    session.play(s(60));
    let identity = session.bench.modem.identity();
    assert_eq!(identity.iccid.as_deref(), Some("8986002212345678901"));
    assert_eq!(identity.own_number.as_deref(), Some("+8613263323935"));
}

/// §2.2 Sierra: a data card is taken for voiceless until a call is really seen.
#[test]
fn a_data_card_has_no_voice_until_it_rings() {
    let mut session = Session::new("Sierra Wireless, Incorporated", "MC7455", &[]).ready();
    assert!(session.bench.modem.identity().data_card);
    session.bench.give(Input::Examine);
    session.play(s(30));
    assert!(session.happened("examined Never"), "{:?}", session.bench.events);
    session.says("RING");
    session.play(s(1));
    session.says("NO CARRIER");
    session.play(s(5));
    assert!(session.happened("call 1 missed"), "{:?}", session.bench.events);
    session.bench.give(Input::Examine);
    session.play(s(30));
    assert!(session.happened("examined Yes"), "{:?}", session.bench.events);
}

/// §4.5: registered for LTE only, a modem can be called if its IMS says so.
#[test]
fn an_examination_asks_whether_calls_over_lte_are_up() {
    for (maker, model, ask, said, want) in [
        (
            "Quectel",
            "EC25",
            "AT+QCFG=\"ims\"",
            "+QCFG: \"ims\",1,1",
            CanVoice::Yes,
        ),
        (
            "Quectel",
            "EC25",
            "AT+QCFG=\"ims\"",
            "+QCFG: \"ims\",1,0",
            CanVoice::Perhaps,
        ),
        (
            "SIMCOM INCORPORATED",
            "A7672SA-FASE",
            "AT+CIREG?",
            "+CIREG: 2,1,15",
            CanVoice::Yes,
        ),
        (
            "SIMCOM INCORPORATED",
            "A7672SA-FASE",
            "AT+CIREG?",
            "+CIREG: 0,0",
            CanVoice::Perhaps,
        ),
        (
            "SIMCOM INCORPORATED",
            "A7672SA-FASE",
            "AT+CIREG?",
            "ERROR",
            CanVoice::Perhaps,
        ),
    ] {
        let mut session = Session::new(
            maker,
            model,
            &[
                (ask, &[said][..]),
                ("AT+CREG?", &["+CREG: 2,0"]),
                ("AT+CEREG?", &["+CEREG: 2,1"]),
            ],
        );
        session.play(s(60));
        session.bench.give(Input::Examine);
        session.play(s(30));
        assert!(
            session.happened(&format!("examined {want:?}")),
            "{said}: {:?}",
            session.bench.events
        );
    }
}

/// §2.2 Huawei: `AT^CVOICE?` answered with 1 or ERROR is a firmware without voice.
#[test]
fn a_huawei_firmware_without_voice_is_told_as_such() {
    for (said, want) in [
        ("^CVOICE:0,8000,16,20", "examined Yes"),
        ("^CVOICE:1", "examined Never"),
        ("ERROR", "examined Never"),
        ("COMMAND NOT SUPPORT", "examined Never"),
        ("OK", "examined Yes"),
    ] {
        let mut session = Session::new("huawei", "E3131", &[("AT^CVOICE?", &[said])]).ready();
        session.bench.give(Input::Examine);
        session.play(s(30));
        assert!(session.happened(want), "{said}: {:?}", session.bench.events);
        session.says("+CRING: VOICE");
        session.says("^CEND:1,0,104,16");
        session.play(s(5));
        session.bench.give(Input::Examine);
        session.play(s(30));
        assert!(session.happened("examined Yes"), "a call is proof: {said}");
    }
}

/// A modem that only hands texts on and waits for each one's +CNMA.
const WAITING: &[(&str, &[&str])] = &[
    ("AT+CNMI=2,1,0,2,0", &["ERROR"]),
    ("AT+CNMI=2,1,0,1,0", &["ERROR"]),
    ("AT+CNMI=2,1,0,0,0", &["ERROR"]),
    ("AT+CNMI=1,1,0,1,0", &["ERROR"]),
    ("AT+CNMI=1,1,0,0,0", &["ERROR"]),
    ("AT+CNMI=1,1,0,2,0", &["ERROR"]),
    ("AT+CNMI=2,1", &["ERROR"]),
    ("AT+CNMI=1,1", &["ERROR"]),
    ("AT+CNMI=?", &["+CNMI: (0-2),(0,2),(0),(0,1),(0)"]),
    ("AT+CNMI?", &["+CNMI: 2,2,0,1,0"]),
];
const TEXT: &str = "+CMT: ,23\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";

fn cnma(session: &Session) -> usize {
    session
        .asked
        .borrow()
        .iter()
        .filter(|asked| asked.starts_with("AT+CNMA"))
        .count()
}

/// A text that came before the modem started anew is not acknowledged to the one that runs now.
#[test]
fn what_a_modem_handed_on_before_it_started_anew_is_not_acknowledged() {
    let mut session = Session::new("Acme", "One", WAITING).ready();
    session.says(TEXT);
    session.play(s(1));
    session.says("RDY");
    session.play(s(60));
    session.bench.give(Input::Committed(textback::ids::SlotToken(1)));
    session.play(s(5));
    assert_eq!(cnma(&session), 0, "{:?}", session.asked);
    session.says(TEXT);
    session.play(s(1));
    session.bench.give(Input::Committed(textback::ids::SlotToken(2)));
    session.play(s(5));
    assert_eq!(cnma(&session), 1, "{:?}", session.asked);
}

/// Reports handed on want +CNMA too (§3.4.1 <ds> 1), and a class 0 text or part of a long one no more than any other.
#[test]
fn a_report_handed_on_is_acknowledged_once() {
    let mut session = Session::new("Acme", "One", WAITING).ready();
    session.says("+CDS: 25\r\n07911326040000F006010B911346610089F62080629173140820806291731408");
    session.play(s(1));
    session.bench.give(Input::Committed(textback::ids::SlotToken(1)));
    session.play(s(5));
    assert_eq!(cnma(&session), 1, "{:?} {:?}", session.asked, session.bench.events);
}
