//! The server side of documents and nuggets.

pub mod course;
pub mod cut;
pub mod edit;
pub mod key_phrases;
pub mod metadata;
pub mod nugget_view;
pub mod read_job;
pub mod slides;
pub mod sources;
pub mod store;
pub mod upload;
pub mod view;
pub mod watch;

use crate::platform::error::AppError;

pub fn no_document() -> AppError {
    AppError::NotFound("There is no such document. It may have been deleted.".to_owned())
}

pub fn no_nugget() -> AppError {
    AppError::NotFound("There is no such nugget. Its document may have been deleted.".to_owned())
}
