//! Reads the forms of invitations.

use super::store::{self, InvitedCourse};
use crate::people::invite::InvitationFields;
use crate::people::parse_role;
use crate::platform::auth::{UserRole, check_display_name, normalize_email};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult, FieldProblems};

/// An invitation as a form or a line describes it.
#[derive(Debug, Clone)]
pub struct InvitationDraft {
    pub email: String,
    pub name: Option<String>,
    pub role: UserRole,
    pub course: Option<InvitedCourse>,
}

/// Reads the fields, or names all that are wrong.
pub async fn fields(conn: &mut Conn, fields: &InvitationFields) -> AppResult<InvitationDraft> {
    let mut problems = FieldProblems::default();
    let at = |field: &'static str| move |why: String| AppError::field(field, why);
    let email = problems.keep(normalize_email(&fields.email).map_err(at("email")));
    let name = match fields.name.trim() {
        "" => Some(None),
        typed => problems.keep(check_display_name(typed).map(Some).map_err(at("name"))),
    };
    let role = problems.keep(role(&fields.role));
    let course = match role {
        Some(role) => problems.keep(course(conn, &fields.course, role).await),
        None => None,
    };
    match (email, name, role, course) {
        (Some(email), Some(name), Some(role), Some(course)) => Ok(InvitationDraft {
            email,
            name,
            role,
            course,
        }),
        _ => Err(problems.error()),
    }
}

pub fn role(typed: &str) -> AppResult<UserRole> {
    parse_role(typed).ok_or_else(|| AppError::field("role", "Choose a role."))
}

/// Finds the course with this slug. None for an empty slug.
pub async fn course(
    conn: &mut Conn,
    slug: &str,
    role: UserRole,
) -> AppResult<Option<InvitedCourse>> {
    if slug.is_empty() {
        return Ok(None);
    }
    if role == UserRole::Admin {
        return Err(AppError::field("course", NO_COURSE_FOR_ADMINS));
    }
    let course = store::course(conn, slug).await?;
    match course {
        Some(course) => Ok(Some(course)),
        None => Err(AppError::field("course", "Choose a course from the list.")),
    }
}

pub const NO_COURSE_FOR_ADMINS: &str =
    "Admins teach every course already. Choose no course for an admin.";

/// Checks the name of a new account, and takes the outcome for its password.
pub fn new_account(name: &str, password: Result<(), String>) -> AppResult<String> {
    let mut problems = FieldProblems::default();
    let name = check_display_name(name).map_err(|why| AppError::field("name", why));
    let name = problems.keep(name);
    let accepted = problems.keep(password.map_err(|why| AppError::field("password", why)));
    match (name, accepted) {
        (Some(name), Some(())) => Ok(name),
        _ => Err(problems.error()),
    }
}
