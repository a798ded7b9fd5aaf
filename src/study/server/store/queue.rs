//! Queries of the queue: the cards that are asked next, and how many are left.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Date, Float, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::StudyLimits;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CardId, CourseId, MaterialId, QuestionId, UserId};
use crate::platform::time::Clock;
use crate::study::QueueCounts;
use crate::study::server::schedule::{CardMemory, today};

/// Minutes by which a card that is being learned may come too early, when nothing else is left.
const AHEAD: &str = "20 minutes";

/// Cards that are looked at, because a running quiz may ask the questions of the first ones.
const CANDIDATES: i64 = 200;

/// Condition of a card `s` of the learner `$1`: the questions of a course are asked only while the
/// learner is enrolled in it.
pub const IS_ALLOWED: &str = "not exists (
    select from study_materials o
    where o.study_material_id = s.study_material_id and o.source_type = 'answers'
      and not exists (select from enrollments e
                      where e.user_id = $1 and e.course_id = o.course_id and e.status in ('active', 'completed')))";

/// A card that can be asked now.
#[derive(Debug, Clone, QueryableByName)]
pub struct QueuedRow {
    #[diesel(sql_type = SqlUuid)]
    pub generated_asset_id: CardId,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub card_kind: String,
    #[diesel(sql_type = Jsonb)]
    pub content: Value,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub question_id: Option<QuestionId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Float>)]
    pub stability: Option<f32>,
    #[diesel(sql_type = Nullable<Float>)]
    pub difficulty: Option<f32>,
    #[diesel(sql_type = Nullable<Date>)]
    pub last_day: Option<NaiveDate>,
    #[diesel(sql_type = Int4)]
    pub reviews: i32,
    #[diesel(sql_type = BigInt)]
    new_left: i64,
    #[diesel(sql_type = BigInt)]
    learning_left: i64,
    #[diesel(sql_type = BigInt)]
    review_left: i64,
}

impl QueuedRow {
    pub fn standing(&self) -> CardMemory {
        let memory = (self.stability, self.difficulty);
        CardMemory::of(
            self.generated_asset_id,
            &self.state,
            memory,
            self.last_day,
            self.reviews,
        )
    }
}

/// The common table expressions `learning`, `due` and `fresh`. `$1` is the learner, `$2` the deck
/// or null, `$3` the present time, `$4` the day, `$5` and `$6` the limits of new cards and of
/// reviews.
/// Siblings of cards that were asked on this day wait for the next.
fn queue() -> String {
    let apart = "not exists (select from asked o where o.study_material_id = s.study_material_id
                             and o.sibling_key = s.sibling_key and o.generated_asset_id <> s.generated_asset_id)";
    let of_deck = format!(
        "s.user_id = $1 and s.is_open and ($2 is null or s.study_material_id = $2) and {IS_ALLOWED}"
    );
    format!(
        "asked as materialized (
             select generated_asset_id, study_material_id, sibling_key, first_day = $4 as is_new
             from card_states where user_id = $1 and last_day = $4
         ), learning as (
             select s.generated_asset_id, s.due_at from card_states s
             where {of_deck} and s.state in ('learning', 'relearning') and s.due_at <= $3 + interval '{AHEAD}'
             order by s.due_at
         ), due as (
             select s.generated_asset_id, s.due_at from card_states s
             where {of_deck} and s.state = 'review' and s.due_at <= $3 and {apart}
             order by s.due_at, s.generated_asset_id
             limit (select greatest($6 - count(*) filter (where not is_new), 0) from asked)
         ), fresh as (
             select s.generated_asset_id, s.position from card_states s
             where {of_deck} and s.state = 'new' and {apart}
             order by s.position, s.generated_asset_id
             limit (select greatest($5 - count(*) filter (where is_new), 0) from asked)
         )"
    )
}

/// Returns the cards that can be asked next, in order, and the numbers of those that are left.
pub async fn next(
    conn: &mut Conn,
    user: UserId,
    deck: Option<MaterialId>,
    limits: StudyLimits,
    clock: &Clock,
) -> QueryResult<(Vec<QueuedRow>, QueueCounts)> {
    let rows: Vec<QueuedRow> = statement(format!(
        "with {}, chosen as (
             (select generated_asset_id, 0 as rank, extract(epoch from due_at)::bigint as place from learning where due_at <= $3)
             union all
             (select generated_asset_id, 1, extract(epoch from due_at)::bigint from due order by 3, 1 limit $7)
             union all
             (select generated_asset_id, 2, position from fresh order by 3, 1 limit $7)
             union all
             (select generated_asset_id, 3, extract(epoch from due_at)::bigint from learning where due_at > $3)
         )
         select a.generated_asset_id, s.version, a.card_kind, a.content, a.question_id, m.course_id, m.title, m.language,
                s.state, s.stability, s.difficulty, s.last_day, s.reviews,
                (select count(*) from fresh) as new_left,
                (select count(*) from learning) as learning_left,
                (select count(*) from due) as review_left
         from chosen c
         join card_states s on s.generated_asset_id = c.generated_asset_id
         join generated_assets a on a.generated_asset_id = c.generated_asset_id
         join study_materials m on m.study_material_id = a.study_material_id
         order by c.rank, c.place, c.generated_asset_id
         limit $7",
        queue()
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(deck)
    .bind::<Timestamptz, _>(clock.now)
    .bind::<Date, _>(today(clock))
    .bind::<BigInt, _>(i64::from(limits.new_per_day))
    .bind::<BigInt, _>(i64::from(limits.reviews_per_day))
    .bind::<BigInt, _>(CANDIDATES)
    .load(conn)
    .await?;
    let first = <[QueuedRow]>::first(&rows);
    let counts = first.map(|row| QueueCounts {
        new: row.new_left,
        learning: row.learning_left,
        review: row.review_left,
    });
    Ok((rows, counts.unwrap_or_default()))
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    new_left: i64,
    #[diesel(sql_type = BigInt)]
    learning_left: i64,
    #[diesel(sql_type = BigInt)]
    review_left: i64,
}

/// Returns the numbers of cards that are left for today, in all decks.
pub async fn counts(
    conn: &mut Conn,
    user: UserId,
    limits: StudyLimits,
    clock: &Clock,
) -> QueryResult<QueueCounts> {
    let row: CountsRow = statement(format!(
        "with {} select (select count(*) from fresh) as new_left, (select count(*) from learning) as learning_left,
                        (select count(*) from due) as review_left",
        queue()
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(None::<MaterialId>)
    .bind::<Timestamptz, _>(clock.now)
    .bind::<Date, _>(today(clock))
    .bind::<BigInt, _>(i64::from(limits.new_per_day))
    .bind::<BigInt, _>(i64::from(limits.reviews_per_day))
    .get_result(conn)
    .await?;
    Ok(QueueCounts {
        new: row.new_left,
        learning: row.learning_left,
        review: row.review_left,
    })
}

#[derive(QueryableByName)]
struct NextDueRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

/// Returns the time of the next card that is not due yet, and the number of cards that only wait
/// because of a limit or a sibling.
pub async fn upcoming(
    conn: &mut Conn,
    user: UserId,
    deck: Option<MaterialId>,
    now: DateTime<Utc>,
) -> QueryResult<(Option<DateTime<Utc>>, i64)> {
    let row: NextDueRow = statement(format!(
        "select min(s.due_at) filter (where s.state <> 'new' and s.due_at > $3) as due_at,
                count(*) filter (where s.state = 'new' or s.due_at <= $3) as waiting
         from card_states s
         where s.user_id = $1 and s.is_open and ($2 is null or s.study_material_id = $2) and {IS_ALLOWED}"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(deck)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await?;
    Ok((row.due_at, row.waiting))
}

/// An overdue card of a backlog.
#[derive(Debug, Clone, QueryableByName)]
pub struct OverdueRow {
    #[diesel(sql_type = SqlUuid)]
    pub generated_asset_id: CardId,
    #[diesel(sql_type = Float)]
    pub stability: f32,
    #[diesel(sql_type = Float)]
    pub difficulty: f32,
    #[diesel(sql_type = Date)]
    pub last_day: NaiveDate,
}

/// Returns all cards that were due before the moment, most overdue first.
pub async fn overdue(
    conn: &mut Conn,
    user: UserId,
    before: DateTime<Utc>,
) -> QueryResult<Vec<OverdueRow>> {
    statement(format!(
        "select s.generated_asset_id, s.stability, s.difficulty, s.last_day from card_states s
         where s.user_id = $1 and s.is_open and s.state = 'review' and s.due_at < $2 and {IS_ALLOWED}
         order by s.due_at, s.generated_asset_id"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(before)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct DueDayRow {
    #[diesel(sql_type = Int4)]
    day: i32,
    #[diesel(sql_type = BigInt)]
    cards: i64,
}

/// Returns the number of cards that are due on each of the next days, the first of which is today,
/// without what was due before.
pub async fn due_by_day(
    conn: &mut Conn,
    user: UserId,
    clock: &Clock,
    from: DateTime<Utc>,
    days: usize,
) -> QueryResult<Vec<i64>> {
    let length = i32::try_from(days).unwrap_or(i32::MAX);
    let rows: Vec<DueDayRow> = statement(format!(
        "select (s.due_at at time zone $3)::date - $4 as day, count(*) as cards from card_states s
         where s.user_id = $1 and s.is_open and s.state <> 'new' and s.due_at >= $2
           and s.due_at < $2 + make_interval(days => $5 + 1) and {IS_ALLOWED}
         group by 1 order by 1"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(from)
    .bind::<Text, _>(clock.zone.name())
    .bind::<Date, _>(today(clock))
    .bind::<Int4, _>(length)
    .load(conn)
    .await?;
    let mut counts = vec![0; days];
    for row in rows {
        let day = usize::try_from(row.day).ok();
        if let Some(count) = day.and_then(|day| counts.get_mut(day)) {
            *count = row.cards;
        }
    }
    Ok(counts)
}

/// Moves the cards to other times.
pub async fn set_due(
    conn: &mut Conn,
    user: UserId,
    cards: &[CardId],
    times: &[DateTime<Utc>],
) -> QueryResult<()> {
    statement(
        "update card_states s set due_at = n.due_at
         from unnest($2, $3) as n (card, due_at)
         where s.generated_asset_id = n.card and s.user_id = $1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Array<SqlUuid>, _>(cards)
    .bind::<Array<Timestamptz>, _>(times)
    .execute(conn)
    .await
    .map(drop)
}
