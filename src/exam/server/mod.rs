//! Draws exam papers, runs sittings within their time limits, grades them, and builds the learners'
//! pages.

pub mod adaptive;
pub mod assign_questions;
pub mod draw_paper;
pub mod exam_paper;
pub mod grade;
pub mod jobs;
pub mod mails;
pub mod record;
pub mod reminder;
pub mod sitting;
pub mod store;
pub mod time_limit;
pub mod timeline;
pub mod view;
