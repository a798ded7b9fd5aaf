//! The server's part of paths.

pub mod build;
pub mod canvas_html;
pub mod check_path;
pub mod edit;
pub mod editor_html;
pub mod list_html;
pub mod make;
pub mod plan;
pub mod question;
pub mod rights;
pub mod session;
pub mod session_store;
pub mod store;
pub mod tools;
pub mod topic_nuggets;
pub mod walk;
mod ways_html;
