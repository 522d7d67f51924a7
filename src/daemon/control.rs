//! The control socket: how `textback status`, `calls`, `messages`, `why` and `send` talk to a running daemon.
//!
//! A Unix socket beside the database (`textback.db` → `textback.sock`, mode 0660). One JSON object on one line asks, one
//! answers. Anyone who may read the database may ask; nobody else can connect.

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

/// Longest question: a text of many parts fits.
const MAX_QUESTION_OCTETS: u64 = 64 * 1024;
/// A client that says nothing, or takes nothing, for this long is let go.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Clients served at once; more wait in the socket's backlog.
const MAX_CLIENTS: usize = 16;
/// Most calls or texts in one answer.
pub const LISTED_MAX: u32 = 100_000;
/// How long a command waits for the daemon before it looks at the database itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The same where the modem, the SIM and the network are asked first.
const EXAMINATION_TIMEOUT: Duration = Duration::from_secs(180);

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    Status,
    /// The newest `limit` calls, newest last.
    Calls {
        limit: u32,
    },
    /// The newest `limit` texts, newest last.
    Messages {
        limit: u32,
    },
    /// Why a call or a caller was or wasn't texted.
    Why {
        what: String,
    },
    /// Have modem, SIM and network examined; the network is asked too, so this takes a while.
    Examine,
    /// The list of [`crate::checkup`]; has the modem examined first.
    Doctor,
    /// Measure the signal now.
    Signal,
    /// The label's code, and whether it was used.
    ClaimCode,
    /// Queue a text by hand.
    Send {
        to: String,
        text: String,
    },
}

impl Question {
    fn answered_within(&self) -> Duration {
        match self {
            Question::Examine | Question::Doctor => EXAMINATION_TIMEOUT,
            Question::Status
            | Question::Calls { .. }
            | Question::Messages { .. }
            | Question::ClaimCode
            | Question::Why { .. }
            | Question::Signal
            | Question::Send { .. } => ANSWER_TIMEOUT,
        }
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Ok(serde_json::Value),
    /// What was tried, what happened, what to do.
    Error(String),
}

/// A question with the way back.
#[derive(Debug)]
pub struct Asked {
    pub question: Question,
    pub answer: oneshot::Sender<Answer>,
}

/// Where the socket of the daemon that owns `database` is.
#[must_use]
pub fn socket_of(database: &Path) -> PathBuf {
    database.with_extension("sock")
}

/// The listening socket; the file goes when this goes.
#[derive(Debug)]
pub struct Listener {
    path: PathBuf,
    listener: UnixListener,
}

impl Listener {
    /// Binds beside `database`. A socket left by a crash is replaced; the store's lock has already shown that no other daemon
    /// owns this database.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn bind(database: &Path) -> io::Result<Self> {
        let path = socket_of(database);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let listener = UnixListener::bind(&path)?;
        rustix::fs::chmod(&path, rustix::fs::Mode::from_raw_mode(0o660))?;
        Ok(Listener { path, listener })
    }

    /// Serves clients for ever, passing questions to `to`.
    pub async fn serve(&self, to: mpsc::Sender<Asked>) {
        let places = std::sync::Arc::new(tokio::sync::Semaphore::new(MAX_CLIENTS));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let to = to.clone();
                    tokio::spawn(async move {
                        if let Err(error) = client(stream, to).await {
                            tracing::debug!(%error, "a control client went away");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket can't accept; trying again in a while");
                    tokio::time::sleep(QUESTION_TIMEOUT).await;
                }
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Nothing depends on it: the next start replaces a socket that stayed.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn client(stream: UnixStream, to: mpsc::Sender<Asked>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut limited = BufReader::new(read.take(MAX_QUESTION_OCTETS));
    tokio::time::timeout(QUESTION_TIMEOUT, limited.read_line(&mut line)).await??;
    let answer = match serde_json::from_str(&line) {
        Err(error) => Answer::Error(format!("not a question: {error}")),
        Ok(question) => answer_to(question, &to).await?,
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    tokio::time::timeout(QUESTION_TIMEOUT, write.write_all(&text)).await?
}

/// The daemon's answer, in time: whoever waits for a modem that stays mute keeps no place from others.
async fn answer_to(question: Question, to: &mpsc::Sender<Asked>) -> io::Result<Answer> {
    let within = question.answered_within();
    let (answer, answered) = oneshot::channel();
    let asked = async {
        to.send(Asked { question, answer }).await.ok()?;
        answered.await.ok()
    };
    let said = tokio::time::timeout(within, asked).await?;
    Ok(said.unwrap_or_else(|| Answer::Error("the daemon is stopping".to_owned())))
}

/// Asks the daemon that owns `database`. `None`: none is running (or it can't be reached), look at the database.
///
/// # Errors
/// A daemon that is there but does not answer ([`io::ErrorKind::TimedOut`]), or answers nonsense.
pub async fn ask(database: &Path, question: &Question) -> io::Result<Option<Answer>> {
    let mut stream = match UnixStream::connect(socket_of(database)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut text = serde_json::to_vec(question)?;
    text.push(b'\n');
    let exchange = async {
        stream.write_all(&text).await?;
        let mut line = String::new();
        match BufReader::new(stream).read_line(&mut line).await? {
            // It let us go without a word: it had none in time.
            0 => Err(io::Error::from(io::ErrorKind::TimedOut)),
            _ => Ok(line),
        }
    };
    let line = tokio::time::timeout(question.answered_within(), exchange).await??;
    Ok(Some(serde_json::from_str(&line)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_question_that_nobody_answers_gives_its_place_back() {
        let (to, mut asked) = mpsc::channel::<Asked>(1);
        let waiting = answer_to(Question::Signal, &to);
        let silent = async {
            // Kept, and never answered.
            let kept = asked.recv().await;
            std::future::pending::<()>().await;
            drop(kept);
        };
        tokio::select! {
            answer = waiting => assert_eq!(answer.unwrap_err().kind(), io::ErrorKind::TimedOut),
            () = silent => unreachable!(),
        }
    }

    #[tokio::test]
    async fn a_question_reaches_the_daemon_and_its_answer_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        assert_eq!(ask(&database, &Question::Status).await.unwrap(), None);
        let listener = Listener::bind(&database).unwrap();
        let (to, mut asked) = mpsc::channel::<Asked>(1);
        let serving = async { listener.serve(to).await };
        let answering = async {
            let Asked { question, answer } = asked.recv().await.unwrap();
            assert_eq!(question, Question::Calls { limit: 3 });
            answer.send(Answer::Ok(serde_json::json!([1]))).unwrap();
            std::future::pending::<()>().await;
        };
        let question = Question::Calls { limit: 3 };
        tokio::select! {
            answer = ask(&database, &question) => {
                assert_eq!(answer.unwrap(), Some(Answer::Ok(serde_json::json!([1]))));
            }
            () = serving => unreachable!(),
            () = answering => unreachable!(),
        }
        drop(listener);
        assert!(!socket_of(&database).exists());
    }
}
