//! The server of this feature: queries, rules, the data of pages, jobs and mails.

pub mod adaptive;
pub mod answer;
pub mod asked;
pub mod bank;
pub mod basis;
pub mod exchange;
pub mod freeze;
pub mod grade;
pub mod number;
pub mod rekey;
pub mod statistics;
pub mod store;
pub mod timing;
pub mod view;
