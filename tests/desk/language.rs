//! Language packs: complete, one part each, and every text in the code is in them.

use super::box_under_test::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use textback::config::Config;
use textback::desk::owner::commands::{self, Command};
use textback::desk::owner::grammar::{self, OwnerText};
use textback::desk::wording::pack::{BUILT_IN, Pack};
use textback::desk::wording::template::{Template, Values};
use textback::sms;

fn packs() -> Vec<Arc<Pack>> {
    BUILT_IN.map(|(code, _)| Pack::built_in(code).unwrap()).to_vec()
}

#[test]
fn every_language_says_everything_and_nothing_else() {
    for (code, text) in BUILT_IN {
        let (pack, warnings) = Pack::parse(text).unwrap_or_else(|mistakes| panic!("{code}: {mistakes:#?}"));
        assert!(warnings.is_empty(), "{code}: {warnings:#?}");
        assert_eq!(pack.code, code);
    }
}

/// What usually stands in a blank.
fn usual(blank: &str) -> &'static str {
    match blank {
        "who" => "27 +15551234567",
        "number" => "+15551234567",
        "time" => "12:02pm",
        "seconds" | "megabytes" => "18",
        "handle" | "times" | "count" | "hours" | "n" | "calls" | "texts" => "27",
        "handles" => "27 or 31",
        "choices" => "27 +15551234567 (leak) or 31 Dave (boiler)",
        "text" => "Yes can do 3pm",
        "why" => "a conversation is under way",
        "what" => "number withheld",
        "name" | "sender" => "Dave Miller",
        "verb" => "Liked",
        "word" => "UNBLOCK",
        "usage" => "OWNER ADD +15125550100",
        "length" => "3 days",
        "commands" => "STATUS, LIST, MORE 27, NAME 27 Dave, DONE 27, BLOCK 27, PAUSE 2h, RESUME",
        "order" => "UNBLOCK 27 +15551234567",
        "day" => "Wednesday",
        "before" => "31 Dave Miller",
        "left" | "missed" | "texted" | "replied" | "answered" => "123",
        "waiting" => "12 waiting (27,31,33,..)",
        "opt_outs" => "3 opt-outs",
        "money" => "$12,500",
        "total" => "12 jobs, $112,500",
        "words" => "q1, q2, q3",
        "from" => "28",
        "to" => "27 Jul",
        "month" => "September",
        "date" => "30",
        "until" => "12:02pm",
        "used" => "255",
        "rings" | "bars" => "4",
        "minutes" => "10",
        "model" => "SIM7600E-H",
        "operator" => "T-Mobile",
        "troubles" => "weak signal, move the antenna; the SIM's memory is filling up, delete old texts in a phone",
        "key" => "missed_calls",
        "near" => "message",
        // The list itself is long.
        "keys" => "message hours quiet",
        "value" | "file" => "22:00-6:30",
        "price" => "One text.",
        "letters" => "x",
        "company" => "Hill Country Plumbing",
        "most" => "20",
        "least" => "0s",
        "which" => "{company} {owner} {name} {open}",
        "last" => "{phone}",
        "code" => "4821",
        "role" => "owner",
        "sign" => "$",
        "sum" => "1,250",
        other => panic!("say in this table what usually stands in {{{other}}}"),
    }
}

fn blanks(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect()
}

#[test]
fn every_text_to_the_owner_is_one_plain_part() {
    for pack in packs() {
        for (section, key, source) in pack.texts().filter(|(section, _, _)| *section != "callers") {
            let mut said = source.clone();
            for blank in blanks(&source) {
                // Of two forms the longer.
                let usual = match blank.split_once(':') {
                    None => usual(blank),
                    Some((_, forms)) => forms.split('|').max_by_key(|form| form.len()).unwrap_or_default(),
                };
                said = said.replace(&format!("{{{blank}}}"), usual);
            }
            let cost = sms::cost(&said);
            assert_eq!(
                cost.encoding,
                sms::Encoding::Gsm7,
                "{} {section}.{key}: {said}",
                pack.code
            );
            assert_eq!(
                cost.parts, 1,
                "{} {section}.{key} takes {} of 160: {said}",
                pack.code, cost.units
            );
        }
    }
}

/// An order that a text proposes is one of the reader's language. SET, YES, CLAIM, OWNER, CREW and PIN are the same in all.
#[test]
fn no_text_proposes_an_order_in_another_language() {
    let same = ["SET", "OWNER", "CREW"];
    for pack in packs() {
        for (section, key, source) in pack.texts().filter(|(section, _, _)| *section == "texts") {
            for id in commands::ids().into_iter().filter(|id| !same.contains(id)) {
                let own = pack
                    .command(id)
                    .is_some_and(|phrase| phrase.words.iter().any(|word| word.eq_ignore_ascii_case(id)));
                let proposed = source.split(|c: char| !c.is_alphanumeric()).any(|word| word == id);
                assert!(own || !proposed, "{} {section}.{key} says {id}: {source}", pack.code);
            }
        }
        let cancel = pack.line("put_off_cancel", &[("handle", &27)]);
        let order = cancel.rsplit(": ").next().unwrap();
        let read = grammar::read_in(order, &pack);
        assert!(
            matches!(read, OwnerText::Command(Command::Later { .. })),
            "{}: {order}: {read:?}",
            pack.code
        );
    }
}

#[test]
fn what_is_said_together_is_one_plain_part_together() {
    for pack in packs() {
        for keys in [
            &["test_fine", "test_now_call"][..],
            &["missed", "texted_back", "to_answer"],
            &["missed", "texting_back", "to_answer"],
            &["missed_unheard", "texting_back_at", "to_answer"],
            &["missed", "text_failed"],
            &["missed", "not_texted", "please_call_them"],
            &["waits", "to_answer"],
            &["kept_text", "kept_cancel", "at_night"],
            &["reminder", "to_answer"],
            &["sent_only_open", "wrong_person"],
            &["undone", "queued_stays_unsent"],
            &["undo_text_sent", "undo_again_to_undo"],
        ] {
            let said: Vec<String> = keys
                .iter()
                .map(|key| {
                    let (_, _, source) = pack
                        .texts()
                        .find(|(section, k, _)| *section == "texts" && k == key)
                        .unwrap();
                    blanks(&source).into_iter().fold(source.clone(), |said, blank| {
                        said.replace(&format!("{{{blank}}}"), usual(blank))
                    })
                })
                .collect();
            let said = said.join(" ");
            let cost = sms::cost(&said);
            assert_eq!(
                (cost.encoding, cost.parts),
                (sms::Encoding::Gsm7, 1),
                "{} takes {} of 160: {said}",
                pack.code,
                cost.units
            );
        }
    }
}

#[test]
fn every_text_to_a_caller_is_one_plain_part() {
    let longest = "x".repeat(53);
    for pack in packs() {
        let stop = pack.caller("stop_line");
        for (_, key, source) in pack.texts().filter(|(section, _, _)| *section == "callers") {
            let template = Template::parse(&source).unwrap();
            let company = match key {
                "message" => longest.as_str(),
                _ => "Hill Country Plumbing",
            };
            let values = Values {
                company,
                owner: "Sam",
                name: "Dave",
                open: &pack.time("tomorrow", &[("time", &pack.clock(8, 30, true))]),
                phone: "+15551234567",
            };
            let first = matches!(key, "message" | "after_hours" | "known" | "late");
            let said = template.render(&values, first.then_some(stop.as_str()));
            let cost = sms::cost(&said);
            assert_eq!(cost.encoding, sms::Encoding::Gsm7, "{} {key}: {said}", pack.code);
            assert_eq!(cost.parts, 1, "{} {key} takes {} of 160: {said}", pack.code, cost.units);
            assert!(!first || said.contains("STOP"), "{} {key}: {said}", pack.code);
        }
    }
}

#[test]
fn a_language_of_ones_own_says_what_is_wrong_with_it() {
    let english = BUILT_IN[0].1;
    let without = english.replace("called_again = \"{who} called again ({times}x)\"\n", "");
    let (pack, warnings) = Pack::parse(&without).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].to_string(), "texts.called_again: missing: said in English");
    let said = pack.line("called_again", &[("who", &"27 Dave"), ("times", &3)]);
    assert_eq!(said, "27 Dave called again (3x)");

    let more = english.replace("[texts]\n", "[texts]\nbanana = \"yellow\"\n");
    let (_, warnings) = Pack::parse(&more).unwrap();
    assert!(warnings[0].what.starts_with("unknown"), "{warnings:?}");
    assert!(warnings[0].line > 20, "{warnings:?}");

    for (from, to, wanted) in [
        (
            "({times}x)",
            "({tiems}x)",
            "{tiems} is unknown here; there are {times} {who}",
        ),
        ("({times}x)", "({timesx)", "a { is never closed"),
        ("\"Sent to {who}.\"", "\" \"", "is empty"),
        (
            "missed you - this is {company}. What",
            "missed you. What",
            "{company} must appear",
        ),
        ("[texts]", "[textes]", "cannot be read"),
        ("code = \"en\"", "", "cannot be read"),
    ] {
        assert!(english.contains(from), "{from}");
        let mistakes = Pack::parse(&english.replacen(from, to, 1)).unwrap_err();
        assert!(
            mistakes.iter().any(|m| m.what.contains(wanted)),
            "{wanted}: {mistakes:?}"
        );
    }
}

#[test]
fn a_language_of_ones_own_is_a_file_named_in_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xx.toml");
    std::fs::write(&path, BUILT_IN[0].1.replace("Texted back.", "Texted 'em back.")).unwrap();
    let text = format!("language = {path:?}\ncompany = \"X\"\nowner = \"+15125550100\"\n");
    let checked = Config::check(&text);
    assert!(checked.ok && checked.warnings.is_empty(), "{:?}", checked.lines());
    let pack = checked.config.unwrap().language;
    assert_eq!(pack.line("texted_back", &[]), "Texted 'em back.");

    std::fs::write(
        &path,
        "code = \"xx\"\nname = \"Xx\"\n[texts]\nsent_to = \"To {whom}\"\n",
    )
    .unwrap();
    let checked = Config::check(&text);
    let lines = checked.lines().join("\n");
    assert!(
        !checked.ok && lines.contains("line 1: language: ") && lines.contains("line 4: texts.sent_to"),
        "{lines}"
    );
    for (value, wanted) in [
        ("\"eng\"", "did you mean \"en\"?"),
        ("\"/nowhere/xx.toml\"", "cannot read /nowhere/xx.toml"),
        ("5", "must be a text in quotes"),
    ] {
        let checked = Config::check(&format!("language = {value}\ncompany = \"X\"\n"));
        assert!(
            !checked.ok && checked.lines().join("\n").contains(wanted),
            "{:?}",
            checked.lines()
        );
    }
    let german = Config::parse("language = \"DE\"\ncompany = \"Meier\"").unwrap();
    assert_eq!(german.language.name, "Deutsch");
    let values = Values {
        company: "Meier",
        ..Values::default()
    };
    assert!(
        german
            .text_back
            .message
            .render(&values, None)
            .starts_with("Leider haben wir")
    );
}

#[test]
fn reasons_on_record_are_english_and_read_in_the_boxs_language() {
    let german = Pack::built_in("de").unwrap();
    for (recorded, said) in [
        ("landline", "Festnetz"),
        (
            "texted within the last 24 hours",
            "bekam in den letzten 24 Stunden schon eine SMS",
        ),
        (
            "automatic texts stopped: may have asked us to stop",
            "automatische SMS gestoppt: will evtl. keine SMS mehr",
        ),
        ("something nobody translated", "something nobody translated"),
        (
            "must be a duration like \"3s\", \"1m 30s\" or \"24h\", from \"0s\" to \"10m\", or \"off\"",
            "muss eine Dauer wie 3s, 1m 30s oder 24h sein, von 0s bis 10m, oder off",
        ),
        (
            "a { is never closed; write {company} {owner} {name} {open} or {phone}",
            "hat ein {, das nie endet; schreiben Sie {company} {owner} {name} {open} oder {phone}",
        ),
        // What the owner wrote is no reason, even where it reads like one.
        (
            "could be morning or afternoon in \"landline\": write it like 8am-5pm or 8:00-17:00",
            "ist unklar, morgens oder abends, bei \"landline\": schreiben Sie etwa 8:00-17:00",
        ),
    ] {
        assert_eq!(german.reason(recorded), said);
        assert_eq!(Pack::english().reason(recorded), recorded);
    }
}

#[test]
fn times_are_said_as_the_language_says_them() {
    for (code, exact, short, half) in [
        ("en", "2:00pm", "8am", "8:30am"),
        ("es", "14:00", "8:00", "8:30"),
        ("fr", "14h", "8h", "8h30"),
        ("de", "14:00", "8:00", "8:30"),
    ] {
        let pack = Pack::built_in(code).unwrap();
        assert_eq!(pack.clock(14, 0, false), exact);
        assert_eq!(pack.clock(8, 0, true), short);
        assert_eq!(pack.clock(8, 30, true), half);
    }
    assert_eq!(Pack::english().clock(0, 5, false), "12:05am");
}

/// `ó` is in no alphabet that a plain text message has: one such name would double what every text about them costs.
#[test]
fn a_name_with_letters_of_its_own_makes_no_text_dearer() {
    let mut it =
        Box::with("language = \"es\"\n[[crew]]\nname = \"Martín\"\nnumber = \"+15125550101\"\nrole = \"owner\"\n");
    it.text(DAVE, "El termo gotea");
    it.text(OWNER, "NOMBRE 13 Sra. Gómez");
    it.text(SAM, "13 @mañana 8:00 ¿Sigue bien?");
    let sent = it.settle();
    assert!(
        sent.iter().any(|s| s.text.contains("13 Sra. Gomez mañana a las 8:00")),
        "{sent:?}"
    );
    for text in sent {
        assert_eq!(sms::cost(&text.text).encoding, sms::Encoding::Gsm7, "{}", text.text);
    }
}

#[test]
fn numbers_are_said_with_the_form_that_the_language_has_for_them() {
    for (code, none, one, more) in [
        ("en", "0 jobs", "1 job", "12 jobs"),
        ("es", "0 trabajos", "1 trabajo", "12 trabajos"),
        ("fr", "0 chantier", "1 chantier", "12 chantiers"),
        ("de", "0 Auftr\u{e4}ge", "1 Auftrag", "12 Auftr\u{e4}ge"),
    ] {
        let pack = Pack::built_in(code).unwrap();
        assert_eq!(
            [0, 1, 12].map(|count| pack.line("jobs", &[("count", &count)])),
            [none, one, more]
        );
    }
    let spanish = Pack::built_in("es").unwrap();
    assert_eq!(spanish.time("today", &[("time", &"1:05")]), "a la 1:05");
    assert_eq!(spanish.time("today", &[("time", &"13:05")]), "a las 13:05");
    let french = Pack::built_in("fr").unwrap();
    assert_eq!(french.time("thousands", &[]), " ");
}

/// A text asked for in the code: its key and the names of its blanks, if they are written out there.
type Call = (String, Option<BTreeSet<String>>);

/// Every `line(…, "key", &[("blank", …)])` and its like in one file of the program.
fn calls(source: &str) -> Vec<Call> {
    let source = source.split("#[cfg(test)]").next().unwrap_or("");
    let mut found = Vec::new();
    for (start, section) in [
        (".line(", "texts"),
        (".say(", "texts"),
        (".say_about(", "texts"),
        (".time(", "times"),
        (".caller(", "callers"),
    ] {
        for (at, _) in source.match_indices(start) {
            let call = &source[at + start.len()..];
            let Some(end) = closing(call) else { continue };
            let call = &call[..end];
            // The key itself is worked out: only its blanks are written there.
            let worked_out = call.split('"').next().is_some_and(|before| before.contains('['));
            let Some(key) = literal(call).filter(|_| !worked_out) else {
                continue;
            };
            let blanks = call.find("&[").map(|from| {
                let list = &call[from..];
                list.match_indices("(\"")
                    .filter_map(|(at, _)| literal(&list[at..]))
                    .collect()
            });
            found.push((format!("{section}.{key}"), blanks));
        }
    }
    found
}

/// Up to where the parenthesis that is open at the start closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn literal(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('"')?;
    let (word, _) = rest.split_once('"')?;
    word.chars()
        .all(|c| c.is_ascii_lowercase() || c == '_')
        .then(|| word.to_owned())
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_text_asked_for_in_the_code_is_there_with_its_blanks_and_no_other() {
    let mut files = Vec::new();
    for folder in ["src/desk", "src/config"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    let english = Pack::english();
    let known: BTreeMap<String, BTreeSet<String>> = english
        .texts()
        .map(|(section, key, source)| {
            (
                format!("{section}.{key}"),
                blanks(&source)
                    .into_iter()
                    .map(|blank| blank.split(':').next().unwrap_or(blank).to_owned())
                    .collect(),
            )
        })
        .collect();
    for (key, asked) in files.iter().flat_map(|file| calls(file)) {
        let Some(wanted) = known.get(&key) else {
            panic!("the code says \"{key}\", which is in no language: add it to src/desk/wording/pack/*.toml");
        };
        if let Some(asked) = asked {
            assert_eq!(&asked, wanted, "the blanks of \"{key}\" in the code and in en.toml");
        }
    }
    let everything = files.concat();
    for (section, key, _) in english.texts().filter(|(section, _, _)| *section != "reasons") {
        let used = everything.contains(&format!("\"{key}\""));
        assert!(used, "{section}.{key} is in the languages, but nothing says it");
    }
}

#[test]
fn a_blank_may_hold_anything() {
    let value: &dyn Display = &"{who} {}";
    assert_eq!(Pack::english().line("sent_to", &[("who", value)]), "Sent to {who} {}.");
}

/// A box that speaks Spanish: from the missed call to the command, nobody reads English.
#[test]
fn a_day_in_spanish() {
    let mut it = Box::with("language = \"es\"\n");
    it.missed_call(DAVE);
    let sent = it.settle();
    assert_eq!(
        sent[0].text,
        "Perdon, no pudimos contestar. Somos Hill Country Plumbing. ¿En qué le ayudamos? Respondanos por aqui. \
         STOP para no recibir mas."
    );
    it.wait_s(60);
    let missed = it.settle_to(OWNER).join("");
    assert!(missed.starts_with(&format!("Perdida 13 {DAVE} 12:00, son")), "{missed}");
    it.text(DAVE, "¿Pueden venir hoy? Hay fuga de gas");
    assert_eq!(
        it.settle_to(OWNER),
        [format!("URGENTE NUEVO 13 {DAVE}: ¿Pueden venir hoy? Hay fuga de gas")]
    );
    for (text, answer) in [
        ("NOMBRE 13 José", "ahora es José"),
        ("ESTADO", "13"),
        ("LISTA", "13 José"),
        ("PORQUE 13", "13 José llam"),
        ("PAUSA 2h", "En pausa por 2 h"),
        ("DESHACER", "Deshecho: PAUSA 2 h."),
        ("Bloqear 13", "BLOQUEAR"),
        ("AYUDA", "27 texto: a 27"),
        ("LISTO 13", "13 José listo."),
    ] {
        it.text(OWNER, text);
        let sent = it.settle();
        assert!(sent.iter().all(|s| s.to == OWNER), "{text}: {sent:?}");
        assert!(sent.iter().any(|s| s.text.contains(answer)), "{text}: {sent:?}");
        it.wait_s(61);
    }
    it.text(OWNER, "13 Voy en camino");
    assert_eq!(it.settle_to(DAVE), ["Voy en camino"]);
    it.text(DAVE, "Baja");
    let sent = it.settle();
    assert!(
        sent.iter().any(|s| s.to == DAVE && s.text.contains("Responda START")),
        "{sent:?}"
    );
    assert!(
        sent.iter().any(|s| s.to == OWNER && s.text.contains("se dio de baja")),
        "{sent:?}"
    );
}
