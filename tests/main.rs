//! The one integration binary; each module is one file, named after the room it watches.

mod at;
mod cli;
mod config;
mod desk;
mod job;

mod rules;
mod sms;
#[test]
fn t() {}
mod modem;
mod peers;
mod sim;
