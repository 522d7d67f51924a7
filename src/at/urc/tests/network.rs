//! Texts and memories, the network, SIM and power, the network's time.

use super::*;

#[test]
fn messages_and_memories() {
    let stored = |storage: &str, index| Urc::MessageStored {
        storage: storage.into(),
        index,
    };
    for (line, expected) in [
        ("+CMTI: \"SM\",3", stored("SM", Some(3))),
        ("+CMTI: \"ME\",0", stored("ME", Some(0))),
        ("+CMTI:\"SM\",-1", stored("SM", None)),
        ("+CMTI: \"SM\",65536", stored("SM", None)),
        (
            "+CDSI: \"SR\",2",
            Urc::ReportStored {
                storage: "SR".into(),
                index: Some(2),
            },
        ),
        (
            "^SMMEMFULL: \"SM\"",
            Urc::StorageFull {
                storage: Some("SM".into()),
            },
        ),
        ("^SMMEMFULL", Urc::StorageFull { storage: None }),
        ("+SMS FULL", Urc::StorageFull { storage: None }),
        (
            "+QIND: \"smsfull\",\"ME\"",
            Urc::StorageFull {
                storage: Some("ME".into()),
            },
        ),
        ("+CIEV: \"SMSFULL\",1", Urc::StorageFull { storage: None }),
        ("+CMGS: 255", Urc::LateSubmit { reference: 255 }),
        (
            "+CUSD: 0,\"Your \"balance\", is 1,50\",15",
            Urc::Ussd {
                mode: 0,
                text: "Your \"balance\", is 1,50".into(),
                dcs: Some(15),
                whole: true,
            },
        ),
        (
            "+CUSD: 2,\"cut off",
            Urc::Ussd {
                mode: 2,
                text: "cut off".into(),
                dcs: None,
                whole: false,
            },
        ),
        (
            "+CUSD: 1,plain,15",
            Urc::Ussd {
                mode: 1,
                text: "plain".into(),
                dcs: Some(15),
                whole: true,
            },
        ),
        (
            "+CUSD: 4",
            Urc::Ussd {
                mode: 4,
                text: String::new(),
                dcs: None,
                whole: true,
            },
        ),
    ] {
        assert_eq!(parse(line), expected, "{line}");
    }
    for line in ["+CUSD: x", "+CMGS: 256", "+CMGS:", "+CIEV: \"SMSFULL\",0", "+CIEV: 8,1"] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}

#[test]
fn network_sim_and_power() {
    let at = |domain, stat| Urc::Registration { domain, stat };
    let restarted = |line: &str| Urc::Restarted { line: line.into() };
    let trouble = |line: &str| Urc::PowerTrouble { line: line.into() };
    for (line, expected) in [
        (r#"+CREG: 1,"00C3","0000A1B2",7"#, at(Domain::Cs, 1)),
        (r#"+CREG: 2,1,"00C3","0000A1B2",7"#, at(Domain::Cs, 1)),
        ("+CREG: 6", at(Domain::Cs, 6)),
        ("+CREG: 1,00C3,A1B2", at(Domain::Cs, 1)),
        ("+CGREG: 5,\"00C3\"", at(Domain::Ps, 5)),
        ("+CEREG:0", at(Domain::Eps, 0)),
        ("+CSQ: 20,99", Urc::Signal { dbm: -73 }),
        ("^RSSI:17", Urc::Signal { dbm: -79 }),
        ("^HCSQ:\"LTE\",59,50,161,24", Urc::Signal { dbm: -62 }),
        ("+CPIN: READY", Urc::SimState("READY".into())),
        ("+CPIN: NOT INSERTED", Urc::SimState("NOT INSERTED".into())),
        ("RDY", restarted("RDY")),
        ("*ATREADY: 1", restarted("*ATREADY: 1")),
        ("+CFUN: 1", restarted("+CFUN: 1")),
        ("+READY", restarted("+READY")),
        ("SMS DONE", Urc::SmsReady),
        ("SMS Ready", Urc::SmsReady),
        ("+QIND: SMS DONE", Urc::SmsReady),
        ("PB DONE", Urc::PhonebookReady),
        ("+QIND: PB DONE", Urc::PhonebookReady),
        ("Call Ready", Urc::PhonebookReady),
        ("POWERED DOWN", trouble("POWERED DOWN")),
        ("NORMAL POWER DOWN", trouble("NORMAL POWER DOWN")),
        ("UNDER-VOLTAGE WARNNING", trouble("UNDER-VOLTAGE WARNNING")),
        ("OVER-VOLTAGE POWER DOWN", trouble("OVER-VOLTAGE POWER DOWN")),
    ] {
        assert_eq!(parse(line), expected, "{line}");
    }
    for line in [
        "^BOOT:17944,0,0,0,72",
        "^MODE:5,4",
        "^DSFLOWRPT:0",
        "^SRVST:2",
        "^SIMST:1",
        "^STIN: 1",
        "^CSNR:1,2",
        "*ISIMAID: A0",
        "+QUSIM: 1",
        "+CGEV: EPS PDN ACT 1",
        "+APIND: x",
        "+ZUSIMR:2",
        "+ZEND",
        "#STN: 37",
        "+PSBEARER: 1",
        "_OSIGQ: 3,0",
        "+SPNWNAME: x",
        "+CFUN: 0",
        "^RSSI:99",
        "+CSQ: 99,99",
        "^HCSQ:\"NOSERVICE\"",
        "^HCSQ:\"LTE\",255",
        "DST: 1",
        "+CREG:",
        "",
    ] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}

#[test]
fn network_time_of_every_maker() {
    const NOON: i64 = 1_718_107_200_000; // 2024-06-11T12:00:00Z
    for (line, offset_s) in [
        ("+CTZV: 8,24/06/11,12:00:00", 7200),
        ("+CTZV: +8,2024/06/11,12:00:00", 7200),
        ("+CTZV: \"-28\",\"24/06/11,12:00:00\"", -25_200),
        ("+CTZE: \"+08\",1,\"2024/06/11,14:00:00\"", 7200),
        ("*PSUTTZ: 2024,6,11,12,0,0,\"+8\",1", 7200),
        ("*PSUTTZ: 24,6,11,12,0,0,\"-28\",0", -25_200),
        ("^NWTIME: 24/06/11,14:00:00+08,01", 7200),
        ("^NWTIME: \"24/06/11,17:45:00+23,00\"", 20_700),
    ] {
        assert_eq!(parse(line), Urc::NetworkTime { utc_ms: NOON, offset_s }, "{line}");
    }
    assert_eq!(
        parse("+CTZV: 32,08/12/09,17:00:00"),
        Urc::NetworkTime {
            utc_ms: 1_228_842_000_000,
            offset_s: 28_800
        },
        "a clock never set is read too: judging it is the clock's"
    );
    for line in [
        "+CTZV: 8",
        "+CTZV: 8,24/13/11,12:00:00",
        "+CTZV: 99,24/06/11,12:00:00",
        "*PSUTTZ: 2024,6",
        "^NWTIME: x",
        "+CTZE: 8,0",
    ] {
        assert_eq!(parse(line), Urc::Other(line.into()));
    }
}
