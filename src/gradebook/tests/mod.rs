//! Tests of the gradebook over HTTP.

mod actions;
mod grading;
mod list;
mod messages;
mod regrade;
