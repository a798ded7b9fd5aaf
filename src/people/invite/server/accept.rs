//! Accepting an invitation: once, and only for its address.

use chrono::Utc;
use serde_json::json;

use super::invite::includes;
use super::store::{self, Invitation, InvitedCourse};
use crate::enrollment::server::store as studying;
use crate::people::invite::{InvitationState, InvitedGuest, OpenInvitation};
use crate::people::role_name;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::SignedIn;
use crate::platform::auth::store::{self as accounts, Account, NewAccount};
use crate::platform::auth::{UserRole, Viewer, lifetimes};
use crate::platform::db::{self, Conn};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::UserId;
use crate::teaching::server::store as teaching;

/// Returns what a link opens for its visitor.
pub async fn state(
    conn: &mut Conn,
    token: &str,
    viewer: Option<&Viewer>,
    school: String,
) -> AppResult<InvitationState> {
    let Some(invitation) = store::by_token(conn, token, false).await? else {
        return Ok(InvitationState::Unknown);
    };
    if invitation.accepted_at.is_some() {
        return Ok(InvitationState::Accepted);
    }
    if invitation.revoked_at.is_some() {
        return Ok(InvitationState::Revoked);
    }
    if invitation.expires_at <= Utc::now() {
        return Ok(InvitationState::Expired);
    }
    let account = accounts::by_email(conn, &invitation.email).await?;
    let guest = match viewer {
        Some(viewer) if viewer.email == invitation.email => InvitedGuest::Invited,
        Some(_) => InvitedGuest::Other,
        None if account.is_some_and(|account| account.email_confirmed_at.is_some()) => {
            InvitedGuest::SignedOut
        }
        None => InvitedGuest::New,
    };
    let course = course_of(conn, &invitation).await?;
    Ok(InvitationState::Open(OpenInvitation {
        school,
        name: invitation.name.unwrap_or_default(),
        email: invitation.email,
        role: invitation.role,
        course: course.map(|course| course.names()),
        guest,
    }))
}

async fn course_of(conn: &mut Conn, invitation: &Invitation) -> AppResult<Option<InvitedCourse>> {
    Ok(match invitation.course_id {
        Some(course) => store::course_by_id(conn, course).await?,
        None => None,
    })
}

/// Finds the invitation of a link that still works, and locks it.
async fn working(conn: &mut Conn, token: &str) -> AppResult<Invitation> {
    let refused = |why: String| AppError::field("", why);
    let invitation = store::by_token(conn, token, true).await?.ok_or_else(|| {
        refused("This link is not valid. Open the link of your invitation’s mail.".to_owned())
    })?;
    if invitation.accepted_at.is_some() {
        return Err(refused(
            "This invitation was accepted already. Its links work once.".to_owned(),
        ));
    }
    if invitation.revoked_at.is_some() {
        return Err(refused(
            "This invitation was revoked. Ask the people who invited you.".to_owned(),
        ));
    }
    if invitation.expires_at <= Utc::now() {
        return Err(refused(format!(
            "This invitation is more than {} old. Ask the people who invited you for a new one.",
            lifetimes::INVITATION
        )));
    }
    Ok(invitation)
}

/// Accepts for the account that is signed in. Returns where to go next.
///
/// # Errors
///
/// `Denied` if the invitation is for another address.
pub async fn by_account(conn: &mut Conn, me: &SignedIn, token: &str) -> AppResult<String> {
    let invitation = working(conn, token).await?;
    if invitation.email != me.viewer.email {
        return Err(AppError::Denied(format!(
            "This invitation is for {}, and you are signed in as {}. Sign out and open the link again.",
            invitation.email, me.viewer.email
        )));
    }
    let account = accounts::by_id(conn, me.user_id()).await?;
    let account = account
        .filter(Account::may_sign_in)
        .ok_or(AppError::SignInRequired)?;
    give(conn, &me.cx, &invitation, account.user_id, account.role).await
}

/// Opens an account for the address of the invitation. Returns it, and where to go next.
///
/// # Errors
///
/// Says that the address has an account, if it has.
pub async fn by_new_account(
    conn: &mut Conn,
    cx: &Cx,
    token: &str,
    name: &str,
    hash: &str,
) -> AppResult<(UserId, String)> {
    let invitation = working(conn, token).await?;
    // A sign-up of the same address may be confirmed at the same time.
    db::lock(conn, &format!("sign-up {}", invitation.email)).await?;
    let user = match accounts::by_email(conn, &invitation.email).await? {
        None => {
            let new = NewAccount {
                email: &invitation.email,
                display_name: name,
                password_hash: hash,
                role: UserRole::Learner,
                confirmed: true,
            };
            let made = accounts::create(conn, new).await?;
            made.map(|user| (user, UserRole::Learner))
        }
        // The account was made but never confirmed. The link proves that the address is theirs.
        Some(account) if account.email_confirmed_at.is_none() && account.may_sign_in() => {
            accounts::set_password(conn, account.user_id, hash).await?;
            accounts::set_profile(conn, account.user_id, name, None).await?;
            accounts::confirm_email(conn, account.user_id).await?;
            Some((account.user_id, account.role))
        }
        Some(_) => None,
    };
    let (user, role) = user.ok_or_else(|| {
        AppError::field(
            "",
            "This address has an account already. Sign in with it, and open the link again.",
        )
    })?;
    let next = give(conn, cx, &invitation, user, role).await?;
    Ok((user, next))
}

/// Gives the account all that the invitation promises. A role is never lowered.
async fn give(
    conn: &mut Conn,
    cx: &Cx,
    invitation: &Invitation,
    user: UserId,
    role: UserRole,
) -> AppResult<String> {
    store::accept(conn, invitation.invitation_id, user).await?;
    if !includes(role, invitation.role) {
        accounts::set_role(conn, user, invitation.role).await?;
        AuditEntry::done("user.role_changed")
            .of("user", user)
            .change(
                Some(json!({ "role": role_name(role) })),
                Some(json!({ "role": role_name(invitation.role), "invitation": invitation.invitation_id })),
            )
            .by(cx)
            .by_user(user)
            .write(conn)
            .await?;
    }
    let course = course_of(conn, invitation).await?;
    let mut next = "/learn".to_owned();
    if let Some(course) = &course {
        if invitation.role == UserRole::Learner {
            studying::enroll(conn, user, course.course_id).await?;
            next = format!("/learn/{}", course.slug);
        } else {
            teaching::add_tutor(conn, course.course_id, user).await?;
            next = format!("/teach/{}", course.slug);
        }
    }
    let what = json!({
        "email": invitation.email,
        "role": role_name(invitation.role),
        "course": course.map(|course| course.slug),
    });
    AuditEntry::done("invitation.accepted")
        .of("invitation", invitation.invitation_id)
        .change(None, Some(what))
        .by(cx)
        .by_user(user)
        .write(conn)
        .await?;
    Ok(next)
}
