//! Reads courses from folders and mdBooks, renders and stores them, and serves their files and
//! search.

pub mod draft;
pub mod files;
pub mod mdbook;
pub mod native;
pub mod render;
pub mod search;
pub mod store;
