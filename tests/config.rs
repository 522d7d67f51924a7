//! textback.toml as people write it.
