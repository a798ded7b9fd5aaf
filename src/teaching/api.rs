//! Server functions of teaching.

use leptos::prelude::*;

use super::{TaughtPage, TaughtQuery};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    crate::course::server::search, crate::platform::auth::UserRole,
    crate::platform::auth::guard::require_user, crate::teaching::server::store,
};

/// Returns one page of all courses to admins, and of the courses that they teach to others.
#[server(input = server_fn::codec::GetUrl)]
pub async fn taught_courses(#[server(default)] query: TaughtQuery) -> AppResult<TaughtPage> {
    let me = require_user()?;
    search::check_length(&query.q)?;
    let tutor = match me.viewer.role {
        UserRole::Admin => None,
        UserRole::Learner | UserRole::Tutor => Some(me.user_id()),
    };
    me.cx
        .within(async move |conn| {
            let mut page = store::page(conn, tutor, &query).await?;
            page.waiting = store::waiting(conn, tutor).await?;
            page.marking = store::marking(conn, tutor).await?;
            Ok(page)
        })
        .await
}
