//! Has three learners of the demo's cohort hand in work that they review for each other. The demo's
//! own learner has got one of two reviews, and has two to write.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::class::COURSE;
use crate::exercise::hand_in::server::store::assignment;
use crate::exercise::peer_review::server::review::{SentReview, save};
use crate::exercise::peer_review::server::top_up::handed_in;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseId, ExerciseWorkId, PeerReviewId, UserId};

const EXERCISE: &str = "the-consultants-chart";

const WORKS: [(&str, &str); 3] = [
    (
        "learner@demo.example",
        "He chose the **twelve worst** branches, so most of them were unlucky too. Their next year would have been better without him.\n\nI’d ask for the twelve branches that were just above the line.",
    ),
    (
        "nikhil@demo.example",
        "The chart begins in the worst year. Show all branches and five years, and the step is gone.",
    ),
    (
        "imani@demo.example",
        "Regression to the mean explains a part. To see how much, draw lots: half of the worst branches get him, half don’t.",
    ),
];

const FEEDBACK: &str =
    "You name the choice of the branches at once. Say how large the step would be by chance alone.";

#[derive(QueryableByName)]
struct PeerExerciseRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
}

#[derive(QueryableByName)]
struct SeededWorkRow {
    #[diesel(sql_type = Uuid)]
    work_id: ExerciseWorkId,
}

#[derive(QueryableByName)]
struct PeerGivenRow {
    #[diesel(sql_type = Uuid)]
    review_id: PeerReviewId,
    #[diesel(sql_type = Uuid)]
    reviewer_id: UserId,
}

/// Fills in the works and a review, unless the exercise's work is handed in already.
pub async fn review(conn: &mut Conn) -> AppResult<()> {
    let level = |name: &str, points: i32| json!({ "name": name, "from": points, "to": points });
    let criterion = |name: &str| {
        let levels = [
            level("Missing", 0),
            level("Partly", 1),
            level("Convincing", 2),
        ];
        json!({ "name": name, "levels": levels })
    };
    let rubric = json!({
        "version": 1,
        "criteria": [criterion("Says what chance alone would do"), criterion("Proposes a comparison that would settle it")],
        "checks": [],
    });
    let made: Option<PeerExerciseRow> = statement(
        "insert into assignments (exercise_id, rubric, peer_reviews, peer_days)
         select e.exercise_id, $3, 2, 10 from simulation_exercises e join courses c on c.course_id = e.course_id
         where c.slug = $1 and e.exercise_key = $2
         on conflict do nothing
         returning exercise_id",
    )
    .bind::<Text, _>(COURSE)
    .bind::<Text, _>(EXERCISE)
    .bind::<Jsonb, _>(&rubric)
    .get_result(conn)
    .await
    .optional()?;
    let Some(PeerExerciseRow { exercise_id }) = made else {
        return Ok(());
    };
    let Some(rules) = assignment(conn, exercise_id).await? else {
        return Ok(());
    };
    for (email, text) in WORKS {
        let work: Option<SeededWorkRow> = statement(
            "with work as (
                 insert into simulation_work (user_id, exercise_id, work, submitted_at)
                 select user_id, $2, $3, now() - interval '30 hours' from users where email = $1
                 on conflict do nothing
                 returning work_id, submitted_at
             )
             insert into submissions (work_id, number, work, links, handed_in_at)
             select work_id, 1, $3, '', submitted_at from work
             returning work_id",
        )
        .bind::<Text, _>(email)
        .bind::<Uuid, _>(exercise_id)
        .bind::<Text, _>(text)
        .get_result(conn)
        .await
        .optional()?;
        if let Some(SeededWorkRow { work_id }) = work {
            handed_in(conn, exercise_id, work_id, &rules).await?;
        }
    }
    let given: Option<PeerGivenRow> = statement(
        "select r.review_id, r.reviewer_id
         from peer_reviews r
         join submissions s on s.submission_id = r.submission_id
         join simulation_work w on w.work_id = s.work_id and w.exercise_id = $1
         join users a on a.user_id = w.user_id and a.email = $2
         join users b on b.user_id = r.reviewer_id and b.email = $3",
    )
    .bind::<Uuid, _>(exercise_id)
    .bind::<Text, _>(WORKS[0].0)
    .bind::<Text, _>(WORKS[1].0)
    .get_result(conn)
    .await
    .optional()?;
    let Some(given) = given else { return Ok(()) };
    let points = [("c0", "2"), ("c1", "1")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let sent = SentReview {
        points: HashMap::from(points),
        feedback: FEEDBACK.to_owned(),
        is_sent: true,
    };
    save(conn, given.reviewer_id, given.review_id, sent).await
}
