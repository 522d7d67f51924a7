//! The simulated modem and network, seen from the serial line: exact bytes, in virtual time; the real clients are opt-in.

use std::time::{Duration, Instant};
use textback::sim::{Caller, Family, Fault, Number, World};

/// A world, its time, and the bytes that came out.
struct Bench {
    world: World,
    now: Instant,
}

impl Bench {
    fn new(family: Family) -> Self {
        let now = Instant::now();
        Bench {
            world: World::new(family, 1, now),
            now,
        }
    }

    fn quiet(family: Family) -> Self {
        let mut bench = Bench::new(family);
        assert_eq!(bench.send("ATE0\r"), "ATE0\r\r\nOK\r\n");
        bench
    }

    fn with(family: Family, commands: &[&str]) -> Self {
        let mut bench = Bench::quiet(family);
        for command in commands {
            bench.ok(command);
        }
        bench
    }

    fn drain(&mut self) -> String {
        std::iter::from_fn(|| self.world.poll_bytes())
            .map(|b| b.into_iter().map(char::from).collect::<String>())
            .collect()
    }

    /// Lets time pass, stopping at everything due.
    fn wait(&mut self, time: Duration) -> String {
        self.now += time;
        self.world.tick(self.now);
        self.drain()
    }

    /// Types and waits for the answer: less than any ring cadence or delivery.
    fn send(&mut self, text: &str) -> String {
        self.world.handle_bytes(text.as_bytes(), self.now);
        self.wait(Duration::from_millis(100))
    }

    fn ok(&mut self, command: &str) {
        let answer = self.send(&format!("{command}\r"));
        assert!(answer.ends_with("\r\nOK\r\n"), "{command}: {answer:?}");
    }

    fn seconds(&mut self, seconds: u64) -> String {
        self.wait(Duration::from_secs(seconds))
    }

    fn caller(&mut self, caller: Caller, rings_for: u64) -> String {
        self.world.call(caller, Duration::from_secs(rings_for), self.now);
        self.seconds(rings_for + 1)
    }

    fn texts_at(&self, number: &str) -> Vec<String> {
        self.world
            .phone(&Number::new(number))
            .map_or(vec![], |p| p.texts.iter().map(|t| t.text.clone()).collect())
    }
}

fn known(number: &str) -> Caller {
    Caller::Known(Number::new(number))
}

/// `hellohello` to +46708251358, report wanted.
const SUBMIT: &str = "0031000B916407281553F80000AA0AE8329BFD4697D9EC37";

#[test]
fn every_command_answers_to_the_byte() {
    for (sent, expected) in [
        ("AT\r", "\r\nOK\r\n"),
        ("at\r", "\r\nOK\r\n"),
        ("\x1b\rAT\r", "\r\nOK\r\n"),
        ("junk\r", ""),
        ("xxAT\r", "\r\nOK\r\n"),
        ("AT+NOPE\r", "\r\nERROR\r\n"),
        ("AT+CREG=3\r", "\r\nERROR\r\n"),
        ("AT+CMEE=1;+CREG=3\r", "\r\n+CME ERROR: 50\r\n"),
        ("AT+CMEE=2;+CREG=3\r", "\r\n+CME ERROR: Incorrect parameters\r\n"),
        ("ATV0\r", "0\r"),
        ("ATV0S0?\r", "000\r\n0\r"),
        ("ATQ1\r", ""),
        ("ATS0=2S0?\r", "\r\n002\r\n\r\nOK\r\n"),
        ("ATS0=0;+CREG?\r", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
        (
            "AT+CREG=2;+CREG?\r",
            "\r\n+CREG: 2,1,\"00C3\",\"0000A1B2\",7\r\n\r\nOK\r\n",
        ),
        ("AT+CR\x08REG=?\r", "\r\n+CREG: (0-2)\r\n\r\nOK\r\n"),
        ("AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"),
        ("AT+CSQ;+CPAS\r", "\r\n+CSQ: 21,99\r\n\r\n+CPAS: 0\r\n\r\nOK\r\n"),
        ("AT+CLCC\r", "\r\nOK\r\n"),
        ("ATA\r", "\r\nNO CARRIER\r\n"),
        ("AT+CHUP\r", "\r\nOK\r\n"),
        ("AT+CMGR=1\r", "\r\n+CMS ERROR: 321\r\n"),
        ("AT+CMGR=99\r", "\r\n+CMS ERROR: 321\r\n"),
        ("AT+CMGL=4\r", "\r\nOK\r\n"),
        ("AT+CMGL=5\r", "\r\n+CMS ERROR: 304\r\n"),
        ("AT+CMGF=1;+CMGL=\"SOME\"\r", "\r\n+CMS ERROR: 305\r\n"),
        ("AT+CVHU=0;+CVHU?\r", "\r\n+CVHU: 0\r\n\r\nOK\r\n"),
        ("AT+CMGD=1;+CMGD=?\r", "\r\n+CMGD: (1-50),(0-4)\r\n\r\nOK\r\n"),
        ("AT+CMSS=1\r", "\r\n+CMS ERROR: 321\r\n"),
        ("AT+CMGS=0\r", "\r\n+CMS ERROR: 304\r\n"),
        ("AT+CPMS=\"XX\"\r", "\r\n+CMS ERROR: 302\r\n"),
        (
            "AT+CPMS=\"SM\",\"SM\",\"SM\"\r",
            "\r\n+CPMS: 0,50,0,50,0,50\r\n\r\nOK\r\n",
        ),
        ("AT+CNMI=2,1,0,2,0;+CNMI?\r", "\r\n+CNMI: 2,1,0,2,0\r\n\r\nOK\r\n"),
        ("AT+CNMI=9\r", "\r\n+CMS ERROR: 303\r\n"),
        ("AT+CNMA\r", "\r\n+CMS ERROR: 340\r\n"),
        ("AT+WS46=?\r", "\r\n+WS46: (12,22,25,28,29)\r\n\r\nOK\r\n"),
        ("AT+WS46=28;+WS46?\r", "\r\n+WS46: 28\r\n\r\nOK\r\n"),
        ("AT+WS46=13\r", "\r\nERROR\r\n"),
        ("AT+CSCA?\r", "\r\n+CSCA: \"+15125559999\",145\r\n\r\nOK\r\n"),
        ("AT+CLIP?\r", "\r\n+CLIP: 0,1\r\n\r\nOK\r\n"),
        ("AT+CGSN\r", "\r\n862636050012345\r\n\r\nOK\r\n"),
        ("AT+CSCS=\"GSM\r", "\r\nERROR\r\n"),
        ("ATE2\r", "\r\nERROR\r\n"),
        ("AT+CCFC=0,2\r", "\r\n+CCFC: 0,255\r\n\r\nOK\r\n"),
        ("AT+CMEE=1;+CCFC=0,1\r", "\r\n+CME ERROR: 3\r\n"),
        ("AT+CMEE=1;+CCFC=2,3\r", "\r\n+CME ERROR: 50\r\n"),
        (
            "AT+CCFC=5,3,\"15551234567\",145;+CCFC=2,2;+CCFC=0,2\r",
            "\r\n+CCFC: 1,1,\"+15551234567\",145,,,20\r\n\r\n+CCFC: 0,255\r\n\r\nOK\r\n",
        ),
        (
            "AT+CCFC=3,3,\"+15551234567\";+CCFC=4,0;+CCFC=3,2;+CCFC=3,1;+CCFC=3,2;+CCFC=4,4;+CCFC=3,2\r",
            "\r\n+CCFC: 0,1,\"+15551234567\",145\r\n\r\n+CCFC: 1,1,\"+15551234567\",145\r\n\r\n+CCFC: 0,255\r\n\r\nOK\r\n",
        ),
    ] {
        assert_eq!(Bench::quiet(Family::Generic).send(sent), expected, "{sent:?}");
    }
}

#[test]
fn a_u_blox_tells_its_radio_technologies_and_bands() {
    let mut bench = Bench::quiet(Family::Ublox);
    for (sent, said) in [
        ("AT+URAT=?\r", "+URAT: (0-2),(0,2)"),
        ("AT+URAT?\r", "+URAT: 1,2"),
        ("AT+UBANDSEL?\r", "+UBANDSEL: 850,900,1800,1900,2100"),
    ] {
        assert_eq!(bench.send(sent), format!("\r\n{said}\r\n\r\nOK\r\n"));
    }
}

#[test]
fn echo_comes_back_until_it_is_switched_off() {
    let mut bench = Bench::new(Family::Generic);
    assert_eq!(bench.send("AT+CPAS\r"), "AT+CPAS\r\r\n+CPAS: 0\r\n\r\nOK\r\n");
    assert_eq!(bench.send("ATE0\r"), "ATE0\r\r\nOK\r\n");
    assert_eq!(bench.send("AT\r"), "\r\nOK\r\n");
}

#[test]
fn a_slash_repeats_the_last_line_without_a_return() {
    let mut bench = Bench::quiet(Family::Generic);
    assert_eq!(bench.send("AT+CPAS\r"), "\r\n+CPAS: 0\r\n\r\nOK\r\n");
    assert_eq!(bench.send("A/"), "\r\n+CPAS: 0\r\n\r\nOK\r\n");
}

#[test]
fn a_line_longer_than_the_buffer_is_an_error_and_the_next_one_works() {
    let mut bench = Bench::quiet(Family::Generic);
    assert_eq!(
        bench.send(&format!("AT+CSCA=\"{}\"\r", "1".repeat(2000))),
        "\r\nERROR\r\n"
    );
    assert_eq!(bench.send("AT\r"), "\r\nOK\r\n");
}

#[test]
fn commands_sent_while_one_runs_wait_their_turn() {
    let mut bench = Bench::quiet(Family::Generic);
    assert_eq!(
        bench.send("AT+CPAS\rAT+CREG?\r"),
        "\r\n+CPAS: 0\r\n\r\nOK\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"
    );
}

#[test]
fn each_family_tells_of_a_missed_call_in_its_own_way() {
    let clip = "\r\n+CLIP: \"+15125550101\",145,,,,0\r\n";
    let ring = "\r\nRING\r\n";
    let cases: [(Family, &[&str], String); 10] = [
        (Family::Generic, &[], format!("{ring}{clip}{ring}{clip}")),
        (
            Family::Sim7600,
            &["AT+CLCC=1"],
            format!(
                "\r\n+CLCC: 1,1,4,0,0,\"+15125550101\",145\r\n{ring}\r\n+CLIP: \"+15125550101\",145,,,,0\r\r\n{ring}\r\n+CLIP: \"+15125550101\",145,,,,0\r\r\n\
                 \r\n+CLCC: 1,1,6,0,0,\"+15125550101\",145\r\n\r\nMISSED_CALL: 09:00AM +15125550101\r\r\n"
            ),
        ),
        (
            Family::A7670,
            &["AT+CLCC=1"],
            format!("\r\n+CLCC: 1,1,4,0,0,\"+15125550101\",145\r\n{ring}{clip}{ring}{clip}\r\n+CLCC: 1,1,6,0,0,\"+15125550101\",145\r\n\r\nNO CARRIER\r\n"),
        ),
        (
            Family::Ec25,
            &["AT+QINDCFG=\"ccinfo\",1,0"],
            format!(
                "{ring}{clip}\r\n+QIND: \"ccinfo\",1,1,4,0,0,\"+15125550101\",145\r\n{ring}{clip}\r\n+QIND: \"ccinfo\",1,1,-1,0,0,\"+15125550101\",145\r\n\r\nNO CARRIER\r\n"
            ),
        ),
        (
            Family::Ec25Dsci,
            &["AT^DSCI=1"],
            format!("{ring}{clip}\r\n^DSCI: 1,1,4,0,+15125550101,145,0\r\n{ring}{clip}\r\n^DSCI: 1,1,6,0,+15125550101,145,0\r\n\r\nNO CARRIER\r\n"),
        ),
        (Family::Huawei, &["AT+CRC=1"], format!("\r\n+CRING: VOICE\r\n{clip}\r\n+CRING: VOICE\r\n{clip}\r\n^CEND:1,0,104,16\r\n")),
        (Family::Telit, &["AT#ECAM=1"], format!("\r\n#ECAM: 0,6,1,,,\r\n{ring}{clip}{ring}{clip}\r\n#ECAM: 0,0,1,,,\r\n\r\nNO CARRIER\r\n")),
        (Family::Ublox, &["AT+UCALLSTAT=1"], "\r\n+UCALLSTAT: 1,4\r\n\r\n+UCALLSTAT: 1,6\r\n".to_owned()),
        (
            Family::Sim800,
            &[],
            format!("{ring}\r\n+CLIP: \"+15125550101\",145,\"\",0,\"\",0\r\n{ring}\r\n+CLIP: \"+15125550101\",145,\"\",0,\"\",0\r\n\r\nNO CARRIER\r\n"),
        ),
        (
            Family::Wavecom,
            &[],
            "\r\n+CRING: VOICE\r\n\r\n+CLIP: \"+15125550101\",145\r\n\r\n+CRING: VOICE\r\n\r\n+CLIP: \"+15125550101\",145\r\n\r\nNO CARRIER\r\n\r\n+WIND: 6,1\r\n".to_owned(),
        ),
    ];
    for (family, extras, expected) in cases {
        let mut bench = Bench::with(family, &["AT+CLIP=1"]);
        for extra in extras {
            bench.ok(extra);
        }
        assert_eq!(bench.caller(known("+15125550101"), 8), expected, "{}", family.name());
        assert_eq!(bench.send("AT+CLCC\r"), "\r\nOK\r\n", "{}", family.name());
    }
}

#[test]
fn a_withheld_number_is_written_the_way_the_maker_writes_it() {
    for (family, expected) in [
        (Family::Generic, "\r\n+CLIP: \"\",128,,,,1\r\n"),
        (Family::Huawei, "\r\n+CLIP:\"\",128,,,,1\r\n"),
        (Family::Telit, "\r\n+CLIP:,129,,,,1\r\n"),
    ] {
        let mut bench = Bench::with(family, &["AT+CLIP=1"]);
        let told = bench.caller(Caller::Withheld, 3);
        assert!(told.contains(expected), "{}: {told:?}", family.name());
    }
}

#[test]
fn ath_does_nothing_where_cvhu_is_1_and_chup_ends_the_call() {
    let mut bench = Bench::with(Family::Sim7600, &["AT+CLIP=1"]);
    bench
        .world
        .call(known("5125550101"), Duration::from_secs(30), bench.now);
    bench.seconds(1);
    assert_eq!(bench.send("ATH\r"), "\r\nOK\r\n");
    assert_eq!(
        bench.send("AT+CLCC\r"),
        "\r\n+CLCC: 1,1,4,0,0,\"5125550101\",129\r\n\r\nOK\r\n"
    );
    bench.ok("AT+CHUP");
    assert_eq!(bench.send("AT+CLCC\r"), "\r\nOK\r\n");
    assert_eq!(bench.seconds(40), "");
}

#[test]
fn an_answered_call_ends_with_voice_call_end() {
    let mut bench = Bench::quiet(Family::Sim7600);
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(30), bench.now);
    bench.seconds(1);
    assert_eq!(bench.send("ATA\r"), "\r\nVOICE CALL: BEGIN\r\n\r\nOK\r\n");
    assert_eq!(bench.seconds(15), "\r\nVOICE CALL: END: 000010\r\n");
}

#[test]
fn a_second_caller_waits_and_rings_when_the_first_has_gone() {
    let mut bench = Bench::with(Family::Sim800, &["AT+CLIP=1", "AT+CCWA=1"]);
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(4), bench.now);
    bench.seconds(1);
    bench
        .world
        .call(known("+15125550102"), Duration::from_secs(10), bench.now);
    assert_eq!(bench.seconds(1), "\r\n+CCWA: \"+15125550102\",145,1\r\n");
    let told = bench.seconds(20);
    assert!(
        told.starts_with("\r\nNO CARRIER\r\n\r\nRING\r\n\r\n+CLIP: \"+15125550102\""),
        "{told:?}"
    );
    assert!(told.ends_with("\r\nNO CARRIER\r\n"), "{told:?}");
}

/// 3GPP TS 22.082: the network does it, whatever the modem forgets.
#[test]
fn a_call_that_is_diverted_does_not_come_or_goes_on_when_nobody_answers() {
    let mut bench = Bench::with(Family::Sim800, &["AT+CCFC=0,3,\"+15125550199\"", "ATZ"]);
    assert_eq!(bench.caller(known("+15125550101"), 30), "");
    let after_ten = "AT+CCFC=0,4;+CCFC=2,3,\"+15125550199\",145,1,,,10\r";
    assert!(bench.send(after_ten).ends_with("\r\nOK\r\n"));
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(30), bench.now);
    let told = bench.seconds(11);
    assert!(told.starts_with("\r\nRING\r\n"), "{told:?}");
    assert!(told.ends_with("\r\nNO CARRIER\r\n"), "{told:?}");
}

/// 3GPP TS 27.007 §7.13, as ModemManager hangs up.
#[test]
fn one_of_several_calls_is_ended_by_its_number_in_the_list() {
    let mut bench = Bench::with(Family::Sim800, &["AT+CMEE=1", "AT+CLIP=1", "AT+CCWA=1"]);
    for number in ["+15125550101", "+15125550102"] {
        bench.world.call(known(number), Duration::from_secs(60), bench.now);
        bench.seconds(1);
    }
    assert_eq!(bench.send("AT+CHLD=13\r"), "\r\n+CME ERROR: 22\r\n");
    assert!(bench.send("AT+CHLD=11\r").ends_with("\r\nOK\r\n"));
    let listed = bench.send("AT+CLCC\r");
    assert!(
        listed.contains("+15125550102") && !listed.contains("+15125550101"),
        "{listed:?}"
    );
    assert!(bench.send("AT+CHLD=12\r").ends_with("\r\nOK\r\n"));
    assert_eq!(bench.send("AT+CLCC\r"), "\r\nOK\r\n");
}

#[test]
fn a_text_goes_out_in_pdu_mode_and_its_report_comes_back() {
    let mut bench = Bench::with(Family::Generic, &["AT+CNMI=2,1,0,1,0"]);
    assert_eq!(bench.send("AT+CMGS=23\r"), "\r\n> ");
    assert_eq!(bench.send(&format!("{SUBMIT}\x1a")), "");
    assert_eq!(bench.seconds(1), "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    let report = bench.seconds(3);
    assert!(
        report.starts_with("\r\n+CDS: 25\r\n07915121559599F906000B916407281553F8"),
        "{report:?}"
    );
    assert!(report.ends_with("00\r\n"), "{report:?}");
    assert_eq!(bench.texts_at("+46708251358"), ["hellohello"]);
}

#[test]
fn a_wrong_length_or_broken_pdu_is_304_and_escape_gives_the_prompt_back() {
    let mut bench = Bench::quiet(Family::Generic);
    bench.send("AT+CMGS=22\r");
    assert_eq!(bench.send(&format!("{SUBMIT}\x1a")), "\r\n+CMS ERROR: 304\r\n");
    bench.send("AT+CMGS=23\r");
    assert_eq!(bench.send("00XY\x1a"), "\r\n+CMS ERROR: 304\r\n");
    bench.send("AT+CMGS=23\r");
    assert_eq!(bench.send("0031\x1b"), "\r\nOK\r\n");
    assert_eq!(bench.send("AT\r"), "\r\nOK\r\n");
}

#[test]
fn a_text_goes_out_in_text_mode_and_in_ucs2() {
    let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1", "AT+CSCS=\"GSM\""]);
    assert_eq!(bench.send("AT+CMGS=\"+15125550101\"\r"), "\r\n> ");
    assert_eq!(bench.send("two\rlines"), "\r\n> ");
    bench.send("\x1a");
    assert_eq!(bench.seconds(1), "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    bench.ok("AT+CSCS=\"UCS2\";+CSMP=17,167,0,8");
    bench.send("AT+CMGS=\"002B00310035003100320035003500350030003100300031\"\r041604380437043D044C\x1a");
    bench.seconds(3);
    assert_eq!(bench.texts_at("+15125550101"), ["two\nlines", "Жизнь"]);
}

#[test]
fn a_written_message_is_stored_then_sent_from_its_slot_and_marked_sent() {
    let mut bench = Bench::with(Family::Generic, &[]);
    assert_eq!(bench.send("AT+CMGW=23\r"), "\r\n> ");
    assert_eq!(bench.send(&format!("{SUBMIT}\x1a")), "\r\n+CMGW: 1\r\n\r\nOK\r\n");
    assert_eq!(
        bench.send("AT+CMSS=1\r") + &bench.seconds(2),
        "\r\n+CMSS: 0\r\n\r\nOK\r\n"
    );
    assert_eq!(
        bench.send("AT+CMGL=3\r"),
        format!("\r\n+CMGL: 1,3,,23\r\n{SUBMIT}\r\n\r\nOK\r\n")
    );
    assert_eq!(bench.texts_at("+46708251358"), ["hellohello"]);
}

#[test]
fn a_stored_message_is_marked_sent_only_when_the_network_took_it() {
    let mut bench = Bench::with(Family::Generic, &[]);
    bench.send("AT+CMGW=23\r");
    bench.send(&format!("{SUBMIT}\x1a"));
    bench.world.inject(Fault::SendErrors { code: 38, times: 1 }, bench.now);
    assert_eq!(bench.send("AT+CMSS=1\r") + &bench.seconds(2), "\r\n+CMS ERROR: 38\r\n");
    assert!(bench.send("AT+CMGL=4\r").contains("+CMGL: 1,2,,23"), "still unsent");
    bench.send("AT+CMSS=1\r");
    bench.seconds(2);
    assert!(bench.send("AT+CMGL=4\r").contains("+CMGL: 1,3,,23"), "sent");
}

#[test]
fn new_lines_in_a_text_are_kept_however_they_are_typed() {
    for typed in ["two\rlines", "two\nlines", "two\r\nlines"] {
        let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1"]);
        bench.send("AT+CMGS=\"+15125550101\"\r");
        bench.send(&format!("{typed}\x1a"));
        bench.seconds(3);
        assert_eq!(bench.texts_at("+15125550101"), ["two\nlines"], "{typed:?}");
    }
}

#[test]
fn text_mode_shows_and_takes_a_part_with_a_header_as_its_octets() {
    // 27.005 §3.1 <data>: with TP-UDHI each octet of TP-UD is two digits. "hellohello" after a header for part 1 of 2.
    let part = "050003CC0201D06536FB8D2EB3D96F";
    let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1", "AT+CSMP=81,167,0,0"]);
    bench.send("AT+CMGW=\"+15125550101\"\r");
    assert_eq!(bench.send(&format!("{part}\x1a")), "\r\n+CMGW: 1\r\n\r\nOK\r\n");
    let pdu_mode = {
        bench.ok("AT+CMGF=0");
        bench.send("AT+CMGR=1\r")
    };
    assert!(pdu_mode.contains(part), "{pdu_mode}");
    bench.ok("AT+CMGF=1");
    let shown = bench.send("AT+CMGR=1\r");
    assert!(shown.contains(&format!("\r\n{part}\r\n")), "{shown}");
    assert!(
        bench
            .send("AT+CMGL=\"ALL\"\r")
            .contains("+CMGL: 1,\"STO UNSENT\",\"+15125550101\",,\r\n")
    );
}

#[test]
fn every_error_the_simulator_gives_has_its_words() {
    let mut bench = Bench::with(Family::Generic, &["AT+CMEE=2"]);
    assert_eq!(bench.send("AT+CPBR=999\r"), "\r\n+CME ERROR: invalid index\r\n");
}

#[test]
fn a_text_that_arrives_is_announced_listed_read_and_deleted() {
    let mut bench = Bench::with(Family::Generic, &["AT+CNMI=2,1,0,0,0"]);
    bench.world.text(&"+15125550101".into(), "hello", bench.now);
    assert_eq!(bench.seconds(1), "\r\n+CMTI: \"SM\",1\r\n");
    let pdu = "07915121559599F9040B915121550501F100006210509000";
    let read = bench.send("AT+CMGR=1\r");
    assert!(read.starts_with(&format!("\r\n+CMGR: 0,,24\r\n{pdu}")), "{read:?}");
    let list = bench.send("AT+CMGL=4\r");
    assert!(list.starts_with(&format!("\r\n+CMGL: 1,1,,24\r\n{pdu}")), "{list:?}");
    bench.ok("AT+CMGF=1");
    assert_eq!(
        bench.send("AT+CMGR=1\r"),
        "\r\n+CMGR: \"REC READ\",\"+15125550101\",,\"26/01/05,09:00:00-24\"\r\nhello\r\n\r\nOK\r\n"
    );
    bench.ok("AT+CMGD=1");
    assert_eq!(bench.send("AT+CMGL=\"ALL\"\r"), "\r\nOK\r\n");
}

#[test]
fn a_text_handed_on_must_be_acknowledged_before_the_next_comes() {
    let mut bench = Bench::with(Family::Generic, &["AT+CSMS=1", "AT+CNMI=2,2,0,0,0"]);
    bench.world.text(&"+15125550101".into(), "one", bench.now);
    bench.world.text(&"+15125550101".into(), "two", bench.now);
    assert_eq!(bench.seconds(5).matches("+CMT: ,").count(), 1);
    let next = bench.send("AT+CNMA\r");
    assert_eq!(next.matches("+CMT: ,").count(), 1, "{next:?}");
}

#[test]
fn the_wait_for_an_acknowledgement_is_its_own_messages_and_ends_with_the_settings() {
    let texts = |bench: &mut Bench| bench.world.text(&"+15125550101".into(), "one", bench.now);
    let mut bench = Bench::with(Family::Generic, &["AT+CSMS=1", "AT+CNMI=2,2,0,0,0"]);
    texts(&mut bench);
    assert_eq!(bench.seconds(50).matches("+CMT: ,").count(), 1);
    bench.ok("AT+CNMA");
    texts(&mut bench);
    assert_eq!(bench.seconds(20).matches("+CMT: ,").count(), 1);
    assert_eq!(
        bench.send("AT+CNMI?\r"),
        "\r\n+CNMI: 2,2,0,0,0\r\n\r\nOK\r\n",
        "the first one's minute is over, the second's is not"
    );
    bench.seconds(45);
    assert_eq!(bench.send("AT+CNMI?\r"), "\r\n+CNMI: 2,0,0,0,0\r\n\r\nOK\r\n");
    bench.seconds(40);
    let list = bench.send("AT+CMGL=4\r");
    assert_eq!(list.matches("+CMGL:").count(), 1, "the network has it still: {list:?}");

    for reset in ["AT&F", "ATZ"] {
        let mut bench = Bench::with(Family::Generic, &["AT+CSMS=1", "AT+CNMI=2,2,0,0,0"]);
        texts(&mut bench);
        bench.seconds(5);
        let said = bench.send(&format!("{reset}\r"));
        assert!(
            said.contains("+CMTI: "),
            "what nobody acknowledged comes again: {said:?}"
        );
        bench.ok("ATE0+CNMI=2,2,0,0,0");
        texts(&mut bench);
        assert_eq!(bench.seconds(5).matches("+CMT: ,").count(), 1, "{reset}");
        bench.seconds(70);
        assert_eq!(
            bench.send("AT+CNMI?\r"),
            "\r\n+CNMI: 2,2,0,0,0\r\n\r\nOK\r\n",
            "{reset}: with +CSMS=0 nobody has to acknowledge"
        );
    }
}

#[test]
fn a_locked_card_is_not_registered_and_its_opening_is_told() {
    let mut bench = Bench::new(Family::Generic);
    bench.world.inject(Fault::PinRequired { tries: 3 }, bench.now);
    bench.seconds(5);
    bench.ok("ATE0+CREG=1");
    assert_eq!(bench.send("AT+CREG?\r"), "\r\n+CREG: 1,0\r\n\r\nOK\r\n");
    bench.ok("AT+CFUN=0;+CFUN=1");
    assert_eq!(bench.send("AT+CREG?\r"), "\r\n+CREG: 1,0\r\n\r\nOK\r\n");
    let opened = bench.send("AT+CPIN=\"1234\"\r") + &bench.seconds(5);
    assert_eq!(opened.matches("+CREG: 1\r\n").count(), 1, "{opened:?}");
    assert_eq!(bench.send("AT+CREG?\r"), "\r\n+CREG: 1,1\r\n\r\nOK\r\n");
}

#[test]
fn registration_is_told_when_it_changes_and_only_then() {
    let mut bench = Bench::with(Family::Generic, &["AT+CREG=1", "AT+CMER=3,0,0,1"]);
    for (fault, told) in [
        (1, ""),
        (5, "\r\n+CREG: 5\r\n"),
        (5, ""),
        (2, "\r\n+CREG: 2\r\n\r\n+CIEV: 3,0\r\n"),
    ] {
        bench.world.inject(Fault::Registration(fault), bench.now);
        assert_eq!(bench.seconds(1), told, "{fault}");
    }
    assert_eq!(bench.send("AT+CFUN=1\r"), "\r\nOK\r\n");
}

#[test]
fn a_radio_that_is_switched_off_ends_the_call_and_a_reset_of_the_settings_leaves_it_off() {
    let mut bench = Bench::with(Family::Ec25, &["AT+CREG=1", "AT+CLIP=1"]);
    bench
        .world
        .call(known("+15125557788"), Duration::from_secs(60), bench.now);
    assert!(bench.seconds(2).contains("RING"));
    let off = bench.send("AT+CFUN=4\r");
    assert!(off.contains("NO CARRIER") && off.contains("+CREG: 0"), "{off:?}");
    assert_eq!(bench.seconds(30), "");
    assert_eq!(bench.send("AT+CLCC\r"), "\r\nOK\r\n");
    bench.ok("ATZE0+CREG=1");
    assert_eq!(
        bench.send("AT+CFUN?;+CREG?\r"),
        "\r\n+CFUN: 4\r\n\r\n+CREG: 1,0\r\n\r\nOK\r\n"
    );
    assert_eq!(bench.send("AT+CFUN=1\r").matches("+CREG: 1").count(), 1);
}

#[test]
fn the_clock_is_what_it_was_set_to() {
    let mut bench = Bench::quiet(Family::Sim7600);
    bench.ok("AT+CCLK=\"27/02/28,23:59:50+08\"");
    bench.seconds(20);
    assert_eq!(
        bench.send("AT+CCLK?\r"),
        "\r\n+CCLK: \"27/03/01,00:00:10+08\"\r\n\r\nOK\r\n"
    );
    bench.ok("AT+CCLK=\"27/03/01,12:00:00\"");
    assert!(bench.send("AT+CCLK?\r").contains("\"27/03/01,12:00:00+08\""));
    for wrong in ["27/13/01,12:00:00+08", "27/03/01", "noon", "27/03/01,12:00:00+99", ""] {
        let said = bench.send(&format!("AT+CCLK=\"{wrong}\"\r"));
        assert!(said.contains("ERROR"), "{wrong}: {said:?}");
    }
}

#[test]
fn texts_wait_in_the_network_while_the_storage_is_full() {
    let mut bench = Bench::with(Family::Wavecom, &["AT+CNMI=2,1,0,0,0"]);
    for n in 0..25 {
        bench
            .world
            .text(&"+15125550101".into(), &format!("text {n}"), bench.now);
    }
    assert_eq!(bench.seconds(2).matches("+CMTI").count(), 20);
    assert_eq!(
        bench.send("AT+CPMS?\r"),
        "\r\n+CPMS: \"SM\",20,20,\"SM\",20,20,\"SM\",20,20\r\n\r\nOK\r\n"
    );
    let freed = bench.send("AT+CMGD=1,4\r");
    assert!(freed.starts_with("\r\nOK\r\n"), "{freed:?}");
    assert_eq!(freed.matches("+CMTI").count(), 5);
}

#[test]
fn a_landline_takes_the_text_and_reports_failure() {
    let mut bench = Bench::with(Family::Generic, &["AT+CNMI=2,1,0,1,0"]);
    bench.world.set_landline(&"+46708251358".into());
    bench.send(&format!("AT+CMGS=23\r{SUBMIT}\x1a"));
    let told = bench.seconds(4);
    assert!(
        told.starts_with("\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n+CDS: 25\r\n") && told.ends_with("41\r\n"),
        "{told:?}"
    );
    assert!(bench.texts_at("+46708251358").is_empty());
}

#[test]
fn the_notification_ladder_is_refused_where_makers_refuse_it() {
    for (family, refused, taken) in [
        (Family::Sim7600, "2,1,0,1,0", "1,1,0,1,0"),
        (Family::A7670, "2,1,0,2,0", "1,1,0,1,0"),
        (Family::Huawei, "2,1,0,1,0", "2,1,0,2,0"),
    ] {
        let mut bench = Bench::with(family, &["AT+CMEE=1"]);
        assert_eq!(
            bench.send(&format!("AT+CNMI={refused}\r")),
            "\r\n+CMS ERROR: 303\r\n",
            "{}",
            family.name()
        );
        bench.ok(&format!("AT+CNMI={taken}"));
    }
}

#[test]
fn a_reset_brings_boot_lines_and_the_echo_back_and_ends_the_call_silently() {
    let mut bench = Bench::with(Family::Sim7600, &["AT+CLIP=1"]);
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(30), bench.now);
    bench.seconds(1);
    bench.world.inject(Fault::Reset, bench.now);
    assert_eq!(
        bench.seconds(3),
        "\r\nRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n\r\nPB DONE\r\n"
    );
    assert_eq!(bench.send("AT+CLIP?\r"), "AT+CLIP?\r\r\n+CLIP: 0,1\r\n\r\nOK\r\n");
    assert_eq!(bench.seconds(60), "");
}

#[test]
fn a_wrong_pin_costs_a_try_and_the_right_one_opens_the_sim() {
    let mut bench = Bench::quiet(Family::Sim800);
    bench.world.inject(Fault::PinRequired { tries: 2 }, bench.now);
    bench.seconds(3);
    bench.ok("ATE0+CMEE=1");
    assert_eq!(bench.send("AT+CPIN?\r"), "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    assert_eq!(bench.send("AT+CMGL=4\r"), "\r\n+CMS ERROR: 311\r\n");
    assert_eq!(bench.send("AT+CPIN=\"0000\"\r"), "\r\n+CME ERROR: 16\r\n");
    assert_eq!(bench.send("AT+SPIC\r"), "\r\n+SPIC: 1,10,3,10\r\n\r\nOK\r\n");
    bench.ok("AT+CPIN=\"1234\"");
    assert_eq!(bench.seconds(3), "\r\n+CPIN: READY\r\n");
}

#[test]
fn faults_of_sending_do_what_they_say() {
    let send = |fault: Fault| {
        let mut bench = Bench::quiet(Family::Generic);
        bench.world.inject(fault, bench.now);
        let told = bench.send("AT+CMGS=23\r") + &bench.send(&format!("{SUBMIT}\x1a")) + &bench.seconds(20);
        (told, bench.texts_at("+46708251358").len())
    };
    assert_eq!(send(Fault::LoseSendResult), ("\r\n> ".into(), 1));
    assert_eq!(
        send(Fault::DelaySendResult(Duration::from_secs(5))),
        ("\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n".into(), 1)
    );
    assert_eq!(send(Fault::NoPrompt), ("\r\n+CMGS: 0\r\n\r\nOK\r\n".into(), 1));
    assert_eq!(send(Fault::BarePrompt), ("\r\n>\r\n+CMGS: 0\r\n\r\nOK\r\n".into(), 1));
    assert_eq!(send(Fault::EarlyOk), ("\r\n> \r\nOK\r\n".into(), 1));
    assert_eq!(
        send(Fault::SendErrors { code: 38, times: 1 }),
        ("\r\n> \r\n+CMS ERROR: 38\r\n".into(), 0)
    );
    assert_eq!(send(Fault::Mute(Duration::from_secs(60))), (String::new(), 0));
    assert_eq!(
        send(Fault::RegistrationLost(Duration::from_secs(60))),
        ("\r\n> \r\n+CMS ERROR: 331\r\n".into(), 0)
    );
}

#[test]
fn faults_of_announcing_do_what_they_say() {
    let arrive = |fault: Fault| {
        let mut bench = Bench::with(Family::Generic, &["AT+CNMI=2,1,0,0,0"]);
        bench.world.inject(fault, bench.now);
        bench.world.text(&"+15125550101".into(), "hello", bench.now);
        bench.seconds(2)
    };
    assert_eq!(arrive(Fault::IndexMinusOne), "\r\n+CMTI: \"SM\",-1\r\n");
    assert_eq!(arrive(Fault::WrongMemory), "\r\n+CMTI: \"ME\",1\r\n");
    assert_eq!(
        arrive(Fault::DuplicateUrcs),
        "\r\n+CMTI: \"SM\",1\r\n\r\n+CMTI: \"SM\",1\r\n"
    );
    assert_eq!(arrive(Fault::StorageFull), "");
}

#[test]
fn faults_of_calls_and_of_the_sim_do_what_they_say() {
    let mut bench = Bench::with(Family::Generic, &["AT+CLIP=1", "AT+CMEE=1"]);
    bench.world.inject(Fault::ClipFirst, bench.now);
    bench.world.inject(Fault::PhantomCall, bench.now);
    assert_eq!(
        bench.caller(known("5550101"), 3),
        "\r\n+CLIP: \"5550101\",129,,,,0\r\n\r\nRING\r\n"
    );
    assert_eq!(bench.send("AT+CLCC\r"), "\r\n+CLCC: 7,1,0,1,0,\"\",128\r\n\r\nOK\r\n");
    bench.world.inject(Fault::SimBusy(Duration::from_secs(5)), bench.now);
    assert_eq!(bench.send("AT+CPIN?\r"), "\r\n+CME ERROR: 14\r\n");
    bench.seconds(5);
    bench.ok("AT+CPIN?");
    bench.world.inject(Fault::Registration(6), bench.now);
    assert_eq!(bench.send("AT+CREG?\r"), "\r\n+CREG: 0,6\r\n\r\nOK\r\n");
    assert_eq!(
        bench.caller(known("5550101"), 3),
        "",
        "registered for texts only: calls never ring"
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = || {
        let mut bench = Bench::with(Family::Huawei, &["AT+CLIP=1", "AT+CNMI=2,1,0,2,0"]);
        bench.world.inject(Fault::GarbleBytes(10), bench.now);
        bench
            .world
            .text(&"+15125550101".into(), &"long text ".repeat(40), bench.now);
        bench.caller(known("+15125550101"), 30)
    };
    assert_eq!(story(), story());
}

#[test]
fn no_bytes_from_the_client_can_break_it() {
    let mut seed = 1u64;
    let alphabet = b"AT+CMGSRLDF=?;\",0123456789\r\n\x1a\x1b\x08\xff/EVQ^#";
    for family in Family::ALL {
        let mut bench = Bench::new(family);
        for _ in 0..3000 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let byte = alphabet[usize::try_from(seed >> 33).unwrap_or(0) % alphabet.len()];
            bench.world.handle_bytes(&[byte], bench.now);
            bench.wait(Duration::from_millis(5));
        }
        bench.send("\x1b\x1b\r");
        bench.ok("ATQ0V1");
    }
}

/// What a stranger's client may ask, and what TS 27.007, TS 27.005 and V.250 have a modem answer.
#[test]
fn what_clients_ask_is_answered_as_the_standards_have_it() {
    for (sent, expected) in [
        // V.250 §5.2.1: blanks and small letters; §5.2.4: only what stands behind the last AT.
        ("at + c s q\r", "\r\n+CSQ: 21,99\r\n\r\nOK\r\n"),
        ("AT +CREG ? ; +CSQ\r", "\r\n+CREG: 0,1\r\n\r\n+CSQ: 21,99\r\n\r\nOK\r\n"),
        ("+++AT\r", "\r\nOK\r\n"),
        ("AT+FCLASS=0;+FCLASS?\r", "\r\n+FCLASS: 0\r\n\r\nOK\r\n"),
        ("AT+FCLASS=1\r", "\r\nERROR\r\n"),
        ("ATQ0V1E0S0=0&C1&D2+FCLASS=0\r", "\r\nOK\r\n"),
        ("ATX4\r", "\r\nOK\r\n"),
        (
            "AT&V\r",
            "\r\nE0 Q0 V1\r\nS0:000 S3:013 S4:010 S5:008 S6:002 S7:060 S8:002 S10:015\r\n\r\nOK\r\n",
        ),
        ("AT+CMUX=0\r", "\r\nERROR\r\n"),
        (
            "AT+IPR=?;+IPR=115200\r",
            "\r\n+IPR: (0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600)\r\n\r\nOK\r\n",
        ),
        ("AT+CFUN=?\r", "\r\n+CFUN: (0,1,4),(0,1)\r\n\r\nOK\r\n"),
        ("AT+CGSN=1\r", "\r\n+CGSN: \"862636050012345\"\r\n\r\nOK\r\n"),
        // V.250 §6.2.1–6.2.3: the characters of S3, S4 and S5.
        ("ATS3=33\rATS4=45!AT+CSQ!", "!\nOK!\n!-OK!-!-+CSQ: 21,99!-!-OK!-"),
        ("ATS5=42\rAT+CSX*Q\r", "\r\nOK\r\n\r\n+CSQ: 21,99\r\n\r\nOK\r\n"),
        ("ATS3?;S4?;S5?\r", "\r\n013\r\n\r\n010\r\n\r\n008\r\n\r\nOK\r\n"),
        ("ATS3=128\r", "\r\nERROR\r\n"),
        // Operators.
        ("AT+COPS?\r", "\r\n+COPS: 0,0,\"Textback Mobile\",7\r\n\r\nOK\r\n"),
        ("AT+COPS=3,2;+COPS?\r", "\r\n+COPS: 0,2,\"310260\",7\r\n\r\nOK\r\n"),
        (
            "AT+COPS=?\r",
            "\r\n+COPS: (2,\"Textback Mobile\",\"Textback Mobile\",\"310260\",7),(3,\"Other Mobile\",\"Other\",\"310999\",7),,(0-4),(0-2)\r\n\r\nOK\r\n",
        ),
        (
            "AT+COPS=1,2,\"310260\";+COPS=3,0;+COPS?\r",
            "\r\n+COPS: 1,0,\"Textback Mobile\",7\r\n\r\nOK\r\n",
        ),
        ("AT+CMEE=1;+COPS=1,2,\"310999\"\r", "\r\n+CME ERROR: 32\r\n"),
        (
            "AT+COPS=4,2,\"310999\";+COPS?\r",
            "\r\n+COPS: 0,0,\"Textback Mobile\",7\r\n\r\nOK\r\n",
        ),
        (
            "AT+COPS=2;+COPS?;+CREG?\r",
            "\r\n+COPS: 2\r\n\r\n+CREG: 0,0\r\n\r\nOK\r\n",
        ),
        ("AT+COPS=2;+COPS=0;+CREG?\r", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
        ("AT+CREG=1;+COPS=2\r", "\r\n+CREG: 0\r\n\r\nOK\r\n"),
        // Locks.
        ("AT+CLCK=\"SC\",2\r", "\r\n+CLCK: 0\r\n\r\nOK\r\n"),
        (
            "AT+CLCK=\"SC\",1,\"1234\";+CLCK=\"SC\",2\r",
            "\r\n+CLCK: 1\r\n\r\nOK\r\n",
        ),
        ("AT+CMEE=1;+CLCK=\"SC\",1,\"9999\"\r", "\r\n+CME ERROR: 16\r\n"),
        (
            "AT+CLCK=\"SC\",1,\"1234\";+CPWD=\"SC\",\"1234\",\"4711\";+CLCK=\"SC\",0,\"4711\"\r",
            "\r\nOK\r\n",
        ),
        ("AT+CLCK=\"AO\",2\r", "\r\n+CLCK: 0\r\n\r\nOK\r\n"),
        ("AT+CPWD=?\r", "\r\n+CPWD: (\"SC\",8)\r\n\r\nOK\r\n"),
        // The phonebook.
        (
            "AT+CPBS=?\r",
            "\r\n+CPBS: (\"SM\",\"ME\",\"ON\",\"DC\",\"MC\",\"RC\")\r\n\r\nOK\r\n",
        ),
        (
            "AT+CPBS=\"ON\";+CPBR=1,2\r",
            "\r\n+CPBR: 1,\"+15125550199\",145,\"\"\r\n\r\nOK\r\n",
        ),
        (
            "AT+CPBW=3,\"+15125550101\",145,\"Ann, Lee\";+CPBW=,\"5550102\",,\"bob\";+CPBR=1,250\r",
            "\r\n+CPBR: 1,\"5550102\",129,\"bob\"\r\n+CPBR: 3,\"+15125550101\",145,\"Ann, Lee\"\r\n\r\nOK\r\n",
        ),
        (
            "AT+CPBW=9,\"1\",129,\"Bob\";+CPBF=\"bo\"\r",
            "\r\n+CPBF: 9,\"1\",129,\"Bob\"\r\n\r\nOK\r\n",
        ),
        (
            "AT+CPBW=9,\"1\",129,\"Bob\";+CPBW=9;+CPBR=9;+CPBS?\r",
            "\r\n+CPBS: \"SM\",0,250\r\n\r\nOK\r\n",
        ),
        ("AT+CMEE=1;+CPBR=251\r", "\r\n+CME ERROR: 21\r\n"),
        (
            "AT+CMEE=1;+CPBW=1,\"1\",129,\"a name that is too long\"\r",
            "\r\n+CME ERROR: 24\r\n",
        ),
        ("AT+CMEE=1;+CPBS=\"MC\";+CPBW=1,\"1\"\r", "\r\n+CME ERROR: 3\r\n"),
        (
            "AT+CSCS=\"UCS2\";+CPBW=1,\"1\",129,\"0416\";+CPBR=1;+CSCS=\"UTF-8\";+CPBR=1\r",
            "\r\n+CPBR: 1,\"1\",129,\"0416\"\r\n\r\n+CPBR: 1,\"1\",129,\"Ð\u{96}\"\r\n\r\nOK\r\n",
        ),
        // Character sets of what comes unasked, and codes that are dialled.
        (
            "AT+CLIR?;+CLIR=1;+CLIR?\r",
            "\r\n+CLIR: 0,4\r\n\r\n+CLIR: 1,4\r\n\r\nOK\r\n",
        ),
        ("AT+CMEE=1;+VTS=1\r", "\r\n+CME ERROR: 3\r\n"),
        ("AT+CIND?\r", "\r\n+CIND: 5,4,1,0,0,0\r\n\r\nOK\r\n"),
    ] {
        assert_eq!(Bench::quiet(Family::Generic).send(sent), expected, "{sent:?}");
    }
}

/// TS 27.007 §8.18: the files that a telephony daemon reads before it trusts a SIM; TS 51.011 §9.4 where there is none.
#[test]
fn the_cards_files_are_read_and_what_is_not_there_is_said_by_the_card() {
    for (sent, expected) in [
        (
            "AT+CRSM=176,12258,0,0,10",
            "+CRSM: 144,0,\"98106210325476981032\"".to_owned(),
        ),
        (
            "AT+CRSM=176,28423,0,0,9",
            "+CRSM: 144,0,\"083901621032547698\"".to_owned(),
        ),
        (
            "AT+CRSM=176,28486,0,0,17",
            "+CRSM: 144,0,\"01546578746261636B204D6F62696C65FF\"".to_owned(),
        ),
        ("AT+CRSM=176,28589,0,0,4", "+CRSM: 144,0,\"00000003\"".to_owned()),
        ("AT+CRSM=176,28589,0,3,1", "+CRSM: 144,0,\"03\"".to_owned()),
        (
            "AT+CRSM=192,28589,0,0,15",
            "+CRSM: 144,0,\"000000046FAD04001FFFFF01020000\"".to_owned(),
        ),
        (
            "AT+CRSM=192,28589",
            "+CRSM: 144,0,\"000000046FAD04001FFFFF01020000\"".to_owned(),
        ),
        ("AT+CRSM=176,28589,0,0,5", "+CRSM: 103,0".to_owned()),
        ("AT+CRSM=178,28615,1,4,30", "+CRSM: 106,130".to_owned()),
        ("AT+CRSM=192,28615", "+CRSM: 106,130".to_owned()),
        ("AT+CRSM=214,28589,0,0,1,\"00\"", "+CRSM: 105,130".to_owned()),
        ("AT+CRSM=7,28589", "+CRSM: 109,0".to_owned()),
    ] {
        let answer = Bench::quiet(Family::Generic).send(&format!("{sent}\r"));
        assert_eq!(answer, format!("\r\n{expected}\r\n\r\nOK\r\n"), "{sent}");
    }
}

/// What other programs are known to send first, each line in their manner, all accepted: their openings must
/// not stop here. (gammu, smstools, gnokii, python-gsmmodem and serialport-gsm themselves are run in `tests/peers`.)
#[test]
fn the_openings_of_other_clients_are_taken_as_a_modem_takes_them() {
    let clients: [(&str, Family, &[&str]); 10] = [
        (
            "a mobile-broadband daemon",
            Family::Generic,
            &[
                "ATE0",
                "ATV1",
                "AT+CMEE=1",
                "ATX4",
                "AT&C1",
                "AT+IFC?",
                "AT+IFC=?",
                "AT+GCAP",
                "ATI",
                "AT+CGMI",
                "AT+CGMM",
                "AT+CGMR",
                "AT+CGSN",
                "AT+CPIN?",
                "AT+CLCK=?",
                "AT+CLCK=\"SC\",2",
                "AT+CFUN?",
                "AT+CREG=2",
                "AT+CGREG=2",
                "AT+CEREG=2",
                "AT+CIND=?",
                "AT+CIND?",
                "AT+CMER=?",
                "AT+CMER=3,0,0,1",
                "AT+CSCS=?",
                "AT+CSCS=\"UCS2\"",
                "AT+CSCS?",
                "AT+CNUM",
                "AT+CIMI",
                "AT+CRSM=176,28589,0,0,4",
                "AT+CRSM=176,12258,0,0,10",
                "AT+CPMS=?",
                "AT+CPMS?",
                "AT+CMGF=?",
                "AT+CMGF=0",
                "AT+CNMI=2,1,2,1,0",
                "AT+CUSD=1",
                "AT+CRC=1",
                "AT+CLIP=1",
                "AT+CCWA=1",
                "AT+CTZR=1",
                "AT+CCLK?",
                "AT+CESQ=?",
                "AT+CESQ",
                "AT+COPS=3,2;+COPS?",
                "AT+COPS=3,0;+COPS?",
                "AT+CSQ",
                "AT+CGDCONT=?",
                "AT+CGDCONT?",
                "AT+CGACT?",
                "AT+CGATT?",
                "AT+CLCC",
                "AT+CNUM=?",
            ],
        ),
        (
            "a telephony daemon",
            Family::Generic,
            &[
                "ATE0",
                "AT+CFUN=?",
                "AT+CFUN=1",
                "AT+CPIN?",
                "AT+CLCK=\"PN\",2",
                "AT+CRSM=192,12258",
                "AT+CRSM=192,28486",
                "AT+CRSM=192,28615",
                "AT+CIMI",
                "AT+CREG=?",
                "AT+CREG=2",
                "AT+CIND=?",
                "AT+CMER=?",
                "AT+CSMS=?",
                "AT+CSMS=1",
                "AT+CSMS?",
                "AT+CMGF=?",
                "AT+CMGF=0",
                "AT+CPMS=?",
                "AT+CPMS=\"SM\",\"SM\",\"SM\"",
                "AT+CNMI=?",
                "AT+CNMI=1,2,2,1,0",
                "AT+CMGL=4",
                "AT+CSCA?",
                "AT+CSCB=?",
                "AT+CLIP?",
                "AT+CLIR?",
                "AT+COLP?",
                "AT+CCWA=?",
                "AT+CSSN=1,1",
                "AT+CPBS=?",
                "AT+CPBS=\"SM\"",
                "AT+CPBR=?",
                "AT+CHLD=?",
                "AT+VTS=?",
                "AT+CGREG=2",
                "AT+CBC",
            ],
        ),
        (
            "an SMS gateway with a setting of first octets",
            Family::Generic,
            &[
                "ATZ",
                "AT",
                "AT&F",
                "ATE0",
                "AT+IFC=2,2",
                "AT+CMEE=1",
                "AT+CPIN?",
                "AT+CMGF=0",
                "AT+CSMS=?",
                "AT+CSMS=1",
                "AT+CNMI=1,2,0,1,0",
                "AT+CPMS?",
                "AT+GMM",
            ],
        ),
        (
            "a spooler",
            Family::Generic,
            &[
                "AT",
                "ATE0+CMEE=1",
                "AT+CPIN?",
                "AT+CSQ",
                "AT+CREG?",
                "AT+CSCA?",
                "AT+CMGF=0",
                "AT+CPMS=\"SM\"",
                "AT+CPMS?",
                "AT+CMGL=4",
                "AT+CIMI",
                "AT+CGSN",
                "AT+CLIP=1",
            ],
        ),
        (
            "an exchange's channel for sticks",
            Family::Huawei,
            &[
                "AT",
                "ATZ",
                "ATE0",
                "AT^U2DIAG=0",
                "AT+CGMI",
                "AT+CGMM",
                "AT+CGMR",
                "AT+CMEE=0",
                "AT+CGSN",
                "AT+CIMI",
                "AT+CPIN?",
                "AT+COPS=3,0",
                "AT+CREG=2",
                "AT+CREG?",
                "AT+CNUM",
                "AT^CVOICE?",
                "AT+CSCA?",
                "AT+CLIP=1",
                "AT+CSSN=1,1",
                "AT+CMGF=0",
                "AT+CSCS=\"UCS2\"",
                "AT+CPMS=\"SM\",\"SM\",\"SM\"",
                "AT+CNMI=2,1,0,2,0",
                "AT+CSQ",
                "AT+COPS?",
            ],
        ),
        (
            "an exchange's channel for modules",
            Family::Ec25,
            &[
                "AT",
                "ATE0",
                "AT+CGMI",
                "AT+CGMM",
                "AT+CGMR",
                "AT+CMEE=0",
                "AT+CGSN",
                "AT+CPIN?",
                "AT+CIMI",
                "AT+QCCID",
                "AT+CREG=2",
                "AT+CREG?",
                "AT+CNUM",
                "AT+CSSN=1,1",
                "AT+CSCA?",
                "AT+CLIP=1",
                "AT+CMGF=0",
                "AT+CSCS=\"UCS2\"",
                "AT+CNMI=2,1,0,2,0",
                "AT+QINDCFG=\"ccinfo\",1,0",
                "AT+CSQ",
            ],
        ),
        (
            "a Go library, in text mode",
            Family::Generic,
            &[
                "ATZ",
                "ATE0",
                "AT+GCAP",
                "AT+CMGF=1",
                "AT+CSCS=\"GSM\"",
                "AT+CNMI=1,2,0,0,0",
                "AT+CSMS=1",
                "AT+CSMP=49,167,0,0",
            ],
        ),
        (
            "a Java library",
            Family::Generic,
            &[
                "ATZ",
                "ATE0",
                "AT+CLIP=1",
                "AT+CMEE=1",
                "AT+CPIN?",
                "AT+CREG?",
                "AT+COPS=0",
                "AT+CPMS?",
                "AT+CNMI=?",
                "AT+CMGF=0",
                "AT+CSCS?",
                "AT+CPMS=\"SM\"",
                "AT+CNMI=2,1,0,0,0",
            ],
        ),
        (
            "a Node library",
            Family::Generic,
            &[
                "AT",
                "ATE0",
                "AT+CMEE=1",
                "AT+CMGF=0",
                "AT+CPMS=\"SM\"",
                "AT+CNMI=2,1,0,2,0",
                "AT+CLIP=1",
                "AT+CMGL=4",
            ],
        ),
        (
            "a shell script of one line",
            Family::Generic,
            &[
                "AT&FE0+CMGF=1;+CNMI=2,1,0,0,0",
                "AT+CMGL=\"ALL\"",
                "AT+CMGL=\"REC UNREAD\",1",
                "AT+CMGD=1,4",
            ],
        ),
    ];
    for (client, family, opening) in clients {
        let mut bench = Bench::new(family);
        for sent in opening {
            let answer = bench.send(&format!("{sent}\r")) + &bench.seconds(3);
            assert!(answer.contains("\r\nOK\r\n"), "{client}: {sent}: {answer:?}");
        }
    }
}

/// TS 27.007 §8.37: what is listed is there.
#[test]
fn every_command_that_is_listed_is_known() {
    for family in Family::ALL {
        let mut bench = Bench::quiet(family);
        bench.ok("AT+CMEE=1");
        let list = bench.send("AT+CLAC\r");
        let listed: Vec<String> = list
            .lines()
            .filter(|l| l.starts_with("AT"))
            .map(str::to_owned)
            .collect();
        assert!(listed.len() > 90 && list.ends_with("\r\nOK\r\n"), "{list}");
        let strange = bench.send("AT+NOPE\r");
        for command in listed.iter().filter(|c| c.contains(['+', '^', '#'])) {
            let known = ["", "?", "=?"]
                .iter()
                .any(|form| bench.send(&format!("{command}{form}\r")) != strange);
            assert!(known, "{}: {command}", family.name());
        }
    }
}

#[test]
fn a_code_of_the_network_may_be_dialled_and_its_answer_is_in_the_chosen_set() {
    let mut bench = Bench::with(Family::Generic, &["AT+CUSD=1"]);
    assert_eq!(
        bench.send("ATD*100#;\r") + &bench.seconds(2),
        "\r\nOK\r\n\r\n+CUSD: 0,\"Balance: $12.34, valid 'until' June\",15\r\n"
    );
    bench.ok("AT+CUSD=2");
    assert_eq!(bench.send("AT+CUSD?\r"), "\r\n+CUSD: 1\r\n\r\nOK\r\n");
    assert_eq!(
        bench.send("AT+CUSD=0,\"*100#\",15\r") + &bench.seconds(2),
        "\r\nOK\r\n",
        "asked, and the answer is for nobody"
    );
    bench.ok("AT+CSCS=\"UCS2\"");
    assert_eq!(bench.send("AT+CUSD=1,\"002A0031003000300023\",15\r"), "\r\nOK\r\n");
    assert!(bench.seconds(2).starts_with("\r\n+CUSD: 0,\"00420061006C"));
}

#[test]
fn a_pin_that_is_switched_on_is_asked_for_at_the_next_start_and_a_puk_brings_a_new_one() {
    let mut bench = Bench::with(Family::Generic, &["AT+CLCK=\"SC\",1,\"1234\"", "AT+CFUN=1,1"]);
    bench.seconds(5);
    assert_eq!(
        bench.send("ATE0+CMEE=1;+CPIN?\r"),
        "ATE0+CMEE=1;+CPIN?\r\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"
    );
    for (sent, expected) in [
        ("AT+CPBR=1\r", "\r\n+CME ERROR: 11\r\n"),
        ("AT+CPIN=1111\r", "\r\n+CME ERROR: 16\r\n"),
        ("AT+CPIN=\"1111\"\r", "\r\n+CME ERROR: 16\r\n"),
        ("AT+CPIN=1111\r", "\r\n+CME ERROR: 12\r\n"),
        ("AT+CPIN?\r", "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n"),
        ("AT+CPIN=\"1234\"\r", "\r\n+CME ERROR: 12\r\n"),
        ("AT+CPIN=\"12345678\",\"4711\"\r", "\r\nOK\r\n"),
        ("AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"),
        ("AT+CLCK=\"SC\",0,\"4711\"\r", "\r\nOK\r\n"),
    ] {
        assert_eq!(bench.send(sent), expected, "{sent:?}");
    }
}

#[test]
fn a_written_message_goes_to_whom_the_sending_names_and_a_command_to_the_centre() {
    let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1"]);
    assert_eq!(bench.send("AT+CMGW=\"+15125550101\",145,\"STO UNSENT\"\r"), "\r\n> ");
    assert_eq!(bench.send("kept\x1a"), "\r\n+CMGW: 1\r\n\r\nOK\r\n");
    assert_eq!(
        bench.send("AT+CMSS=1,\"15125550102\",145\r") + &bench.seconds(2),
        "\r\n+CMSS: 0\r\n\r\nOK\r\n"
    );
    assert_eq!(bench.texts_at("+15125550102"), ["kept"]);
    assert!(bench.texts_at("+15125550101").is_empty());
    assert_eq!(bench.send("AT+CMGC=2,0,0,5,\"+15125550101\"\r"), "\r\n> ");
    assert_eq!(bench.send("\x1a"), "\r\n+CMGC: 1\r\n\r\nOK\r\n");
    bench.ok("AT+CMGF=0");
    assert_eq!(bench.send("AT+CMGC=13\r"), "\r\n> ");
    assert_eq!(bench.send("00020000000"), "");
    assert_eq!(bench.send("\x1a"), "\r\n+CMS ERROR: 304\r\n");
    bench.send("AT+CMGC=13\r");
    assert_eq!(
        bench.send("0002000000050B915121551510F100\x1a"),
        "\r\n+CMS ERROR: 304\r\n"
    );
    bench.send("AT+CMGC=14\r");
    assert_eq!(
        bench.send("0002000000050B915121551510F100\x1a"),
        "\r\n+CMGC: 2\r\n\r\nOK\r\n"
    );
}

#[test]
fn latin_1_and_utf_8_come_and_go_octet_by_octet() {
    let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1", "AT+CSCS=\"8859-1\"", "AT+CNMI=2,2"]);
    bench.send("AT+CMGS=\"+15125550101\"\r");
    bench.world.handle_bytes(b"Gr\xfc\xdfe\x1a", bench.now);
    bench.seconds(3);
    bench.world.text(&"+15125550101".into(), "Übel €", bench.now);
    assert!(
        bench.seconds(2).ends_with("\r\nÜbel ?\r\n"),
        "an octet for Ü; the euro has none"
    );
    bench.ok("AT+CSCS=\"UTF-8\"");
    bench.send("AT+CMGS=\"+15125550101\"\rné€\x1a");
    bench.seconds(3);
    assert_eq!(bench.texts_at("+15125550101"), ["Grüße", "né€"]);
}

#[test]
fn indicators_are_told_where_they_are_asked_for() {
    let mut bench = Bench::with(Family::Generic, &["AT+CMER=3,0,0,1", "AT+CNMI=2,1"]);
    bench.world.text(&"+15125550101".into(), "hello", bench.now);
    assert_eq!(bench.seconds(1), "\r\n+CMTI: \"SM\",1\r\n\r\n+CIEV: 4,1\r\n");
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(60), bench.now);
    bench.seconds(1);
    assert_eq!(bench.send("ATA\r"), "\r\n+CIEV: 5,1\r\n\r\nOK\r\n");
    assert_eq!(bench.send("ATH\r"), "\r\n+CIEV: 5,0\r\n\r\nOK\r\n");
    assert_eq!(bench.send("AT+COPS=2\r"), "\r\n+CIEV: 3,0\r\n\r\nOK\r\n");
}

#[test]
fn huawei_tells_each_step_of_a_call_that_is_dialled() {
    let mut bench = Bench::quiet(Family::Huawei);
    let said = bench.send("ATD+15125550101;\r") + &bench.seconds(1);
    assert!(
        said.contains("^ORIG:1,0") && said.contains("^CONF:1") && said.contains("OK"),
        "{said}"
    );
}

#[test]
fn calls_nobody_took_are_remembered_newest_first_and_over_a_restart() {
    let mut bench = Bench::quiet(Family::Ec25);
    bench.ok("AT+CPBS=\"MC\"");
    assert_eq!(bench.send("AT+CPBR=1,10\r"), "\r\nOK\r\n");
    for number in ["+15125557788", "5553311"] {
        bench.caller(known(number), 4);
    }
    bench.caller(Caller::Withheld, 4);
    bench.world.restart(bench.now);
    bench.seconds(5);
    bench.send("ATE0\r");
    bench.ok("AT+CPBS=\"MC\"");
    assert_eq!(bench.send("AT+CPBS?\r"), "\r\n+CPBS: \"MC\",2,20\r\n\r\nOK\r\n");
    assert_eq!(
        bench.send("AT+CPBR=1,10\r"),
        "\r\n+CPBR: 1,\"5553311\",129,\"\"\r\n+CPBR: 2,\"+15125557788\",145,\"\"\r\n\r\nOK\r\n"
    );
}

#[test]
fn a_modem_the_network_forgot_says_it_is_registered_and_nothing_reaches_it_until_its_radio_was_off() {
    let mut bench = Bench::with(Family::Generic, &["AT+CLIP=1"]);
    let forgotten = Fault::Forgotten(Duration::from_secs(3600));
    bench.world.inject(forgotten, bench.now);
    assert_eq!(bench.send("AT+CREG?\r"), "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    assert_eq!(bench.caller(known("+15125557788"), 9), "");
    bench.send("AT+CMGS=23\r");
    assert!(bench.send(&format!("{SUBMIT}\x1a")).contains("ERROR"));
    bench.ok("AT+CFUN=4");
    bench.ok("AT+CFUN=1");
    assert!(
        bench
            .caller(known("+15125557788"), 9)
            .contains("+CLIP: \"+15125557788\"")
    );
}

#[test]
fn a_silent_reset_loses_the_settings_and_says_nothing() {
    let mut bench = Bench::with(Family::Sim7600, &["AT+CREG=2"]);
    bench.world.inject(Fault::SilentReset, bench.now);
    assert_eq!(bench.seconds(30), "");
    assert_eq!(
        bench.send("AT+CREG?\r"),
        "AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n",
        "echo is on"
    );
}

#[test]
fn faults_of_memories_name_the_wrong_slot_and_say_full_for_a_notice() {
    let mut bench = Bench::with(Family::Huawei, &["AT+CMGF=0", "AT+CNMI=2,1,0,2,0"]);
    bench.world.inject(Fault::FullInsteadOfNotice, bench.now);
    bench.world.text(&"+15125550101".into(), "hi", bench.now);
    assert_eq!(bench.seconds(2), "\r\n^SMMEMFULL: \"SM\"\r\n");
    assert!(
        bench.send("AT+CMGL=4\r").contains("+CMGL: 0,0,"),
        "it is there all the same"
    );
    bench.world.inject(Fault::WrongReportSlot, bench.now);
    bench.send("AT+CMGS=23\r");
    bench.send(&format!("{SUBMIT}\x1a"));
    let said = bench.seconds(5);
    assert!(said.contains("+CDSI: \"SM\",0"), "{said:?}");
}

#[test]
fn what_comes_unasked_waits_for_the_end_of_a_command() {
    let mut bench = Bench::with(Family::Generic, &["AT+CLIP=1"]);
    bench.world.handle_bytes(b"AT+CPAS\r", bench.now);
    bench
        .world
        .call(known("+15125550101"), Duration::from_secs(3), bench.now);
    let said = bench.seconds(1);
    let ring = "\r\nRING\r\n\r\n+CLIP: \"+15125550101\",145,,,,0\r\n";
    assert_eq!(said, format!("\r\n+CPAS: 3\r\n\r\nOK\r\n{ring}"));
}
#[test]
fn what_is_handed_on_and_what_is_stored_goes_by_the_class() {
    for (mt, class, expected) in [
        (0, 0, ""),
        (0, 1, ""),
        (1, 0, "+CMT:"),
        (1, 3, "+CMTI:"),
        (2, 0, "+CMT:"),
        (2, 1, "+CMT:"),
        (2, 2, "+CMTI:"),
        (2, 3, "+CMT:"),
        (3, 1, "+CMTI:"),
        (3, 2, "+CMTI:"),
        (3, 3, "+CMT:"),
    ] {
        let mut bench = Bench::with(Family::Generic, &["AT+CMGF=1"]);
        bench.ok(&format!("AT+CNMI=2,{mt};+CSMP=17,167,0,{}", 240 + class));
        let own = bench.send("AT+CNUM\r");
        let own = own.split('"').nth(3).unwrap_or_default().to_owned();
        bench.send(&format!("AT+CMGS=\"{own}\"\r"));
        bench.send("to myself\x1a");
        let said = bench.seconds(5);
        let told = said.split_once("OK\r\n").map_or("", |(_, told)| told.trim());
        let first = told.split(' ').next().unwrap_or("");
        assert_eq!(first, expected, "mt {mt}, class {class}: {said:?}");
        let stored = bench.send("AT+CMGL=\"ALL\"\r").contains("+CMGL: 1,");
        let should = expected == "+CMTI:" || (mt, class) == (0, 1);
        assert_eq!(stored, should, "mt {mt}, class {class}");
    }
}
