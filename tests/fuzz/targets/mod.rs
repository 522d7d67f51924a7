//! The bodies of the fuzz targets, shared by `cargo test` and `cargo fuzz`: octets in, a panic if a law is broken.

mod config;
mod consent;
mod engine;
mod line;
mod owner;
mod pdu;
mod template;
mod transcript;

pub use config::config;
pub use consent::consent;
pub use engine::engine;
pub use line::line;
pub use owner::owner;
pub use pdu::pdu;
pub use template::template;
pub use transcript::transcript;
