//! Pages of the tutors' desk.

mod questions;
mod settings;
mod suggestions;
mod unknown;

pub use questions::learner_questions_page;
pub use suggestions::suggestions_page;
