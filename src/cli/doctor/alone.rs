//! The examination where no daemon runs: the modem itself is asked.

use super::super::{Exit, complain};
use serde_json::Value;
use std::time::{Duration, Instant};
use textback::checkup::{Item, NoModem};
use textback::clock::LastTime;
use textback::config::Config;
use textback::daemon::alone::Alone;
use textback::daemon::doctor::{self, Around};
use textback::daemon::port::SerialOpener;
use textback::daemon::wallclock::WallClock;
use textback::daemon::{machine, modem_options, pin};
use textback::modem::{Event, Input, Report, SimState};
use textback::store::Store;
use textback::store::lately::Lately;

/// An examination takes this long at most: a cold modem, a slow network.
const EXAMINATION_LIMIT: Duration = Duration::from_secs(180);

pub(super) async fn alone(config: &Config) -> Result<Value, Exit> {
    complain("the daemon is not running: asking the modem itself (up to three minutes)");
    let (store, lately) = match Store::open_read_only(&config.store) {
        Ok(store) => {
            let lately = store.lately()?;
            (Some(store), lately)
        }
        // A box that never ran has none yet.
        Err(_) => (None, Lately::default()),
    };
    let refused = match &store {
        Some(store) => pin::known_wrong(config, store)?,
        None => false,
    };
    let opener = SerialOpener::new(config.modem.port.clone(), config.modem.baud);
    let report: Result<Box<Report>, NoModem> = match Alone::open(opener, modem_options(config))? {
        Err(trouble) => Err(machine::no_modem(&trouble)),
        Ok(mut modem) => {
            modem.ask(Input::Examine);
            let examined = async {
                loop {
                    if let Event::Examined(report) = modem.next().await? {
                        return anyhow::Ok(report);
                    }
                }
            };
            match tokio::time::timeout(EXAMINATION_LIMIT, examined).await {
                Ok(report) => Ok(report?),
                Err(_) => Err(NoModem {
                    found: format!(
                        "it was not examined within {} minutes",
                        EXAMINATION_LIMIT.as_secs() / 60
                    ),
                    fix: "power it off and on".to_owned(),
                }),
            }
        }
    };
    let report = report.as_deref();
    let mut clock = WallClock::new(config.timezone.clone(), LastTime::default());
    if let Some((utc_ms, offset_s)) = report.ok().and_then(|report| report.network_time) {
        clock.network_time(utc_ms, offset_s, Instant::now());
    }
    let wall = clock.now(Instant::now());
    let around = Around {
        topology: config.topology,
        trust: wall.trust,
        machine: machine::look(&config.store, None),
        utc_ms: wall.utc_ms,
    };
    let mut list = doctor::walk(report, lately, &around);
    let pin_is_ours = |report: &Report| report.sim == SimState::Pin && !report.sim_is_shut();
    if config.modem.pin.is_some() && report.is_ok_and(pin_is_ours) {
        for sim in list.iter_mut().filter(|finding| finding.check == Item::Sim) {
            if refused {
                "the SIM refused the PIN".clone_into(&mut sim.found);
                "put the right one under [modem], or switch the PIN off in a phone".clone_into(&mut sim.fix);
            } else {
                // Only the daemon keeps which PIN was refused, so only it may try one.
                "start the daemon: it enters the configured PIN (`systemctl start textback`)".clone_into(&mut sim.fix);
            }
        }
    }
    let mut found = doctor::json(&list, report.ok());
    found["pin_refused"] = refused.into();
    Ok(found)
}
