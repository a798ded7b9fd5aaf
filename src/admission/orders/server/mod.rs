//! Queries and rules of orders that only the server needs.

pub mod cart;
pub mod checkout;
pub mod codes;
pub mod fields;
pub mod mails;
pub mod settle;
pub mod store;
pub mod view;
