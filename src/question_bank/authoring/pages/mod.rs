//! The pages of authoring, within the frame of the course's teaching area.

mod bank;
mod facts;
mod import;
mod question;

pub use bank::question_bank_page;
pub use import::question_import_page;
pub use question::question_page;
