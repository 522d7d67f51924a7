//! The one integration binary.

mod sms;
