//! The server side of the editor.

pub mod beside;
pub mod difference;
pub mod draft;
pub mod history;
pub mod live;
pub mod merge;
pub mod pictures;
pub mod presence;
pub mod publish;
pub mod render;
pub mod revisions;
pub mod save;
pub mod source;
pub mod split;
pub mod variants;
pub mod view;
