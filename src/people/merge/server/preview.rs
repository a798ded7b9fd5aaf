//! The preview of a merge: both accounts, what changes hands, and what an admin must agree to.

use std::fmt::Write;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::rules::{Fate, all};
use crate::people::merge::{MergePage, MergePreview};
use crate::people::role_label;
use crate::people::server::accounts::no_person;
use crate::people::server::person::capitalized;
use crate::platform::auth::UserRole;
use crate::platform::auth::store::{self as accounts, Account};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::markdown::escape;
use crate::platform::ui::Html;

/// Returns the page for the account that is kept. `other` is the address or username of the one
/// that is closed; empty until the admin has chosen one.
pub async fn page(
    conn: &mut Conn,
    own: UserId,
    person: UserId,
    other: &str,
) -> AppResult<MergePage> {
    let kept = living(conn, person).await?.ok_or_else(no_person)?;
    let other = other.trim();
    let mut page = MergePage {
        person,
        name: kept.display_name.clone(),
        problem: None,
        preview: None,
    };
    if other.is_empty() {
        return Ok(page);
    }
    let Some(closed) = find(conn, other).await? else {
        page.problem = Some("Nobody has this email address or username.".to_owned());
        return Ok(page);
    };
    match refusal(own, &kept, &closed) {
        Some(problem) => page.problem = Some(problem.to_owned()),
        None => page.preview = Some(preview(conn, &kept, &closed).await?),
    }
    Ok(page)
}

/// Returns an account that was not deleted.
pub async fn living(conn: &mut Conn, person: UserId) -> QueryResult<Option<Account>> {
    let account = accounts::by_id(conn, person).await?;
    Ok(account.filter(|account| account.deleted_at.is_none()))
}

#[derive(QueryableByName)]
struct OtherAccountRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

async fn find(conn: &mut Conn, typed: &str) -> QueryResult<Option<Account>> {
    let row: Option<OtherAccountRow> = statement(
        "select user_id from users
         where deleted_at is null and (email = (select lower($1)) or username = $1)
         order by email = (select lower($1)) desc
         limit 1",
    )
    .bind::<Text, _>(typed)
    .get_result(conn)
    .await
    .optional()?;
    match row {
        Some(row) => living(conn, row.user_id).await,
        None => Ok(None),
    }
}

/// The reason why two accounts can't be merged. None if they can.
pub fn refusal(own: UserId, kept: &Account, closed: &Account) -> Option<&'static str> {
    if closed.user_id == kept.user_id {
        return Some("These are the same account. Choose the person’s other account.");
    }
    if closed.user_id == own {
        return Some(
            "You can’t merge your own account away. Open your own account, and merge the other one into it.",
        );
    }
    if !kept.is_active {
        return Some(
            "The account that is kept is deactivated. Reactivate it first, or merge it into the other one.",
        );
    }
    if kept.erase_at.is_some() || closed.erase_at.is_some() {
        return Some("One of these accounts will be deleted. Keep it first.");
    }
    None
}

/// Returns the warning that an admin must agree to. Empty if there is none.
pub fn warning(kept: &Account, closed: &Account) -> &'static str {
    match (closed.role, kept.role) {
        (UserRole::Admin, UserRole::Learner | UserRole::Tutor) => {
            "The account that is closed is an admin’s. Its rights as an admin are not carried over."
        }
        (UserRole::Tutor, UserRole::Learner) => {
            "The account that is closed is a tutor’s. The account that is kept becomes a tutor’s, with the same courses."
        }
        _ => "",
    }
}

#[derive(QueryableByName)]
pub struct HeldRow {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// Rows that do not change hands.
    #[diesel(sql_type = BigInt)]
    pub left: i64,
}

/// Counts the rows of the closed account in one statement, table by table.
pub async fn held(conn: &mut Conn, kept: UserId, closed: UserId) -> QueryResult<Vec<HeldRow>> {
    let parts: Vec<String> = all()
        .into_iter()
        .filter(|(_, _, fate)| !matches!(fate, Fate::Dropped))
        .map(|(table, column, fate)| {
            let name = match column {
                "user_id" => table.to_owned(),
                column => format!("{table} ({column})"),
            };
            format!(
                "select '{name}' as name, count(*) as rows, count(*) filter (where {}) as left
                 from {table} f where f.{column} = $1",
                fate.left_behind(table, column)
            )
        })
        .collect();
    let union = parts.join(" union all ");
    // The second value is named, because not every table asks for it.
    statement(format!(
        "select x.name, x.rows, x.left from ({union}) x where x.rows > 0 and $2::uuid is not null order by x.name"
    ))
    .bind::<Uuid, _>(closed)
    .bind::<Uuid, _>(kept)
    .load(conn)
    .await
}

/// Identifies the rows of an account that a page has shown.
pub fn seen(rows: &[HeldRow]) -> String {
    // Notifications and sums of the day change by themselves.
    let lasting = rows
        .iter()
        .filter(|row| !row.name.starts_with("notification") && row.name != "learner_activity_days");
    let lines: Vec<String> = lasting
        .map(|row| format!("{}:{}:{}", row.name, row.rows, row.left))
        .collect();
    let text = lines.join(";");
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn preview(conn: &mut Conn, kept: &Account, closed: &Account) -> AppResult<MergePreview> {
    let rows = held(conn, kept.user_id, closed.user_id).await?;
    Ok(MergePreview {
        other: closed.user_id,
        other_name: closed.display_name.clone(),
        warning: warning(kept, closed).to_owned(),
        seen: seen(&rows),
        said: Html(said(kept, closed, &rows)),
    })
}

/// Writes both accounts and the rows that change hands as HTML.
fn said(kept: &Account, closed: &Account, rows: &[HeldRow]) -> String {
    let mut html = String::from("<dl class=\"admin-facts\">");
    for (label, account) in [("Is kept", kept), ("Is closed", closed)] {
        let _ = write!(
            html,
            "<div><dt>{label}</dt><dd><bdi>{}</bdi>, {}, {}</dd></div>",
            escape(&account.display_name),
            escape(&account.email),
            role_label(account.role)
        );
    }
    html.push_str("</dl>");
    if rows.is_empty() {
        html.push_str("<p>The account that is closed holds nothing.</p>");
        return html;
    }
    html.push_str(
        "<div class=\"table-wrap\"><table><caption class=\"vh\">What changes hands</caption><thead><tr>
         <th scope=\"col\">What</th><th scope=\"col\" class=\"r\">Changes hands</th>
         <th scope=\"col\" class=\"r\">Merged or left behind</th></tr></thead><tbody>",
    );
    for row in rows {
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"r\">{}</td><td class=\"r\">{}</td></tr>",
            escape(&label(&row.name)),
            row.rows - row.left,
            row.left
        );
    }
    html.push_str("</tbody></table></div>");
    html
}

/// The name of a table in words: "topic_progress" becomes "Topic progress".
fn label(name: &str) -> String {
    capitalized(&name.replace('_', " "))
}
