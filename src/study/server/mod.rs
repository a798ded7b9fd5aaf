//! The server's part of the study library.

pub mod answers;
pub mod chunks;
pub mod csv;
pub mod figures;
pub mod review;
pub mod rules;
pub mod schedule;
pub mod spread;
pub mod store;
pub mod take;
pub mod view;
