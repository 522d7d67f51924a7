//! The usual day, ended at every single moment of it: after each commit, in each write to the modem, in each commit and soon
//! after it by a power cut. Not by chance but one after another, so that no moment is left out.

use super::coverage::Tally;
use super::plan::{Break, Plan, Step, What};
use super::run;
use std::time::Duration;
use textback::sim::{Family, Fault};

/// A call, a text-back, the caller's answer, the owner's, a long text, a call that is not texted, STOP: five minutes.
fn day(family: Family) -> Plan {
    let at = |s: u64, what| Step {
        at: Duration::from_secs(s),
        what,
    };
    Plan {
        seed: 1,
        family,
        steps: vec![
            at(1, What::Call { who: 0, rings_s: 18 }),
            at(50, What::Text { who: 0, words: 5 }),
            at(80, What::Order("13 On my way".to_owned())),
            at(110, What::Text { who: 1, words: 60 }),
            at(140, What::Withheld { rings_s: 8 }),
            at(160, What::Fault(Fault::LoseSendResult)),
            at(161, What::Order("14 Yes".to_owned())),
            at(260, What::Stop { who: 0 }),
            at(280, What::Call { who: 0, rings_s: 12 }),
        ],
    }
}

fn holds(plan: &Plan) -> Tally {
    let outcome = run::run(plan);
    assert!(outcome.wrong.is_empty(), "{}", super::shrink::tell(plan));
    outcome.tally
}

/// Ends the day once at each of `moments`, `stride` apart.
fn ended_everywhere(family: Family, moments: impl Fn(&Tally) -> u64, stride: u64, end: impl Fn(u64) -> Break) {
    let day = day(family);
    let moments = moments(&holds(&day));
    assert!(moments > 30, "the day is too quiet: {moments}");
    for n in (1..=moments).step_by(usize::try_from(stride).unwrap()) {
        let mut plan = day.clone();
        plan.steps.insert(
            0,
            Step {
                at: Duration::ZERO,
                what: What::Break(end(n)),
            },
        );
        holds(&plan);
    }
}

fn kill_after_commit(n: u64) -> Break {
    Break::KillAfterCommit { n, down_s: 4 }
}

fn kill_in_write(n: u64) -> Break {
    Break::KillInWrite { n, down_s: 4 }
}

fn power_cut(n: u64) -> Break {
    Break::PowerCutInCommit { n, down_s: 20 }
}

/// Some of what was recorded last may wait for its sync; this long after, what it led to is under way.
fn power_cut_soon_after(n: u64) -> Break {
    Break::PowerCutAfterCommit {
        n,
        after_ms: 1_500,
        down_s: 20,
    }
}

fn power_cuts_in_a_row(n: u64) -> Break {
    Break::PowerCutsInARow { n, down_s: 20 }
}

#[test]
fn killed_after_every_commit_of_a_day() {
    ended_everywhere(Family::Ec25, |tally| tally.commits, 1, kill_after_commit);
}

#[test]
fn power_cut_in_every_commit_of_a_day() {
    ended_everywhere(Family::Sim7600, |tally| tally.commits, 1, power_cut);
}

#[test]
fn power_cut_soon_after_every_commit_of_a_day() {
    ended_everywhere(Family::Ec25, |tally| tally.commits, 1, power_cut_soon_after);
}

#[test]
fn power_cut_in_every_commit_of_a_day_and_again_in_the_start_after_it() {
    ended_everywhere(Family::Sim7600, |tally| tally.commits, 1, power_cuts_in_a_row);
}

#[test]
fn killed_in_every_write_of_a_day() {
    ended_everywhere(Family::Huawei, |tally| tally.writes, 3, kill_in_write);
}

/// The long way of the three above, for every family: `TEXTBACK_SEEDS=every`.
#[test]
fn every_family_ended_at_every_moment() {
    if std::env::var("TEXTBACK_SEEDS").as_deref() != Ok("every") {
        return;
    }
    for family in Family::ALL {
        ended_everywhere(family, |tally| tally.commits, 1, kill_after_commit);
        ended_everywhere(family, |tally| tally.commits, 1, power_cut);
        ended_everywhere(family, |tally| tally.commits, 1, power_cut_soon_after);
        ended_everywhere(family, |tally| tally.commits, 1, power_cuts_in_a_row);
        ended_everywhere(family, |tally| tally.writes, 1, kill_in_write);
    }
}
