//! The flight recorder: what went over the serial line lately, kept without numbers and words, and played again.
//!
//! ```text
//! port ⇄ bytes ─▶ [Recorder] lines, masked by [Redactor], in a ring ─(trouble)─▶ a file of transcript lines
//!                                                                               │
//!            decisions, in words ◀─ [replay]: modem, desk and an empty database in virtual time
//! ```
//!
//! A file is in the syntax of [`crate::at::trace`] with `@+` for time and `--` for what happened to the port, which is also
//! that of `tests/transcripts`: a field problem becomes a test by moving a file. Pure: time, randomness and octets come in,
//! text goes out; [`crate::daemon`] writes the files.

mod mask;
mod pdu;
mod recorder;
mod redact;
mod replay;
mod script;
mod secret;
mod stage;

pub use recorder::{RECORD_LINES_MAX, RECORD_OCTETS_MAX, Recorder, STORM_LINES};
pub use redact::Redactor;
pub use replay::{ReplayError, Replayed, replay};
pub use script::{SCRIPT_OCTETS_MAX, ScriptError};
pub use secret::Secrets;
pub use stage::Line;
