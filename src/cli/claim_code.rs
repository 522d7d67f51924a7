//! `textback claim-code`: the six digits by which a box without an owner is claimed by text.

use super::{Asking, Exit, print};
use textback::daemon::control::Question;

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let value = asking.config.ask(&Question::ClaimCode)?;
    print(&value, asking.json, |value, out| {
        match (value["code"].as_str(), &value["used"]) {
            (None, _) => writeln!(out, "no code yet: it is made at the first start (textback run)"),
            (Some(code), used) if used == true => writeln!(
                out,
                "{code} (used: press the box's button for 3 seconds and text CLAIM, or hold it for 10 to clear the owners)"
            ),
            (Some(code), _) => writeln!(out, "{code}"),
        }
    })
}
