//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod actions;
pub mod export;
pub mod ratings;
pub mod store;
pub mod view;
