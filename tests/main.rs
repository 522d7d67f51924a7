//! The one integration binary; each module is one file, named after the room it watches.
//! The one integration binary; each module is one file.

mod at;
mod cli;
mod config;
mod job;
mod desk;
mod rules;
mod sms;
