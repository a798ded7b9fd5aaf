//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod attempt;
pub mod mails;
pub mod regrade;
pub mod store;
pub mod view;
