//! A caller's reply reaches the owner, the owner's answer reaches the caller.

use super::box_under_test::*;
use textback::ids::Handle;

#[test]
fn first_reply_within_a_minute_merges_with_the_missed_line() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.settle();
    it.wait_s(20);
    it.text(DAVE, "Water heater leaking, can someone come today?");
    assert_eq!(
        it.settle_to(OWNER),
        [format!("NEW 13 {DAVE}: Water heater leaking, can someone come today?")]
    );
    it.wait_s(120);
    assert!(it.settle().is_empty(), "no missed line follows");
    it.missed_call(DAVE);
    it.wait_s(61);
    assert_eq!(it.settle_to(OWNER), [format!("13 {DAVE} called again (2x)")]);
}

#[test]
fn a_missed_call_becomes_a_conversation_both_ways() {
    let mut it = Box::new();
    it.dave_writes("Water heater leaking");
    it.text(OWNER, "13 On my way");
    let sent = it.settle();
    assert_eq!(sent.len(), 1, "silent on success: {sent:?}");
    assert_eq!((sent[0].to.as_str(), sent[0].text.as_str()), (DAVE, "On my way"));
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    it.text(DAVE, "Yes 3pm works");
    assert_eq!(it.settle_to(OWNER), ["13 Dave: Yes 3pm works"]);
}

#[test]
fn while_a_conversation_is_alive_a_missed_call_is_not_texted() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.wait_h(71);
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".into(), "a conversation is under way".into()));
    it.wait_h(2);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn somebody_who_only_texts_gets_a_handle_too() {
    let mut it = Box::new();
    it.text(ANNA, "Do you fix boilers?");
    assert_eq!(it.settle_to(OWNER), [format!("NEW 13 {ANNA}: Do you fix boilers?")]);
    assert!(it.settle_to(ANNA).is_empty(), "no automatic answer to a text");
}

#[test]
fn urgent_words_put_urgent_in_front() {
    let mut it = Box::new();
    it.text(DAVE, "Basement is flooding!!");
    assert!(it.settle_to(OWNER)[0].starts_with("URGENT NEW 13"));
}

#[test]
fn handle_stays_14_days_rests_7_and_goes_to_somebody_else_when_the_pool_is_used_up() {
    let mut it = Box::quiet("[limits]\nper_minute = 60\nper_hour = 1000\nper_day = 10000\n");
    for i in 0..69 {
        it.text(&format!("+1512555{:04}", 2000 + i), "hello");
    }
    it.text(DAVE, "hello");
    assert_eq!(
        it.store.why_handle(Handle(100)).unwrap().unwrap().number.as_deref(),
        Some(DAVE),
        "three digits now"
    );
    it.wait_h(24 * 15);
    it.settle();
    it.wait_s(60);
    it.settle();
    it.text(OWNER, "13 still there?");
    let told = it.settle_to(OWNER);
    assert!(
        told.iter()
            .any(|t| t.starts_with("Not sent: 13 was +15125552000, too long ago")),
        "{told:?}"
    );
    it.wait_h(24 * 7);
    it.text(ANNA, "hello");
    let oldest = it.store.why_handle(Handle(13)).unwrap().unwrap();
    assert_eq!(oldest.number.as_deref(), Some(ANNA));
}

#[test]
fn when_all_handles_are_in_use_the_one_idle_longest_changes_hands_whatever_its_length() {
    let mut it = Box::quiet("");
    let give = |it: &mut Box, handles: &mut dyn Iterator<Item = u16>| {
        let now = it.now;
        it.store
            .transact(now, |tx| {
                for handle in handles {
                    let contact = tx.contact_or_new(&format!("+1512556{handle:04}"))?;
                    tx.give_handle(Handle(handle), contact.id)?;
                }
                Ok(())
            })
            .unwrap();
    };
    give(&mut it, &mut std::iter::once(500));
    it.wait_h(24);
    give(&mut it, &mut (13..=999).filter(|handle| *handle != 500));
    it.wait_h(24);
    it.missed_call(DAVE);
    it.wait_s(61);
    let told = it.settle_to(OWNER).join("|");
    assert!(told.contains(&format!("Missed 500 {DAVE}")), "{told}");
}

#[test]
fn caller_who_comes_back_keeps_the_handle() {
    let mut it = Box::new();
    it.dave_writes("hi");
    it.text(ANNA, "me too");
    it.wait_h(24 * 10);
    it.text(DAVE, "again");
    it.wait_h(24 * 10);
    it.settle();
    it.text(OWNER, "13 hello Dave");
    assert_eq!(it.settle_to(DAVE), ["hello Dave"]);
}

#[test]
fn long_text_to_the_owner_is_cut_after_three_parts_and_more_gives_the_rest() {
    let mut it = Box::new();
    let story = (0..120).map(|i| format!("word{i:03}")).collect::<Vec<_>>().join(" ");
    it.text(DAVE, &story);
    let parts = it.settle_to(OWNER);
    assert_eq!(parts.len(), 3);
    assert!(parts[2].ends_with("... MORE 13"), "{}", parts[2]);
    let mut seen = parts.concat();
    for _ in 0..2 {
        seen = seen.trim_end_matches("... MORE 13").to_owned();
        it.wait_s(60);
        it.text(OWNER, "MORE 13");
        let more = it.settle_to(OWNER).concat();
        seen.push_str(more.strip_prefix("13 ...").unwrap());
    }
    assert_eq!(
        seen.replace(' ', ""),
        format!("NEW 13 {DAVE}: {story}").replace(' ', "")
    );
    it.text(OWNER, "MORE 13");
    assert!(
        it.settle_to(OWNER).concat().contains("word000"),
        "then from the beginning"
    );
}

#[test]
fn crew_gets_callers_texts_and_may_answer_but_not_command() {
    let mut it = Box::with(&format!(
        "[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"crew\"\n"
    ));
    it.dave_writes("hi");
    it.text(DAVE, "anybody?");
    assert_eq!(it.settle_to(SAM).len(), 1);
    it.text(SAM, "13 Sam here");
    let sent = it.settle();
    assert_eq!((sent[0].to.as_str(), sent[0].text.as_str()), (DAVE, "Sam here"));
    assert_eq!(
        (sent[1].to.as_str(), sent[1].text.clone()),
        (OWNER, format!("13 {DAVE} taken by Sam"))
    );
    it.text(SAM, "BLOCK 13");
    assert!(it.settle_to(SAM)[0].contains("for the owner"));
    it.text(DAVE, "ok");
    let sent = it.settle();
    assert_eq!(
        sent.len(),
        1,
        "whoever has the conversation gets what follows: {sent:?}"
    );
    assert_eq!(
        (sent[0].to.as_str(), sent[0].text.clone()),
        (SAM, format!("13 {DAVE}: ok"))
    );
}

#[test]
fn machine_that_says_the_same_twice_is_stopped_and_told_once() {
    let mut it = Box::new();
    it.dave_writes("I am out of office.");
    let mut told = Vec::new();
    for _ in 0..5 {
        it.wait_s(10);
        it.text(DAVE, "I am out of office.");
        told.extend(it.settle_to(OWNER));
    }
    assert_eq!(
        told,
        [format!(
            "13 {DAVE} looks like an automatic system. No more automatic texts go there."
        )]
    );
    it.wait_h(100);
    it.missed_call(DAVE);
    assert_eq!(
        it.decision(),
        (
            "skipped".into(),
            "automatic texts stopped: an automatic system answers there".into()
        )
    );
}

#[test]
fn emoji_and_other_scripts_reach_the_owner_whole() {
    let mut it = Box::new();
    let text = "Wasser überall 🚰👨‍👩‍👧 в подвале ".repeat(3);
    it.text(DAVE, text.trim());
    let got = it.settle_to(OWNER).join("");
    assert_eq!(got, format!("NEW 13 {DAVE}: {}", text.trim()));
}

#[test]
fn texts_to_a_box_without_an_owner_are_kept_and_reach_the_first_one() {
    let nobody = "config_version = 1\ncompany = \"Hill Country Plumbing\"\ncountry = \"US\"\n";
    let mut it = Box::new();
    it.restart_with(nobody);
    it.missed_call(DAVE);
    assert_eq!(it.settle().len(), 1, "the caller is texted all the same");
    it.text(DAVE, "Water heater leaking");
    it.text(ANNA, "Sink blocked");
    assert!(it.settle().is_empty());
    it.restart_with(nobody);
    assert!(it.settle().is_empty());
    let owned = format!("{nobody}owner = \"{OWNER}\"\n");
    it.restart_with(&owned);
    assert_eq!(
        it.settle_to(OWNER),
        [
            format!("NEW 13 {DAVE}: Water heater leaking"),
            format!("NEW 14 {ANNA}: Sink blocked"),
        ]
    );
    it.restart_with(&owned);
    assert!(it.settle().is_empty(), "passed on once");
}

#[test]
fn held_text_is_not_released_to_a_number_idle_for_weeks() {
    let mut it = Box::quiet("");
    it.dave_writes("Hello");
    it.wait_h(15 * 24);
    it.text(OWNER, "Are you at home?");
    assert!(it.settle_to(OWNER)[0].starts_with("Held, not sent"));
    it.text(OWNER, "13");
    let sent = it.settle();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].to == OWNER && sent[0].text.starts_with("Not sent: 13 was"),
        "{sent:?}"
    );
}
