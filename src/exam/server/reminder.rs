//! Reminds learners of an exam that closes within a day and that they have not begun.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::store::Exam;
use crate::paths::exam_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExamId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify, store, withdraw};
use crate::platform::time::Clock;

/// Time before the close at which learners are reminded.
const REMIND_EARLY: TimeDelta = TimeDelta::days(1);

/// Reminds the learners, if the exam still closes at this time.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfExam {
    pub exam: ExamId,
    pub closes_at: DateTime<Utc>,
}

impl Job for RemindOfExam {
    const KIND: &'static str = "remind_of_exam";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let clock = Clock::of_organization(&cx.organization);
        cx.within(async move |conn| remind(conn, self.exam, self.closes_at, &clock).await)
            .await
    }
}

/// Queues the reminder of an exam that has a time at which it closes.
pub async fn remind_before_close(conn: &mut Conn, exam: &Exam) -> AppResult<()> {
    let now = Utc::now();
    let Some(closes_at) = exam.window.closes_at.filter(|at| *at > now) else {
        return Ok(());
    };
    let job = RemindOfExam {
        exam: exam.exam_id,
        closes_at,
    };
    let name = format!("exam-{}-{}", exam.exam_id, closes_at.timestamp());
    jobs::enqueue_once(conn, &job, &name, (closes_at - REMIND_EARLY).max(now)).await
}

fn subject(exam: ExamId) -> String {
    format!("exam/{exam}")
}

/// Takes back the reminders that nobody has read, because the exam cannot be taken now or closes at
/// another time.
pub async fn take_back(conn: &mut Conn, exam: ExamId) -> QueryResult<()> {
    withdraw(conn, NotificationKind::Deadline, &subject(exam)).await
}

/// Marks the reminder as read, because the learner has begun the exam.
pub async fn seen(conn: &mut Conn, user: UserId, exam: ExamId) -> QueryResult<()> {
    store::seen(conn, user, NotificationKind::Deadline, &subject(exam))
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct ClosingRow {
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
}

#[derive(QueryableByName)]
struct LateLearnerRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

async fn remind(
    conn: &mut Conn,
    exam: ExamId,
    closes_at: DateTime<Utc>,
    clock: &Clock,
) -> AppResult<()> {
    // Marks the time, so that each time is told once.
    let row: Option<ClosingRow> = statement(
        "with told as (
             insert into exam_reminders (exam_id, closes_at)
             select exam_id, closes_at from exams
             where exam_id = $1 and closes_at = $2 and closes_at > now() and is_published and retired_at is null
             on conflict do nothing
             returning exam_id
         )
         select e.course_id, c.slug, e.title
         from told join exams e on e.exam_id = told.exam_id join courses c on c.course_id = e.course_id",
    )
    .bind::<Uuid, _>(exam)
    .bind::<Timestamptz, _>(closes_at)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(()) };
    let late: Vec<LateLearnerRow> = statement(
        "select e.user_id from enrollments e
         where e.course_id = $1 and e.status = 'active'
           and not exists (select from exam_sittings s where s.exam_id = $2 and s.user_id = e.user_id)
           and not exists (select from exam_excuses x where x.exam_id = $2 and x.user_id = e.user_id)",
    )
    .bind::<Uuid, _>(row.course_id)
    .bind::<Uuid, _>(exam)
    .load(conn)
    .await?;
    let people: Vec<UserId> = late.into_iter().map(|row| row.user_id).collect();
    let new = NewNotification {
        kind: NotificationKind::Deadline,
        subject: subject(exam),
        course: Some(row.course_id),
        title: format!("The exam “{}” closes soon", row.title),
        body: format!(
            "You have not begun it. It closes on {} ({}).",
            clock.date_time(closes_at),
            clock.zone
        ),
        path: exam_path(&row.slug, exam),
    };
    notify(conn, &people, &new).await
}
