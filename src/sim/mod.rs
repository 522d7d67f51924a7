//! A simulated modem and the network behind it: 3GPP TS 27.007, TS 27.005 and ITU-T V.250 seen from the modem's side.
//!
//! [`World`] is the whole of it without I/O: bytes and times go in, bytes and [`Event`]s come out, and the same seed gives
//! the same world. [`pty`] puts one on a pseudo terminal so that any AT client can talk to it; `demo`, `sim` and the tests
//! all use this one world.
//!
//! ```text
//!   client ⇄ Modem (command_line → *_commands → reply)  ⇄ World ⇄  Network (service centre, calls, Phones)
//! ```
//!
//! The simulator reads and writes TPDUs with its own small codec ([`tpdu`]), on purpose not with [`crate::sms`]: two
//! readings of TS 23.040 that check one another, so that one mistake cannot cancel itself out.

mod address;
mod agenda;
mod asked;
mod calendar;
mod call_commands;
mod call_lines;
mod calls;
mod card_files;
pub mod command_line;
mod command_list;
pub mod control;
mod control_socket;
mod diverts;
mod event;
mod fault;
mod general_commands;
mod gsm7;
mod kept_settings;
mod lock_commands;
mod message_commands;
mod messages;
mod modem;
mod network;
mod network_commands;
mod number;
mod octets;
mod operator_commands;
mod parameters;
mod phone;
mod phonebook;
mod port;
mod power;
mod prng;
mod profiles;
pub mod pty;
mod reply;
mod send_commands;
mod storage;
mod text_mode;
pub mod tpdu;
mod typing;
mod user_data;
mod vendor_commands;
mod wire;
mod world;

pub use agenda::Latency;
pub use event::{Event, What};
pub use fault::Fault;
pub use modem::Modem;
pub use network::{CallRef, Network};
pub use number::Number;
pub use phone::{Caller, Phone, Text};
pub use profiles::Family;
pub use world::World;
