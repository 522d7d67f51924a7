//! What runs reached: faults that struck, states and transitions, and how long recovery took. A simulation that reaches
//! nothing proves nothing.

use std::collections::BTreeMap;
use std::time::Duration;
use textback::modem::{Condition, Event, SubmitOutcome};

#[derive(Debug, Clone, Default)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    /// From the end of an outage to the box being ready, by the outage's kind.
    recoveries: BTreeMap<&'static str, Vec<Duration>>,
    pub runs: u64,
    pub commits: u64,
    /// Writes to the modem.
    pub writes: u64,
    pub wake_ups: u64,
    pub deepest_queue: usize,
    pub largest_disk: usize,
    pub lost: u64,
    pub duplicates: u64,
    pub virtual_time: Duration,
}

impl Tally {
    pub fn count(&mut self, what: &str) {
        self.add(what, 1);
    }

    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    pub fn add(&mut self, what: &str, n: u64) {
        match self.counts.get_mut(what) {
            Some(count) => *count += n,
            None => {
                self.counts.insert(what.to_owned(), n);
            }
        }
    }

    pub fn recovered(&mut self, from: &'static str, took: Duration) {
        self.recoveries.entry(from).or_default().push(took);
    }

    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Note { what, .. } => self.count(&format!("modem: {what}")),
            Event::CallEnded(ended) => {
                self.count(&format!(
                    "call {:?} by {}",
                    ended.verdict,
                    ended.evidence.first().unwrap_or(&"nothing")
                ));
            }
            Event::Submitted { outcome, .. } => match outcome {
                SubmitOutcome::Accepted(_) => self.count("submission: accepted"),
                SubmitOutcome::Refused { class, .. } => self.count(&format!("submission: refused, {class:?}")),
                SubmitOutcome::NotTried { why } => self.count(&format!("submission: not tried, {why}")),
                SubmitOutcome::Unknown { why } => self.count(&format!("submission: unknown, {why}")),
            },
            Event::Condition(Condition::Mute { rung }) => self.count(&format!("mute, rung {rung}")),
            Event::Condition(Condition::Limited { why }) => self.count(&format!("limited: {why:?}")),
            Event::Storage { full: true, .. } => self.count("modem: memory full"),
            Event::Received(received) => {
                self.count(if received.swept {
                    "text found by a sweep"
                } else {
                    "text announced"
                });
            }
            _ => {}
        }
    }

    pub fn merge(&mut self, other: &Tally) {
        for (what, n) in &other.counts {
            self.add(what, *n);
        }
        for (from, times) in &other.recoveries {
            self.recoveries.entry(from).or_default().extend(times);
        }
        self.runs += other.runs;
        self.commits += other.commits;
        self.writes += other.writes;
        self.wake_ups += other.wake_ups;
        self.lost += other.lost;
        self.duplicates += other.duplicates;
        self.virtual_time += other.virtual_time;
        self.deepest_queue = self.deepest_queue.max(other.deepest_queue);
        self.largest_disk = self.largest_disk.max(other.largest_disk);
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hours = self.virtual_time.as_secs() / 3600;
        writeln!(
            f,
            "{} runs, {hours} hours of virtual time, {} commits",
            self.runs, self.commits
        )?;
        writeln!(f, "texts lost {}, duplicates {}", self.lost, self.duplicates)?;
        writeln!(
            f,
            "deepest queue {} jobs, largest database {} kB",
            self.deepest_queue,
            self.largest_disk / 1024
        )?;
        for (what, n) in &self.counts {
            writeln!(f, "  {n:>8}  {what}")?;
        }
        for (from, times) in &self.recoveries {
            let mut times = times.clone();
            times.sort();
            let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64();
            writeln!(
                f,
                "  ready again after {from}: median {:.1} s, 95 % {:.1} s, worst {:.1} s ({} times)",
                at(50),
                at(95),
                at(100),
                times.len()
            )?;
        }
        Ok(())
    }
}
