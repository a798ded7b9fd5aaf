//! The hourly job that fills the graph of concepts and turns graded answers into evidence: those to
//! quizzes, exams, practice questions and cards.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Double, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::concepts::{self, concept_key};
use super::model::DIFFICULTY;
use super::store::{self, NewEvidence};
use crate::mastery::{SourceType, Thresholds};
use crate::notes::server::extract::find_word;
use crate::notes::server::store::concepts_of;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// Most answers of one transaction, and most transactions of one run. The next run takes the rest.
const BATCH: i64 = 1_000;
const ROUNDS: usize = 50;

/// Fills the graph of concepts, and stores the evidence of new answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshKnowledge {}

impl Job for RefreshKnowledge {
    const KIND: &'static str = "refresh_knowledge";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        // Queued first, so that a failure ends nothing.
        cx.within(async move |conn| jobs::enqueue_next_hour(conn, &self).await)
            .await?;
        cx.within(async |conn| concepts::fill(conn).await).await?;
        let thresholds = Thresholds::of(&cx.organization.site.settings);
        let mut after = None;
        for _ in 0..ROUNDS {
            let (_, next) = cx
                .within(async move |conn| collect_batch(conn, after, BATCH, thresholds).await)
                .await?;
            if next.is_none() {
                break;
            }
            after = next;
        }
        Ok(())
    }
}

/// The last answer that a run has read. The next batch begins after it, so that answers without
/// concepts hold nothing up.
#[derive(Debug, Clone)]
struct LastAnswer {
    answered_at: DateTime<Utc>,
    source_id: String,
    user: UserId,
}

#[derive(QueryableByName)]
struct CollectedAnswer {
    #[diesel(sql_type = Text)]
    source_type: String,
    #[diesel(sql_type = Text)]
    source_id: String,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Array<SqlUuid>)]
    topics: Vec<TopicId>,
    /// Text of the question, in which concepts are looked for.
    #[diesel(sql_type = Text)]
    said: String,
    #[diesel(sql_type = Nullable<Double>)]
    difficulty: Option<f64>,
    #[diesel(sql_type = Double)]
    points: f64,
    #[diesel(sql_type = Timestamptz)]
    answered_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct TopicConceptsRow {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Jsonb)]
    key_concepts: Value,
}

/// Stores the evidence of answers that have none yet, in one transaction. Returns the number of new
/// rows. Running it again stores nothing twice.
pub async fn collect(conn: &mut Conn, thresholds: Thresholds) -> AppResult<usize> {
    collect_in_batches(conn, BATCH, thresholds).await
}

/// Collects in batches of so many answers; see [`collect`].
pub async fn collect_in_batches(
    conn: &mut Conn,
    batch: i64,
    thresholds: Thresholds,
) -> AppResult<usize> {
    let (mut added, mut after) = (0, None);
    for _ in 0..ROUNDS {
        let (new, next) = collect_batch(conn, after, batch, thresholds).await?;
        added += new;
        if next.is_none() {
            break;
        }
        after = next;
    }
    Ok(added)
}

/// Stores the evidence of the next answers. Returns the number of new rows, and the last answer
/// unless it was the last of all.
async fn collect_batch(
    conn: &mut Conn,
    after: Option<LastAnswer>,
    batch: i64,
    thresholds: Thresholds,
) -> AppResult<(usize, Option<LastAnswer>)> {
    let rows = answers(conn, after.as_ref(), batch).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|read| read >= batch);
    let last = rows.last().filter(|_| is_full).map(|row| LastAnswer {
        answered_at: row.answered_at,
        source_id: row.source_id.clone(),
        user: row.user_id,
    });
    let topics: HashSet<TopicId> = rows.iter().flat_map(|row| row.topics.clone()).collect();
    let topics: Vec<TopicId> = topics.into_iter().collect();
    let of_topics: Vec<TopicConceptsRow> =
        statement("select topic_id, key_concepts from ai_notes where topic_id = any($1)")
            .bind::<Array<SqlUuid>, _>(topics)
            .load(conn)
            .await?;
    let names: HashMap<TopicId, Vec<String>> = of_topics
        .into_iter()
        .map(|row| {
            let concepts = concepts_of(row.key_concepts).into_iter();
            (row.topic_id, concepts.map(|one| one.concept).collect())
        })
        .collect();
    let mut new: BTreeMap<UserId, Vec<NewEvidence>> = BTreeMap::new();
    for row in rows {
        let known = row.topics.iter().filter_map(|topic| names.get(topic));
        let known: Vec<&str> = known.flatten().map(String::as_str).collect();
        let about = concepts_named(&row.said, &known);
        let source = SourceType::parse(&row.source_type);
        let evidence = about.into_iter().map(|(concept, weight)| NewEvidence {
            concept,
            source,
            source_id: row.source_id.clone(),
            course: Some(row.course_id),
            points: row.points,
            difficulty: row.difficulty.unwrap_or(DIFFICULTY),
            weight,
            at: row.answered_at,
        });
        new.entry(row.user_id).or_default().extend(evidence);
    }
    let mut added = 0;
    for (user, mut evidence) in new {
        evidence.sort_by_key(|one| one.at);
        if !evidence.is_empty() {
            added += store::add(conn, user, &evidence, thresholds).await?;
        }
    }
    Ok((added, last))
}

/// Returns the keys of the concepts that a question is about, with the weight of its answer: those
/// that its text names, or else all of its topic, which share the weight.
fn concepts_named(said: &str, known: &[&str]) -> Vec<(String, f64)> {
    let lower = said.to_lowercase();
    let is_named = |name: &&&str| find_word(&lower, &name.to_lowercase()).is_some();
    let named: Vec<&str> = known.iter().filter(is_named).copied().collect();
    let (about, weight) = match named.is_empty() {
        true => (known.to_vec(), 1.0 / known.len().max(1) as f64),
        false => (named, 1.0),
    };
    let mut seen = HashSet::new();
    let keys = about.into_iter().map(concept_key);
    keys.filter(|key| !key.is_empty() && seen.insert(key.clone()))
        .map(|key| (key, weight))
        .collect()
}

/// Returns graded answers without evidence, oldest first. Looks back 4 days, or to the newest
/// evidence of the same source if that is older, but at most 90 days. Exams are read for 90 days,
/// because their answers count once they are shown, which may be late. A review of a card counts
/// when it can hardly be undone.
async fn answers(
    conn: &mut Conn,
    after: Option<&LastAnswer>,
    batch: i64,
) -> QueryResult<Vec<CollectedAnswer>> {
    statement(
        "with since as materialized (
             select s.source_type, greatest(now() - interval '90 days', least(now() - interval '4 days', coalesce(
                        (select p.answered_at from progress p where p.source_type = s.source_type
                         order by p.answered_at desc limit 1), '-infinity'::timestamptz))) as begins
             from unnest(array['practice', 'quiz', 'card']) s (source_type)
         ), given as (
             select 'practice' as source_type, p.question_id::text || '/' || p.attempts as source_id,
                    p.user_id, p.question_id, null::uuid as topic_id, '' as said, p.points, p.answered_at
             from practice_answers p where p.answered_at >= (select begins from since where source_type = 'practice')
             union all
             select 'quiz', a.attempt_id::text || '/' || q.place, a.user_id, (q.question ->> 'question_id')::uuid, null, '',
                    coalesce((a.points ->> (q.place::int - 1))::double precision, 0), a.completed_at
             from quiz_attempts a
             cross join lateral jsonb_array_elements(a.question_set -> 'questions') with ordinality q (question, place)
             where a.completed_at >= (select begins from since where source_type = 'quiz') and a.status in ('passed', 'failed', 'expired')
             union all
             select 'exam', a.attempt_id::text || '/' || q.place, a.user_id, (q.answered -> 'question' ->> 'question_id')::uuid, null, '',
                    coalesce((q.answered ->> 'points')::double precision, 0), a.completed_at
             from exam_attempts a
             join exams x on x.exam_id = a.exam_id
             cross join lateral jsonb_array_elements(a.answer_sheet -> 'questions') with ordinality q (answered, place)
             where a.completed_at > now() - interval '90 days' and a.regrade_of is null and x.config ->> 'review' = 'answers'
               and not (coalesce((x.config ->> 'review_after_close')::boolean, false) and (x.closes_at is null or x.closes_at > now()))
             union all
             select 'card', i.interaction_id::text, i.user_id, g.question_id, k.topic_id,
                    (g.content ->> 'front') || ' ' || (g.content ->> 'back'),
                    case when i.is_correct then 1 else 0 end, i.created_at
             from interactions i
             join generated_assets g on g.generated_asset_id = i.generated_asset_id
             left join content_chunks k on k.content_chunk_id = g.content_chunk_id
             where i.created_at between (select begins from since where source_type = 'card') and now() - interval '1 hour'
               and i.interaction_type = 'answer' and i.is_correct is not null and (g.question_id is not null or k.topic_id is not null)
         )
         select a.source_type, a.source_id, a.user_id, t.course_id, t.topics, a.said || ' ' || coalesce(q.prompt || ' ' || coalesce(q.explanation, ''), '') as said,
                q.difficulty::double precision as difficulty, least(1, greatest(0, a.points))::double precision as points, a.answered_at
         from given a
         join users u on u.user_id = a.user_id and u.deleted_at is null
         left join quiz_questions q on q.question_id = a.question_id
         cross join lateral (
             select t.course_id, array_agg(t.topic_id) as topics
             from topics t join ai_notes n on n.topic_id = t.topic_id
             where t.retired_at is null and n.key_concepts <> '[]'
               and (t.topic_id = coalesce(q.topic_id, a.topic_id)
                    or (coalesce(q.topic_id, a.topic_id) is null and t.course_id = q.course_id and t.module_no = q.module_no
                        and (t.topic_number + 1) / 2 = q.topic_pair_index))
             group by t.course_id
         ) t
         where ($2 is null or (a.answered_at, a.source_id, a.user_id) > ($2, $3, $4)) and not exists (
             select from progress p join learners l on l.learner_id = p.learner_id
             where l.user_id = a.user_id and p.source_type = a.source_type and p.source_id = a.source_id)
         order by a.answered_at, a.source_id, a.user_id
         limit $1",
    )
    .bind::<BigInt, _>(batch)
    .bind::<Nullable<Timestamptz>, _>(after.map(|last| last.answered_at))
    .bind::<Nullable<Text>, _>(after.map(|last| last.source_id.as_str()))
    .bind::<Nullable<SqlUuid>, _>(after.map(|last| last.user))
    .load(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_about_what_it_names_or_else_about_its_topic() {
        let named = concepts_named("What is the mean of 1 and 3?", &["Mean", "Median"]);
        assert_eq!(named, [("mean".to_owned(), 1.0)]);
        let shared = concepts_named("Which is larger?", &["Mean", "The median", "Median"]);
        let third = 1.0 / 3.0;
        assert_eq!(
            shared,
            [("mean".to_owned(), third), ("median".to_owned(), third)]
        );
        assert!(concepts_named("Why?", &[]).is_empty());
    }
}
