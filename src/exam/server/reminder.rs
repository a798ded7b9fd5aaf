//! Reminds learners of an exam that closes within a day and that they have not begun.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::store::Exam;
use crate::paths::exam_path;
use crate::platform::db::organizations::Organization;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExamId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::mail::reminders::EXAM_CLOSING;
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
        let organization = cx.organization.clone();
        cx.within(async move |conn| remind(conn, self.exam, self.closes_at, &organization).await)
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

/// Queues the reminders of exams that close within a day by the start of a cohort, or for a batch
/// or a member alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlanExamReminders {}

impl Job for PlanExamReminders {
    const KIND: &'static str = "plan_exam_reminders";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async |conn| plan(conn, Utc::now()).await).await
    }
}

#[derive(QueryableByName)]
struct PlannedRow {
    #[diesel(sql_type = Uuid)]
    exam_id: ExamId,
    #[diesel(sql_type = Timestamptz)]
    closes_at: DateTime<Utc>,
}

async fn plan(conn: &mut Conn, now: DateTime<Utc>) -> AppResult<()> {
    let rows: Vec<PlannedRow> = statement(
        "select distinct x.exam_id, x.closes_at
         from (select e.exam_id, cohort_day(c.cohort_id, e.closes_after_days + 1) as closes_at
               from exams e join cohorts c on c.course_id = e.course_id and c.is_active
               where e.is_published and e.retired_at is null and e.closes_at is null
               union
               select o.exam_id, o.closes_at
               from cohort_date_overrides o
               join exams e on e.exam_id = o.exam_id and e.is_published and e.retired_at is null
               join cohorts c on c.cohort_id = o.cohort_id and c.is_active) x
         where x.closes_at > $1 and x.closes_at <= $2
           and not exists (select from exam_reminders r
                           where r.exam_id = x.exam_id and r.closes_at = x.closes_at)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + REMIND_EARLY)
    .load(conn)
    .await?;
    let planned = rows.into_iter().map(|row| {
        let name = format!("exam-{}-{}", row.exam_id, row.closes_at.timestamp());
        let job = RemindOfExam {
            exam: row.exam_id,
            closes_at: row.closes_at,
        };
        (job, name, now)
    });
    jobs::enqueue_all_once(conn, planned.collect()).await
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
    organization: &Organization,
) -> AppResult<()> {
    // Marks the time, so that each time is told once.
    let row: Option<ClosingRow> = statement(
        "with told as (
             insert into exam_reminders (exam_id, closes_at)
             select exam_id, $2 from exams x
             where exam_id = $1 and $2 > now() and is_published and retired_at is null
               and (closes_at = $2
                    or closes_at is null
                       and exists (select from cohorts c
                                   where c.course_id = x.course_id and c.is_active
                                     and cohort_day(c.cohort_id, x.closes_after_days + 1) = $2)
                    or exists (select from cohort_date_overrides o where o.exam_id = $1 and o.closes_at = $2))
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
        "select e.user_id from enrollments e join exams x on x.exam_id = $2
         left join lateral current_membership(e.user_id, e.course_id) m on true
         left join lateral dates_of_member(m.cohort_id, m.batch_no, m.member_id) d on d.exam_id = x.exam_id
         where e.course_id = $1 and e.status = 'active'
           and coalesce(d.closes_at, x.closes_at, cohort_day(m.cohort_id, x.closes_after_days + 1)) = $3
           and not exists (select from exam_sittings s where s.exam_id = $2 and s.user_id = e.user_id)
           and not exists (select from exam_excuses o where o.exam_id = $2 and o.user_id = e.user_id)",
    )
    .bind::<Uuid, _>(row.course_id)
    .bind::<Uuid, _>(exam)
    .bind::<Timestamptz, _>(closes_at)
    .load(conn)
    .await?;
    let people: Vec<UserId> = late.into_iter().map(|row| row.user_id).collect();
    let clock = Clock::of_organization(organization);
    let until = format!("{} ({})", clock.date_time(closes_at), clock.zone);
    let values = [
        ("exam", row.title.as_str()),
        ("until", &until),
        ("school", &organization.name),
    ];
    let words = EXAM_CLOSING.write(&organization.site.settings.mail_texts, &values);
    let new = NewNotification {
        kind: NotificationKind::Deadline,
        subject: subject(exam),
        course: Some(row.course_id),
        title: words.subject,
        body: words.text,
        path: exam_path(&row.slug, exam),
    };
    notify(conn, &people, &new).await
}
