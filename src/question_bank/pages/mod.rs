//! Components that ask a question and show its result, shared by quizzes, practice and exams.

pub mod answer_fields;
pub mod graded;
pub mod history;
pub mod marks;
mod sortable;
pub mod sorting;
pub mod timer;
