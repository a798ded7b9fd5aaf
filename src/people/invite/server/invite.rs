//! Inviting people: what becomes of each address, and the mails.

use std::collections::HashMap;

use chrono::Utc;
use serde_json::json;

use super::check::InvitationDraft;
use super::mails::InvitationMail;
use super::store::{self, KnownAddress};
use crate::people::invite::InviteOutcome;
use crate::people::{ROLES, role_name};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{InvitationId, UserId};
use crate::platform::jobs;

/// True if `role` includes all rights of `other`.
pub fn includes(role: UserRole, other: UserRole) -> bool {
    let rank = |role| ROLES.into_iter().position(|known| known == role);
    rank(role) >= rank(other)
}

/// Says what an invitation would do, and why.
pub fn outcome(
    draft: &InvitationDraft,
    known: Option<&KnownAddress>,
) -> (InviteOutcome, &'static str) {
    let Some(known) = known else {
        return (InviteOutcome::Invited, "");
    };
    let has_course = match (&draft.course, draft.role) {
        (None, _) => true,
        (Some(_), UserRole::Learner) => known.studies,
        (Some(_), _) => known.teaches,
    };
    match known.role {
        _ if known.is_closed => (
            InviteOutcome::LeftOut,
            "This account is deactivated. Reactivate it instead.",
        ),
        _ if known.is_invited => (InviteOutcome::Nothing, "Has an open invitation."),
        Some(role) if includes(role, draft.role) && has_course => {
            (InviteOutcome::Nothing, "Has an account with all of this.")
        }
        Some(_) => (
            InviteOutcome::Invited,
            "Has an account, which gets this once the invitation is accepted.",
        ),
        None => (InviteOutcome::Invited, ""),
    }
}

/// Looks up the addresses of the drafts, which are all about the same course.
pub async fn look_up(
    conn: &mut Conn,
    drafts: &[InvitationDraft],
) -> AppResult<HashMap<String, KnownAddress>> {
    let emails: Vec<String> = drafts.iter().map(|draft| draft.email.clone()).collect();
    let course = drafts.iter().find_map(|draft| draft.course.as_ref());
    let known = store::known(conn, &emails, course.map(|course| course.course_id)).await?;
    Ok(known
        .into_iter()
        .map(|known| (known.email.clone(), known))
        .collect())
}

/// Invites one person.
///
/// # Errors
///
/// Says at the field `email` why there is nothing to do.
pub async fn one(conn: &mut Conn, by: &SignedIn, draft: &InvitationDraft) -> AppResult<()> {
    let drafts = std::slice::from_ref(draft);
    let known = look_up(conn, drafts).await?;
    let (outcome, note) = outcome(draft, known.get(&draft.email));
    if outcome != InviteOutcome::Invited {
        return Err(AppError::field("email", note));
    }
    let invited = send(conn, by.user_id(), drafts).await?;
    let Some(invitation) = invited.first() else {
        return Err(AppError::field("email", "Has an open invitation."));
    };
    let course = draft.course.as_ref().map(|course| course.slug.as_str());
    let what = json!({ "email": draft.email, "role": role_name(draft.role), "course": course });
    Ok(AuditEntry::done("invitation.sent")
        .of("invitation", invitation)
        .change(None, Some(what))
        .by(&by.cx)
        .write(conn)
        .await?)
}

/// Stores invitations and queues their mails. Returns those that are new.
pub async fn send(
    conn: &mut Conn,
    by: UserId,
    drafts: &[InvitationDraft],
) -> AppResult<Vec<InvitationId>> {
    let invited = store::create(conn, by, drafts).await?;
    let mails = invited.iter().map(|invitation| mail(*invitation)).collect();
    jobs::enqueue_all_once(conn, mails).await?;
    Ok(invited)
}

/// Prolongs an invitation and mails a new link.
pub async fn renew(conn: &mut Conn, invitation: InvitationId) -> AppResult<()> {
    store::prolong(conn, invitation).await?;
    jobs::enqueue_all_once(conn, vec![mail(invitation)]).await
}

/// The job of a mail. Its name keeps a double click from sending two.
fn mail(invitation: InvitationId) -> (InvitationMail, String, chrono::DateTime<Utc>) {
    (
        InvitationMail { invitation },
        invitation.to_string(),
        Utc::now(),
    )
}
