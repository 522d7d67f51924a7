//! The TPDUs of 3GPP TS 23.040 as the service centre sees them: SUBMIT is read, DELIVER and STATUS-REPORT are written.

use super::address::{read_address, write_address};
use super::number::Number;
use super::octets::Unreadable;
pub use super::user_data::{Alphabet, Concat, UserData, alphabet, segments};

/// SMS-SUBMIT (§9.2.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    pub first_octet: u8,
    pub reference: u8,
    pub destination: Number,
    pub pid: u8,
    /// TP-UDL as it came.
    pub length: u8,
    pub user_data: UserData,
    /// TP-DA as it came, for the report.
    address: Vec<u8>,
}

/// SMS-DELIVER (§9.2.2.1) or SMS-STATUS-REPORT (§9.2.2.3) as text mode shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    Deliver {
        first_octet: u8,
        from: Number,
        pid: u8,
        stamp: [u8; 7],
        user_data: UserData,
    },
    Report {
        first_octet: u8,
        reference: u8,
        to: Number,
        stamp: [u8; 7],
        discharge: [u8; 7],
        status: u8,
    },
}

impl Submit {
    /// True if a status report is asked for (TP-SRR).
    #[must_use]
    pub fn wants_report(&self) -> bool {
        self.first_octet & 0x20 != 0
    }

    /// Writes one from text mode's parts (TS 27.005 §3.1, +CSMP).
    #[must_use]
    pub fn write(first_octet: u8, to: &Number, pid: u8, validity: Option<u8>, user_data: &UserData) -> Vec<u8> {
        let fo = (first_octet & !0x1B) | 0x01 | if validity.is_some() { 0x10 } else { 0 };
        let mut out = vec![fo, 0];
        write_address(&mut out, to);
        out.extend([pid, user_data.dcs]);
        out.extend(validity);
        user_data.write(&mut out);
        out
    }

    /// Reads an SMS-SUBMIT to its last octet.
    ///
    /// # Errors
    /// The field that is not as §9.2.2.2 says.
    pub fn read(tpdu: &[u8]) -> Result<Self, Unreadable> {
        let &[first_octet, reference, ref rest @ ..] = tpdu else {
            return Err(Unreadable("TP-MR"));
        };
        if first_octet & 3 != 1 {
            return Err(Unreadable("TP-MTI"));
        }
        let (destination, address, rest) = read_address(rest)?;
        let &[pid, dcs, ref rest @ ..] = rest else {
            return Err(Unreadable("TP-PID"));
        };
        let validity = match (first_octet >> 3) & 3 {
            0 => 0,
            2 => 1,
            _ => 7,
        };
        let rest = rest.get(validity..).ok_or(Unreadable("TP-VP"))?;
        let (&length, octets) = rest.split_first().ok_or(Unreadable("TP-UDL"))?;
        let user_data = UserData::read(octets, length, dcs, first_octet & 0x40 != 0)?;
        Ok(Submit {
            first_octet,
            reference,
            destination,
            pid,
            length,
            user_data,
            address,
        })
    }

    /// The same message to somebody else (`+CMSS=<index>,<da>`, TS 27.005 §3.5.2).
    #[must_use]
    pub fn readdressed(tpdu: &[u8], to: &Number) -> Option<Vec<u8>> {
        let address = 2 + usize::from(*tpdu.get(2)?).div_ceil(2);
        let mut out = tpdu.get(..2)?.to_vec();
        write_address(&mut out, to);
        out.extend_from_slice(tpdu.get(2 + address..)?);
        Some(out)
    }

    /// The report on this message, with status octet of §9.2.3.15.
    #[must_use]
    pub fn report(&self, reference: u8, submitted: [u8; 7], discharged: [u8; 7], status: u8) -> Vec<u8> {
        let mut out = vec![0x06, reference];
        out.extend_from_slice(&self.address);
        out.extend(submitted);
        out.extend(discharged);
        out.push(status);
        out
    }
}

/// Writes an SMS-DELIVER.
#[must_use]
pub fn deliver(from: &Number, stamp: [u8; 7], user_data: &UserData) -> Vec<u8> {
    // TP-MMS set: no more messages waiting; TP-UDHI when there is a header.
    let mut out = vec![if user_data.header.is_empty() { 0x04 } else { 0x44 }];
    write_address(&mut out, from);
    out.extend([0, user_data.dcs]);
    out.extend(stamp);
    user_data.write(&mut out);
    out
}

/// Writes an SMS-COMMAND without data (§9.2.2.4).
#[must_use]
pub fn command(first_octet: u8, kind: u8, to: &Number) -> Vec<u8> {
    let mut out = vec![(first_octet & !3) | 2, 0, 0, kind, 0];
    write_address(&mut out, to);
    out.push(0);
    out
}

impl Received {
    /// Reads what a modem has in store.
    ///
    /// # Errors
    /// The field that is not as §9.2.2 says.
    pub fn read(tpdu: &[u8]) -> Result<Self, Unreadable> {
        let (&first_octet, rest) = tpdu.split_first().ok_or(Unreadable("TP-MTI"))?;
        if first_octet & 3 == 2 {
            let (&reference, rest) = rest.split_first().ok_or(Unreadable("TP-MR"))?;
            let (to, _, rest) = read_address(rest)?;
            let stamp = seven(rest)?;
            let discharge = seven(&rest[7..])?;
            let status = *rest.get(14).ok_or(Unreadable("TP-ST"))?;
            return Ok(Received::Report {
                first_octet,
                reference,
                to,
                stamp,
                discharge,
                status,
            });
        }
        let (from, _, rest) = read_address(rest)?;
        let &[pid, dcs, ref rest @ ..] = rest else {
            return Err(Unreadable("TP-PID"));
        };
        let stamp = seven(rest)?;
        let (&length, octets) = rest[7..].split_first().ok_or(Unreadable("TP-UDL"))?;
        let user_data = UserData::read(octets, length, dcs, first_octet & 0x40 != 0)?;
        Ok(Received::Deliver {
            first_octet,
            from,
            pid,
            stamp,
            user_data,
        })
    }
}

fn seven(octets: &[u8]) -> Result<[u8; 7], Unreadable> {
    octets
        .get(..7)
        .and_then(|s| s.try_into().ok())
        .ok_or(Unreadable("TP-SCTS"))
}

/// A time stamp of §9.2.3.11 from civil time: year to second, and quarter hours from UTC.
#[must_use]
pub fn stamp(civil: [u8; 6], quarters: i8) -> [u8; 7] {
    let swapped = |v: u8| ((v % 10) << 4) | ((v / 10) % 10);
    let sign = if quarters < 0 { 0x08 } else { 0 };
    let [year, month, day, hour, minute, second] = civil.map(swapped);
    [
        year,
        month,
        day,
        hour,
        minute,
        second,
        swapped(quarters.unsigned_abs()) | sign,
    ]
}

/// A time stamp as text mode prints it: `yy/MM/dd,hh:mm:ss±zz` (TS 27.005 §3.1).
#[must_use]
pub fn stamp_text(stamp: [u8; 7]) -> String {
    let two = |o: u8| format!("{}{}", o & 0xF, o >> 4);
    let [y, mo, d, h, mi, s, z] = stamp;
    let sign = if z & 0x08 == 0 { '+' } else { '-' };
    format!(
        "{}/{}/{},{}:{}:{}{sign}{}",
        two(y),
        two(mo),
        two(d),
        two(h),
        two(mi),
        two(s),
        two(z & !0x08)
    )
}

#[cfg(test)]
mod tests {
    use super::super::octets::unhex;
    use super::*;

    #[test]
    fn a_submit_from_the_field_is_read() {
        let tpdu = unhex(b"31000B916407281553F80000AA0AE8329BFD4697D9EC37").unwrap_or_default();
        let submit = Submit::read(&tpdu).map(|s| (s.destination.to_string(), s.user_data.text(), s.wants_report()));
        assert_eq!(submit, Ok(("+46708251358".into(), "hellohello".into(), true)));
    }

    #[test]
    fn a_long_text_is_cut_and_every_part_reads_back() {
        for text in ["x€".repeat(120), "Ж😀".repeat(90)] {
            let parts = segments(&text, 7);
            assert!(parts.len() > 1);
            let mut whole = String::new();
            for part in &parts {
                let tpdu = deliver(&"+15125550101".into(), stamp([26, 1, 2, 3, 4, 5], -24), part);
                assert!(tpdu.len() <= 160);
                let Ok(Received::Deliver { user_data, stamp, .. }) = Received::read(&tpdu) else {
                    panic!("unreadable")
                };
                assert_eq!(&user_data, part);
                assert_eq!(stamp_text(stamp), "26/01/02,03:04:05-24");
                whole.push_str(&user_data.text());
            }
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn cut_short_anywhere_a_submit_is_refused_not_a_panic() {
        let parts = segments(&"a long text ".repeat(20), 9);
        let tpdu = Submit::write(0x71, &"+46708251358".into(), 0, Some(170), &parts[0]);
        assert_eq!(Submit::read(&tpdu).map(|s| s.user_data), Ok(parts[0].clone()));
        for end in 0..tpdu.len() {
            assert!(Submit::read(&tpdu[..end]).is_err(), "{end}");
        }
    }
}
