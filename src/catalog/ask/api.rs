//! Server functions of questions about the catalog. No sign-in is needed: all that they return is
//! on published pages.

use leptos::prelude::*;

use super::CatalogTalkPage;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::ASK,
    super::server::{self, store},
    crate::platform::address,
    crate::platform::auth::limits::CATALOG_QUESTIONS,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect_to_part,
    crate::tutor_chat::server::ask::question_text,
};

/// Returns the conversation with this id; an empty one without an id, or if it is gone.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_catalog_talk(#[server(default)] talk: String) -> AppResult<CatalogTalkPage> {
    let cx = Cx::current()?;
    let all = server::turns_of(cx.viewer.as_ref());
    let turns = cx
        .within(async move |conn| Ok(store::turns(conn, talk.parse().ok()).await?))
        .await?;
    Ok(server::view::page(&turns.unwrap_or_default(), all))
}

/// Asks a question about the catalog, in the conversation with this id or in a new one.
#[server]
pub async fn ask_catalog(
    #[server(default)] talk: String,
    #[server(default)] question: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let text = question_text(&question)?;
    CATALOG_QUESTIONS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let all = server::turns_of(cx.viewer.as_ref());
    let organization = cx.organization.organization_id;
    let (talk, number) = cx
        .within(async move |conn| {
            server::ask(conn, organization, (talk.parse().ok(), all), text).await
        })
        .await?;
    let page = address::with_query(ASK, &[("talk", &talk.to_string())]);
    redirect_to_part(&page, &server::view::anchor(number));
    Ok(())
}
