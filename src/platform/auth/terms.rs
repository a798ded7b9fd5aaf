//! Terms that everybody must accept: the page that is in force, and the people who have accepted
//! it. A session remembers that its person has, so that pages need no statement for it.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;
use tower_sessions::Session;

use super::{Terms, TermsPage, Viewer};
use crate::audit::AuditEntry;
use crate::db::organizations::Organization;
use crate::db::{Conn, Db, statement};
use crate::error::{AppError, AppResult};
use crate::http::Cx;
use crate::ids::UserId;
use crate::ui::Html;

/// Key of the session for the terms that its person has accepted.
const ACCEPTED: &str = "terms";

/// Address of the page that asks people to accept the terms.
pub const ACCEPT_TERMS: &str = "/accept-terms";

/// Names a version of the terms for one person.
fn mark(user: UserId, terms: &Terms) -> String {
    format!("{user} {} {}", terms.page, terms.version)
}

/// Whether the page at this address may be read before the terms are accepted.
fn is_open(path: &str) -> bool {
    path == ACCEPT_TERMS || path.starts_with("/pages/") || path.starts_with("/site/")
}

/// Returns true if the person must accept the terms before they see the page at `path`.
pub async fn must_accept(
    db: &Db,
    organization: &Organization,
    session: &Session,
    viewer: &Viewer,
    path: &str,
) -> AppResult<bool> {
    let Some(terms) = organization.site.terms.clone() else {
        return Ok(false);
    };
    let mark = mark(viewer.user_id, &terms);
    if is_open(path) || session.get::<String>(ACCEPTED).await?.as_ref() == Some(&mark) {
        return Ok(false);
    }
    let user = viewer.user_id;
    let has_accepted = db
        .within(organization.organization_id, async move |conn| {
            AppResult::Ok(has_accepted(conn, user, &terms).await?)
        })
        .await?;
    if has_accepted {
        session.insert(ACCEPTED, mark).await?;
    }
    Ok(!has_accepted)
}

#[derive(QueryableByName)]
struct Accepted {
    #[diesel(sql_type = Bool)]
    accepted: bool,
}

async fn has_accepted(conn: &mut Conn, user: UserId, terms: &Terms) -> QueryResult<bool> {
    let row: Accepted = statement(
        "select exists (select from terms_acceptances
                        where user_id = $1 and page_id = $2 and version = $3) as accepted",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(terms.page)
    .bind::<Int4, _>(terms.version)
    .get_result(conn)
    .await?;
    Ok(row.accepted)
}

/// Keeps that the person has accepted this version. Accepting twice is as good as once.
pub async fn keep(
    conn: &mut Conn,
    user: UserId,
    (page, version): (uuid::Uuid, i32),
) -> QueryResult<usize> {
    statement(
        "insert into terms_acceptances (user_id, page_id, version)
         select $1, page_id, $3 from page_content where page_id = $2
         on conflict (user_id, page_id, version) do nothing",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(page)
    .bind::<Int4, _>(version)
    .execute(conn)
    .await
}

#[derive(QueryableByName)]
struct TermsText {
    #[diesel(sql_type = Text)]
    body_html: String,
}

/// Returns the terms in force with their text, and whether the person has accepted them.
pub async fn page(conn: &mut Conn, cx: &Cx, user: UserId) -> AppResult<TermsPage> {
    let Some(terms) = cx.organization.site.terms.clone() else {
        return Ok(TermsPage::default());
    };
    let text: Option<TermsText> =
        statement("select body_html from page_content where page_id = $1")
            .bind::<Uuid, _>(terms.page)
            .get_result(conn)
            .await
            .optional()?;
    let is_accepted = has_accepted(conn, user, &terms).await?;
    Ok(TermsPage {
        text: Html(text.map(|text| text.body_html).unwrap_or_default()),
        terms: Some(terms),
        is_accepted,
    })
}

/// Keeps that the person has accepted the version that they were shown.
///
/// # Errors
///
/// `Conflict` if it is no longer in force.
pub async fn accept(
    conn: &mut Conn,
    cx: &Cx,
    user: UserId,
    shown: (uuid::Uuid, i32),
) -> AppResult<()> {
    let terms = cx.organization.site.terms.as_ref();
    let terms = terms.filter(|terms| (terms.page, terms.version) == shown);
    let Some(terms) = terms else {
        return Err(AppError::Conflict(
            "The terms have just changed. Please load the page again and read them.".to_owned(),
        ));
    };
    if keep(conn, user, shown).await? > 0 {
        AuditEntry::done("terms.accepted")
            .of("page", &terms.slug)
            .change(None, Some(json!({ "version": terms.version })))
            .by(cx)
            .write(conn)
            .await?;
    }
    Ok(())
}
