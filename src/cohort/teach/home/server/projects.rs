//! Project briefs, and the work that members handed in.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::{heading, rendered, require, text};
use crate::cohort::HandedIn;
use crate::cohort::server::work;
use crate::cohort::teach::LAST_BATCH;
use crate::cohort::teach::home::{
    BatchWork, COMMENT_CHARACTERS, ProjectFields, ProjectPage, TAGLINE_CHARACTERS, TEXT_CHARACTERS,
};
use crate::course::server::store as courses;
use crate::platform::db::schema::cohort_batch_projects;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CohortId, CourseId, UserId, WorkId};
use crate::platform::names;
use crate::platform::time::Clock;

/// A project, with its Markdown rendered.
pub struct ProjectDraft {
    pub title: String,
    tagline: String,
    description: String,
    description_html: String,
    notes: String,
    notes_html: String,
}

pub fn read_project(batch_no: i32, fields: ProjectFields) -> AppResult<ProjectDraft> {
    let mut problems = Vec::new();
    if !(1..=LAST_BATCH).contains(&batch_no) {
        problems.push((String::new(), no_batch()));
    }
    let title = heading(&fields.title, &mut problems);
    let tagline = names::tidy(&fields.tagline);
    text("tagline", &tagline, TAGLINE_CHARACTERS, &mut problems);
    text(
        "description",
        &fields.description,
        TEXT_CHARACTERS,
        &mut problems,
    );
    text("notes", &fields.notes, TEXT_CHARACTERS, &mut problems);
    match problems.is_empty() {
        true => Ok(ProjectDraft {
            title,
            tagline,
            description_html: rendered(&fields.description),
            description: fields.description,
            notes_html: rendered(&fields.notes),
            notes: fields.notes,
        }),
        false => Err(AppError::Invalid(problems)),
    }
}

fn no_batch() -> String {
    format!("Choose a batch from 1 to {LAST_BATCH}.")
}

pub fn read_comment(typed: &str) -> AppResult<String> {
    let comment = typed.trim();
    match comment.chars().count() {
        _ if names::visible(comment).is_none() => Err(AppError::field("text", "Enter a comment.")),
        length if length > COMMENT_CHARACTERS as usize => Err(AppError::field(
            "text",
            figures::use_at_most(COMMENT_CHARACTERS),
        )),
        _ => Ok(comment.to_owned()),
    }
}

#[derive(QueryableByName)]
struct BatchRow {
    #[diesel(sql_type = Int4)]
    batch_no: i32,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    members: i64,
}

#[derive(QueryableByName)]
struct WorkRow {
    #[diesel(sql_type = Uuid)]
    work_id: WorkId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    link: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    handed_in_at: DateTime<Utc>,
}

/// Returns the page of a batch's project.
pub async fn project(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    batch_no: i32,
    clock: &Clock,
) -> AppResult<ProjectPage> {
    let cohort = require(conn, course, cohort).await?;
    if !(1..=LAST_BATCH).contains(&batch_no) {
        return Err(AppError::NotFound(no_batch()));
    }
    let id = cohort.cohort_id;
    let batches: Vec<BatchRow> = statement(
        "select b.batch_no, (select count(*) from cohort_members m
                             where m.cohort_id = $1 and m.batch_no = b.batch_no and m.status = 'active') as members
         from (select batch_no from cohort_members where cohort_id = $1 and status <> 'removed'
               union select batch_no from cohort_batch_projects where cohort_id = $1
               union select $2) b
         order by b.batch_no",
    )
    .bind::<Uuid, _>(id)
    .bind::<Int4, _>(batch_no)
    .load(conn)
    .await?;
    let fields: Option<(String, String, String, String)> = cohort_batch_projects::table
        .filter(cohort_batch_projects::cohort_id.eq(id))
        .filter(cohort_batch_projects::batch_no.eq(batch_no))
        .select((
            cohort_batch_projects::title,
            cohort_batch_projects::tagline,
            cohort_batch_projects::description,
            cohort_batch_projects::notes,
        ))
        .first(conn)
        .await
        .optional()?;
    let (title, tagline, description, notes) = fields.unwrap_or_default();
    Ok(ProjectPage {
        course_title: courses::title(conn, course).await?,
        cohort_id: id,
        cohort_title: cohort.title,
        batch_no,
        members: batches
            .iter()
            .find(|batch| batch.batch_no == batch_no)
            .map_or(0, |batch| batch.members),
        batches: batches.iter().map(|batch| batch.batch_no).collect(),
        fields: ProjectFields {
            title,
            tagline,
            description,
            notes,
        },
        works: works(conn, id, batch_no, clock).await?,
    })
}

/// Returns the work on a batch's project, newest first.
async fn works(
    conn: &mut Conn,
    cohort: CohortId,
    batch_no: i32,
    clock: &Clock,
) -> AppResult<Vec<BatchWork>> {
    let rows: Vec<WorkRow> = statement(
        "select w.work_id, coalesce(u.display_name, m.name, m.email) as name, w.link, w.body, w.handed_in_at
         from project_works w
         join cohort_batch_projects p on p.project_id = w.project_id
         join cohort_members m on m.member_id = w.member_id
         left join users u on u.user_id = m.user_id
         where p.cohort_id = $1 and p.batch_no = $2
         order by w.handed_in_at desc, w.work_id limit 500",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Int4, _>(batch_no)
    .load(conn)
    .await?;
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.work_id.0).collect();
    let mut comments = work::comments(conn, &ids, clock).await?;
    let works = rows.into_iter().map(|row| BatchWork {
        work_id: row.work_id,
        name: row.name,
        work: HandedIn {
            link: row.link,
            body: row.body,
            at: work::when(row.handed_in_at, clock),
            comments: comments.remove(&row.work_id).unwrap_or_default(),
        },
    });
    Ok(works.collect())
}

pub async fn save_project(
    conn: &mut Conn,
    cohort: CohortId,
    batch_no: i32,
    draft: &ProjectDraft,
) -> QueryResult<()> {
    let texts = (
        cohort_batch_projects::title.eq(&draft.title),
        cohort_batch_projects::tagline.eq(&draft.tagline),
        cohort_batch_projects::description.eq(&draft.description),
        cohort_batch_projects::description_html.eq(&draft.description_html),
        cohort_batch_projects::notes.eq(&draft.notes),
        cohort_batch_projects::notes_html.eq(&draft.notes_html),
    );
    diesel::insert_into(cohort_batch_projects::table)
        .values((
            cohort_batch_projects::cohort_id.eq(cohort),
            cohort_batch_projects::batch_no.eq(batch_no),
            texts,
        ))
        .on_conflict((
            cohort_batch_projects::cohort_id,
            cohort_batch_projects::batch_no,
        ))
        .do_update()
        .set(texts)
        .execute(conn)
        .await
        .map(drop)
}

/// Stores a comment on a work of the cohort. Returns the batch of the project, and false if the
/// author has just sent the same comment.
///
/// # Errors
///
/// `NotFound` for a work of another cohort.
pub async fn comment(
    conn: &mut Conn,
    cohort: CohortId,
    work: WorkId,
    author: UserId,
    body: &str,
) -> AppResult<(i32, bool)> {
    #[derive(QueryableByName)]
    struct WorkBatchRow {
        #[diesel(sql_type = Int4)]
        batch_no: i32,
    }
    // Locked, so that two clicks take turns.
    let row: Option<WorkBatchRow> = statement(
        "select p.batch_no
         from project_works w join cohort_batch_projects p on p.project_id = w.project_id
         where w.work_id = $1 and p.cohort_id = $2
         for no key update of w",
    )
    .bind::<Uuid, _>(work)
    .bind::<Uuid, _>(cohort)
    .get_result(conn)
    .await
    .optional()?;
    let row = row.ok_or_else(|| AppError::NotFound("This work is no longer here.".to_owned()))?;
    let added = statement(
        "insert into work_comments (work_id, author_user_id, body) select $1, $2, $3
         where not exists (select from work_comments
                           where work_id = $1 and author_user_id = $2 and body = $3
                             and created_at > now() - interval '10 minutes')",
    )
    .bind::<Uuid, _>(work)
    .bind::<Uuid, _>(author)
    .bind::<Text, _>(body)
    .execute(conn)
    .await?;
    Ok((row.batch_no, added > 0))
}

#[cfg(test)]
mod tests {
    use super::read_comment;

    #[test]
    fn a_comment_that_nobody_can_see_is_refused() {
        for typed in ["", " \n", "\u{200b}\u{2060}"] {
            let error = read_comment(typed).unwrap_err();
            assert!(error.of_field("text").is_some(), "{typed:?}");
        }
        assert_eq!(read_comment(" Which trees? ").unwrap(), "Which trees?");
    }
}
