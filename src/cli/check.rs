//! `textback check`: everything that is wrong with the configuration, at once.

use super::{Asking, CONFIG_WRONG, Exit};
use textback::config::Config;

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let path = &asking.config.config;
    let (mistakes, warnings, failure) = match Config::load(path) {
        Ok((_, warnings)) => (Vec::new(), warnings, None),
        Err(error) => match error.mistakes() {
            Some(mistakes) => (mistakes.to_vec(), Vec::new(), None),
            None => (Vec::new(), Vec::new(), Some(error.to_string())),
        },
    };
    let ok = mistakes.is_empty() && failure.is_none();
    if asking.json {
        let report = serde_json::json!({
            "file": path.display().to_string(), "ok": ok, "failure": failure, "mistakes": mistakes, "warnings": warnings
        });
        println!("{report:#}");
    } else {
        for mistake in &mistakes {
            println!("{}: {mistake}", path.display());
        }
        for warning in &warnings {
            println!("{}: note: {warning}", path.display());
        }
        if ok {
            println!("{}: fine", path.display());
        }
    }
    match failure {
        Some(why) => Err(Exit::new(CONFIG_WRONG, why)),
        None if ok => Ok(()),
        None => Err(Exit::new(CONFIG_WRONG, "")),
    }
}
