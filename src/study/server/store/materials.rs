//! Queries of material and its passages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Double, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::is_changed;
use super::queue::IS_ALLOWED;
use crate::platform::db::schema::{study_materials, topic_blocks};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, MaterialId, TopicId, UserId};
use crate::study::StudyQuery;
use crate::study::server::chunks::StudyChunk;

/// Lines of one page of the list.
pub const PAGE: i64 = 20;

#[derive(Debug, Clone, QueryableByName)]
pub struct MaterialRow {
    #[diesel(sql_type = SqlUuid)]
    pub study_material_id: MaterialId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub source_type: String,
    #[diesel(sql_type = Text)]
    pub subject_area: String,
    #[diesel(sql_type = Array<Text>)]
    pub tags: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub course: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub cards: i64,
    #[diesel(sql_type = BigInt)]
    pub due: i64,
}

/// Columns of a [`MaterialRow`]. `$1` is the owner, `$2` the present time.
fn columns() -> String {
    format!(
        "m.study_material_id, m.title, m.language, m.source_type, m.subject_area, m.tags, m.deleted_at,
    (select c.slug from courses c join enrollments e on e.course_id = c.course_id
     where c.course_id = m.course_id and e.user_id = $1 and e.status in ('active', 'completed')) as course,
    (select count(*) from generated_assets a
     where a.study_material_id = m.study_material_id and a.deleted_at is null) as cards,
    (select count(*) from card_states s
     where s.study_material_id = m.study_material_id and s.user_id = $1 and s.is_open and s.state <> 'new' and s.due_at <= $2
       and {IS_ALLOWED}) as due"
    )
}

/// Returns a page of the learner's material, newest first, and one line of the next page.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    query: &StudyQuery,
    now: DateTime<Utc>,
) -> QueryResult<Vec<MaterialRow>> {
    statement(format!(
        "select {} from study_materials m
         where m.user_id = $1 and m.deleted_at is null
           and ($3 = '' or position(lower($3) in lower(m.title || ' ' || m.subject_area || ' ' || array_to_string(m.tags, ' '))) > 0)
           and ($4 = '' or $4 = any(m.tags))
         order by m.created_at desc, m.study_material_id
         limit $5 offset $6",
        columns()
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(query.q.trim())
    .bind::<Text, _>(&query.tag)
    .bind::<BigInt, _>(PAGE + 1)
    .bind::<BigInt, _>(i64::from(query.page) * PAGE)
    .load(conn)
    .await
}

/// Returns the material in the trash, latest first.
pub async fn trash(
    conn: &mut Conn,
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<Vec<MaterialRow>> {
    statement(format!(
        "select {} from study_materials m
         where m.user_id = $1 and m.deleted_at is not null
         order by m.deleted_at desc, m.study_material_id limit 200",
        columns()
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await
}

/// Returns a material that is not in the trash.
pub async fn one(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    now: DateTime<Utc>,
) -> QueryResult<Option<MaterialRow>> {
    statement(format!(
        "select {} from study_materials m
         where m.user_id = $1 and m.study_material_id = $3 and m.deleted_at is null",
        columns()
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(material)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
struct LibraryRow {
    #[diesel(sql_type = Array<Text>)]
    tags: Vec<String>,
    #[diesel(sql_type = BigInt)]
    in_trash: i64,
}

/// Returns all tags of the learner's material in alphabetical order, and the number of materials in
/// the trash.
pub async fn tags_and_trash(conn: &mut Conn, user: UserId) -> QueryResult<(Vec<String>, i64)> {
    let row: LibraryRow = statement(
        "select coalesce((select array_agg(distinct t order by t)
                          from study_materials m cross join unnest(m.tags) t
                          where m.user_id = $1 and m.deleted_at is null), '{}') as tags,
                (select count(*) from study_materials where user_id = $1 and deleted_at is not null) as in_trash",
    )
    .bind::<SqlUuid, _>(user)
    .get_result(conn)
    .await?;
    Ok((row.tags, row.in_trash))
}

/// Returns the courses that the learner studies and has not taken in.
pub async fn courses_to_take(conn: &mut Conn, user: UserId) -> QueryResult<Vec<CourseToTake>> {
    statement(
        "select c.slug, c.title, c.language
         from enrollments e join courses c on c.course_id = e.course_id
         where e.user_id = $1 and e.status in ('active', 'completed')
           and not exists (select from study_materials m
                           where m.user_id = $1 and m.course_id = e.course_id and m.source_type = 'course')
         order by lower(c.title), c.slug",
    )
    .bind::<SqlUuid, _>(user)
    .load(conn)
    .await
}

/// A course that the learner can take in.
#[derive(Debug, QueryableByName)]
pub struct CourseToTake {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
}

/// A material that is new.
pub struct NewMaterial<'a> {
    pub title: &'a str,
    pub subject: &'a str,
    pub tags: &'a [String],
    pub language: &'a str,
    pub length: i32,
}

/// Adds a pasted text.
pub async fn add_text(
    conn: &mut Conn,
    user: UserId,
    new: NewMaterial<'_>,
) -> QueryResult<MaterialId> {
    diesel::insert_into(study_materials::table)
        .values((
            study_materials::user_id.eq(user),
            study_materials::title.eq(new.title),
            study_materials::source_type.eq("text"),
            study_materials::content_length.eq(new.length),
            study_materials::subject_area.eq(new.subject),
            study_materials::tags.eq(optional(new.tags)),
            study_materials::language.eq(new.language),
        ))
        .returning(study_materials::study_material_id)
        .get_result(conn)
        .await
}

/// For Diesel, elements of arrays may be null.
fn optional(tags: &[String]) -> Vec<Option<String>> {
    tags.iter().cloned().map(Some).collect()
}

/// Adds the learner's material of a course, or finds the one that is there, also in the trash.
pub async fn of_course(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    new: NewMaterial<'_>,
) -> QueryResult<MaterialId> {
    diesel::insert_into(study_materials::table)
        .values((
            study_materials::user_id.eq(user),
            study_materials::course_id.eq(course),
            study_materials::title.eq(new.title),
            study_materials::source_type.eq("course"),
            study_materials::content_length.eq(new.length),
            study_materials::language.eq(new.language),
        ))
        .on_conflict((
            study_materials::user_id,
            study_materials::course_id,
            study_materials::source_type,
        ))
        .do_update()
        .set((
            study_materials::title.eq(new.title),
            study_materials::content_length.eq(new.length),
            study_materials::language.eq(new.language),
        ))
        .returning(study_materials::study_material_id)
        .get_result(conn)
        .await
}

/// Replaces the passages of a material. Returns the ids of the passages in order.
pub async fn replace_chunks(
    conn: &mut Conn,
    material: MaterialId,
    chunks: &[(Option<TopicId>, StudyChunk)],
    central: &[f64],
) -> QueryResult<Vec<Uuid>> {
    statement("delete from content_chunks where study_material_id = $1")
        .bind::<SqlUuid, _>(material)
        .execute(conn)
        .await?;
    let ids: Vec<Uuid> = chunks.iter().map(|_| Uuid::new_v4()).collect();
    let words = |chunk: &StudyChunk| i32::try_from(chunk.words()).unwrap_or(i32::MAX);
    let all = chunks.iter().map(|(_, chunk)| chunk);
    statement(
        "insert into content_chunks (content_chunk_id, study_material_id, chunk_order, chunk_type, content, heading,
                                     topic_id, word_count, relevance_score)
         select c.id, $1, c.place, c.kind, c.content, c.heading, c.topic, c.words, c.central
         from unnest($2, $3, $4, $5, $6, $7, $8) with ordinality
              as c (id, kind, content, heading, topic, words, central, place)",
    )
    .bind::<SqlUuid, _>(material)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(all.clone().map(|chunk| chunk.kind.name()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.clone().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.clone().map(|chunk| chunk.heading.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(chunks.iter().map(|(topic, _)| *topic).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(all.map(words).collect::<Vec<_>>())
    .bind::<Array<Double>, _>(central)
    .execute(conn)
    .await?;
    Ok(ids)
}

/// A passage of a material.
#[derive(Debug, QueryableByName)]
pub struct StudyChunkRow {
    #[diesel(sql_type = Text)]
    pub chunk_type: String,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Int4)]
    pub word_count: i32,
}

/// Returns the passages in order.
pub async fn chunks(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
) -> QueryResult<Vec<StudyChunkRow>> {
    statement(
        "select k.chunk_type, k.content, k.word_count
         from content_chunks k join study_materials m on m.study_material_id = k.study_material_id
         where m.user_id = $1 and k.study_material_id = $2
         order by k.chunk_order",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .load(conn)
    .await
}

/// Moves a material into the trash or out of it. Its cards leave the queue and come back. False if
/// the learner has no such material.
pub async fn set_trashed(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    trashed: bool,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let at = trashed.then_some(now);
    let changed = diesel::update(study_materials::table)
        .filter(study_materials::user_id.eq(user))
        .filter(study_materials::study_material_id.eq(material))
        .set(study_materials::deleted_at.eq(at))
        .execute(conn)
        .await;
    if !is_changed(changed)? {
        return Ok(false);
    }
    statement(
        "update card_states s set is_open = $3 and a.status = 'ready' and a.deleted_at is null
         from generated_assets a
         where a.generated_asset_id = s.generated_asset_id and s.user_id = $1 and s.study_material_id = $2",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .bind::<diesel::sql_types::Bool, _>(!trashed)
    .execute(conn)
    .await?;
    Ok(true)
}

/// Deletes a material in the trash for good. False if there is none.
pub async fn delete(conn: &mut Conn, user: UserId, material: MaterialId) -> QueryResult<bool> {
    let deleted = diesel::delete(study_materials::table)
        .filter(study_materials::user_id.eq(user))
        .filter(study_materials::study_material_id.eq(material))
        .filter(study_materials::deleted_at.is_not_null())
        // The job looks back some days, and would make a deck of wrong answers again.
        .filter(study_materials::source_type.ne("answers"))
        .execute(conn)
        .await;
    is_changed(deleted)
}

/// Returns the rendered text of each topic in the persona that everybody starts with.
pub async fn topic_texts(
    conn: &mut Conn,
    topics: &[TopicId],
) -> QueryResult<Vec<(TopicId, String)>> {
    topic_blocks::table
        .filter(topic_blocks::topic_id.eq_any(topics))
        .filter(topic_blocks::study_persona.eq(crate::course::StudyPersona::Normal))
        .filter(topic_blocks::tutor_persona.is_null())
        .order((topic_blocks::topic_id, topic_blocks::position))
        .select((topic_blocks::topic_id, topic_blocks::html))
        .load(conn)
        .await
}
