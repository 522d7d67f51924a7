//! The second file: who has opted out, by hash, so that an opt-out outlives the database.
//!
//! It lies beside the database, only grows (until it is written anew, without what is no longer true), and is on the disk
//! before the transaction of an opt-out can commit. It holds no number: hashes are made with the box's own key, which stands
//! in it twice. Every line carries a check, so a torn or damaged line is skipped and the others still count.
//!
//! ```text
//! key 64-hex check
//! out 1784653200000 -18000 64-hex-of-the-number 64-hex-of-the-ledger-entry check
//! in  …
//! ```

use super::digest;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Characters of a line's check: the first of its SHA-256. Against damage, not against people.
const CHECK_CHARACTERS: usize = 16;
/// Lines that may be in it before it is written anew at the next start.
pub const LINES_MAX: usize = 4096;
/// Octets that are read of it: a hundred times what any business will need. What lies beyond is told, not read.
const OCTETS_MAX: u64 = 64 * 1024 * 1024;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub out: bool,
    pub utc_ms: i64,
    pub offset_s: i32,
    /// The number's hash.
    pub subject: String,
    /// The hash of the ledger entry that says so.
    pub ledger_hash: String,
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub key: Option<String>,
    /// The latest change of each number, by its hash.
    pub latest: BTreeMap<String, Line>,
    pub lines: usize,
    /// Lines that are torn or damaged.
    pub damaged: usize,
}

/// Where the file of a database is.
#[must_use]
pub(super) fn beside(database: &Path) -> PathBuf {
    database.with_extension("optouts")
}

fn sealed(content: &str) -> String {
    let mut check = digest::sha256(content);
    check.truncate(CHECK_CHARACTERS);
    format!("{content} {check}\n")
}

impl Line {
    fn text(&self) -> String {
        let Line {
            out,
            utc_ms,
            offset_s,
            subject,
            ledger_hash,
        } = self;
        let word = if *out { "out" } else { "in" };
        sealed(&format!("{word} {utc_ms} {offset_s} {subject} {ledger_hash}"))
    }
}

/// Reads what is there; nothing if there is no file.
pub(super) fn read(path: &Path) -> io::Result<Contents> {
    let mut octets = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(OCTETS_MAX).read_to_end(&mut octets)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
        Err(error) => return Err(error),
    };
    let mut contents = Contents::default();
    for line in octets.split(|octet| *octet == b'\n').filter(|line| !line.is_empty()) {
        contents.lines += 1;
        if take(line, &mut contents).is_none() {
            contents.damaged += 1;
        }
    }
    Ok(contents)
}

fn take(line: &[u8], contents: &mut Contents) -> Option<()> {
    let line = std::str::from_utf8(line).ok()?;
    let (content, _) = line.rsplit_once(' ')?;
    if sealed(content).trim_end() != line {
        return None;
    }
    let mut fields = content.split(' ');
    let out = match fields.next()? {
        "key" => {
            contents.key = Some(fields.next()?.to_owned());
            return Some(());
        }
        "out" => true,
        "in" => false,
        _ => return None,
    };
    let line = Line {
        out,
        utc_ms: fields.next()?.parse().ok()?,
        offset_s: fields.next()?.parse().ok()?,
        subject: fields.next()?.to_owned(),
        ledger_hash: fields.next()?.to_owned(),
    };
    contents.latest.insert(line.subject.clone(), line);
    Some(())
}

/// Adds lines, and returns once they are on the disk. On an error the file is cut back to what it was, as far as it lets.
pub(super) fn append(path: &Path, lines: &[Line]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut text = String::new();
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        // A line torn by a power cut must not take the next one with it.
        if last != *b"\n" {
            text.push('\n');
        }
    }
    text.extend(lines.iter().map(Line::text));
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        // The first error is the one that counts; a torn line would be skipped anyway.
        let _ = file.set_len(length);
    }
    written
}

/// Writes the file anew: the key twice, then one line for everybody who is opted out. The old one stays until the new one is
/// on the disk.
pub(super) fn rewrite<'a>(path: &Path, key: &str, lines: impl Iterator<Item = &'a Line>) -> io::Result<()> {
    let new = path.with_extension("optouts.new");
    // A blank line between, so that no single octet belongs to both.
    let mut text = [sealed(&format!("key {key}")), sealed(&format!("key {key}"))].join("\n");
    text.extend(lines.map(Line::text));
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    sync_folder(path)
}

/// Makes a change of names in a file's folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, out: bool) -> Line {
        Line {
            out,
            utc_ms: 1_784_653_200_000,
            offset_s: -18_000,
            subject: format!("{number:064}"),
            ledger_hash: format!("{number:064x}"),
        }
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = beside(&folder.path().join("t.db"));
        rewrite(&path, "k", std::iter::empty()).unwrap();
        (folder, path)
    }

    #[test]
    fn what_is_appended_is_read_back_and_the_latest_counts() {
        let (_folder, path) = file();
        append(&path, &[line(1, true), line(2, true)]).unwrap();
        append(&path, &[line(1, false)]).unwrap();
        let contents = read(&path).unwrap();
        assert_eq!(contents.key.as_deref(), Some("k"));
        assert_eq!(contents.damaged, 0);
        assert!(!contents.latest[&line(1, true).subject].out);
        assert!(contents.latest[&line(2, true).subject].out);
    }

    #[test]
    fn a_file_cut_anywhere_keeps_every_whole_line_and_takes_new_ones() {
        let (_folder, path) = file();
        append(&path, &[line(1, true), line(2, true), line(3, true)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let start = whole.len() - 3 * line(1, true).text().len();
        for cut in (start..=whole.len()).rev().step_by(3) {
            std::fs::write(&path, &whole[..cut]).unwrap();
            append(&path, &[line(9, true)]).unwrap();
            let contents = read(&path).unwrap();
            // A line without its line feed is whole too.
            let kept = (cut + 1 - start) / line(1, true).text().len();
            assert_eq!(contents.latest.len(), kept + 1, "cut at {cut}");
            assert!(contents.latest.contains_key(&line(9, true).subject), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_costs_one_line_and_never_makes_another() {
        let (_folder, path) = file();
        append(&path, &[line(1, true), line(2, true), line(3, true)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, &damaged).unwrap();
            let contents = read(&path).unwrap();
            assert_eq!(
                contents.key.as_deref(),
                Some("k"),
                "flipped at {at}: the key stands there twice"
            );
            assert!(!contents.latest.is_empty(), "flipped at {at}");
            for kept in contents.latest.values() {
                assert!(
                    [line(1, true), line(2, true), line(3, true)].contains(kept),
                    "flipped at {at}"
                );
            }
        }
    }

    #[test]
    fn no_file_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder.path().join("none")).unwrap(), Contents::default());
    }
}
