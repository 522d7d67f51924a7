//! `textback messages`.

use super::{Exit, Listing, field, print, short_time};
use textback::daemon::control::Question;

pub fn run(listing: &Listing) -> Result<(), Exit> {
    let value = listing
        .asking
        .config
        .ask(&Question::Messages { limit: listing.limit })?;
    print(&value, listing.asking.json, |value, out| {
        let messages = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if messages.is_empty() {
            return writeln!(out, "No texts yet.");
        }
        for message in messages {
            let arrow = if field(message, "direction") == "in" {
                "from"
            } else {
                "to  "
            };
            writeln!(
                out,
                "{:>6}  {:<19}  {arrow} {:<16}  {:>3}  {:<9}  {:<10}  {}",
                field(message, "id"),
                short_time(message, "created"),
                field(message, "peer"),
                field(message, "handle"),
                field(message, "kind"),
                field(message, "state"),
                field(message, "text"),
            )?;
        }
        Ok(())
    })
}
