//! Queries of exercises, and the page that shows and saves a learner's work.

pub mod store;
pub mod view;
