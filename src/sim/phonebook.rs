//! The phonebook: TS 27.007 §8.11–8.14.

use super::command_line::{Argument, Command, Form};
use super::modem::Modem;
use super::number::Number;
use super::reply::{Answer, FinalResult, bad_parameter, cme, line};
use std::collections::BTreeMap;

/// Longest number, and longest name in characters, of an entry (`<nlength>`, `<tlength>`).
const MAX_NUMBER: usize = 40;
const MAX_NAME: usize = 14;
/// The books: name, entries, whether a client may write there. Of the lists of calls only that of missed ones
/// is filled.
const BOOKS: [(&str, u32, bool); 6] = [
    ("SM", 250, true),
    ("ME", 100, true),
    ("ON", 2, true),
    ("DC", 20, false),
    ("MC", 20, false),
    ("RC", 20, false),
];

/// Missed calls in [`BOOKS`].
const MISSED: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    number: Number,
    kind: u32,
    name: String,
}

/// All books, and the one `+CPBS` has chosen.
#[derive(Debug)]
pub(super) struct Phonebook {
    entries: BTreeMap<(usize, u32), Entry>,
    chosen: usize,
}

impl Phonebook {
    pub(super) fn new(own: &Number) -> Self {
        let entry = Entry {
            number: own.clone(),
            kind: own.type_of_address().into(),
            name: String::new(),
        };
        Phonebook {
            entries: BTreeMap::from([((2, 1), entry)]),
            chosen: 0,
        }
    }

    /// The SIM's book, as after a restart.
    pub(super) fn choose_default(&mut self) {
        self.chosen = 0;
    }

    /// A call nobody took: the newest stands first, the oldest goes when the book is full.
    pub(super) fn remember_missed(&mut self, number: &Number) {
        for index in (1..BOOKS[MISSED].1).rev() {
            if let Some(entry) = self.entries.remove(&(MISSED, index)) {
                self.entries.insert((MISSED, index + 1), entry);
            }
        }
        let entry = Entry {
            number: number.clone(),
            kind: number.type_of_address().into(),
            name: String::new(),
        };
        self.entries.insert((MISSED, 1), entry);
    }

    fn used(&self) -> usize {
        self.entries.keys().filter(|(book, _)| *book == self.chosen).count()
    }

    fn size(&self) -> u32 {
        BOOKS[self.chosen].1
    }
}

fn number(arguments: &[Argument], place: usize) -> Option<u32> {
    arguments.get(place).and_then(Argument::number)
}

impl Modem {
    pub(super) fn phonebook_command(&mut self, command: &Command) -> Option<Answer> {
        let Command::Extended { name, form } = command else {
            return None;
        };
        if !matches!(name.as_str(), "+CPBS" | "+CPBR" | "+CPBF" | "+CPBW") {
            return None;
        }
        if self.pin.needed && *form != Form::Test {
            return cme(11);
        }
        let size = self.phonebook.size();
        match (name.as_str(), form) {
            ("+CPBS", Form::Test) => line(format!("+CPBS: ({})", BOOKS.map(|b| format!("\"{}\"", b.0)).join(","))),
            ("+CPBS", Form::Read) => {
                let book = BOOKS[self.phonebook.chosen].0;
                line(format!("+CPBS: \"{book}\",{},{size}", self.phonebook.used()))
            }
            ("+CPBS", Form::Set(arguments)) => match BOOKS.iter().position(|b| b.0 == arguments[0].text) {
                Some(book) => {
                    self.phonebook.chosen = book;
                    Some(Answer::Ok)
                }
                None => bad_parameter(),
            },
            ("+CPBR", Form::Test) => line(format!("+CPBR: (1-{size}),{MAX_NUMBER},{MAX_NAME}")),
            ("+CPBR", Form::Set(arguments)) => {
                let Some(first) = number(arguments, 0) else {
                    return bad_parameter();
                };
                let last = number(arguments, 1).unwrap_or(first);
                if first < 1 || last > size {
                    return cme(21);
                }
                self.entries("+CPBR", |index, _| (first..=last).contains(&index))
            }
            ("+CPBF", Form::Test) => line(format!("+CPBF: {MAX_NUMBER},{MAX_NAME}")),
            ("+CPBF", Form::Set(arguments)) => {
                let Some(wanted) = self.charset.read_argument(&arguments[0].text) else {
                    return bad_parameter();
                };
                let wanted = wanted.to_lowercase();
                self.entries("+CPBF", |_, entry| entry.name.to_lowercase().starts_with(&wanted))
            }
            ("+CPBW", Form::Test) => line(format!("+CPBW: (1-{size}),{MAX_NUMBER},(129,145,161),{MAX_NAME}")),
            ("+CPBW", Form::Set(arguments)) => self.write_entry(arguments),
            (_, _) => Some(Answer::Final(FinalResult::Error)),
        }
    }

    fn entries(&self, name: &str, wanted: impl Fn(u32, &Entry) -> bool) -> Option<Answer> {
        let book = self.phonebook.chosen;
        let rows = self
            .phonebook
            .entries
            .range((book, 0)..(book + 1, 0))
            .filter(|((_, index), entry)| wanted(*index, entry))
            .map(
                |(
                    (_, index),
                    Entry {
                        number,
                        kind,
                        name: text,
                    },
                )| { format!("{name}: {index},\"{number}\",{kind},\"{}\"", self.charset.write(text)) },
            )
            .collect::<Vec<_>>();
        Some(if rows.is_empty() {
            Answer::Ok
        } else {
            Answer::Lines(rows)
        })
    }

    /// `+CPBW=[<index>][,<number>[,<type>[,<text>]]]`: without a number the entry goes, without an index the first free
    /// place is taken.
    fn write_entry(&mut self, arguments: &[Argument]) -> Option<Answer> {
        let (book, size) = (self.phonebook.chosen, self.phonebook.size());
        if !BOOKS[book].2 {
            return cme(3);
        }
        let free = (1..=size).find(|index| !self.phonebook.entries.contains_key(&(book, *index)));
        let index = if arguments[0].is_absent() {
            free
        } else {
            number(arguments, 0)
        };
        let Some(index) = index else { return cme(20) };
        if !(1..=size).contains(&index) {
            return cme(21);
        }
        let Some(digits) = arguments.get(1).filter(|a| !a.is_absent()) else {
            self.phonebook.entries.remove(&(book, index));
            return Some(Answer::Ok);
        };
        let number_given = Number::new(&digits.text);
        let text = arguments.get(3).map_or("", |a| a.text.as_str());
        let Some(name) = self.charset.read_argument(text) else {
            return bad_parameter();
        };
        if number_given.as_str().len() > MAX_NUMBER {
            return cme(26);
        }
        if name.chars().count() > MAX_NAME {
            return cme(24);
        }
        let kind = number(arguments, 2).unwrap_or_else(|| number_given.type_of_address().into());
        let number = if kind == 145 {
            number_given.international()
        } else {
            number_given
        };
        self.phonebook
            .entries
            .insert((book, index), Entry { number, kind, name });
        Some(Answer::Ok)
    }
}
