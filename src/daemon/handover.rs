//! The network's time, handed to the system clock through a file.
//!
//! A Pi has no clock of its own: without internet it boots in the past, and so do its logs. The modem knows better, but the
//! daemon has no right to set the clock, nor should it: it writes what the network said to a file, and `textback set-clock`,
//! started by `textback-clock.path` with that single right, decides ([`decide`]) and sets it.

use crate::clock::{NOT_AFTER_MS, NOT_BEFORE_MS};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file's name in the unit's `RuntimeDirectory`.
const FILE: &str = "network-time";
/// Largest file that is read.
const FILE_OCTETS_MAX: u64 = 64;
/// The system clock is left alone when it is behind by less: the network's time has whole seconds.
pub const WORTH_IT: Duration = Duration::from_secs(2);
/// A time older than this, by the kernel's steady clock, is not used: something between us and the file hung.
pub const STALE: Duration = Duration::from_secs(15 * 60);
/// What the common time services leave behind while they have the clock in hand (timesyncd, chrony, ntpd).
const IN_BETTER_HANDS: [&str; 4] = [
    "/run/systemd/timesync/synchronized",
    "/run/chrony/chronyd.pid",
    "/run/chronyd.pid",
    "/run/ntpd.pid",
];

/// What the network said, and when that was by the kernel's clock since boot, which nobody can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub utc_ms: i64,
    /// `CLOCK_BOOTTIME`, milliseconds.
    pub boot_ms: i64,
}

/// Why the system clock was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeftAlone {
    #[error("a time service has the clock in hand")]
    InBetterHands,
    #[error("the clock is right, or ahead of the network's time: it is never set back")]
    NotBehind,
    #[error("the network's time is older than {} minutes", STALE.as_secs() / 60)]
    Stale,
    #[error("the network's time is out of range: the modem was never told the time")]
    Unbelievable,
}

/// The time to set, in UTC milliseconds. Only ever forward, only to a believable time, only when nothing better sets it.
///
/// # Errors
/// Why the clock is to be left alone.
pub fn decide(handed: Handed, boot_now_ms: i64, system_now_ms: i64, in_better_hands: bool) -> Result<i64, LeftAlone> {
    if in_better_hands {
        return Err(LeftAlone::InBetterHands);
    }
    if !(NOT_BEFORE_MS..NOT_AFTER_MS).contains(&handed.utc_ms) {
        return Err(LeftAlone::Unbelievable);
    }
    let age_ms = boot_now_ms.saturating_sub(handed.boot_ms);
    if !(0..=ms(STALE)).contains(&age_ms) {
        return Err(LeftAlone::Stale);
    }
    let network_now_ms = handed.utc_ms.saturating_add(age_ms);
    if network_now_ms.saturating_sub(system_now_ms) < ms(WORTH_IT) {
        return Err(LeftAlone::NotBehind);
    }
    Ok(network_now_ms)
}

/// Milliseconds of a duration.
fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds on `CLOCK_BOOTTIME`.
#[must_use]
pub fn boot_now_ms() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000)
}

/// True while a time service keeps the clock.
#[must_use]
pub fn in_better_hands() -> bool {
    IN_BETTER_HANDS.iter().any(|mark| Path::new(mark).exists())
}

/// Where the daemon leaves the network's time.
#[derive(Debug)]
pub struct Handover {
    /// None outside systemd: then nobody reads it.
    path: Option<PathBuf>,
}

impl Handover {
    /// Into the first folder of `$RUNTIME_DIRECTORY`, which systemd makes.
    #[must_use]
    pub fn from_systemd() -> Self {
        let folders = std::env::var("RUNTIME_DIRECTORY").unwrap_or_default();
        let folder = folders.split(':').next().filter(|folder| !folder.is_empty());
        Handover {
            path: folder.map(|folder| Path::new(folder).join(FILE)),
        }
    }

    /// Hands over what the network said just now, if the system clock is behind it. Failing is told, and harms nothing.
    pub fn network_time(&self, utc_ms: i64, system_now_ms: i64) {
        let Some(path) = &self.path else { return };
        let handed = Handed {
            utc_ms,
            boot_ms: boot_now_ms(),
        };
        if decide(handed, handed.boot_ms, system_now_ms, false).is_err() {
            return;
        }
        if let Err(error) = write(path, handed) {
            tracing::warn!(%error, "the network's time could not be handed over: the system clock stays behind");
        }
    }
}

fn write(path: &Path, handed: Handed) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{} {}", handed.utc_ms, handed.boot_ms)?;
    file.persist(path)?;
    Ok(())
}

/// Reads what the daemon left.
///
/// # Errors
/// If it can't be read or is not two numbers.
pub fn read(path: &Path) -> std::io::Result<Handed> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(FILE_OCTETS_MAX)
        .read_to_string(&mut text)?;
    let mut numbers = text.split_whitespace().map(str::parse::<i64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(utc_ms)), Some(Ok(boot_ms)), None) => Ok(Handed { utc_ms, boot_ms }),
        _ => Err(std::io::Error::other("it is not two numbers")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON_MS: i64 = 1_790_000_000_000;

    fn handed(utc_ms: i64) -> Handed {
        Handed {
            utc_ms,
            boot_ms: 50_000,
        }
    }

    #[test]
    fn a_clock_months_behind_is_set_to_the_networks_time_and_what_passed_since() {
        assert_eq!(decide(handed(NOON_MS), 53_000, 1_000, false), Ok(NOON_MS + 3_000));
    }

    #[test]
    fn the_clock_is_never_set_back_nor_taken_from_a_time_service() {
        assert_eq!(
            decide(handed(NOON_MS), 50_000, NOON_MS + 1, false),
            Err(LeftAlone::NotBehind)
        );
        assert_eq!(
            decide(handed(NOON_MS), 50_000, NOON_MS - 1_999, false),
            Err(LeftAlone::NotBehind)
        );
        assert_eq!(decide(handed(NOON_MS), 50_000, 0, true), Err(LeftAlone::InBetterHands));
    }

    #[test]
    fn what_no_network_would_say_is_not_believed() {
        for utc_ms in [0, 315_964_800_000, NOT_BEFORE_MS - 1, NOT_AFTER_MS, i64::MAX] {
            assert_eq!(
                decide(handed(utc_ms), 50_000, 0, false),
                Err(LeftAlone::Unbelievable),
                "{utc_ms}"
            );
        }
    }

    #[test]
    fn a_time_left_over_from_long_ago_or_from_another_boot_is_stale() {
        assert_eq!(
            decide(handed(NOON_MS), 50_001 + ms(STALE), 0, false),
            Err(LeftAlone::Stale)
        );
        assert_eq!(decide(handed(NOON_MS), 49_999, 0, false), Err(LeftAlone::Stale));
    }

    #[test]
    fn what_is_written_is_read_again_and_rubbish_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let handover = Handover {
            path: Some(folder.path().join(FILE)),
        };
        handover.network_time(NOON_MS, 0);
        let path = folder.path().join(FILE);
        assert_eq!(read(&path).unwrap().utc_ms, NOON_MS);
        for rubbish in ["", "1", "1 2 3", "a b", "1 -"] {
            std::fs::write(&path, rubbish).unwrap();
            assert!(read(&path).is_err(), "{rubbish:?}");
        }
    }

    #[test]
    fn nothing_is_handed_over_while_the_clock_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let handover = Handover {
            path: Some(folder.path().join(FILE)),
        };
        handover.network_time(NOON_MS, NOON_MS);
        assert!(!folder.path().join(FILE).exists());
    }
}
