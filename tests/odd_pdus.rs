//! Odd PDUs, clause by clause (3GPP TS 23.040, TS 23.038): what `textback pdu decode` must say of each, or which field and
//! octet it must name. Each row was put together from the clause it is for, not from what our codec says.

use serde_json::{Value, json};
use textback::sms::json::decode;

/// 2011-01-01T01:12:34+00:00
const STAMP: &str = "11101010214300";
const TIME: &str = "2011-01-01T01:12:34+00:00";
/// +15125551234
const FROM: &str = "0B915121551532F4";

/// A DELIVER without a service centre part.
fn deliver(first: &str, address: &str, pid: &str, dcs: &str, user_data: &str) -> String {
    format!("00{first}{address}{pid}{dcs}{STAMP}{user_data}")
}

/// Every key that `wanted` names has that value.
fn says(pdu: &str, wanted: &Value) {
    let line = decode(pdu).unwrap_or_else(|error| panic!("{pdu}: {error}"));
    let shown: Value = serde_json::from_str(&line).unwrap();
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(shown.get(key), Some(value), "{key} of {pdu}: {line}");
    }
}

/// TS 23.040 §9.1.2.5
#[test]
fn addresses_of_every_type_and_fill() {
    for (address, value, kind) in [
        ("0B915121551532F4", "+15125551234", "international"),
        ("0A812143658709", "1234567890", "unknown"),
        // An odd number of digits with the fill F, and with a fill that is not F.
        ("038121F3", "123", "unknown"),
        ("03812103", "123", "unknown"),
        ("0AA15121551032", "1512550123", "national"),
        ("05B12143F5", "12345", "network"),
        ("04C12143", "1234", "subscriber"),
        ("03E121F3", "123", "abbreviated"),
        ("03F121F3", "123", "reserved"),
        // No digit at all, and nothing but fill.
        ("0091", "", "international"),
        ("0081", "", "unknown"),
        ("0491FFFF", "", "international"),
        // Semi-octets A to E.
        ("0581BADCFE", "*#abc", "unknown"),
        // Names: 11 letters in all 20 semi-octets; 7 letters, whose fill is no eighth; Greek; an escaped symbol; a blank at
        // the end.
        ("14D0D032BBFD969F4100F71B", "Pelmorg @no", "alphanumeric"),
        ("0DD0D3B2BDECA6E701", "Seventy", "alphanumeric"),
        ("04D0950B", "ΩΨ", "alphanumeric"),
        ("04D09B32", "€", "alphanumeric"),
        ("07D0D0B21C04", "Per ", "alphanumeric"),
        ("00D0", "", "alphanumeric"),
    ] {
        says(
            &deliver("04", address, "00", "00", "0141"),
            &json!({ "kind": "deliver", "address": value, "address_type": kind, "text": "A" }),
        );
    }
}

/// TS 24.011 §8.2.5.1
#[test]
fn service_centres_there_and_not() {
    let rest = deliver("04", FROM, "00", "00", "0141");
    let rest = &rest[2..];
    for (smsc, shown) in [
        ("00", json!(null)),
        // A length of one octet: a type and no digit is no service centre.
        ("0191", json!(null)),
        ("0791447779078404", json!("+447797704840")),
        ("0681214365F7FF", json!("1234567")),
        ("0781447779078404", json!("447797704840")),
    ] {
        says(
            &format!("{smsc}{rest}"),
            &json!({ "smsc": shown, "address": "+15125551234" }),
        );
    }
}

/// TS 23.038 §4
#[test]
fn every_coding_group_is_read_as_its_clause_says() {
    let hi = "02C834"; // two septets: Hi
    for (dcs, user_data, encoding, class, text, data) in [
        // General data coding: class bits without the bit that gives them meaning; flash; reserved alphabet 11.
        ("00", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("03", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("0C", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("10", hi, "gsm7", json!(0), json!("Hi"), json!(null)),
        ("18", "0400480069", "ucs2", json!(0), json!("Hi"), json!(null)),
        ("15", "020102", "8bit", json!(1), json!(null), json!("0102")),
        // Compressed: octets, not a text.
        ("20", "020102", "8bit", json!(null), json!(null), json!("0102")),
        // Marked for automatic deletion.
        ("48", "0404160416", "ucs2", json!(null), json!("ЖЖ"), json!(null)),
        ("52", hi, "gsm7", json!(2), json!("Hi"), json!(null)),
        // Reserved groups 1000 to 1011: the default alphabet.
        ("80", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("9F", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("BF", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        // Message waiting: discard, store, store in UCS-2; voicemail on, fax off, e-mail on.
        ("C8", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("D1", hi, "gsm7", json!(null), json!("Hi"), json!(null)),
        ("EA", "0404160416", "ucs2", json!(null), json!("ЖЖ"), json!(null)),
        ("C8", "00", "gsm7", json!(null), json!(""), json!(null)),
        // Data coding and class; bit 3 is reserved and ignored.
        ("F0", hi, "gsm7", json!(0), json!("Hi"), json!(null)),
        ("F8", hi, "gsm7", json!(0), json!("Hi"), json!(null)),
        ("F5", "020102", "8bit", json!(1), json!(null), json!("0102")),
    ] {
        says(
            &deliver("04", FROM, "00", dcs, user_data),
            &json!({ "encoding": encoding, "class": class, "text": text, "data": data }),
        );
    }
}

/// TS 23.040 §9.2.3.24; national tables TS 23.038 Annex A
#[test]
fn headers_of_every_kind() {
    let concat = |reference: u16, total: u8, part: u8| json!({ "reference": reference, "total": total, "part": part });
    let wap = json!({ "destination": 2948, "source": 9200 });
    for (dcs, user_data, text, part, ports) in [
        (
            "00",
            "0C0500034C0201906536FB0D",
            json!("Hello"),
            concat(76, 2, 1),
            json!(null),
        ),
        // A 16-bit reference; the last part of the most there can be. Its seven octets leave no fill.
        (
            "00",
            "0D0608041234FFFFC8329BFD06",
            json!("Hello"),
            concat(0x1234, 255, 255),
            json!(null),
        ),
        (
            "00",
            "100B0003AA030105040B8423F020D3",
            json!("Hi"),
            concat(170, 3, 1),
            wap.clone(),
        ),
        // Ports of 8 bits; 8-bit content.
        (
            "04",
            "070404 02F0010102",
            json!(null),
            json!(null),
            json!({ "destination": 240, "source": 1 }),
        ),
        ("04", "0A0605040B8423F0010203", json!(null), json!(null), wap.clone()),
        // UCS-2 after a header of an odd length is not aligned.
        (
            "08",
            "0A0500034C020104160416",
            json!("ЖЖ"),
            concat(76, 2, 1),
            json!(null),
        ),
        // Turkish single shift and locking shift, Spanish single shift, a language nobody has: the default tables.
        ("00", "0803240101D8A4F1", json!("ıx"), json!(null), json!(null)),
        ("00", "070325010138E001", json!("ıx"), json!(null), json!(null)),
        ("00", "0703240102D80401", json!("Á"), json!(null), json!(null)),
        ("00", "0703240163D89401", json!("€"), json!(null), json!(null)),
        // Of two, the last counts; part 0 is none, and neither is part 3 of 2 or a length that is not its own.
        (
            "00",
            "0F0A0003090201000309020240A601",
            json!("Hi"),
            concat(9, 2, 2),
            json!(null),
        ),
        ("00", "090500030102009069", json!("Hi"), json!(null), json!(null)),
        ("00", "090500030102039069", json!("Hi"), json!(null), json!(null)),
        // The header fills it all; and a header of no elements.
        ("00", "070500034C020100", json!(""), concat(76, 2, 1), json!(null)),
        ("08", "03000041", json!("A"), json!(null), json!(null)),
        // Elements that do not add up: the whole header is ignored, the text shown.
        ("08", "0704000901020041", json!("A"), json!(null), json!(null)),
    ] {
        says(
            &deliver("44", FROM, "00", dcs, user_data),
            &json!({ "text": text, "concat": part, "ports": ports, "kind": "deliver" }),
        );
    }
}

/// TS 23.040 §9.2.3.11
#[test]
fn time_stamps_in_every_zone_and_of_none() {
    for (stamp, shown) in [
        ("11101010214300", json!(TIME)),
        ("11101010214369", json!("2011-01-01T01:12:34-04:00")),
        ("11101010214322", json!("2011-01-01T01:12:34+05:30")),
        ("1110101021430A", json!("2011-01-01T01:12:34-05:00")),
        // The farthest west and east that the octet can say and a clock can be.
        ("1110101021438C", json!("2011-01-01T01:12:34-12:00")),
        ("11101010214365", json!("2011-01-01T01:12:34+14:00")),
        // 29 February of a leap year, and of none.
        ("61209221000000", json!("2016-02-29T12:00:00+00:00")),
        ("11209221000000", json!(null)),
        ("FFFFFFFFFFFFFF", json!(null)),
        ("00000000000000", json!(null)),
        // Month 13, hour 24, second 60, a semi-octet that is no digit in the zone.
        ("11310110214300", json!(null)),
        ("11101042214300", json!(null)),
        ("11101010210600", json!(null)),
        ("111010102143F0", json!(null)),
    ] {
        says(
            &format!("0004{FROM}0000{stamp}0141"),
            &json!({ "timestamp": shown, "text": "A" }),
        );
    }
}

/// TS 23.040 §9.2.3.1, §9.2.3.9
#[test]
fn kinds_and_protocols_that_are_not_plain_texts() {
    // TP-MTI 3 is reserved: a phone reads it as a DELIVER.
    says(
        &deliver("07", FROM, "00", "00", "0141"),
        &json!({ "kind": "deliver", "text": "A" }),
    );
    // Type 0, replace type 1 and 7, return call, telefax, SIM data download.
    for pid in ["40", "41", "47", "5F", "22", "7F"] {
        says(
            &deliver("04", FROM, pid, "00", "0141"),
            &json!({ "kind": "deliver", "text": "A" }),
        );
    }
    // All flags at once: more messages, loop prevention, status report, reply path.
    says(&deliver("A8", FROM, "00", "00", "0141"), &json!({ "text": "A" }));
}

/// TS 23.040 §9.2.2.2, §9.2.3.3
#[test]
fn submits_with_every_validity_and_reference() {
    for (first, validity) in [("01", ""), ("11", "AA"), ("09", "01E10000000000"), ("19", STAMP)] {
        let pdu = format!("00{first}2A0B915121551532F40000{validity}02C834");
        says(
            &pdu,
            &json!({ "kind": "submit", "reference": 42, "text": "Hi", "timestamp": null, "status": null,
                     "address": "+15125551234" }),
        );
    }
}

/// TS 23.040 §9.2.2.3, §9.2.3.15
#[test]
fn status_reports_short_long_and_padded() {
    let whole = format!("000642{FROM}{STAMP}{STAMP}");
    for (rest, status, outcome, text) in [
        ("00", 0, "delivered", json!(null)),
        ("30", 0x30, "trying", json!(null)),
        ("63", 0x63, "failed", json!(null)),
        ("FF", 0xFF, "failed", json!(null)),
        // SIMs fill the record with FF; an indicator of parameters with none of ours; with PID, DCS and a text.
        ("00FFFFFFFFFF", 0, "delivered", json!(null)),
        ("0000", 0, "delivered", json!(null)),
        ("0007000002C834", 0, "delivered", json!("Hi")),
        ("000402C834", 0, "delivered", json!("Hi")),
        // The optional text is cut short: the verdict stands.
        ("0007000009C8", 0, "delivered", json!(null)),
    ] {
        says(
            &format!("{whole}{rest}"),
            &json!({ "kind": "status-report", "reference": 66, "status": status, "outcome": outcome,
                     "discharge": TIME, "text": text }),
        );
    }
}

/// TS 23.038 §6.2.1: every septet has a symbol, an escape to nothing shows the letter, one at the end a space.
#[test]
fn text_that_is_damaged_is_shown_as_far_as_it_goes() {
    for (dcs, user_data, text) in [
        ("00", "021B21", json!("B")),           // ESC B
        ("00", "011B", json!(" ")),             // ESC at the end
        ("08", "0304160A", json!("Ж\u{fffd}")), // half a character
        ("08", "04D83DDE00", json!("\u{1f600}")),
        ("08", "02D83D", json!("\u{fffd}")), // half a pair
        ("00", "0141FFFFFF", json!("A")),    // padding after the end
    ] {
        says(&deliver("04", FROM, "00", dcs, user_data), &json!({ "text": text }));
    }
}

/// interface.md: exit 1 and one line that says which field and octet.
/// TS 23.040 §9.2.3.23: TP-UDHI says that there is a header, and TP-UDL that there is nothing. A text has come all the same.
#[test]
fn a_header_that_is_announced_in_no_user_data_is_an_empty_text() {
    for (dcs, encoding) in [("00", "gsm7"), ("08", "ucs2")] {
        says(
            &deliver("44", FROM, "00", dcs, "00"),
            &json!({"text": "", "encoding": encoding, "concat": null, "address": "+15125551234"}),
        );
    }
}

#[test]
fn what_is_malformed_names_its_field_and_octet() {
    let cut = deliver("04", FROM, "00", "00", "05C834");
    for (pdu, wanted) in [
        ("", "SMSC at octet 0: cut short: needs 1 octet, 0 there"),
        ("0", "hex at octet 0: ends in half an octet"),
        ("00Z4", "hex at octet 1: 'Z' is not a hexadecimal digit"),
        ("0C91", "SMSC at octet 0: too long: 12, at most 11 allowed"),
        ("079144", "SMSC at octet 1: cut short: needs 7 octets, 2 there"),
        ("00", "TP-MTI at octet 1: cut short: needs 1 octet, 0 there"),
        ("0004", "TP-OA at octet 2: cut short: needs 1 octet, 0 there"),
        ("000415915121", "TP-OA at octet 2: too long: 21, at most 20 allowed"),
        ("00040B9151", "TP-OA at octet 4: cut short: needs 6 octets, 1 there"),
        ("0001", "TP-MR at octet 2: cut short: needs 1 octet, 0 there"),
        ("00010104", "TP-DA at octet 4: cut short: needs 1 octet, 0 there"),
        (&cut, "TP-UD at octet 20: cut short: needs 5 octets, 2 there"),
        (
            &deliver("04", FROM, "00", "00", "A1"),
            "TP-UDL at octet 19: too long: 161, at most 160 allowed",
        ),
        (
            &deliver("04", FROM, "00", "08", "8D"),
            "TP-UDL at octet 19: too long: 141, at most 140 allowed",
        ),
        (
            &deliver("44", FROM, "00", "08", "0205"),
            "TP-UD at octet 20: cut short: needs 2 octets, 1 there",
        ),
        (
            &deliver("44", FROM, "00", "08", "020500"),
            "TP-UDHL at octet 20: says 5 octets where 1 are there",
        ),
        (
            &format!("000642{FROM}{STAMP}"),
            "TP-DT at octet 18: cut short: needs 7 octets, 0 there",
        ),
    ] {
        let error = decode(pdu).map_or_else(|error| error.to_string(), |line| panic!("{pdu} decodes: {line}"));
        assert_eq!(error, wanted, "{pdu}");
    }
}
