//! Simulated modem.
