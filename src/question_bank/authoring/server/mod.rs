//! The server of authoring: queries, form checks, import and export of question files, and the
//! figures of questions.

pub mod check;
pub mod editing;
pub mod export;
pub mod form;
pub mod imports;
pub mod intake;
pub mod list;
pub mod origin;
pub mod pictures;
pub mod store;
pub mod tally;
pub mod transfer;
