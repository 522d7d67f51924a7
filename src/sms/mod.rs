//! The SMS codec: octets ⇄ texts, numbers and times. Pure: no clock, no I/O, no logging. Read 3GPP TS 23.040 §9.2
//! (the PDUs) and TS 23.038 (the alphabets) first; clause numbers stand above the code that obeys them.
//!
//! ```text
//! hex line ──[hex]──▶ octets ──[decode]──▶ Pdu { smsc, Tpdu::{Deliver, Submit, StatusReport} }
//!                                                        └─ UserData { Header, Content } ─[assemble]─▶ text
//! text ──[segment]──▶ UserData per part ──[submit_parts]──▶ Submit ──[encode]──▶ octets
//! ```
//!
//! Two rules run through it. *Receiving is lenient where the standard or the field says so* (a bad time stamp, a lone
//! surrogate, padding after the PDU do not lose a text), and strict where guessing would invent a text (a PDU cut short
//! is an error that names its field and octet). *Sending is encodable by construction*: what [`UserData::new`] and the
//! [`Address`] constructors let through fits on the air.

mod address;
mod alphabet;
mod assemble;
mod dcs;
mod deliver;
mod error;
mod gsm7;
mod header;
pub mod hex;
pub mod json;
pub mod mms;
mod national;
mod octets;
mod segment;
mod status_report;
mod submit;
mod timestamp;
mod tpdu;
mod transliterate;
mod user_data;
mod ussd;
mod validity;

pub use address::{Address, AddressError, TypeOfNumber};
pub use alphabet::{Language, Shifts};
pub use assemble::{Assembled, ConcatKey, assemble};
pub use dcs::{Dcs, Encoding, MessageWaiting, WaitingKind};
pub use deliver::Deliver;
pub use error::{PduError, Problem};
pub use header::{Concat, ConcatReference, Element, Header, Ports};
pub use segment::{Cost, MAX_PARTS, SegmentError, SegmentOptions, Segments, cost, segment};
pub use status_report::{Outcome, StatusReport};
pub use submit::{Submit, SubmitOptions, submit_parts};
pub use timestamp::Timestamp;
pub use tpdu::{Pdu, Tpdu, decode, decode_tpdu};
pub use transliterate::{Transliteration, plain_punctuation, to_gsm7_lossy};
pub use user_data::{Content, UserData};
pub use ussd::{ussd_packed, ussd_text};
pub use validity::Validity;
