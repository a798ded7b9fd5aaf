//! Rules of the merge for each column that refers to a person, the preview, and the merge.

pub mod carry_out;
pub mod preview;
pub mod rules;
