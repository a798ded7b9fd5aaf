//! Changes of accounts by admins. An organization always keeps an active admin, and nobody changes
//! their own role or closes their own account.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use crate::people::own_data::server::{copies, deletion};
use crate::people::{AccountAction, AccountState};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::auth::mails::{AccountMail, AccountNews};
use crate::platform::auth::sessions;
use crate::platform::auth::store::{self, Account};
use crate::platform::db::{self, Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OrganizationId, UserId};
use crate::platform::jobs;

pub fn no_person() -> AppError {
    AppError::NotFound("There is no such person.".to_owned())
}

/// Changes a role. The pair is the role that the page showed and the new one.
///
/// # Errors
///
/// `Conflict` if the role has changed since, if it is the admin's own, or if no active admin would
/// be left.
pub async fn change_role(
    conn: &mut Conn,
    by: &SignedIn,
    person: UserId,
    (was, role): (UserRole, UserRole),
) -> AppResult<()> {
    let account = locked(conn, by, person).await?;
    if account.role == role {
        return Ok(());
    }
    if person == by.user_id() {
        return Err(refused(
            "You can’t change your own role. Another admin can do it.",
        ));
    }
    if account.role != was {
        return Err(refused(
            "Somebody else has just changed this role. Reload the page to see it.",
        ));
    }
    if account.role == UserRole::Admin {
        require_another_admin(conn, person).await?;
    }
    store::set_role(conn, person, role).await?;
    let values = (json!({ "role": account.role }), json!({ "role": role }));
    record(conn, by, "user.role_changed", person, values).await
}

/// Does something to an account.
///
/// # Errors
///
/// `Conflict` with the reason if the account is in no state for it.
pub async fn change_account(
    conn: &mut Conn,
    by: &SignedIn,
    person: UserId,
    action: AccountAction,
) -> AppResult<()> {
    let account = locked(conn, by, person).await?;
    match action {
        AccountAction::Deactivate => deactivate(conn, by, &account).await,
        AccountAction::Reactivate => match account.is_active {
            true => Ok(()),
            false => set_active(conn, by, person, true).await,
        },
        AccountAction::SignOut => {
            // Their own browser stays signed in.
            let own = (person == by.user_id())
                .then(|| by.cx.session.id())
                .flatten();
            let keep = own.map(|id| sessions::hash(&id));
            let ended = store::end_other_devices(conn, person, keep).await?;
            let values = (Value::Null, json!({ "sessions_ended": ended }));
            record(conn, by, "user.signed_out", person, values).await
        }
        AccountAction::ResetPassword => {
            if !account.is_active {
                return Err(refused(
                    "This account is deactivated. Reactivate it before you send a link.",
                ));
            }
            let mail = AccountMail::new(person, AccountNews::ResetPassword);
            jobs::enqueue(conn, &mail).await?;
            let values = (Value::Null, json!({ "email": account.email }));
            record(conn, by, "user.reset_mail_sent", person, values).await
        }
        AccountAction::Confirm => {
            if account.email_confirmed_at.is_some() {
                return Ok(());
            }
            store::confirm_email(conn, person).await?;
            let values = (
                json!({ "confirmed": false }),
                json!({ "confirmed": true, "email": account.email }),
            );
            record(conn, by, "user.email_confirmed", person, values).await
        }
        AccountAction::CopyData => copies::request(conn, &by.cx, person, by.user_id()).await,
        AccountAction::Delete if person == by.user_id() => {
            Err(refused("You can delete your own account in your settings."))
        }
        AccountAction::Delete => deletion::plan(conn, &by.cx, person, by.user_id()).await,
        AccountAction::Keep => deletion::cancel(conn, &by.cx, person).await,
    }
}

async fn deactivate(conn: &mut Conn, by: &SignedIn, account: &Account) -> AppResult<()> {
    if !account.is_active {
        return Ok(());
    }
    if account.user_id == by.user_id() {
        return Err(refused(
            "You can’t deactivate your own account. Another admin can do it.",
        ));
    }
    if account.role == UserRole::Admin {
        require_another_admin(conn, account.user_id).await?;
    }
    // A trigger ends the sessions.
    set_active(conn, by, account.user_id, false).await
}

/// Finds the account after it is this request's turn to change accounts. Changes of two admins at
/// once could otherwise leave no admin.
async fn locked(conn: &mut Conn, by: &SignedIn, person: UserId) -> AppResult<Account> {
    take_turn(conn, by.cx.organization.organization_id).await?;
    // The turn may have come after another admin took this one's rights away.
    let me = store::by_id(conn, by.user_id()).await?;
    if !me.is_some_and(|me| me.may_sign_in() && me.role == UserRole::Admin) {
        return Err(AppError::Denied(
            "Only an administrator may do this.".to_owned(),
        ));
    }
    let account = store::by_id(conn, person).await?;
    account
        .filter(|account| account.deleted_at.is_none())
        .ok_or_else(no_person)
}

/// Waits for the turn to change accounts of the organization, until the transaction ends.
pub async fn take_turn(conn: &mut Conn, organization: OrganizationId) -> QueryResult<()> {
    db::lock(conn, &format!("accounts {organization}")).await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    is_found: bool,
}

/// Checks that the organization has an active admin beside this person.
///
/// # Errors
///
/// `Conflict` for the last one.
pub async fn require_another_admin(conn: &mut Conn, person: UserId) -> AppResult<()> {
    let found: Found = statement(
        "select exists (select from users where role = 'admin' and is_active and deleted_at is null
                        and email_confirmed_at is not null and user_id <> $1) as is_found",
    )
    .bind::<Uuid, _>(person)
    .get_result(conn)
    .await?;
    match found.is_found {
        true => Ok(()),
        false => Err(refused(
            "This is the last active admin. Make somebody else an admin first.",
        )),
    }
}

async fn set_active(conn: &mut Conn, by: &SignedIn, person: UserId, active: bool) -> AppResult<()> {
    statement("update users set is_active = $2 where user_id = $1")
        .bind::<Uuid, _>(person)
        .bind::<Bool, _>(active)
        .execute(conn)
        .await?;
    let state = |active| match active {
        true => AccountState::Active.name(),
        false => AccountState::Deactivated.name(),
    };
    let values = (
        json!({ "state": state(!active) }),
        json!({ "state": state(active) }),
    );
    let action = match active {
        true => "user.reactivated",
        false => "user.deactivated",
    };
    record(conn, by, action, person, values).await
}

fn refused(why: &str) -> AppError {
    AppError::Conflict(why.to_owned())
}

/// Writes to the audit log. The pair is the old and the new value; null stands for none.
async fn record(
    conn: &mut Conn,
    by: &SignedIn,
    action: &str,
    person: UserId,
    (old, new): (Value, Value),
) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("user", person)
        .change(Some(old).filter(|old| !old.is_null()), Some(new))
        .by(&by.cx)
        .write(conn)
        .await?)
}
