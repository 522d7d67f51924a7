//! Weeks in a cupboard: ordinary days with a fault or two each. Nothing may grow that nobody bounds, and a box with nothing to do
//! must sleep.

use super::plan::{Break, Plan, Step, What};
use super::{run, shrink};
use std::time::Duration;
use textback::sim::Family;

const DAY: Duration = Duration::from_secs(86_400);
/// A month's database and log.
const DISK_MAX_OCTETS: usize = 12 * 1024 * 1024;
/// The modem is asked something every 30 s, in two or three questions; each answer's silence is waited for. More is a storm.
const WAKE_UPS_A_DAY_MAX: u64 = 20_000;

fn days() -> u64 {
    let named = std::env::var("TEXTBACK_DAYS").ok();
    named.map_or(2, |days| {
        days.parse()
            .unwrap_or_else(|_| panic!("TEXTBACK_DAYS: {days} is no number"))
    })
}

/// Two days here; `TEXTBACK_DAYS=30` for the month.
#[test]
fn weeks_of_ordinary_days_lose_nothing_and_grow_nothing() {
    let plan = Plan::of_days(30, days());
    let outcome = run::run(&plan);
    println!("{}", outcome.tally);
    if !outcome.wrong.is_empty() {
        panic!("{}", shrink::tell(&plan));
    }
    assert!(outcome.tally.largest_disk < DISK_MAX_OCTETS, "{}", outcome.tally);
    assert!(outcome.tally.deepest_queue < 200, "{}", outcome.tally);
}

#[test]
fn a_box_with_nothing_to_do_sleeps() {
    let plan = Plan {
        seed: 3,
        family: Family::Sim7600,
        steps: vec![Step {
            at: DAY,
            what: What::Order("STATUS".to_owned()),
        }],
    };
    let outcome = run::run(&plan);
    assert_eq!(outcome.wrong, Vec::<String>::new());
    println!("{} wake-ups in an idle day", outcome.tally.wake_ups);
    assert!(outcome.tally.wake_ups < WAKE_UPS_A_DAY_MAX, "{}", outcome.tally);
}

#[test]
fn words_are_erased_after_ninety_days_even_with_the_modem_in_a_drawer() {
    let at = |s: u64, what| Step {
        at: Duration::from_secs(s),
        what,
    };
    let away = 92 * 86_400;
    let plan = Plan {
        seed: 4,
        family: Family::Huawei,
        steps: vec![
            at(5, What::Call { who: 0, rings_s: 18 }),
            at(60, What::Text { who: 0, words: 60 }),
            at(400, What::Break(Break::Unplug { for_s: away })),
            at(away + 900, What::Call { who: 1, rings_s: 18 }),
        ],
    };
    let outcome = run::run(&plan);
    assert!(outcome.wrong.is_empty(), "{:#?}\n{}", outcome.wrong, outcome.story);
}
