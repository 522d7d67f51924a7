//! The one integration binary; each module is one file.

mod config;
mod rules;
mod sms;
