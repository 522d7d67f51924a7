//! The desk as caller and owner see it: calls and PDUs in, texts out, in virtual time on a database in memory.

mod authority;
mod away;
pub mod box_under_test;
mod calls;
mod clock;
mod conversation;
mod dialogues;
mod durable;
mod figures;
mod health;
mod hostile;
mod language;
mod later;
mod optout;
mod owner;
mod owner_texts;
mod quiet_hours;
mod received;
mod sending;
mod settings;
mod spoof;
pub mod story;
mod team;
mod test_call;
mod unclear;
mod undo;
mod waiting;
