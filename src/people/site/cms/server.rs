//! Loads, saves and publishes the site's pages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::{
    CMS_SLUG_CHARACTERS, CMS_TEXT_CHARACTERS, CMS_TITLE_CHARACTERS, CmsEditor, CmsForm, CmsHistory,
    CmsLine, CmsPlaceForm, MOST_PAGES,
};
use crate::authoring::editor::server::difference;
use crate::authoring::editor::{PublishedVersion, VersionChanges};
use crate::authoring::server::slug_of;
use crate::catalog::server::store;
use crate::course::server::native::is_slug;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures::use_at_most;
use crate::platform::names;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

#[derive(QueryableByName)]
struct CmsPageRow {
    #[diesel(sql_type = Uuid)]
    page_id: uuid::Uuid,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Nullable<Text>)]
    draft_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    draft_body: Option<String>,
    #[diesel(sql_type = Int4)]
    revision: i32,
    #[diesel(sql_type = Bool)]
    is_published: bool,
    #[diesel(sql_type = Bool)]
    in_header: bool,
    #[diesel(sql_type = Bool)]
    in_footer: bool,
    #[diesel(sql_type = Int4)]
    nav_order: i32,
    #[diesel(sql_type = Bool)]
    is_terms: bool,
    #[diesel(sql_type = Int4)]
    terms_version: i32,
    #[diesel(sql_type = BigInt)]
    accepted_by: i64,
}

impl CmsPageRow {
    fn place(&self) -> Value {
        json!({ "in_header": self.in_header, "in_footer": self.in_footer, "order": self.nav_order })
    }
}

#[derive(QueryableByName)]
struct CmsLineRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Bool)]
    is_published: bool,
    #[diesel(sql_type = Bool)]
    has_draft: bool,
    #[diesel(sql_type = Bool)]
    in_header: bool,
    #[diesel(sql_type = Bool)]
    in_footer: bool,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

pub async fn list(conn: &mut Conn, clock: &Clock) -> AppResult<Vec<CmsLine>> {
    let rows: Vec<CmsLineRow> = statement(
        "select slug, coalesce(draft_title, title) as title, is_published, draft_title is not null as has_draft,
                in_header, in_footer, updated_at
         from page_content order by nav_order, title, slug limit $1",
    )
    .bind::<BigInt, _>(MOST_PAGES)
    .load(conn)
    .await?;
    let line = |row: CmsLineRow| CmsLine {
        slug: row.slug,
        title: row.title,
        is_published: row.is_published,
        has_draft: row.has_draft,
        in_header: row.in_header,
        in_footer: row.in_footer,
        changed: (clock.date_time(row.updated_at), row.updated_at.to_rfc3339()),
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Finds a page and locks it until the transaction ends.
async fn locked(conn: &mut Conn, slug: &str) -> AppResult<CmsPageRow> {
    find(conn, slug, " for update").await
}

async fn find(conn: &mut Conn, slug: &str, lock: &str) -> AppResult<CmsPageRow> {
    statement(format!(
        "select page_id, slug, title, body, draft_title, draft_body, revision, is_published,
                in_header, in_footer, nav_order, is_terms, terms_version,
                (select count(*) from terms_acceptances a
                 where a.page_id = page_content.page_id and a.version = page_content.terms_version) as accepted_by
         from page_content where slug = $1{lock}"
    ))
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(|| AppError::NotFound("The site has no such page.".to_owned()))
}

/// Renders a text on a blocking thread.
///
/// # Errors
///
/// `Invalid` if it is too long for a page.
pub async fn preview(text: String) -> AppResult<Html> {
    if text.chars().count() > CMS_TEXT_CHARACTERS as usize {
        return Err(AppError::field("text", use_at_most(CMS_TEXT_CHARACTERS)));
    }
    let html = tokio::task::spawn_blocking(move || store::render_cms(&text).html).await;
    html.map(Html).map_err(|error| AppError::internal(&error))
}

pub async fn editor(conn: &mut Conn, slug: &str) -> AppResult<CmsEditor> {
    let row = find(conn, slug, "").await?;
    let has_draft = row.draft_title.is_some();
    let text = row.draft_body.unwrap_or(row.body);
    let preview = preview(text.clone()).await?;
    Ok(CmsEditor {
        slug: row.slug,
        title: row.draft_title.unwrap_or(row.title),
        text,
        revision: row.revision,
        is_published: row.is_published,
        has_draft,
        in_header: row.in_header,
        in_footer: row.in_footer,
        nav_order: row.nav_order,
        is_terms: row.is_terms,
        terms_version: row.terms_version,
        accepted_by: row.accepted_by,
        preview,
    })
}

/// Makes a page that is not published. Returns its name in addresses.
pub async fn create(conn: &mut Conn, admin: &Admin, title: &str, slug: &str) -> AppResult<String> {
    let mut problems = FieldProblems::default();
    let title = problems.keep(checked_title(title));
    let slug = problems.keep(checked_slug(slug, title.as_deref()));
    let (Some(title), Some(slug)) = (title, slug) else {
        return Err(problems.error());
    };
    problems.check()?;
    crate::platform::db::lock(conn, "page_content").await?;
    let made = statement(
        "insert into page_content (slug, title, body, is_published, draft_title, draft_body)
         select $1, $2, '', false, $2, ''
         where (select count(*) from page_content) < $3
         on conflict (organization_id, slug) do nothing",
    )
    .bind::<Text, _>(&slug)
    .bind::<Text, _>(&title)
    .bind::<BigInt, _>(MOST_PAGES)
    .execute(conn)
    .await?;
    if made == 0 {
        let sentence = match find(conn, &slug, "").await.is_ok() {
            true => "There is a page at this address already.".to_owned(),
            false => format!("A site has at most {MOST_PAGES} pages."),
        };
        return Err(AppError::field("slug", sentence));
    }
    record(
        conn,
        admin,
        "page.created",
        &slug,
        (None, Some(json!({ "title": title }))),
    )
    .await?;
    Ok(slug)
}

/// Returns the name in the address: the typed one, or one that the title gives.
fn checked_slug(typed: &str, title: Option<&str>) -> AppResult<String> {
    let most = CMS_SLUG_CHARACTERS as usize;
    let slug = match (typed.trim(), title) {
        ("", None) => return Ok(String::new()),
        ("", Some(title)) => {
            let slug: String = slug_of(title).chars().take(most).collect();
            slug.trim_matches('-').to_owned()
        }
        (typed, _) => typed.to_owned(),
    };
    let sentence = match slug.is_empty() {
        true => "Enter a name for the address of the page.",
        false if is_slug(&slug) && slug.len() <= most => return Ok(slug),
        false => "Use lowercase letters, digits and single hyphens, for example code-of-conduct.",
    };
    Err(AppError::field("slug", sentence))
}

fn checked_title(typed: &str) -> AppResult<String> {
    let title = names::tidy(typed);
    match title.chars().count() {
        0 => Err(AppError::field("title", "Enter a title.")),
        length if length > CMS_TITLE_CHARACTERS as usize => {
            Err(AppError::field("title", use_at_most(CMS_TITLE_CHARACTERS)))
        }
        _ => Ok(title),
    }
}

/// Saves the draft, or publishes the text.
pub async fn save(conn: &mut Conn, admin: &Admin, slug: &str, form: &CmsForm) -> AppResult<()> {
    let row = locked(conn, slug).await?;
    let mut problems = FieldProblems::default();
    let title = problems
        .keep(checked_title(&form.title))
        .unwrap_or_default();
    let text = form.text.replace("\r\n", "\n");
    if text.chars().count() > CMS_TEXT_CHARACTERS as usize {
        problems.add("text", use_at_most(CMS_TEXT_CHARACTERS));
    }
    problems.check()?;
    if form.revision != row.revision {
        return Err(AppError::Conflict(
            "Somebody has saved this page since you opened it. Nothing was saved. Copy what you typed and load the page again."
                .to_owned(),
        ));
    }
    if form.go == "publish" {
        publish(conn, admin, &row, (&title, &text)).await?;
        if row.is_terms && form.ask_again.is_some() {
            set_terms(conn, admin, &row, true, row.terms_version + 1).await?;
        }
        return keep_draft(conn, &row, None).await;
    }
    let is_published_text = row.is_published && title == row.title && text == row.body;
    keep_draft(conn, &row, (!is_published_text).then_some((&title, &text))).await?;
    let before = row.draft_title.as_ref().unwrap_or(&row.title);
    let (old, new) = (json!({ "title": before }), json!({ "title": title }));
    record(
        conn,
        admin,
        "page.draft_saved",
        slug,
        (Some(old), Some(new)),
    )
    .await
}

async fn keep_draft(
    conn: &mut Conn,
    row: &CmsPageRow,
    draft: Option<(&String, &String)>,
) -> AppResult<()> {
    statement(
        "update page_content set draft_title = $2, draft_body = $3, revision = revision + 1 where page_id = $1",
    )
    .bind::<Uuid, _>(row.page_id)
    .bind::<Nullable<Text>, _>(draft.map(|(title, _)| title))
    .bind::<Nullable<Text>, _>(draft.map(|(_, text)| text))
    .execute(conn)
    .await?;
    Ok(())
}

async fn publish(
    conn: &mut Conn,
    admin: &Admin,
    row: &CmsPageRow,
    (title, text): (&str, &str),
) -> AppResult<()> {
    let me = admin.0.user_id();
    store::publish_cms_page(conn, &row.slug, (title, text), Some(me)).await?;
    let old = json!({ "title": row.title, "is_published": row.is_published });
    let new = json!({ "title": title, "is_published": true });
    record(
        conn,
        admin,
        "page.published",
        &row.slug,
        (Some(old), Some(new)),
    )
    .await
}

pub async fn withdraw(conn: &mut Conn, admin: &Admin, slug: &str) -> AppResult<()> {
    let row = locked(conn, slug).await?;
    if !row.is_published {
        return Ok(());
    }
    statement("update page_content set is_published = false where page_id = $1")
        .bind::<Uuid, _>(row.page_id)
        .execute(conn)
        .await?;
    let change = (
        Some(json!({ "is_published": true })),
        Some(json!({ "is_published": false })),
    );
    record(conn, admin, "page.withdrawn", slug, change).await
}

/// Makes the page the terms that everybody must accept, or ends that. Acceptances are kept.
///
/// # Errors
///
/// `Conflict` if the page is not published.
pub async fn ask_terms(conn: &mut Conn, admin: &Admin, slug: &str, asks: bool) -> AppResult<()> {
    crate::platform::db::lock(conn, "page_content").await?;
    let row = locked(conn, slug).await?;
    if asks == row.is_terms {
        return Ok(());
    }
    if asks && !row.is_published {
        return Err(AppError::Conflict(
            "Publish the page first. Nobody could read it.".to_owned(),
        ));
    }
    statement("update page_content set is_terms = false where is_terms")
        .execute(conn)
        .await?;
    set_terms(conn, admin, &row, asks, row.terms_version.max(1)).await
}

async fn set_terms(
    conn: &mut Conn,
    admin: &Admin,
    row: &CmsPageRow,
    is_terms: bool,
    version: i32,
) -> AppResult<()> {
    statement("update page_content set is_terms = $2, terms_version = $3 where page_id = $1")
        .bind::<Uuid, _>(row.page_id)
        .bind::<Bool, _>(is_terms)
        .bind::<Int4, _>(version)
        .execute(conn)
        .await?;
    let old = json!({ "is_terms": row.is_terms, "version": row.terms_version });
    let new = json!({ "is_terms": is_terms, "version": version });
    let change = (Some(old), Some(new));
    record(conn, admin, "page.terms_changed", &row.slug, change).await
}

pub async fn place(
    conn: &mut Conn,
    admin: &Admin,
    slug: &str,
    form: &CmsPlaceForm,
) -> AppResult<()> {
    let row = locked(conn, slug).await?;
    let order = match form.nav_order.trim() {
        "" => Some(0),
        typed => typed.parse().ok().filter(|order| (0..=999).contains(order)),
    };
    let order: i32 =
        order.ok_or_else(|| AppError::field("nav_order", "Enter a number from 0 to 999."))?;
    let (in_header, in_footer) = (form.in_header.is_some(), form.in_footer.is_some());
    let new = json!({ "in_header": in_header, "in_footer": in_footer, "order": order });
    if new == row.place() {
        return Ok(());
    }
    statement(
        "update page_content set in_header = $2, in_footer = $3, nav_order = $4 where page_id = $1",
    )
    .bind::<Uuid, _>(row.page_id)
    .bind::<Bool, _>(in_header)
    .bind::<Bool, _>(in_footer)
    .bind::<Int4, _>(order)
    .execute(conn)
    .await?;
    record(
        conn,
        admin,
        "page.placed",
        slug,
        (Some(row.place()), Some(new)),
    )
    .await
}

pub async fn delete(conn: &mut Conn, admin: &Admin, slug: &str) -> AppResult<()> {
    let row = locked(conn, slug).await?;
    if row.terms_version > 0 {
        return Err(AppError::field(
            "",
            "People have accepted this page as terms, so it is kept. You can withdraw it instead.",
        ));
    }
    statement("delete from page_content where page_id = $1")
        .bind::<Uuid, _>(row.page_id)
        .execute(conn)
        .await?;
    let old = json!({ "title": row.title, "is_published": row.is_published });
    record(conn, admin, "page.deleted", slug, (Some(old), None)).await
}

#[derive(QueryableByName)]
struct VersionLine {
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    by: String,
    #[diesel(sql_type = Timestamptz)]
    published_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct VersionText {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
}

pub async fn history(
    conn: &mut Conn,
    slug: &str,
    version: Option<i32>,
    clock: &Clock,
) -> AppResult<CmsHistory> {
    let row = find(conn, slug, "").await?;
    let versions: Vec<VersionLine> = statement(
        "select v.number, v.title, coalesce(u.display_name, '') as by, v.published_at
         from page_versions v left join users u on u.user_id = v.published_by
         where v.page_id = $1 order by v.number desc",
    )
    .bind::<Uuid, _>(row.page_id)
    .load(conn)
    .await?;
    let shown = match version {
        Some(number) => Some(changes(conn, &row, number).await?),
        None => None,
    };
    let versions = versions.into_iter().map(|line| PublishedVersion {
        number: line.number,
        title: line.title,
        by: line.by,
        at: clock.date_time(line.published_at),
    });
    Ok(CmsHistory {
        title: row.title,
        versions: versions.collect(),
        shown,
    })
}

/// Compares a version with the one before it.
async fn changes(conn: &mut Conn, row: &CmsPageRow, number: i32) -> AppResult<VersionChanges> {
    let after = version(conn, row, number).await?.ok_or_else(no_version)?;
    let before = version(conn, row, number.saturating_sub(1)).await?;
    let (old, new) = (
        before
            .as_ref()
            .map_or(String::new(), |before| before.body.clone()),
        after.body,
    );
    let lines = tokio::task::spawn_blocking(move || difference::between(&old, &new))
        .await
        .map_err(|error| AppError::internal(&error))?;
    Ok(VersionChanges {
        number,
        title_before: before
            .map(|before| before.title)
            .filter(|title| *title != after.title),
        title: after.title,
        lines,
    })
}

fn no_version() -> AppError {
    AppError::NotFound("This page has no such version.".to_owned())
}

async fn version(
    conn: &mut Conn,
    row: &CmsPageRow,
    number: i32,
) -> QueryResult<Option<VersionText>> {
    statement("select title, body from page_versions where page_id = $1 and number = $2")
        .bind::<Uuid, _>(row.page_id)
        .bind::<Int4, _>(number)
        .get_result(conn)
        .await
        .optional()
}

pub async fn restore(conn: &mut Conn, admin: &Admin, slug: &str, number: i32) -> AppResult<()> {
    let row = locked(conn, slug).await?;
    let text = version(conn, &row, number).await?.ok_or_else(no_version)?;
    publish(conn, admin, &row, (&text.title, &text.body)).await
}

async fn record(
    conn: &mut Conn,
    admin: &Admin,
    action: &str,
    slug: &str,
    (old, new): (Option<Value>, Option<Value>),
) -> AppResult<()> {
    AuditEntry::done(action)
        .of("page", slug)
        .change(old, new)
        .by(&admin.0.cx)
        .write(conn)
        .await?;
    Ok(())
}
