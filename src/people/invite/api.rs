//! Server functions of invitations: those of admins, and those of the people who are invited. Each
//! change is written to the audit log in its transaction.

use leptos::prelude::*;

use super::{InvitationFields, InvitationListPage, InvitationState, InvitationsPage};
use crate::platform::error::AppResult;
use crate::platform::ids::{InvitationId, InvitationListId};

#[cfg(feature = "ssr")]
use {
    super::server::{accept, check, invite, lists, store},
    super::{INVITATION_UPLOAD, INVITATIONS, invitation_list_path},
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::{require_admin, require_user},
    crate::platform::auth::{check_password, limits, password, sessions},
    crate::platform::error::AppError,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    serde_json::json,
};

/// Returns a page of the open invitations, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_invitations(#[server(default)] after: String) -> AppResult<InvitationsPage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    let flash = cx
        .flash
        .clone()
        .filter(|flash| flash.form == INVITATION_UPLOAD);
    let mut page = cx
        .within(async move |conn| Ok(store::page(conn, &after, &clock).await?))
        .await?;
    page.problem = flash
        .and_then(|flash| flash.error)
        .map(|error| error.to_string());
    Ok(page)
}

/// Invites one person.
#[server]
pub async fn invite_person(#[server(default)] invitation: InvitationFields) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| {
        let draft = check::fields(conn, &invitation).await?;
        invite::one(conn, &me, &draft).await
    })
    .await?;
    redirect(INVITATIONS);
    Ok(())
}

/// Mails a new link, which works for 14 days. Earlier links of the invitation work as long.
#[server]
pub async fn resend_invitation(invitation: InvitationId) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| {
        let open = store::open(conn, invitation).await?;
        invite::renew(conn, invitation).await?;
        Ok(AuditEntry::done("invitation.resent")
            .of("invitation", invitation)
            .change(None, Some(json!({ "email": open.email })))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(INVITATIONS);
    Ok(())
}

/// Ends an invitation. Its links stop working.
#[server]
pub async fn revoke_invitation(invitation: InvitationId) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| {
        let open = store::open(conn, invitation).await?;
        store::revoke(conn, invitation).await?;
        Ok(AuditEntry::done("invitation.revoked")
            .of("invitation", invitation)
            .change(
                Some(json!({ "email": open.email, "role": open.role })),
                None,
            )
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(INVITATIONS);
    Ok(())
}

/// Returns an uploaded list, with what each line would do now.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_invitation_list(list: InvitationListId) -> AppResult<InvitationListPage> {
    let cx = require_admin().await?.0.cx;
    cx.within(async move |conn| lists::page(conn, list).await)
        .await
}

/// Invites the people of an uploaded list. Confirming a list twice is as good as once.
#[server]
pub async fn confirm_invitation_list(list: InvitationListId) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| lists::confirm(conn, &me, list).await)
        .await?;
    redirect(invitation_list_path(list));
    Ok(())
}

/// Returns what the link of an invitation opens, for whoever opens it.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_invitation(#[server(default)] token: String) -> AppResult<InvitationState> {
    let cx = Cx::current()?;
    limits::TOKEN_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let (viewer, school) = (cx.viewer.clone(), cx.organization.name.clone());
    cx.within(async move |conn| accept::state(conn, &token, viewer.as_ref(), school).await)
        .await
}

/// Accepts an invitation for the account that is signed in.
#[server]
pub async fn accept_invitation(token: String) -> AppResult<()> {
    let me = require_user()?;
    limits::TOKEN_ADDRESS
        .take(&me.cx, &me.cx.client.address.to_string())
        .await?;
    let cx = me.cx.clone();
    let next = cx
        .within(async move |conn| accept::by_account(conn, &me, &token).await)
        .await?;
    redirect(next);
    Ok(())
}

/// Accepts an invitation with a new account, and signs in.
#[server]
pub async fn join_by_invitation(
    token: String,
    #[server(default)] name: String,
    #[server(default)] password: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    limits::TOKEN_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    if let Some(viewer) = &cx.viewer {
        return Err(AppError::Conflict(format!(
            "You are signed in as {}. Sign out before you open another account.",
            viewer.email
        )));
    }
    let chosen = check::new_account(&name, check_password(&password, ""))?;
    let hash = password::hash(&password).await?;
    let (by, proven) = (cx.clone(), hash.clone());
    let (user, next) = cx
        .within(async move |conn| accept::by_new_account(conn, &by, &token, &chosen, &hash).await)
        .await?;
    sessions::sign_in(&cx, user, proven).await?;
    redirect(next);
    Ok(())
}
