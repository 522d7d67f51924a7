//! The owner's phone: number first is a message, a known word first is a command, nothing is guessed between two.

use super::box_under_test::*;
use textback::desk::Input;
use textback::store::types::Kind;

fn two_callers() -> Box {
    two_callers_of(Box::new())
}

fn two_callers_of(mut it: Box) -> Box {
    it.text(DAVE, "leak under the sink");
    it.text(ANNA, "boiler is cold");
    it.settle();
    it
}

#[test]
fn untagged_text_goes_to_the_only_open_chat_and_the_owner_is_told_by_name() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "NAME 13 Dave");
    it.settle();
    it.text(OWNER, "Yes can do 3pm");
    let sent = it.settle();
    assert_eq!((sent[0].to.as_str(), sent[0].text.as_str()), (DAVE, "Yes can do 3pm"));
    assert_eq!(
        (sent[1].to.as_str(), sent[1].text.as_str()),
        (OWNER, "Sent to 13 Dave (only open chat).")
    );
}

#[test]
fn callers_who_may_not_be_texted_do_not_hide_a_second_open_chat() {
    let mut it = two_callers();
    for (i, number) in ["+15125550301", "+15125550302", "+15125550303"].into_iter().enumerate() {
        it.text(number, &format!("question {i}"));
        it.text(number, "STOP");
    }
    it.settle();
    it.text(OWNER, "Yes can do 3pm");
    let sent = it.settle();
    assert!(
        sent.iter()
            .all(|s| s.to == OWNER && s.text.starts_with("Held, not sent:")),
        "{sent:?}"
    );
}

#[test]
fn untagged_text_soon_after_the_last_goes_to_the_same_person() {
    let mut it = two_callers();
    it.text(OWNER, "13 on my way");
    it.settle();
    it.wait_s(300);
    it.text(OWNER, "be there in 20");
    assert_eq!(it.settle_to(DAVE), ["be there in 20"]);
}

#[test]
fn untagged_text_between_two_is_held_and_asked_and_sent_on_the_number() {
    let mut it = two_callers();
    it.text(OWNER, "Yes can do 3pm");
    let sent = it.settle();
    assert_eq!(sent.len(), 1, "the question is one part: {sent:?}");
    let question: String = sent.iter().map(|s| s.text.as_str()).collect();
    assert!(sent.iter().all(|s| s.to == OWNER));
    assert_eq!(
        question,
        format!(
            "Held, not sent: \"Yes can do 3pm\". Who for? 14 {ANNA} (boiler is cold) or 13 {DAVE} (leak under the sink). \
             Reply 14 or 13, or NO."
        )
    );
    it.text(OWNER, "14");
    let sent = it.settle();
    assert_eq!((sent[0].to.as_str(), sent[0].text.as_str()), (ANNA, "Yes can do 3pm"));
}

#[test]
fn held_text_is_dropped_on_no_and_after_15_minutes() {
    let mut it = two_callers_of(Box::quiet(""));
    it.text(OWNER, "Yes can do 3pm");
    it.settle();
    it.text(OWNER, "NO");
    assert_eq!(it.settle_to(OWNER), ["OK, not sent."]);
    it.text(OWNER, "Yes can do 4pm");
    it.settle();
    it.wait_s(15 * 60 + 1);
    assert_eq!(
        it.settle_to(OWNER),
        ["Dropped, not sent to anybody: \"Yes can do 4pm\""]
    );
    it.text(OWNER, "13");
    assert!(it.settle_to(DAVE).is_empty(), "nothing is held any more");
}

#[test]
fn bare_handle_shows_the_last_few_texts() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "13 on my way");
    it.settle();
    it.text(OWNER, "13");
    let shown = it.settle_to(OWNER).join("");
    assert!(
        shown.contains("They 12:00pm: leak") && shown.contains("We 12:00pm: on my way"),
        "{shown}"
    );
}

#[test]
fn unknown_handle_is_told_and_nothing_sent() {
    let mut it = Box::new();
    it.text(OWNER, "77 on my way");
    let sent = it.settle();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text, "Nothing sent: nobody is 77 now. LIST shows who is.");
}

#[test]
fn opt_out_word_from_the_owner_is_never_relayed() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "STOP");
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
    it.text(OWNER, "13 hello");
    assert_eq!(it.settle_to(DAVE), ["hello"]);
}

#[test]
fn commands_answer_and_are_not_relayed() {
    let mut it = Box::new();
    it.dave_writes("leak");
    for (command, answer) in [
        ("STATUS", "Working."),
        ("LIST", "13 "),
        ("HELP", "27 text: to 27"),
        ("NUM 13", DAVE),
        ("WHY 13", "texted (missed call)"),
        ("DONE 13", "done"),
        ("FRIEND 13", "never texted"),
        ("BLOCK 13", "blocked"),
        ("UNBLOCK 13", "unblocked"),
        ("MORE 13", "leak"),
        ("REPORT", "Last 7 days: 1 missed, 1 texted, 1 replied"),
        ("AWAY until Mon 8am", "Away, back Monday 8am"),
        ("13 q2", "Nothing sent: there are no canned replies yet."),
        ("13 @8am see you", "OK, to 13"),
    ] {
        it.text(OWNER, command);
        let sent = it.settle();
        assert!(sent.iter().all(|s| s.to == OWNER), "{command}: {sent:?}");
        assert!(sent.iter().any(|s| s.text.contains(answer)), "{command}: {sent:?}");
        it.wait_s(130);
    }
}

#[test]
fn paused_box_texts_nobody_until_resumed() {
    let mut it = Box::new();
    it.text(OWNER, "PAUSE 2h");
    assert!(it.settle_to(OWNER)[0].starts_with("Paused for 2h"));
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".into(), "paused by the owner".into()));
    it.wait_h(3);
    it.missed_call(DAVE);
    assert_eq!(it.decision().0, "texted");
    it.text(OWNER, "PAUSE");
    it.text(OWNER, "RESUME");
    it.missed_call(ANNA);
    assert_eq!(it.decision().0, "texted");
}

#[test]
fn blocked_caller_reaches_nobody() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "BLOCK 13");
    it.settle();
    it.text(DAVE, "hello?");
    it.wait_h(80);
    it.missed_call(DAVE);
    assert_eq!(it.decision(), ("skipped".into(), "blocked".into()));
    assert!(it.settle().is_empty());
}

#[test]
fn oops_apologises_and_sends_it_to_the_right_one() {
    let mut it = two_callers();
    it.text(OWNER, "13 the boiler man comes at 3");
    it.settle();
    it.text(OWNER, "OOPS 14");
    let sent = it.settle();
    assert!(
        sent.iter().any(|s| s.to == DAVE && s.text.starts_with("Sorry")),
        "{sent:?}"
    );
    assert!(
        sent.iter()
            .any(|s| s.to == ANNA && s.text == "the boiler man comes at 3"),
        "{sent:?}"
    );
}

#[test]
fn oops_before_it_went_takes_it_back_unseen() {
    let mut it = two_callers();
    it.text(OWNER, "13 wrong");
    it.text(OWNER, "OOPS");
    let sent = it.settle();
    assert!(sent.iter().all(|s| s.to == OWNER), "{sent:?}");
}

#[test]
fn send_by_hand_follows_all_rules_but_the_cooldown() {
    let mut it = Box::new();
    it.missed_call(DAVE);
    it.settle();
    let mut send = |to: &str| {
        it.tell(Input::Send {
            to: to.into(),
            text: "hello".into(),
        })
        .queued
        .unwrap()
    };
    assert!(send(DAVE).is_ok());
    assert!(send("13").is_ok());
    assert!(send("77").unwrap_err().contains("nobody has the handle 77"));
    assert!(send("+447911123456").unwrap_err().contains("foreign"));
    assert!(send("72345").is_err());
    it.text(DAVE, "STOP");
    let refused = it
        .tell(Input::Send {
            to: DAVE.into(),
            text: "hello".into(),
        })
        .queued
        .unwrap();
    assert!(refused.unwrap_err().contains("opted out"));
}

#[test]
fn a_text_by_hand_that_cannot_go_answers_nobody() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    let mut send = |to: &str, text: &str| {
        let (to, text) = (to.to_owned(), text.to_owned());
        it.tell(Input::Send { to, text }).queued.unwrap()
    };
    assert!(send("13", &"x".repeat(2000)).unwrap_err().contains("too long"));
    it.text(OWNER, "LIST");
    let list = it.settle_to(OWNER).join("|");
    assert!(list.contains("13"), "Dave still waits: {list}");
    it.wait_h(15 * 24);
    let refused = it.tell(Input::Send {
        to: "13".to_owned(),
        text: "hello".to_owned(),
    });
    let why = refused.queued.unwrap().unwrap_err();
    assert!(why.contains("too long ago") && why.contains(DAVE), "{why}");
}

#[test]
fn owners_texts_are_on_record_as_what_they_were() {
    let mut it = Box::new();
    it.dave_writes("leak");
    it.text(OWNER, "13 on my way");
    it.text(OWNER, "STATUS");
    let kinds: Vec<Kind> = it
        .store
        .messages(100)
        .unwrap()
        .iter()
        .filter(|m| m.peer == OWNER)
        .map(|m| m.kind)
        .collect();
    assert!(
        kinds.contains(&Kind::Relay) && kinds.contains(&Kind::Command),
        "{kinds:?}"
    );
}

#[test]
fn oops_to_whom_the_text_went_anyway_apologises_to_nobody() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, "13 Yes can do 3pm");
    it.settle();
    it.text(OWNER, "OOPS 13");
    let sent = it.settle();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(
        sent[0].text,
        format!("Nothing done: your last text was for 13 {DAVE} already. OOPS alone tells them it was a mistake.")
    );
}

#[test]
fn oops_apologises_for_a_long_text_of_which_a_part_is_gone() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, &format!("13 {}", "We can come at three. ".repeat(12)));
    assert_eq!(it.send_one(None).map(|sent| sent.part), Some((1, 2)));
    it.text(OWNER, "OOPS");
    let sent = it.settle();
    let to_dave: Vec<_> = sent.iter().filter(|s| s.to == DAVE).collect();
    assert_eq!(to_dave.len(), 1, "the second part stays here: {sent:?}");
    assert_eq!(to_dave[0].part, (1, 1), "an apology: {to_dave:?}");
    assert!(
        sent.iter()
            .any(|s| s.to == OWNER && s.text.ends_with("told it was a mistake."))
    );
}

#[test]
fn oops_to_who_said_stop_says_that_they_were_not_told_and_makes_nobody_wait() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, "13 On my way");
    it.settle();
    it.text(DAVE, "STOP");
    it.settle();
    it.text(OWNER, "OOPS");
    let told = it.settle_to(OWNER).join("|");
    assert!(
        told.contains("Not sent to 13") && !told.contains("told it was a mistake"),
        "{told}"
    );
    it.text(OWNER, "LIST");
    let list = it.settle_to(OWNER).join("|");
    assert!(!list.contains("13 +"), "{list}");
}

#[test]
fn a_number_alone_shows_the_last_three_texts_of_both() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, "13 Where?");
    it.settle();
    it.text(DAVE, "Under the sink");
    it.settle();
    it.text(OWNER, "13 On my way");
    it.settle();
    it.wait_s(60);
    it.text(OWNER, "13");
    let shown = it.settle_to(OWNER).join("|");
    let order =
        ["Where?", "Under the sink", "On my way"].map(|text| shown.find(text).unwrap_or_else(|| panic!("{shown}")));
    assert!(order.is_sorted() && shown.lines().count() == 4, "{shown}");
}

/// What HELP and MORE after it say to somebody of that role, page by page.
fn help_pages(role: &str, language: &str) -> Vec<String> {
    let mut it = Box::quiet(&format!(
        "[limits]\nper_minute = 60\n[[crew]]\nname = \"Sam\"\nnumber = \"{SAM}\"\nrole = \"{role}\"\n"
    ));
    if language != "en" {
        it.confirmed(&format!("SET language {language}"));
    }
    let mut pages = Vec::new();
    it.text(SAM, "HELP");
    loop {
        let said = it.settle_to(SAM);
        assert_eq!(said.len(), 1, "one part a page: {said:?}");
        let more = said[0].contains("\n");
        pages.extend(said);
        assert!(pages.len() < 5, "{pages:?}");
        match more {
            true => it.text(SAM, "MORE"),
            false => return pages,
        };
    }
}

#[test]
fn help_tells_everything_a_role_may_do_in_pages_of_one_part() {
    for language in ["en", "es", "fr", "de"] {
        let pack = textback::desk::wording::pack::Pack::built_in(language).unwrap();
        for (role, all, none) in [
            ("owner", ["STATUS", "BLOCK", "AWAY", "CREW"].as_slice(), [].as_slice()),
            (
                "crew",
                &["STATUS", "NAME", "OOPS", "UNDO"],
                &["BLOCK", "AWAY", "SET", "OWNER"],
            ),
            (
                "installer",
                &["STATUS", "SET", "TEST"],
                &["NAME", "LIST", "AWAY", "OWNER"],
            ),
        ] {
            let pages = help_pages(role, language).join("|");
            let usage = |id: &&str| pack.command(id).unwrap().usage.clone();
            for told in all.iter().map(usage) {
                assert!(pages.contains(&told), "{language} {role} {told}: {pages}");
            }
            for hidden in none.iter().map(usage) {
                assert!(!pages.contains(&hidden), "{language} {role} {hidden}: {pages}");
            }
        }
    }
}

#[test]
fn help_about_an_order_says_what_it_does() {
    let mut it = Box::quiet("");
    it.text(OWNER, "HELP away");
    assert_eq!(
        it.settle_to(OWNER),
        ["AWAY until Mon 8am: callers get the out-of-hours text until then"]
    );
    it.dave_writes("leak");
    it.text(OWNER, "Help is on the way");
    assert!(it.settle_to(OWNER)[0].starts_with("Held, not sent, not done: \"Help is on the way\"."));
}

#[test]
fn an_answer_after_hours_on_a_roof_is_asked_about_with_whom_it_may_be_for() {
    let mut it = two_callers_of(Box::quiet(""));
    it.text(OWNER, "13 on my way");
    it.settle();
    it.wait_h(5);
    it.text(OWNER, "Sorry, still need us?");
    assert_eq!(
        it.settle_to(OWNER),
        [format!(
            "Held, not sent: \"Sorry, still need us?\". Who for? 14 {ANNA} (boiler is cold). Reply 14, or NO."
        )]
    );
}

#[test]
fn no_without_a_question_says_how_to_tell_a_customer_no() {
    let mut it = Box::quiet("");
    it.dave_writes("Do you do gutters?");
    it.text(OWNER, "No");
    assert_eq!(
        it.settle_to(OWNER),
        ["Nothing was held, nothing is sent. For a customer: 27 no"]
    );
}

#[test]
fn a_name_that_customers_read_is_said_to_be_read() {
    let mut it = Box::quiet("");
    it.dave_writes("leak");
    it.text(OWNER, "NAME 13 Dave, slow payer");
    assert_eq!(
        it.settle_to(OWNER),
        [format!("{DAVE} is now Dave, slow payer. My texts to them say it too.")]
    );
    it.confirmed("SET known Sorry we missed you. {company}");
    it.text(OWNER, "NAME 13 Dave");
    assert_eq!(it.settle_to(OWNER), [format!("{DAVE} is now Dave.")]);
}

#[test]
fn curly_quotes_and_pictographs_of_callers_leave_room_in_a_list() {
    let mut it = Box::quiet("");
    it.text(DAVE, "\u{201c}Leak\u{201d} under the sink \u{1f62d}");
    it.text(ANNA, "Boiler is cold");
    it.settle();
    it.text(OWNER, "LIST");
    let list = it.settle_to(OWNER);
    assert_eq!(list.len(), 1);
    assert!(
        list[0].contains("13 ") && list[0].contains("14 ") && !list[0].contains("MORE"),
        "{list:?}"
    );
    it.text(OWNER, "On my way \u{1f44d}");
    let asked = it.settle_to(OWNER);
    assert!(
        asked.len() == 1 && asked[0].starts_with("Held, not sent: \"On my way\"."),
        "{asked:?}"
    );
    it.text(OWNER, "13");
    assert_eq!(it.settle_to(DAVE), ["On my way \u{1f44d}"]);
}
