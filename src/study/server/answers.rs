//! The hourly job that makes cards of wrong answers, in a deck for each course.

use std::collections::{BTreeMap, HashMap};

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::store::CardContent;
use super::store::cards::{self, NewCard};
use super::view::plain_sides;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, MaterialId, QuestionId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::question_bank::server::store as bank;
use crate::study::CardKind;

/// Most cards that one run makes. The next run makes the rest.
const BATCH: i64 = 2_000;

/// Makes cards of the wrong answers of the last days. A question becomes a card of a learner once,
/// also if they delete it. The right answers were shown after the answer; while a quiz or an exam
/// asks a question, its card is not shown.
#[derive(Debug, Serialize, Deserialize)]
pub struct CollectWrongAnswers {}

impl Job for CollectWrongAnswers {
    const KIND: &'static str = "collect_wrong_answers";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        // Queued first, so that a failure ends nothing.
        cx.within(async move |conn| jobs::enqueue_next_hour(conn, &self).await)
            .await?;
        cx.within(async |conn| collect(conn).await).await
    }
}

#[derive(QueryableByName)]
struct WrongRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = SqlUuid)]
    question_id: QuestionId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    language: String,
}

/// Makes the cards of the wrong answers that have none yet.
pub async fn collect(conn: &mut Conn) -> AppResult<()> {
    let rows = wrong(conn).await?;
    let mut ids: Vec<QuestionId> = rows.iter().map(|row| row.question_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let contents: HashMap<QuestionId, CardContent> = bank::questions(conn, &ids)
        .await?
        .into_iter()
        .map(|question| (question.question_id, plain_sides(question)))
        .collect();
    let mut decks: BTreeMap<(UserId, CourseId), (String, String, Vec<NewCard>)> = BTreeMap::new();
    for row in rows {
        let Some(content) = contents.get(&row.question_id) else {
            continue;
        };
        let key = format!("question {}", row.question_id);
        let deck = decks
            .entry((row.user_id, row.course_id))
            .or_insert_with(|| (row.title, row.language, Vec::new()));
        deck.2.push(NewCard {
            chunk: None,
            question: Some(row.question_id),
            kind: CardKind::Answer,
            content: content.clone(),
            sibling: key.clone(),
            key,
            tags: Vec::new(),
            model: "question bank",
            quality: None,
        });
    }
    for ((user, course), (title, language, new)) in decks {
        let deck = deck(conn, user, course, (&title, &language)).await?;
        cards::add(conn, user, deck, &new, Utc::now()).await?;
    }
    Ok(())
}

/// Returns the wrong answers that have no card yet, to quizzes that are over and to practice
/// questions.
async fn wrong(conn: &mut Conn) -> QueryResult<Vec<WrongRow>> {
    statement(
        "with wrong as (
             select p.user_id, p.question_id from practice_answers p
             where p.points < 1 and p.answered_at > now() - interval '7 days'
             union
             select a.user_id, (q.question ->> 'question_id')::uuid
             from quiz_attempts a
             cross join lateral jsonb_array_elements(a.question_set -> 'questions') with ordinality q (question, place)
             where a.completed_at > now() - interval '7 days' and a.status in ('passed', 'failed', 'expired')
               and coalesce((a.points ->> (q.place::int - 1))::double precision, 0) < 1
         )
         select w.user_id, q.course_id, w.question_id, c.title, c.language
         from wrong w
         join quiz_questions q on q.question_id = w.question_id and q.retired_at is null
         join courses c on c.course_id = q.course_id
         join enrollments e on e.user_id = w.user_id and e.course_id = q.course_id and e.status in ('active', 'completed')
         join users u on u.user_id = w.user_id and u.is_active and u.deleted_at is null
         left join study_settings s on s.user_id = w.user_id
         where coalesce(s.from_answers, true)
           and not exists (select from generated_assets g where g.question_id = w.question_id and g.user_id = w.user_id)
         order by w.user_id, q.course_id, w.question_id
         limit $1",
    )
    .bind::<BigInt, _>(BATCH)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct DeckRow {
    #[diesel(sql_type = SqlUuid)]
    study_material_id: MaterialId,
}

/// Returns the deck of a course, and makes it if there is none.
async fn deck(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    (title, language): (&str, &str),
) -> QueryResult<MaterialId> {
    let name: String = format!("Wrong answers: {title}")
        .chars()
        .take(255)
        .collect();
    let row: DeckRow = statement(
        "insert into study_materials (user_id, course_id, title, source_type, language) values ($1, $2, $3, 'answers', $4)
         on conflict (user_id, course_id, source_type) do update set language = excluded.language
         returning study_material_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>(&name)
    .bind::<Text, _>(language)
    .get_result(conn)
    .await?;
    Ok(row.study_material_id)
}
