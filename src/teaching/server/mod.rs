//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod fields;
pub mod store;
