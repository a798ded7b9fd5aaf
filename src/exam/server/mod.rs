//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod adaptive;
pub mod assign_questions;
pub mod draw_paper;
pub mod exam_paper;
pub mod jobs;
pub mod mails;
pub mod record;
pub mod sitting;
pub mod store;
pub mod time_limit;
pub mod timeline;
pub mod view;
