//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod act;
pub mod export;
pub mod opinions;
pub mod store;
pub mod view;
