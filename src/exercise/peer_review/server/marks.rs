//! The mark of a work that other learners review: the median of their reviews, once there are
//! enough.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::exercise::hand_in::server::store::path;
use crate::exercise::peer_review::median;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExerciseId, SubmissionId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};

#[derive(QueryableByName)]
struct ReviewedWork {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Uuid)]
    learner_id: UserId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    late_percent: i32,
    #[diesel(sql_type = Int4)]
    wanted: i32,
    /// False if a tutor has marked it, or is marking it.
    #[diesel(sql_type = Bool)]
    is_for_peers: bool,
    #[diesel(sql_type = Bool)]
    is_released: bool,
    /// Scores of the reviews that count.
    #[diesel(sql_type = Array<Int4>)]
    scores: Vec<i32>,
}

async fn reviewed(conn: &mut Conn, submission: SubmissionId) -> QueryResult<ReviewedWork> {
    // The row is locked by an update: two reviews that arrive at once are counted one by one.
    statement("select from submissions where submission_id = $1 for update")
        .bind::<Uuid, _>(submission)
        .execute(conn)
        .await?;
    statement(
        "select e.exercise_id, e.course_id, w.user_id as learner_id, e.title, s.late_percent,
                coalesce(a.peer_reviews, 0) as wanted,
                s.is_latest and s.marker_id is null and (s.released_at is null or s.is_peer_marked) as is_for_peers,
                s.released_at is not null as is_released,
                array(select r.score from peer_reviews r
                      where r.submission_id = $1 and r.sent_at is not null and not r.is_left_out) as scores
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         left join assignments a on a.exercise_id = e.exercise_id
         where s.submission_id = $1",
    )
    .bind::<Uuid, _>(submission)
    .get_result(conn)
    .await
}

/// The score of a work whose reviews have this median, less the percent for lateness.
fn less_late(score: i32, late_percent: i32) -> i32 {
    (score * (100 - late_percent.clamp(0, 100)) + 50) / 100
}

/// Counts the reviews of a work after one was sent or left out. Releases the marks once there are
/// enough. Released marks follow later changes; without any review that counts, the work goes to
/// the tutors.
pub async fn count(conn: &mut Conn, submission: SubmissionId) -> AppResult<()> {
    let work = reviewed(conn, submission).await?;
    if !work.is_for_peers {
        return Ok(());
    }
    let enough = usize::try_from(work.wanted.max(1)).unwrap_or(1);
    let score = median(&work.scores).filter(|_| work.is_released || work.scores.len() >= enough);
    let score = score.map(|score| less_late(score, work.late_percent));
    if score.is_none() && !work.is_released {
        return Ok(());
    }
    statement(
        "update submissions s
         set score = $2, is_peer_marked = $2 is not null,
             released_at = case when $2 is not null then coalesce(s.released_at, now()) end,
             peers_until = case when $2 is not null then s.peers_until end,
             rubric = coalesce(s.rubric, (select a.rubric from assignments a
                                          join simulation_work w on w.exercise_id = a.exercise_id
                                          where w.work_id = s.work_id))
         where s.submission_id = $1",
    )
    .bind::<Uuid, _>(submission)
    .bind::<Nullable<Int4>, _>(score)
    .execute(conn)
    .await?;
    if work.is_released || score.is_none() {
        return Ok(());
    }
    let new = NewNotification {
        kind: NotificationKind::Message,
        subject: format!("marks {}", work.exercise_id),
        course: Some(work.course_id),
        title: format!("Your work on “{}” is marked", work.title),
        body: match work.scores.len() {
            1 => "Another learner has reviewed it.".to_owned(),
            count => format!(
                "{count} other learners have reviewed it. The mark is the median of their reviews."
            ),
        },
        path: path(conn, work.exercise_id).await?,
    };
    notify(conn, &[work.learner_id], &new).await
}

#[cfg(test)]
mod tests {
    use super::less_late;

    #[test]
    fn lateness_takes_its_percent_off_the_median() {
        assert_eq!(less_late(75, 0), 75);
        assert_eq!(less_late(75, 10), 68);
        assert_eq!(less_late(100, 100), 0);
    }
}
