//! Runs the exam room in the browser. Answers are sent one after the other and repeated until the
//! server acknowledges them. The page says "Saved" only when nothing is left to send.
//!
//! `state.rs` decides what happens next. The other modules read the page, send the requests, and
//! show the outcome.

#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
mod handlers;
#[cfg(feature = "hydrate")]
mod report;
#[cfg(feature = "hydrate")]
mod send;
mod state;

#[cfg(feature = "hydrate")]
pub use handlers::wake;
