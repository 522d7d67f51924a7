//! Opting out: at once, before anything queued, one confirmation, a ledger that only grows.

use super::box_under_test::*;
use textback::desk::Input;
use textback::modem::Identity;
use textback::store::StoreError;
use textback::store::report::ConsentRecord;
use textback::store::types::Consent;

fn ledger(it: &Box) -> Vec<(Consent, String)> {
    let mut all = Vec::new();
    let take = |record: ConsentRecord| -> Result<(), StoreError> {
        all.push((record.event, record.words));
        Ok(())
    };
    it.store.each_consent(take).unwrap();
    all
}

#[test]
fn stop_gets_one_confirmation_that_its_own_block_does_not_block() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(DAVE, "Stop. Thank you");
    assert_eq!(
        it.settle_to(DAVE),
        ["Hill Country Plumbing: you're opted out and won't get more texts from us. Reply START to opt back in."]
    );
    it.wait_s(300);
    it.text(DAVE, "STOP");
    assert!(it.settle_to(DAVE).is_empty(), "one confirmation per opt-out");
    let stops: Vec<_> = ledger(&it)
        .into_iter()
        .filter(|(event, _)| *event == Consent::OptOut)
        .collect();
    assert_eq!(
        stops,
        [
            (Consent::OptOut, "Stop. Thank you".into()),
            (Consent::OptOut, "STOP".into())
        ]
    );
}

#[test]
fn stop_drops_what_is_queued_even_what_the_modem_was_just_given() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(OWNER, "13 first");
    it.text(OWNER, "13 second");
    let next = it.desk.next_submission(&mut it.store, it.now).unwrap();
    let textback::desk::Next::Submit(submission) = next else {
        panic!("{next:?}")
    };
    it.text(DAVE, "STOP");
    let outbox = submission.outbox;
    assert_eq!(
        it.tell(Input::Submitting { outbox }).permit,
        Some(Err(outbox)),
        "no longer wanted"
    );
    let to_dave = it.settle_to(DAVE);
    assert_eq!(to_dave.len(), 1, "only the confirmation: {to_dave:?}");
    assert!(to_dave[0].contains("opted out"));
}

#[test]
fn owner_cannot_text_an_opted_out_caller_and_is_told_the_number() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(DAVE, "stop texting me");
    assert!(
        it.settle_to(OWNER)
            .iter()
            .any(|t| t.contains("opted out") && t.contains(DAVE))
    );
    it.text(OWNER, "13 but why?");
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    assert_eq!(
        sent[0].text,
        format!("Not sent to 13 {DAVE}: they opted out (STOP). To reach them call {DAVE}")
    );
    assert!(ledger(&it).iter().any(|(event, _)| *event == Consent::Refused));
}

#[test]
fn opted_out_caller_is_not_texted_when_missed_and_the_owner_hears_why() {
    let mut it = Box::quiet("");
    it.text(DAVE, "STOP");
    it.settle();
    it.wait_h(200);
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".into(), "opted out".into()));
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER));
    assert!(sent[0].text.contains("Not texted: opted out"));
}

#[test]
fn start_opts_back_in_and_yes_only_who_is_out() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(DAVE, "Yes");
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE}: Yes")], "an ordinary answer");
    it.text(DAVE, "STOP");
    it.settle();
    it.text(DAVE, "YES");
    assert!(it.settle_to(DAVE)[0].contains("opted back in"));
    it.text(OWNER, "13 welcome back");
    assert_eq!(it.settle_to(DAVE), ["welcome back"]);
}

#[test]
fn help_alone_gets_the_help_text_and_help_with_a_story_is_a_lead() {
    let mut it = Box::new();
    it.text(DAVE, "HELP");
    let sent = it.settle();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, DAVE);
    assert!(sent[0].text.starts_with("Hill Country Plumbing:"));
    it.text(DAVE, "Help my basement is under water");
    assert!(it.settle_to(OWNER)[0].contains("Help my basement is under water"));
}

#[test]
fn help_again_and_again_ends_at_the_cap_and_the_owner_is_told_once() {
    let mut it = Box::new();
    let (mut answers, mut told) = (0, 0);
    for _ in 0..6 {
        it.text(DAVE, "HELP");
        for sent in it.settle() {
            if sent.to == DAVE { answers += 1 } else { told += 1 }
        }
        it.wait_s(600);
    }
    assert_eq!((answers, told), (3, 1));
}

#[test]
fn text_that_may_ask_to_stop_goes_to_the_owner_and_freezes_automatic_texts() {
    let mut it = Box::new();
    it.text(DAVE, "can you stop by tomorrow");
    let told = it.settle_to(OWNER);
    assert!(told[0].contains("can you stop by tomorrow"), "{told:?}");
    assert!(told[0].contains("may want no more texts"), "{told:?}");
    it.wait_h(100);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "skipped");
    it.text(OWNER, "UNBLOCK 13");
    it.settle();
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn forgetting_a_caller_erases_everything_but_the_opt_out() {
    let mut it = Box::new();
    it.dave_writes("my door code is 1234");
    it.text(DAVE, "STOP");
    it.settle();
    it.confirmed("FORGET 13");
    assert!(
        it.store
            .messages(1000)
            .unwrap()
            .iter()
            .all(|m| !m.text.contains("1234") && m.peer != DAVE)
    );
    assert!(it.store.calls(1000).unwrap().iter().all(|c| c.caller.is_none()));
    it.wait_h(200);
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".into(), "opted out".into()));
    assert!(ledger(&it).iter().any(|(event, _)| *event == Consent::OptOut));
}

#[test]
fn a_forgotten_caller_stands_in_no_text_with_the_team_either() {
    let mut it = Box::new();
    it.dave_writes("my door code is 1234");
    it.text(ANNA, "do you paint fences?");
    it.settle();
    for order in [
        "NAME 13 Dave Miller",
        "LIST",
        "Yes can do 3pm",
        "13",
        "WHY 13",
        "NUM 13",
        "LATER 13 2h",
    ] {
        it.text(OWNER, order);
        it.wait_s(90);
        it.settle();
    }
    it.confirmed("FORGET 13");
    for message in it.store.messages(1000).unwrap() {
        for trace in ["1234", "Miller", DAVE] {
            assert!(!message.text.contains(trace), "{trace} stands in {:?}", message.text);
        }
    }
    assert!(
        it.store
            .messages(1000)
            .unwrap()
            .iter()
            .any(|m| m.text.contains("fences")),
        "Anna's are kept"
    );
}

#[test]
fn how_far_more_has_shown_a_callers_text_is_forgotten_with_them() {
    let mut it = Box::new();
    it.dave_writes(&"a long story ".repeat(60));
    it.text(OWNER, "MORE 13");
    it.settle();
    let mark = |it: &mut Box| it.store.look(it.now, |tx| tx.setting("more_from_1")).unwrap();
    assert!(mark(&mut it).is_some());
    it.confirmed("FORGET 13");
    assert_eq!(mark(&mut it), None);
}

#[test]
fn stop_in_a_long_text_that_came_in_late_parts_counts_once_it_is_whole() {
    let mut it = Box::new();
    it.dave_writes("hi");
    let dcs = textback::sms::Dcs::UCS2;
    let (one, two) = (part(9, 2, 1, "take me "), part(9, 2, 2, "off"));
    let one = it.deliver(DAVE, dcs, one);
    let two = it.deliver(DAVE, dcs, two);
    it.pdu(one);
    it.wait_s(130);
    it.settle();
    it.pdu(two);
    let to_dave = it.settle_to(DAVE);
    assert!(to_dave.iter().any(|t| t.contains("opted out")), "{to_dave:?}");
}

#[test]
fn help_tells_the_business_number_and_never_the_owners_private_one() {
    let mut it = Box::new();
    it.text(DAVE, "Help");
    assert_eq!(
        it.settle_to(DAVE),
        ["Hill Country Plumbing: we text back when we miss your call. Text us what you need. Reply STOP to opt out."]
    );
    it.tell(Input::Identity(Identity {
        own_number: Some("5125550199".to_owned()),
        ..Identity::default()
    }));
    it.text(ANNA, "HELP!");
    assert!(it.settle_to(ANNA)[0].contains("Call +15125550199 to talk."));

    let mut it = Box::with("topology = \"overflow\"\n");
    it.text(DAVE, "ayuda");
    assert!(it.settle_to(DAVE)[0].contains(&format!("Call {OWNER} to talk.")));
}

#[test]
fn start_thaws_who_was_frozen_for_maybe_asking_to_stop() {
    let mut it = Box::new();
    it.text(DAVE, "cancel my appointment");
    it.settle();
    it.text(DAVE, "START");
    assert_eq!(
        it.settle_to(DAVE),
        ["Hill Country Plumbing: you're opted back in. What can we help with?"]
    );
    it.wait_h(80);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn who_may_have_asked_us_to_stop_gets_no_text_back_that_still_waits_but_what_the_owner_wrote() {
    let mut it = Box::new();
    it.text(DAVE, "Hello there");
    it.settle();
    it.wait_h(80);
    it.missed_call(DAVE);
    it.text(OWNER, "13 On my way");
    it.text(DAVE, "cancel my appointment");
    assert_eq!(it.settle_to(DAVE), ["On my way"]);
}
