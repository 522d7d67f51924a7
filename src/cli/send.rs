//! `textback send HANDLE|NUMBER TEXT`.

use super::{ConfigFile, Exit};
use textback::daemon::control::Question;

pub fn run(to: &str, text: &str, config: &ConfigFile) -> Result<(), Exit> {
    let value = config.ask(&Question::Send {
        to: to.to_owned(),
        text: text.to_owned(),
    })?;
    super::say(format_args!(
        "Queued as message {}. `textback messages` shows what becomes of it.",
        super::field(&value, "message_id")
    ))
}
