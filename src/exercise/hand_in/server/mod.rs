//! Work that is handed in: its files, versions and comments.

pub mod comments;
pub mod due;
pub mod files;
pub mod lateness;
pub mod reminder;
pub mod store;
pub mod versions;
pub mod view;
