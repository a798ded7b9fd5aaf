//! The server side of certificates: completion, codes, keys, credentials, PDF files, queries and
//! page data.

pub mod badge;
pub mod code;
pub mod completion;
pub mod files;
pub mod fonts;
pub mod keys;
pub mod letters;
pub mod pdf;
pub mod store;
pub mod verify;
pub mod view;
