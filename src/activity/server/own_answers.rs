//! How a learner answered the quiz questions of a course, by topic.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};

/// A topic with the learner's first answers to its questions.
#[derive(Debug, QueryableByName)]
pub struct TopicAnswersRow {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    #[diesel(sql_type = BigInt)]
    pub right: i64,
}

/// Returns the topics in whose quiz questions the learner was wrong at first, those with the
/// smallest share of right answers first. Answers to exams are left out, because their results may
/// be held back.
pub async fn wrong_at_first(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    most: i64,
) -> QueryResult<Vec<TopicAnswersRow>> {
    statement(
        "with answered as (
             select (a.question_set -> 'questions' -> n ->> 'question_id')::uuid as question_id,
                    (a.points ->> n)::float8 as points, a.started_at
             from quiz_attempts a cross join lateral generate_series(0, jsonb_array_length(a.points) - 1) n
             where a.user_id = $1 and a.course_id = $2 and a.points is not null
         ), firsts as (
             select distinct on (question_id) question_id, points from answered order by question_id, started_at
         )
         select t.slug, t.title, count(*) as answers, count(*) filter (where f.points >= 1) as \"right\"
         from firsts f
         join quiz_questions q on q.question_id = f.question_id and q.course_id = $2
         join topics t on t.topic_id = q.topic_id and t.retired_at is null
         group by t.topic_id, t.slug, t.title, t.module_no, t.topic_number
         having count(*) filter (where f.points < 1) > 0
         order by avg((f.points >= 1)::int), t.module_no, t.topic_number
         limit $3",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<BigInt, _>(most)
    .load(conn)
    .await
}
