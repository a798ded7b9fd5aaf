//! Server functions of activity: reports of learners' browsers, the roster and the timeline for
//! tutors, and a learner's own record.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{ActivityReceipt, MyActivityPage, RosterPage, RosterQuery, TimelinePage};
#[cfg(feature = "ssr")]
use crate::platform::error::AppError;
use crate::platform::error::AppResult;
use crate::platform::ids::RosterViewId;

#[cfg(feature = "ssr")]
use {
    super::server::{ingest, limits, mine, roster, timeline, views},
    crate::course::server::search,
    crate::paths::activity_roster_path,
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Stores events of the learner's browser; see `ingest::take`. Each event is judged alone: those
/// that are refused come back with the reason. `person` is the id of the person whose events they
/// are, if the browser knows it.
#[server]
pub async fn report_activity(
    #[server(default)] events: String,
    #[server(default)] person: String,
) -> AppResult<ActivityReceipt> {
    let me = require_user()?;
    let user = me.user_id();
    if !person.is_empty() && person != user.to_string() {
        return Err(AppError::Denied(
            "These events are of another person.".to_owned(),
        ));
    }
    let now = Clock::of(&me.cx).now;
    me.cx
        .within(async move |conn| ingest::take(conn, user, &events, now).await)
        .await
}

/// Returns one page of the course's learners with their status. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_roster(
    course: String,
    #[server(default)] query: RosterQuery,
) -> AppResult<RosterPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&query.q)?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let (id, own) = (tutor.course, tutor.signed_in.user_id());
    (tutor.signed_in.cx)
        .within(async move |conn| {
            let views = views::all(conn, (id, &course), own).await?;
            let mut page = roster::page(conn, (id, course), &query, &clock).await?;
            page.views = views;
            Ok(page)
        })
        .await
}

/// Returns part of a learner's timeline: the newest entries, or those before the place `before`.
/// Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_timeline(
    course: String,
    username: String,
    #[server(default)] before: String,
) -> AppResult<TimelinePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| {
            timeline::page(conn, (id, course), &username, &before, &clock).await
        })
        .await
}

/// Returns the signed-in learner's own activity in the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_my_activity(course: String) -> AppResult<MyActivityPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| mine::page(conn, user, course, &clock).await)
        .await
}

/// Sets when a learner of the course counts as drifting, gone, or in friction. `limits` has the
/// fields of `StatusRules::FIELDS`. Requires a tutor of the course.
#[server]
pub async fn save_status_rules(
    course: String,
    #[server(default)] limits: HashMap<String, String>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| limits::save(conn, &tutor, &limits).await)
        .await
}

/// Saves search, filter and order of the roster under a name, for the tutor or for all tutors of
/// the course. Requires a tutor of the course.
#[server]
pub async fn save_roster_view(
    course: String,
    #[server(default)] name: String,
    shared: Option<String>,
    #[server(default)] query: RosterQuery,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&query.q)?;
    let (id, own) = (tutor.course, tutor.signed_in.user_id());
    let query = query.on_page(0);
    let path = query.path(&course);
    let is_shared = shared.is_some();
    (tutor.signed_in.cx)
        .within(async move |conn| views::save(conn, (id, own), (&name, is_shared), &query).await)
        .await?;
    redirect(path);
    Ok(())
}

/// Deletes a view of the tutor. Requires a tutor of the course.
#[server]
pub async fn delete_roster_view(course: String, view: RosterViewId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (id, own) = (tutor.course, tutor.signed_in.user_id());
    (tutor.signed_in.cx)
        .within(async move |conn| AppResult::Ok(views::delete(conn, (id, own), view).await?))
        .await?;
    redirect(activity_roster_path(&course));
    Ok(())
}
