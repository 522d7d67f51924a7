//! `textback check`: everything that is wrong with the configuration, at once.

use super::{Asking, CONFIG_WRONG, Exit, say};
use textback::config::{Config, read_file};

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let (path, text) = read_file(&asking.config.config).map_err(|error| Exit::new(CONFIG_WRONG, error.to_string()))?;
    let checked = Config::check(&text);
    if asking.json {
        say(format_args!("{:#}", serde_json::json!(checked)))?;
    } else {
        for line in checked.lines() {
            say(format_args!("{}: {line}", path.display()))?;
        }
    }
    if checked.ok {
        Ok(())
    } else {
        Err(Exit::new(CONFIG_WRONG, ""))
    }
}
