//! Copies of people's data, and the deletion of accounts.

pub mod copies;
pub mod deletion;
pub mod download;
pub mod holdings;
pub mod mails;
pub mod upkeep;
