//! Queries, pages and CSV export of the gradebook, and a tutor's actions for one learner.

pub mod actions;
pub mod export;
pub mod ratings;
pub mod store;
pub mod view;
