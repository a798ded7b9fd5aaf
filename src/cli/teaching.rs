//! `lyceum tutor`: who teaches a course.

use clap::Subcommand;
use serde_json::json;

use super::find_organization;
use crate::enrollment::server::store::course_id;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::{UserRole, normalize_email, store as accounts};
use crate::platform::config::Config;
use crate::platform::db::{Conn, Db};
use crate::platform::error::{AppError, AppResult};
use crate::teaching::server::store;

#[derive(Subcommand)]
pub enum TutorCommand {
    /// Have somebody teach a course: they see its learners, questions and exams at /teach.
    Add {
        /// The course's name in addresses.
        course: String,
        /// Address of their account.
        email: String,
    },
    /// End that somebody teaches a course.
    Remove {
        /// The course's name in addresses.
        course: String,
        /// Address of their account.
        email: String,
    },
}

pub async fn tutor(
    config: &Config,
    command: TutorCommand,
    organization: &str,
) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    let (course, email, teaches) = match command {
        TutorCommand::Add { course, email } => (course, email, true),
        TutorCommand::Remove { course, email } => (course, email, false),
    };
    let email = normalize_email(&email)?;
    let said = db
        .within(organization.organization_id, async move |conn| {
            change(conn, &course, &email, teaches).await
        })
        .await
        .map_err(|error| error.to_string())?;
    println!("{said}");
    Ok(())
}

/// Returns the sentence that tells the operator what happened.
async fn change(conn: &mut Conn, slug: &str, email: &str, teaches: bool) -> AppResult<String> {
    let course = course_id(conn, slug)
        .await?
        .ok_or_else(|| AppError::NotFound(format!("There is no course “{slug}”.")))?;
    let account = accounts::by_email(conn, email)
        .await?
        .ok_or_else(|| AppError::NotFound(format!("Nobody has an account as {email}.")))?;
    let user = account.user_id;
    let changed = match teaches {
        true => store::add_tutor(conn, course, user).await?,
        false => store::remove_tutor(conn, course, user).await?,
    };
    if !changed {
        return Ok(match teaches {
            true => format!("{email} teaches {slug} already: nothing was changed."),
            false => format!("{email} doesn't teach {slug}: nothing was changed."),
        });
    }
    let action = match teaches {
        true => "course_tutor.added",
        false => "course_tutor.removed",
    };
    AuditEntry::done(action)
        .of("course", course)
        .change(None, Some(json!({ "user_id": user })))
        .write(conn)
        .await?;
    if !teaches {
        return Ok(format!("{email} no longer teaches {slug}."));
    }
    // The role only adds the link to /teach. Rights depend on the course.
    if account.role == UserRole::Learner {
        accounts::set_role(conn, user, UserRole::Tutor).await?;
        AuditEntry::done("user.role_changed")
            .of("user", user)
            .change(
                Some(json!({ "role": account.role })),
                Some(json!({ "role": UserRole::Tutor })),
            )
            .write(conn)
            .await?;
    }
    Ok(format!("{email} teaches {slug}."))
}
