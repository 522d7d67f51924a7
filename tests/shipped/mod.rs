//! What the package installs: rules, units, default files. Written and checked here, so that what ships is what was tested.

mod card;
mod lights;
mod storage;
mod systemd;
mod udev;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A path in the repository.
fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The committed file must be what the program says it is; `TEXTBACK_REWRITE=1` writes it instead.
fn same_as_committed(path: &str, wanted: &str) {
    let file = shipped(path);
    if std::env::var_os("TEXTBACK_REWRITE").is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(
        committed == wanted,
        "{path} is not what the table says. TEXTBACK_REWRITE=1 cargo test {path} writes it; then look at the difference"
    );
}

/// The major version of a systemd tool, or `None`, said aloud, where there is no such tool.
fn systemd_tool(tool: &str) -> Option<u32> {
    let said = Command::new(tool).arg("--version").output().ok();
    let version = said.and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split(|c: char| !c.is_ascii_digit())
            .find(|word| !word.is_empty())?
            .parse()
            .ok()
    });
    if version.is_none() {
        eprintln!("SKIPPED: there is no {tool} here");
    }
    version
}
