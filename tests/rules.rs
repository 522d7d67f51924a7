//! Numbers, opt-out, owner grammar: the pure rules of the desk, on sentences people write.

use proptest::prelude::*;
use textback::desk::caller::optout::{Consent, consent};
use textback::desk::owner::commands::Command;
use textback::desk::owner::grammar::{self, OwnerText};
use textback::desk::wording::pack::Pack;
use textback::desk::wording::template::Template;
use textback::ids::Handle;
use textback::phone::{self, Country, NumberProblem, PhoneNumber};

fn country(iso: &str) -> Country {
    Country::parse(iso).unwrap()
}

#[test]
fn numbers_are_read_as_their_network_writes_them() {
    for (digits, toa, home, e164) in [
        ("+15551234567", 145, "US", "+15551234567"),
        ("15551234567", 145, "US", "+15551234567"),
        ("15551234567", 129, "US", "+15551234567"),
        ("5551234567", 129, "US", "+15551234567"),
        ("5551234567", 161, "US", "+15551234567"),
        ("8585551212", 129, "US", "+18585551212"),
        ("011447911123456", 129, "US", "+447911123456"),
        ("00447911123456", 129, "DE", "+447911123456"),
        ("07911123456", 129, "GB", "+447911123456"),
        ("7911123456", 161, "GB", "+447911123456"),
        ("447911123456", 129, "GB", "+447911123456"),
        ("+44 (0)7911 123456", 129, "US", "+447911123456"),
        ("0412345678", 129, "AU", "+61412345678"),
        ("001115551234567", 129, "AU", "+15551234567"),
        ("18612748499", 161, "CN", "+8618612748499"),
        ("08020866256", 129, "JP", "+818020866256"),
        ("+393351391306", 145, "IT", "+393351391306"),
        ("0612345678", 129, "IT", "+390612345678"),
        ("0821234567", 128, "ZA", "+27821234567"),
        ("11912345678", 129, "BR", "+5511912345678"),
        ("9812345678", 129, "IN", "+919812345678"),
        ("5512345678", 129, "MX", "+525512345678"),
        ("+5215512345678", 145, "MX", "+525512345678"),
        ("*31#5551234567", 129, "US", "+15551234567"),
        ("sip:+15551234567@ims.example", 129, "US", "+15551234567"),
        ("(555) 123-4567", 129, "US", "+15551234567"),
        ("0612345678", 129, "HU", "+3612345678"),
        ("89161234567", 129, "RU", "+79161234567"),
    ] {
        let read = phone::interpret(digits, toa, &country(home));
        assert_eq!(read.as_ref().map(PhoneNumber::e164), Ok(e164), "{digits} {toa} {home}");
    }
}

#[test]
fn what_is_no_number_says_why() {
    for (digits, toa, home, why) in [
        ("", 129, "US", NumberProblem::Empty),
        ("+", 145, "US", NumberProblem::Empty),
        ("  ", 128, "US", NumberProblem::Empty),
        ("72975", 129, "US", NumberProblem::Short),
        ("911", 129, "US", NumberProblem::Short),
        ("60300", 129, "GB", NumberProblem::Short),
        ("+12345", 145, "US", NumberProblem::Short),
        ("AMAZON", 208, "US", NumberProblem::Alphanumeric),
        ("12345", 208, "US", NumberProblem::Alphanumeric),
        ("sip:mmtel", 129, "US", NumberProblem::Alphanumeric),
        ("5551234", 129, "US", NumberProblem::Local),
        ("*#06#", 129, "US", NumberProblem::ServiceCode),
        ("+999123456789", 145, "US", NumberProblem::NotPossible),
        ("+11234567890", 145, "US", NumberProblem::NotPossible),
        ("+155512345678", 145, "US", NumberProblem::NotPossible),
        ("1+5551234567", 129, "US", NumberProblem::NotPossible),
    ] {
        assert_eq!(
            phone::interpret(digits, toa, &country(home)),
            Err(why),
            "{digits} {toa} {home}"
        );
    }
}

#[test]
fn opting_out_is_understood_however_it_is_written() {
    for text in [
        "STOP",
        "stop",
        "Stop.",
        "STOP!!!",
        " s t o p ",
        "S.T.O.P.",
        "\u{201c}STOP\u{201d}",
        "Stop please",
        "Stop. Thank you",
        "Please stop",
        "STOP STOP STOP",
        "stopppp",
        "STOP ALL",
        "Stopall",
        "stop texts",
        "STPO",
        "stp",
        "Sotp",
        "unsubscribe",
        "Unsubcribe",
        "unsuscribe",
        "UNSUBSCRIBE!",
        "CANCEL",
        "End",
        "quit",
        "revoke",
        "OPT OUT",
        "opt-out",
        "OptOut",
        "Remove",
        "ARRÊT",
        "arrêté",
        "Parar",
        "PARE",
        "alto",
        "baja",
        "No más",
        "STOPP",
        "Abmelden",
        "stop texting me",
        "Please stop texting me!",
        "don't text me",
        "Don\u{2019}t text me again",
        "dont text me",
        "do not text me",
        "Remove my number",
        "take me off your list",
        "Leave me alone",
        "no more texts",
        "no more texts please",
        "STOP \u{1f6d1}",
        // Some senders of UCS-2 begin with a byte order mark.
        "\u{feff}STOP",
        "ＳＴＯＰ",
        "Stop it",
        "STOP NOW",
        "Who is this? Stop texting me",
    ] {
        assert_eq!(consent(text), Consent::Stop, "{text}");
    }
}

#[test]
fn opting_out_is_understood_in_every_language_whatever_the_boxs_own() {
    for text in [
        "Basta",
        "NO MÁS",
        "No me escriban más por favor",
        "Por favor quiten mi número",
        "Arrêtez",
        "Arrêtez de m\u{2019}écrire !",
        "Ne m'envoyez plus de SMS",
        "Je ne veux plus de SMS",
        "Stop merci",
        "Abbestellen",
        "Bitte keine SMS mehr",
        "Schreiben Sie mir nicht mehr",
        "Löschen Sie meine Nummer",
        "no, take me off your list",
    ] {
        assert_eq!(consent(text), Consent::Stop, "{text}");
    }
    for (text, expected) in [
        ("Hilfe", Consent::Help),
        ("Información", Consent::Help),
        ("Sí", Consent::Yes),
        ("oui", Consent::Yes),
        ("Anmelden", Consent::Start),
        ("Hilfe, der Keller steht unter Wasser", Consent::Plain),
        ("Quiero cancelar la cita de mañana", Consent::MaybeStop),
        ("Je dois annuler le rendez-vous", Consent::MaybeStop),
        ("Ich muss den Termin absagen", Consent::MaybeStop),
        ("Mas tarde", Consent::Plain),
        ("Ne m'oubliez pas demain", Consent::Plain),
    ] {
        assert_eq!(consent(text), expected, "{text}");
    }
}

#[test]
fn a_language_of_ones_own_adds_its_opt_out_words() {
    let polish = textback::desk::wording::pack::BUILT_IN[0]
        .1
        .replace("code = \"en\"", "code = \"pl\"")
        .replace("opt_out = [\"stop\"", "opt_out = [\"koniec\", \"stop\"");
    let (pack, _) = Pack::parse(&polish).unwrap();
    assert_eq!(consent("Koniec!"), Consent::Plain);
    assert_eq!(
        textback::desk::caller::optout::consent_in("Koniec!", &pack),
        Consent::Stop
    );
    assert_eq!(
        textback::desk::caller::optout::consent_in("Abmelden", &pack),
        Consent::Stop
    );
    // Nor is the owner's ever relayed.
    for text in ["Koniec", "27 koniec!", "27 @8am koniec", "27 Abmelden"] {
        assert_eq!(grammar::read_in(text, &pack), OwnerText::OptOutWord, "{text}");
    }
    assert_ne!(grammar::read("27 koniec"), OwnerText::OptOutWord);
}

#[test]
fn sentences_with_an_opt_out_word_go_to_the_owner_marked() {
    for text in [
        "can you stop by",
        "Can you stop by tomorrow?",
        "stop leak",
        "Need to stop leak in kitchen",
        "cancel my appointment",
        "Please cancel my appointment for Tuesday",
        "end of the drive",
        "We are at the end of the drive",
        "It won't stop running",
        "please don't stop",
        "Stop by at 3",
        "the water won't stop",
        "quit working this morning",
        "Remove old water heater",
        "How do I stop the water",
        "take me off the schedule and cancel for Monday",
        "Leave me alone, I already got a quote",
        "Do not contact me again today",
        "No more texts about the estimate",
    ] {
        assert_eq!(consent(text), Consent::MaybeStop, "{text}");
    }
}

#[test]
fn ordinary_texts_say_nothing_about_consent() {
    for text in [
        "Help my basement is flooding",
        "My water heater is leaking",
        "Shop",
        "step",
        "top",
        "Slop",
        "stow",
        "Yes 3pm works",
        "ok",
        "No",
        "27",
        "",
        "  ",
        "\u{1f44d}",
        "The bus stopped",
        "Start tomorrow please",
        "Info about prices?",
        "Bob",
        "Thank you",
        "Subscribe to what?",
        "the shop on Main",
        "please don't stop texting",
    ] {
        let got = consent(text);
        assert!(matches!(got, Consent::Plain | Consent::MaybeStop), "{text}: {got:?}");
        assert!(
            got == Consent::Plain || text.to_lowercase().contains("stop"),
            "{text}: {got:?}"
        );
    }
}

#[test]
fn opting_in_and_help_are_whole_messages_only() {
    for (text, expected) in [
        ("START", Consent::Start),
        ("Unstop", Consent::Start),
        ("start.", Consent::Start),
        ("Yes", Consent::Yes),
        ("YES!", Consent::Yes),
        ("HELP", Consent::Help),
        ("help?", Consent::Help),
        ("Info", Consent::Help),
        ("aide", Consent::Help),
        ("AYUDA", Consent::Help),
    ] {
        assert_eq!(consent(text), expected, "{text}");
    }
}

fn to(handle: u16, text: &str) -> OwnerText {
    OwnerText::To {
        handle: Handle(handle),
        text: text.to_owned(),
    }
}

#[test]
fn a_number_first_is_a_message_to_that_customer() {
    for text in [
        "27 On my way",
        "#27: On my way",
        "@27 On my way",
        "27. On my way",
        "27- On my way",
        "27, On my way",
        "27: On my way",
        " 27 On my way ",
        "\u{feff}27 On my way",
        "27 - On my way",
        "27\nOn my way",
        "# 27 On my way",
        "27.On my way",
    ] {
        assert_eq!(grammar::read(text), to(27, "On my way"), "{text}");
    }
    assert_eq!(grammar::read("127 hi there"), to(127, "hi there"));
    assert_eq!(grammar::read("27 3pm works"), to(27, "3pm works"));
    assert_eq!(grammar::read("27 8 works"), to(27, "8 works"));
    assert_eq!(grammar::read("27"), OwnerText::Handle(Handle(27)));
    assert_eq!(grammar::read("27."), OwnerText::Handle(Handle(27)));
    assert_eq!(
        grammar::read("27 q2"),
        OwnerText::Canned {
            handle: Handle(27),
            reply: 2
        }
    );
    assert_eq!(
        grammar::read("27 @8am See you soon"),
        OwnerText::Later {
            handle: Handle(27),
            when: "8am".into(),
            text: "See you soon".into()
        }
    );
    assert_eq!(
        grammar::read("27 @Mon 8am See you"),
        OwnerText::Later {
            handle: Handle(27),
            when: "Mon 8am".into(),
            text: "See you".into()
        }
    );
}

#[test]
fn a_quantity_first_is_no_tag() {
    for text in [
        "27 min away",
        "27 dollars",
        "27 mins",
        "27 bucks for it",
        "27% off",
        "27 % off",
        "27-28 works",
        "27/7",
        "27.50",
        "27.50 each",
        "9:30",
        "27:30",
        "27 ft of pipe",
        "27 in. pipe",
        "27th works",
        "27ft",
        "512 555 0100",
        "5125550100",
        "5 min",
        "27 days",
        "12 works",
        "027 hi",
        "1000 is fine",
        "27 hrs",
        "27\" pipe",
    ] {
        assert_eq!(grammar::read(text), OwnerText::Untagged(text.to_owned()), "{text}");
    }
}

#[test]
fn a_known_word_first_is_a_command() {
    let h = Handle(27);
    for (text, command) in [
        ("STATUS", Command::Status),
        ("status.", Command::Status),
        ("List", Command::List),
        ("help", Command::Help(None)),
        ("Help away", Command::Help(Some("AWAY"))),
        ("More", Command::More(None)),
        ("MORE 27", Command::More(Some(h))),
        ("PAUSE 2h", Command::Pause(Some("2h".into()))),
        ("pause", Command::Pause(None)),
        ("Resume", Command::Resume),
        ("AWAY until Mon 8am", Command::Away(Some("Mon 8am".into()))),
        (
            "NAME 27 Dave",
            Command::Name {
                handle: h,
                name: "Dave".into(),
            },
        ),
        ("Done 27", Command::Done(h)),
        ("Done 27.", Command::Done(h)),
        ("done #27", Command::Done(h)),
        ("DONE: 27", Command::Done(h)),
        (
            "LATER 27 2h",
            Command::Later {
                handle: h,
                when: Some("2h".into()),
            },
        ),
        ("BLOCK 27", Command::Block(h)),
        ("UNBLOCK 27", Command::Unblock(h)),
        ("FRIEND 27", Command::Friend(h)),
        ("FORGET 27", Command::Forget(h)),
        ("WHY 27", Command::Why(h)),
        ("Why 27?", Command::Why(h)),
        ("NUM 27", Command::Num(h)),
        (
            "WON 27 850",
            Command::Won {
                handle: h,
                amount: Some(850),
            },
        ),
        (
            "Won 27 $1,250.00",
            Command::Won {
                handle: h,
                amount: Some(1250),
            },
        ),
        ("OOPS", Command::Oops(None)),
        ("Oops 31", Command::Oops(Some(Handle(31)))),
        ("REPORT", Command::Report),
        ("TEST", Command::Test),
        ("UNDO", Command::Undo),
    ] {
        assert_eq!(grammar::read(text), OwnerText::Command(command), "{text}");
    }
    assert!(matches!(grammar::read("SET delay 5s"), OwnerText::Command(Command::Set { key, .. }) if key == "delay"));
    assert!(
        matches!(grammar::read("OWNER ADD +15125550101"), OwnerText::Command(Command::OwnerAdd(n)) if n.0 == "+15125550101")
    );
}

#[test]
fn a_slip_of_a_command_is_asked_about() {
    for (text, word) in [
        ("STAUS", "STATUS"),
        ("Doen 27", "DONE"),
        ("Blok 27", "BLOCK"),
        ("Pasue", "PAUSE"),
        ("REPRT", "REPORT"),
        ("unblok 27", "UNBLOCK"),
    ] {
        assert!(
            matches!(grammar::read(text), OwnerText::DidYouMean { word: w, .. } if w == word),
            "{text}: {:?}",
            grammar::read(text)
        );
    }
    assert!(matches!(grammar::read("DONE"), OwnerText::Usage { .. }));
    assert_eq!(grammar::read("NO"), OwnerText::No);
}

#[test]
fn a_command_word_before_a_sentence_is_neither_done_nor_sent_but_asked_about() {
    for text in [
        "Help is on the way",
        "Later today works",
        "Done with the job, see you",
        "Name your price",
        "Test the breaker first",
        "Status of the order?",
        "More like 4pm",
        "Why not",
        "Set it to 70",
        "Pause the sprinkler",
        "List of parts is coming",
        "Report is ready",
        "Away on vacation",
        "pause for the day",
        "Back soon",
    ] {
        let read = grammar::read(text);
        assert!(
            matches!(&read, OwnerText::Unclear { text: held, .. } if held == text),
            "{text}: {read:?}"
        );
    }
}

#[test]
fn nothing_else_is_a_command() {
    for text in ["ok", "Yes", "Yes can do 3pm", "What", "gone", "On my way"] {
        assert_eq!(grammar::read(text), OwnerText::Untagged(text.to_owned()), "{text}");
    }
}

#[test]
fn an_opt_out_word_of_the_owner_is_never_relayed() {
    for text in ["STOP", "Stop please", "27 STOP", "unsubscribe", "27 cancel", "#27: End"] {
        assert_eq!(grammar::read(text), OwnerText::OptOutWord, "{text}");
    }
    assert_eq!(grammar::read("27 I'll stop by at 3"), to(27, "I'll stop by at 3"));
}

#[test]
fn reactions_are_told_from_texts() {
    for text in [
        "Liked \u{201c}On my way\u{201d}",
        "Loved \"Thanks!\"",
        "Laughed at \u{201c}ok\u{201d}",
        "Reacted \u{1f44d} to \u{201c}See you\u{201d}",
        "Liked an image",
        "Removed a like from \u{201c}ok\u{201d}",
    ] {
        assert!(matches!(grammar::read(text), OwnerText::Reaction(_)), "{text}");
    }
    for text in ["Liked the work", "I said \"ok\"", "Loved it, \"thanks\" from all"] {
        assert!(grammar::reaction(text).is_none(), "{text}");
    }
}

proptest! {
    #![proptest_config(crate::law(256))]

    #[test]
    fn no_push_makes_the_notice_reader_panic(octets in prop::collection::vec(any::<u8>(), 0..300), head in any::<bool>()) {
        let mut push = if head { b"\x01\x06\x01\xBE\x8C\x82".to_vec() } else { Vec::new() };
        push.extend(octets);
        if let Ok(read) = textback::sms::mms::notification(&push) {
            prop_assert!(read.subject.is_none_or(|s| s.chars().count() <= textback::sms::mms::SUBJECT_CHARACTERS_MAX));
        }
    }

    #[test]
    fn no_text_makes_the_rules_panic(text in "\\PC{0,200}", toa in any::<u8>()) {
        let _ = consent(&text);
        let _ = grammar::read(&text);
        let _ = grammar::reaction(&text);
        let _ = Template::parse(&text);
        let _ = phone::interpret(&text, toa, &Country::US);
        let _ = textback::config::Config::check(&text);
    }

    #[test]
    fn whatever_is_read_as_a_number_can_be_read_again(digits in "[+0-9]{0,18}", toa in prop::sample::select(vec![128u8, 129, 145, 161]),
        home in prop::sample::select(vec!["US", "GB", "DE", "IT", "MX", "HU", "RU", "AU", "FO"])) {
        if let Ok(number) = phone::interpret(&digits, toa, &country(home)) {
            prop_assert_eq!(PhoneNumber::from_e164(number.e164()), Ok(number.clone()));
            prop_assert!(number.e164().len() <= 16);
            let shown = number.to_string();
            prop_assert!(!shown.contains(&number.e164()[1..]));
            let _ = (phone::class(&number), phone::country(&number));
        }
    }

    #[test]
    fn owners_text_is_relayed_whole(body in "[a-z]{4,10}( [a-z]{1,10}){1,5}") {
        let read = grammar::read(&format!("27 {body}"));
        let relayed = matches!(&read, OwnerText::To { handle: Handle(27), text } if *text == body);
        prop_assert!(relayed || matches!(read, OwnerText::OptOutWord | OwnerText::Untagged(_)));
    }
}

#[test]
fn a_text_without_letters_is_no_opt_out_word() {
    // Found by fuzzing: "27 👍" was refused as an opt-out word, because every letter of no letters is right.
    for text in ["27 \u{1f44d}", "27: \u{1f44d}\u{1f3fd}", "#27 ?!"] {
        let body = text.split_once([' ', ':']).unwrap().1.trim();
        let wanted = OwnerText::To {
            handle: Handle(27),
            text: body.to_owned(),
        };
        assert_eq!(grammar::read(text), wanted);
    }
    assert_eq!(grammar::read("\u{1f44d}"), OwnerText::Untagged("\u{1f44d}".to_owned()));
    assert_eq!(consent("\u{1f44d}"), Consent::Plain);
}

#[test]
fn an_opt_out_word_is_not_scheduled_either() {
    assert_eq!(grammar::read("27 @8am STOP"), OwnerText::OptOutWord);
    assert_eq!(grammar::read("27 @ 8:30 pm unsubscribe"), OwnerText::OptOutWord);
}
