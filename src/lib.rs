//! `textback`: a missed call becomes a conversation, by SMS, on a small box with a modem.
//!
//! # The picture
//!
//! ```text
//!              the world (I/O, clocks, files)        |  the decisions (deterministic: time is an argument)
//!                                                    |
//!  USB modem ──bytes──▶ daemon::port ──bytes─────────┼──▶ at      bytes ⇄ lines ⇄ typed commands, replies, URCs
//!   (or sim)                                         |      │       sms     TS 23.038/23.040 codec
//!                                                    |      ▼
//!            ◀─bytes─── daemon::port ◀─Transmit──────┼── modem    one modem: bring-up, calls, inbox, sender
//!                                                    |      │ ▲
//!                                            Event   |      ▼ │ next outbox row, permits
//!                                                    |   desk     what a missed call or a text leads to
//!                                                    |      │      (one input = one transaction)
//!                                                    |      ▼
//!                                                    |   store    SQLite: the only truth that survives a power cut
//! ```
//!
//! # The five laws
//!
//! 1. **Record before act.** No byte that commits us leaves before the transaction that states the intent is durable.
//! 2. **Time, bytes and randomness are arguments.** [`at`], [`sms`], [`modem`] and [`desk`] read no clock, spawn
//!    nothing, open nothing, log no phone number.
//! 3. **One owner per thing.** One place opens the port, one writes the database, one changes a call's state, one knows a
//!    maker's name ([`modem::families`]), one knows SQL ([`store`]), one imports `at_commands` ([`at`]).
//! 4. **Everything is bounded, and every bound has a name.** Reaching one is an event somebody is told of.
//! 5. **Say why.** Every decision not to text, every retry, every recovery step is stored with its reason.
//!
//! # The way of a missed call
//!
//! Serial bytes → [`at::Urc`] → [`modem::Event::CallEnded`] → [`desk::Desk::handle`] records call, decision and outgoing
//! text in one transaction → [`desk::Desk::next_submission`] → [`modem::Input::Submit`] → `AT+CMGS` … prompt →
//! [`modem::Event::Submitting`] → the attempt is made durable → [`modem::Input::Permit`] → the PDU leaves.
//! Nothing else sends a text: if it is not an outbox row, it does not go out.

pub mod at;
pub mod board;
pub mod checkup;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod desk;
pub mod flight;
pub mod ids;
pub mod label;
pub mod mistakes;
pub mod modem;
pub mod phone;
pub mod printable;
pub mod sim;
pub mod sms;
pub mod store;
mod windows_1252;
