//! What the box says, and the words it understands: packs of one language each, templates with blanks, and lines put
//! together from several facts.

pub(super) mod fold;
pub(super) mod lines;
pub mod pack;
pub(super) mod said;
pub mod template;
