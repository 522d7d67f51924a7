//! Stories of boxes, told in `*.txt`: what people do, and under it every text that leaves the box because of it or before the
//! next thing happens. Nothing else may leave. `TEXTBACK_REWRITE=1` writes the stories anew, so that a person can read the
//! difference. [`Story::happens`] in `events.rs` has all that may happen.

mod coverage;
mod events;
mod week;

pub use events::healthy;

use super::box_under_test::*;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use textback::clock::{Now, Steady, Trust, Wall};
use textback::desk::team::claim;
use textback::desk::{Input, Next};
use textback::modem::SubmitOutcome;

/// Every story: its file, and what is in it.
macro_rules! stories {
    ($($test:ident $file:literal)*) => {
        pub const STORIES: &[(&str, &str)] = &[$(($file, include_str!($file))),*];
        $(
            #[test]
            fn $test() {
                Story::tell($file);
            }
        )*
    };
}

stories! {
    a_week_of_two_owners_and_forty_callers_reads_as_it_is_written "week.txt"
    a_box_is_claimed_and_set_up_and_nobody_else_gets_in "first_day.txt"
    days_on_which_everything_breaks_are_told_and_lose_nothing "bad_days.txt"
    strangers_and_machines_are_bounded "strangers.txt"
    what_hardly_ever_happens_is_told_too "edges.txt"
    the_change_of_the_clocks_and_the_weeks_after_it "clocks.txt"
    a_day_in_spanish "day_es.txt"
    a_day_in_french "day_fr.txt"
    a_day_in_german "day_de.txt"
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Steps of the box between two things that people do; more would be a box that never rests.
const STEPS_MAX: u32 = 10_000;
/// Between two parts of one text.
const NEXT_PART: &str = " ¦ ";

struct Person {
    number: String,
    team: bool,
    /// What the network reports of a text to them (3GPP TS 23.040 §9.2.3.15).
    report: Option<u8>,
}

/// What somebody of the team texted for a customer.
pub struct Meant {
    pub customer: String,
    pub reached: bool,
}

/// A text that left the box, parts together.
struct Left {
    utc_ms: i64,
    to: String,
    text: String,
}

pub struct Story {
    it: Box,
    config: String,
    /// Midnight of the first day is told by this zone's clocks.
    zone: TimeZone,
    first_day: Date,
    people: BTreeMap<String, Person>,
    /// What left since the last thing that happened.
    left: Vec<Left>,
    network: bool,
    on: bool,
    /// The modem's verdict on the texts that come next; usually it takes them.
    outcome: Option<SubmitOutcome>,
    /// Four digits after the last `YES `.
    code: String,
    /// The handle each person was last shown with on a phone of the team.
    handles: BTreeMap<String, String>,
    /// Parts of a long text that the network keeps: whose, and the PDU.
    kept_parts: Vec<(String, Vec<u8>)>,
    pub meant: Vec<Meant>,
    misrouted: Vec<String>,
    /// Every part that left, to whom and what.
    pub all: Vec<(String, String)>,
    pub missed: u32,
    /// Callers who wrote.
    pub wrote: std::collections::BTreeSet<String>,
}

/// What is written in `file`.
fn story(file: &str) -> &'static str {
    STORIES.iter().find(|(name, _)| *name == file).unwrap().1
}

impl Story {
    /// Tells the story in `file`, and compares.
    pub fn tell(file: &str) -> Story {
        let written = story(file);
        let (story, told) = Story::run(written);
        let rewrite = std::env::var_os("TEXTBACK_REWRITE").is_some();
        if rewrite {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/desk/story/");
            std::fs::write(format!("{folder}{file}"), &told).unwrap();
        }
        assert_eq!(story.misrouted, Vec::<String>::new());
        if rewrite {
            return story;
        }
        for (at, (is, should)) in told.lines().zip(written.lines()).enumerate() {
            assert_eq!(is, should, "line {} of {file}", at + 1);
        }
        let lines = (told.lines().count(), written.lines().count());
        assert_eq!(lines.0, lines.1, "more or fewer texts than told in {file}");
        story
    }

    fn run(written: &str) -> (Story, String) {
        let mut story = Story::begin(written);
        let mut told: Vec<String> = Vec::new();
        for line in written.lines() {
            if line.trim_start() != line {
                continue;
            }
            if let Some((at, what)) = story.moment(line) {
                story.until(at);
                story.tell_below(&mut told);
                story.happens(what);
            } else {
                let known = ["", "#", "| ", "starts ", "sim ", "person "];
                let plain = line.is_empty() || known[1..].iter().any(|start| line.starts_with(start));
                assert!(plain, "what is {line:?}?");
            }
            told.push(line.to_owned());
        }
        story.send();
        story.tell_below(&mut told);
        (story, told.join("\n") + "\n")
    }

    /// The lines before the first thing that happens: configuration, day, SIM, people.
    fn begin(written: &str) -> Story {
        let of = |start: &str| -> Vec<&str> { written.lines().filter_map(|l| l.strip_prefix(start)).collect() };
        let config = format!("config_version = 1\n{}\n", of("| ").join("\n"));
        let zone = textback::config::Config::parse(&config).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let zone = zone.timezone.expect("a story has a timezone");
        let first_day: Date = of("starts ")[0].parse().unwrap();
        let midnight = first_day.to_zoned_datetime(zone.clone()).unwrap();
        let now = Now {
            steady: Steady(400 * 86_400_000),
            wall: Wall {
                utc_ms: midnight.timestamp().as_millisecond(),
                offset_s: midnight.offset().seconds(),
                trust: Trust::Synchronised,
            },
        };
        let mut it = Box::on_disk(&config, now);
        match of("sim ").first() {
            Some(&"not read yet") => {}
            imsi => it.sim_is(imsi.unwrap_or(&IMSI)),
        }
        let people = of("person ").into_iter().map(|person| {
            let words: Vec<&str> = person.split(' ').collect();
            let is = |what: &str| words.get(2) == Some(&what);
            let known = Person {
                // A sender's name may have blanks in it.
                number: words[1].replace('_', " "),
                team: is("team"),
                report: match () {
                    () if is("landline") => Some(0x43),
                    () if is("silent") => None,
                    () => Some(0),
                },
            };
            (words[0].to_owned(), known)
        });
        let people = people.collect();
        Story {
            it,
            config,
            zone,
            first_day,
            people,
            left: Vec::new(),
            network: true,
            on: true,
            outcome: None,
            code: String::new(),
            handles: BTreeMap::new(),
            kept_parts: Vec::new(),
            meant: Vec::new(),
            misrouted: Vec::new(),
            all: Vec::new(),
            missed: 0,
            wrote: std::collections::BTreeSet::new(),
        }
    }

    /// `Mon 07:58 what happens`; in the second week `Mon2`.
    fn moment<'l>(&self, line: &'l str) -> Option<(i64, &'l str)> {
        let (day, rest) = line.split_once(' ')?;
        let week = day.get(3..)?;
        let week: i64 = if week.is_empty() { 1 } else { week.parse().ok()? };
        let weekday = i64::try_from(DAYS.iter().position(|d| *d == &day[..3])?).ok()?;
        let first = i64::from(self.first_day.weekday().to_monday_zero_offset());
        let date = self.first_day + jiff::Span::new().days((week - 1) * 7 + weekday - first);
        let (time, what) = rest.split_once(' ')?;
        let (hour, minute) = time.split_once(':')?;
        let at = date.at(hour.parse().ok()?, minute.parse().ok()?, 0, 0);
        Some((
            at.to_zoned_datetime(self.zone.clone())
                .unwrap()
                .timestamp()
                .as_millisecond(),
            what,
        ))
    }

    /// As [`Story::moment`] reads it.
    fn local(&self, utc_ms: i64) -> String {
        let at = jiff::Timestamp::from_millisecond(utc_ms)
            .unwrap()
            .to_zoned_datetime(self.zone.clone());
        let days =
            (at.date() - self.first_day).get_days() + i32::from(self.first_day.weekday().to_monday_zero_offset());
        let week = match days / 7 {
            0 => String::new(),
            weeks => (weeks + 1).to_string(),
        };
        let day = DAYS[usize::try_from(days % 7).unwrap()];
        format!("{day}{week} {:02}:{:02}", at.hour(), at.minute())
    }

    fn name(&self, number: &str) -> String {
        let known = self.people.iter().find(|(_, p)| p.number == number);
        known.map_or_else(|| number.to_owned(), |(name, _)| name.clone())
    }

    fn number(&self, name: &str) -> String {
        match self.people.get(name) {
            Some(person) => person.number.clone(),
            None => panic!("who is {name:?}?"),
        }
    }

    pub fn in_team(&self, name: &str) -> bool {
        self.people.get(name).is_some_and(|person| person.team)
    }

    /// Everything that may leave now leaves, and is reported delivered, or not.
    fn send(&mut self) {
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

    fn until(&mut self, utc_ms: i64) {
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

    /// A text with what the writer knows in its blanks: handles, the code, the label's code.
    fn filled(&self, team: bool, text: &str) -> String {
        let label = claim::code(&self.it.store).unwrap().code.unwrap_or_default();
        let mut text = text
            .replace("\\n", "\n")
            .replace("{code}", &self.code)
            .replace("{label}", &label)
            .replace("{long}", &"and then some more ".repeat(100));
        for (name, handle) in self.handles.iter().filter(|_| team) {
            text = text.replace(&format!("{{{name}}}"), handle);
        }
        text
    }

    /// `Sam (to Dave)` means Dave; `Ron (so Dave)` answers the box's question about whom he meant.
    fn text(&mut self, who: &str, text: &str) {
        let (who, meant) = match who.split_once(" (") {
            Some((who, meant)) => (who, Some(meant.trim_end_matches(')'))),
            None => (who, None),
        };
        let team = self.in_team(who);
        let text = self.filled(team, text);
        let template = ["SET ", "AJUSTE ", "REGLER ", "SETZE "]
            .iter()
            .any(|word| text.starts_with(word));
        assert!(!text.contains('{') || template, "who is {text:?} for?");
        let from = self.number(who);
        self.it.text(&from, &text);
        if !team {
            self.wrote.insert(who.to_owned());
            return;
        }
        let before = self.left.len();
        self.send();
        let at_once: Vec<String> = self.left[before..]
            .iter()
            .filter(|left| !self.in_team(&left.to))
            .map(|left| left.to.clone())
            .collect();
        let customer = meant.and_then(|m| m.split_once(' ')).map(|(_, c)| c.to_owned());
        // OOPS apologises to whoever got it by their slip.
        let slip = match ["OOPS", "UPS", "OUPS", "HOPPLA"]
            .iter()
            .any(|word| text.starts_with(word))
        {
            true => self.meant.last().map(|m| m.customer.clone()),
            false => None,
        };
        for to in &at_once {
            if customer.as_ref() != Some(to) && slip.as_ref() != Some(to) {
                self.misrouted.push(format!("{who}: {text} went to {to}"));
            }
        }
        if let (Some(customer), Some(true)) = (customer, meant.map(|m| m.starts_with("to "))) {
            let reached = !at_once.is_empty();
            self.meant.push(Meant { customer, reached });
        }
    }

    /// The lines for what left since they were last asked for, below what happened before it. Who gets the same at the same
    /// minute shares a line.
    fn tell_below(&mut self, told: &mut Vec<String>) {
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
