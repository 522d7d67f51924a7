//! The control socket: [`Command`]s from other processes.

use super::asked::{Asked, ask};
use super::control::Command;
use super::event::Event;
use anyhow::{Context, Result};
use std::path::Path;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{broadcast, mpsc};

/// Longest command line on the control socket.
const MAX_CONTROL_LINE: u64 = 8192;
/// What a longer one is told.
const TOO_LONG: &[u8] = b"error: a line may have 8192 octets\n";

pub(super) fn listen(path: &Path) -> Result<UnixListener> {
    // A socket left by a run that was killed: nobody answers on it.
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        anyhow::bail!(
            "{} is in use by another simulated modem: choose another --control",
            path.display()
        );
    }
    if std::fs::symlink_metadata(path).is_ok_and(|m| std::os::unix::fs::FileTypeExt::is_socket(&m.file_type())) {
        let _ = std::fs::remove_file(path);
    }
    UnixListener::bind(path).with_context(|| format!("cannot make the control socket {}", path.display()))
}

pub(super) async fn accept(listener: Option<&UnixListener>) -> Option<UnixStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// One client of the control socket. Whatever fails on the socket ends the client, nothing else.
pub(super) async fn serve(stream: UnixStream, commands: mpsc::Sender<Asked>, mut events: broadcast::Receiver<Event>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        match (&mut read).take(MAX_CONTROL_LINE).read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            // Its tail would be read as commands of its own.
            Ok(_) if line.len() as u64 == MAX_CONTROL_LINE && !line.ends_with('\n') => {
                if pass_over_line(&mut read).await.is_err() || write.write_all(TOO_LONG).await.is_err() {
                    return;
                }
                continue;
            }
            Ok(_) => {}
        }
        if line.trim().is_empty() {
            continue;
        }
        let reply = match line.parse::<Command>() {
            Ok(command) => {
                let watch = command == Command::Watch;
                let Ok(reply) = ask(&commands, command).await else {
                    return;
                };
                if watch {
                    return watch_events(&mut write, &mut events).await;
                }
                reply
            }
            Err(unclear) => format!("error: {unclear}"),
        };
        if write.write_all(format!("{reply}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads up to the end of this line, or of everything, and keeps nothing.
async fn pass_over_line(read: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<()> {
    loop {
        let there = read.fill_buf().await?;
        let end = there.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(there.len(), |end| end + 1);
        let over = end.is_some() || there.is_empty();
        read.consume(count);
        if over {
            return Ok(());
        }
    }
}

async fn watch_events(write: &mut tokio::net::unix::OwnedWriteHalf, events: &mut broadcast::Receiver<Event>) {
    loop {
        let line = match events.recv().await {
            Ok(event) => format!("{event}\n"),
            Err(broadcast::error::RecvError::Lagged(lost)) => format!("lost {lost} events\n"),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if write.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}
