//! Stories of boxes, told in `*.txt`: what people do, and under it every text that leaves the box because of it or before the
//! next thing happens. Nothing else may leave. `TEXTBACK_REWRITE=1` writes the stories anew, so that a person can read the
//! difference. [`Story::happens`] in `events.rs` has all that may happen.

mod coverage;
mod events;
mod leaving;
mod week;

pub use events::healthy;

use super::box_under_test::*;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use textback::clock::{Now, Steady, Trust, Wall};
use textback::desk::team::claim;
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
    what_came_before_there_was_an_owner "unowned.txt"
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
}

/// Tries what comes to mind: `TEXTBACK_STORY=my.txt cargo test a_story_of_ones_own -- --ignored --nocapture` says what leaves the box.
#[test]
#[ignore = "tells the story in the file TEXTBACK_STORY, which nobody has checked"]
fn a_story_of_ones_own() {
    let file = std::env::var_os("TEXTBACK_STORY").expect("TEXTBACK_STORY names a file");
    let (story, told) = Story::run(&std::fs::read_to_string(file).unwrap());
    println!("{told}");
    assert_eq!(story.misrouted, Vec::<String>::new());
}
