//! An open port: bytes waiting to be written, bytes read, and how one knows that it is dead.

use super::port::Line;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

/// Bytes read from the port at once.
const READ_OCTETS: usize = 4096;
/// Bytes waiting to be written before the port counts as dead: no dialogue of ours has more in flight.
pub(super) const MAX_UNWRITTEN: usize = 64 * 1024;
/// A port that takes no byte for this long is dead.
const WRITE_STALL: Duration = Duration::from_secs(20);

/// An open port with what waits to be written.
pub(super) struct Open {
    pub(super) read: ReadHalf<Box<dyn Line>>,
    pub(super) write: WriteHalf<Box<dyn Line>>,
    pub(super) buffer: Box<[u8; READ_OCTETS]>,
    pub(super) unwritten: VecDeque<u8>,
    /// When bytes last began to wait, or the port last took some.
    pub(super) last_progress: Instant,
}

impl Open {
    pub(super) fn new(line: Box<dyn Line>) -> Self {
        let (read, write) = tokio::io::split(line);
        let buffer = Box::new([0; READ_OCTETS]);
        Open {
            read,
            write,
            buffer,
            unwritten: VecDeque::new(),
            last_progress: Instant::now(),
        }
    }

    /// Takes what is to be written.
    pub(super) fn queue(&mut self, bytes: &mut Vec<u8>, at: Instant) {
        if self.unwritten.is_empty() {
            self.last_progress = at;
        }
        self.unwritten.extend(bytes.drain(..));
    }

    /// The port took `octets` of it.
    pub(super) fn wrote(&mut self, octets: usize, at: Instant) {
        self.unwritten.drain(..octets);
        self.last_progress = at;
    }

    /// Something has waited too long to be written. An idle port, however long, is not stalled.
    pub(super) fn stalled(&self, at: Instant) -> bool {
        !self.unwritten.is_empty() && at.saturating_duration_since(self.last_progress) > WRITE_STALL
    }
}

pub(super) enum Moved {
    Read(usize),
    Written(usize),
    Gone(String),
}

/// Reads or writes, whichever can. Pending without a port.
pub(super) async fn move_bytes(line: &mut Option<Open>) -> Moved {
    let Some(open) = line else {
        return std::future::pending().await;
    };
    let Open {
        read,
        write,
        buffer,
        unwritten,
        ..
    } = open;
    let (front, _) = unwritten.as_slices();
    tokio::select! {
        biased;
        written = write.write(front), if !front.is_empty() => match written {
            Ok(n) => Moved::Written(n),
            Err(error) => Moved::Gone(error.to_string()),
        },
        got = read.read(&mut buffer[..]) => match got {
            Ok(0) => Moved::Gone("end of file".to_owned()),
            Ok(n) => Moved::Read(n),
            Err(error) => Moved::Gone(error.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_idle_for_long_is_not_stalled_by_the_next_command() {
        let (line, _modem) = tokio::io::duplex(64);
        let mut open = Open::new(Box::new(line));
        let later = Instant::now() + 10 * WRITE_STALL;
        open.queue(&mut b"AT\r".to_vec(), later);
        assert!(!open.stalled(later));
        assert!(open.stalled(later + 2 * WRITE_STALL));
        open.wrote(3, later + 2 * WRITE_STALL);
        assert!(!open.stalled(later + 9 * WRITE_STALL));
    }
}
