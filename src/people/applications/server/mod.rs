//! Queries, checks and mails of applications to teach.

pub mod check;
pub mod decide;
pub mod mails;
pub mod store;
pub mod view;
