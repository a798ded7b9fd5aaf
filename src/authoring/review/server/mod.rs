//! The server side of reviews.

pub mod comments;
pub mod notices;
pub mod panel;
pub mod steps;
pub mod store;
