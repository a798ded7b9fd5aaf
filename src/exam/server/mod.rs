//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod adaptive;
pub mod draw;
pub mod drawing;
pub mod jobs;
pub mod mails;
pub mod paper;
pub mod record;
pub mod rules;
pub mod sitting;
pub mod store;
pub mod timeline;
pub mod view;
