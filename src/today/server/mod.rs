//! Facts, sentences and the mail of the page Today.

pub mod digest;
mod facts;
mod sentences;
pub mod store;
pub mod view;
