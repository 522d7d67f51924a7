//! The appliance without its data partition, or with one whose database is gone: nobody is texted, the card says why, and the box tries again
//! by itself, a bounded number of times soon. `storage-under-systemd` shows what systemd makes of it, the boot test what a kernel does.

use super::shipped;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How the box is started anew.
const RESTART: &str = "systemctl start --no-block --job-mode=replace-irreversibly reboot.target";

struct Appliance {
    folder: tempfile::TempDir,
}

impl Appliance {
    /// Programs that the scripts call say what they were asked for, and answer as here.
    fn new() -> Self {
        let one = Appliance {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in ["card", "kept", "run", "bin"] {
            std::fs::create_dir(one.path(folder)).unwrap();
        }
        one.write("card/textback-RESULT.txt", "line 1: company: ok\r\n");
        for (name, does) in [
            ("systemctl", "told"),
            ("sleep", "told"),
            ("textback", "case $1 in status) echo 'ready: well';; *) told;; esac"),
            (
                "findmnt",
                "case \"$*\" in *OPTIONS*) echo rw,noatime,errors=remount-ro;; *SOURCE*) echo /nowhere;; *) exit 1;; esac",
            ),
            ("journalctl", "echo 'its last words'"),
            ("systemd-escape", "echo data.mount"),
        ] {
            one.program(name, does);
        }
        one
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn program(&self, name: &str, does: &str) {
        let said = self.path("said");
        let text = format!("#!/bin/sh\ntold() {{ echo \"{name} $*\" >> {}; }}\n", said.display());
        self.write(
            &format!("bin/{name}"),
            &(text + &does.replace("told", "told \"$@\"") + "\n"),
        );
        std::fs::set_permissions(self.path(&format!("bin/{name}")), PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn script(&self, name: &str, words: &[&str]) -> Output {
        Command::new("sh")
            .arg(shipped("board/image/root/usr/lib/textback").join(name))
            .args(words)
            .env("TEXTBACK_CARD", self.path("card"))
            .env("TEXTBACK_KEPT", self.path("kept"))
            .env("TEXTBACK_RUN", self.path("run"))
            .env(
                "PATH",
                format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap()),
            )
            .output()
            .unwrap()
    }

    /// A start of the box as `storage look` lets it go on or not.
    fn may_start(&self) -> bool {
        let looked = self.script("storage", &["look"]);
        let may = self.path("run/textback-storage/well").exists();
        assert_eq!(looked.status.success(), may, "{looked:?}");
        may
    }

    fn ready(&self) {
        let output = self.script("card", &["ready"]);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }

    fn result(&self) -> String {
        std::fs::read_to_string(self.path("card/textback-RESULT.txt")).unwrap()
    }

    /// What was asked of other programs since the last time, without the light, which goes on beside.
    fn said(&self) -> Vec<String> {
        let said = std::fs::read_to_string(self.path("said")).unwrap_or_default();
        let _ = std::fs::remove_file(self.path("said"));
        said.lines()
            .filter(|line| !line.starts_with("textback "))
            .map(str::to_owned)
            .collect()
    }
}

#[test]
fn box_that_lost_its_database_does_not_begin_anew_unless_it_is_told_to() {
    let one = Appliance::new();
    assert!(one.may_start(), "a new card has no database");
    one.write("kept/textback.db", "calls");
    one.ready();
    assert!(one.may_start());

    std::fs::remove_file(one.path("kept/textback.db")).unwrap();
    assert!(!one.may_start());
    // What a repair leaves of a file.
    one.write("kept/textback.db", "");
    assert!(!one.may_start());
    one.script("storage", &["failed"]);
    assert!(
        one.result()
            .contains("STOPPED: the database with calls and opt-outs is gone"),
        "{}",
        one.result()
    );
    // The opt-outs are there still: the database is made anew from them.
    one.write("kept/textback.optouts", "opted out");
    assert!(one.may_start());
    std::fs::remove_file(one.path("kept/textback.optouts")).unwrap();
    assert!(!one.may_start());

    std::fs::remove_file(one.path("card/textback-KEEPS.txt")).unwrap();
    assert!(one.may_start(), "the installer said so");
}

#[test]
fn starts_that_fail_are_counted_on_the_card_and_follow_ever_less_often() {
    let one = Appliance::new();
    for (start, seconds) in [(1, 300), (2, 900), (3, 3600), (4, 86400), (5, 86400)] {
        let output = one.script("storage", &["failed"]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(one.said(), [format!("sleep {seconds}"), RESTART.to_owned()]);
        let told = one.result();
        assert!(
            told.starts_with("line 1: company: ok\r\n")
                && told.contains(
                    "STOPPED: the card's second partition, with calls and opt-outs, is not there.\r\nits last words\r\n"
                )
                && told.contains(&format!("Start {start} in a row ")),
            "{told}"
        );
        assert_eq!(told.matches("---- the box ----").count(), 1);
    }
    // One that is well is the end of it.
    one.ready();
    assert!(!one.result().contains("STOPPED"));
    one.script("storage", &["failed"]);
    assert_eq!(one.said(), ["sleep 300", RESTART]);
}

/// A full card took its name and no words, or the plug was pulled: `storage look` sends people to read it.
#[test]
fn the_mark_of_a_kept_database_says_how_to_begin_anew_even_if_it_was_once_cut_off() {
    let one = Appliance::new();
    one.write("card/textback-KEEPS.txt", "");
    one.ready();
    let mark = std::fs::read_to_string(one.path("card/textback-KEEPS.txt")).unwrap();
    assert!(
        mark.ends_with("To begin anew all the same, delete this file.\r\n"),
        "{mark}"
    );
}

/// A card that takes nothing is worn out: a box that starts without end would help nobody.
#[test]
fn starts_that_cannot_be_counted_are_a_day_apart() {
    let one = Appliance::new();
    std::fs::remove_dir_all(one.path("card")).unwrap();
    for _ in 0..3 {
        one.script("storage", &["failed"]);
        assert_eq!(one.said(), ["sleep 86400", RESTART]);
    }
}

#[test]
fn partition_that_takes_no_more_writes_is_repaired_by_a_start() {
    let one = Appliance::new();
    one.script("storage", &["watch"]);
    assert_eq!(one.said(), [""; 0]);
    for options in ["ro,noatime", "rw,noatime,errors=remount-ro,emergency_ro"] {
        one.program("findmnt", &format!("echo {options}"));
        one.script("storage", &["watch"]);
        assert_eq!(one.said().last().map(String::as_str), Some(RESTART), "{options}");
        assert!(
            one.result()
                .contains("STOPPED: the card's second partition, with calls and opt-outs, was found damaged"),
            "{}",
            one.result()
        );
    }
}

/// Where it would end at a prompt that nobody can answer.
#[test]
fn nothing_but_the_root_keeps_the_box_from_starting() {
    let fstab = std::fs::read_to_string(shipped("board/image/root/etc/fstab")).unwrap();
    let mounts: Vec<Vec<&str>> = fstab
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(mounts.iter().any(|mount| mount[1] == "/data"));
    for mount in mounts {
        let options: Vec<&str> = mount[3].split(',').collect();
        assert!(
            mount[1] == "/" || mount[0] == "tmpfs" || options.contains(&"nofail"),
            "{mount:?}"
        );
    }
    let units = shipped("board/image/root/usr/lib/systemd/system");
    let read = |name: &Path| std::fs::read_to_string(units.join(name)).unwrap();
    let emergency = read(Path::new("emergency.service.d/appliance.conf"));
    assert!(emergency.contains("\nExecStart=\nExecStart=/usr/lib/textback/storage emergency\n"));
    let daemon = read(Path::new("textback.service.d/appliance.conf"));
    for condition in [
        "PathIsMountPoint=/var/lib/textback",
        "PathIsMountPoint=/etc/textback",
        "PathExists=/run/textback-storage/well",
    ] {
        assert!(daemon.contains(&format!("\nCondition{condition}\n")), "{condition}");
    }
}
