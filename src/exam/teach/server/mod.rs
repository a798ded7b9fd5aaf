//! Checks and stores exams that tutors create, builds the tutors' pages, and regrades sittings.

pub mod check;
pub mod regrade;
pub mod store;
pub mod view;
