//! Guards: one typed call at the top of each server function. The returned value proves the right,
//! and later calls require it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{UserRole, Viewer};
use crate::audit;
use crate::db::schema::{course_tutors, courses, tutors};
use crate::error::{AppError, AppResult};
use crate::http::Cx;
use crate::ids::{CourseId, UserId};

/// Proof that someone is signed in.
#[derive(Clone)]
pub struct SignedIn {
    pub cx: Cx,
    pub viewer: Viewer,
}

impl SignedIn {
    pub fn user_id(&self) -> UserId {
        self.viewer.user_id
    }
}

/// Proof that an administrator of this organization is signed in.
#[derive(Clone)]
pub struct Admin(pub SignedIn);

/// Proof that an active tutor of this course, or an administrator, is signed in.
#[derive(Clone)]
pub struct TutorOf {
    pub signed_in: SignedIn,
    pub course: CourseId,
}

pub fn require_user() -> AppResult<SignedIn> {
    signed_in(Cx::current()?)
}

fn signed_in(cx: Cx) -> AppResult<SignedIn> {
    let viewer = cx.viewer.clone().ok_or(AppError::SignInRequired)?;
    Ok(SignedIn { cx, viewer })
}

pub async fn require_admin() -> AppResult<Admin> {
    admin_of(Cx::current()?).await
}

/// Requires an administrator for a handler that is no server function.
pub async fn admin_of(cx: Cx) -> AppResult<Admin> {
    let signed_in = signed_in(cx)?;
    if signed_in.viewer.role == UserRole::Admin {
        return Ok(Admin(signed_in));
    }
    audit::denied(&signed_in.cx, "admin.required", None).await;
    Err(AppError::Denied(
        "Only an administrator may do this.".to_owned(),
    ))
}

/// Requires a tutor of the course with this name in addresses; see [`require_tutor_of`].
pub async fn require_tutor_of_slug(slug: &str) -> AppResult<TutorOf> {
    tutor_of_slug(Cx::current()?, slug).await
}

/// Requires a tutor of the course for a handler that is no server function.
pub async fn tutor_of_slug(cx: Cx, slug: &str) -> AppResult<TutorOf> {
    let signed_in = signed_in(cx)?;
    let slug = slug.to_owned();
    let course = signed_in
        .cx
        .within(async move |conn| {
            Ok(courses::table
                .filter(courses::slug.eq(slug))
                .select(courses::course_id)
                .first(conn)
                .await
                .optional()?)
        })
        .await?;
    match (course, signed_in.viewer.role) {
        (Some(course), _) => tutor_of(signed_in, course).await,
        (None, UserRole::Admin) => Err(AppError::NotFound(
            "There is no course at this address.".to_owned(),
        )),
        // Other people get the same answer as for an existing course, so they can't find out which
        // courses exist.
        (None, _) => Err(not_a_tutor()),
    }
}

fn not_a_tutor() -> AppError {
    AppError::Denied("Only this course's tutors may do this.".to_owned())
}

/// Requires a tutor, an administrator, or somebody else who teaches a course now. Says nothing
/// about the courses that they teach.
pub async fn require_teacher() -> AppResult<SignedIn> {
    teacher_of(Cx::current()?).await
}

/// Requires a teacher for a handler that is no server function; see [`require_teacher`].
pub async fn teacher_of(cx: Cx) -> AppResult<SignedIn> {
    let signed_in = signed_in(cx)?;
    if signed_in.viewer.role != UserRole::Learner {
        return Ok(signed_in);
    }
    let user = signed_in.user_id();
    let teaches: bool = signed_in
        .cx
        .within(async move |conn| {
            let active = course_tutors::table
                .inner_join(tutors::table)
                .filter(course_tutors::is_active)
                .filter(tutors::user_id.eq(user));
            Ok(diesel::select(diesel::dsl::exists(active))
                .get_result(conn)
                .await?)
        })
        .await?;
    if teaches {
        return Ok(signed_in);
    }
    audit::denied(&signed_in.cx, "tutor.required", None).await;
    Err(AppError::Denied("Only tutors may do this.".to_owned()))
}

pub async fn require_tutor_of(course: CourseId) -> AppResult<TutorOf> {
    tutor_of(require_user()?, course).await
}

async fn tutor_of(signed_in: SignedIn, course: CourseId) -> AppResult<TutorOf> {
    let user = signed_in.user_id();
    let allowed = match signed_in.viewer.role {
        UserRole::Admin => true,
        UserRole::Learner | UserRole::Tutor => {
            signed_in
                .cx
                .within(async move |conn| {
                    let active = course_tutors::table
                        .inner_join(tutors::table)
                        .filter(course_tutors::course_id.eq(course))
                        .filter(course_tutors::is_active)
                        .filter(tutors::user_id.eq(user));
                    Ok(diesel::select(diesel::dsl::exists(active))
                        .get_result(conn)
                        .await?)
                })
                .await?
        }
    };
    if allowed {
        return Ok(TutorOf { signed_in, course });
    }
    audit::denied(
        &signed_in.cx,
        "tutor.required",
        Some(("course", course.to_string())),
    )
    .await;
    Err(not_a_tutor())
}
