//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod draft;
pub mod files;
pub mod mdbook;
pub mod native;
pub mod render;
pub mod search;
pub mod store;
