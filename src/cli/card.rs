//! `textback card`: takes the configuration from the card's first partition into the box. For the appliance's `textback-card.service`.

use super::{CONFIG_WRONG, Exit, FAILED, check, say};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use textback::config::{Config, LoadError, card, read_file};

/// The configuration's name on the card; `.txt` added by Windows is accepted.
const CONFIG: &str = "textback.toml";
/// What is written beside it.
const RESULT: &str = "textback-RESULT.txt";
/// The configuration holds the PIN: its group, the daemon's, may read it, others not.
const CONFIG_MODE: u32 = 0o640;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where the card's first partition is mounted
    #[arg(long, value_name = "DIR")]
    card: PathBuf,
    /// The configuration the daemon reads
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    /// Only tell by the exit code whether the card holds something new: 0 yes, 1 no
    #[arg(long)]
    is_new: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let result_file = arguments.card.join(RESULT);
    let (path, text) = match read_file(&arguments.card.join(CONFIG)) {
        Ok(found) => found,
        Err(_) if arguments.is_new => return Err(Exit::new(FAILED, "")),
        Err(error) => {
            let told = match &error {
                LoadError::Unreadable { why, .. } if why.kind() == ErrorKind::NotFound => {
                    "There is no textback.toml on this card. README.txt shows the two lines that it needs.".to_owned()
                }
                other => other.to_string(),
            };
            write(&result_file, &format!("{told}\r\n"), None)?;
            return Err(Exit::new(CONFIG_WRONG, error.to_string()));
        }
    };
    let before = match std::fs::read_to_string(&arguments.into) {
        Ok(before) => Some(before),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unwritten(&arguments.into, &error)),
    };
    // The card's text as it stands after it was taken is the box's with the PIN blanked.
    let taken = before
        .as_deref()
        .is_some_and(|before| card::blank_pin(before).as_deref().unwrap_or(before) == text);
    if arguments.is_new {
        let told = std::fs::read_to_string(&result_file).unwrap_or_default();
        let same = taken || told.starts_with(&card::result(&text, &Config::check(&text)));
        return if same { Err(Exit::new(FAILED, "")) } else { Ok(()) };
    }
    if taken {
        return say("the card's configuration is the box's");
    }
    let old_pin = before
        .as_deref()
        .and_then(|before| Config::check(before).config?.modem.pin);
    let with_pin = match &old_pin {
        Some(pin) => card::keep_pin(&text, pin),
        None => text.clone(),
    };
    let checked = Config::check(&with_pin);
    if checked.ok {
        // First into the box, then off the card: a power cut between the two is mended by doing it again.
        write(&arguments.into, &with_pin, Some(CONFIG_MODE))?;
        if let Some(blanked) = card::blank_pin(&text) {
            write(&path, &blanked, None)?;
        }
    }
    write(&result_file, &card::result(&text, &checked), None)?;
    check::tell(&path, &checked)?;
    check::verdict(&checked)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Exit {
    Exit::new(FAILED, format!("{}: {error}", path.display()))
}

/// Replaces a file so that a power cut leaves the old or the new one. It belongs to its folder's group, if `mode` is given.
fn write(path: &Path, text: &str, mode: Option<u32>) -> Result<(), Exit> {
    let replace = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Some(mode) = mode {
            let group = std::fs::metadata(folder)?.gid();
            rustix::fs::fchown(file.as_file(), None, Some(rustix::fs::Gid::from_raw(group)))?;
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        file.as_file().sync_all()?;
        file.persist(path)?;
        std::fs::File::open(folder)?.sync_all()
    };
    replace().map_err(|error| unwritten(path, &error))
}
