//! The box lives through a plan of calls, texts and faults made from one number, and then everything must have drained and
//! nothing been lost, sent twice or left untold. See [`verdict`] for what is checked, [`plan`] for what breaks.
//!
//! ```text
//! TEXTBACK_SEEDS=7 cargo test simulation -- --nocapture          one run, told in full
//! TEXTBACK_SEEDS=0..5000 cargo test --release simulation -- --nocapture    many, with what they covered
//! ```

mod chance;
mod coverage;
mod crowd;
mod disk;
mod every_moment;
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
    let mut tally = Tally::default();
    let mut failed: Vec<Plan> = Vec::new();
    for plan in seeds(from, to) {
        let outcome = run::run(&plan);
        tally.merge(&outcome.tally);
        if let Some(first) = outcome.wrong.first() {
            println!("seed {}: {first}", plan.seed);
            failed.push(plan);
        }
    }
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
