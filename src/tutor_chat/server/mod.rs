//! The tutor on the server. It answers without a model: [`answer`] chooses sentences to quote.

pub mod answer;
pub mod ask;
pub mod consider;
pub mod download;
pub mod follow_up;
pub mod ladder;
pub mod links;
pub mod person;
pub mod store;
pub mod talk_html;
pub mod view;
