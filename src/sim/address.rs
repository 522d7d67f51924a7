//! Addresses in a TPDU, 3GPP TS 23.040 §9.1.2.5.

use super::gsm7;
use super::number::Number;
use super::octets::Unreadable;

/// TS 23.040 §9.1.2.5. Alphanumeric if it has letters.
pub(super) fn write_address(out: &mut Vec<u8>, number: &Number) {
    let text = number.as_str();
    if text.chars().any(char::is_alphabetic) {
        let septets: Vec<u8> = gsm7::encode(text).unwrap_or_default().into_iter().take(11).collect();
        let octets = gsm7::pack(&septets, 0);
        out.push(u8::try_from((septets.len() * 7).div_ceil(4)).unwrap_or(0));
        out.push(0xD0);
        out.extend(octets);
        return;
    }
    let digits = text.trim_start_matches('+');
    out.push(u8::try_from(digits.len()).unwrap_or(0));
    out.push(if text.starts_with('+') { 0x91 } else { 0x81 });
    out.extend(semi_octets(digits));
}

/// Digits, two in an octet, swapped, filled with F.
pub(super) fn semi_octets(digits: &str) -> Vec<u8> {
    let nibble = |b: u8| match b {
        b'*' => 0xA,
        b'#' => 0xB,
        b'0'..=b'9' => b - b'0',
        _ => 0xF,
    };
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| nibble(pair[0]) | (pair.get(1).map_or(0xF, |b| nibble(*b)) << 4))
        .collect()
}

pub(super) type Address<'a> = (Number, Vec<u8>, &'a [u8]);

pub(super) fn read_address(octets: &[u8]) -> Result<Address<'_>, Unreadable> {
    let wrong = Unreadable("address");
    let &[length, kind, ref rest @ ..] = octets else {
        return Err(wrong);
    };
    let size = usize::from(length).div_ceil(2);
    let (value, rest) = rest.split_at_checked(size).ok_or(wrong)?;
    let all = octets[..2 + size].to_vec();
    if kind & 0x70 == 0x50 {
        let septets = gsm7::unpack(value, usize::from(length) * 4 / 7, 0);
        return Ok((Number::new(&gsm7::decode(&septets)), all, rest));
    }
    let mut digits = String::from(if kind & 0x70 == 0x10 { "+" } else { "" });
    let nibbles = value.iter().flat_map(|octet| [octet & 0xF, octet >> 4]);
    for nibble in nibbles.take(usize::from(length)) {
        digits.push(*b"0123456789*#abc".get(usize::from(nibble)).ok_or(wrong)? as char);
    }
    Ok((Number::new(&digits), all, rest))
}
