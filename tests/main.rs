//! The one integration binary; each module is one file, named after the room it watches.

mod at;
mod cli;
mod config;
mod desk;
mod fuzz;
mod job;
mod modem;
mod odd_pdus;
mod peers;
mod process;
mod real;
mod rules;
mod shipped;
mod sim;
mod simulation;
mod sms;
