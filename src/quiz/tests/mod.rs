//! Tests of taking quizzes, mostly over HTTP.

mod answers;
mod attempts;
mod onward;
mod time;
mod whole_courses;
