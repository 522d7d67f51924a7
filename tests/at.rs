//! The AT dialogue as a modem on the other end would see it: every dialect, every split, every quirk.

use proptest::prelude::*;
use std::time::{Duration, Instant};
use textback::at::{self, Command, Engine, Event, Failure, Outcome, Urc};

const PDU: &str = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
const TPDU_OCTETS: usize = PDU.len() / 2 - 8;

/// One engine with its own clock, which only moves when told.
struct Line {
    engine: Engine,
    now: Instant,
}

impl Line {
    fn new() -> Self {
        Line {
            engine: Engine::new(),
            now: Instant::now(),
        }
    }

    fn send(&mut self, command: Command) -> &mut Self {
        self.engine.send(command, self.now).expect("idle");
        self
    }

    fn hear(&mut self, text: &str) -> &mut Self {
        self.engine.receive(text.as_bytes(), self.now);
        self
    }

    fn pass(&mut self, time: Duration) -> &mut Self {
        let until = self.now + time;
        while let Some(next) = self.engine.deadline().filter(|&next| next <= until) {
            self.now = next.max(self.now);
            self.engine.tick(self.now);
            let left = self.engine.deadline();
            assert!(
                left.is_none_or(|left| left > self.now),
                "what is due is done, or whoever waits for it spins"
            );
        }
        self.now = until;
        self.engine.tick(self.now);
        self
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.engine.poll_event()).collect()
    }

    fn said(&mut self) -> String {
        std::iter::from_fn(|| self.engine.poll_transmit())
            .map(|octets| String::from_utf8(octets).unwrap())
            .collect()
    }

    fn outcome(&mut self) -> Outcome {
        let mut done = self.events().into_iter().filter_map(|event| match event {
            Event::Done(outcome) => Some(outcome),
            Event::Urc(_) | Event::Prompt | Event::Dropped { .. } => None,
        });
        let outcome = done.next().expect("a command ended");
        assert_eq!(done.next(), None, "only one command ended");
        outcome
    }
}

fn plain(text: &'static str, prefix: Option<&'static str>) -> Command {
    Command::Plain {
        text,
        prefix,
        timeout: Duration::from_secs(5),
    }
}

fn submit() -> Command {
    Command::SendMessage { tpdu_length: 3 }
}

fn ok(command: Command, lines: &[&str]) -> Event {
    Event::Done(Outcome {
        command,
        lines: lines.iter().map(|&line| line.to_owned()).collect(),
        result: Ok(()),
    })
}

fn release(evidence: &'static str) -> Event {
    Event::Urc(Urc::CallReleased {
        evidence,
        id: None,
        number: None,
        duration_s: None,
        cause: None,
    })
}

#[test]
fn a_text_goes_out_in_two_steps() {
    let mut line = Line::new();
    line.send(submit());
    assert_eq!(line.said(), "AT+CMGS=3\r");
    line.hear("\r\n> ");
    assert_eq!(line.events(), [Event::Prompt]);
    line.engine.supply(&[0x00, 0x11, 0x0A, 0xFF], line.now);
    assert_eq!(line.said(), "00110AFF\x1a");
    line.hear("\r\n+CMGS: 12\r\n\r\nOK\r\n");
    assert_eq!(line.events(), [ok(submit(), &["+CMGS: 12"])]);
    assert!(line.engine.is_idle());
    assert_eq!(line.engine.deadline(), None);
}

#[test]
fn every_shape_of_prompt_fires_once() {
    for prompt in [
        ">",
        "> ",
        "\r\n>",
        "\r\n> ",
        ">\r\n",
        "\r\n>\r\n> ",
        "> > ",
        "AT+CMGS=3\r\r\n> ",
    ] {
        let mut line = Line::new();
        line.send(submit()).hear(prompt);
        assert_eq!(line.events(), [Event::Prompt], "{prompt:?}");
        line.engine.supply(&[0], line.now);
        line.hear("00\x1a\r\n+CMGS:7\r\nOK\r\n");
        assert_eq!(line.events(), [ok(submit(), &["+CMGS:7"])], "{prompt:?}");
    }
}

#[test]
fn a_prompt_nobody_expects_is_just_a_line() {
    let mut line = Line::new();
    line.hear("\r\n> hello\r\n");
    assert_eq!(line.events(), [Event::Urc(Urc::Other("> hello".into()))]);
    line.send(Command::Attention).hear("> x\r\nOK\r\n");
    assert_eq!(
        line.events(),
        [Event::Urc(Urc::Other("> x".into())), ok(Command::Attention, &[])]
    );
}

#[test]
fn an_ok_that_is_not_the_texts_own_is_not_success() {
    // Before the prompt, and before the PDU: late, or the early OK of an MC7455.
    let mut line = Line::new();
    line.send(submit()).hear("OK\r\n> ");
    assert_eq!(line.events(), [Event::Prompt]);
    line.hear("OK\r\n");
    line.engine.supply(&[0], line.now);
    assert_eq!(line.events(), []);
    line.pass(Duration::from_secs(59));
    assert_eq!(line.events(), []);
    line.pass(Duration::from_secs(1));
    assert_eq!(
        line.outcome().result,
        Err(Failure::TimedOut {
            after_prompt: true,
            after_supply: true
        })
    );
    // After the PDU, without a reference: over, but with nothing to show for it.
    let mut line = Line::new();
    line.send(submit()).hear("> ");
    line.engine.supply(&[0], line.now);
    line.events();
    line.hear("OK\r\n");
    assert_eq!(line.events(), [ok(submit(), &[])]);
}

#[test]
fn a_prompt_given_back_with_esc_ends_as_aborted_whatever_the_modem_says() {
    for answer in ["\r\nOK\r\n", "\r\nERROR\r\n", "\r\n+CMS ERROR: 512\r\n", ""] {
        let mut line = Line::new();
        line.send(submit()).hear("> ");
        line.events();
        line.said();
        line.engine.abort(line.now);
        assert_eq!(line.said(), "\x1b");
        line.hear(answer).pass(at::ABORT_TIMEOUT);
        assert_eq!(line.outcome().result, Err(Failure::Aborted), "{answer:?}");
    }
}

#[test]
fn an_esc_that_came_before_the_prompt_is_repeated_at_the_prompt() {
    let mut line = Line::new();
    line.send(submit());
    line.engine.abort(line.now);
    line.said();
    line.hear("\r\n> ");
    assert_eq!(line.said(), "\x1b");
    line.hear("> \r\nOK\r\n");
    assert_eq!(line.outcome().result, Err(Failure::Aborted));
}

#[test]
fn who_reads_up_to_a_line_feed_gets_one_behind_an_esc_too() {
    let mut line = Line::new();
    line.engine.end_in_line_feed(true);
    line.send(submit());
    assert_eq!(line.said(), "AT+CMGS=3\r\n");
    line.engine.abort(line.now);
    assert_eq!(line.said(), "\x1b\r\n");
    line.hear("\r\n> ");
    assert_eq!(line.said(), "\x1b\r\n");
    line.hear("\r\nOK\r\n");
    assert_eq!(line.outcome().result, Err(Failure::Aborted));
    line.engine.escape();
    assert_eq!(line.said(), "\x1b\r\n");
}

#[test]
fn noise_extends_no_deadline() {
    let mut line = Line::new();
    line.send(plain("+COPS?", Some("+COPS")));
    for _ in 0..49 {
        line.pass(Duration::from_millis(100))
            .hear("\r\n^BOOT:1,0,0,0,6\r\n\r\n^RSSI:17\r\n");
    }
    assert!(!line.events().iter().any(|event| matches!(event, Event::Done(_))));
    line.pass(Duration::from_millis(100)).hear("^BOOT:1,0,0,0,6\r\n");
    assert_eq!(
        line.outcome().result,
        Err(Failure::TimedOut {
            after_prompt: false,
            after_supply: false
        })
    );
}

#[test]
fn a_late_answer_never_ends_the_next_command() {
    let mut line = Line::new();
    line.send(plain("+COPS?", Some("+COPS"))).pass(Duration::from_secs(5));
    line.outcome();
    assert!(!line.engine.is_idle(), "resynchronising");
    assert_eq!(line.said(), "AT+COPS?\rAT\r");
    line.send(plain("+CSQ", Some("+CSQ")));
    assert_eq!(line.said(), "", "held back");
    // The late answer, and then that of AT.
    line.hear("\r\n+COPS: 0\r\n\r\nOK\r\n\r\nOK\r\n");
    assert_eq!(line.said(), "AT+CSQ\r");
    line.hear("\r\n+CSQ: 20,99\r\n\r\nOK\r\n");
    assert_eq!(line.outcome().lines, ["+CSQ: 20,99"]);
}

#[test]
fn a_command_whose_answer_is_lost_for_good_costs_half_a_second() {
    let mut line = Line::new();
    line.send(plain("+COPS?", Some("+COPS"))).pass(Duration::from_secs(5));
    line.outcome();
    line.hear("\r\nOK\r\n");
    assert!(!line.engine.is_idle());
    line.pass(at::SETTLE_QUIET);
    assert!(line.engine.is_idle());
    line.send(Command::Attention).hear("OK\r\n");
    assert_eq!(line.outcome().result, Ok(()));
}

#[test]
fn a_late_reference_settles_the_doubt_and_ends_nothing_else() {
    let mut line = Line::new();
    line.send(submit()).hear("> ");
    line.engine.supply(&[0], line.now);
    line.pass(Duration::from_secs(60));
    assert_eq!(
        line.outcome().result,
        Err(Failure::TimedOut {
            after_prompt: true,
            after_supply: true
        })
    );
    assert_eq!(line.said(), "AT+CMGS=3\r00\x1a\x1b\rAT\r");
    // The modem answers AT while the text is still under way.
    line.hear("OK\r\n").pass(at::SETTLE_QUIET);
    line.send(Command::ListCalls).hear("\r\n+CMGS: 44\r\n\r\nOK\r\n");
    assert_eq!(line.events(), [Event::Urc(Urc::LateSubmit { reference: 44 })]);
    line.hear("\r\nOK\r\n");
    assert_eq!(
        line.outcome(),
        Outcome {
            command: Command::ListCalls,
            lines: vec![],
            result: Ok(())
        }
    );
}

#[test]
fn a_late_refusal_does_not_end_a_command_that_sends_nothing() {
    let mut line = Line::new();
    line.send(submit()).hear("> ");
    line.engine.supply(&[0], line.now);
    line.pass(Duration::from_secs(60)).hear("OK\r\n").pass(at::SETTLE_QUIET);
    line.events();
    line.send(Command::ListCalls).hear("\r\n+CMS ERROR: 332\r\n");
    assert_eq!(line.events(), [Event::Urc(Urc::Other("+CMS ERROR: 332".into()))]);
    line.hear("OK\r\n");
    assert_eq!(line.outcome().result, Ok(()));
}

#[test]
fn a_text_is_never_given_to_a_modem_that_owes_an_answer() {
    let mut line = Line::new();
    line.send(Command::Attention).pass(at::ATTENTION_TIMEOUT);
    line.outcome();
    assert!(line.engine.is_idle(), "who asks AT is resynchronising already");
    line.said();
    line.send(submit());
    assert_eq!(line.engine.in_flight(), Some(&submit()));
    assert_eq!(line.said(), "\x1b\rAT\r");
    line.pass(at::RESYNC_TIMEOUT * u32::from(at::RESYNC_TRIES));
    assert_eq!(
        line.outcome().result,
        Err(Failure::TimedOut {
            after_prompt: false,
            after_supply: false
        })
    );
    assert!(!line.said().contains("CMGS"));
}

#[test]
fn a_mute_modem_still_gets_the_ladders_commands_and_their_last_answer_counts() {
    let mut line = Line::new();
    line.send(Command::ListCalls)
        .pass(at::LIST_CALLS_TIMEOUT + at::RESYNC_TIMEOUT * u32::from(at::RESYNC_TRIES));
    line.outcome();
    assert!(line.engine.is_idle());
    line.said();
    line.send(plain("+CFUN=1,1", None));
    assert_eq!(line.said(), "AT+CFUN=1,1\r");
    line.hear("+CLCC: 1,1,4,0,0\r\nOK\r\nOK\r\nOK\r\nERROR\r\n");
    assert_eq!(line.outcome().result, Err(Failure::Error));
}

#[test]
fn the_callers_own_at_takes_the_place_of_the_engines() {
    let mut line = Line::new();
    line.send(Command::ListCalls).pass(at::LIST_CALLS_TIMEOUT);
    line.outcome();
    line.send(Command::Attention);
    assert_eq!(line.said(), "AT+CLCC\rAT\rAT\r");
    // Three answers are owed; the modem gives two, and then no more.
    line.hear("OK\r\nOK\r\n");
    assert_eq!(line.events(), []);
    line.pass(at::SETTLE_QUIET);
    assert_eq!(line.outcome().result, Ok(()));
    assert!(line.engine.is_idle());
}

#[test]
fn rows_of_a_listing_given_up_are_nobodys() {
    let mut line = Line::new();
    line.send(Command::ListMessages).pass(at::LIST_MESSAGES_TIMEOUT);
    line.outcome();
    line.hear(&format!("+CMGL: 1,1,,{TPDU_OCTETS}\r\n{PDU}\r\nOK\r\nOK\r\n"));
    assert_eq!(line.events(), []);
    line.send(Command::ListMessages)
        .hear("+CMGL: 2,1,,2\r\n000102\r\nOK\r\n");
    assert_eq!(line.outcome().lines, ["+CMGL: 2,1,,2", "000102"]);
}

#[test]
fn news_of_calls_ends_no_command() {
    let mut line = Line::new();
    line.send(Command::ListCalls)
        .hear("\nNO CARRIER\r\n\r\nBUSY\r\n\r\nNO ANSWER\r\nRING\r\r\n");
    assert_eq!(
        line.events(),
        [
            release("no_carrier"),
            release("busy"),
            release("no_answer"),
            Event::Urc(Urc::Ring)
        ]
    );
    line.hear("OK\r\n");
    assert_eq!(line.events(), [ok(Command::ListCalls, &[])]);
}

#[test]
fn echoes_are_not_news() {
    let mut line = Line::new();
    line.send(Command::Attention).hear("AT\r\r\nOK\r\n");
    assert_eq!(line.events(), [ok(Command::Attention, &[])]);
    line.send(plain("+CPMS?", Some("+CPMS")))
        .hear("AT\r\n^SRVST:0\r\nAT+CPMS?\r\n+CPMS: \"SM\",1,20\r\nOK\r\n");
    assert_eq!(
        line.events(),
        [
            Event::Urc(Urc::Other("^SRVST:0".into())),
            ok(plain("+CPMS?", Some("+CPMS")), &["+CPMS: \"SM\",1,20"]),
        ]
    );
    line.send(submit()).hear("AT+CMGS=3\r\r\n> ");
    line.engine.supply(&[0xAB, 0xCD], line.now);
    line.hear("ABCD\x1a\r\n+CMGS: 1\r\n\r\nOK\r\n");
    assert_eq!(line.events(), [Event::Prompt, ok(submit(), &["+CMGS: 1"])]);
}

#[test]
fn cpin_without_ok_is_an_answer_after_a_grace() {
    let mut line = Line::new();
    line.send(Command::PinState).hear("\r\n+CPIN: READY\r\n");
    assert_eq!(line.events(), []);
    line.pass(at::PIN_STATE_GRACE);
    assert_eq!(line.events(), [ok(Command::PinState, &["+CPIN: READY"])]);
    // Its OK comes after all: not the next command's.
    line.send(plain("+CREG?", Some("+CREG")))
        .hear("OK\r\n+CREG: 0,1\r\nOK\r\n");
    assert_eq!(line.outcome().lines, ["+CREG: 0,1"]);
}

#[test]
fn a_query_answered_after_its_ok_is_still_heard() {
    let mut line = Line::new();
    line.send(plain("+CREG?", Some("+CREG")))
        .hear("OK\r\n+CREG: 2,1,\"00C3\",\"A1B2\"\r\n");
    assert_eq!(
        line.events(),
        [
            ok(plain("+CREG?", Some("+CREG")), &[]),
            Event::Urc(Urc::Registration {
                domain: at::urc::Domain::Cs,
                stat: 1
            }),
        ]
    );
}

#[test]
fn numeric_results_end_only_what_has_no_information_lines() {
    let mut line = Line::new();
    line.send(plain("E0V1", None)).hear("0\r");
    assert_eq!(line.outcome().result, Ok(()));
    line.send(Command::Attention).hear("4\r");
    assert_eq!(line.outcome().result, Err(Failure::Error));
    line.send(Command::Identify("+CGSN")).hear("0\r\nOK\r\n");
    assert_eq!(line.outcome().lines, ["0"]);
}

#[test]
fn a_pdu_is_data_and_a_body_in_text_mode_is_too_whatever_it_reads() {
    let direct = |pdu: &str| Event::Urc(Urc::MessageDirect { pdu: pdu.into() });
    let mut line = Line::new();
    line.hear(&format!("+CMT: ,{TPDU_OCTETS}\r\n{PDU}\r\n"));
    assert_eq!(line.events(), [direct(PDU)]);
    line.hear(&format!("+CDS: {TPDU_OCTETS}\r\n{PDU}\r\n"));
    assert_eq!(line.events(), [Event::Urc(Urc::ReportDirect { pdu: PDU.into() })]);
    for body in ["OK", "ERROR", "RING", "NO CARRIER", "+CMTI: \"SM\",1", "Hi there"] {
        line.send(Command::Attention);
        line.hear(&format!(
            "+CMT: \"+491701234567\",,\"26/01/02,03:04:05+04\"\r\n{body}\r\nOK\r\n"
        ));
        assert_eq!(line.events(), [direct(body), ok(Command::Attention, &[])], "{body}");
    }
    line.hear("+CBM: 4\r\n00112233\r\n");
    assert_eq!(line.events(), [Event::Urc(Urc::Other("+CBM: 4".into()))]);
}

#[test]
fn what_stands_between_header_and_pdu_is_taken_for_what_it_is() {
    let direct = Event::Urc(Urc::MessageDirect { pdu: PDU.into() });
    let header = format!("+CMT: ,{TPDU_OCTETS}\r\n");
    let mut line = Line::new();
    line.hear(&format!("{header}{header}{PDU}\r\n"));
    assert_eq!(line.events(), vec![direct.clone()], "the header twice");
    line.hear(&format!("{header}RING\r\n^RSSI:20\r\n{PDU}\r\n"));
    assert_eq!(
        line.events(),
        [
            Event::Urc(Urc::Ring),
            Event::Urc(Urc::Signal { dbm: -73 }),
            direct.clone()
        ]
    );
    line.send(Command::Attention).hear(&format!("{header}OK\r\n{PDU}\r\n"));
    assert_eq!(line.events(), [ok(Command::Attention, &[]), direct]);
    line.hear(&format!("{header}0791132604G\r\n"));
    assert_eq!(
        line.events(),
        [Event::Urc(Urc::MessageDirect {
            pdu: "0791132604G".into()
        })],
        "damaged, but told"
    );
}

#[test]
fn a_header_whose_pdu_never_comes_is_given_up_aloud() {
    let mut line = Line::new();
    line.hear("+CDS: 25\r\n").pass(at::SECOND_LINE_TIMEOUT);
    assert_eq!(line.events(), [Event::Dropped { octets: 8 }]);
    assert_eq!(line.engine.deadline(), None);
}

#[test]
fn an_empty_slot_is_just_ok_or_an_error() {
    let mut line = Line::new();
    line.send(Command::ReadMessage(3)).hear("\r\nOK\r\n");
    assert_eq!(
        line.outcome(),
        Outcome {
            command: Command::ReadMessage(3),
            lines: vec![],
            result: Ok(())
        }
    );
    line.send(Command::ReadMessage(3)).hear("\r\n+CMS ERROR: 321\r\n");
    assert_eq!(line.outcome().result, Err(Failure::Cms(at::CodeOrWords::Code(321))));
    line.send(Command::ListMessages)
        .hear("+CMGL: 1,1,,0\r\n+CMGL: 2,1,,2\r\n000102\r\nOK\r\n");
    assert_eq!(line.outcome().lines, ["+CMGL: 1,1,,0", "", "+CMGL: 2,1,,2", "000102"]);
}

#[test]
fn a_lost_port_ends_the_command_and_forgets_half_a_line() {
    let mut line = Line::new();
    line.send(Command::ListCalls).hear("+CLCC: 1,1,4");
    line.engine.reset();
    assert_eq!(line.outcome().result, Err(Failure::PortLost));
    line.hear("OK\r\n");
    assert!(line.engine.is_idle());
    line.events();
    line.hear("RING\r\n");
    assert_eq!(line.events(), [Event::Urc(Urc::Ring)]);
}

#[test]
fn a_second_command_is_handed_back() {
    let mut line = Line::new();
    line.send(Command::Attention);
    assert_eq!(line.engine.send(Command::HangUp, line.now), Err(Command::HangUp));
    line.engine.supply(&[1, 2, 3], line.now);
    line.engine.abort(line.now);
    assert_eq!(line.said(), "AT\r", "no prompt, no PDU, nothing to abort");
}

#[test]
fn an_escape_at_the_start_shifts_no_answer() {
    for answer in ["OK\r\n", "OK\r\nOK\r\n", "ERROR\r\nOK\r\n"] {
        let mut line = Line::new();
        line.engine.escape();
        line.send(Command::Attention);
        assert_eq!(line.said(), "\x1b\rAT\r");
        line.hear(answer).pass(at::SETTLE_QUIET);
        assert_eq!(line.outcome().result, Ok(()), "{answer:?}");
        line.send(plain("E0", None));
        line.hear("ERROR\r\n");
        assert_eq!(line.outcome().result, Err(Failure::Error), "{answer:?}");
    }
}

/// Feeds the modem's side of a transcript and checks ours; returns what the engine made of it, prompts answered by `pdu`.
fn replay(line: &mut Line, transcript: &str, pdu: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    for text in transcript.lines().map(str::trim_start) {
        let Some(chunk) = at::trace::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")) else {
            continue;
        };
        match chunk.direction {
            at::trace::Direction::FromModem => line.engine.receive(&chunk.octets, line.now),
            at::trace::Direction::ToModem => {
                assert_eq!(
                    line.engine.poll_transmit().as_deref(),
                    Some(&chunk.octets[..]),
                    "{text}"
                );
            }
        }
        for event in line.events() {
            if event == Event::Prompt {
                line.engine.supply(pdu, line.now);
            }
            events.push(event);
        }
    }
    events
}

#[test]
fn a_missed_call_on_a_sim7600_reads_through() {
    let events = replay(
        &mut Line::new(),
        r#"
        # SIM7600: \r\r\n endings, no NO CARRIER
        << \r\nRING\r\r\n
        << \r\n+CLIP: "08020866256",129,,,,0\r\r\n
        << \r\n+CLCC: 4,1,6,0,0,"080208
        << 66256",128\r\nMISSED_CALL: 11:53AM 08020866256\r\r\n
        "#,
        &[],
    );
    let number = || {
        Some(at::urc::RawNumber {
            digits: "08020866256".into(),
            toa: 129,
        })
    };
    assert_eq!(events[0], Event::Urc(Urc::Ring));
    assert_eq!(
        events[1],
        Event::Urc(Urc::CallingLine {
            number: number(),
            validity: at::urc::CliValidity::Valid
        })
    );
    assert!(matches!(&events[2], Event::Urc(Urc::Call(call)) if call.state == at::urc::CallState::Released));
    assert!(matches!(
        &events[3],
        Event::Urc(Urc::CallReleased {
            evidence: "missed_call",
            ..
        })
    ));
    assert_eq!(events.len(), 4);
}

#[test]
fn a_text_sent_while_it_rings_reads_through() {
    let mut line = Line::new();
    line.send(submit());
    let events = replay(
        &mut line,
        r#"
        >> AT+CMGS=3\r
        << AT+CMGS=3\r
        << \r\nRING\r\n
        << \r\n>\x20
        >> 001122\x1a
        << 001122\x1a\r\n+CMTI: "SM",4\r\n
        << \r\n+CMGS: 9\r\n\r\nOK\r\n
        "#,
        &[0x00, 0x11, 0x22],
    );
    let stored = Event::Urc(Urc::MessageStored {
        storage: "SM".into(),
        index: Some(4),
    });
    assert_eq!(
        events,
        [
            Event::Urc(Urc::Ring),
            Event::Prompt,
            stored,
            ok(submit(), &["+CMGS: 9"])
        ]
    );
}

/// A dialogue: what we do, and what the modem then writes, line by line.
struct Dialogue {
    command: Command,
    lines: Vec<String>,
    expected: Vec<Event>,
}

fn dialogues() -> Vec<Dialogue> {
    let header = |index: u16| format!("+CMGL: {index},1,,{TPDU_OCTETS}");
    vec![
        Dialogue {
            command: submit(),
            lines: ["AT+CMGS=3", "> ", "001122\x1a", "+CMGS: 200", "OK"]
                .map(String::from)
                .to_vec(),
            expected: vec![Event::Prompt, ok(submit(), &["+CMGS: 200"])],
        },
        Dialogue {
            command: Command::ListMessages,
            lines: vec![
                "AT+CMGL=4".into(),
                header(0),
                PDU.into(),
                header(9),
                PDU.into(),
                "OK".into(),
            ],
            expected: vec![ok(Command::ListMessages, &[&header(0), PDU, &header(9), PDU])],
        },
        Dialogue {
            command: Command::ReadMessage(1),
            lines: vec![format!("+CMGR: 0,,{TPDU_OCTETS}"), PDU.into(), "OK".into()],
            expected: vec![ok(Command::ReadMessage(1), &[&format!("+CMGR: 0,,{TPDU_OCTETS}"), PDU])],
        },
    ]
}

/// Plays a dialogue in chunks of `chunk` octets; the PDU is supplied as soon as the prompt shows.
fn play(command: &Command, wire: &str, chunk: usize) -> Vec<Event> {
    let mut line = Line::new();
    line.send(command.clone());
    let mut events = Vec::new();
    // Nothing follows a prompt before it is answered, so no chunk reaches over it.
    let (before, after) = wire.split_at(wire.find('>').map_or(0, |at| at + 1));
    for octets in before.as_bytes().chunks(chunk).chain(after.as_bytes().chunks(chunk)) {
        line.engine.receive(octets, line.now);
        for event in line.events() {
            if event == Event::Prompt {
                line.engine.supply(&[0x00, 0x11, 0x22], line.now);
            }
            events.push(event);
        }
    }
    events
}

fn wire(lines: &[String], ending: &str) -> String {
    lines
        .iter()
        .map(|line| {
            if line == "> " {
                "\r\n> ".into()
            } else {
                format!("\r\n{line}{ending}")
            }
        })
        .collect()
}

#[test]
fn a_dialogue_reads_the_same_however_it_is_cut() {
    for dialogue in dialogues() {
        for ending in ["\r\n", "\r\r\n", "\n"] {
            let wire = wire(&dialogue.lines, ending);
            for chunk in 1..=wire.len() {
                assert_eq!(
                    play(&dialogue.command, &wire, chunk),
                    dialogue.expected,
                    "{wire:?} in {chunk}"
                );
            }
        }
    }
}

#[test]
fn a_urc_at_any_line_boundary_changes_nothing_else() {
    let report = Event::Urc(Urc::ReportDirect { pdu: "0006".into() });
    let stored = Event::Urc(Urc::MessageStored {
        storage: "SM".into(),
        index: None,
    });
    for (text, urc) in [
        ("RING", Event::Urc(Urc::Ring)),
        ("NO CARRIER", release("no_carrier")),
        ("+CMTI: \"SM\",-1", stored),
        ("+CDS: 1\r\n0006", report),
        (
            "+CREG: 1,\"00C3\",\"A1B2\"",
            Event::Urc(Urc::Registration {
                domain: at::urc::Domain::Cs,
                stat: 1,
            }),
        ),
        ("^HWNAT:06", Event::Urc(Urc::Other("^HWNAT:06".into()))),
        (
            "OVER-VOLTAGE WARNNING",
            Event::Urc(Urc::PowerTrouble {
                line: "OVER-VOLTAGE WARNNING".into(),
            }),
        ),
    ] {
        for dialogue in dialogues() {
            for at in 0..=dialogue.lines.len() {
                let mut lines = dialogue.lines.clone();
                lines.insert(at, text.to_owned());
                let mut events = play(&dialogue.command, &wire(&lines, "\r\n"), 1);
                let found = events.iter().position(|event| *event == urc);
                events.remove(found.unwrap_or_else(|| panic!("{text} at {at} of {lines:?} lost: {events:?}")));
                assert_eq!(events, dialogue.expected, "{text} at {at} of {lines:?}");
            }
        }
    }
}

#[test]
fn an_unread_engine_stays_bounded_and_says_what_it_dropped() {
    let mut line = Line::new();
    let flood = "RING\r\n".repeat(at::EVENTS_MAX + 100);
    line.send(Command::Attention).hear(&flood).hear("OK\r\n");
    let events = line.events();
    assert!(events.len() <= at::EVENTS_MAX + 2);
    assert!(events.contains(&Event::Dropped { octets: 100 }));
    assert!(
        events.contains(&ok(Command::Attention, &[])),
        "the end of a command is never dropped"
    );
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Attention),
        Just(Command::Identify("I")),
        Just(Command::PinState),
        Just(Command::ListCalls),
        Just(Command::ListMessages),
        Just(Command::ReadMessage(1)),
        Just(submit()),
        Just(plain("+CREG?", Some("+CREG"))),
    ]
}

fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "\r\n",
        "OK",
        "ERROR",
        ">",
        "> ",
        "+CMGL: 1,1,,3\r\n",
        "+CMT: ,3\r\n",
        "0001020304",
        "+CMGS: 3",
        "RING",
        "+CPIN: READY",
        "+CMS ERROR: 1",
        "\x1a",
        "\x1b",
        "AT",
        "\"",
        ",",
        "+CREG: 1",
        "é",
        "\0",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        words.prop_map(|word| word.as_bytes().to_vec())
    ]
}

/// The grace for an OK that may never come is over when one has come that may be another's.
#[test]
fn a_grace_that_is_over_keeps_nobody_awake_while_a_command_settles() {
    let mut line = Line::new();
    line.send(Command::Attention);
    line.engine.interrupt();
    line.send(Command::PinState);
    line.events();
    line.hear("\r\n+CPIN: READY\r\n");
    line.pass(at::PIN_STATE_GRACE - Duration::from_millis(1));
    line.hear("\r\nOK\r\n");
    line.pass(Duration::from_secs(10));
    assert_eq!(line.outcome().result, Ok(()));
}

proptest! {
    #![proptest_config(crate::law(300))]

    /// Whatever comes, nothing panics, every command ends exactly once, and none later than its bounds allow.
    #[test]
    fn every_command_ends_once_and_in_time(
        steps in prop::collection::vec((any_command(), prop::collection::vec((any_octets(), 0..700_u64), 0..20)), 1..8)
    ) {
        let mut line = Line::new();
        let resync = at::RESYNC_TIMEOUT * u32::from(at::RESYNC_TRIES);
        for (command, noise) in steps {
            line.send(command.clone());
            let mut ends = 0;
            for (octets, wait) in noise {
                line.engine.receive(&octets, line.now);
                for event in line.events() {
                    match event {
                        // Sometimes the PDU is supplied, sometimes the prompt is given back, sometimes it is forgotten.
                        Event::Prompt if wait % 3 == 0 => line.engine.supply(&octets, line.now),
                        Event::Prompt if wait % 3 == 1 => line.engine.abort(line.now),
                        Event::Done(outcome) => {
                            prop_assert_eq!(&outcome.command, &command);
                            ends += 1;
                        }
                        Event::Prompt | Event::Urc(_) | Event::Dropped { .. } => {}
                    }
                }
                line.pass(Duration::from_millis(wait));
            }
            let longest = resync + command.timeout() + at::SUPPLY_TIMEOUT + at::SUBMIT_TIMEOUT;
            line.pass(longest + resync + at::SETTLE_QUIET + at::SECOND_LINE_TIMEOUT);
            ends += line.events().into_iter().filter(|event| matches!(event, Event::Done(_))).count();
            prop_assert_eq!(ends, 1);
            prop_assert!(line.engine.is_idle());
            prop_assert_eq!(line.engine.deadline(), None);
        }
    }

    /// Where the octets are cut makes no difference.
    #[test]
    fn any_input_reads_the_same_however_it_is_cut(
        command in any_command(),
        input in prop::collection::vec(any_octets(), 0..30),
        chunk in 1..50_usize,
    ) {
        let octets = input.concat();
        let read = |chunk: usize| {
            let mut line = Line::new();
            line.send(command.clone());
            for part in octets.chunks(chunk) {
                line.engine.receive(part, line.now);
            }
            line.events()
        };
        prop_assert_eq!(read(chunk), read(octets.len().max(1)));
    }

    /// Random lines parse to something, and a URC's own text never grows past the line's bound.
    #[test]
    fn any_line_is_a_urc_or_other(text in "\\PC{0,80}", name in prop::sample::select(vec![
        "+CLIP: ", "+CLCC: ", "^DSCI: ", "^CEND:", "+CTZV: ", "*PSUTTZ: ", "^NWTIME: ", "+CUSD: ", "MISSED_CALL: ", "#ECAM: ", "",
    ])) {
        let line = format!("{name}{text}");
        if let Urc::Other(kept) = at::urc::parse(&line) {
            prop_assert_eq!(kept, line);
        }
    }
}

/// V.250 §5.7.1 ends a line; small emulators forget to.
#[test]
fn a_result_without_its_line_end_counts_after_a_moment_of_silence() {
    let mut line = Line::new();
    line.send(plain("+CSQ", Some("+CSQ:"))).hear("\r\n+CSQ: 18,0\r\n\r\nOK");
    assert!(line.pass(Duration::from_millis(299)).events().is_empty());
    let outcome = line.pass(Duration::from_millis(1)).outcome();
    assert_eq!((outcome.lines, outcome.result), (vec!["+CSQ: 18,0".to_owned()], Ok(())));
    // Its end, should it come late, is nothing; and what goes on is no result.
    assert!(line.hear("\r\n").pass(Duration::from_secs(1)).events().is_empty());
    line.send(plain("+CSQ", Some("+CSQ:"))).hear("\r\nERROR");
    line.pass(Duration::from_millis(200))
        .hear(": 30")
        .pass(Duration::from_millis(400));
    assert!(line.events().is_empty());
    assert!(line.hear("\r\n").outcome().result.is_err());
    assert_eq!(
        line.hear("\r\nRING").pass(Duration::from_millis(300)).events(),
        [Event::Urc(Urc::Ring)]
    );
    // Half a line of anything else waits for its end, however long.
    assert!(
        line.hear("\r\n+CLIP: \"+1555")
            .pass(Duration::from_secs(60))
            .events()
            .is_empty()
    );
}
