//! Exercises as tutors write them.

pub mod page;
pub mod save;
