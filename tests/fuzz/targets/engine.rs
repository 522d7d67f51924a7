//! Framer and engine: a stream of octets, with a command in flight or without.

use std::time::{Duration, Instant};
use textback::at::{Command, EVENTS_MAX, Engine, Event, LINE_MAX, LINES_MAX, Urc};

/// How often the clock may have to be turned on before a command has ended: time-outs, resynchronisation and its tries.
const TICKS_MAX: usize = 16;

fn command(choice: u8) -> Option<Command> {
    Some(match choice % 10 {
        0 => return None,
        1 => Command::Attention,
        2 => Command::Identify("+CGMI"),
        3 => Command::PinState,
        4 => Command::ListCalls,
        5 => Command::ListMessages,
        6 => Command::ReadMessage(3),
        7 => Command::MessageStorageState,
        8 => Command::SendMessage { tpdu_length: 3 },
        _ => Command::HangUp,
    })
}

/// Octet 0 chooses the command in flight, octet 1 where the stream is split, the rest is the stream.
///
/// Laws: any split yields the same events and the same octets to the modem; nothing that is kept outgrows its bound; no
/// control character gets out; noise moves no deadline; whatever came, the command ends and the engine is free again.
pub fn engine(input: &[u8]) {
    let Some((&[choice, split], stream)) = input.split_first_chunk::<2>() else {
        return;
    };
    let at = Instant::now();
    let mut whole = started(choice, at);
    let deadline = whole.deadline();
    whole.receive(stream, at);
    let mut pieces = started(choice, at);
    for piece in stream.chunks(usize::from(split).max(1)) {
        pieces.receive(piece, at);
    }
    let seen = drain(&mut whole);
    assert_eq!(seen, drain(&mut pieces), "a split changed what was seen");

    assert!(seen.0.len() <= EVENTS_MAX + 2, "events are unbounded");
    let prompted = seen.0.contains(&Event::Prompt);
    for event in &seen.0 {
        bounded(event);
    }
    if !prompted && matches!((whole.in_flight(), command(choice)), (Some(a), Some(b)) if *a == b) {
        assert!(whole.deadline() <= deadline, "noise moved a deadline");
    }
    finishes(whole, at);
}

fn started(choice: u8, at: Instant) -> Engine {
    let mut engine = Engine::new();
    if let Some(command) = command(choice) {
        engine.send(command, at).unwrap();
    }
    engine
}

fn drain(engine: &mut Engine) -> (Vec<Event>, Vec<Vec<u8>>) {
    let events = std::iter::from_fn(|| engine.poll_event()).collect();
    let octets = std::iter::from_fn(|| engine.poll_transmit()).collect();
    (events, octets)
}

fn bounded(event: &Event) {
    match event {
        Event::Urc(Urc::Other(line)) => line_is_sound(line),
        Event::Urc(_) | Event::Prompt | Event::Dropped { .. } => {}
        Event::Done(outcome) => {
            assert!(outcome.lines.len() <= LINES_MAX, "lines are unbounded");
            outcome.lines.iter().for_each(|line| line_is_sound(line));
        }
    }
}

/// A damaged octet becomes U+FFFD, which takes three.
fn line_is_sound(line: &str) {
    assert!(line.len() <= 3 * LINE_MAX, "a line outgrew its bound");
    assert!(
        !line.chars().any(|c| c.is_control() && c != '\t'),
        "a control character got out: {line:?}"
    );
}

fn finishes(mut engine: Engine, mut at: Instant) {
    for _ in 0..TICKS_MAX {
        let Some(deadline) = engine.deadline() else { break };
        assert!(
            deadline <= at + Duration::from_secs(300),
            "a deadline beyond every time-out"
        );
        at = at.max(deadline);
        engine.tick(at);
        drop(drain(&mut engine));
    }
    assert!(engine.is_idle(), "the engine is stuck: {engine:?}");
    engine.send(Command::Attention, at).unwrap();
    engine.receive(b"\r\nOK\r\n", at);
    let answered = drain(&mut engine).0;
    let settled = engine.deadline().map(|deadline| {
        engine.tick(deadline);
        drain(&mut engine).0
    });
    assert!(
        answered
            .iter()
            .chain(settled.iter().flatten())
            .any(|event| matches!(event, Event::Done(_))),
        "an AT that was answered did not end: {engine:?}"
    );
}
