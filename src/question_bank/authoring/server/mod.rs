//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod check;
pub mod editing;
pub mod export;
pub mod form;
pub mod imports;
pub mod intake;
pub mod list;
pub mod origin;
pub mod pictures;
pub mod settings;
pub mod store;
pub mod tally;
pub mod transfer;
