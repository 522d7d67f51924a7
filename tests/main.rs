//! The one integration binary; each module is one file.

mod config;
mod desk;
mod rules;
mod sms;
