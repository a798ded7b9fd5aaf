//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod adaptive;
pub mod answer;
pub mod apply_key;
pub mod bank;
pub mod exchange;
pub mod form_hash;
pub mod freeze;
pub mod grade;
pub mod number;
pub mod questions_in_use;
pub mod statistics;
pub mod store;
pub mod timing;
pub mod view;
