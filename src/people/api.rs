//! Server functions of people. They are for admins alone, and each change is written to the audit
//! log in its transaction.

use leptos::prelude::*;

use super::{AccountAction, PeopleList, PeopleQuery, PersonPage};
use crate::platform::auth::UserRole;
use crate::platform::error::AppResult;
use crate::platform::ids::{PeopleViewId, UserId};

#[cfg(feature = "ssr")]
use {
    super::server::{accounts, list, person as details, views},
    super::{PEOPLE, ROLE_DONE, person_path},
    crate::course::server::search,
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns a page of the list of people, by name.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_people(#[server(default)] query: PeopleQuery) -> AppResult<PeopleList> {
    let me = require_admin().await?.0;
    let (own, cx) = (me.user_id(), me.cx);
    search::check_length(&query.q)?;
    let clock = Clock::of(&cx);
    cx.within(async move |conn| {
        let mut page = list::page(conn, &query, &clock).await?;
        (page.views, page.waiting) = views::beside(conn, own).await?;
        Ok(page)
    })
    .await
}

/// Returns the page of a person.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_person(person: UserId) -> AppResult<PersonPage> {
    let me = require_admin().await?.0;
    let (clock, own) = (Clock::of(&me.cx), me.user_id());
    me.cx
        .within(async move |conn| details::page(conn, person, own, &clock).await)
        .await
}

/// Changes the role of a person from `was`, the role that the page showed.
#[server]
pub async fn change_role(person: UserId, was: UserRole, role: UserRole) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| accounts::change_role(conn, &me, person, (was, role)).await)
        .await?;
    redirect(address::with_query(
        &person_path(person),
        &[("done", ROLE_DONE)],
    ));
    Ok(())
}

/// Does something to an account. Doing it twice is as good as once.
#[server]
pub async fn change_account(person: UserId, action: AccountAction) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| accounts::change_account(conn, &me, person, action).await)
        .await?;
    redirect(address::with_query(
        &person_path(person),
        &[("done", action.name())],
    ));
    Ok(())
}

/// Saves the filters of the list under a name, for the admin or for all admins.
#[server]
pub async fn save_people_view(
    #[server(default)] name: String,
    shared: Option<String>,
    #[server(default)] query: PeopleQuery,
) -> AppResult<()> {
    let me = require_admin().await?.0;
    search::check_length(&query.q)?;
    let own = me.user_id();
    let query = query.from_start();
    let path = query.path();
    let kind = (name, shared.is_some());
    me.cx
        .within(async move |conn| views::save(conn, own, (&kind.0, kind.1), &query).await)
        .await?;
    redirect(path);
    Ok(())
}

/// Deletes a view of the admin.
#[server]
pub async fn delete_people_view(view: PeopleViewId) -> AppResult<()> {
    let me = require_admin().await?.0;
    let own = me.user_id();
    me.cx
        .within(async move |conn| AppResult::Ok(views::delete(conn, own, view).await?))
        .await?;
    redirect(PEOPLE);
    Ok(())
}
