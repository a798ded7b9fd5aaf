//! The pages of authoring, under the frame of a course's teaching.

mod bank;
mod facts;
mod import;
mod question;
mod settings;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

pub use bank::question_bank_page;
pub use import::question_import_page;
pub use question::question_page;
pub use settings::quiz_settings_page;

/// A part of the address's path.
fn part(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_params_map().with(|params| params.get(name).unwrap_or_default()))
}

/// A value of the address's query, without following it.
fn asked(name: &str) -> String {
    use_query_map().with_untracked(|query| query.get(name).unwrap_or_default())
}
