//! Server functions of a course's tutors. They are for admins alone, and each change is written to
//! the audit log in its transaction.

use leptos::prelude::*;

use super::CourseTutorsPage;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;

#[cfg(feature = "ssr")]
use {
    super::server,
    crate::platform::auth::guard::{TutorOf, require_admin, require_tutor_of_slug},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::teaching::Area,
};

/// Requires an administrator, and finds the course.
#[cfg(feature = "ssr")]
async fn require_admin_for(course: &str) -> AppResult<TutorOf> {
    require_admin().await?;
    require_tutor_of_slug(course).await
}

/// Returns all tutors of a course, with those whose work has ended.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_tutors(course: String) -> AppResult<CourseTutorsPage> {
    let admin = require_admin_for(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| Ok(server::page(conn, admin.course, &clock).await?))
        .await
}

/// Lets the person with this address teach the course.
#[server]
pub async fn add_course_tutor(course: String, email: String) -> AppResult<()> {
    let admin = require_admin_for(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| server::add(conn, &admin, &email).await)
        .await?;
    redirect(Area::Tutors.path(&course));
    Ok(())
}

/// Ends or resumes the work of a tutor of the course.
#[server]
pub async fn set_course_tutor(course: String, person: UserId, teaches: bool) -> AppResult<()> {
    let admin = require_admin_for(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| server::set(conn, &admin, person, teaches).await)
        .await?;
    redirect(Area::Tutors.path(&course));
    Ok(())
}
