//! What leaves the box in a story: sent and reported as time passes, and written below what it follows.

use super::{Left, NEXT_PART, STEPS_MAX, Story};
use textback::clock::Steady;
use textback::desk::{Input, Next};

impl Story {
    /// Everything that may leave now leaves, and is reported delivered, or not.
    pub(super) fn send(&mut self) {
        if !self.network || !self.on {
            return;
        }
        while let Some(sent) = self.it.send_one(self.outcome.clone()) {
            if self.outcome.is_some() {
                let name = self.name(&sent.to);
                self.left.push(self.leaves(&name, format!("(lost) {}", sent.text)));
                self.outcome = None;
                continue;
            }
            let name = self.name(&sent.to);
            let report = self.people.get(&name).map_or(Some(0), |p| p.report);
            if let Some(status) = report {
                self.it.report(&sent, status);
            }
            if let Some((_, code)) = sent.text.split_once("YES ") {
                self.code = code.chars().take_while(char::is_ascii_digit).collect();
            }
            // What HELP has for examples is nobody.
            if self.in_team(&name) && !sent.text.contains("NAME 27") {
                self.read_handles(&sent.text);
            }
            self.all.push((name.clone(), sent.text.clone()));
            match (sent.part.0, self.left.last_mut()) {
                (2.., Some(first)) if first.to == name => {
                    first.text = format!("{}{NEXT_PART}{}", first.text, sent.text);
                }
                _ => self.left.push(self.leaves(&name, sent.text)),
            }
        }
    }

    fn leaves(&self, to: &str, text: String) -> Left {
        Left {
            utc_ms: self.it.now.wall.utc_ms,
            to: to.to_owned(),
            text,
        }
    }

    /// `27 +15125551234` or `27 Eve`: what the reader learns of whom they can answer.
    fn read_handles(&mut self, text: &str) {
        let words: Vec<&str> = text
            .split_whitespace()
            .map(|w| w.trim_end_matches([':', '.', ',']))
            .collect();
        for pair in words.windows(2) {
            let who = self
                .people
                .iter()
                .find(|(name, p)| p.number == pair[1] || *name == pair[1]);
            if let (Ok(_), Some((who, _))) = (pair[0].parse::<u32>(), who) {
                self.handles.insert(who.clone(), pair[0].to_owned());
            }
        }
    }

    /// When the box wants to be asked again, if it does.
    fn next(&mut self) -> Option<Steady> {
        if !self.on {
            return None;
        }
        let wake = self.it.tell(Input::Due).wake;
        let later = match self.network {
            true => match self.it.desk.next_submission(&mut self.it.store, self.it.now).unwrap() {
                Next::NotBefore(at) => Some(at),
                Next::Submit(_) => Some(self.it.now.steady),
                Next::Empty => None,
            },
            false => None,
        };
        [wake, later].into_iter().flatten().min()
    }

    pub(super) fn until(&mut self, utc_ms: i64) {
        let end = Steady(self.it.now.steady.0 + utc_ms - self.it.now.wall.utc_ms);
        let goes_on = end >= self.it.now.steady;
        assert!(goes_on, "the story goes back to {}", self.local(utc_ms));
        for _ in 0..STEPS_MAX {
            self.send();
            match self.next() {
                Some(at) if at < end => self.it.jump_to(Steady(at.0.max(self.it.now.steady.0 + 1))),
                _ => {
                    self.it.jump_to(end);
                    return;
                }
            }
        }
        panic!("no rest before {}", self.local(utc_ms));
    }

    /// The lines for what left since they were last asked for, below what happened before it. Who gets the same at the same
    /// minute shares a line.
    pub(super) fn tell_below(&mut self, told: &mut Vec<String>) {
        let mut lines: Vec<(String, Vec<String>, String)> = Vec::new();
        for left in std::mem::take(&mut self.left) {
            let (at, text) = (self.local(left.utc_ms), left.text.replace('\n', "\\n"));
            match lines.iter_mut().find(|line| line.0 == at && line.2 == text) {
                Some(same) => same.1.push(left.to),
                None => lines.push((at, vec![left.to], text)),
            }
        }
        let lines = lines
            .into_iter()
            .map(|(at, to, text)| format!("    {at} -> {}: {text}", to.join(", ")));
        let place = told.iter().rposition(|l| !l.is_empty() && !l.starts_with('#'));
        let place = place.map_or(told.len(), |at| at + 1);
        told.splice(place..place, lines.collect::<Vec<_>>());
    }
}
