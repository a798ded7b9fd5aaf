//! Carries out a regrading decision: first as a forecast, then for good, each attempt once.
//! Attempts that are still running catch up when they end.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::regrade;
use super::store::{self, QuizRegrading};
use crate::certificate::server::completion;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{AttemptId, CourseId, QuestionId, QuizNumber, RegradingId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::question_bank::server::apply_key::{Obstacle, Ruling};
use crate::quiz::AttemptStatus;
use crate::quiz::server::mails::{QuizMail, QuizNews};
use crate::quiz::server::store::Attempt;

/// Number of attempts in one transaction.
const BATCH: i64 = 100;
/// Largest number of changes that a forecast lists.
const NAMED: usize = 100;

/// The effect that a decision would have.
#[derive(Debug, Default)]
pub struct Forecast {
    pub attempts: usize,
    /// Attempts in progress. The decision applies to them when they end.
    pub running: usize,
    pub results: usize,
    pub passes: usize,
    /// The first of the results that would change.
    pub changes: Vec<Foreseen>,
    /// Reasons why attempts cannot be regraded, and how many attempts each concerns.
    pub obstacles: Vec<(Obstacle, usize)>,
}

#[derive(Debug)]
pub struct Foreseen {
    pub user: UserId,
    pub attempt: AttemptId,
    pub quiz: QuizNumber,
    pub before: (Option<i32>, AttemptStatus),
    pub after: (i32, AttemptStatus),
}

pub async fn forecast(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
    ruling: &Ruling,
) -> AppResult<Forecast> {
    let mut forecast = Forecast::default();
    let mut after = None;
    loop {
        let batch = store::attempts_after(conn, (course, question), after, BATCH, false).await?;
        let Some((_, last)) = batch.last() else {
            break;
        };
        after = Some(last.attempt_id);
        let ids: Vec<AttemptId> = batch.iter().map(|(_, row)| row.attempt_id).collect();
        let earlier = store::applied(conn, &ids).await?;
        for (user, attempt) in batch {
            let earlier: Vec<_> = earlier
                .iter()
                .filter(|applied| applied.attempt_id == attempt.attempt_id)
                .cloned()
                .collect();
            forecast.add(
                user,
                &attempt,
                regrade(&attempt, question, ruling, &earlier),
            );
        }
    }
    forecast.obstacles.sort();
    Ok(forecast)
}

impl Forecast {
    fn add(
        &mut self,
        user: UserId,
        attempt: &Attempt,
        regraded: Result<Option<super::RegradedResult>, Obstacle>,
    ) {
        self.attempts += 1;
        if attempt.status == AttemptStatus::InProgress {
            self.running += 1;
            return;
        }
        let change = match regraded {
            Ok(Some(change)) if change.changes_result(attempt) => change,
            Ok(_) => return,
            Err(obstacle) => {
                let known = self
                    .obstacles
                    .iter_mut()
                    .find(|(other, _)| *other == obstacle);
                match known {
                    Some((_, count)) => *count += 1,
                    None => self.obstacles.push((obstacle, 1)),
                }
                return;
            }
        };
        self.results += 1;
        if change.status != attempt.status {
            self.passes += 1;
        }
        if self.changes.len() < NAMED {
            self.changes.push(Foreseen {
                user,
                attempt: attempt.attempt_id,
                quiz: attempt.quiz.number,
                before: (attempt.score, attempt.status),
                after: (change.score, change.status),
            });
        }
    }
}

/// Stores the decision and queues its work. Fails with a conflict while an earlier decision about
/// the question is still in progress.
pub async fn order(
    conn: &mut Conn,
    (course, question): (CourseId, QuestionId),
    ruling: &Ruling,
    reason: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> AppResult<RegradingId> {
    let attempts = store::count_attempts(conn, course, question).await?;
    let regrading =
        store::decide(conn, (course, question), ruling, reason, by, attempts, now).await?;
    jobs::enqueue(conn, &Regrade { regrading }).await?;
    Ok(regrading)
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Regrade {
    pub regrading: RegradingId,
}

impl Job for Regrade {
    const KIND: &'static str = "quiz_regrade";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let regrading = self.regrading;
        while cx
            .within(async move |conn| go_on(conn, regrading, Utc::now()).await)
            .await?
        {}
        Ok(())
    }
}

/// Regrades the next batch of attempts. Returns false when none is left.
async fn go_on(conn: &mut Conn, regrading: RegradingId, now: DateTime<Utc>) -> AppResult<bool> {
    let Some(decision) = store::regrading_for_update(conn, regrading)
        .await?
        .filter(|decision| decision.finished_at.is_none())
    else {
        return Ok(false);
    };
    let subject = (decision.course, decision.question);
    let batch = store::attempts_after(conn, subject, decision.last_attempt_id, BATCH, true).await?;
    let Some((_, last)) = batch.last() else {
        store::finish(conn, regrading, now).await?;
        for user in store::concerned(conn, regrading).await? {
            let mail = QuizMail {
                user,
                course: decision.course,
                news: QuizNews::Regraded { regrading },
            };
            jobs::enqueue(conn, &mail).await?;
        }
        return Ok(false);
    };
    let last = last.attempt_id;
    let mut counts = (0, 0);
    let mut concerned = BTreeSet::new();
    for (user, attempt) in batch {
        counts.0 += 1;
        if attempt.status == AttemptStatus::InProgress {
            continue;
        }
        if let Some(status) = carry_out(conn, &decision, &attempt, now).await? {
            counts.1 += 1;
            if status != attempt.status {
                concerned.insert(user);
            }
        }
    }
    // Every caller that locks several learners does so in the same order, to prevent deadlocks.
    for user in concerned {
        completion::check(conn, user, decision.course, now).await?;
    }
    store::advance(conn, regrading, last, counts).await?;
    Ok(true)
}

/// Applies the decision to one attempt. Returns the attempt's status if its result changed.
async fn carry_out(
    conn: &mut Conn,
    decision: &QuizRegrading,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> AppResult<Option<AttemptStatus>> {
    let earlier = store::applied(conn, &[attempt.attempt_id]).await?;
    let is_done = earlier
        .iter()
        .any(|applied| applied.regrading_id == decision.regrading_id);
    if is_done {
        return Ok(None);
    }
    // An attempt that cannot be regraded stays as it is. The forecast listed it.
    let Ok(Some(change)) = regrade(attempt, decision.question, &decision.ruling, &earlier) else {
        return Ok(None);
    };
    store::apply(
        conn,
        decision.regrading_id,
        attempt.attempt_id,
        &change,
        now,
    )
    .await?;
    Ok(change.changes_result(attempt).then_some(change.status))
}

/// Applies the decisions that were made while an attempt was in progress, after the attempt has
/// ended. Returns the new status if it changed.
pub async fn catch_up(
    conn: &mut Conn,
    user: UserId,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> AppResult<Option<AttemptStatus>> {
    let questions: Vec<QuestionId> = attempt
        .set
        .questions
        .iter()
        .map(|question| question.question_id)
        .collect();
    let mut status = None;
    for decision in store::decided_since(conn, &questions, attempt.started_at).await? {
        let graded = crate::quiz::server::store::attempt(conn, user, attempt.attempt_id).await?;
        if let Some(graded) = graded {
            status = carry_out(conn, &decision, &graded, now).await?.or(status);
        }
    }
    Ok(status)
}
