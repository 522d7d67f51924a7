//! The control socket: [`Command`]s from other processes.

use super::asked::{Asked, ask};
use super::control::Command;
use super::event::Event;
use anyhow::{Context, Result};
use std::path::Path;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{broadcast, mpsc};

/// Longest command line on the control socket.
const MAX_CONTROL_LINE: u64 = 8192;
/// What a longer one is told.
const TOO_LONG: &str = "error: a line may have 8192 octets";

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
    let mut lines = CommandLines::new(read);
    let (mut reads, mut watches) = (true, false);
    while reads || watches {
        let said = tokio::select! {
            line = lines.next(), if reads => match line {
                // Who watches may have nothing more to say.
                Line::Ended => {
                    reads = false;
                    continue;
                }
                Line::TooLong => TOO_LONG.to_owned(),
                Line::Whole(line) => match line.parse::<Command>() {
                    Ok(command) => {
                        let watch = command == Command::Watch;
                        let Ok(reply) = ask(&commands, command).await else {
                            return;
                        };
                        if watch {
                            watches = true;
                            continue;
                        }
                        reply
                    }
                    Err(unclear) => format!("error: {unclear}"),
                },
            },
            event = events.recv(), if watches => match event {
                Ok(event) => event.to_string(),
                Err(broadcast::error::RecvError::Lagged(lost)) => format!("lost {lost} events"),
                Err(broadcast::error::RecvError::Closed) => return,
            },
        };
        if write.write_all(format!("{said}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

enum Line {
    Whole(String),
    TooLong,
    Ended,
}

/// The command lines of a client, none longer than [`MAX_CONTROL_LINE`]. What has come of a line is kept while something else is
/// waited for.
struct CommandLines {
    read: BufReader<OwnedReadHalf>,
    line: Vec<u8>,
    is_too_long: bool,
}

impl CommandLines {
    fn new(read: OwnedReadHalf) -> CommandLines {
        CommandLines {
            read: BufReader::new(read),
            line: Vec::new(),
            is_too_long: false,
        }
    }

    async fn next(&mut self) -> Line {
        loop {
            if self.is_too_long {
                // Its tail would be read as commands of its own.
                if pass_over_line(&mut self.read).await.is_err() {
                    return Line::Ended;
                }
                self.is_too_long = false;
                self.line.clear();
                return Line::TooLong;
            }
            let room = MAX_CONTROL_LINE.saturating_sub(self.line.len() as u64);
            let read = (&mut self.read).take(room).read_until(b'\n', &mut self.line).await;
            if read.is_err() || self.line.is_empty() {
                return Line::Ended;
            }
            self.is_too_long = self.line.len() as u64 >= MAX_CONTROL_LINE && !self.line.ends_with(b"\n");
            if self.is_too_long {
                continue;
            }
            match String::from_utf8(std::mem::take(&mut self.line)) {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => return Line::Whole(line),
                Err(_) => return Line::Ended,
            }
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
