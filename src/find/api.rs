//! The server function that finds. Each query returns only what the person may see, so visitors may
//! call it too.

use leptos::prelude::*;

use super::FoundGroup;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::course::server::search, crate::platform::http::Cx};

/// Returns the results for the words, and the actions alone if there are no words.
#[server(input = server_fn::codec::GetUrl)]
pub async fn find(#[server(default)] q: String) -> AppResult<Vec<FoundGroup>> {
    let cx = Cx::current()?;
    search::check_length(&q)?;
    let viewer = cx.viewer.clone();
    cx.within(async move |conn| Ok(server::find(conn, viewer.as_ref(), q.trim()).await?))
        .await
}
