//! The server side of importing and copying courses.

pub mod confirm;
pub mod copy;
pub mod previews;
pub mod unpack;
pub mod upload;

use std::future::Future;

use crate::platform::error::{AppError, AppResult};

/// Runs work that computes for seconds, such as rendering a book, away from the threads that answer
/// requests.
pub async fn apart<T: Send + 'static>(
    work: impl Future<Output = AppResult<T>> + Send + 'static,
) -> AppResult<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work))
        .await
        .map_err(|error| AppError::internal(&error))?
}
