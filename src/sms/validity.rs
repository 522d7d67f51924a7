//! TP-Validity-Period: how long the service centre keeps trying. 3GPP TS 23.040 §9.2.3.12.

use super::octets::Octets;
use super::{PduError, Timestamp};
use std::time::Duration;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
const WEEK_S: u64 = 7 * DAY_S;

/// The four formats of TP-VPF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Validity {
    /// Not given: the service centre's own.
    #[default]
    None,
    /// One octet on a scale from 5 minutes to 63 weeks.
    Relative(u8),
    /// Seven octets with an indicator of their own (§9.2.3.12.3), as they came.
    Enhanced([u8; 7]),
    /// Until then.
    Absolute(Timestamp),
}

impl Validity {
    /// The shortest relative period not shorter than `period`; 63 weeks at most (§9.2.3.12.1).
    #[must_use]
    pub fn at_least(period: Duration) -> Validity {
        let step = (0..=u8::MAX).find(|step| relative(*step) >= period);
        Validity::Relative(step.unwrap_or(u8::MAX))
    }

    /// How long a relative period is; `None` for the other formats.
    #[must_use]
    pub fn period(self) -> Option<Duration> {
        match self {
            Validity::Relative(step) => Some(relative(step)),
            Validity::None | Validity::Enhanced(_) | Validity::Absolute(_) => None,
        }
    }

    /// TP-VPF in bits 4..3 of the first octet (§9.2.3.3).
    pub(super) fn format_bits(self) -> u8 {
        match self {
            Validity::None => 0b00 << 3,
            Validity::Enhanced(_) => 0b01 << 3,
            Validity::Relative(_) => 0b10 << 3,
            Validity::Absolute(_) => 0b11 << 3,
        }
    }

    pub(super) fn read(octets: &mut Octets<'_>, first_octet: u8) -> Result<Validity, PduError> {
        Ok(match first_octet >> 3 & 0b11 {
            0b00 => Validity::None,
            0b01 => Validity::Enhanced(octets.array("TP-VP")?),
            0b10 => Validity::Relative(octets.one("TP-VP")?),
            _ => Validity::Absolute(Timestamp(octets.array("TP-VP")?)),
        })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Validity::None => {}
            Validity::Relative(step) => out.push(step),
            Validity::Enhanced(octets) | Validity::Absolute(Timestamp(octets)) => out.extend_from_slice(&octets),
        }
    }
}

/// The scale of §9.2.3.12.1.
fn relative(step: u8) -> Duration {
    let n = u64::from(step);
    Duration::from_secs(match step {
        0..=143 => (n + 1) * 5 * MINUTE_S,
        144..=167 => 12 * HOUR_S + (n - 143) * 30 * MINUTE_S,
        168..=196 => (n - 166) * DAY_S,
        197..=255 => (n - 192) * WEEK_S,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_the_standards() {
        let table = [
            (0, 5 * MINUTE_S),
            (143, 12 * HOUR_S),
            (144, 12 * HOUR_S + 30 * MINUTE_S),
            (167, 24 * HOUR_S),
            (168, 2 * DAY_S),
            (196, 30 * DAY_S),
            (197, 5 * WEEK_S),
            (255, 63 * WEEK_S),
        ];
        for (step, seconds) in table {
            assert_eq!(relative(step).as_secs(), seconds);
            assert_eq!(
                Validity::at_least(Duration::from_secs(seconds)),
                Validity::Relative(step)
            );
        }
    }

    #[test]
    fn a_period_between_two_steps_is_not_cut_short() {
        assert_eq!(
            Validity::at_least(Duration::from_secs(HOUR_S + 1)),
            Validity::Relative(12)
        );
        assert_eq!(Validity::at_least(Duration::MAX), Validity::Relative(255));
        assert_eq!(Validity::at_least(Duration::ZERO), Validity::Relative(0));
    }
}
