//! Server functions of accounts. Answers and their timing do not reveal whether an account exists.

use leptos::prelude::*;

use super::{AccountSettings, Device, TermsPage};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::guard::require_user,
    super::mails::{AccountMail, AccountNews, ForgottenPassword, SignUpMail},
    super::sign_ups::{self, NewSignUp},
    super::{
        OWN_DATA, check_display_name, check_password, lifetimes, limits, normalize_email, password,
        safe_next, sessions, store, terms, tokens,
    },
    crate::address,
    crate::audit::{self, AuditEntry},
    crate::error::{AppError, FieldProblems},
    crate::http::{Cx, server_fns::redirect},
    crate::jobs,
    chrono::Utc,
};

/// Stores a sign-up and mails a link that creates the account. If the address already has an
/// account, the mail says so instead.
#[server]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    next: Option<String>,
    zone: Option<String>,
    #[server(default)] accepts: Option<i32>,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let zone = known_zone(zone);
    let mut problems = FieldProblems::default();
    let terms = cx.organization.site.terms.clone();
    if terms
        .as_ref()
        .is_some_and(|terms| accepts != Some(terms.version))
    {
        problems.add("", "Please accept the terms to create an account.");
    }
    let name = problems.keep(checked("name", check_display_name(&name)));
    let email = problems.keep(checked("email", normalize_email(&email)));
    let accepted = check_password(&password, email.as_deref().unwrap_or_default());
    let accepted = problems.keep(checked("password", accepted));
    let (Some(name), Some(email), Some(())) = (name, email, accepted) else {
        return Err(problems.error());
    };
    problems.check()?;
    limits::SIGN_UP_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let hash = password::hash(&password).await?;
    let mailed = limits::MAIL_ACCOUNT.take(&cx, &email).await.is_ok();
    // The work is the same for every address, so the time reveals nothing. The mail's job checks
    // for an account.
    if mailed {
        let next = next.as_deref().and_then(address::local);
        cx.within(async move |conn| {
            let new = NewSignUp {
                email: &email,
                display_name: &name,
                password_hash: &hash,
                time_zone: zone.as_deref(),
                terms_page_id: terms.as_ref().map(|terms| terms.page),
                terms_version: terms.as_ref().map(|terms| terms.version),
                expires_at: Utc::now() + lifetimes::CONFIRMATION.duration(),
            };
            let sign_up_id = sign_ups::create(conn, new).await?;
            jobs::enqueue(conn, &SignUpMail { sign_up_id, next }).await
        })
        .await?;
    }
    redirect("/check-mail");
    Ok(())
}

/// Returns the browser's time zone if we know it.
#[cfg(feature = "ssr")]
fn known_zone(zone: Option<String>) -> Option<String> {
    zone.filter(|zone| crate::time::zones().contains(zone))
}

/// Attaches the sentence of a failed check to its field.
#[cfg(feature = "ssr")]
fn checked<T>(field: &str, value: Result<T, String>) -> AppResult<T> {
    value.map_err(|sentence| AppError::field(field, sentence))
}

#[server]
pub async fn sign_in(
    email: String,
    password: String,
    next: Option<String>,
    zone: Option<String>,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let mut problems = FieldProblems::default();
    let email = problems.keep(checked("email", normalize_email(&email)));
    if password.is_empty() {
        problems.add("password", "Enter your password.");
    }
    let (Some(email), false) = (email, password.is_empty()) else {
        return Err(problems.error());
    };
    let attempt = limits::SignInAttempt::take(&cx, &email).await?;
    let account = cx
        .within(async move |conn| Ok(store::by_email(conn, &email).await?))
        .await?;
    let usable =
        account.filter(|account| account.may_sign_in() && account.email_confirmed_at.is_some());
    let hash = usable
        .as_ref()
        .and_then(|account| account.password_hash.clone());
    let right = password::verify(&password, hash.clone()).await?;
    let (Some(account), Some(hash)) = (usable.filter(|_| right), hash) else {
        audit::failed(&cx, "sign_in.failed", None).await;
        return Err(AppError::field(
            "",
            "The email address and password don't match an account, or the address is not confirmed yet.",
        ));
    };
    attempt.succeeded(&cx).await?;
    let user = account.user_id;
    sessions::sign_in(&cx, user, hash).await?;
    let zone = known_zone(zone);
    cx.within(async move |conn| Ok(store::note_zone(conn, user, zone.as_deref()).await?))
        .await?;
    match account.erase_at {
        Some(_) => redirect(OWN_DATA),
        None => redirect(safe_next(next.as_deref())),
    }
    Ok(())
}

#[server]
pub async fn sign_out() -> AppResult<()> {
    let cx = Cx::current()?;
    sessions::sign_out(&cx.session).await?;
    redirect("/");
    Ok(())
}

/// Creates the account of a sign-up from the link in its mail, and signs in.
#[server]
pub async fn confirm_email(token: String, next: Option<String>) -> AppResult<()> {
    let cx = Cx::current()?;
    limits::TOKEN_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let account = cx
        .within(async move |conn| Ok(sign_ups::confirm(conn, &token).await?))
        .await?;
    let Some((user, hash)) = account else {
        return Err(AppError::field(
            "",
            format!(
                "This link has already been used or is more than {} old. If your address is confirmed, sign in. Otherwise, sign up again to get a new link.",
                lifetimes::CONFIRMATION
            ),
        ));
    };
    sessions::sign_in(&cx, user, hash).await?;
    redirect(safe_next(next.as_deref()));
    Ok(())
}

/// Mails a link for choosing a new password. Without such an account nothing is mailed, but the
/// answer is the same.
#[server]
pub async fn forgot_password(email: String) -> AppResult<()> {
    let cx = Cx::current()?;
    let email = checked("email", normalize_email(&email))?;
    limits::SIGN_UP_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    // The job looks up the account, so that the answer takes the same time for all addresses.
    if limits::MAIL_ACCOUNT.take(&cx, &email).await.is_ok() {
        cx.within(async move |conn| jobs::enqueue(conn, &ForgottenPassword { email }).await)
            .await?;
    }
    redirect("/check-mail?for=password");
    Ok(())
}

/// Sets a new password from the link of a mail. Ends all sessions and signs in here.
#[server]
pub async fn reset_password(token: String, password: String) -> AppResult<()> {
    let cx = Cx::current()?;
    checked("password", check_password(&password, ""))?;
    limits::TOKEN_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let hash = password::hash(&password).await?;
    let proven = hash.clone();
    let user = cx
        .within(async move |conn| {
            let Some(user) = tokens::redeem_reset(conn, &token).await? else {
                return Ok(None);
            };
            let open = store::by_id(conn, user)
                .await?
                .is_some_and(|account| account.may_sign_in());
            // The link came by mail, so the person owns the address.
            store::confirm_email(conn, user).await?;
            store::set_password(conn, user, &hash).await?;
            store::end_other_devices(conn, user, None).await?;
            AuditEntry::done("user.password_reset")
                .of("user", user)
                .by_user(user)
                .write(conn)
                .await?;
            jobs::enqueue(conn, &AccountMail::new(user, AccountNews::PasswordChanged)).await?;
            Ok(open.then_some(user))
        })
        .await?;
    let Some(user) = user else {
        return Err(AppError::field(
            "",
            format!(
                "This link has already been used or is more than {} old. Please request a new one.",
                lifetimes::RESET
            ),
        ));
    };
    sessions::sign_in(&cx, user, proven).await?;
    redirect("/learn");
    Ok(())
}

/// Returns the person's own settings.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_settings() -> AppResult<AccountSettings> {
    let me = require_user()?;
    Ok(AccountSettings {
        email: me.viewer.email,
        username: me.viewer.username,
        display_name: me.viewer.display_name,
        time_zone: me.viewer.time_zone,
        time_zones: crate::time::zones(),
    })
}

/// Returns the site's terms, which the person must accept.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_terms() -> AppResult<TermsPage> {
    let me = require_user()?;
    let (cx, user) = (me.cx.clone(), me.user_id());
    me.cx
        .within(async move |conn| terms::page(conn, &cx, user).await)
        .await
}

/// Accepts the version of the terms that was shown.
#[server]
pub async fn accept_terms(page: uuid::Uuid, version: i32, next: Option<String>) -> AppResult<()> {
    let me = require_user()?;
    let (cx, user) = (me.cx.clone(), me.user_id());
    me.cx
        .within(async move |conn| terms::accept(conn, &cx, user, (page, version)).await)
        .await?;
    redirect(safe_next(next.as_deref()));
    Ok(())
}

#[server]
pub async fn update_profile(name: String, time_zone: String) -> AppResult<()> {
    let me = require_user()?;
    let mut problems = FieldProblems::default();
    let name = problems.keep(checked("name", check_display_name(&name)));
    let zone = (!time_zone.is_empty()).then_some(time_zone);
    if zone
        .as_deref()
        .is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err())
    {
        problems.add("time_zone", "Choose a time zone from the list.");
    }
    let Some(name) = name else {
        return Err(problems.error());
    };
    problems.check()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| Ok(store::set_profile(conn, user, &name, zone.as_deref()).await?))
        .await
}

/// Changes the password, ends all sessions and signs in here anew, so that a copied cookie of this
/// browser ends, too.
#[server]
pub async fn change_password(current_password: String, new_password: String) -> AppResult<()> {
    let me = require_user()?;
    let mut problems = FieldProblems::default();
    let user = me.user_id();
    let whose = user.to_string();
    limits::CHANGE_PASSWORD.take(&me.cx, &whose).await?;
    let old = me
        .cx
        .within(async move |conn| Ok(store::by_id(conn, user).await?))
        .await?
        .and_then(|account| account.password_hash);
    let right = password::verify(&current_password, old.clone()).await?;
    let old = old.filter(|_| right);
    match old {
        Some(_) => limits::CHANGE_PASSWORD.forgive(&me.cx, &whose).await?,
        None => problems.add("current_password", "That is not your current password."),
    }
    let accepted = check_password(&new_password, &me.viewer.email);
    problems.keep(checked("new_password", accepted));
    let Some(old) = old else {
        return Err(problems.error());
    };
    problems.check()?;
    let hash = password::hash(&new_password).await?;
    let proven = hash.clone();
    me.cx
        .within(async move |conn| {
            if !store::change_password(conn, user, &old, &hash).await? {
                return Err(AppError::Conflict(
                    "Your password was just changed elsewhere. Nothing was changed here."
                        .to_owned(),
                ));
            }
            store::end_other_devices(conn, user, None).await?;
            AuditEntry::done("user.password_changed")
                .of("user", user)
                .by_user(user)
                .write(conn)
                .await?;
            jobs::enqueue(conn, &AccountMail::new(user, AccountNews::PasswordChanged)).await
        })
        .await?;
    sessions::sign_in(&me.cx, user, proven).await
}

/// Returns the devices on which the person is signed in, most recent first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn devices() -> AppResult<Vec<Device>> {
    let me = require_user()?;
    let user = me.user_id();
    let rows = me
        .cx
        .within(async move |conn| Ok(store::devices(conn, user).await?))
        .await?;
    let here = me.cx.session.id().map(|id| sessions::hash(&id));
    let clock = crate::time::Clock::of(&me.cx);
    let mut devices: Vec<Device> = Vec::new();
    for row in rows {
        let (name, address) = row.device();
        let is_this_one = here.as_ref() == Some(&row.session_hash);
        let known = devices
            .iter_mut()
            .find(|device| device.name == name && device.address == address);
        match known {
            Some(device) => {
                if device.is_this_one && device.sessions == 1 {
                    device.web_session_id = row.web_session_id;
                }
                device.sessions += 1;
                device.is_this_one |= is_this_one;
                device.signed_in = clock.date(row.created_at);
            }
            None => devices.push(Device {
                web_session_id: row.web_session_id,
                name,
                address,
                last_seen_at: row.last_seen_at.to_rfc3339(),
                last_seen: clock.ago(row.last_seen_at),
                signed_in: clock.date(row.created_at),
                sessions: 1,
                is_this_one,
            }),
        }
    }
    Ok(devices)
}

/// Ends this session and the others of the same device, except the one that asks.
#[server]
pub async fn end_device(web_session_id: uuid::Uuid) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let here = me.cx.session.id().map(|id| sessions::hash(&id));
    me.cx
        .within(async move |conn| {
            let rows = store::devices(conn, user).await?;
            let Some(device) = rows
                .iter()
                .find(|row| row.web_session_id == web_session_id)
                .map(store::DeviceRow::device)
            else {
                return Ok(0);
            };
            let ended: Vec<uuid::Uuid> = rows
                .iter()
                .filter(|row| {
                    row.web_session_id == web_session_id
                        || row.device() == device && Some(&row.session_hash) != here.as_ref()
                })
                .map(|row| row.web_session_id)
                .collect();
            Ok(store::end_sessions(conn, user, &ended).await?)
        })
        .await?;
    Ok(())
}

#[server]
pub async fn end_other_devices() -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let keep = me.cx.session.id().map(|id| sessions::hash(&id));
    me.cx
        .within(async move |conn| Ok(store::end_other_devices(conn, user, keep).await?))
        .await?;
    Ok(())
}
