//! Work that members hand in for the project of their batch.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::store::Membership;
use crate::cohort::{HandedIn, LINK_CHARACTERS, WORK_CHARACTERS, WorkComment};
use crate::platform::db::schema::{cohort_batch_projects, project_works};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{MemberId, WorkId};
use crate::platform::names;
use crate::platform::time::Clock;

/// Reads the fields of the form: a link, a text, or both. A text that nobody would see counts as
/// empty.
pub fn read(link: &str, text: &str) -> AppResult<(String, String)> {
    let is_seen = |typed: &&str| names::visible(typed).is_some();
    let [link, text] =
        [link, text].map(|typed| Some(typed.trim()).filter(is_seen).unwrap_or_default());
    if link.is_empty() && text.is_empty() {
        return Err(AppError::field("link", "Enter a link or a text."));
    }
    if link.chars().count() > LINK_CHARACTERS as usize {
        return Err(AppError::field(
            "link",
            figures::use_at_most(LINK_CHARACTERS),
        ));
    }
    if text.chars().count() > WORK_CHARACTERS as usize {
        return Err(AppError::field(
            "text",
            figures::use_at_most(WORK_CHARACTERS),
        ));
    }
    let is_web = |link: &str| {
        url::Url::parse(link).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
    };
    if !link.is_empty() && !is_web(link) {
        let why = "Enter a web address that begins with https:// or http://.";
        return Err(AppError::field("link", why));
    }
    Ok((link.to_owned(), text.to_owned()))
}

/// Stores the member's work on the project of their batch.
///
/// # Errors
///
/// `NotFound` if the batch has no project.
pub async fn hand_in(
    conn: &mut Conn,
    member: &Membership,
    link: &str,
    text: &str,
) -> AppResult<()> {
    let project: Option<uuid::Uuid> = cohort_batch_projects::table
        .filter(cohort_batch_projects::cohort_id.eq(member.cohort_id))
        .filter(cohort_batch_projects::batch_no.eq(member.batch_no))
        .select(cohort_batch_projects::project_id)
        .first(conn)
        .await
        .optional()?;
    let project =
        project.ok_or_else(|| AppError::NotFound("Your batch has no project yet.".to_owned()))?;
    let work = (
        project_works::link.eq(link),
        project_works::body.eq(text),
        project_works::handed_in_at.eq(Utc::now()),
    );
    diesel::insert_into(project_works::table)
        .values((
            project_works::project_id.eq(project),
            project_works::member_id.eq(member.member_id),
            work,
        ))
        .on_conflict((project_works::project_id, project_works::member_id))
        .do_update()
        .set(work)
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct CommentRow {
    #[diesel(sql_type = Uuid)]
    work_id: WorkId,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// Returns the member's work on a project, with the tutors' comments.
pub async fn of_member(
    conn: &mut Conn,
    project: uuid::Uuid,
    member: MemberId,
    clock: &Clock,
) -> QueryResult<Option<HandedIn>> {
    let found: Option<(WorkId, String, String, DateTime<Utc>)> = project_works::table
        .filter(project_works::project_id.eq(project))
        .filter(project_works::member_id.eq(member))
        .select((
            project_works::work_id,
            project_works::link,
            project_works::body,
            project_works::handed_in_at,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((work, link, body, at)) = found else {
        return Ok(None);
    };
    Ok(Some(HandedIn {
        link,
        body,
        at: when(at, clock),
        comments: comments(conn, &[work.0], clock)
            .await?
            .remove(&work)
            .unwrap_or_default(),
    }))
}

/// Returns the comments on works, oldest first.
pub async fn comments(
    conn: &mut Conn,
    works: &[uuid::Uuid],
    clock: &Clock,
) -> QueryResult<HashMap<WorkId, Vec<WorkComment>>> {
    let rows: Vec<CommentRow> = statement(
        "select c.work_id, coalesce(u.display_name, 'A former tutor') as author, c.body, c.created_at
         from work_comments c left join users u on u.user_id = c.author_user_id
         where c.work_id = any($1) order by c.created_at, c.comment_id",
    )
    .bind::<Array<Uuid>, _>(works.to_vec())
    .load(conn)
    .await?;
    let mut comments: HashMap<WorkId, Vec<WorkComment>> = HashMap::new();
    for row in rows {
        comments.entry(row.work_id).or_default().push(WorkComment {
            author: row.author,
            body: row.body,
            at: when(row.created_at, clock),
        });
    }
    Ok(comments)
}

/// A time in words, and in ISO 8601.
pub fn when(at: DateTime<Utc>, clock: &Clock) -> (String, String) {
    (clock.ago(at), at.to_rfc3339())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn work_is_a_link_a_text_or_both() {
        let read_ok = |link, text| read(link, text).is_ok();
        assert!(read_ok(" https://example.org/a?b=c ", ""));
        assert!(read_ok("", "Words"));
        assert!(read_ok("http://example.org", "Words"));
        let long = "x".repeat(20_001);
        for (link, text, field) in [
            ("", " \n", "link"),
            ("\u{200b}", "\u{200b}\u{2060}", "link"),
            ("javascript:alert(1)", "", "link"),
            ("example.org", "Words", "link"),
            ("data:text/html,x", "", "link"),
            ("", long.as_str(), "text"),
            (long.as_str(), "", "link"),
        ] {
            let error = read(link, text).unwrap_err();
            assert!(error.of_field(field).is_some(), "{field}");
        }
    }
}
