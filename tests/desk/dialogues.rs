//! Nobody gets a text that was meant for somebody else: random dialogues of a team and many callers, with an oracle that
//! knows whom each person has in mind. People see what reached their phone, seconds after the network took it, and answer
//! that; the box is told nothing of what they have in mind.

use super::box_under_test::*;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Duration;

const RON: &str = "+15125550102";
const CALLERS: usize = 12;
/// Stories told; a failing one is named by its seed.
const SEEDS: RangeInclusive<u64> = 1..=5;
/// Lines shown when a text is misrouted.
const LOG_LINES: usize = 60;
/// Seconds from the network to the phone's screen, seconds of typing, seconds back to the box.
const DOWN_S: RangeInclusive<u64> = 3..=9;
const TYPING_S: RangeInclusive<u64> = 3..=14;
const UP_S: RangeInclusive<u64> = 2..=5;
/// Somebody goes on without a number this long after their last text, seconds; later they write the number.
const GO_ON_S: i64 = 8 * 60;
/// And answers what they read this long ago, seconds.
const FRESH_S: i64 = 90 * 60;

/// Pseudo-random, from the seed that a failing run prints.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, most: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn range(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.roll(range.end() - range.start() + 1)
    }
}

/// What the box asked somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    WhoFor,
    ChangedHands,
    /// Not sent, and said so.
    Refused,
}

/// Somebody of the team with a phone in hand.
struct Person {
    phone: &'static str,
    /// On its way to the screen: when it shows, and what.
    coming: Vec<(i64, String)>,
    /// Callers read of since they last wrote, and when.
    news: Vec<(usize, i64)>,
    /// Whom they wrote to last, and when they did.
    last: Option<(usize, i64)>,
    /// What each number stands for, as far as they know.
    knows: BTreeMap<u16, usize>,
    question: Option<Question>,
    /// Being typed, and on its way up: when it reaches the box, the text, and for whom it is (none: for the box).
    writing: Option<(i64, String, Option<usize>)>,
    /// Sent without a word back so far: for whom, the words, when.
    open: Option<(usize, String, i64)>,
}

impl Person {
    fn new(phone: &'static str) -> Person {
        Person {
            phone,
            coming: Vec::new(),
            news: Vec::new(),
            last: None,
            knows: BTreeMap::new(),
            question: None,
            writing: None,
            open: None,
        }
    }

    fn read(&mut self, text: &str, now: i64) {
        if text.starts_with("Held, not sent: \"") {
            self.question = Some(Question::WhoFor);
        } else if text.starts_with("Held, not sent: ") {
            self.question = Some(Question::ChangedHands);
        } else if text.starts_with("Not sent") || text.starts_with("Nothing sent") {
            self.question = Some(Question::Refused);
        }
        let line = text
            .strip_prefix("NEW ")
            .or(text.strip_prefix("Missed "))
            .unwrap_or(text);
        let Some((handle, rest)) = line.split_once(' ') else {
            return;
        };
        let Ok(handle) = handle.parse::<u16>() else { return };
        let number = rest.split([' ', ':']).next().unwrap_or("");
        let Some(caller) = index(number) else { return };
        self.knows.insert(handle, caller);
        if text.contains(" taken by ") {
            self.news.retain(|(about, _)| *about != caller);
        } else {
            self.news.push((caller, now));
        }
    }
}

#[derive(Default, Debug)]
struct Counts {
    tagged: u32,
    untagged: u32,
    who_for: u32,
    changed_hands: u32,
    refused: u32,
    arrived: u32,
}

struct Story {
    it: Box,
    dice: Dice,
    people: Vec<Person>,
    /// For whom each text is that somebody of the team wrote. No two are the same.
    meant: BTreeMap<String, usize>,
    counts: Counts,
    serial: u32,
    /// What happened lately, for the message of a failure.
    log: VecDeque<String>,
}

fn caller(index: usize) -> String {
    format!("+1512555{:04}", 6000 + index)
}

fn index(number: &str) -> Option<usize> {
    let index = number
        .strip_prefix("+1512555")?
        .parse::<usize>()
        .ok()?
        .checked_sub(6000)?;
    (index < 1000).then_some(index)
}

impl Story {
    fn new(seed: u64) -> Story {
        let it = Box::with(&format!(
            "[limits]\nper_minute = 60\nper_hour = 3000\nper_day = 100000\npeople_per_day = 10000\n\
             [[crew]]\nname = \"Ron\"\nnumber = \"{RON}\"\nrole = \"owner\"\n\
             [[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
        ));
        Story {
            it,
            dice: Dice(seed),
            people: [OWNER, RON, SAM].map(Person::new).into(),
            meant: BTreeMap::new(),
            counts: Counts::default(),
            serial: 0,
            log: VecDeque::new(),
        }
    }

    fn note(&mut self, what: String) {
        let line = format!("{} {what}", self.now_s());
        self.log.push_back(line);
        if self.log.len() > LOG_LINES {
            self.log.pop_front();
        }
    }

    fn now_s(&self) -> i64 {
        self.it.now.steady.0 / 1000
    }

    fn words(&mut self, what: &str) -> String {
        self.serial += 1;
        format!("{what} number {}", self.serial)
    }

    fn pick(&mut self, below: usize) -> usize {
        usize::try_from(self.dice.roll(below as u64)).unwrap()
    }

    /// The network takes what is queued; each text shows on its phone some seconds later.
    fn network(&mut self) {
        for sent in self.it.send() {
            if let Some(to) = index(&sent.to) {
                // The box's own words (text-backs, confirmations) are nobody's.
                if let Some(meant) = self.meant.get(&sent.text) {
                    let log = self.log.iter().cloned().collect::<Vec<_>>().join("\n");
                    assert_eq!(
                        *meant, to,
                        "misrouted: \"{}\" was for caller {meant}, {to} got it\n{log}",
                        sent.text
                    );
                    self.counts.arrived += 1;
                }
                continue;
            }
            self.note(format!("-> {}: {}", sent.to, sent.text));
            let shows = self.now_s() + i64::try_from(self.dice.range(DOWN_S)).unwrap();
            let person = self.people.iter_mut().find(|p| p.phone == sent.to).unwrap();
            person.coming.push((shows, sent.text));
        }
    }

    /// A second passes: texts reach the box, screens show what came.
    fn tick(&mut self) {
        self.it.wait_s(1);
        let now = self.now_s();
        for at in 0..self.people.len() {
            if self.people[at].writing.as_ref().is_some_and(|(due, ..)| *due <= now) {
                let (_, text, to) = self.people[at].writing.take().unwrap();
                self.note(format!("<- {}: {text} (for {to:?})", self.people[at].phone));
                self.it.text(self.people[at].phone, &text);
                if let Some(to) = to {
                    self.people[at].last = Some((to, now));
                }
            }
        }
        self.network();
        for person in &mut self.people {
            let (shown, coming) = std::mem::take(&mut person.coming)
                .into_iter()
                .partition(|(at, _)| *at <= now);
            person.coming = coming;
            let mut shown: Vec<(i64, String)> = shown;
            shown.sort();
            for (_, text) in shown {
                person.read(&text, now);
            }
        }
    }

    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.tick();
        }
    }

    /// Long times pass at once, when nobody is in the middle of something.
    fn long(&mut self, time: Duration) {
        self.pass(40);
        self.it.wait(time);
        self.network();
        self.pass(40);
    }

    /// Somebody looks at their phone and does what a person would.
    fn person(&mut self, at: usize) {
        let now = self.now_s();
        if self.people[at].writing.is_some() {
            return;
        }
        if let Some(question) = self.people[at].question.take() {
            self.answer_the_box(at, question);
            return;
        }
        // Whether the box asks back is waited for.
        if let Some((_, _, since)) = &self.people[at].open {
            if now - since < 45 {
                return;
            }
            self.people[at].open = None;
        }
        let person = &self.people[at];
        let mut fresh: Vec<usize> = Vec::new();
        for (about, read) in &person.news {
            if now - read < FRESH_S && !fresh.contains(about) {
                fresh.push(*about);
            }
        }
        let goes_on = person.last.filter(|(_, when)| now - when < GO_ON_S).map(|(to, _)| to);
        // Whom they answer: somebody they have just read of; else they go on; else anybody they know a number of.
        let untagged = match (fresh.as_slice(), goes_on) {
            ([], to) => to,
            (several, _) => Some(several[self.pick(several.len())]),
        };
        let (to, tag) = match untagged {
            Some(to) if self.dice.chance(60) => (to, None),
            Some(_) | None => {
                let known: Vec<(u16, usize)> = self.people[at].knows.iter().map(|(h, c)| (*h, *c)).collect();
                if known.is_empty() {
                    return;
                }
                let (handle, to) = known[self.pick(known.len())];
                (to, Some(handle))
            }
        };
        let words = self.words("answer");
        self.meant.insert(words.clone(), to);
        let text = match tag {
            Some(handle) => {
                self.counts.tagged += 1;
                let mark = ["", "#", "@"][self.pick(3)];
                format!("{mark}{handle} {words}")
            }
            None => {
                self.counts.untagged += 1;
                words.clone()
            }
        };
        self.write(at, text, Some(to));
        let person = &mut self.people[at];
        person.open = Some((to, words, person.writing.as_ref().unwrap().0));
    }

    fn write(&mut self, at: usize, text: String, to: Option<usize>) {
        // Whom they had read of and not answered by now, they answer with the number.
        self.people[at].news.clear();
        let takes = self.dice.range(TYPING_S) + self.dice.range(UP_S);
        let reaches = self.now_s() + i64::try_from(takes).unwrap();
        self.people[at].writing = Some((reaches, text, to));
    }

    fn answer_the_box(&mut self, at: usize, question: Question) {
        let Some((to, words, _)) = self.people[at].open.take() else {
            return;
        };
        if question != Question::WhoFor {
            self.people[at].last = None;
        }
        match question {
            Question::Refused => {
                self.counts.refused += 1;
                self.meant.remove(&words);
            }
            // They meant whoever had the number before.
            Question::ChangedHands => {
                self.counts.changed_hands += 1;
                self.meant.remove(&words);
                self.write(at, "No".to_owned(), None);
            }
            Question::WhoFor => {
                self.counts.who_for += 1;
                let handle = self.people[at]
                    .knows
                    .iter()
                    .find(|(_, known)| **known == to)
                    .map(|(h, _)| *h);
                match handle {
                    Some(handle) if self.dice.chance(85) => {
                        // That it went is believed when the box says so.
                        self.write(at, handle.to_string(), None);
                        let person = &mut self.people[at];
                        person.open = Some((to, words, person.writing.as_ref().unwrap().0));
                    }
                    Some(_) | None => {
                        self.meant.remove(&words);
                        self.write(at, "NO".to_owned(), None);
                    }
                }
            }
        }
    }
}

/// One story: some days of a busy number, then weeks later, when numbers have changed hands, some more.
fn story(seed: u64) -> Counts {
    let mut story = Story::new(seed);
    for act in 0..3 {
        for _ in 0..80 {
            match story.dice.roll(10) {
                0..=3 => {
                    let from = act * CALLERS + story.pick(CALLERS);
                    let words = story.words("question");
                    story.it.text(&caller(from), &words);
                    story.network();
                }
                4 => {
                    let from = act * CALLERS + story.pick(CALLERS);
                    story.it.missed_call(&caller(from));
                }
                _ => {
                    let at = story.pick(3);
                    story.person(at);
                }
            }
            let seconds = match story.dice.roll(8) {
                0..=5 => story.dice.range(1..=40),
                6 => story.dice.range(40..=200),
                _ => story.dice.range(200..=1500),
            };
            story.pass(seconds);
        }
        // The rest of the pool goes to others, who are forgotten about; three weeks later the numbers go round.
        for other in 0..75 {
            story
                .it
                .text(&caller(200 + act * 100 + other), &format!("Wrong number? {other}"));
            story.it.wait_s(2);
            story.it.send();
        }
        // Nobody is in the middle of anything then.
        for person in &mut story.people {
            *person = Person {
                knows: std::mem::take(&mut person.knows),
                ..Person::new(person.phone)
            };
        }
        story.long(Duration::from_secs(22 * 24 * 3600));
        for person in &mut story.people {
            person.news.clear();
        }
    }
    story.counts
}

#[test]
fn no_text_of_the_team_goes_to_anybody_it_was_not_meant_for() {
    let mut all = Counts::default();
    for seed in SEEDS {
        let counts = std::panic::catch_unwind(|| story(seed));
        let counts = counts.unwrap_or_else(|_| panic!("the story of seed {seed} has a text misrouted"));
        all.tagged += counts.tagged;
        all.untagged += counts.untagged;
        all.who_for += counts.who_for;
        all.changed_hands += counts.changed_hands;
        all.refused += counts.refused;
        all.arrived += counts.arrived;
    }
    let written = all.tagged + all.untagged;
    let asked = all.who_for + all.changed_hands;
    println!(
        "{written} texts by the team ({} without a number): {} reached whom they were meant for, 0 anybody else; \
         {}% without a question, of those without a number {}%; {} asked for whom, {} because a number changed hands, \
         {} refused in words",
        all.untagged,
        all.arrived,
        100 * (written - asked) / written,
        100 * (all.untagged.saturating_sub(all.who_for)) / all.untagged.max(1),
        all.who_for,
        all.changed_hands,
        all.refused,
    );
    assert!(written > 200 && all.untagged > 100, "a story worth the name: {all:?}");
    assert!(all.changed_hands > 2, "numbers do change hands: {all:?}");
    assert!(all.arrived * 5 > written * 2, "most of them arrive: {all:?}");
}
