//! The real binary, as a person or a script calls it: what it prints and how it exits.

use crate::process::ended;
use std::path::Path;
use std::process::{Command, Output};

fn textback(words: &[&str]) -> Output {
    ended(
        Command::new(env!("CARGO_BIN_EXE_textback"))
            .args(words)
            .env_remove("TEXTBACK_CONFIG"),
    )
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write(folder: &Path, text: &str) -> String {
    let file = folder.join("textback.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_command_that_is_not_one_exits_2() {
    assert_eq!(textback(&["frobnicate"]).status.code(), Some(2));
    assert_eq!(
        textback(&["pdu", "encode", "--text", "no number"]).status.code(),
        Some(2)
    );
}

#[test]
fn check_names_every_mistake_with_its_line_and_exits_64() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "config_version = 1\ncompany = \"Hill\"\nowner = \"12\"\n[text_back]\nmessage = \"no company here\"\ndelai = \"3s\"\n",
    );
    let output = textback(&["check", "--config", &file]);
    let said = out(&output) + &err(&output);
    assert_eq!(output.status.code(), Some(64), "{said}");
    for wanted in ["line 3", "owner", "line 5", "{company}", "line 6", "delai", "delay"] {
        assert!(said.contains(wanted), "{wanted:?} is missing in:\n{said}");
    }
}

#[test]
fn check_accepts_a_good_file_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "\u{feff}company = \"Hill Country Plumbing\"\r\nowner = \"+15125550100\"\r\n[store]\r\npath = \"t.db\"\r\n",
    );
    let output = textback(&["check", "--config", &file]);
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn check_json_is_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "company = 3\n");
    let output = textback(&["check", "--json", "--config", &file]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert!(!report["mistakes"].as_array().unwrap().is_empty());
}

#[test]
fn a_missing_config_exits_64_and_a_missing_database_69() {
    let output = textback(&["check", "--config", "/nonexistent/textback.toml"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(err(&output).contains("/nonexistent/textback.toml"), "{}", err(&output));
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        &format!(
            "company = \"Hill\"\nowner = \"+15125550100\"\n[store]\npath = \"{}/absent.db\"\n",
            folder.path().display()
        ),
    );
    for words in [["calls"], ["messages"], ["status"]] {
        let output = textback(&[words[0], "--config", &file]);
        assert_eq!(output.status.code(), Some(69), "{words:?}: {}", err(&output));
    }
    assert!(
        !folder.path().join("absent.db").exists(),
        "asking must not create a database"
    );
}

#[test]
fn a_database_that_cannot_be_made_exits_69_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "company = \"Hill\"\nowner = \"+15125550100\"\n[modem]\nport = \"/nonexistent/modem\"\n[store]\npath = \"/proc/none/t.db\"\n",
    );
    let output = textback(&["run", "--config", &file]);
    assert_eq!(output.status.code(), Some(69), "{}", err(&output));
    assert!(err(&output).contains("/proc/none/t.db"), "{}", err(&output));
}

#[test]
fn a_database_from_a_newer_version_is_left_alone_and_exits_69() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let file = write(
        folder.path(),
        &format!(
            "company = \"Hill\"\nowner = \"+15125550100\"\n[store]\npath = \"{}\"\n",
            path.display()
        ),
    );
    drop(textback::store::Store::open(&path).unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    // PRAGMA user_version lives at offset 60 of the header, big-endian (the SQLite file format, §1.3).
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let output = textback(&["run", "--config", &file]);
    assert_eq!(output.status.code(), Some(69), "{}", err(&output));
    assert!(err(&output).contains("newer"), "{}", err(&output));
    assert_eq!(std::fs::read(&path).unwrap()[60..64], 9_999_u32.to_be_bytes());
}

#[test]
fn pdu_decode_takes_hex_as_people_paste_it() {
    let whole = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
    let wanted = textback(&["pdu", "decode", whole]).stdout;
    assert!(!wanted.is_empty());
    let (head, tail) = whole.split_at(20);
    for pasted in [
        vec![format!("0x{whole}")],
        vec![whole.to_lowercase()],
        vec![format!(" {head} \n{tail}\n")],
        vec![head.to_owned(), tail.to_owned()],
        vec![format!("0X{head}"), tail.to_lowercase()],
    ] {
        let words: Vec<&str> = ["pdu", "decode"]
            .into_iter()
            .chain(pasted.iter().map(String::as_str))
            .collect();
        assert_eq!(textback(&words).stdout, wanted, "{pasted:?}");
    }
}

#[test]
fn pdu_decode_prints_the_documented_json() {
    let output = textback(&[
        "pdu",
        "decode",
        "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    ]);
    assert!(output.status.success(), "{}", err(&output));
    let pdu: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(pdu["kind"], "deliver");
    assert_eq!(pdu["smsc"], "+31624000000");
    assert_eq!(pdu["address"], "+31641600986");
    assert_eq!(pdu["text"], "How are you?");
    assert_eq!(pdu["timestamp"], "2002-08-26T19:37:41+00:00");
    for key in ["data", "concat", "ports", "class", "reference", "status"] {
        assert!(
            pdu.as_object().unwrap().contains_key(key) && pdu[key].is_null(),
            "{key}: {pdu}"
        );
    }
}

#[test]
fn a_cut_pdu_exits_1_with_one_line_that_names_field_and_octet() {
    let output = textback(&["pdu", "decode", "07911326040000F0040B911346610089F6000020806291"]);
    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("octet") && said.contains("TP-"), "{said}");
}

#[test]
fn pdu_encode_prints_one_object_a_line() {
    let long = "Grüße ".repeat(40);
    let output = textback(&["pdu", "encode", "--to", "+15551234567", "--text", &long, "--report"]);
    assert!(output.status.success(), "{}", err(&output));
    let lines: Vec<serde_json::Value> = out(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for (i, line) in lines.iter().enumerate() {
        assert_eq!(line["part"], i + 1);
        assert_eq!(line["total"], 2);
        assert_eq!(line["encoding"], "gsm7");
        let octets = line["pdu"].as_str().unwrap().len() / 2;
        assert_eq!(
            line["tpdu_length"].as_u64().unwrap() as usize,
            octets - 1,
            "without --smsc the SMSC part is the one octet 00"
        );
    }
}

#[test]
fn a_text_that_begins_with_a_dash_is_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("none.db");
    let file = write(
        folder.path(),
        &format!("company = \"A\"\nowner = \"+15125550100\"\n[store]\npath = {database:?}\n"),
    );
    for text in ["-hi", "--", "-", "- see you", "--help me"] {
        let words = ["pdu", "encode", "--to", "+15551234567", "--text", text];
        let glued = format!("--text={text}");
        let wanted = out(&textback(&["pdu", "encode", "--to", "+15551234567", &glued]));
        assert!(wanted.contains("\"total\":1"), "{text}: {wanted}");
        assert_eq!(out(&textback(&words)), wanted, "{text}");
    }
    // It is not there to send it: but it was understood as a text, and not as a wish for help.
    for words in [
        ["send", "13", "-hi", "--config", &file],
        ["send", "--config", &file, "13", "-hi"],
        ["send", "13", "--config", &file, "-hi"],
    ] {
        assert_eq!(
            textback(&words).status.code(),
            Some(69),
            "{words:?}: {}",
            err(&textback(&words))
        );
    }
    assert_eq!(textback(&["send", "13", "--help"]).status.code(), Some(0));
    assert_eq!(textback(&["send", "13"]).status.code(), Some(2));
}

#[test]
fn what_a_full_disk_did_not_take_is_a_failure() {
    for words in [
        &["--version"][..],
        &["--help"],
        &["calls", "--help"],
        &["pdu", "encode", "--to", "1", "--text", "a"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_textback"));
        let output = command.args(words).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "company = \"Hill\"\nowner = \"+15125550100\"\n");
    for words in [
        &["pdu", "encode", "--to", "123", "--text", "hi"][..],
        &["check", "--config", &file],
        &["check", "--json", "--config", &file],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_textback"))
            .args(words)
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", err(&output));
        assert_eq!(err(&output), "", "{words:?}");
    }
}

#[test]
fn export_writes_a_consent_ledger_a_lawyer_can_read_and_verify_says_whether_it_is_whole() {
    use textback::store::types::Consent;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let file = write(
        folder.path(),
        &format!(
            "company = \"Hill\"\nowner = \"+15125550100\"\n[store]\npath = \"{}\"\n",
            path.display()
        ),
    );
    let mut store = textback::store::Store::open(&path).unwrap();
    let now = textback::store::generate::noon();
    store
        .transact(now, |tx| {
            let gone = tx.contact_or_new("+15125551234")?;
            tx.consent("+15125551234", Consent::OptOut, "STOP, please")?;
            tx.consent("+15125555678", Consent::OptOut, "=cmd|' /C calc'!A0")?;
            tx.forget(&textback::store::contacts::Contact {
                opted_out: true,
                ..gone
            })
        })
        .unwrap();
    drop(store);
    let csv = folder.path().join("out");
    let output = textback(&["export", "--csv", csv.to_str().unwrap(), "--verify", "--config", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        out(&output).contains("intact, 2 entries (1 of them erased"),
        "{}",
        out(&output)
    );
    let ledger = std::fs::read_to_string(csv.join("consent.csv")).unwrap();
    let lines: Vec<&str> = ledger.lines().collect();
    assert_eq!(
        lines[0],
        "entry,when,number,event,event_in_words,how,how_in_words,words,number_hash,words_hash,previous_hash,hash"
    );
    assert!(
        lines[1].starts_with(
            "1,2026-07-21T12:00:00.000-05:00,erased,opt_out,asked for no more texts,text,by a text from this number,erased,"
        ),
        "{ledger}"
    );
    assert!(
        lines[2].contains(",'=cmd"),
        "no spreadsheet runs what strangers text: {ledger}"
    );

    // Somebody turns one refusal into a consent, with a hex editor.
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(11).position(|w| w == b"opt_outtext").unwrap();
    bytes[at..at + 7].copy_from_slice(b"refused");
    std::fs::write(&path, &bytes).unwrap();
    let output = textback(&["export", "--verify", "--config", &file]);
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert!(err(&output).contains("BROKEN at entry"), "{}", err(&output));
}

#[test]
fn a_transcript_is_replayed_and_its_decisions_are_printed() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts/s11-reset-mid-call.txt");
    let output = textback(&["replay", file]);
    let said = out(&output);
    assert!(output.status.success(), "{said}{}", err(&output));
    for wanted in [
        "call 1 is from +15551234567",
        "texted: missed call",
        "sends to +15551234567: Sorry we missed you",
    ] {
        assert!(said.contains(wanted), "{wanted:?} is missing in:\n{said}");
    }
}

#[test]
fn what_is_no_recording_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "# a letter\nDear Bob,\n").unwrap();
    let output = textback(&["replay", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("line 2"), "{}", err(&output));
    assert_eq!(textback(&["replay", "/nonexistent"]).status.code(), Some(69));
}

#[test]
fn a_text_with_escapes_cannot_drive_the_terminal() {
    // UCS-2: CSI 2 J, a right-to-left override.
    let pdu = "00040B915121551532F400081110101021430008009B0032004A202E";
    let said = out(&textback(&["pdu", "decode", pdu]));
    assert!(said.contains("\\u009b2J\\u202e"), "{said}");
    assert!(!said.chars().any(|c| c != '\n' && textback::printable::is_unsafe(c)));
}
