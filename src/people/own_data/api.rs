//! Server functions for a person's own data. Admins act on accounts through
//! `people/api.rs` `change_account`.

use leptos::prelude::*;

use super::OwnData;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::OwnDataAction,
    super::server::{copies, deletion},
    crate::platform::address,
    crate::platform::auth::guard::require_user,
    crate::platform::auth::{OWN_DATA, limits, password, store},
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns the state of the person's own data.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_own_data() -> AppResult<OwnData> {
    let me = require_user()?;
    let (user, clock) = (me.user_id(), Clock::of(&me.cx));
    me.cx
        .within(async move |conn| Ok(copies::own_data(conn, user, &clock).await?))
        .await
}

/// Asks for a copy of the person's data. A job makes it.
#[server]
pub async fn request_own_copy() -> AppResult<()> {
    let me = require_user()?;
    let (user, cx) = (me.user_id(), me.cx.clone());
    me.cx
        .within(async move |conn| copies::request(conn, &cx, user, user).await)
        .await?;
    done(OwnDataAction::RequestCopy);
    Ok(())
}

/// Plans the deletion of the person's account, after they have given their password.
#[server]
pub async fn delete_own_account(password: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let whose = user.to_string();
    limits::CHANGE_PASSWORD.take(&me.cx, &whose).await?;
    let hash = me
        .cx
        .within(async move |conn| Ok(store::by_id(conn, user).await?))
        .await?
        .and_then(|account| account.password_hash);
    if !password::verify(&password, hash).await? {
        return Err(AppError::field(
            "password",
            "That is not your current password.",
        ));
    }
    limits::CHANGE_PASSWORD.forgive(&me.cx, &whose).await?;
    let cx = me.cx.clone();
    me.cx
        .within(async move |conn| deletion::plan(conn, &cx, user, user).await)
        .await?;
    done(OwnDataAction::Delete);
    Ok(())
}

/// Keeps the person's account, whose deletion was planned.
#[server]
pub async fn keep_own_account() -> AppResult<()> {
    let me = require_user()?;
    let (user, cx) = (me.user_id(), me.cx.clone());
    me.cx
        .within(async move |conn| deletion::cancel(conn, &cx, user).await)
        .await?;
    done(OwnDataAction::Keep);
    Ok(())
}

#[cfg(feature = "ssr")]
fn done(action: OwnDataAction) {
    redirect(address::with_query(OWN_DATA, &[("done", action.name())]));
}
