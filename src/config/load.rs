//! The file on the disk: found, read, and told what is wrong with it.

use super::{Checked, Config, Mistake};
use super::{parse, plain_text};
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;

/// Who may read the configuration and ask the daemon.
pub const MAY_ASK: &str =
    "use sudo, or be in the group textback (`sudo usermod -aG textback $USER`, then log in again)";

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("no right to read {}, which may hold the SIM's PIN: {MAY_ASK}", path.display())]
    Forbidden { path: PathBuf },
    #[error("cannot read {}: {why}; give the right file with --config", path.display())]
    Unreadable { path: PathBuf, why: std::io::Error },
    #[error("{} is larger than {FILE_BYTES_MAX} bytes: this is not a textback.toml", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} is no plain text: in the editor that wrote it choose \"Save as\", plain text, UTF-8", path.display())]
    NotText { path: PathBuf },
    #[error("{} has {} mistake(s):\n{}", path.display(), mistakes.len(), mistakes.iter().map(|m| format!("  {m}")).collect::<Vec<_>>().join("\n"))]
    Mistakes { path: PathBuf, mistakes: Vec<Mistake> },
}

impl Config {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file.
    pub fn parse(text: &str) -> Result<Config, Vec<Mistake>> {
        let checked = Config::check(text);
        checked.config.ok_or(checked.mistakes)
    }

    /// Like [`Config::parse`], with the warnings.
    #[must_use]
    pub fn check(text: &str) -> Checked {
        parse::check(text)
    }

    /// Reads a file, or the same with `.txt` added, as Windows likes to.
    ///
    /// # Errors
    /// [`LoadError`] says which file and what to do.
    pub fn load(path: &Path) -> Result<(Config, Vec<Mistake>), LoadError> {
        let (path, text) = read_file(path)?;
        let checked = Config::check(&text);
        match checked.config {
            Some(config) => Ok((config, checked.warnings)),
            None => Err(LoadError::Mistakes {
                path,
                mistakes: checked.mistakes,
            }),
        }
    }
}

/// The text of the file, and which of the two names it had.
///
/// # Errors
/// All of [`LoadError`] but mistakes in it.
pub fn read_file(path: &Path) -> Result<(PathBuf, String), LoadError> {
    let mut with_txt = path.as_os_str().to_owned();
    with_txt.push(".txt");
    let with_txt = PathBuf::from(with_txt);
    let path = if !path.exists() && with_txt.exists() {
        with_txt
    } else {
        path.to_owned()
    };
    let unreadable = |why: std::io::Error| {
        let path = path.clone();
        if why.kind() == std::io::ErrorKind::PermissionDenied {
            LoadError::Forbidden { path }
        } else {
            LoadError::Unreadable { path, why }
        }
    };
    if std::fs::metadata(&path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(LoadError::TooLarge { path });
    }
    let bytes = std::fs::read(&path).map_err(unreadable)?;
    match plain_text::of(&bytes) {
        Some(text) => Ok((path, text)),
        None => Err(LoadError::NotText { path }),
    }
}
