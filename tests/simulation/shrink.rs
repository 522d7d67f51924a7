//! A run that failed, cut down to the steps it needs.

use super::plan::Plan;
use super::run;
use std::time::{Duration, Instant};

/// Time spent on cutting one down: a person waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Leaves out steps, many at a time first, as long as the run still fails.
pub fn shrink(plan: &Plan, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut best = plan.clone();
    let begun = Instant::now();
    let mut chunk = best.steps.len().div_ceil(2);
    while chunk > 0 && begun.elapsed() < PATIENCE {
        let mut from = 0;
        while from < best.steps.len() && begun.elapsed() < PATIENCE {
            let candidate = best.only(|i| i < from || i >= from + chunk);
            if fails(&candidate) {
                best = candidate;
            } else {
                from += chunk;
            }
        }
        chunk /= 2;
    }
    best
}

/// What went wrong with a plan, in as few steps as possible, and how to run it again.
pub fn tell(plan: &Plan) -> String {
    let small = shrink(plan, |plan| !run::run(plan).wrong.is_empty());
    let outcome = run::run(&small);
    format!(
        "seed {} fails. What is wrong, cut down to {} of {} steps:\n{}\n\n{}\n\nAgain: TEXTBACK_SEEDS={} cargo test simulation::seeds_named -- --nocapture\n\
         Keep it: add this line to tests/simulation/seeds\n{small}\n",
        plan.seed,
        small.steps.len(),
        plan.steps.len(),
        outcome.wrong.join("\n"),
        outcome.story,
        plan.seed
    )
}
