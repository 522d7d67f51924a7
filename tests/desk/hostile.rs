//! What strangers can and can't do to the box: floods, pumping, machines on the other side, forged lines, spoofed owners.

use super::box_under_test::*;
use std::time::Duration;
use textback::desk::Input;
use textback::ids::SlotToken;
use textback::modem::Received;
use textback::sms::{Content, Dcs, Deliver, Header, Pdu, Timestamp, Tpdu, UserData};
use textback::store::report::Subject;

/// Texts one flood may put on the owner's phone in its first hour, whatever it is made of.
const FLOOD_TOLD_MAX: usize = 60;

fn stranger(n: u32) -> String {
    format!("+1512556{n:04}")
}

/// Lets an hour pass, everything sent as soon as it may be; what the owner got.
fn an_hour(it: &mut Box) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..60 {
        told.extend(it.settle_to(OWNER));
        it.wait_s(55);
    }
    told
}

#[test]
fn thousand_calls_in_a_minute_are_all_decided_and_the_owner_is_not_flooded() {
    let mut it = Box::new();
    for n in 0..1000 {
        it.missed_call(&stranger(n));
        it.wait(Duration::from_millis(60));
    }
    let calls = it.store.calls(2000).unwrap();
    assert_eq!(calls.len(), 1000);
    assert!(
        calls
            .iter()
            .all(|call| call.decision.to_string() != "pending" && !call.reason.is_empty())
    );
    // Callers' texts go first, so the owner's line is free after some hours.
    let told: Vec<String> = (0..4).flat_map(|_| an_hour(&mut it)).collect();
    assert!(told.len() <= FLOOD_TOLD_MAX, "{} texts to the owner", told.len());
    let merged: Vec<&String> = told.iter().filter(|text| text.contains("more missed calls")).collect();
    assert!((1..=6).contains(&merged.len()), "{told:#?}");
    let counts = it.store.counts().unwrap();
    assert!(counts.queued <= 200, "{} texts wait", counts.queued);
    // Dave, after the flood, is served as always.
    it.wait_h(24);
    it.settle();
    it.dave_writes("Are you open?");
    assert!(
        it.store
            .messages(50)
            .unwrap()
            .iter()
            .any(|m| m.text.contains("Are you open?") && m.peer == OWNER)
    );
}

#[test]
fn thousand_texts_from_hundreds_of_people_are_kept_and_told_merged() {
    let mut it = Box::new();
    for n in 0..1000 {
        it.text(&stranger(n % 900), &format!("I need a plumber, number {n}"));
        it.wait(Duration::from_millis(60));
    }
    let kept = it.store.messages(5000).unwrap();
    let heard = kept.iter().filter(|m| m.direction.to_string() == "in").count();
    assert_eq!(heard, 1000, "every text is on record");
    let told = an_hour(&mut it);
    assert!(told.len() <= FLOOD_TOLD_MAX + 10, "{} texts to the owner", told.len());
    let merged = told
        .iter()
        .find(|text| text.contains("more texts"))
        .expect("a merged line");
    assert!(merged.contains("LIST"), "{merged}");
    // What was merged can be read.
    let handle: String = merged
        .split("answer: ")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    it.wait_h(25);
    an_hour(&mut it);
    it.text(OWNER, &handle);
    let shown = it.settle_to(OWNER);
    assert!(
        shown.iter().any(|text| text.contains("I need a plumber")),
        "{handle}: {shown:#?}"
    );
}

#[test]
fn one_number_that_sends_without_end_is_taken_for_a_machine() {
    let mut it = Box::new();
    for n in 0..1000 {
        it.text(DAVE, &format!("different each time {n}"));
        it.wait(Duration::from_millis(60));
    }
    let told = an_hour(&mut it);
    assert!(told.len() <= 30, "{} texts to the owner", told.len());
    assert_eq!(
        told.iter().filter(|text| text.contains("automatic system")).count(),
        1,
        "{told:#?}"
    );
    // And a person again when it is over.
    it.wait_h(1);
    it.text(DAVE, "sorry, my phone was broken. Are you free?");
    assert!(it.settle_to(OWNER).iter().any(|text| text.contains("Are you free?")));
}

#[test]
fn stop_and_start_in_turns_cost_few_texts() {
    let mut it = Box::new();
    for _ in 0..200 {
        it.text(DAVE, "STOP");
        it.wait_s(5);
        it.text(DAVE, "START");
        it.wait_s(5);
    }
    let mut to_dave = 0;
    let mut to_owner = 0;
    for _ in 0..120 {
        for sent in it.settle() {
            to_dave += usize::from(sent.to == DAVE);
            to_owner += usize::from(sent.to == OWNER);
        }
        it.wait_s(60);
    }
    assert!(to_dave <= 5, "{to_dave} texts to a toggler");
    assert!(to_owner <= 10, "{to_owner} texts to the owner");
    it.text(DAVE, "STOP");
    it.text(OWNER, "13 hello");
    assert!(it.settle_to(DAVE).is_empty(), "the last STOP holds");
}

#[test]
fn nothing_automatic_goes_abroad_or_to_premium_numbers_whatever_they_text() {
    let mut it = Box::new();
    for number in [
        "+2348012345678",
        "+447911123456",
        "+19005551234",
        "+5352345678",
        "+881612345678",
    ] {
        for text in ["HELP", "START", "STOP", "INFO"] {
            it.text(number, text);
        }
        it.missed_call(number);
        it.wait_s(20);
        assert!(it.settle_to(number).is_empty(), "{number} got an automatic text");
    }
    let abroad = it.store.why(&Subject::HandleOrCall(13)).unwrap().unwrap();
    assert!(
        abroad.journal.iter().any(|line| line.why.contains("foreign number")),
        "{abroad:?}"
    );
}

#[test]
fn calls_from_abroad_in_a_row_are_told_a_few_times_and_then_once() {
    let mut it = Box::new();
    for n in 0..100 {
        it.missed_call(&format!("+23480123456{n:02}"));
        it.wait_s(60);
    }
    let told = an_hour(&mut it);
    assert!((2..=6).contains(&told.len()), "{told:#?}");
    assert!(
        told.iter().any(|text| text.contains("not told one by one")),
        "{told:#?}"
    );
    assert_eq!(it.store.calls(200).unwrap().len(), 100);
}

#[test]
fn hundreds_of_texts_without_an_answer_stop_the_automatic_ones_and_the_owner_can_say_go_on() {
    let mut it = Box::with("[limits]\nper_minute = 1000\nper_hour = 1000\nper_day = 1000\n");
    for n in 0..150 {
        it.missed_call(&stranger(n));
        it.wait_s(10);
        it.send();
    }
    let (decision, reason) = it.decision();
    assert_eq!(decision, "skipped");
    assert!(reason.contains("hardly anybody answered"), "{reason}");
    let told: Vec<String> = it.settle_to(OWNER);
    let _ = told;
    it.text(OWNER, "RESUME");
    it.settle();
    it.missed_call(&stranger(900));
    assert_eq!(it.decision().0, "texted", "the owner knows better");
}

#[test]
fn answers_keep_the_automatic_texts_going() {
    let mut it = Box::with("[limits]\nper_minute = 1000\nper_hour = 1000\nper_day = 1000\n");
    for n in 0..150 {
        it.missed_call(&stranger(n));
        it.wait_s(10);
        it.send();
        if n % 10 == 0 {
            it.text(&stranger(n), "yes please, the boiler is cold");
            it.send();
        }
    }
    assert_eq!(it.decision().0, "texted");
}

/// Carries texts between two boxes, each known to the other by its SIM's number, for six hours; how many went.
fn hours_between(a: (&mut Box, &str), b: (&mut Box, &str)) -> usize {
    let mut carried = 0;
    for _ in 0..6 * 60 {
        let from_a: Vec<String> = a.0.settle_to(b.1);
        let from_b: Vec<String> = b.0.settle_to(a.1);
        carried += from_a.len() + from_b.len();
        for text in from_a {
            b.0.text(a.1, &text);
        }
        for text in from_b {
            a.0.text(b.1, &text);
        }
        a.0.wait_s(55);
        b.0.wait_s(55);
    }
    carried
}

#[test]
fn two_boxes_that_answer_each_other_fall_silent() {
    // Each other's missed caller, by a spoofed call and spoofed texts.
    for text in ["HELP", "STOP", "START", "Are you there?"] {
        let (mut a, mut b) = (Box::new(), Box::new());
        a.missed_call("+15125559991");
        b.missed_call("+15125559990");
        a.text("+15125559991", text);
        b.text("+15125559990", text);
        let carried = hours_between((&mut a, "+15125559990"), (&mut b, "+15125559991"));
        assert!(carried <= 12, "{text}: {carried} texts in six hours");
    }
}

#[test]
fn two_boxes_that_are_each_others_owner_fall_silent() {
    let (mut a, mut b) = (Box::new(), Box::new());
    let config = |owner: &str| {
        format!("company = \"Hill\"\nowner = \"{owner}\"\ncountry = \"US\"\ntimezone = \"America/Chicago\"\n")
    };
    a.restart_with(&config("+15125559991"));
    b.restart_with(&config("+15125559990"));
    a.text(DAVE, "Do you fix boilers?");
    let carried = hours_between((&mut a, "+15125559990"), (&mut b, "+15125559991"));
    assert!(carried <= 60, "{carried} texts in six hours");
}

#[test]
fn an_owners_phone_that_answers_by_itself_reaches_no_customer_twice_and_no_loop_begins() {
    let mut it = Box::new();
    it.dave_writes("My boiler leaks");
    let mut to_dave = Vec::new();
    let mut to_owner = 0;
    for _ in 0..600 {
        for sent in it.settle() {
            if sent.to == OWNER {
                to_owner += 1;
                it.text(OWNER, "I'm driving right now - I'll get back to you later.");
            } else {
                to_dave.push(sent.text);
            }
        }
        it.wait_s(20);
    }
    assert!(to_owner <= 20, "{to_owner} texts to a phone that answers by itself");
    to_dave.retain(|text| text.contains("driving"));
    assert!(to_dave.len() <= 2, "{to_dave:#?}");
}

#[test]
fn an_owner_who_writes_much_to_one_customer_is_not_taken_for_a_machine() {
    let mut it = Box::new();
    it.dave_writes("My boiler leaks");
    // The governor lets 60 an hour go, and each of these turns takes three.
    for n in 0..18 {
        it.settle();
        it.text(OWNER, &format!("Question {n}: what does the gauge say now?"));
        let sent = it.settle_to(DAVE);
        assert_eq!(sent.len(), 1, "text {n} went to nobody");
        it.wait_s(40);
        it.text(DAVE, &format!("It says {n}"));
        it.wait_s(40);
    }
}

#[test]
fn a_phone_whose_texts_are_for_nobody_is_told_once_that_they_are_left() {
    let mut it = Box::new();
    let mut said = Vec::new();
    for n in 0..40 {
        it.text(OWNER, &format!("hello {n}"));
        said.extend(it.settle_to(OWNER));
        it.wait_s(20);
    }
    let told = |what: &str| said.iter().filter(|text| text.contains(what)).count();
    assert_eq!(told("Too many texts"), 1, "{said:#?}");
    assert!(said.len() <= 26, "{}", said.len());
    it.wait_h(1);
    it.settle();
    it.text(OWNER, "hello again");
    assert!(it.settle_to(OWNER)[0].starts_with("Held, not sent"));
}

#[test]
fn text_of_250_parts_is_put_together_within_bounds() {
    let mut it = Box::new();
    let mut pdus: Vec<_> = (1..=250)
        .map(|n| {
            it.deliver(
                DAVE,
                Dcs::UCS2,
                part(7, 250, n, &format!("part {n} {}", "x".repeat(40))),
            )
        })
        .collect();
    pdus.reverse();
    for pdu in pdus.clone().into_iter().chain(pdus) {
        it.pdu(pdu);
    }
    let told = it.settle();
    assert!(
        told.iter().all(|sent| sent.to == OWNER) && told.len() <= 3,
        "{} parts to the owner",
        told.len()
    );
    let whole: String = told.iter().map(|sent| sent.text.as_str()).collect();
    assert!(
        whole.starts_with(&format!("NEW 13 {DAVE}: part 1 x")) && whole.ends_with("MORE 13"),
        "{whole}"
    );
    assert_eq!(
        it.store
            .messages(100)
            .unwrap()
            .iter()
            .filter(|m| m.peer == DAVE)
            .count(),
        1
    );
}

#[test]
fn first_parts_without_end_are_bounded() {
    let mut it = Box::new();
    for n in 0..300_u32 {
        let reference = u8::try_from(n % 256).unwrap();
        let pdu = it.deliver(&stranger(n), Dcs::UCS2, part(reference, 250, 1, "never the rest"));
        it.pdu(pdu);
        it.wait(Duration::from_millis(60));
    }
    let told = an_hour(&mut it);
    assert!(told.len() <= FLOOD_TOLD_MAX + 10, "{} texts to the owner", told.len());
}

#[test]
fn nobody_forges_a_second_line_on_the_owners_phone() {
    let mut it = Box::new();
    it.dave_writes("ok");
    it.text(
        ANNA,
        "Hello\n13 Dave: cancel everything\r\nNEW 14 +15550001111: pay here\u{2028}x",
    );
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 1);
    assert!(!told[0].contains(['\n', '\r', '\u{2028}']), "{told:?}");
    assert!(
        told[0].contains("Hello / 13 Dave: cancel everything / NEW 14"),
        "{told:?}"
    );
    // Nor by asking for it again.
    it.text(OWNER, "14");
    let shown = it.settle_to(OWNER);
    assert!(shown[0].lines().all(|line| !line.starts_with("13 ")), "{shown:?}");
}

#[test]
fn escapes_and_turned_reading_do_not_reach_the_owner() {
    let mut it = Box::new();
    it.text(ANNA, "\u{1b}[2J call \u{202e}4321555\u{202c} \u{9b}31m now \u{1f600}");
    let told = it.settle_to(OWNER);
    assert!(!told[0].chars().any(textback::printable::is_unsafe), "{told:?}");
    assert!(told[0].contains("\u{1f600}"), "people's own signs go through");
}

#[test]
fn blanks_in_what_strangers_write_are_never_filled() {
    let mut it = Box::new();
    it.dave_writes("{company} {owner} {phone} {who}");
    it.text(OWNER, "NAME 13 {company}");
    it.settle();
    it.text(DAVE, "{name} {text} {number}");
    assert_eq!(it.settle_to(OWNER), ["13 {company}: {name} {text} {number}"]);
    it.wait_h(24 * 31);
    it.missed_call(DAVE);
    let text = it.settle_to(DAVE).remove(0);
    assert!(
        text.starts_with("Hi {company}, sorry we missed you - this is Hill Country Plumbing."),
        "{text}"
    );
}

/// A PDU with its protocol and coding as given.
fn special(pid: u8, dcs: Dcs, content: Content) -> Vec<u8> {
    let user_data = UserData::new(Header::NONE, content).unwrap();
    let deliver = Deliver {
        pid,
        dcs,
        ..Deliver::new(
            textback::sms::Address::dialled(DAVE).unwrap(),
            Timestamp([0x62, 0x11, 0x52, 0x41, 0x02, 0, 0]),
            user_data,
        )
    };
    let tpdu = Tpdu::Deliver(deliver);
    Pdu { smsc: None, tpdu }.encode().unwrap()
}

#[test]
fn data_for_the_sim_or_the_modem_is_no_picture_and_8_bit_words_are_words() {
    let mut it = Box::new();
    for pid in [0x7C, 0x7D, 0x7E, 0x7F] {
        it.pdu(special(pid, Dcs(0xF6), Content::Data(vec![0x02, 0x70, 0x00, pid])));
    }
    assert!(it.settle().is_empty(), "that is between the operator and the SIM");
    it.pdu(special(0, Dcs::EIGHT_BIT, Content::Data(b"Call me at noon".to_vec())));
    assert_eq!(it.settle_to(OWNER), [format!("NEW 13 {DAVE}: Call me at noon")]);
    it.pdu(special(0, Dcs::EIGHT_BIT, Content::Data(vec![0xFF, 0x00, 0x01])));
    assert_eq!(it.settle_to(OWNER).len(), 1, "said in words that it is nothing to read");
}

#[test]
fn damaged_pdus_by_the_hundred_are_told_once_an_hour() {
    let mut it = Box::new();
    for n in 0..500_u64 {
        it.tell(Input::Received(Received {
            token: SlotToken(10_000 + n),
            pdu: [&[0x0C][..], &n.to_be_bytes()].concat(),
            hex: true,
            swept: false,
        }));
    }
    assert_eq!(an_hour(&mut it).len(), 1);
}

#[test]
fn a_machine_that_says_the_same_twice_is_told_once() {
    let mut it = Box::new();
    it.dave_writes("Thank you for your message. We are closed.");
    for _ in 0..10 {
        it.wait_s(30);
        it.text(DAVE, "Thank you for your message. We are closed.");
    }
    let told = it.settle_to(OWNER);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("automatic system"));
    it.wait_h(80);
    it.missed_call(DAVE);
    assert!(it.settle_to(DAVE).is_empty(), "no automatic text to a machine");
}
