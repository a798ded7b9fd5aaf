//! Queries of the pages for studying a course, and the pages that are built from them.

pub mod onward;
pub mod outline;
pub mod store;
pub mod view;
