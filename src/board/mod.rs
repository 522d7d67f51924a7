//! What a board has besides its modem's port: lights, a button, the modem's power lines, a warning that the supply fails.
//!
//! ```text
//!   daemon ──Shown──▶ attend ──▶ lights ──▶ OutputPin        profile (TOML): which line is what, and its polarity
//!          ◀─Press──         ◀── button ◀── InputPin         linux: lines by name (GPIO character device, LED class)
//!   ladder ──────────────────▶ modem_lines ─▶ OutputPin, InputPin, DelayNs
//! ```
//!
//! Everything that decides is written against the traits of `embedded-hal` and tried with its mock; only [`linux`] knows
//! of devices. What can go wrong: a line isn't there or isn't ours (the box runs without it and says so), a button is
//! stuck (never an order), a pulse would switch off a modem that runs ([`modem_lines`] has the rules).

pub mod attend;
pub mod button;
pub mod light;
pub mod line;
pub mod linux;
pub mod modem_lines;
pub mod profile;

pub use button::Press;
pub use light::{Code, Shown};
pub use profile::{Profile, ProfileError};
