//! The whole job in virtual time, as the three kinds of people see it: what arrives on whose phone.

pub mod appliance;

mod flight;

use appliance::{ANNA, Appliance, DAVE, OWNER};
use std::time::Duration;
use textback::sim::{Family, Fault};

const TEXT_BACK: &str = "Sorry we missed you - this is Hill Country Plumbing.";

/// Dave calls for `seconds`, nobody answers, and his text is there.
fn missed(appliance: &mut Appliance, number: &str, seconds: u64) -> String {
    let before = appliance.inbox(number).len();
    appliance.call(number, seconds);
    appliance.run_s(seconds + 60);
    appliance.one_new(number, before)
}

#[test]
fn every_family_texts_back_a_missed_caller_exactly_once() {
    for family in Family::ALL {
        let mut appliance = Appliance::new(family);
        let text = missed(&mut appliance, DAVE, 18);
        assert!(text.starts_with(TEXT_BACK), "{}: {text}", family.name());
        assert!(text.ends_with("Reply STOP to opt out."), "{}: {text}", family.name());
        appliance.run_s(3600);
        assert_eq!(appliance.inbox(DAVE).len(), 1, "{}", family.name());
    }
}

#[test]
fn every_family_does_the_whole_job_byte_by_byte() {
    for family in Family::ALL {
        let mut appliance = Appliance::new(family);
        appliance.split = 1;
        missed(&mut appliance, DAVE, 18);
        appliance.text(DAVE, "Water heater leaking, can someone come today?");
        appliance.run_s(60);
        let owner = appliance.inbox(OWNER);
        assert!(
            owner
                .iter()
                .any(|t| t.contains("NEW ") && t.contains("Water heater leaking, can someone come today?")),
            "{}: {owner:?}",
            family.name()
        );
    }
}

/// The handle in the last text the owner got: `NEW 27 +1…`.
fn handle(appliance: &Appliance) -> String {
    let last = appliance.inbox(OWNER).pop().expect("a text to the owner");
    let mut words = last.split_whitespace().skip_while(|w| w.parse::<u16>().is_err());
    words
        .next()
        .unwrap_or_else(|| panic!("no handle in {last:?}"))
        .trim_matches(':')
        .to_owned()
}

#[test]
fn a_reply_reaches_the_owner_and_the_answer_reaches_the_caller() {
    let mut appliance = Appliance::new(Family::Sim7600);
    missed(&mut appliance, DAVE, 18);
    appliance.run_s(90);
    appliance.text(DAVE, "Water heater leaking, can someone come today?");
    appliance.run_s(30);
    let tag = handle(&appliance);
    appliance.text(OWNER, &format!("{tag} On my way"));
    appliance.run_s(30);
    assert_eq!(appliance.inbox(DAVE).last().map(String::as_str), Some("On my way"));
    let owner = appliance.inbox(OWNER).len();
    appliance.run_s(120);
    assert_eq!(
        appliance.inbox(OWNER).len(),
        owner,
        "silent on success: {:?}",
        appliance.inbox(OWNER)
    );
}

#[test]
fn the_missed_line_merges_with_a_quick_reply() {
    let mut appliance = Appliance::new(Family::Ec25);
    appliance.call(DAVE, 18);
    appliance.run_s(30);
    appliance.text(DAVE, "Water heater leaking");
    appliance.run_s(200);
    let owner = appliance.inbox(OWNER);
    assert_eq!(owner.len(), 1, "{owner:?}");
    assert!(owner[0].starts_with("NEW ") && owner[0].contains(DAVE), "{owner:?}");
}

#[test]
fn without_a_reply_the_owner_reads_who_called_and_for_how_long() {
    let mut appliance = Appliance::new(Family::Ec25);
    missed(&mut appliance, DAVE, 18);
    appliance.run_s(90);
    let owner = appliance.inbox(OWNER);
    assert_eq!(owner.len(), 1, "{owner:?}");
    assert!(
        owner[0].starts_with("Missed ") && owner[0].contains(DAVE) && owner[0].contains("Texted back"),
        "{owner:?}"
    );
}

#[test]
fn once_a_day_per_caller() {
    let mut appliance = Appliance::new(Family::Huawei);
    missed(&mut appliance, DAVE, 18);
    appliance.run_s(1800);
    appliance.call(DAVE, 12);
    appliance.run_s(600);
    assert_eq!(appliance.inbox(DAVE).len(), 1);
    assert!(
        appliance.inbox(OWNER).iter().any(|t| t.contains("called again")),
        "{:?}",
        appliance.inbox(OWNER)
    );
    appliance.run_s(26 * 3600);
    appliance.call(DAVE, 12);
    appliance.run_s(120);
    assert_eq!(appliance.inbox(DAVE).len(), 2);
}

#[test]
fn withheld_callers_are_not_texted_and_the_owner_knows() {
    let mut appliance = Appliance::new(Family::Generic);
    appliance.withheld_call(18);
    appliance.run_s(120);
    let owner = appliance.inbox(OWNER);
    assert_eq!(owner.len(), 1, "{owner:?}");
    assert!(owner[0].starts_with("Missed call, number withheld"), "{owner:?}");
}

#[test]
fn the_owner_calling_the_business_is_not_a_lead() {
    let mut appliance = Appliance::new(Family::Generic);
    appliance.call(OWNER, 18);
    appliance.run_s(200);
    assert!(
        appliance.inbox(OWNER).iter().all(|t| !t.starts_with(TEXT_BACK)),
        "{:?}",
        appliance.inbox(OWNER)
    );
}

#[test]
fn stop_works_at_once_and_is_confirmed_once() {
    let mut appliance = Appliance::new(Family::A7670);
    missed(&mut appliance, DAVE, 18);
    appliance.text(DAVE, "Stop. Thank you");
    appliance.run_s(60);
    let texts = appliance.inbox(DAVE);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[1].contains("opted out"), "{texts:?}");
    appliance.text(DAVE, "STOP");
    appliance.run_s(60);
    appliance.call(DAVE, 18);
    appliance.run_s(26 * 3600);
    appliance.call(DAVE, 18);
    appliance.run_s(600);
    assert!(appliance.inbox(DAVE).len() <= 3, "{:?}", appliance.inbox(DAVE));
    assert!(
        !appliance.inbox(DAVE)[2..].iter().any(|t| t.starts_with(TEXT_BACK)),
        "{:?}",
        appliance.inbox(DAVE)
    );
    appliance.text(DAVE, "START");
    appliance.run_s(60);
    appliance.run_s(26 * 3600);
    let before = appliance.inbox(DAVE).len();
    appliance.call(DAVE, 18);
    appliance.run_s(120);
    assert!(appliance.one_new(DAVE, before).starts_with(TEXT_BACK));
}

#[test]
fn stop_overtakes_a_text_that_is_still_queued() {
    let mut appliance = Appliance::configured(Family::Generic, "[text_back]\ndelay = \"120s\"\n");
    appliance.call(DAVE, 12);
    appliance.run_s(20);
    appliance.text(DAVE, "STOP");
    appliance.run_s(600);
    let texts = appliance.inbox(DAVE);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("opted out"), "{texts:?}");
}

#[test]
fn an_untagged_text_with_two_open_chats_is_held_and_asked() {
    let mut appliance = Appliance::new(Family::Sim7600);
    for number in [DAVE, ANNA] {
        missed(&mut appliance, number, 12);
        appliance.text(number, "Can you help me?");
        appliance.run_s(100);
    }
    let tag = handle(&appliance);
    let before = (appliance.inbox(DAVE).len(), appliance.inbox(ANNA).len());
    appliance.text(OWNER, "Yes can do 3pm");
    appliance.run_s(60);
    assert_eq!((appliance.inbox(DAVE).len(), appliance.inbox(ANNA).len()), before);
    let asked = appliance.inbox(OWNER).pop().unwrap();
    assert!(
        asked.starts_with("Held, not sent:") && asked.contains("Yes can do 3pm") && asked.contains(&tag),
        "{asked}"
    );
    appliance.text(OWNER, &tag);
    appliance.run_s(60);
    assert_eq!(appliance.one_new(ANNA, before.1), "Yes can do 3pm");
    assert_eq!(appliance.inbox(DAVE).len(), before.0);
}

#[test]
fn two_callers_at_once_both_get_a_text() {
    for family in Family::ALL {
        let mut appliance = Appliance::new(family);
        appliance.call(DAVE, 20);
        appliance.run_s(25);
        appliance.call(ANNA, 12);
        appliance.text(DAVE, "It is leaking");
        appliance.run_s(200);
        assert_eq!(appliance.inbox(DAVE).len(), 1, "{}", family.name());
        assert_eq!(appliance.inbox(ANNA).len(), 1, "{}", family.name());
        assert!(
            appliance.inbox(OWNER).iter().any(|t| t.contains("It is leaking")),
            "{}",
            family.name()
        );
    }
}

#[test]
fn a_crash_while_it_rings_still_ends_in_a_text() {
    let mut appliance = Appliance::new(Family::Sim7600);
    appliance.call(DAVE, 20);
    appliance.run_s(9);
    appliance.crash();
    appliance.run_s(180);
    assert_eq!(appliance.inbox(DAVE).len(), 1, "{:#?}", appliance.events);
}

#[test]
fn a_crash_after_the_call_loses_nothing_and_sends_once() {
    for after_ms in [0_u64, 500, 1_000, 2_900, 3_000, 3_050, 3_200, 4_000, 8_000] {
        let mut appliance = Appliance::new(Family::Ec25);
        appliance.call(DAVE, 12);
        appliance.run_s(12);
        appliance.run(std::time::Duration::from_millis(after_ms));
        appliance.crash();
        appliance.run_s(300);
        let texts = appliance.inbox(DAVE).len();
        let owner = appliance.inbox(OWNER);
        assert!(
            texts == 1 || (texts == 0 && !owner.is_empty()),
            "crash {after_ms} ms after: {texts} texts, owner {owner:?}"
        );
    }
}

#[test]
fn an_unplugged_modem_comes_back_and_goes_on() {
    let mut appliance = Appliance::new(Family::Sim7600);
    appliance.call(DAVE, 30);
    appliance.run_s(8);
    appliance.unplug();
    appliance.run_s(40);
    appliance.replug();
    appliance.run_s(120);
    assert_eq!(appliance.inbox(DAVE).len(), 1, "{:#?}", appliance.events);
    let text = missed(&mut appliance, ANNA, 12);
    assert!(text.starts_with(TEXT_BACK));
}

#[test]
fn a_modem_that_restarts_is_set_up_again_and_texts_stay_readable() {
    let mut appliance = Appliance::new(Family::A7670);
    appliance.inject(Fault::Reset);
    appliance.run_s(120);
    missed(&mut appliance, DAVE, 12);
    appliance.text(DAVE, "OK");
    appliance.run_s(60);
    assert!(
        appliance.inbox(OWNER).iter().any(|t| t.ends_with(": OK")),
        "{:?}",
        appliance.inbox(OWNER)
    );
}

#[test]
fn a_lost_send_result_is_never_sent_again_and_the_owner_is_told() {
    let mut appliance = Appliance::new(Family::Ec25);
    appliance.inject(Fault::LoseSendResult);
    appliance.call(DAVE, 12);
    appliance.run_s(3600);
    assert_eq!(
        appliance.inbox(DAVE).len(),
        1,
        "the network had it: {:?}",
        appliance.inbox(DAVE)
    );
}

#[test]
fn quirks_of_bad_modems_do_not_cost_a_caller() {
    let faults = [
        Fault::BarePrompt,
        Fault::DuplicateUrcs,
        Fault::Chatter,
        Fault::SplitBytes,
        Fault::IndexMinusOne,
        Fault::NoClip,
        Fault::NoRelease,
        Fault::NoPrompt,
        Fault::SendErrors { code: 500, times: 2 },
        Fault::SendErrors { code: 38, times: 2 },
        Fault::AthIgnored,
    ];
    for fault in faults {
        for family in [Family::Sim7600, Family::Ec25, Family::Generic] {
            let mut appliance = Appliance::new(family);
            appliance.inject(fault.clone());
            appliance.call(DAVE, 18);
            appliance.run_s(240);
            let texts = appliance.inbox(DAVE).len();
            assert_eq!(texts, 1, "{fault:?} on {}: {:#?}", family.name(), appliance.events);
            appliance.text(DAVE, "Still leaking");
            appliance.run_s(200);
            let owner = appliance.inbox(OWNER);
            assert!(
                owner.iter().any(|t| t.contains("Still leaking")),
                "{fault:?} on {}: {owner:?}",
                family.name()
            );
        }
    }
}

#[test]
fn a_modem_that_only_hands_texts_on_loses_none_however_the_box_dies() {
    for family in [Family::Generic, Family::Ec25, Family::Ublox] {
        let mut appliance = Appliance::new(family);
        appliance.inject(Fault::DirectOnly);
        appliance.inject(Fault::Reset);
        appliance.run_s(60);
        missed(&mut appliance, DAVE, 12);
        appliance.run_s(120);
        let words = ["one", "two", "three", "four", "five", "six"];
        for (number, word) in words.into_iter().enumerate() {
            appliance.text(DAVE, &format!("this is text number {word}"));
            // Sometimes it dies with the text on the line, sometimes with it durable and not acknowledged.
            appliance.run(Duration::from_millis(150 * number as u64));
            appliance.crash();
            appliance.run_s(120);
        }
        appliance.unplug();
        appliance.text(DAVE, "this is text number seven");
        appliance.run_s(20);
        appliance.replug();
        appliance.run_s(1800);
        let owner = appliance.inbox(OWNER);
        let forwards = |word: &str| {
            let told = format!("number {word}");
            let once = |text: &&String| text.ends_with(&told) && !text.starts_with("(Maybe twice)");
            owner.iter().filter(once).count()
        };
        for word in words.into_iter().chain(["seven"]) {
            assert_eq!(forwards(word), 1, "{word} on {}: {owner:#?}", family.name());
        }
    }
}

#[test]
fn a_modem_that_announces_nothing_is_looked_into() {
    let mut appliance = Appliance::new(Family::Generic);
    appliance.inject(Fault::Unannounced);
    appliance.inject(Fault::Reset);
    appliance.run_s(60);
    missed(&mut appliance, DAVE, 12);
    appliance.text(DAVE, "Still leaking");
    appliance.run_s(60);
    let owner = appliance.inbox(OWNER);
    assert!(owner.iter().any(|t| t.contains("Still leaking")), "{owner:?}");
}

#[test]
fn long_texts_with_emoji_survive_both_ways() {
    let mut appliance = Appliance::new(Family::Ublox);
    missed(&mut appliance, DAVE, 12);
    let two_parts = "The boiler 🔥 in the cellar is making a noise like a train, and there is water on the floor 💧💧.";
    appliance.text(DAVE, two_parts);
    appliance.run_s(200);
    let owner = appliance.inbox(OWNER);
    assert!(owner.iter().any(|t| t.contains(two_parts)), "{owner:?}");
    let tag = handle(&appliance);
    appliance.text(OWNER, &format!("{tag} {two_parts}"));
    appliance.run_s(60);
    assert_eq!(appliance.inbox(DAVE).last().map(String::as_str), Some(two_parts));
}

#[test]
fn a_text_too_long_for_three_parts_goes_on_with_more() {
    let mut appliance = Appliance::new(Family::Ublox);
    missed(&mut appliance, DAVE, 12);
    let long = "The boiler in the cellar is making a noise like a train, and water is on the floor. ".repeat(8);
    appliance.text(DAVE, long.trim());
    appliance.run_s(200);
    let first = appliance.inbox(OWNER).pop().unwrap();
    let tag = handle(&appliance);
    assert!(first.ends_with(&format!("MORE {tag}")), "{first}");
    let before = appliance.inbox(OWNER).len();
    appliance.text(OWNER, &format!("more {tag}"));
    appliance.run_s(60);
    let rest = appliance.one_new(OWNER, before);
    assert!(rest.trim_end().ends_with("water is on the floor."), "{rest}");
}

#[test]
fn a_text_by_hand_goes_out_but_not_to_the_opted_out() {
    let mut appliance = Appliance::new(Family::Generic);
    appliance.send(DAVE, "Your part has arrived").unwrap();
    appliance.run_s(30);
    assert_eq!(appliance.one_new(DAVE, 0), "Your part has arrived");
    appliance.text(DAVE, "STOP");
    appliance.run_s(60);
    assert!(appliance.send(DAVE, "Really?").is_err());
    assert!(appliance.send("not a number", "hello").is_err());
}
