//! Queries and rules of orders that only the server needs.

pub mod by_card;
pub mod card_store;
pub mod cart;
pub mod checkout;
pub mod close_page;
pub mod codes;
pub mod disputes;
pub mod events;
pub mod fields;
pub mod late_events;
pub mod mails;
pub mod provider;
pub mod refunds;
pub mod settle;
pub mod store;
pub mod stripe;
pub mod undo;
pub mod view;
pub mod webhook;
