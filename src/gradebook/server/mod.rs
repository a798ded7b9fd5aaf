//! Queries, pages and CSV export of the gradebook, and a tutor's actions for one learner.

pub mod actions;
pub mod export;
mod other_columns;
pub mod ratings;
pub mod store;
pub mod view;
