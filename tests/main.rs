//! The one integration binary.

mod sms;
mod at;
