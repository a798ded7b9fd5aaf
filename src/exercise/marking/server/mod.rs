//! Queries of marking, the rules for marks, and the text of a rubric.

pub mod claim;
pub mod mark;
pub mod queue;
pub mod rubric_text;
pub mod store;
pub mod view;
