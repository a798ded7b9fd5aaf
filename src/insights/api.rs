//! Server functions of figures, and of leaderboards.

use leptos::prelude::*;

use super::{CohortProgress, CourseInsights, SchoolInsights};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server::{course, leaderboard, member, school},
    crate::course::server::search,
    crate::paths::{cohort_progress_path, insights_path},
    crate::platform::auth::guard::{require_admin, require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect_to_part,
    crate::platform::time::Clock,
};

/// Returns the figures of a course, or of its cohort `cohort` if that is given, with the answer to
/// the question `ask` about them. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_insights(
    course: String,
    #[server(default)] cohort: String,
    #[server(default)] ask: String,
) -> AppResult<CourseInsights> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&ask)?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| course::page(conn, (id, course), (&cohort, &ask), &clock).await)
        .await
}

/// Returns the progress of the signed-in member's cohort.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cohort_progress(course: String) -> AppResult<CohortProgress> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| member::page(conn, user, course, &clock).await)
        .await
}

/// Returns the figures of all courses in a month such as "2026-11", or in the present one. Requires
/// an admin.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_school_insights(#[server(default)] month: String) -> AppResult<SchoolInsights> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of_organization(&cx.organization);
    cx.within(async move |conn| school::page(conn, &month, &clock).await)
        .await
}

/// Turns the leaderboards of a course's cohorts on or off. Members who joined keep their place for
/// when it is on again. Requires a tutor of the course.
#[server]
pub async fn set_leaderboard(course: String, on: bool) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| leaderboard::turn(conn, &tutor, on).await)
        .await?;
    redirect_to_part(&insights_path(&course), "ly-leaderboard");
    Ok(())
}

/// Lets the signed-in member join the leaderboard of their cohort, or leave it.
///
/// # Errors
///
/// `Denied` for everybody who is no member of a cohort of the course, and `Conflict` if the course
/// has no leaderboard.
#[server]
pub async fn join_leaderboard(course: String, joins: bool) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let slug = course.clone();
    me.cx
        .within(async move |conn| leaderboard::join(conn, user, &slug, joins).await)
        .await?;
    redirect_to_part(&cohort_progress_path(&course), "ly-leaderboard");
    Ok(())
}
