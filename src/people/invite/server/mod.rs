//! Queries and rules of invitations.

pub mod accept;
pub mod check;
pub mod invite;
pub mod lists;
pub mod mails;
pub mod store;
pub mod uploads;
