//! The server's part of figures.

mod answers;
mod copilot;
mod copilot_html;
pub mod course;
mod course_html;
pub mod export;
pub mod leaderboard;
pub mod member;
mod months;
mod plan;
mod report;
pub mod school;
mod store;

pub use months::SumMonths;
pub use report::{PlanSchoolReports, SchoolReport};
