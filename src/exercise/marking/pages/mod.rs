//! Pages of tutors who mark.

mod assignment;
#[cfg(feature = "hydrate")]
mod keys;
mod queue;
mod work;

pub use assignment::{assignment_page, assignments_page};
pub use queue::marking_queue_page;
pub use work::{criterion, marking_page, shown_file};
