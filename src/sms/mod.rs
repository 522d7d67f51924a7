//! SMS codec.
