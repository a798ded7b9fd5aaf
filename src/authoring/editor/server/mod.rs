//! The server side of the editor.

pub mod beside;
pub mod difference;
pub mod draft;
pub mod history;
pub mod pictures;
pub mod publish;
pub mod render;
pub mod source;
pub mod split;
pub mod view;
