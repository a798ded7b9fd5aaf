//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod access;
pub mod gate;
pub mod mails;
pub mod progress;
pub mod store;
