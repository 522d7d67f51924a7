//! Slow questions and calls: what the network takes seconds to answer keeps no call waiting, and loses none.

use super::{Bench, OK};
use std::time::Duration;
use textback::ids::OutboxId;
use textback::modem::{Condition, Input, Limit, Options, Submission};

/// A good modem that nobody calls.
fn silent(command: &str) -> Option<String> {
    match command {
        "AT+CLCC" => Some(OK.to_string()),
        _ => but(&[])(command),
    }
}

/// A good modem that rings; `None` where `slow` is asked.
fn but<'a>(slow: &'a [&'a str]) -> impl Fn(&str) -> Option<String> + 'a {
    move |command| {
        if slow.contains(&command) {
            return None;
        }
        Some(match command {
            "AT+CPIN?" => format!("\r\n+CPIN: READY\r\n{OK}"),
            "AT+CREG?" => format!("\r\n+CREG: 2,1\r\n{OK}"),
            "AT+CNMI?" => format!("\r\n+CNMI: 2,1,0,2,0\r\n{OK}"),
            "AT+CLCC" => format!("\r\n+CLCC: 1,1,4,0,0,\"+15551234567\",145\r\n{OK}"),
            _ => OK.to_string(),
        })
    }
}

/// Until that command is out, unanswered.
fn until_asked(bench: &mut Bench, asked: &str) {
    for _ in 0..3000 {
        if bench.sent.front().is_some_and(|command| command == asked) {
            bench.sent.pop_front();
            return;
        }
        bench.step(&silent);
    }
    panic!("{asked} is never asked");
}

fn hear(bench: &mut Bench, lines: &str) {
    bench.give(Input::Bytes(lines.as_bytes()));
}

const RING: &str = "\r\nRING\r\n";
const CLIP: &str = "\r\n+CLIP: \"+15551234567\",145,,,,0\r\n";

fn has(bench: &Bench, event: &str) -> bool {
    bench.events.iter().any(|happened| happened.starts_with(event))
}

/// A call that begins and ends while the network thinks about a diversion: seen, identified, told as missed at once, and its text
/// leaves as soon as the answer is there.
#[test]
fn a_call_while_a_slow_question_is_out_loses_nothing() {
    for (slow, examines) in [("AT+CCFC=0,2", true), ("AT+CLIP?", true), ("AT+COPS?", false)] {
        let mut bench = Bench::new(Options::default());
        if examines {
            bench.bring_up("Quectel", "EC25");
            bench.give(Input::Examine);
        } else {
            bench.give(Input::PortOpened);
        }
        until_asked(&mut bench, slow);
        for _ in 0..2 {
            hear(&mut bench, RING);
            hear(&mut bench, CLIP);
            bench.pass(4000);
        }
        assert!(
            has(&bench, "call 1 from +15551234567/145"),
            "{slow}: {:?}",
            bench.events
        );
        hear(&mut bench, "\r\nNO CARRIER\r\n");
        assert!(
            has(&bench, "call 1 missed from +15551234567/145 rings 2"),
            "{slow}: {:?}",
            bench.events
        );
        bench.give(Input::Submit(Submission {
            outbox: OutboxId(1),
            tpdu: vec![1; 20],
        }));
        hear(&mut bench, OK);
        let answer = but(&[]);
        for _ in 0..50 {
            if bench
                .sent
                .front()
                .is_some_and(|command| command.starts_with("AT+CMGS="))
            {
                break;
            }
            bench.step(&answer);
        }
        assert!(
            bench
                .sent
                .front()
                .is_some_and(|command| command.starts_with("AT+CMGS=")),
            "{slow}: {:?} {:?}",
            bench.sent,
            bench.events
        );
    }
}

/// Without +CLIP the call list has the number: it is asked as soon as the line is free.
#[test]
fn a_call_without_clip_behind_a_slow_question_is_identified_when_it_ends() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("Nobody", "X1");
    bench.give(Input::Examine);
    until_asked(&mut bench, "AT+CCFC=0,2");
    for _ in 0..3 {
        hear(&mut bench, RING);
        bench.pass(4000);
    }
    assert!(bench.sent.is_empty(), "one command at a time: {:?}", bench.sent);
    hear(&mut bench, OK);
    assert_eq!(bench.sent.front().map(String::as_str), Some("AT+CLCC"));
    bench.step(&but(&[]));
    assert!(has(&bench, "call 1 from +15551234567/145"), "{:?}", bench.events);
}

/// While it rings nothing is asked but what concerns the call.
#[test]
fn no_slow_question_begins_while_it_rings() {
    // In the middle of an examination, and of bring-up's survey.
    for examines in [true, false] {
        let mut bench = Bench::new(Options::default());
        if examines {
            bench.bring_up("Nobody", "X1");
            bench.give(Input::Examine);
            until_asked(&mut bench, "AT+CSQ");
        } else {
            bench.give(Input::PortOpened);
            until_asked(&mut bench, "AT+CSQ");
        }
        hear(&mut bench, RING);
        hear(&mut bench, CLIP);
        hear(&mut bench, OK);
        let answer = but(&[]);
        for ring in 0..4 {
            for _ in 0..40 {
                if let Some(command) = bench.sent.front() {
                    assert_eq!(command, "AT+CLCC", "while it rings, examination {examines}");
                }
                bench.step(&answer);
            }
            if ring < 3 {
                hear(&mut bench, RING);
            }
        }
        hear(&mut bench, "\r\nNO CARRIER\r\n");
        until_asked(&mut bench, "AT+COPS?");
    }
}

/// 27.005 §3.2.3: a modem whose texts are characters only can't be used, and says so; one that refuses now is asked again.
#[test]
fn a_modem_without_pdu_mode_is_told_from_one_that_refuses_it_for_now() {
    for (modes, why) in [
        ("\r\n+CMGF: (1)\r\n\r\nOK\r\n", Limit::NoPduMode),
        ("\r\n+CMGF: 1\r\n\r\nOK\r\n", Limit::NoPduMode),
        ("\r\n+CMGF: (0,1)\r\n\r\nOK\r\n", Limit::NoSms),
        ("\r\n+CMGF: (0-1)\r\n\r\nOK\r\n", Limit::NoSms),
        ("\r\nOK\r\n", Limit::NoSms),
        ("\r\nERROR\r\n", Limit::NoSms),
    ] {
        let mut bench = Bench::new(Options::default());
        bench.give(Input::PortOpened);
        let refusing = |command: &str| match command {
            "AT+CMGF=0" => Some("\r\nERROR\r\n".to_string()),
            "AT+CMGF=?" => Some(modes.to_string()),
            other => but(&[])(other),
        };
        for _ in 0..400 {
            bench.step(&refusing);
        }
        assert_eq!(bench.modem.condition(), &Condition::Limited { why }, "{modes:?}");
        // Twice a minute, two questions each time, and a call is still a call.
        bench.sent.clear();
        let (mut asked, end) = (0, bench.now + Duration::from_secs(120));
        while bench.now < end {
            asked += bench.sent.len();
            bench.step(&refusing);
        }
        assert!(asked <= 10, "{asked} commands in two minutes");
        hear(&mut bench, RING);
        hear(&mut bench, CLIP);
        hear(&mut bench, "\r\nNO CARRIER\r\n");
        assert!(has(&bench, "call 1 missed from +15551234567/145"), "{:?}", bench.events);
        // It comes to itself.
        let mended = but(&[]);
        for _ in 0..1000 {
            bench.step(&mended);
        }
        assert_eq!(bench.modem.condition(), &Condition::Ready, "{modes:?}");
    }
}
