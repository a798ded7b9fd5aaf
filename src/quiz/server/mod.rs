//! Runs quiz attempts, stores and regrades them, builds their pages, and mails learners about
//! changes.

pub mod attempt;
pub mod mails;
pub mod regrade;
pub mod store;
pub mod view;
