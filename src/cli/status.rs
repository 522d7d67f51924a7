//! `textback status`.

use super::{Asking, Exit, field, print};
use textback::daemon::control::Question;

pub fn run(asking: &Asking) -> Result<(), Exit> {
    let value = asking.config.ask(&Question::Status)?;
    print(&value, asking.json, |value, out| {
        writeln!(out, "{}", field(value, "summary"))?;
        if value["running"] == true {
            let modem = &value["modem"];
            let network = &value["network"];
            writeln!(
                out,
                "  modem     {} {} ({})",
                field(modem, "manufacturer"),
                field(modem, "model"),
                field(modem, "family")
            )?;
            writeln!(
                out,
                "  network   {}, signal {} ({} dBm)",
                field(network, "operator"),
                field(network, "signal"),
                field(network, "signal_dbm")
            )?;
            writeln!(
                out,
                "  up        {} s, version {}",
                field(value, "up_seconds"),
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
