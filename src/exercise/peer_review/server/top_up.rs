//! Gives works to reviewers: when work is handed in, when the settings change, and each hour for
//! those who have left.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::allocation::{self, Allocated, PeerPair, PeerWork};
use super::pool::{self, PeerPairRow, PeerWorkRow};
use crate::exercise::hand_in::server::store::{Assignment, active, path};
use crate::platform::db::{self, Conn};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseId, ExerciseWorkId, SubmissionId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};

/// Evens out the reviews of all exercises. Reviews that were given to learners who have left go to
/// others.
#[derive(Debug, Serialize, Deserialize)]
pub struct TopUpReviews {}

impl Job for TopUpReviews {
    const KIND: &'static str = "top_up_reviews";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let exercises = cx
            .within(async move |conn| {
                // Queued first, so that a failure ends nothing.
                jobs::enqueue_next_hour(conn, &self).await?;
                Ok(pool::waiting_exercises(conn).await?)
            })
            .await?;
        // A failure at one exercise keeps no other one waiting.
        let mut outcome = Ok(());
        for exercise in exercises {
            let done = cx
                .within(async move |conn| {
                    lock(conn, exercise).await?;
                    pool::free_reviews_of_former_learners(conn, exercise).await?;
                    top_up(conn, exercise).await
                })
                .await;
            outcome = outcome.and(done);
        }
        outcome
    }
}

/// Waits for the turn to give out the works of an exercise, until the transaction ends.
pub async fn lock(conn: &mut Conn, exercise: ExerciseId) -> diesel::QueryResult<()> {
    db::lock(conn, &format!("peer reviews {exercise}")).await
}

/// Subject of the notifications about works to review.
pub fn subject(exercise: ExerciseId) -> String {
    format!("exercise/{exercise}/reviews")
}

/// Takes a version that was just handed in: reviews of the version before that were not sent move
/// to it.
pub async fn handed_in(
    conn: &mut Conn,
    exercise: ExerciseId,
    work: ExerciseWorkId,
    assignment: &Assignment,
) -> AppResult<()> {
    if assignment.peer_reviews == 0 {
        return Ok(());
    }
    lock(conn, exercise).await?;
    pool::wait_for_peers(conn, work, assignment.peer_days).await?;
    top_up(conn, exercise).await
}

/// Follows a change of an assignment's settings.
pub async fn settings_changed(conn: &mut Conn, exercise: ExerciseId) -> AppResult<()> {
    lock(conn, exercise).await?;
    let active = active(conn, exercise).await?;
    let reviewed = active.filter(|assignment| assignment.peer_reviews > 0);
    match reviewed.map(|assignment| assignment.peer_days) {
        None => Ok(pool::end_reviews(conn, exercise).await?),
        Some(days) => {
            pool::all_wait_for_peers(conn, exercise, days).await?;
            top_up(conn, exercise).await
        }
    }
}

/// Gives the works of an exercise to reviewers, within each cohort. The caller has the turn.
pub async fn top_up(conn: &mut Conn, exercise: ExerciseId) -> AppResult<()> {
    let works = pool::works(conn, exercise).await?;
    let Some(wanted) = works.as_slice().first().map(|row| row.wanted) else {
        return Ok(());
    };
    let pairs = pool::pairs(conn, exercise).await?;
    let mut added: Vec<Allocated> = Vec::new();
    let mut removed: Vec<Allocated> = Vec::new();
    for (works, pairs) in by_cohort(&works, &pairs) {
        let wanted = usize::try_from(wanted).unwrap_or_default();
        let changes = allocation::top_up(&works, &pairs, wanted);
        added.extend(changes.added);
        removed.extend(changes.removed);
    }
    let newest: HashMap<ExerciseWorkId, SubmissionId> = works
        .iter()
        .map(|row| (row.work_id, row.submission_id))
        .collect();
    let stored = |pairs: Vec<Allocated>| -> (Vec<SubmissionId>, Vec<UserId>) {
        let known = pairs
            .into_iter()
            .filter_map(|(work, reviewer)| Some((*newest.get(&work)?, reviewer)));
        known.unzip()
    };
    let removed = stored(removed);
    pool::take_away(conn, &removed.0, &removed.1).await?;
    let added = stored(added);
    pool::give(conn, exercise, &added.0, &added.1).await?;
    tell(conn, exercise, added.1).await
}

/// Splits works and pairs by the cohort in which their author and reviewer learn now.
fn by_cohort(works: &[PeerWorkRow], pairs: &[PeerPairRow]) -> Vec<(Vec<PeerWork>, Vec<PeerPair>)> {
    let mut pools: BTreeMap<Option<uuid::Uuid>, (Vec<PeerWork>, Vec<PeerPair>)> = BTreeMap::new();
    let mut pool_of: HashMap<UserId, Option<uuid::Uuid>> = HashMap::new();
    for row in works {
        pool_of.insert(row.author, row.cohort_id);
        pools.entry(row.cohort_id).or_default().0.push(PeerWork {
            work: row.work_id,
            author: row.author,
            is_open: row.is_open,
        });
    }
    for row in pairs {
        let pair = PeerPair {
            work: row.work_id,
            reviewer: row.reviewer_id,
            is_given: row.is_given,
            is_received: row.is_received,
            is_movable: row.is_movable,
        };
        // A pair of two cohorts counts in both, and moves in neither.
        let pools_of_pair = [pool_of.get(&row.author), pool_of.get(&row.reviewer_id)];
        match pools_of_pair {
            [Some(author), Some(reviewer)] if author == reviewer => {
                pools.entry(*author).or_default().1.push(pair);
            }
            pools_of_pair => {
                for pool in pools_of_pair.into_iter().flatten() {
                    let fixed = PeerPair {
                        is_movable: false,
                        ..pair
                    };
                    pools.entry(*pool).or_default().1.push(fixed);
                }
            }
        }
    }
    pools.into_values().collect()
}

/// Tells reviewers of works that were given to them.
async fn tell(conn: &mut Conn, exercise: ExerciseId, mut people: Vec<UserId>) -> AppResult<()> {
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Ok(());
    }
    let about = pool::about(conn, exercise).await?;
    let new = NewNotification {
        kind: NotificationKind::Deadline,
        subject: subject(exercise),
        course: Some(about.course_id),
        title: format!("Review work on “{}”", about.title),
        body: format!(
            "Other learners have handed in work for you to review. Please send each review within {}.",
            super::view::days(about.peer_days)
        ),
        path: format!("{}#reviews", path(conn, exercise).await?),
    };
    notify(conn, &people, &new).await
}
