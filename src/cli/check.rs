//! `textback check`: everything that is wrong with the configuration, at once.

use super::{Asking, CONFIG_WRONG, Exit, say};
use std::path::Path;
use textback::config::{Checked, Config, read_file};

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let (path, text) = read_file(&asking.config.config).map_err(|error| Exit::new(CONFIG_WRONG, error.to_string()))?;
    let checked = Config::check(&text);
    if asking.json {
        say(format_args!("{:#}", serde_json::json!(checked)))?;
    } else {
        tell(&path, &checked)?;
    }
    verdict(&checked)
}

/// Everything about the file, a line each.
pub fn tell(path: &Path, checked: &Checked) -> Result<(), Exit> {
    for line in checked.lines() {
        say(format_args!("{}: {line}", path.display()))?;
    }
    Ok(())
}

/// What is wrong was said.
pub fn verdict(checked: &Checked) -> Result<(), Exit> {
    if checked.ok {
        Ok(())
    } else {
        Err(Exit::new(CONFIG_WRONG, ""))
    }
}
