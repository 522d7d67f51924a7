//! Commands on their way to the running world.

use super::control::Command;
use anyhow::{Context, Result};
use tokio::sync::{mpsc, oneshot};

/// A command and where its reply goes.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) command: Command,
    /// Whoever asked may have gone.
    pub(super) reply: oneshot::Sender<String>,
}

/// Gives a command and waits for its reply.
///
/// # Errors
/// If the world has ended.
pub(super) async fn ask(commands: &mpsc::Sender<Asked>, command: Command) -> Result<String> {
    let (reply, answer) = oneshot::channel();
    commands
        .send(Asked { command, reply })
        .await
        .ok()
        .context("the simulated modem has ended")?;
    answer.await.context("the simulated modem has ended")
}
