//! When something goes wrong, the flight recorder's ring becomes a file beside the database: few, small, whole or not there.

use crate::at::trace::{Direction, render};
use crate::config::Config;
use crate::flight::{Recorder, Secrets};
use crate::modem::{Condition, Event, SubmitOutcome};
use crate::phone::Country;
use crate::sms;
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Recordings kept; the oldest goes when there is one more. With [`crate::flight::RECORD_OCTETS_MAX`] that is some 2 MB.
pub const FILES_MAX: usize = 10;
/// Trouble of one kind is written down again after this long: a box in lasting trouble must not wear out its card.
const AGAIN: Duration = Duration::from_secs(3600);
/// What stands between the database's name and the time.
const MARK: &str = ".flight-";

/// What makes a recording worth keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The recovery ladder climbed past asking again.
    Ladder,
    /// A text came that nobody can read.
    Undecodable,
    /// A text may or may not have gone.
    InDoubt,
    /// The modem talks without end.
    Storm,
    /// The daemon itself failed.
    Panic,
}

impl Trouble {
    const ALL: [Trouble; 5] = [
        Trouble::Ladder,
        Trouble::Undecodable,
        Trouble::InDoubt,
        Trouble::Storm,
        Trouble::Panic,
    ];

    /// For the file's name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Trouble::Ladder => "ladder",
            Trouble::Undecodable => "undecodable",
            Trouble::InDoubt => "in-doubt",
            Trouble::Storm => "storm",
            Trouble::Panic => "panic",
        }
    }

    /// What an event of the modem's is a sign of.
    fn of(event: &Event) -> Option<Trouble> {
        match event {
            // Asking once more is everyday; what comes after is not.
            Event::Condition(Condition::Mute { rung }) if *rung != "escape" => Some(Trouble::Ladder),
            Event::Received(received) if !received.hex || sms::decode(&received.pdu).is_err() => {
                Some(Trouble::Undecodable)
            }
            Event::Submitted {
                outcome: SubmitOutcome::Unknown { .. },
                ..
            } => Some(Trouble::InDoubt),
            _ => None,
        }
    }
}

/// The ring, and where it is written.
#[derive(Debug)]
pub(super) struct Flight {
    recorder: Recorder,
    secrets: Secrets,
    database: PathBuf,
    owner: Option<String>,
    country: Option<Country>,
    topology: &'static str,
    /// When each kind of trouble was last written, in the order of [`Trouble::ALL`].
    written: [Option<Instant>; Trouble::ALL.len()],
    /// Wall time and offset, as of the last note.
    wall: (i64, i32),
}

impl Flight {
    pub(super) fn new(config: &Config) -> Self {
        // The standard library's per-process hash keys: random, and never written anywhere.
        let key = std::collections::hash_map::RandomState::new().build_hasher().finish();
        Flight {
            recorder: Recorder::new(key),
            secrets: Secrets::default(),
            database: config.store.clone(),
            owner: config.owner.as_ref().map(|number| number.e164().to_owned()),
            country: config.country,
            topology: config.topology.word(),
            written: [None; Trouble::ALL.len()],
            wall: (0, 0),
        }
    }

    pub(super) fn heard(&mut self, octets: &[u8], at: Instant) {
        log(Direction::FromModem, || self.secrets.heard(octets));
        self.recorder.heard(octets, at);
        if self.recorder.storm() {
            self.keep(Trouble::Storm, at);
        }
    }

    pub(super) fn said(&mut self, octets: &[u8], at: Instant) {
        log(Direction::ToModem, || self.secrets.said(octets));
        self.recorder.said(octets, at);
    }

    pub(super) fn port_opened(&mut self, at: Instant) {
        self.recorder.port_opened(at);
    }

    pub(super) fn port_lost(&mut self, at: Instant) {
        self.recorder.port_lost(at);
    }

    /// Looks at what the modem layer made of it all.
    pub(super) fn note(&mut self, event: &Event, at: Instant, wall: (i64, i32)) {
        self.wall = wall;
        if let Event::Identity(identity) = event {
            self.recorder.modem_is(&identity.manufacturer, &identity.model);
            let of_sim = identity.imsi.as_deref().and_then(Country::from_imsi);
            self.country = self.country.or(of_sim);
        }
        if let Some(trouble) = Trouble::of(event) {
            self.keep(trouble, at);
        }
    }

    /// Writes the ring on a thread of its own: a slow card must not hold up the modem.
    fn keep(&mut self, trouble: Trouble, at: Instant) {
        let Some(slot) = Trouble::ALL.iter().position(|kind| *kind == trouble) else {
            return;
        };
        let lately = self.written[slot].is_some_and(|written| at.saturating_duration_since(written) < AGAIN);
        if lately {
            return;
        }
        self.written[slot] = Some(at);
        let (database, file, utc_ms) = (self.database.clone(), self.file(trouble), self.wall.0);
        let spawned = std::thread::Builder::new()
            .name("flight".to_owned())
            .spawn(move || report(trouble, write(&database, trouble, utc_ms, &file)));
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to write the flight recording");
        }
    }

    fn file(&self, trouble: Trouble) -> String {
        let masked = self.owner.as_deref().map(|owner| self.recorder.masked_number(owner));
        let mut head = vec![
            ("utc", self.wall.0.to_string()),
            ("offset", self.wall.1.to_string()),
            ("topology", self.topology.to_owned()),
        ];
        head.extend(self.country.map(|country| ("country", country.iso().to_owned())));
        head.extend(masked.map(|owner| ("owner", owner)));
        let why = format!("{}, textback {}", trouble.word(), env!("CARGO_PKG_VERSION"));
        self.recorder.file(&why, &head)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if std::thread::panicking() {
            report(
                Trouble::Panic,
                write(&self.database, Trouble::Panic, self.wall.0, &self.file(Trouble::Panic)),
            );
        }
    }
}

/// The serial traffic, chunk by chunk as it came, for whoever asks for it by the level; numbers and texts are in it, a PIN is not.
fn log(direction: Direction, octets: impl FnOnce() -> Vec<u8>) {
    tracing::trace!("{}", render(direction, &octets()));
}

fn report(trouble: Trouble, written: std::io::Result<PathBuf>) {
    match written {
        Ok(path) => tracing::warn!(why = trouble.word(), file = %path.display(), "flight recording kept"),
        Err(error) => tracing::warn!(why = trouble.word(), %error, "flight recording not kept"),
    }
}

/// Writes a recording beside the database, whole or not at all, and removes the oldest past [`FILES_MAX`].
fn write(database: &Path, trouble: Trouble, utc_ms: i64, text: &str) -> std::io::Result<PathBuf> {
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = format!("{}{MARK}", database.file_stem().unwrap_or_default().to_string_lossy());
    let time = jiff::Timestamp::from_millisecond(utc_ms).unwrap_or_default();
    let name = format!("{prefix}{}-{}.txt", time.strftime("%Y%m%dT%H%M%SZ"), trouble.word());
    // The temporary file has another name until it is whole and on the disk.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let path = folder.join(name);
    file.persist(&path).map_err(|error| error.error)?;
    let mut kept: Vec<PathBuf> = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        })
        .collect();
    // Names begin with the time, so they sort by age.
    kept.sort();
    for old in kept.iter().take(kept.len().saturating_sub(FILES_MAX)) {
        std::fs::remove_file(old)?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OutboxId, SlotToken};
    use crate::modem::Received;

    fn flight(folder: &Path) -> Flight {
        let text = format!(
            "company = \"Hill\"\nowner = \"+15125550100\"\n[store]\npath = \"{}/textback.db\"\n",
            folder.display()
        );
        Flight::new(&Config::parse(&text).unwrap())
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_few_and_the_newest_stay() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("textback.db");
        for n in 0..25 {
            write(&database, Trouble::Ladder, 1_767_722_400_000 + n * 1000, "x").unwrap();
        }
        let names = files(folder.path());
        assert_eq!(names.len(), FILES_MAX);
        assert_eq!(names.last().unwrap(), "textback.flight-20260106T180024Z-ladder.txt");
    }

    #[test]
    fn each_kind_of_trouble_is_seen_and_everyday_is_not() {
        let unreadable = Event::Received(Received {
            token: SlotToken(1),
            pdu: vec![0x0C],
            hex: true,
            swept: false,
        });
        let unknown = SubmitOutcome::Unknown { why: String::new() };
        for (event, trouble) in [
            (unreadable, Some(Trouble::Undecodable)),
            (
                Event::Submitted {
                    outbox: OutboxId(1),
                    outcome: unknown,
                },
                Some(Trouble::InDoubt),
            ),
            (
                Event::Condition(Condition::Mute { rung: "reset" }),
                Some(Trouble::Ladder),
            ),
            (Event::Condition(Condition::Mute { rung: "escape" }), None),
            (Event::ReadyToSubmit, None),
        ] {
            assert_eq!(Trouble::of(&event), trouble, "{event:?}");
        }
    }

    #[test]
    fn a_panic_leaves_a_recording_without_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let mut flight = flight(folder.path());
        flight.wall = (1_767_722_400_000, 0);
        flight.heard(b"\r\n+CLIP: \"+15125551234\",145\r\n", Instant::now());
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _flight = flight;
            panic!("on purpose");
        }));
        assert!(result.is_err());
        let names = files(folder.path());
        assert_eq!(names, ["textback.flight-20260106T180000Z-panic.txt"]);
        let text = std::fs::read_to_string(folder.path().join(&names[0])).unwrap();
        assert!(
            text.contains("+CLIP: \"+15125") && !text.contains("551234") && !text.contains("550100"),
            "{text}"
        );
    }
}
