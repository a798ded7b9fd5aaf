//! The server side of courses: import formats, rendering, files, search, retrieval and shared
//! queries.

pub mod draft;
pub mod files;
pub mod index;
pub mod mdbook;
pub mod native;
pub mod outline;
pub mod render;
pub mod search;
pub mod shared;
pub mod store;
