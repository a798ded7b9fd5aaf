//! The tutor of a course: answers questions with quotations from the course's own text.

pub mod desk;
#[cfg(feature = "ssr")]
pub mod server;
