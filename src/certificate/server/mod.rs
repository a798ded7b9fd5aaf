//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod badge;
pub mod code;
pub mod completion;
pub mod files;
pub mod fonts;
pub mod keys;
pub mod letters;
pub mod pdf;
pub mod store;
pub mod view;
