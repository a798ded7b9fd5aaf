//! Queries and rules of people.

pub mod accounts;
pub mod list;
pub mod person;
pub mod views;
