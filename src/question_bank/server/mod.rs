//! Stores, freezes and grades questions, reads and writes question files, and estimates difficulty.

pub mod adaptive;
pub mod answering;
pub mod apply_key;
pub mod bank;
pub mod exchange;
pub mod freeze;
pub mod grade;
pub mod marked_answer;
pub mod number;
pub mod questions_in_use;
pub mod statistics;
pub mod store;
pub mod view;
