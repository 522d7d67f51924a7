//! `textback status`.

use super::{Asking, Exit, field, print};
use std::time::Duration;
use textback::config::duration;
use textback::daemon::control::Question;

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let value = asking.config.ask(&Question::Status)?;
    print(&value, asking.json, |value, out| {
        writeln!(out, "{}", field(value, "summary"))?;
        if value["running"] == true {
            let (modem, network) = (&value["modem"], &value["network"]);
            match modem["model"].as_str() {
                None | Some("") => writeln!(out, "  modem     none seen yet")?,
                Some(_) => writeln!(
                    out,
                    "  modem     {} {} ({})",
                    field(modem, "manufacturer"),
                    field(modem, "model"),
                    field(modem, "family")
                )?,
            }
            write!(
                out,
                "  network   {}, signal {}",
                field(network, "operator"),
                field(network, "signal")
            )?;
            match network["signal_dbm"].as_i64() {
                Some(dbm) => writeln!(out, " ({dbm} dBm)")?,
                None => writeln!(out)?,
            }
            let up = Duration::from_secs(value["up_seconds"].as_u64().unwrap_or_default());
            writeln!(
                out,
                "  up        {}, version {}",
                duration::words(up),
                field(value, "version")
            )?;
        }
        if let Some(counts) = value["counts"].as_object() {
            for (name, count) in counts {
                writeln!(out, "  {:<22} {count}", name.replace('_', " "))?;
            }
        }
        Ok(())
    })
}
