//! `textback demo`: the whole job over a real PTY and a real database, told as a timeline of three phones.
//!
//! ```text
//!   story (or you) ─▶ sim::pty::Handle ─▶ simulated network and modem ⇄ PTY ⇄ daemon::run ⇄ SQLite in a temporary folder
//!                          └── events ─▶ Stage ─▶ Timeline
//! ```

mod stage;
mod story;
mod timeline;

use super::{Exit, FAILED};
use anyhow::Context;
use stage::{OWNER, Stage};
use std::path::Path;
use textback::config::Config;
use textback::daemon::{self, Order};
use textback::sim::{Family, pty};
use textback::store::Store;
use tokio::sync::{mpsc, oneshot};

/// How much faster than life the simulated network runs: a ring every second and a half instead of every six.
const NETWORK_SPEED: f64 = 4.0;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Times faster (or, below 1, slower)
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Be the caller and the owner yourself, by typing
    #[arg(long)]
    interactive: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=20.0).contains(&speed) => Ok(speed),
        Ok(_) | Err(_) => Err("a number from 0.1 to 20".to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> Result<(), Exit> {
    let folder = tempfile::Builder::new()
        .prefix("textback-demo-")
        .tempdir()
        .map_err(|error| Exit::new(FAILED, format!("cannot make a temporary folder: {error}")))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(act(arguments, folder.path()));
    // The typing thread of the interactive demo may wait for a line for ever.
    runtime.shutdown_background();
    let gone = folder.close().context("the temporary folder could not be removed");
    result?;
    gone?;
    Ok(())
}

async fn act(arguments: &Arguments, folder: &Path) -> anyhow::Result<()> {
    let link = folder.join("modem");
    let (handle, modem) = pty::start(pty::Options {
        link: link.clone(),
        family: Family::Sim7600,
        control: None,
        seed: 1,
        speed: NETWORK_SPEED * arguments.speed,
    })?;
    let config = Config::parse(&config_text(folder, &link, arguments.speed))
        .map_err(|mistakes| anyhow::anyhow!("the demo's own configuration is wrong: {mistakes:?}"))?;
    let store = Store::open(&config.store)?;
    let (order, mut orders) = mpsc::channel(1);
    let (ready, is_ready) = oneshot::channel();
    let opener = daemon::port::SerialOpener::new(config.modem.port.clone(), config.modem.baud);
    let world = daemon::World {
        opener,
        power: daemon::power::Power::none(),
        board: None,
        listener: None,
    };
    let daemon = daemon::run(&config, store, world, &mut orders, move |summary| {
        // The story may have ended already: nobody waits then.
        let _ = ready.send(summary.to_owned());
    });
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let play = async {
        let stage = Stage::new(handle, arguments.speed);
        let result = if arguments.interactive {
            story::interactive(stage, is_ready).await
        } else {
            story::tell(stage, is_ready, &config.store).await
        };
        // The daemon drains and closes its database before the folder goes.
        order.send(Order::Stop).await.ok();
        result
    };
    let network = modem.run(std::future::pending());
    tokio::pin!(daemon, network, play, stop);
    let mut result = None;
    loop {
        tokio::select! {
            ended = &mut daemon => {
                ended.context("the daemon")?;
                return result.unwrap_or_else(|| Err(anyhow::anyhow!("the daemon stopped in the middle of the story")));
            }
            ended = &mut network => {
                ended.context("the simulated modem")?;
                anyhow::bail!("the simulated modem ended in the middle of the story");
            }
            played = &mut play, if result.is_none() => result = Some(played),
            () = &mut stop => return Ok(()),
        }
    }
}

fn config_text(folder: &Path, link: &Path, speed: f64) -> String {
    let delay = if speed >= 2.0 { "0s" } else { "1s" };
    format!(
        "company = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ncountry = \"US\"\n\
         [modem]\nport = {:?}\n[store]\npath = {:?}\n[text_back]\ndelay = \"{delay}\"\n\
         [limits]\nper_minute = 60\n",
        link.display().to_string(),
        folder.join("textback.db").display().to_string(),
    )
}
