//! Server functions of the merge of accounts. They are for admins alone.

use leptos::prelude::*;

use super::MergePage;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;

#[cfg(feature = "ssr")]
use {
    super::OTHER_CHARACTERS,
    super::server::carry_out::{self, Confirmed},
    super::server::preview,
    crate::people::{MERGED, person_path},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
};

/// Returns the preview of a merge into the account of a person.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_merge(person: UserId, #[server(default)] other: String) -> AppResult<MergePage> {
    let me = require_admin().await?.0;
    let own = me.user_id();
    let other: String = other.chars().take(OTHER_CHARACTERS as usize).collect();
    me.cx
        .within(async move |conn| preview::page(conn, own, person, &other).await)
        .await
}

/// Merges the account `other` into that of a person, and closes it.
#[server]
pub async fn merge_accounts(
    person: UserId,
    other: UserId,
    #[server(default)] seen: String,
    agrees: Option<String>,
) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    let asked = Confirmed {
        kept: person,
        closed: other,
        seen,
        agrees: agrees.is_some(),
    };
    cx.within(async move |conn| carry_out::merge(conn, &me, asked).await)
        .await?;
    redirect(address::with_query(
        &person_path(person),
        &[("done", MERGED)],
    ));
    Ok(())
}
