//! Server functions of enrollment. Each acts for the signed-in learner alone.

use leptos::prelude::*;

use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server::store,
    super::{EnrollmentStatus, may_enroll, may_leave},
    crate::activity::ActivityKind,
    crate::activity::server::record::ActivityEvent,
    crate::platform::auth::guard::require_user,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    chrono::Utc,
};

/// Enrolls the learner in a free, published course that is open to everybody, and opens the course.
#[server]
pub async fn enroll(course: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let slug = course.clone();
    me.cx
        .within(async move |conn| {
            let offer = store::offer(conn, &course).await?.ok_or_else(|| {
                AppError::NotFound("There is no course at this address.".to_owned())
            })?;
            may_enroll(offer.price_cents, offer.cohort_only)
                .map_err(|why| AppError::Denied(why.to_owned()))?;
            let before = store::enrolled(conn, user, &course).await?;
            store::enroll(conn, user, offer.course_id).await?;
            let studied = [EnrollmentStatus::Active, EnrollmentStatus::Completed];
            if !before.is_some_and(|before| studied.contains(&before.status)) {
                ActivityEvent::fact(offer.course_id, ActivityKind::Enrolled, Utc::now())
                    .record(conn, user)
                    .await?;
            }
            Ok(())
        })
        .await?;
    redirect(format!("/learn/{slug}"));
    Ok(())
}

/// Withdraws the learner from a course, and opens its page. Progress is kept in case they return.
/// Changes nothing if the learner is not enrolled, or has completed the course.
#[server]
pub async fn withdraw(course: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let slug = course.clone();
    me.cx
        .within(async move |conn| {
            let enrolled = store::enrolled(conn, user, &course).await?;
            if let Some(enrolled) = enrolled.filter(|it| it.status == EnrollmentStatus::Active) {
                may_leave(enrolled.price_cents, enrolled.cohort_only)
                    .map_err(|why| AppError::Denied(why.to_owned()))?;
                store::withdraw(conn, user, enrolled.course_id).await?;
            }
            Ok(())
        })
        .await?;
    redirect(format!("/courses/{slug}"));
    Ok(())
}
