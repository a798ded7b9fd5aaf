//! The rule by which the tutor answers without a model.

pub mod answer;
