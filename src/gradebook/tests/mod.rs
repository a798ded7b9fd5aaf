//! Tests of the gradebook over HTTP.

mod actions;
mod list;
mod messages;
mod regrade;
