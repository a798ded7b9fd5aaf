//! Builds the pages of the gradebook from its queries.

mod learner;
mod learners;
mod regrade;

pub use self::learner::learner;
pub use self::learners::{GradeList, GradedLine, gradebook, lines};
pub use self::regrade::{regrade, seen};

/// In place of the name of somebody whose account is no more.
const GONE: &str = "a deleted account";
