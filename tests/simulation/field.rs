//! What users of others' programs suffer from (field-pains.md §10), each with the whole box: T4, T5, T11, late results, calls that
//! only the modem remembers, and a network that tells a false time.

use super::coverage::Tally;
use super::crowd::{accepted, owner_has, ready};
use super::ledger::Ledger;
use super::plan::{Break, Plan, Step, What};
use super::rig::{OWNER, Rig, START_UTC_MS};
use super::run::{self, number};
use super::shrink;
use std::time::Duration;
use textback::sim::{Caller, Family, Fault, Number};

const HOUR: Duration = Duration::from_secs(3600);

fn at_ms(ms: u64, what: What) -> Step {
    Step {
        at: Duration::from_millis(ms),
        what,
    }
}

fn lived(family: Family, steps: Vec<Step>) -> Tally {
    let mut steps = steps;
    steps.sort_by_key(|step| step.at);
    let plan = Plan { seed: 9, family, steps };
    let outcome = run::run(&plan);
    assert!(outcome.wrong.is_empty(), "{}", shrink::tell(&plan));
    outcome.tally
}

/// A call, the text back, its report, the caller's text in two parts, its forward and the owner's answer.
fn a_lead() -> Vec<Step> {
    vec![
        at_ms(1_000, What::Call { who: 0, rings_s: 8 }),
        at_ms(16_000, What::Text { who: 0, words: 30 }),
        at_ms(24_000, What::Order("13 On my way".to_owned())),
    ]
}

/// T4: at each of these moments the modem falls mute for an hour, by which time the ladder has been climbed to its top.
fn mute_for_an_hour(family: Family, moments_ms: impl Iterator<Item = u64>) {
    for moment in moments_ms {
        let mut steps = a_lead();
        steps.push(at_ms(moment, What::Fault(Fault::Mute(HOUR))));
        // What the owner is told of it is for the end, when the modem is back.
        steps.push(at_ms(3_600_000 + 600_000, What::Call { who: 1, rings_s: 12 }));
        let tally = lived(family, steps);
        assert!(tally.of("mute, rung given_up") > 0, "{moment}: {tally}");
        assert!(tally.of("call texted: missed call") > 0, "{moment}: {tally}");
    }
}

#[test]
fn a_modem_mute_for_an_hour_from_any_moment_of_a_lead_is_climbed_for_to_the_top_and_recovers_by_itself() {
    // While it idles, rings, waits before the text, at the prompt, with the text under way, at its report, reading, forwarding.
    mute_for_an_hour(Family::Ec25, (500..30_000).step_by(977));
    mute_for_an_hour(Family::Sim7600, (12_000..13_600).step_by(97));
}

#[test]
fn a_modem_mute_for_an_hour_while_it_is_set_up_recovers_by_itself() {
    for after_ms in [1, 400, 1_200, 3_000] {
        let steps = vec![
            at_ms(1_000, What::Fault(Fault::Reset)),
            at_ms(1_000 + after_ms, What::Fault(Fault::Mute(HOUR))),
            at_ms(4_200_000, What::Call { who: 0, rings_s: 12 }),
        ];
        let tally = lived(Family::Huawei, steps);
        assert!(tally.of("call texted: missed call") > 0, "{after_ms}: {tally}");
    }
}

/// T5: every third time it comes back as a CD-ROM first.
#[test]
fn a_thousand_unplugs_and_restarts_lose_nothing() {
    let mut steps = Vec::new();
    for n in 0..1_000 {
        let at = 1_000 + n * 20_000;
        steps.push(match n % 3 {
            0 => at_ms(at, What::Fault(Fault::Reset)),
            _ => at_ms(at, What::Break(Break::Unplug { for_s: n % 7 })),
        });
        if n % 3 == 0 {
            steps.push(at_ms(at - 1, What::Fault(Fault::CdRom(Duration::from_secs(3 + n % 5)))));
        }
        if n % 40 == 11 {
            steps.push(at_ms(at + 12_000, What::Text { who: n % 5, words: 3 }));
        }
        if n % 40 == 31 {
            steps.push(at_ms(at + 13_000, What::Call { who: n % 5, rings_s: 4 }));
        }
    }
    let tally = lived(Family::Huawei, steps);
    assert_eq!((tally.lost, tally.duplicates), (0, 0));
    assert!(tally.deepest_queue < 50, "{tally}");
}

/// T11: the report is announced in the slot in which a customer's text lies that is not on record yet.
#[test]
fn a_report_announced_in_a_customers_slot_empties_no_slot() {
    for family in [Family::Ec25, Family::Generic, Family::Huawei, Family::Telit] {
        let steps = vec![
            at_ms(500, What::Fault(Fault::WrongReportSlot)),
            at_ms(1_000, What::Call { who: 0, rings_s: 4 }),
            at_ms(8_600, What::Text { who: 1, words: 40 }),
            at_ms(9_200, What::Break(Break::SlowDisk { ms: 8_000, for_s: 90 })),
        ];
        let tally = lived(family, steps);
        assert!(tally.of("text to caller: delivered") > 0, "{tally}");
    }
}

#[test]
fn a_result_that_comes_after_our_time_out_ends_no_other_command_and_sends_nothing_twice() {
    for late_ms in (61_000..122_000).step_by(6_100) {
        let steps = vec![
            at_ms(500, What::Fault(Fault::DelaySendResult(Duration::from_millis(late_ms)))),
            at_ms(1_000, What::Call { who: 0, rings_s: 4 }),
            at_ms(20_000, What::Text { who: 1, words: 4 }),
            at_ms(60_000, What::Call { who: 2, rings_s: 4 }),
            at_ms(80_000, What::Text { who: 2, words: 40 }),
        ];
        lived(Family::Sim7600, steps);
    }
}

/// The program is dead for `down_s` seconds, in which, after `silence`, somebody calls for `rings`; what is on record of it once
/// `then` has passed. The caller is texted, once.
fn called_while_dead(family: Family, down_s: u64, silence: Duration, rings: Duration, then: Duration) -> String {
    let mut rig = ready(family, "");
    rig.pass(Duration::from_secs(60));
    rig.break_it(Break::Kill { down_s });
    rig.pass(silence);
    rig.world.call(Caller::Known(Number::new(&number(3))), rings, rig.at);
    let seen = rig.pass(then);
    let texted = accepted(&seen).iter().filter(|to| **to == number(3)).count();
    assert_eq!(texted, 1, "{}", family.name());
    let calls = Ledger::read(&rig.disk.path()).calls;
    let [call] = &calls[..] else {
        panic!("{}: {} calls on record", family.name(), calls.len())
    };
    assert_eq!(call.caller, Some(number(3)), "{}", family.name());
    call.reason.clone()
}

/// Its last ring comes while nobody listens, its end when somebody does.
#[test]
fn a_call_whose_last_ring_came_before_the_start_is_missed_like_any_other() {
    for family in Family::ALL {
        let (silence, rings) = (Duration::from_millis(1900), Duration::from_secs(4));
        let why = called_while_dead(family, 2, silence, rings, Duration::from_secs(20));
        assert_eq!(why, "missed call", "{}", family.name());
    }
}

#[test]
fn a_call_that_came_while_the_program_was_dead_is_learnt_of_from_the_modem() {
    for family in [Family::Ec25, Family::Huawei, Family::Sim7600] {
        let (silence, rings) = (Duration::from_secs(100), Duration::from_secs(9));
        let why = called_while_dead(family, 300, silence, rings, Duration::from_secs(600));
        assert_eq!(why, "missed call, learnt of late", "{}", family.name());
    }
}

fn network_says(rig: &mut Rig, ahead: Duration) {
    let utc_s = START_UTC_MS / 1000 + i64::try_from((rig.passed() + ahead).as_secs()).unwrap();
    rig.world.set_utc(rig.at, utc_s);
    // It is asked for the time when it is set up.
    rig.world.inject(Fault::Reset, rig.at);
    rig.pass(Duration::from_secs(90));
}

#[test]
fn a_network_whose_time_is_nine_years_off_does_not_close_the_box_for_nine_years() {
    // A Saturday nine years on; today is a Tuesday at two.
    let ahead = Duration::from_secs(3_287 * 86_400);
    let hours = "[text_back]\nafter_hours = \"We are closed - {company}. Reply STOP to opt out.\"\n[hours]\nmon-fri = \"8:00-17:00\"\n";
    let mut rig = ready(Family::Ec25, hours);
    let text = |rig: &mut Rig, from: &str, words: &str| {
        rig.world.text(&Number::new(from), words, rig.at);
        rig.pass(Duration::from_secs(90));
    };
    let call = |rig: &mut Rig, who| {
        rig.world
            .call(Caller::Known(Number::new(&number(who))), Duration::from_secs(9), rig.at);
        rig.pass(Duration::from_secs(90));
        let phone = rig.world.phone(&Number::new(&number(who)));
        phone
            .and_then(|phone| phone.texts.back())
            .map(|text| text.text.clone())
            .unwrap_or_default()
    };
    text(&mut rig, &number(0), "Leak in the cellar");
    network_says(&mut rig, ahead);
    assert!(
        call(&mut rig, 1).contains("closed"),
        "a Saturday, as far as anybody knows"
    );
    text(&mut rig, OWNER, "13 @2h Are you at home now?");
    network_says(&mut rig, Duration::ZERO);
    // A text's time stamp bears out what the network says now.
    text(&mut rig, &number(0), "Hello?");
    assert!(call(&mut rig, 2).contains("Sorry we missed you"), "Tuesday again");
    let last = rig.disk.store().last_time().unwrap();
    let right = START_UTC_MS + i64::try_from(rig.passed().as_millis()).unwrap();
    assert!(last.utc_ms.abs_diff(right) < 120_000, "{} is not {right}", last.utc_ms);
    rig.pass(Duration::from_secs(2 * 3600));
    let phone = rig.world.phone(&Number::new(&number(0))).unwrap();
    assert!(
        phone.texts.iter().any(|text| text.text == "Are you at home now?"),
        "{:?}",
        phone.texts
    );
    let ledger = Ledger::read(&rig.disk.path());
    assert!(
        ledger
            .journal
            .iter()
            .any(|(what, n)| what == "clock_set_back" && *n == 1),
        "{:?}",
        ledger.journal
    );
    assert!(!owner_has(&rig, "damaged") && rig.wrong.is_empty(), "{:?}", rig.wrong);
}

#[test]
fn a_disk_that_turns_read_only_at_any_moment_of_a_lead_loses_nothing_and_goes_on_when_it_is_none() {
    for moment in (500..30_000).step_by(1_500) {
        let mut steps = a_lead();
        steps.push(at_ms(moment, What::Break(Break::DiskReadOnly { for_s: 240 })));
        let tally = lived(Family::Sim7600, steps);
        // Where the owner's answer was read before the text-back could go, that is what the caller gets.
        let answered = tally.of("call skipped: withdrawn before it went: a conversation is under way");
        assert!(tally.of("call texted: missed call") + answered > 0, "{moment}: {tally}");
        assert!(
            moment > 20_000 || tally.of("transaction refused by the disk") > 0,
            "{moment}: {tally}"
        );
    }
}

/// One caller right behind another who had a number or withheld it, on a port whose answers take their time: each is texted, once.
/// (Not on a u-blox: nobody but its call list says who calls, and that is over before it can be asked.)
#[test]
fn a_caller_right_behind_another_is_texted_on_a_slow_port_too() {
    let ms = Duration::from_millis;
    for family in Family::ALL.into_iter().filter(|family| *family != Family::Ublox) {
        let mut rig = ready(family, "");
        rig.pass(Duration::from_secs(20));
        rig.world.inject(Fault::Slow(ms(400)), rig.at);
        let mut callers = (0..).map(number);
        for withheld in [true, false] {
            for gap in [50, 350, 700, 1600] {
                for rings in [900, 4700] {
                    let (one, other) = (callers.next().unwrap(), callers.next().unwrap());
                    let before = match withheld {
                        true => Caller::Withheld,
                        false => Caller::Known(Number::new(&one)),
                    };
                    rig.world.call(before, ms(1700), rig.at);
                    rig.pass(ms(1700 + gap));
                    rig.world.call(Caller::Known(Number::new(&other)), ms(rings), rig.at);
                    let seen = rig.pass(Duration::from_secs(60));
                    let texts = |who: &String| accepted(&seen).iter().filter(|to| *to == who).count();
                    assert_eq!(
                        (texts(&one), texts(&other)),
                        (usize::from(!withheld), 1),
                        "{}, withheld {withheld}, {gap} ms, rings {rings} ms",
                        family.name()
                    );
                }
            }
        }
    }
}

/// Behind another caller who still rings. (Huawei, Telit and u-blox tell of a waiting caller only by +CCWA, or by their list.)
#[test]
fn a_caller_who_waits_and_gives_up_first_is_texted_too() {
    let silent = [Family::Huawei, Family::Telit, Family::Ublox];
    for family in Family::ALL.into_iter().filter(|family| !silent.contains(family)) {
        let mut rig = ready(family, "");
        rig.pass(Duration::from_secs(20));
        let call = |rig: &mut Rig, who, seconds| {
            let caller = Caller::Known(Number::new(&number(who)));
            rig.world.call(caller, Duration::from_secs(seconds), rig.at);
        };
        call(&mut rig, 1, 6);
        rig.pass(Duration::from_millis(1300));
        call(&mut rig, 2, 3);
        let seen = rig.pass(Duration::from_secs(60));
        for who in [1, 2] {
            let texts = accepted(&seen).iter().filter(|to| **to == number(who)).count();
            assert_eq!(texts, 1, "{}: {who}", family.name());
        }
    }
}
