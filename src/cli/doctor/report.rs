//! `textback doctor --report`: what goes into the installer's folder.

use super::super::field;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use textback::config::Config;

/// What goes into the installer's folder.
pub(super) fn report(config: &Config, file: &Path, found: &Value, told: &str) -> String {
    let examination = &found["examination"];
    let modem = &examination["modem"];
    let sim = &examination["sim"];
    let mut out = String::new();
    let _ = writeln!(out, "textback commissioning report");
    let _ = writeln!(out, "=============================");
    let zone = config.timezone.clone().unwrap_or_else(jiff::tz::TimeZone::system);
    let now = zone.to_datetime(jiff::Timestamp::now());
    let _ = writeln!(out, "Date        {}", now.strftime("%Y-%m-%d %H:%M"));
    let _ = writeln!(out, "Business    {}", config.company);
    let _ = writeln!(out, "Version     textback {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "Config      {}", file.display());
    let _ = writeln!(
        out,
        "Modem       {} {}, firmware {}, IMEI {}",
        field(modem, "manufacturer"),
        field(modem, "model"),
        field(modem, "revision"),
        field(modem, "imei")
    );
    let _ = writeln!(
        out,
        "SIM         ICCID {}, number {}, SMS centre {}",
        field(sim, "iccid"),
        field(sim, "own_number"),
        field(sim, "smsc")
    );
    let _ = writeln!(out, "\n{}", told.trim_end());
    let _ = writeln!(
        out,
        "\nResult      {}",
        if found["ok"] == true { "ready" } else { "NOT READY" }
    );
    let _ = writeln!(out, "\nPlace of box and antenna  ______________________________");
    let _ = writeln!(out, "Installer                 ______________________________");
    let _ = writeln!(out, "Owner                     ______________________________");
    out
}
