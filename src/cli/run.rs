//! `textback run`: the daemon.

use super::{CANNOT, ConfigFile, Exit, FAILED, UNAVAILABLE, complain, log};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;
use textback::daemon::port::SerialOpener;
use textback::daemon::power::Power;
use textback::daemon::{self, Order, World, control};
use textback::store::Store;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Between two tries to open a database on a disk that doesn't let us.
const DISK_PAUSE: Duration = Duration::from_secs(5);

pub fn run(file: &ConfigFile) -> Result<(), Exit> {
    log::begin();
    let config = file.read_and_warn()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A reload ends nothing, not even a start that waits for its disk; it is obeyed when there is something to reload.
    let hang_up = {
        let _entered = runtime.enter();
        signal(SignalKind::hangup())?
    };
    let _lock = insist(|| lock(&config.store))?;
    let store = insist(|| open(&config.store))?;
    daemon::stopped::forget(&config.store);
    let listener_path = config.store.clone();
    let result = runtime.block_on(async {
        let listener = match control::Listener::bind(&listener_path) {
            Ok(listener) => Some(listener),
            Err(error) => {
                tracing::warn!(%error, "no control socket: `textback status` will look at the database only");
                None
            }
        };
        let (give, mut orders) = mpsc::channel(4);
        let opener = SerialOpener::new(config.modem.port.clone(), config.modem.baud);
        let (board, lines) = daemon::board::start(&config, &give);
        let world = World {
            opener,
            power: Power::new(&config.modem.port, lines),
            board,
            listener,
        };
        let signals = listen(file, give, hang_up)?;
        let daemon = daemon::run(&config, store, world, &mut orders, |summary| {
            complain(summary);
        });
        tokio::select! {
            result = daemon => result,
            () = signals => Ok(daemon::Ended::Stopped),
        }
    });
    match result? {
        daemon::Ended::Stopped => Ok(()),
        // Whoever reads this still has power: a failure, so that the service manager starts us again.
        daemon::Ended::PowerFailed => Err(Exit::new(
            FAILED,
            "stopped because the supply was failing; starting again",
        )),
        daemon::Ended::Cannot(limit) => {
            daemon::stopped::keep(&config.store, limit);
            Err(Exit::new(CANNOT, daemon::state::limit_in_words(limit)))
        }
    }
}

/// Why the database can't be had: in a way that passes, or for good.
enum Refused {
    Passes(String),
    Final(Exit),
}

/// Tries until it works; waits for a disk that is full, read-only or failing, because texts are safe on the modem meanwhile
/// and nobody needs to do more than repair the disk. SIGTERM ends the waiting.
fn insist<T>(mut attempt: impl FnMut() -> Result<T, Refused>) -> Result<T, Exit> {
    let mut said = String::new();
    loop {
        match attempt() {
            Ok(got) => return Ok(got),
            Err(Refused::Passes(why)) => {
                if said != why {
                    tracing::error!(
                        why,
                        "the disk does not let the database be used; trying again until it does"
                    );
                    daemon::notify::status(&format!("DATABASE: {why}"));
                    said = why;
                }
                std::thread::sleep(DISK_PAUSE);
            }
            Err(Refused::Final(exit)) => return Err(exit),
        }
    }
}

fn open(database: &Path) -> Result<Store, Refused> {
    Store::open_or_replace(database).map_err(|error| match error.may_pass() {
        true => Refused::Passes(error.to_string()),
        false => Refused::Final(Exit::new(UNAVAILABLE, error.to_string())),
    })
}

/// One daemon per database: two would each send what the other queued. Held until the process ends.
fn lock(database: &Path) -> Result<std::fs::File, Refused> {
    let path = database.with_extension("lock");
    let cannot = |error: std::io::Error| {
        let why = format!(
            "cannot use the database {}: {}: {error}",
            database.display(),
            path.display()
        );
        match error.kind() {
            ErrorKind::ReadOnlyFilesystem | ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Refused::Passes(why),
            _ => Refused::Final(Exit::new(UNAVAILABLE, why)),
        }
    };
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(cannot)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Refused::Final(Exit::new(
            UNAVAILABLE,
            format!(
                "another textback already runs on {}: `textback status` talks to it",
                database.display()
            ),
        ))),
        Err(error) => Err(cannot(error.into())),
    }
}

/// Turns signals into orders, for ever.
fn listen(
    file: &ConfigFile,
    give: mpsc::Sender<Order>,
    mut hang_up: Signal,
) -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let file = file.clone();
    Ok(async move {
        loop {
            let order = tokio::select! {
                _ = terminate.recv() => Order::Stop,
                _ = interrupt.recv() => Order::Stop,
                _ = hang_up.recv() => match file.read() {
                    Ok(config) => Order::Reload(Box::new(config)),
                    Err(Exit { why, .. }) => {
                        tracing::error!(%why, "the configuration was not read again: it has mistakes; the old one stays in force");
                        continue;
                    }
                },
            };
            if give.send(order).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    })
}
