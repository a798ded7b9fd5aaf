//! Queries of questions about the catalog.

use diesel::sql_types::{Array, BigInt, Bool, Float4, Int4, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{CatalogLine, CatalogTurn};
use crate::course::Level;
use crate::course::server::search;
use crate::platform::db::schema::sql_types::CourseLevel;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::OrganizationId;

/// Courses that are read for an answer.
const COURSES: i64 = 8;
/// Words of a question that are searched.
const WORDS: usize = 12;

#[derive(diesel::QueryableByName)]
struct CatalogTalkRow {
    #[diesel(sql_type = SqlUuid)]
    talk_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    turns: Value,
}

impl CatalogTalkRow {
    fn turns(self) -> Vec<CatalogTurn> {
        serde_json::from_value(self.turns).unwrap_or_default()
    }
}

/// Returns the questions of a conversation. None if there is none with this id.
pub async fn turns(
    conn: &mut Conn,
    talk: Option<Uuid>,
) -> diesel::QueryResult<Option<Vec<CatalogTurn>>> {
    let Some(talk) = talk else { return Ok(None) };
    let rows: Vec<CatalogTalkRow> = statement(
        "select talk_id, turns from catalog_talks
         where talk_id = $1 and created_at > now() - interval '1 day'",
    )
    .bind::<SqlUuid, _>(talk)
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(CatalogTalkRow::turns))
}

/// Returns the conversation with this id, or a new one. Holds it until the end of the transaction.
pub async fn open(
    conn: &mut Conn,
    talk: Option<Uuid>,
) -> diesel::QueryResult<(Uuid, Vec<CatalogTurn>)> {
    let rows: Vec<CatalogTalkRow> = statement(
        "select talk_id, turns from catalog_talks
         where talk_id = $1 and created_at > now() - interval '1 day' for update",
    )
    .bind::<SqlUuid, _>(talk.unwrap_or_default())
    .load(conn)
    .await?;
    let row = match rows.into_iter().next() {
        Some(row) => row,
        None => {
            statement("insert into catalog_talks default values returning talk_id, turns")
                .get_result(conn)
                .await?
        }
    };
    Ok((row.talk_id, row.turns()))
}

pub async fn keep(conn: &mut Conn, talk: Uuid, turns: &[CatalogTurn]) -> diesel::QueryResult<()> {
    statement("update catalog_talks set turns = $2 where talk_id = $1")
        .bind::<SqlUuid, _>(talk)
        .bind::<Jsonb, _>(serde_json::to_value(turns).unwrap_or_default())
        .execute(conn)
        .await
        .map(drop)
}

/// Deletes conversations that are older than a day.
pub async fn forget_old(conn: &mut Conn) -> diesel::QueryResult<()> {
    statement("delete from catalog_talks where created_at < now() - interval '1 day'")
        .execute(conn)
        .await
        .map(drop)
}

/// A published course with everything that its page says.
#[derive(Debug, Clone, diesel::QueryableByName)]
pub struct CatalogCourseRow {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub summary: String,
    #[diesel(sql_type = Text)]
    pub description_html: String,
    #[diesel(sql_type = CourseLevel)]
    pub level: Level,
    #[diesel(sql_type = Array<Text>)]
    pub outcomes: Vec<String>,
    #[diesel(sql_type = Int4)]
    pub price_cents: i32,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Bool)]
    pub cohort_only: bool,
    #[diesel(sql_type = Int4)]
    pub topic_count: i32,
    #[diesel(sql_type = Int4)]
    pub reading_minutes: i32,
    #[diesel(sql_type = Array<Text>)]
    pub topics: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    pub tutors: Vec<String>,
}

/// Returns the published courses that have most of the words, best first. Without a match, those
/// that were published last.
pub async fn matching(
    conn: &mut Conn,
    organization: OrganizationId,
    words: &[&str],
) -> AppResult<Vec<CatalogCourseRow>> {
    let mut notation: Vec<String> = Vec::new();
    for word in words.iter().take(WORDS) {
        let read = search::read(conn, organization, None, word).await?;
        notation.extend(read.map(|read| format!("({})", read.notation)));
    }
    let found: Vec<CatalogCourseRow> = statement(
        "select c.slug, c.title, c.summary, c.description_html, c.level,
                array_remove(c.outcomes, null) as outcomes, c.price_cents, c.currency, c.cohort_only,
                c.topic_count, c.reading_minutes,
                array(select t.title from topics t where t.course_id = c.course_id and t.retired_at is null
                      order by t.module_no, t.topic_number) as topics,
                array(select u.display_name from course_tutors ct
                      join tutors p on p.tutor_id = ct.tutor_id
                      join users u on u.user_id = p.user_id and u.deleted_at is null
                      where ct.course_id = c.course_id and ct.is_active order by u.display_name) as tutors
         from courses c
         left join search_courses($1, $2::tsquery, $3) found on found.course_id = c.course_id
         where c.is_published and c.retired_at is null
         order by found.rank desc nulls last, c.published_at desc, c.course_id
         limit $4",
    )
    .bind::<SqlUuid, _>(organization)
    .bind::<Text, _>(notation.join(" | "))
    .bind::<Array<Float4>, _>(search::WEIGHTS)
    .bind::<BigInt, _>(COURSES)
    .load(conn)
    .await?;
    Ok(found)
}

#[derive(diesel::QueryableByName)]
struct NewCourseRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    summary: String,
}

/// Returns the courses that were published last.
pub async fn newest(conn: &mut Conn) -> diesel::QueryResult<Vec<CatalogLine>> {
    let rows: Vec<NewCourseRow> = statement(
        "select slug, title, summary from courses where is_published and retired_at is null
         order by published_at desc, course_id limit $1",
    )
    .bind::<BigInt, _>(COURSES)
    .load(conn)
    .await?;
    let line = |row: NewCourseRow| CatalogLine {
        slug: row.slug,
        title: row.title,
        text: row.summary,
    };
    Ok(rows.into_iter().map(line).collect())
}
