//! Queries of the catalog, and the page of a course that is built from them.

pub mod store;
pub mod syllabus;
pub mod view;
