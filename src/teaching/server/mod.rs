//! Queries of the teaching pages, and form fields that several of them share.

pub mod fields;
pub mod store;
