//! Cohorts as tutors manage them.

pub mod check;
pub mod list;
pub mod store;
pub mod uploads;
pub mod view;
