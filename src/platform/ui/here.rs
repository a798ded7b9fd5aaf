//! Parts of the page's address.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A part of the path, by its name in the route.
pub fn path_part(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_params_map().with(|params| params.get(name).unwrap_or_default()))
}

/// A value of the query. Empty if it is missing.
pub fn query_value(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_query_map().with(|query| query.get(name).unwrap_or_default()))
}

/// The present value of a query parameter, without tracking changes.
pub fn query_now(name: &str) -> String {
    use_query_map().with_untracked(|query| query.get(name).unwrap_or_default())
}
