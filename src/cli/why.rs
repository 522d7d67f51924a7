//! `textback why CALL|HANDLE`.

use super::{Asking, Exit, field, print, rings, short_time};
use textback::daemon::control::Question;

pub fn run(what: &str, asking: &Asking) -> Result<(), Exit> {
    let value = asking.config.ask(&Question::Why { what: what.to_owned() })?;
    print(&value, asking.json, |value, out| {
        if value.is_null() {
            return writeln!(out, "Nothing is recorded about {what}.");
        }
        let call = &value["call"];
        if !call.is_null() {
            writeln!(
                out,
                "Call {} from {}, {}: {}, {}, {} ({}). Seen by: {}.",
                field(call, "id"),
                field(call, "caller"),
                short_time(call, "started"),
                rings(call["rings"].as_u64().unwrap_or_default()),
                field(call, "verdict"),
                field(call, "decision"),
                field(call, "reason"),
                field(call, "evidence"),
            )?;
        }
        if !value["number"].is_null() {
            let opted = if value["opted_out"] == true { ", opted out" } else { "" };
            writeln!(
                out,
                "{} (handle {}){opted}",
                field(value, "number"),
                field(value, "handle")
            )?;
        }
        let rows = |key: &str| value[key].as_array().cloned().unwrap_or_default();
        for entry in rows("journal") {
            writeln!(
                out,
                "  {:<19}  {:<20}  {}",
                short_time(&entry, "created"),
                field(&entry, "what"),
                field(&entry, "why")
            )?;
        }
        for text in rows("messages") {
            let way = if field(&text, "direction") == "in" {
                "received"
            } else {
                "sent"
            };
            writeln!(
                out,
                "  {:<19}  {way:<8} {:<9} {:<10} {}",
                short_time(&text, "created"),
                field(&text, "kind"),
                field(&text, "state"),
                field(&text, "text"),
            )?;
        }
        Ok(())
    })
}
