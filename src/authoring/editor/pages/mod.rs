//! Pages of the editor.

mod beside;
mod conflict;
#[cfg(feature = "hydrate")]
mod copies;
mod edit;
mod history;
mod keeper;
#[cfg(feature = "hydrate")]
mod others;
mod pictures;
#[cfg(feature = "hydrate")]
mod saving;
mod toolbar;
#[cfg(feature = "hydrate")]
mod typing;
mod variants;

pub use conflict::sides;
pub use edit::topic_editor_page;
pub use history::{changed_lines, topic_history_page, version_changes};
pub use variants::topic_variants_page;
