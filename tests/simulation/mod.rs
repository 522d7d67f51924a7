//! The box lives through a plan of calls, texts and faults made from one number, and then everything must have drained and
//! nothing been lost, sent twice or left untold. See [`verdict`] for what is checked, [`plan`] for what breaks.
//!
//! ```text
//! TEXTBACK_SEEDS=7 cargo test simulation::seeds_named -- --nocapture                            one, with its plan
//! TEXTBACK_SEEDS=0..5000 cargo test --profile simulation simulation::seeds_named -- --nocapture  many, and what they covered
//! TEXTBACK_SEEDS='plan 7 …' cargo test simulation::seeds_named -- --nocapture                   a plan, told in full
//! TEXTBACK_SEEDS=every cargo test --profile simulation simulation::every_moment                  every moment, every family
//! TEXTBACK_DAYS=30 cargo test --profile simulation simulation::month -- --nocapture              a month
//! ```

mod chance;
mod coverage;
mod crowd;
mod disk;
mod every_moment;
mod field;
mod ledger;
mod month;
mod plan;
mod rig;
mod run;
mod sabotage;
mod shrink;
mod verdict;

use coverage::Tally;
use plan::Plan;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs that failed once and must not again: a plan a line.
const KEPT: &str = include_str!("seeds");

/// Runs the plans; the first that fails is cut down and told.
fn all_hold(plans: impl Iterator<Item = Plan>) -> Tally {
    let mut tally = Tally::default();
    for plan in plans {
        let outcome = run::run(&plan);
        if !outcome.wrong.is_empty() {
            panic!("{}", shrink::tell(&plan));
        }
        tally.merge(&outcome.tally);
    }
    tally
}

fn seeds(from: u64, to: u64) -> impl Iterator<Item = Plan> {
    (from..to).map(Plan::of)
}

#[test]
fn seeds_hold_1() {
    all_hold(seeds(0, 50));
}

#[test]
fn seeds_hold_2() {
    all_hold(seeds(50, 100));
}

#[test]
fn runs_that_failed_once_hold() {
    let plans = KEPT.lines().filter(|line| line.starts_with("plan "));
    all_hold(plans.map(|line| line.parse().unwrap_or_else(|e| panic!("tests/simulation/seeds: {e}"))));
}

#[test]
fn seeds_named_in_the_environment_hold() {
    let Ok(named) = std::env::var("TEXTBACK_SEEDS") else {
        return;
    };
    if named.starts_with("plan ") {
        let plan: Plan = named.parse().unwrap_or_else(|e| panic!("TEXTBACK_SEEDS: {e}"));
        let outcome = run::run(&plan);
        println!("{}\n{}\n{:#?}", outcome.story, outcome.tally, outcome.wrong);
        assert!(outcome.wrong.is_empty());
        return;
    }
    let number = |text: &str| {
        text.trim()
            .parse()
            .unwrap_or_else(|_| panic!("TEXTBACK_SEEDS: {text} is no number"))
    };
    let (from, to): (u64, u64) = match named.split_once("..") {
        Some((from, to)) => (number(from), number(to)),
        None => (number(&named), number(&named) + 1),
    };
    if to == from + 1 {
        println!("{}", Plan::of(from));
    }
    let next = AtomicU64::new(from);
    let (tally, failed) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let runner = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= to {
                return;
            }
            let outcome = run::run(&Plan::of(seed));
            tally.lock().unwrap().merge(&outcome.tally);
            if let Some(first) = outcome.wrong.first() {
                println!("seed {seed}: {first}");
                failed.lock().unwrap().push(Plan::of(seed));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(runner);
        }
    });
    let (tally, failed) = (tally.into_inner().unwrap(), failed.into_inner().unwrap());
    println!("{tally}");
    if let Some(plan) = failed.first() {
        panic!("{} of {} seeds fail. {}", failed.len(), to - from, shrink::tell(plan));
    }
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    for plan in seeds(0, 300) {
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again.to_string(), plan.to_string());
    }
}
