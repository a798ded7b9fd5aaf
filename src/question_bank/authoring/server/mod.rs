//! The server of authoring: queries, form checks, import and export of question files, and the
//! figures of questions.

pub mod bulk;
pub mod check;
pub mod editing;
pub mod export;
pub mod forecast;
pub mod form;
pub mod imports;
pub mod intake;
pub mod list;
pub mod origin;
pub mod pictures;
pub mod previews;
pub mod report;
pub mod rows;
pub mod samples;
pub mod store;
pub mod tally;
pub mod transfer;
