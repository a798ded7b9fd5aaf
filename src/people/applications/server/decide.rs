//! Decides about applications to teach. A role is never lowered.

use serde_json::json;

use super::mails::{TutorApplicationMail, TutorNews};
use super::store::{self, TutorApplicationRow};
use crate::admission::review::DecisionMail;
use crate::people::applications::{ApprovalEffect, TutorApplicationStatus};
use crate::people::invite::server::check::InvitationDraft;
use crate::people::invite::server::invite;
use crate::people::role_name;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{TutorApplicationId, UserId};
use crate::platform::jobs;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify_without_mail};

/// Says what approving the application would do. An account whose address was never confirmed may
/// be a stranger's, so its address is invited.
pub async fn effect(conn: &mut Conn, row: &TutorApplicationRow) -> AppResult<ApprovalEffect> {
    let account = accounts::by_email(conn, &row.email).await?;
    if let Some(account) = &account {
        if !account.may_sign_in() {
            return Ok(ApprovalEffect::Impossible(
                "The account with this address is deactivated. Reactivate it first.".to_owned(),
            ));
        }
        if account.email_confirmed_at.is_some() {
            let (user, role) = (account.user_id, account.role);
            return Ok(match invite::includes(role, UserRole::Tutor) {
                true => ApprovalEffect::Keeps(user, role),
                false => ApprovalEffect::Promotes(user),
            });
        }
    }
    let draft = draft(row);
    let known = invite::look_up(conn, std::slice::from_ref(&draft)).await?;
    Ok(
        match known.get(&row.email).is_some_and(|known| known.is_invited) {
            true => ApprovalEffect::Impossible(
                "This address has an open invitation. Revoke it before you approve the application."
                    .to_owned(),
            ),
            false => ApprovalEffect::Invites,
        },
    )
}

fn draft(row: &TutorApplicationRow) -> InvitationDraft {
    InvitationDraft {
        email: row.email.clone(),
        name: Some(row.name.clone()),
        role: UserRole::Tutor,
        course: None,
    }
}

/// Makes the applicant a tutor, or invites them as one.
///
/// # Errors
///
/// `Conflict` if it was decided already, or can't be approved.
pub async fn approve(
    conn: &mut Conn,
    me: &SignedIn,
    application: TutorApplicationId,
) -> AppResult<()> {
    let row = store::open(conn, application).await?;
    let invited = match effect(conn, &row).await? {
        ApprovalEffect::Impossible(why) => return Err(AppError::Conflict(why)),
        ApprovalEffect::Invites => {
            invite::one(conn, me, &draft(&row)).await?;
            true
        }
        ApprovalEffect::Promotes(user) => {
            accounts::set_role(conn, user, UserRole::Tutor).await?;
            AuditEntry::done("user.role_changed")
                .of("user", user)
                .change(
                    Some(json!({ "role": role_name(UserRole::Learner) })),
                    Some(json!({ "role": role_name(UserRole::Tutor), "tutor_application": application })),
                )
                .by(&me.cx)
                .write(conn)
                .await?;
            welcome(conn, &row, user).await?;
            false
        }
        ApprovalEffect::Keeps(user, _) => {
            welcome(conn, &row, user).await?;
            false
        }
    };
    let status = TutorApplicationStatus::Approved;
    store::set_status(conn, application, status, me.user_id(), None).await?;
    let what = json!({ "email": row.email, "invited": invited });
    Ok(AuditEntry::done("tutor_application.approved")
        .of("tutor_application", application)
        .change(None, Some(what))
        .by(&me.cx)
        .write(conn)
        .await?)
}

/// Tells a person with an account by mail, and in the app.
async fn welcome(conn: &mut Conn, row: &TutorApplicationRow, user: UserId) -> AppResult<()> {
    let new = NewNotification {
        kind: NotificationKind::Admission,
        subject: format!("tutor-application/{}", row.application_id),
        course: None,
        title: "You are a tutor now".to_owned(),
        body: "Your application to teach was approved.".to_owned(),
        path: "/teach".to_owned(),
    };
    notify_without_mail(conn, &[user], &new).await?;
    let mail = TutorApplicationMail::new(row.application_id, TutorNews::Approved);
    jobs::enqueue(conn, &mail).await
}

/// Rejects an open application, and mails the applicant.
pub async fn reject(
    conn: &mut Conn,
    me: &SignedIn,
    row: &TutorApplicationRow,
    mail: &DecisionMail,
) -> AppResult<()> {
    let (id, status) = (row.application_id, TutorApplicationStatus::Rejected);
    store::set_status(conn, id, status, me.user_id(), Some(mail)).await?;
    let job = TutorApplicationMail::new(id, TutorNews::Rejected);
    jobs::enqueue(conn, &job).await?;
    Ok(AuditEntry::done("tutor_application.rejected")
        .of("tutor_application", id)
        .change(None, Some(json!({ "email": row.email })))
        .by(&me.cx)
        .write(conn)
        .await?)
}
