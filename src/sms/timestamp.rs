//! TP-SCTS, TP-DT and absolute validity: seven octets of swapped digits. 3GPP TS 23.040 §9.2.3.11.

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Two-digit years from here on are of the last century: the first short message was sent in 1992.
const FIRST_YEAR_OF_1900S: i16 = 90;
/// The sign of the zone: bit 3 of the octet, so that the tens digit has three bits.
const ZONE_SIGN: u8 = 0x08;
/// Seconds in the zone's unit.
const QUARTER_HOUR_S: i32 = 15 * 60;

/// A service centre time stamp as it came. Octets that make no time are kept too: a clock gone wrong somewhere must not
/// cost a text, so asking for the time gives `None` instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp(pub [u8; 7]);

impl Timestamp {
    /// The time `utc_ms` (milliseconds since 1970, UTC) shown at `offset_s` seconds east of Greenwich, to the second and
    /// the quarter hour. `None` outside 1990–2089 or beyond 79 quarter hours.
    #[must_use]
    pub fn from_utc(utc_ms: i64, offset_s: i32) -> Option<Timestamp> {
        let quarters = offset_s / QUARTER_HOUR_S;
        let offset = Offset::from_seconds(quarters * QUARTER_HOUR_S).ok()?;
        let local = offset.to_datetime(Instant::from_millisecond(utc_ms).ok()?);
        if !(1990..2090).contains(&local.year()) || quarters.abs() > 79 {
            return None;
        }
        let sign = if quarters < 0 { ZONE_SIGN } else { 0 };
        let year = local.year() % 100;
        Some(Timestamp([
            swapped(year.unsigned_abs()),
            swapped(local.month().unsigned_abs().into()),
            swapped(local.day().unsigned_abs().into()),
            swapped(local.hour().unsigned_abs().into()),
            swapped(local.minute().unsigned_abs().into()),
            swapped(local.second().unsigned_abs().into()),
            swapped(u16::try_from(quarters.unsigned_abs()).ok()?) | sign,
        ]))
    }

    /// Local time and its offset, if the octets are digits that make a date.
    fn civil(self) -> Option<(DateTime, Offset)> {
        let [year, month, day, hour, minute, second, zone] = self.0;
        let year = i16::from(number(year)?);
        let year = if year >= FIRST_YEAR_OF_1900S {
            1900 + year
        } else {
            2000 + year
        };
        let local = DateTime::new(
            year,
            number(month)?,
            number(day)?,
            number(hour)?,
            number(minute)?,
            number(second)?,
            0,
        )
        .ok()?;
        let quarters = i32::from(number(zone & !ZONE_SIGN)?);
        let quarters = if zone & ZONE_SIGN != 0 { -quarters } else { quarters };
        Some((local, Offset::from_seconds(quarters * QUARTER_HOUR_S).ok()?))
    }

    /// Whether the octets make a time.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.utc_ms().is_some()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn utc_ms(self) -> Option<i64> {
        let (local, offset) = self.civil()?;
        Some(offset.to_timestamp(local).ok()?.as_millisecond())
    }

    /// Local time minus UTC, in seconds.
    #[must_use]
    pub fn offset_s(self) -> Option<i32> {
        Some(self.civil()?.1.seconds())
    }

    /// `2011-02-28T11:50:50-05:00`.
    #[must_use]
    pub fn rfc3339(self) -> Option<String> {
        let (local, offset) = self.civil()?;
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        // jiff's Display of a civil date-time is the RFC 3339 one, without fraction for whole seconds.
        Some(format!("{local}{sign}{hours:02}:{minutes:02}"))
    }
}

/// Two swapped semi-octets as a number; `None` if one is no digit.
fn number(octet: u8) -> Option<i8> {
    let (tens, ones) = (octet & 0x0F, octet >> 4);
    if tens > 9 || ones > 9 {
        return None;
    }
    i8::try_from(tens * 10 + ones).ok()
}

fn swapped(number: u16) -> u8 {
    // At most 99, so both digits fit in their semi-octet.
    ((number / 10 % 10) | (number % 10) << 4) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_on_both_sides_of_greenwich_are_read_and_written() {
        let table = [
            ([0x11, 0x20, 0x82, 0x11, 0x05, 0x05, 0x0A], "2011-02-28T11:50:50-05:00"),
            ([0x21, 0x11, 0x71, 0x41, 0x01, 0x24, 0x80], "2012-11-17T14:10:42+02:00"),
            ([0x32, 0x10, 0x10, 0x00, 0x00, 0x00, 0x22], "2023-01-01T00:00:00+05:30"),
            ([0x32, 0x10, 0x10, 0x00, 0x00, 0x00, 0x69], "2023-01-01T00:00:00-04:00"),
            ([0x32, 0x10, 0x10, 0x00, 0x00, 0x00, 0x32], "2023-01-01T00:00:00+05:45"),
            ([0x99, 0x21, 0x13, 0x32, 0x95, 0x95, 0x00], "1999-12-31T23:59:59+00:00"),
        ];
        for (octets, text) in table {
            let stamp = Timestamp(octets);
            assert_eq!(stamp.rfc3339().as_deref(), Some(text));
            let again = Timestamp::from_utc(stamp.utc_ms().unwrap(), stamp.offset_s().unwrap());
            assert_eq!(again, Some(stamp));
        }
    }

    #[test]
    fn utc_is_local_less_the_offset() {
        let stamp = Timestamp([0x11, 0x20, 0x82, 0x11, 0x05, 0x05, 0x0A]);
        assert_eq!(
            (stamp.utc_ms(), stamp.offset_s()),
            (Some(1_298_911_850_000), Some(-18_000))
        );
    }

    #[test]
    fn what_makes_no_time_is_none_not_an_error() {
        for octets in [
            [0xFF; 7],
            [0; 7],
            [0x11, 0x20, 0x03, 0, 0, 0, 0],
            [0x11, 0x20, 0x82, 0x52, 0, 0, 0],
        ] {
            assert!(!Timestamp(octets).is_valid(), "{octets:X?}");
            assert_eq!(Timestamp(octets).rfc3339(), None);
        }
        assert_eq!(Timestamp::from_utc(i64::MAX, 0), None);
        assert_eq!(Timestamp::from_utc(0, 0), None);
        assert_eq!(Timestamp::from_utc(1_298_911_850_000, i32::MIN), None);
    }
}
