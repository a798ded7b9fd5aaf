//! Loads, checks and saves what tutors do with cold calls.

pub mod answers;
pub mod check_prompt;
pub mod moderation;
pub mod openings;
pub mod overview;
pub mod prompt_acts;
pub mod prompts;
pub mod undo;
