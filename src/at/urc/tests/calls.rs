//! Rings, callers' numbers, reports of calls, their beginnings and ends.

use super::*;

#[test]
fn calling_lines_of_every_maker() {
    use CliValidity::{NotAvailable, Valid, Withheld};
    for (line, expected, validity) in [
        (
            r#"+CLIP: "+393351391306",145,,,,0"#,
            number("+393351391306", 145),
            Valid,
        ),
        (
            r#"+CLIP: "02151082965",129,,,"QUECTEL",0"#,
            number("02151082965", 129),
            Valid,
        ),
        (r#"+CLIP: "18612748499",161,,,,0"#, number("18612748499", 161), Valid),
        (
            r#"+CLIP: "02152063113",128,,,"gongsi",0"#,
            number("02152063113", 128),
            Valid,
        ),
        (
            r#"+CLIP: "+4915112345678",145,"",0,"",0"#,
            number("+4915112345678", 145),
            Valid,
        ),
        (r#"+CLIP: "+48123456789",145"#, number("+48123456789", 145), Valid),
        (r#"+CLIP: "8585551212",129"#, number("8585551212", 129), Valid),
        (r#"+CLIP:"",128,,,,1"#, None, Withheld),
        (r#"+CLIP:"",128,,,,2"#, None, NotAvailable),
        ("+CLIP:,129,,,,1", None, Withheld),
        (r#"+CLIP: "",128,"",0,"",1"#, None, Withheld),
        (r#"+CLIP: "",128,,,,0"#, None, Valid),
        (r#"+CLIP: "",128"#, None, NotAvailable),
        (
            r#"+CLIP: "+1555",145,,,"Smith, Bob",3"#,
            number("+1555", 145),
            NotAvailable,
        ),
        (
            r#"+CLIP: "4915112345678",145,,,,0"#,
            number("+4915112345678", 145),
            Valid,
        ),
        (
            r#"+CLIP: "002B003400390031003500310031",145,,,,0"#,
            number("+491511", 145),
            Valid,
        ),
        (
            r#"+CLIP: "sip:+4930123456@ims.example",145"#,
            number("+4930123456", 145),
            Valid,
        ),
        (r#"+CLIP: "Anonymous",128,,,,1"#, None, Withheld),
        ("+CLIP: 08020866256,129", number("08020866256", 129), Valid),
        (r#"+CLIP: "112""#, number("112", 129), Valid),
    ] {
        assert_eq!(
            parse(line),
            Urc::CallingLine {
                number: expected,
                validity
            },
            "{line}"
        );
    }
    assert_eq!(
        parse("+CLIP: 1,1"),
        Urc::Other("+CLIP: 1,1".into()),
        "the reply to a query"
    );
    assert_eq!(
        parse(r#"+CCWA: "02154450293",129,1"#),
        Urc::CallWaiting {
            number: number("02154450293", 129),
            validity: Valid
        }
    );
    assert_eq!(
        parse(r#"+CCWA: "",128,1,,1"#),
        Urc::CallWaiting {
            number: None,
            validity: Withheld
        }
    );
    assert_eq!(parse("+CCWA: 1,1"), Urc::Other("+CCWA: 1,1".into()));
}

#[test]
fn rings() {
    for line in [
        "RING",
        "+CRING: VOICE",
        "+CRING:VOICE",
        "+CRING: \"VOICE\"",
        "+CRING: ALT VOICE/FAX",
        "ring",
    ] {
        assert_eq!(parse(line), Urc::Ring, "{line}");
    }
    for line in [
        "+CRING: REL ASYNC",
        "+CRING: FAX",
        "+CRING: GPRS 1",
        "RINGING",
        "RINGOK",
    ] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}

#[test]
fn call_reports_of_every_maker() {
    use CallSource::{Ccinfo, Clcc, Dsci, Ecam, Ucallstat};
    use CallState::{Active, Alerting, Dialing, Held, Incoming, Released, Waiting};
    let report = |source, id, incoming, state, number| CallReport {
        source,
        id,
        incoming,
        state,
        voice: true,
        number,
        cause: None,
    };
    for (line, expected) in [
        (
            r#"+CLCC: 4,1,4,0,0,"08020866256",128"#,
            report(Clcc, 4, true, Incoming, number("08020866256", 128)),
        ),
        (
            r#"+CLCC: 4,1,6,0,0,"08020866256",128"#,
            report(Clcc, 4, true, Released, number("08020866256", 128)),
        ),
        ("+CLCC: 1,0,6,0,0", report(Clcc, 1, false, Released, None)),
        (
            r#"+CLCC: 1,1,5,0,0,"+491",145,"",1,0"#,
            report(Clcc, 1, true, Waiting, number("+491", 145)),
        ),
        (
            r#"+QIND: "ccinfo",4,1,4,0,0,"0955452980",128"#,
            report(Ccinfo, 4, true, Incoming, number("0955452980", 128)),
        ),
        (
            r#"+QIND: "ccinfo",4,1,-1,0,0,"0955452980",128"#,
            report(Ccinfo, 4, true, Released, number("0955452980", 128)),
        ),
        (
            "^DSCI: 1,1,4,0,13022100000,129,0",
            report(Dsci, 1, true, Incoming, number("13022100000", 129)),
        ),
        (
            "^DSCI: 1,1,6,0,13022100000,129,0",
            report(Dsci, 1, true, Released, number("13022100000", 129)),
        ),
        (
            "^DSCI: 1,0,2,0,13022100000,129",
            report(Dsci, 1, false, Dialing, number("13022100000", 129)),
        ),
        (
            "^DSCI: 1,0,7,0,13022100000,129,0",
            report(Dsci, 1, false, Alerting, number("13022100000", 129)),
        ),
        ("^DSCI: 1,1,4,0,,128", report(Dsci, 1, true, Incoming, None)),
        (
            r#"^DSCI: 1,1,6,0,0,"13693607335",161,,16,0,"",0"#,
            CallReport {
                cause: Some(16),
                ..report(Dsci, 1, true, Released, number("13693607335", 161))
            },
        ),
        ("+UCALLSTAT: 1,4", report(Ucallstat, 1, true, Incoming, None)),
        ("+UCALLSTAT: 1,6,1", report(Ucallstat, 1, true, Released, None)),
        ("+UCALLSTAT: 1,7", report(Ucallstat, 1, true, Active, None)),
        ("+UCALLSTAT: 1,1", report(Ucallstat, 1, true, Held, None)),
        ("#ECAM: 0,6,1,,,", report(Ecam, 0, true, Incoming, None)),
        ("#ECAM: 0,0,1,,,", report(Ecam, 0, true, Released, None)),
        ("#ECAM: 0,3,1,,,", report(Ecam, 0, true, Active, None)),
        (
            r#"#ECAM: 0,1,1,,,"+390404192123",145"#,
            report(Ecam, 0, false, Dialing, number("+390404192123", 145)),
        ),
    ] {
        assert_eq!(parse(line), Urc::Call(expected), "{line}");
    }
    // The phantom of an LTE bearer.
    for line in [
        r#"+CLCC: 1,0,0,1,0,"",128"#,
        r#"+CLCC: 1,1,0,1,0,"",128"#,
        "#ECAM: 0,6,2,,,",
        "^DSCI: 1,1,4,1,,128",
    ] {
        assert!(
            matches!(parse(line), Urc::Call(CallReport { voice: false, .. })),
            "{line}"
        );
    }
    // Damaged on the way, or not a state of a call.
    for line in [
        "+CLCC: 1,1",
        "+CLCC: 1,1,9,0,0",
        "+UCALLSTAT: 1",
        "+UCALLSTAT: ,4",
        "1,",
        "+U",
        "AT: 1,3",
        "#ECAM: 0,9,1,,,",
        "^DSCI: 1",
    ] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}

#[test]
fn beginnings_and_ends_of_every_maker() {
    let released = |evidence, id, number, duration_s, cause| Urc::CallReleased {
        evidence,
        id,
        number,
        duration_s,
        cause,
    };
    for (line, expected) in [
        ("VOICE CALL: BEGIN", Urc::CallConnected { id: None }),
        ("VOICE CALL:BEGIN", Urc::CallConnected { id: None }),
        ("^CONN:1,0", Urc::CallConnected { id: Some(1) }),
        (
            "VOICE CALL: END: 000017",
            released("voice_call_end", None, None, Some(17), None),
        ),
        (
            "VOICE CALL:END: 000117",
            released("voice_call_end", None, None, Some(77), None),
        ),
        ("VOICE CALL: END", released("voice_call_end", None, None, None, None)),
        ("^CEND:1,0,104,16", released("cend", Some(1), None, Some(0), Some(16))),
        ("^CEND: 1,9,67,16", released("cend", Some(1), None, Some(9), Some(16))),
        ("^CEND:1,0,29", released("cend", Some(1), None, Some(0), None)),
        (
            "MISSED_CALL: 11:53AM 08020866256",
            released("missed_call", None, number("08020866256", 129), None, None),
        ),
        (
            "MISSED_CALL: 08:48AM +27839776374",
            released("missed_call", None, number("+27839776374", 145), None, None),
        ),
        (
            "MISSED_CALL: 14:22PM +12076192651",
            released("missed_call", None, number("+12076192651", 145), None, None),
        ),
        (
            "MISSED_CALL: 14:22 08020866256",
            released("missed_call", None, number("08020866256", 129), None, None),
        ),
        (
            "MISSED_CALL: 02:22AM08020866256",
            released("missed_call", None, number("08020866256", 129), None, None),
        ),
        (
            "MISSED_CALL: 02:22 AM 08020866256",
            released("missed_call", None, number("08020866256", 129), None, None),
        ),
        ("MISSED_CALL: 02:22AM ", released("missed_call", None, None, None, None)),
        ("MISSED_CALL: 02:22", released("missed_call", None, None, None, None)),
        ("MISSED_CALL:", released("missed_call", None, None, None, None)),
        ("HANGUP: 1", released("hangup", None, None, None, None)),
        ("+WIND: 6,1", released("wind", Some(1), None, None, None)),
        ("+CIEV: \"CALL\",0", released("ciev_call", None, None, None, None)),
        ("NO CARRIER", released("no_carrier", None, None, None, None)),
        ("BUSY", released("busy", None, None, None, None)),
        ("NO ANSWER", released("no_answer", None, None, None, None)),
        ("NO DIALTONE", released("no_dialtone", None, None, None, None)),
    ] {
        assert_eq!(parse(line), expected, "{line}");
    }
    for line in [
        "^ORIG:1,0",
        "^CONF:1",
        "+CIEV: 3,0",
        "+CIEV: \"CALL\",1",
        "+WIND: 5,1",
        "+CSSU: 0",
        "^CEND:",
        "VOICE CALL: END 1",
    ] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}

#[test]
fn a_call_list_with_a_field_more_before_its_number_is_read_and_its_end_is_no_call() {
    let Urc::Call(row) = parse(r#"^SLCC: 1,1,4,0,0,1,"+491771234567",145"#) else {
        panic!("a call");
    };
    assert_eq!((row.state, row.incoming, row.voice), (CallState::Incoming, true, true));
    assert_eq!(row.number, number("+491771234567", 145));
    let Urc::Call(row) = parse("^SLCC: 1,1,0,0,0,0") else {
        panic!("a call");
    };
    assert_eq!((row.state, row.number), (CallState::Active, None));
    for line in ["^SLCC:", "^SLCC: ", "^SLCC: 1", "+SLCC"] {
        assert!(matches!(parse(line), Urc::Other(_)), "{line}");
    }
}

/// Lines of makers and of other services that are no news of ours: no call, no text, no restart, no registration.
#[test]
fn what_other_services_say_is_no_news_of_calls_texts_or_the_network() {
    for line in [
        "+CLIP",
        "+CLIP:",
        "+CCWA",
        "+CLCC",
        "+CRING: REL ASYNC",
        "+CRING: FAX",
        "+CRING: GPRS \"IP\",\"10.0.0.1\"",
        "+C5GREG: 1",
        "+C5GREG: 1,\"00C3\",\"0000A1B2C3\",11",
        "+C5GREG: 2,1,\"00C3\",\"0000A1B2C3\",11",
        "+CIREGU: 1,1",
        "+CIREP: 1",
        "+CGEV: NW DETACH",
        "+CSSI: 0",
        "+CSSU: 2",
        "+COLP: \"+15551234567\",145",
        "+CNAP: \"BOB\",0",
        "+CDIP: \"+15551234567\",145",
        "+CMEE: 1",
        "+CFUN: 0",
        "+CFUN: 4",
        "+CIEV: 2,4",
        "+CIEV: \"MESSAGE\",1",
        "+CIEV: \"call\",1",
        "+QIND: \"act\",\"LTE\"",
        "+QUSIM: 1",
        "+SIMCARD: NOT AVAILABLE",
        "+UREG: 4",
        "+WIND: 4",
        "^MODE: 5,4",
        "^ORIG:1,0",
        "^CONF:1",
        "^STIN: 0,0,0",
        "#STN: 237",
        "%CTZV: 09/10/11,12:00:00",
        "RINGING",
        "RINGBACK",
        "NO CARRIERS",
        "CONNECT 9600",
    ] {
        assert!(matches!(parse(line), Urc::Other(_)), "{line}: {:?}", parse(line));
    }
    for line in [
        "RING",
        "ring",
        "RING ",
        "+CRING",
        "+CRING: VOICE",
        "+CRING:VOICE",
        "+CRING: \"VOICE\"",
        "+CRING: ALT VOICE/FAX",
    ] {
        assert_eq!(parse(line), Urc::Ring, "{line}");
    }
    for (line, storage, index) in [
        ("+CMTI: SM,3", "SM", Some(3)),
        ("+CMTI:\"ME\", 0", "ME", Some(0)),
        ("+CMTI: \"SM\",-1", "SM", None),
        ("+CMTI: \"SM\"", "SM", None),
    ] {
        let storage = storage.to_owned();
        assert_eq!(parse(line), Urc::MessageStored { storage, index }, "{line}");
    }
}
