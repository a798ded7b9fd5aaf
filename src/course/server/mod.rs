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

use crate::platform::error::AppError;

pub fn not_enrolled() -> AppError {
    AppError::Denied(
        "You are not enrolled in this course. Its page says what it is about and how to join."
            .to_owned(),
    )
}
