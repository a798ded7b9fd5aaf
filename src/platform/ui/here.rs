//! What the page's address says.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A part of its path, by the name that the route gives it.
pub fn path_part(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_params_map().with(|params| params.get(name).unwrap_or_default()))
}

/// A value of its query, empty where it is absent.
pub fn query_value(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_query_map().with(|query| query.get(name).unwrap_or_default()))
}

/// A value of its query as it is now.
pub fn query_now(name: &str) -> String {
    use_query_map().with_untracked(|query| query.get(name).unwrap_or_default())
}
