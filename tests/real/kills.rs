//! The real daemon, killed without warning at moments drawn from a seed, while callers call and text: nothing lost, nobody
//! texted twice, what nobody can know is in doubt. What it proves and what not: README, "Killed on purpose".
//!
//! ```text
//! TEXTBACK_KILLS=300 cargo test --release real::kills -- --nocapture      hundreds, with figures
//! TEXTBACK_KILLS=300:7 …                                                  from seed 7
//! ```

use super::stage::{Stage, TEXT_BACK, wait};
use super::{MAYBE_TWICE, NO_LIMITS, draw};
use std::time::Duration;

/// A kill comes at most this long after the caller began: by then everything has usually been said.
const LATEST_MS: u64 = 2500;

#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    kills: u32,
    calls: u32,
    texts: u32,
    texted_back: u32,
    in_doubt: u32,
    unseen: u32,
    lost: u32,
    twice: u32,
    forwards: u32,
    forwards_again: u32,
}

fn killed_again_and_again(kills: u32, mut seed: u64) -> Figures {
    let started = seed;
    let stage = Stage::with("", NO_LIMITS);
    let sim = stage.sim("sim7600");
    let mut figures = Figures {
        kills,
        ..Figures::default()
    };
    let mut callers = Vec::new();
    for round in 0..kills {
        let daemon = stage.ready();
        let number = format!("+1512555{:04}", 2000 + round);
        let calls = draw(&mut seed).is_multiple_of(2);
        if calls {
            sim.ask(&format!("call {number} 1"));
        } else {
            sim.ask(&format!("text {number} Leak number {round} here"));
        }
        callers.push((number, calls));
        // The moment is the point of it: nothing is waited for.
        std::thread::sleep(Duration::from_millis(draw(&mut seed) % LATEST_MS));
        daemon.kill();
    }
    let _daemon = stage.ready();
    // What came last is taken in before one can say that nothing is under way.
    sim.ask("text +15125559998 The last one");
    sim.reads(super::stage::OWNER, "The last one");
    wait("nothing to be under way", || {
        let messages = stage.json(&["messages", "--limit", "100000"]);
        let mut all = messages.as_array().unwrap().iter();
        all.all(|m| m["state"] != "queued" && m["state"] != "submitting")
            .then_some(())
    });
    let owner = sim.inbox(super::stage::OWNER);
    let messages = stage.json(&["messages", "--limit", "100000"]);
    let calls = stage.json(&["calls", "--limit", "100000"]);
    let mut wrong = Vec::new();
    for (round, (number, called)) in callers.iter().enumerate() {
        if *called {
            figures.calls += 1;
            let got = sim.inbox(number).iter().filter(|t| t.starts_with(TEXT_BACK)).count();
            let on_record = calls.as_array().unwrap().iter().any(|c| c["caller"] == number.as_str());
            let of_them = |state: &str| {
                let mut all = messages.as_array().unwrap().iter();
                all.any(|m| m["peer"] == number.as_str() && m["kind"] == "text_back" && m["state"] == state)
            };
            match got {
                1 => figures.texted_back += 1,
                0 if of_them("in_doubt") => figures.in_doubt += 1,
                // Killed before the first ring was on record: what the modem does not tell again is not known to have been.
                0 if !on_record => figures.unseen += 1,
                0 => {
                    figures.lost += 1;
                    wrong.push(format!("{number} called and got nothing"));
                }
                _ => {
                    figures.twice += 1;
                    wrong.push(format!("{number} got {got} texts for one call"));
                }
            }
        } else {
            figures.texts += 1;
            let words = format!("Leak number {round} here");
            let got: Vec<&String> = owner.iter().filter(|t| t.contains(&words)).collect();
            let unmarked = got.iter().filter(|t| !t.starts_with(MAYBE_TWICE)).count();
            if unmarked > 1 {
                wrong.push(format!("{words:?} came again without saying so: {got:?}"));
            }
            match got.len() {
                0 => {
                    figures.lost += 1;
                    wrong.push(format!("{words:?} never reached the owner"));
                }
                1 => figures.forwards += 1,
                // In doubt, a forward is repeated rather than lost, and says so.
                _ => {
                    figures.forwards += 1;
                    figures.forwards_again += 1;
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "seed {started}: {wrong:#?}\n{figures:?}\n{owner:#?}\n{calls:#}"
    );
    figures
}

#[test]
fn killed_at_moments_drawn_from_a_seed_nothing_is_lost_and_nobody_texted_twice() {
    let asked = std::env::var("TEXTBACK_KILLS").ok();
    let (kills, seed) = match asked
        .as_deref()
        .map(|asked| asked.split_once(':').unwrap_or((asked, "1")))
    {
        Some((kills, seed)) => (kills.parse().unwrap(), seed.parse().unwrap()),
        None => (24, 1),
    };
    // Several boxes at once: most of the time is spent waiting for rings.
    let boxes = 4;
    let all: Vec<Figures> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..boxes)
            .map(|index| scope.spawn(move || killed_again_and_again(kills / boxes, seed + u64::from(index))))
            .collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sum = |of: fn(&Figures) -> u32| all.iter().map(of).sum::<u32>();
    println!(
        "kills survived {}: {} calls ({} texted back, {} in doubt, {} killed before the first ring was on record), {} texts \
         ({} forwarded, {} of them twice and marked); lost {}, texted twice {}",
        sum(|f| f.kills),
        sum(|f| f.calls),
        sum(|f| f.texted_back),
        sum(|f| f.in_doubt),
        sum(|f| f.unseen),
        sum(|f| f.texts),
        sum(|f| f.forwards),
        sum(|f| f.forwards_again),
        sum(|f| f.lost),
        sum(|f| f.twice),
    );
}
