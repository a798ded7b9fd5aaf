//! Pages of the editor.

mod beside;
mod edit;
mod history;
mod keeper;
mod pictures;
#[cfg(feature = "hydrate")]
mod saving;
mod toolbar;
#[cfg(feature = "hydrate")]
mod typing;

pub use edit::topic_editor_page;
pub use history::{topic_history_page, version_changes};
