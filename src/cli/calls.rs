//! `textback calls`.

use super::{Exit, Listing, field, print, short_time};
use textback::daemon::control::Question;

pub fn run(listing: &Listing) -> Result<(), Exit> {
    let value = listing.asking.config.ask(&Question::Calls { limit: listing.limit })?;
    print(&value, listing.asking.json, |value, out| {
        let calls = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if calls.is_empty() {
            return writeln!(out, "No calls yet.");
        }
        writeln!(
            out,
            "{:>6}  {:<19}  {:<16}  {:>5}  {:<8}  {:<8}  reason",
            "id", "started", "caller", "rings", "verdict", "decision"
        )?;
        for call in calls {
            writeln!(
                out,
                "{:>6}  {:<19}  {:<16}  {:>5}  {:<8}  {:<8}  {}",
                field(call, "id"),
                short_time(call, "started"),
                field(call, "caller"),
                field(call, "rings"),
                field(call, "verdict"),
                field(call, "decision"),
                field(call, "reason"),
            )?;
        }
        Ok(())
    })
}
