//! Deletion of accounts: planned, canceled, and carried out after the days of grace.

use chrono::{Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;

use super::copies;
use super::holdings::{BY_ADDRESS, Erasure, HOLDINGS, OF_MEMBERS, WITHOUT_KEYS};
use super::mails::{OwnDataMail, OwnDataNews};
use crate::people::own_data::GRACE_DAYS;
use crate::people::server::accounts::{no_person, require_another_admin};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::store::{self, Account};
use crate::platform::auth::{UserRole, sessions};
use crate::platform::db::schema::users;
use crate::platform::db::{self, Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::files::delete::delete_unused;
use crate::platform::http::Cx;
use crate::platform::ids::{OrganizationId, UserId};
use crate::platform::jobs;

/// Plans the deletion of an account, and ends its sessions except the one of this request.
///
/// # Errors
///
/// `Conflict` if no other active admin would be left.
pub async fn plan(conn: &mut Conn, cx: &Cx, person: UserId, by: UserId) -> AppResult<()> {
    let account = locked(conn, cx.organization.organization_id, person).await?;
    let account = account.ok_or_else(no_person)?;
    if account.erase_at.is_some() {
        return Ok(());
    }
    if account.role == UserRole::Admin {
        require_another_admin(conn, person).await?;
    }
    let at = Utc::now() + Duration::days(GRACE_DAYS);
    set_erase_at(conn, person, Some(at)).await?;
    let own = (person == by).then(|| cx.session.id()).flatten();
    let keep = own.map(|id| sessions::hash(&id));
    store::end_other_devices(conn, person, keep).await?;
    AuditEntry::done("user.deletion_planned")
        .of("user", person)
        .change(None, Some(serde_json::json!({ "erase_at": at })))
        .by(cx)
        .write(conn)
        .await?;
    let mail = OwnDataMail {
        user_id: person,
        about: OwnDataNews::DeletionPlanned,
    };
    jobs::enqueue(conn, &mail).await
}

/// Keeps an account whose deletion was planned.
pub async fn cancel(conn: &mut Conn, cx: &Cx, person: UserId) -> AppResult<()> {
    let account = locked(conn, cx.organization.organization_id, person).await?;
    let account = account.ok_or_else(no_person)?;
    let Some(at) = account.erase_at else {
        return Ok(());
    };
    set_erase_at(conn, person, None).await?;
    Ok(AuditEntry::done("user.deletion_canceled")
        .of("user", person)
        .change(Some(serde_json::json!({ "erase_at": at })), None)
        .by(cx)
        .write(conn)
        .await?)
}

/// Finds an account that exists, after it is this request's turn to change accounts.
async fn locked(
    conn: &mut Conn,
    organization: OrganizationId,
    person: UserId,
) -> AppResult<Option<Account>> {
    db::lock(conn, &format!("accounts {organization}")).await?;
    let account = store::by_id(conn, person).await?;
    Ok(account.filter(|account| account.deleted_at.is_none()))
}

async fn set_erase_at(
    conn: &mut Conn,
    person: UserId,
    at: Option<chrono::DateTime<Utc>>,
) -> QueryResult<usize> {
    diesel::update(users::table.find(person))
        .set(users::erase_at.eq(at))
        .execute(conn)
        .await
}

/// Deletes an account whose time has come: removes what is the person's own, and makes anonymous
/// what others' records need. Does nothing if the account was kept, or is that of the last admin.
pub async fn erase(conn: &mut Conn, organization: OrganizationId, person: UserId) -> AppResult<()> {
    let account = locked(conn, organization, person).await?;
    let due = |account: &Account| account.erase_at.is_some_and(|at| at <= Utc::now());
    let Some(account) = account.filter(due) else {
        return Ok(());
    };
    if account.role == UserRole::Admin {
        require_another_admin(conn, person).await?;
    }
    copies::remove_made(conn, person).await?;
    let own = copies::own_files(conn, person).await?;
    for table in OF_MEMBERS {
        statement(format!(
            "delete from {table} where member_id in (select member_id from cohort_members where user_id = $1)"
        ))
        .bind::<Uuid, _>(person)
        .execute(conn)
        .await?;
    }
    for holding in HOLDINGS {
        let (table, column) = (holding.table, holding.column);
        let sql = match holding.erased {
            Erasure::Deleted => format!("delete from {table} where {column} = $1"),
            Erasure::Changed(set) => format!("update {table} set {set} where {column} = $1"),
            Erasure::Kept(_) => continue,
        };
        statement(sql).bind::<Uuid, _>(person).execute(conn).await?;
    }
    for table in WITHOUT_KEYS {
        statement(format!("delete from {table} where user_id = $1"))
            .bind::<Uuid, _>(person)
            .execute(conn)
            .await?;
    }
    for (_, file) in own {
        delete_unused(conn, file.file_id).await?;
    }
    for table in BY_ADDRESS {
        statement(format!("delete from {table} where email = $1"))
            .bind::<Text, _>(&account.email)
            .execute(conn)
            .await?;
    }
    // Triggers end the sessions.
    statement(
        "update users set email = 'former-' || user_id || '@former.invalid', email_confirmed_at = null, phone = null,
                display_name = 'Former member', first_name = null, last_name = null,
                username = 'former-' || replace(user_id::text, '-', ''), role = 'learner', password_hash = null,
                profile_picture_url = null, time_zone = null, preferences = '{\"version\": 1}',
                is_active = false, last_login_at = null, deleted_at = now(), erase_at = null
         where user_id = $1",
    )
    .bind::<Uuid, _>(person)
    .execute(conn)
    .await?;
    Ok(AuditEntry::done("user.deleted")
        .of("user", person)
        .write(conn)
        .await?)
}
