//! Checks, queries and pages of live sessions for tutors.

pub mod check;
pub mod store;
pub mod view;
