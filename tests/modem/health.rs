//! The recovery ladder, deaf spells, lost settings, the balance and the examination, in virtual time.

use super::{Bench, OK};
use std::time::Duration;
use textback::modem::{CanVoice, Condition, Event, Input, Options, Output, PowerStep, PowerSteps, Report, SimState};

const ALL_STEPS: PowerSteps = PowerSteps {
    rebind: true,
    reset: true,
    power_cycle: true,
};

/// A modem that is ready, and has been for a while.
fn ready(options: Options) -> Bench {
    let mut bench = Bench::new(options);
    bench.bring_up("huawei", "E173");
    bench
}

/// The notes so far, of those rungs that were taken.
fn rungs(bench: &mut Bench) -> Vec<String> {
    const RUNGS: &[&str] = &[
        "reopen_port",
        "radio_cycle",
        "reset",
        "usb_rebind",
        "reset_line",
        "power_key",
        "given_up",
        "still_deaf",
    ];
    let taken = bench.events.drain(..).filter_map(|event| {
        let what = event.strip_prefix("note ")?.to_string();
        RUNGS.contains(&what.as_str()).then_some(what)
    });
    taken.collect()
}

/// Lets time pass for a modem that never says a word; the outside does what it is asked, with `outcome`.
fn silence(bench: &mut Bench, minutes: u64, outcome: &Result<(), String>) {
    let end = bench.now + Duration::from_secs(60 * minutes);
    while bench.now < end {
        bench.pass(1000);
        if std::mem::take(&mut bench.reopen) > 0 {
            bench.give(Input::PortOpened);
        }
        while let Some(step) = bench.steps.pop() {
            let outcome = outcome.clone();
            bench.give(Input::Stepped { step, outcome });
        }
    }
}

#[test]
fn a_mute_modem_is_taken_up_every_rung_in_order_and_each_has_its_note() {
    let mut bench = ready(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    silence(&mut bench, 14, &Ok(()));
    assert_eq!(
        rungs(&mut bench),
        [
            "reopen_port",
            "radio_cycle",
            "reset",
            "usb_rebind",
            "reset_line",
            "power_key",
            "given_up"
        ]
    );
    let said = |command: &str| bench.sent.iter().filter(|sent| *sent == command).count();
    assert_eq!(
        (said("AT+CFUN=4"), said("AT+CFUN=1"), said("AT^RESET")),
        (1, 1, 1),
        "{:?}",
        bench.sent
    );
    assert_eq!(bench.modem.condition(), &Condition::Mute { rung: "given_up" });
    // For the rest of the hour it is only knocked at.
    silence(&mut bench, 40, &Ok(()));
    assert_eq!(rungs(&mut bench), Vec::<String>::new());
    // Then once more, and never more often than the bound.
    silence(&mut bench, 300, &Ok(()));
    let again = rungs(&mut bench);
    let resets = again.iter().filter(|rung| *rung == "reset").count();
    assert!((1..=5).contains(&resets), "{again:?}");
    // And when it comes back, so does the work.
    bench.sent.clear();
    bench.bring_up("huawei", "E173");
}

/// When which rung was taken for a modem that answers nothing, in tenths of a second; it says `line` so often.
fn climb(line: Option<&[u8]>) -> Vec<(String, u64)> {
    let mut bench = ready(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    let (start, mut taken) = (bench.now, Vec::new());
    while bench.now < start + Duration::from_secs(14 * 60) {
        match line {
            Some(line) => {
                for _ in 0..10 {
                    bench.pass(10);
                    bench.give(Input::Bytes(line));
                }
            }
            None => bench.pass(100),
        }
        if std::mem::take(&mut bench.reopen) > 0 {
            bench.give(Input::PortOpened);
        }
        while let Some(step) = bench.steps.pop() {
            let outcome = Ok(());
            bench.give(Input::Stepped { step, outcome });
        }
        let tenths = u64::try_from((bench.now - start).as_millis() / 100).expect("minutes");
        taken.extend(rungs(&mut bench).into_iter().map(|rung| (rung, tenths)));
    }
    taken
}

/// field-pains.md T6; one program restarted its reply timer with each such line and hung for ever (gammu#393).
#[test]
fn a_hundred_lines_a_second_extend_no_time_out_of_a_mute_modem() {
    let quiet = climb(None);
    assert_eq!(quiet.last().map(|(rung, _)| rung.as_str()), Some("given_up"));
    for line in [b"\r\n^RSSI:18\r\n".as_slice(), b"\r\n^BOOT:25368160,0,0,0,69\r\n"] {
        assert_eq!(climb(Some(line)), quiet);
    }
}

#[test]
fn a_rung_that_the_board_lacks_or_that_fails_is_skipped_at_once() {
    let mut bench = ready(Options {
        power: PowerSteps {
            rebind: true,
            ..PowerSteps::default()
        },
        ..Options::default()
    });
    silence(&mut bench, 8, &Err("no rights to /sys".to_string()));
    assert_eq!(
        rungs(&mut bench),
        ["reopen_port", "radio_cycle", "reset", "usb_rebind", "given_up"]
    );
}

#[test]
fn a_modem_that_answers_again_ends_the_climb_where_it_is() {
    let mut bench = ready(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    silence(&mut bench, 2, &Ok(()));
    let climbed = rungs(&mut bench);
    assert_eq!(climbed.first().map(String::as_str), Some("reopen_port"));
    bench.sent.clear();
    bench.bring_up("huawei", "E173");
    for _ in 0..600 {
        bench.step(&|_| Some(OK.to_string()));
    }
    assert_eq!(rungs(&mut bench), Vec::<String>::new());
    assert_eq!(bench.modem.condition(), &Condition::Ready);
}

#[test]
fn a_modem_that_never_answered_is_neither_restarted_nor_unplugged_soon() {
    let mut bench = Bench::new(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    bench.give(Input::PortOpened);
    silence(&mut bench, 3, &Ok(()));
    assert_eq!(rungs(&mut bench), ["reopen_port"]);
    silence(&mut bench, 12, &Ok(()));
    let later = rungs(&mut bench);
    assert!(!later.contains(&"reset".to_string()), "{later:?}");
    assert!(later.contains(&"power_key".to_string()), "{later:?}");
}

#[test]
fn a_modem_that_is_not_there_is_brought_by_reset_line_and_power_key() {
    let mut bench = Bench::new(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    bench.give(Input::PortLost);
    let mut steps = Vec::new();
    for _ in 0..600 {
        bench.pass(1000);
        while let Some(step) = bench.steps.pop() {
            steps.push(step);
            let outcome = Ok(());
            bench.give(Input::Stepped { step, outcome });
        }
    }
    assert_eq!(steps, [PowerStep::Reset, PowerStep::PowerCycle]);
}

/// Answers like a healthy modem, registered as `stat` says.
fn registered(stat: u8) -> impl Fn(&str) -> Option<String> {
    move |command| {
        Some(match command {
            "AT+CREG?" => format!("\r\n+CREG: 2,{stat}\r\n{OK}"),
            "AT+CEREG?" => format!("\r\n+CEREG: 2,{stat}\r\n{OK}"),
            "AT+CSQ" => format!("\r\n+CSQ: 21,99\r\n{OK}"),
            "AT+CNMI?" => format!("\r\n+CNMI: 2,1,0,2,0\r\n{OK}"),
            "AT+CLIP?" => format!("\r\n+CLIP: 1,1\r\n{OK}"),
            "AT+CPIN?" => format!("\r\n+CPIN: READY\r\n{OK}"),
            _ => OK.to_string(),
        })
    }
}

/// Plays for so long; returns what was asked.
fn play(bench: &mut Bench, minutes: u64, answer: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let end = bench.now + Duration::from_secs(60 * minutes);
    let mut said = Vec::new();
    while bench.now < end {
        match bench.sent.pop_front() {
            // Nothing happens before the next deadline.
            None => {
                bench.now = bench.wait.map_or(end, |due| due.min(end));
                bench.give(Input::Tick);
            }
            Some(command) => {
                if let Some(lines) = answer(&command) {
                    bench.give(Input::Bytes(lines.as_bytes()));
                }
                said.extend((command != "ESC").then_some(command));
            }
        }
        if std::mem::take(&mut bench.reopen) > 0 {
            bench.give(Input::PortOpened);
        }
    }
    said
}

#[test]
fn a_healthy_modem_is_not_disturbed_for_a_week() {
    let mut bench = ready(Options {
        power: ALL_STEPS,
        ..Options::default()
    });
    let said = play(&mut bench, 7 * 24 * 60, &registered(1));
    assert!(!said.iter().any(|command| command.starts_with("AT+CFUN")), "{said:?}");
    assert_eq!(rungs(&mut bench), Vec::<String>::new());
    let tests = said.iter().filter(|command| *command == "AT+CLIP?").count();
    assert!((20..=28).contains(&tests), "{tests} own tests of the network in a week");
    assert!(bench.steps.is_empty());
}

#[test]
fn a_modem_without_the_network_has_its_radio_cycled_after_ten_minutes_and_is_not_shaken_more_than_that() {
    let mut bench = ready(Options::default());
    bench.give(Input::Bytes(b"\r\n+CREG: 2\r\n\r\n+CEREG: 2\r\n"));
    let said = play(&mut bench, 9, &registered(2));
    assert!(!said.contains(&"AT+CFUN=4".to_string()));
    let said = play(&mut bench, 3, &registered(2));
    let at = said
        .iter()
        .position(|command| command == "AT+CFUN=4")
        .expect("the radio goes off");
    assert_eq!(said[at + 1], "AT+CFUN=1");
    assert_eq!(rungs(&mut bench), ["radio_cycle"]);
    // A cell that is down for a day: bounded, whatever happens.
    let said = play(&mut bench, 24 * 60, &registered(2));
    let cycles = said.iter().filter(|command| *command == "AT+CFUN=4").count();
    assert!((10..=48).contains(&cycles), "{cycles} in a day");
    // And when it is back, nothing more.
    bench.give(Input::Bytes(b"\r\n+CREG: 1\r\n"));
    bench.events.clear();
    let said = play(&mut bench, 120, &registered(1));
    assert!(!said.iter().any(|command| command.starts_with("AT+CFUN")));
}

#[test]
fn a_modem_that_claims_to_be_registered_and_has_lost_its_signal_is_found_out() {
    let mut bench = ready(Options::default());
    play(&mut bench, 10, &registered(1));
    let dark = |command: &str| match command {
        "AT+CSQ" => Some(format!("\r\n+CSQ: 99,99\r\n{OK}")),
        other => registered(1)(other),
    };
    let said = play(&mut bench, 15, &dark);
    assert!(said.contains(&"AT+CFUN=4".to_string()), "{said:?}");
    assert!(rungs(&mut bench).contains(&"radio_cycle".to_string()));
}

#[test]
fn a_network_that_answered_our_questions_and_stops_doing_so_is_found_out() {
    let mut bench = ready(Options::default());
    play(&mut bench, 7 * 60, &registered(1));
    let forgotten = |command: &str| match command {
        "AT+CLIP?" => Some(format!("\r\n+CLIP: 1,2\r\n{OK}")),
        other => registered(1)(other),
    };
    let said = play(&mut bench, 20 * 60, &forgotten);
    assert!(said.contains(&"AT+CFUN=4".to_string()));
}

#[test]
fn a_spell_without_the_network_is_told_with_its_length() {
    let mut bench = ready(Options::default());
    bench.give(Input::Bytes(b"\r\n+CREG: 2\r\n"));
    play(&mut bench, 5, &registered(2));
    bench.give(Input::Bytes(b"\r\n+CREG: 1\r\n"));
    let told: Vec<String> = bench
        .events
        .drain(..)
        .filter(|event| event.starts_with("deaf") || event.starts_with("hears"))
        .collect();
    assert_eq!(told, ["deaf no_network for 60 s", "hears no_network after 300 s"]);
}

#[test]
fn settings_lost_without_a_word_are_noticed_set_again_and_told_as_a_deaf_spell() {
    let mut bench = ready(Options::default());
    play(&mut bench, 5, &registered(1));
    bench.events.clear();
    // After a silent restart +CREG is 0 until it is set again.
    let set = std::cell::Cell::new(false);
    let said = play(&mut bench, 6, &|command| {
        if command == "AT+CREG=2" {
            set.set(true);
        }
        Some(match command {
            "AT+CREG?" if !set.get() => format!("\r\n+CREG: 0,1\r\n{OK}"),
            "AT+CREG?" => format!("\r\n+CREG: 2,1\r\n{OK}"),
            other => return registered(1)(other),
        })
    });
    for setting in ["AT+CLIP=1", "AT+CMGF=0", "AT+CNMI=2,1,0,2,0", "AT+CMGL=4"] {
        assert!(said.contains(&setting.to_string()), "{setting}: {said:?}");
    }
    let events: Vec<String> = bench.events.drain(..).collect();
    assert!(events.contains(&"note settings_lost".to_string()), "{events:?}");
    assert!(
        events.iter().any(|e| e.starts_with("deaf settings_lost for ")),
        "{events:?}"
    );
    assert!(
        events.iter().any(|e| e.starts_with("hears settings_lost after ")),
        "{events:?}"
    );
    assert_eq!(bench.modem.condition(), &Condition::Ready);
}

#[test]
fn a_modem_that_freezes_after_a_call_is_found_within_seconds() {
    let mut bench = ready(Options::default());
    bench.give(Input::Bytes(
        b"\r\n+CRING: VOICE\r\n\r\n+CLIP: \"+15551234567\",145,,,,0\r\n",
    ));
    bench.give(Input::Bytes(b"\r\n^CEND:1,0,104,16\r\n"));
    bench.sent.clear();
    bench.pass(20_000);
    assert!(bench.sent.iter().any(|command| command == "ESC"), "{:?}", bench.sent);
    bench.pass(20_000);
    assert_eq!(bench.reopen, 1, "{:?}", bench.sent);
}

fn balance(answers: &[(&str, &str)], after: &str) -> (Vec<String>, Vec<String>) {
    let mut bench = ready(Options {
        balance: Some("*100#".to_string()),
        ..Options::default()
    });
    bench.give(Input::AskBalance);
    let mut said = Vec::new();
    for _ in 0..900 {
        if let Some(command) = bench.sent.pop_front() {
            let answer = answers
                .iter()
                .find(|(asked, _)| *asked == command)
                .map_or(OK, |(_, answer)| answer);
            let accepted = command.starts_with("AT+CUSD=1") && answer == OK;
            said.push(command);
            bench.give(Input::Bytes(answer.as_bytes()));
            if accepted {
                bench.give(Input::Bytes(after.as_bytes()));
            }
        }
        bench.pass(100);
    }
    let events = bench.events.drain(..).filter(|event| event.starts_with("balance"));
    let codes = said.into_iter().filter(|command| command.starts_with("AT+CUSD"));
    (events.collect(), codes.collect())
}

#[test]
fn the_balance_is_asked_for_in_every_way_that_modems_want_it() {
    let plain = "\r\n+CUSD: 0,\"Your balance is $12.50\",15\r\n";
    assert_eq!(
        balance(&[], plain),
        (
            vec!["balance Your balance is $12.50".to_string()],
            vec!["AT+CUSD=1,\"*100#\",15".to_string()]
        )
    );
    // Hex of UCS-2; several lines; a menu, which is given up.
    let ucs2 = "\r\n+CUSD: 0,\"00420061006C0061006E0063006500200035\",72\r\n";
    assert_eq!(balance(&[], ucs2).0, ["balance Balance 5"]);
    let lines = "\r\n+CUSD: 0,\"Balance:\r\n5 EUR\r\nBye\",15\r\n";
    assert_eq!(balance(&[], lines).0, ["balance Balance: 5 EUR Bye"]);
    let menu = "\r\n+CUSD: 1,\"5 EUR. 1 Top up 2 More\",15\r\n";
    assert_eq!(
        balance(&[], menu),
        (
            vec!["balance 5 EUR. 1 Top up 2 More".to_string()],
            vec!["AT+CUSD=1,\"*100#\",15".to_string(), "AT+CUSD=2".to_string()]
        )
    );
    // A modem that wants packed septets.
    let refused = "\r\nERROR\r\n";
    let picky = [("AT+CUSD=1,\"*100#\",15", refused), ("AT+CUSD=1,\"*100#\"", refused)];
    let (events, codes) = balance(&picky, "\r\n+CUSD: 0,\"E8329BFD4697D9EC37\",15\r\n");
    assert_eq!(events, ["balance hellohello"]);
    assert_eq!(codes.last().map(String::as_str), Some("AT+CUSD=1,\"AA180C3602\",15"));
    // No answer at all, and a network without it.
    assert_eq!(balance(&[], "").0, ["balance unknown: the network did not answer"]);
    let not = "\r\n+CUSD: 4\r\n";
    assert_eq!(
        balance(&[], not).0,
        ["balance unknown: the network does not know USSD on this line"]
    );
}

/// Examines; the report, and what was asked.
fn examine(bench: &mut Bench, answer: &dyn Fn(&str) -> Option<String>) -> (Report, Vec<String>) {
    let mut said = Vec::new();
    let mut inputs = vec![Some(Input::Examine)];
    for _ in 0..600 {
        match inputs.pop().flatten() {
            Some(input) => bench.modem.handle(input, bench.now),
            None => match bench.sent.pop_front() {
                // Nothing happens before the next deadline.
                None => {
                    bench.now = bench.wait.expect("something to wait for");
                    bench.modem.handle(Input::Tick, bench.now);
                }
                Some(command) => {
                    let lines = answer(&command);
                    said.push(command);
                    if let Some(lines) = lines {
                        bench.modem.handle(Input::Bytes(lines.as_bytes()), bench.now);
                    }
                }
            },
        }
        loop {
            match bench.modem.poll() {
                Output::Transmit(bytes) => {
                    let text = String::from_utf8_lossy(&bytes).replace('\x1b', "");
                    bench
                        .sent
                        .extend(text.split('\r').filter(|s| !s.is_empty()).map(str::to_string));
                }
                Output::Event(Event::Examined(report)) => return (*report, said),
                Output::Event(_) | Output::ReopenPort | Output::Power(_) => {}
                Output::Wait(until) => {
                    bench.wait = until;
                    break;
                }
            }
        }
    }
    panic!("no report; asked: {said:?}");
}

#[test]
fn an_examination_tells_everything_and_the_voicemail_trap() {
    let mut bench = ready(Options::default());
    let (report, said) = examine(&mut bench, &|command| {
        Some(match command {
            "AT^CPIN?" => format!("\r\n^CPIN: READY,,10,3,10,3\r\n{OK}"),
            "AT+CPMS?" => format!("\r\n+CPMS: \"SM\",4,20,\"SM\",4,20,\"SM\",4,20\r\n{OK}"),
            "AT+CCLK?" => format!("\r\n+CCLK: \"26/11/25,14:30:00+04\"\r\n{OK}"),
            "AT+CSCA?" => format!("\r\n+CSCA: \"+491710760000\",145\r\n{OK}"),
            "AT+COPS?" => format!("\r\n+COPS: 0,0,\"TELE2\",7\r\n{OK}"),
            "AT+CCFC=0,2" => format!("\r\n+CCFC: 0,7\r\n{OK}"),
            "AT+CCFC=2,2" => format!("\r\n+CCFC: 1,1,\"+49171333\",145,,,15\r\n{OK}"),
            other => return registered(1)(other),
        })
    });
    assert_eq!((report.can_voice, report.sim), (CanVoice::Yes, SimState::Ready));
    assert_eq!(report.pin_tries_left, Some(3));
    assert_eq!(report.storage, Some((4, 20)));
    assert_eq!(report.signal.dbm, Some(-71));
    assert_eq!(report.network_time.map(|(_, offset_s)| offset_s), Some(3600));
    assert_eq!(report.identity.smsc.as_deref(), Some("+491710760000"));
    assert_eq!(report.identity.operator.as_deref(), Some("TELE2"));
    assert!(report.announces_texts && report.shows_callers == Some(true));
    assert!(!report.diverts_everything());
    assert_eq!(report.no_reply_divert_s(), Some(15));
    assert!(
        !said.iter().any(|command| command.contains("CPIN=")),
        "no PIN is tried: {said:?}"
    );
}

#[test]
fn an_examination_of_a_modem_that_answers_nothing_or_is_not_there_still_ends() {
    let mut bench = Bench::new(Options::default());
    let (report, said) = examine(&mut bench, &|_| None);
    assert_eq!((report.can_voice, report.sim), (CanVoice::Unknown, SimState::Unknown));
    assert!(report.in_vain, "nobody takes this for a healthy modem");
    assert_eq!(said, Vec::<String>::new());
    let mut bench = Bench::new(Options::default());
    bench.give(Input::PortOpened);
    let (report, _) = examine(&mut bench, &|_| None);
    assert!(report.in_vain, "a port that is there, with nobody who answers");
    let mut bench = ready(Options::default());
    let (report, _) = examine(&mut bench, &|command| {
        command.starts_with("AT+C").then(|| "\r\nERROR\r\n".to_string())
    });
    assert_eq!(report.can_voice, CanVoice::Yes, "what was known before counts");
    assert!(!report.in_vain, "that it refuses is an answer");
    assert!(report.diversions.is_empty());
}

/// Somebody waits in front of a terminal: bring-up's own pauses are not for them.
#[test]
fn a_service_centre_that_is_not_told_is_not_one_that_is_missing() {
    for (said, shown) in [
        ("+CSCA: \"+491710760000\",145\r\n\r\nOK", Some("+491710760000")),
        ("+CSCA: \"\",129\r\n\r\nOK", Some("")),
        ("+CSCA: ,0\r\n\r\nOK", Some("")),
        ("+CMS ERROR: 330", Some("")),
        ("ERROR", None),
        ("OK", None),
    ] {
        let mut bench = ready(Options::default());
        let (report, _) = examine(&mut bench, &|command| match command {
            "AT+CSCA?" => Some(format!("\r\n{said}\r\n")),
            other => registered(1)(other),
        });
        assert_eq!(report.identity.smsc.as_deref(), shown, "{said}");
    }
}

#[test]
fn a_sim_that_only_a_person_can_open_is_examined_at_once() {
    for (cpin, want) in [
        ("SIM PIN", SimState::Pin),
        ("SIM PUK", SimState::Puk),
        ("NOT INSERTED", SimState::Missing),
    ] {
        let mut bench = Bench::new(Options::default());
        bench.give(Input::PortOpened);
        let start = bench.now;
        let (report, said) = examine(&mut bench, &|command| {
            Some(match command {
                "AT+CGMI" => format!("\r\nhuawei\r\n{OK}"),
                "AT+CPIN?" => format!("\r\n+CPIN: {cpin}\r\n{OK}"),
                "AT^CPIN?" => format!("\r\n^CPIN: {cpin},,10,3,10,3\r\n{OK}"),
                other => return registered(0)(other),
            })
        });
        assert_eq!(report.sim, want);
        assert!(
            bench.now - start < Duration::from_secs(10),
            "{cpin}: {:?}",
            bench.now - start
        );
        assert!(!said.iter().any(|command| command.contains("CPIN=")), "{said:?}");
        if want != SimState::Missing {
            assert_eq!(report.pin_tries_left, Some(3), "{said:?}");
        }
    }
}

#[test]
fn registered_for_data_only_is_not_called_callable() {
    let mut bench = ready(Options::default());
    let (report, _) = examine(&mut bench, &|command| {
        Some(match command {
            "AT+CREG?" => format!("\r\n+CREG: 2,3\r\n{OK}"),
            "AT+CEREG?" => format!("\r\n+CEREG: 2,1\r\n{OK}"),
            _ => OK.to_string(),
        })
    });
    assert_eq!(report.can_voice, CanVoice::Perhaps);
}

#[test]
fn the_modems_memory_of_missed_calls_is_read_where_there_is_one() {
    let mut bench = ready(Options::default());
    play(&mut bench, 3, &|command| {
        Some(match command {
            "AT+CPBS?" => format!("\r\n+CPBS: \"MC\",2,10\r\n{OK}"),
            "AT+CPBR=1,10" => {
                format!("\r\n+CPBR: 1,\"+15551234567\",145,\"Bob, Jr.\"\r\n\r\n+CPBR: 2,\"\",128,\"\"\r\n{OK}")
            }
            other => return registered(1)(other),
        })
    });
    assert!(
        bench.events.contains(&"missed memory +15551234567".to_string()),
        "{:?}",
        bench.events
    );
    // One that says OK to everything, or ERROR, has none.
    for answer in [OK, "\r\nERROR\r\n"] {
        let mut bench = ready(Options::default());
        let said = play(&mut bench, 3, &|command| {
            Some(if command.starts_with("AT+CPB") { answer } else { OK }.to_string())
        });
        assert!(!said.iter().any(|command| command.starts_with("AT+CPBR")), "{said:?}");
    }
}
