//! The server's part of activity.

pub mod export;
pub mod ingest;
pub mod limits;
pub mod live;
pub mod mine;
pub mod own_answers;
pub mod rebuild;
pub mod record;
pub mod retention;
pub mod roster;
pub mod status;
pub mod store;
pub mod streak;
pub mod timeline;
pub mod views;
pub mod weeks;
