//! Access of learners to topics and quizzes, their progress, and the layout of mails about a
//! course.

pub mod access;
pub mod gate;
pub mod mails;
pub mod opening;
pub mod progress;
pub mod store;
pub mod viewed;
