//! Queries and rules of practice questions, and their place in the rendered text of topics.

pub mod in_text;
pub mod rules;
pub mod store;
