//! Queries and rules of the tutors' desk.

pub mod live;
pub mod notices;
pub mod replies;
pub mod requests;
pub mod settings;
pub mod suggestions;
mod unknown;
