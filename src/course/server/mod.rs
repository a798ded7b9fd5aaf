//! The server side of courses: import formats, rendering, files, search and shared queries.

pub mod draft;
pub mod files;
pub mod mdbook;
pub mod native;
pub mod outline;
pub mod render;
pub mod search;
pub mod shared;
pub mod store;
