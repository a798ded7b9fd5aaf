//! Allocation of works to reviewers, what becomes of their reviews, and the pages.

pub mod allocation;
pub mod due;
pub mod marks;
pub mod pool;
pub mod report;
pub mod review;
pub mod rules;
pub mod store;
pub mod top_up;
pub mod view;
