//! Exercises as tutors write them.

pub mod assign;
pub mod page;
pub mod save;
