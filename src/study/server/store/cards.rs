//! Queries of cards, outside of reviews.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Double, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{CardContent, is_changed};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CardId, CourseId, MaterialId, QuestionId, UserId};
use crate::study::{CardKind, CardQuery};

/// Cards of one page of a list.
pub const PAGE: i64 = 50;

/// A card that is new.
#[derive(Debug, Clone)]
pub struct NewCard {
    pub chunk: Option<Uuid>,
    pub question: Option<QuestionId>,
    pub kind: CardKind,
    pub content: CardContent,
    /// Cards with the same key are one card.
    pub key: String,
    pub sibling: String,
    pub tags: Vec<String>,
    pub model: &'static str,
    pub quality: Option<f64>,
}

impl NewCard {
    /// A card that the learner wrote or brought.
    pub fn own(front: &str, back: &str, tags: Vec<String>) -> Self {
        let key = content_key(CardKind::Own, front, back);
        Self {
            chunk: None,
            question: None,
            kind: CardKind::Own,
            content: CardContent::new(front, back),
            sibling: key.clone(),
            key,
            tags,
            model: "person",
            quality: None,
        }
    }
}

/// Returns the key of a card with this content.
pub fn content_key(kind: CardKind, front: &str, back: &str) -> String {
    let hash = Sha256::new()
        .chain_update(kind.name())
        .chain_update([0])
        .chain_update(front)
        .chain_update([0])
        .chain_update(back)
        .finalize();
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Tags are stored in one text on their way, because arrays of arrays must be rectangular.
const TAG_END: &str = "\u{1f}";

/// Adds the cards that the material does not have yet, in their order behind all others. A card
/// that is there gets the passage again. Returns the number of new cards.
pub async fn add(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    cards: &[NewCard],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    if cards.is_empty() {
        return Ok(0);
    }
    // A statement cannot change a row twice.
    let mut keys = HashSet::new();
    let cards: Vec<&NewCard> = (cards.iter())
        .filter(|card| keys.insert(card.key.as_str()))
        .collect();
    let ids: Vec<Uuid> = cards.iter().map(|_| Uuid::new_v4()).collect();
    let texts = |of: fn(&NewCard) -> &str| cards.iter().map(|card| of(card)).collect::<Vec<_>>();
    let contents: Vec<Value> = cards.iter().map(|card| card.content.to_json()).collect();
    let tags: Vec<String> = cards.iter().map(|card| card.tags.join(TAG_END)).collect();
    statement(
        "with given as (
             select * from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) with ordinality
                 as c (id, chunk, question, kind, content, key, sibling, tags, model, quality, place)
         ), made as (
             insert into generated_assets (generated_asset_id, user_id, study_material_id, content_chunk_id, question_id, card_kind,
                                           content, content_key, tags, generation_model, quality_score)
             select c.id, $1, $2, c.chunk, c.question, c.kind, c.content, c.key,
                    array_remove(string_to_array(c.tags, chr(31)), ''), c.model, c.quality
             from given c
             on conflict (study_material_id, content_key) do update set content_chunk_id = excluded.content_chunk_id
             returning generated_asset_id
         )
         insert into card_states (generated_asset_id, user_id, study_material_id, sibling_key, position, is_open)
         select c.id, $1, $2, c.sibling, $13 + c.place, t.deleted_at is null
         from given c
         join made m on m.generated_asset_id = c.id
         join study_materials t on t.study_material_id = $2",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Nullable<SqlUuid>>, _>(cards.iter().map(|card| card.chunk).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(cards.iter().map(|card| card.question).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(texts(|card| card.kind.name()))
    .bind::<Array<Jsonb>, _>(&contents)
    .bind::<Array<Text>, _>(texts(|card| &card.key))
    .bind::<Array<Text>, _>(texts(|card| &card.sibling))
    .bind::<Array<Text>, _>(&tags)
    .bind::<Array<Text>, _>(texts(|card| card.model))
    .bind::<Array<Nullable<Double>>, _>(cards.iter().map(|card| card.quality).collect::<Vec<_>>())
    // A second has room for a million cards.
    .bind::<BigInt, _>(now.timestamp() << 20)
    .execute(conn)
    .await
}

/// Deletes cards that rules made from passages that are gone, unless the learner has seen or edited
/// them.
pub async fn remove_orphans(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
) -> QueryResult<usize> {
    statement(
        "delete from generated_assets a using card_states s
         where s.generated_asset_id = a.generated_asset_id and a.user_id = $1 and a.study_material_id = $2
           and a.content_chunk_id is null and a.generation_model like 'rules-%' and not a.is_edited and s.state = 'new'",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .execute(conn)
    .await
}

/// A card with its schedule and its passage.
#[derive(Debug, Clone, QueryableByName)]
pub struct StudyCardRow {
    #[diesel(sql_type = SqlUuid)]
    pub generated_asset_id: CardId,
    #[diesel(sql_type = SqlUuid)]
    pub study_material_id: MaterialId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub question_id: Option<QuestionId>,
    #[diesel(sql_type = Text)]
    pub card_kind: String,
    #[diesel(sql_type = Jsonb)]
    pub content: Value,
    #[diesel(sql_type = Array<Text>)]
    pub tags: Vec<String>,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Nullable<Double>)]
    pub quality_score: Option<f64>,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    pub reviews: i32,
    #[diesel(sql_type = Int4)]
    pub lapses: i32,
}

const COLUMNS: &str = "a.generated_asset_id, a.study_material_id, m.title, m.language, m.course_id, a.question_id, a.card_kind,
    a.content, a.tags, a.status, a.quality_score, s.state, s.due_at, s.reviews, s.lapses";

const TABLES: &str = "generated_assets a
    join study_materials m on m.study_material_id = a.study_material_id
    join card_states s on s.generated_asset_id = a.generated_asset_id";

/// Returns a page of a material's cards in their order, and one of the next page.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    query: &CardQuery,
) -> QueryResult<Vec<StudyCardRow>> {
    statement(format!(
        "select {COLUMNS} from {TABLES}
         where a.user_id = $1 and a.study_material_id = $2 and a.deleted_at is null
           and ($3 = '' or position(lower($3) in lower((a.content ->> 'front') || ' '
                || case when a.question_id is null then a.content ->> 'back' else '' end
                || ' ' || array_to_string(a.tags, ' '))) > 0)
         order by s.position, a.generated_asset_id
         limit $4 offset $5"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .bind::<Text, _>(query.q.trim())
    .bind::<BigInt, _>(PAGE + 1)
    .bind::<BigInt, _>(i64::from(query.page) * PAGE)
    .load(conn)
    .await
}

/// Returns all cards of a material that are no questions of a course, for a file.
pub async fn for_file(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    most: i64,
) -> QueryResult<Vec<StudyCardRow>> {
    statement(format!(
        "select {COLUMNS} from {TABLES}
         where a.user_id = $1 and a.study_material_id = $2 and a.deleted_at is null and a.question_id is null
         order by s.position, a.generated_asset_id
         limit $3"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(material)
    .bind::<BigInt, _>(most)
    .load(conn)
    .await
}

/// Returns a card that is not deleted.
pub async fn one(conn: &mut Conn, user: UserId, card: CardId) -> QueryResult<Option<StudyCardRow>> {
    statement(format!(
        "select {COLUMNS} from {TABLES}
         where a.user_id = $1 and a.generated_asset_id = $2 and a.deleted_at is null and m.deleted_at is null"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .get_result(conn)
    .await
    .optional()
}

/// The passage of a card, and its topic if the learner studies the course.
#[derive(Debug, QueryableByName)]
pub struct CardPassageRow {
    #[diesel(sql_type = Text)]
    pub heading: String,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub course: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub topic: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub topic_title: Option<String>,
}

pub async fn passage(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
) -> QueryResult<Option<CardPassageRow>> {
    statement(
        "select k.heading, k.content, c.slug as course, t.slug as topic, t.title as topic_title
         from generated_assets a
         join content_chunks k on k.content_chunk_id = a.content_chunk_id
         left join (topics t join courses c on c.course_id = t.course_id
                    join enrollments e on e.course_id = c.course_id and e.user_id = $1 and e.status in ('active', 'completed'))
              on t.topic_id = k.topic_id and t.retired_at is null
         where a.user_id = $1 and a.generated_asset_id = $2",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .get_result(conn)
    .await
    .optional()
}

/// Changes the sides and the tags of a card, and puts a reported one back into its deck. False if
/// there is no such card, or if it is a question of a course.
pub async fn edit(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
    content: &CardContent,
    tags: &[String],
) -> QueryResult<bool> {
    let changed = statement(
        "with changed as (
             update generated_assets set content = $3, tags = $4, is_edited = true, status = 'ready'
             where user_id = $1 and generated_asset_id = $2 and deleted_at is null and question_id is null
               and exists (select from study_materials o
                         where o.study_material_id = generated_assets.study_material_id and o.deleted_at is null)
             returning generated_asset_id
         ), settled as (
             update user_feedback f set status = 'settled' from changed c
             where f.generated_asset_id = c.generated_asset_id and f.feedback_type = 'report'
         )
         update card_states s set is_open = true from changed c where s.generated_asset_id = c.generated_asset_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .bind::<Jsonb, _>(content.to_json())
    .bind::<Array<Text>, _>(tags)
    .execute(conn)
    .await;
    is_changed(changed)
}

/// Deletes a card. A card that rules made stays without a deck, so that it is not made again.
pub async fn delete(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let own = statement(
        "delete from generated_assets
         where user_id = $1 and generated_asset_id = $2 and generation_model = 'person'",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .execute(conn)
    .await;
    if is_changed(own)? {
        return Ok(true);
    }
    let changed = statement(
        "with gone as (
             update generated_assets set deleted_at = $3
             where user_id = $1 and generated_asset_id = $2 and deleted_at is null
             returning generated_asset_id
         )
         update card_states s set is_open = false from gone g where s.generated_asset_id = g.generated_asset_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await;
    is_changed(changed)
}

/// Takes a card out of its deck, or puts it back.
pub async fn set_reported(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
    reported: bool,
) -> QueryResult<bool> {
    let changed = statement(
        "with changed as (
             update generated_assets set status = case when $3 then 'reported' else 'ready' end
             where user_id = $1 and generated_asset_id = $2 and deleted_at is null
               and exists (select from study_materials o
                         where o.study_material_id = generated_assets.study_material_id and o.deleted_at is null)
             returning generated_asset_id
         )
         update card_states s set is_open = not $3 from changed c where s.generated_asset_id = c.generated_asset_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .bind::<Bool, _>(reported)
    .execute(conn)
    .await;
    is_changed(changed)
}

/// Keeps a report with its comment, and settles those before it.
pub async fn keep_report(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
    comment: Option<&str>,
) -> QueryResult<()> {
    statement(
        "with settled as (
             update user_feedback set status = 'settled'
             where user_id = $1 and generated_asset_id = $2 and feedback_type = 'report'
         )
         insert into user_feedback (user_id, generated_asset_id, feedback_type, comment)
         select $1, $2, 'report', $3 where $3 is not null",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .bind::<Nullable<Text>, _>(comment)
    .execute(conn)
    .await
    .map(drop)
}
