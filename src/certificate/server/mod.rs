//! Decides who has completed a course, and issues certificates as pages, PDF files and credentials.

pub mod badge;
pub mod code;
pub mod completion;
pub mod files;
pub mod fonts;
pub mod keys;
pub mod letters;
pub mod pdf;
pub mod store;
pub mod view;
