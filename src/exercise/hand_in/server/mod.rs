//! Work that is handed in: its files, versions and comments.

pub mod comments;
pub mod files;
pub mod lateness;
pub mod store;
pub mod versions;
pub mod view;
