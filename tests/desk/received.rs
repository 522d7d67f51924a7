//! What comes in: each PDU once, long texts in any order, and nothing that disappears or jams.

use super::box_under_test::*;
use textback::desk::Input;
use textback::ids::SlotToken;
use textback::modem::Received;
use textback::sms::{Concat, ConcatReference, Content, Dcs, Header, Ports, UserData};

#[test]
fn same_pdu_read_twice_is_one_text_and_both_slots_may_be_emptied() {
    let mut it = Box::new();
    let pdu = it.pdus(DAVE, "hello").remove(0);
    assert_eq!(it.pdu(pdu.clone()).len(), 1);
    assert_eq!(it.pdu(pdu).len(), 1);
    assert_eq!(it.settle_to(OWNER).len(), 1);
}

#[test]
fn long_text_in_any_order_with_a_part_twice_is_told_once_whole() {
    let mut it = Box::new();
    let pdus: Vec<_> = (1..=3)
        .map(|n| {
            it.deliver(
                DAVE,
                Dcs::UCS2,
                part(7, 3, n, ["one ", "two ", "three"][usize::from(n) - 1]),
            )
        })
        .collect();
    for index in [2, 0, 2, 1] {
        it.pdu(pdus[index].clone());
    }
    assert_eq!(it.settle_to(OWNER), [format!("NEW 13 {DAVE}: one two three")]);
    it.wait_s(200);
    assert!(it.settle().is_empty());
}

#[test]
fn incomplete_text_goes_on_after_two_minutes_and_again_when_whole() {
    let mut it = Box::quiet("");
    let one = it.deliver(DAVE, Dcs::UCS2, part(7, 2, 1, "come to "));
    let two = it.deliver(DAVE, Dcs::UCS2, part(7, 2, 2, "12 Main St"));
    it.pdu(one);
    it.wait_s(100);
    assert!(it.settle().is_empty());
    it.wait_s(30);
    assert_eq!(it.settle_to(OWNER), [format!("NEW 13 {DAVE}: come to [part missing]")]);
    it.wait_h(2);
    it.pdu(two);
    assert_eq!(
        it.settle_to(OWNER),
        [format!("13 {DAVE} (now complete): come to 12 Main St")]
    );
}

#[test]
fn reference_that_comes_round_again_is_a_new_text() {
    let mut it = Box::new();
    for words in [["a1 ", "a2"], ["b1 ", "b2"]] {
        for (n, text) in (1..).zip(words) {
            it.wait_s(1);
            let pdu = it.deliver(DAVE, Dcs::UCS2, part(7, 2, n, text));
            it.pdu(pdu);
        }
    }
    let told = it.settle_to(OWNER);
    assert_eq!(told, [format!("NEW 13 {DAVE}: a1 a2"), format!("13 {DAVE}: b1 b2")]);
}

#[test]
fn incomplete_text_from_the_owner_is_not_acted_on() {
    let mut it = Box::new();
    it.dave_writes("hi");
    let one = it.deliver(OWNER, Dcs::UCS2, part(7, 2, 1, "13 I will be there at "));
    let two = it.deliver(OWNER, Dcs::UCS2, part(7, 2, 2, "three"));
    it.pdu(one);
    it.wait_s(130);
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    it.pdu(two);
    assert_eq!(it.settle_to(DAVE), ["I will be there at three"]);
}

#[test]
fn rubbish_is_kept_and_told_once_an_hour_and_does_not_jam() {
    let mut it = Box::new();
    for (token, pdu, hex) in [
        (1, vec![0x07, 0x91], true),
        (2, vec![0x07, 0x91], true),
        (3, b"hello".to_vec(), false),
    ] {
        let effects = it.tell(Input::Received(Received {
            token: SlotToken(token),
            pdu,
            hex,
            swept: true,
        }));
        assert_eq!(effects.committed, [SlotToken(token)]);
    }
    // One line an hour: a spoilt line brings one text in many shapes.
    assert_eq!(it.settle_to(OWNER).len(), 1);
    assert_eq!(it.store.counts().unwrap().undecodable, 2);
    it.wait_s(3600);
    it.pdu(vec![0x07, 0x92]);
    assert_eq!(it.settle_to(OWNER).len(), 1);
    it.text(DAVE, "still works");
    assert_eq!(it.settle_to(OWNER).len(), 1);
}

#[test]
fn picture_message_is_told_with_the_number_to_call() {
    let mut it = Box::new();
    let header = Header::NONE.with_ports(Ports {
        destination: 2948,
        source: 9200,
    });
    let push = UserData::new(header, Content::Data(vec![1, 6, 3])).unwrap();
    let pdu = it.deliver(DAVE, Dcs::EIGHT_BIT, push);
    it.pdu(pdu);
    assert_eq!(
        it.settle_to(OWNER).join(""),
        format!("13 {DAVE} sent a picture or group text I can't show. Call {DAVE} or ask them to describe it.")
    );
}

#[test]
fn picture_notice_in_two_parts_from_the_operator_is_told_as_its_senders_with_its_subject() {
    let mut it = Box::new();
    let mut notice = b"\x2F\x06\x05\xBE\xAF\x84\x8D\xDE\x8C\x82\x98T1a2b3c\0\x8D\x92".to_vec();
    notice.extend_from_slice(b"\x89\x18\x80+15125551234/TYPE=PLMN\0\x96Leak under sink\0\x8A\x80\x8E\x03\x03\xA9\x80");
    notice.extend_from_slice(
        b"\x88\x05\x81\x03\x03\xF4\x80\x83http://mms.example.net/servlets/mms?message-id=1234567890\0",
    );
    let halves = notice.split_at(60);
    for (number, octets) in [(2, halves.1), (1, halves.0)] {
        let concat = Concat {
            reference: ConcatReference::Eight(7),
            total: 2,
            part: number,
        };
        let ports = Ports {
            destination: 2948,
            source: 9200,
        };
        let header = Header::NONE.with_ports(ports).with_concat(concat);
        let push = UserData::new(header, Content::Data(octets.to_vec())).unwrap();
        let pdu = it.deliver("72345", Dcs::EIGHT_BIT, push);
        it.pdu(pdu);
    }
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "13 {DAVE} sent a picture or group text about \"Leak under sink\", which I can't show. Call {DAVE} or ask."
        )]
    );
    it.text(OWNER, "13 Got it, on my way");
    assert_eq!(it.settle_to(DAVE), ["Got it, on my way"]);
}

#[test]
fn contact_card_is_told_as_name_and_number() {
    let mut it = Box::new();
    let header = Header::NONE.with_ports(Ports {
        destination: 9204,
        source: 9204,
    });
    let card = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Miller;Anna\r\nTEL:+15125550123\r\nEND:VCARD\r\n";
    let card = UserData::new(header, Content::Data(card.to_vec())).unwrap();
    let pdu = it.deliver(DAVE, Dcs::EIGHT_BIT, card);
    it.pdu(pdu);
    assert_eq!(
        it.settle_to(OWNER),
        [format!("13 {DAVE} sent a contact: Anna Miller +15125550123")]
    );
}

#[test]
fn a_reaction_is_one_short_line_and_nobody_waits_for_an_answer_to_it() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "13 On my way, be there at three with the parts");
    it.settle();
    it.text(
        DAVE,
        "Liked \u{201c}On my way, be there at three with the parts\u{201d}",
    );
    assert_eq!(
        it.settle_to(OWNER),
        [format!("13 {DAVE}: Liked \"On my way, be there at three w..\"")]
    );
    it.text(OWNER, "LIST");
    assert!(it.settle_to(OWNER).join("").contains("Nobody waits"));
}

#[test]
fn a_phones_curly_quotes_do_not_double_the_price_of_a_line_and_accents_survive() {
    let mut it = Box::new();
    it.text(
        DAVE,
        "It\u{2019}s leaking \u{2013} \u{201c}badly\u{201d}\u{2026} can someone come by today please?",
    );
    let sent = it.settle();
    assert_eq!(
        sent.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(),
        [format!(
            "NEW 13 {DAVE}: It's leaking - \"badly\"... can someone come by today please?"
        )]
    );
    it.text(ANNA, "¿Está ahí? It\u{2019}s me");
    assert_eq!(
        it.settle_to(OWNER),
        [format!("NEW 14 {ANNA}: ¿Está ahí? It\u{2019}s me")]
    );
}

/// The figures of the README: parts the owner's phone gets for each lead.
#[test]
fn a_lead_costs_the_owner_one_part() {
    let leads = [
        "Water heater leaking, can someone come today?",
        "Hi, I\u{2019}d like a quote for replacing two faucets in the kitchen and the bath, nothing urgent. Thanks!",
        "do you fix boilers",
        "Need someone asap, pipe burst in the basement and the main valve won\u{2019}t close. 214 Oak Street",
        "Do you guys work saturdays? My garbage disposal is humming but doesn\u{2019}t spin anymore",
        "\u{1f6bf} shower drips all night, can you come thursday",
    ];
    let (mut parts, mut lines) = (0, 0);
    for (i, text) in leads.iter().enumerate() {
        let mut it = Box::new();
        let number = format!("+1512555{:04}", 1000 + i);
        it.missed_call(&number);
        it.settle();
        it.wait_s(20);
        it.text(&number, text);
        it.wait_s(120);
        let told: Vec<_> = it.settle().into_iter().filter(|s| s.to == OWNER).collect();
        parts += told.len();
        lines += 1;
        assert!(told.iter().all(|s| !s.text.contains("Missed")), "{told:?}");
    }
    // Unmerged, each would have been a Missed line and a NEW line: one text saved for each lead.
    assert_eq!((lines, parts), (6, 6));
}

#[test]
fn senders_that_are_no_numbers_are_forwarded_and_never_answered() {
    let mut it = Box::new();
    for (sender, text) in [("AMAZON", "Your parcel is here"), ("72345", "STOP"), ("BANK", "HELP")] {
        it.text(sender, text);
        let sent = it.settle();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(
            (sent[0].to.as_str(), sent[0].text.clone()),
            (OWNER, format!("From {sender}: {text}"))
        );
    }
}

#[test]
fn owners_number_in_letters_is_not_the_owner() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text("BOSS", "13 send me your card number");
    assert!(it.settle_to(DAVE).is_empty());
}
