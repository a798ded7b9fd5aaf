//! The tutor on the server. [`answer`] chooses sentences to quote; [`model`] has a language model
//! write answers, if one is set up.

pub mod answer;
pub mod ask;
pub mod consider;
pub mod download;
pub mod follow_up;
pub mod history;
pub mod ladder;
pub mod links;
pub mod model;
pub mod person;
pub mod store;
pub mod talk_html;
pub mod view;
pub mod written_html;
