//! The server side of the editor.

pub mod difference;
pub mod draft;
pub mod history;
pub mod pictures;
pub mod publish;
pub mod render;
pub mod source;
pub mod view;
