//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod in_text;
pub mod rules;
pub mod store;
