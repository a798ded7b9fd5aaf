//! Reminds learners of an exercise whose work is due within a day and that they have not handed in.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use crate::enrollment::server::progress;
use crate::platform::db::organizations::Organization;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExerciseId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::mail::reminders::WORK_DUE;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify, store};
use crate::platform::time::Clock;

/// Time before the due date at which learners are reminded.
const REMIND_EARLY: TimeDelta = TimeDelta::days(1);

/// Reminds the learners to whom the topic is open, once for each due date.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfExercises {}

impl Job for RemindOfExercises {
    const KIND: &'static str = "remind_of_exercises";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        let clock = Clock::of_organization(&cx.organization);
        let organization = cx.organization.clone();
        cx.within(async move |conn| remind(conn, &organization, &clock).await)
            .await
    }
}

fn subject(exercise: ExerciseId) -> String {
    format!("exercise/{exercise}/due")
}

/// Marks the reminder as read, because the learner has handed in the work.
pub async fn seen(conn: &mut Conn, user: UserId, exercise: ExerciseId) -> QueryResult<()> {
    store::seen(conn, user, NotificationKind::Deadline, &subject(exercise))
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct DueSoonRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    topic_number: i32,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
}

impl DueSoonRow {
    fn key(&self) -> (ExerciseId, DateTime<Utc>) {
        (self.exercise_id, self.due_at)
    }
}

async fn remind(conn: &mut Conn, organization: &Organization, clock: &Clock) -> AppResult<()> {
    // Marks the time, so that each time is told once.
    let rows: Vec<DueSoonRow> = statement(
        "with told as (
             insert into assignment_reminders (exercise_id, due_at)
             select distinct a.exercise_id, due.at
             from assignments a
             cross join lateral (
                 select a.due_at as at
                 union select o.closes_at from cohort_date_overrides o
                 join cohorts h on h.cohort_id = o.cohort_id and h.is_active
                 where o.exercise_id = a.exercise_id
             ) due
             join simulation_exercises e on e.exercise_id = a.exercise_id and e.retired_at is null
             join topics t on t.topic_id = e.topic_id and t.retired_at is null
             join courses c on c.course_id = e.course_id and c.retired_at is null
             where a.is_active and due.at > $1 and due.at <= $2
             on conflict do nothing
             returning exercise_id, due_at
         )
         select told.exercise_id, told.due_at, e.course_id, e.title, t.module_no, t.topic_number,
                '/learn/' || c.slug || '/' || t.slug || '/exercise/' || e.exercise_key as path
         from told
         join simulation_exercises e on e.exercise_id = told.exercise_id
         join topics t on t.topic_id = e.topic_id
         join courses c on c.course_id = e.course_id",
    )
    .bind::<Timestamptz, _>(clock.now)
    .bind::<Timestamptz, _>(clock.now + REMIND_EARLY)
    .load(conn)
    .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let late = late(conn, &rows).await?;
    let learners: Vec<(UserId, CourseId)> = rows
        .iter()
        .flat_map(|row| {
            let people = late.get(&row.key()).into_iter().flatten();
            people.map(|user| (*user, row.course_id))
        })
        .collect();
    let known = progress::load_all(conn, &learners, clock.now).await?;
    for row in rows {
        let is_open = |user: &UserId| {
            known.get(&(*user, row.course_id)).is_some_and(|progress| {
                let lock = progress.lock_of_topic(row.module_no, row.topic_number);
                lock.is_none()
            })
        };
        let people = late.get(&row.key()).into_iter().flatten().copied();
        let people: Vec<UserId> = people.filter(is_open).collect();
        notify(conn, &people, &notification(row, organization, clock)).await?;
    }
    Ok(())
}

fn notification(row: DueSoonRow, organization: &Organization, clock: &Clock) -> NewNotification {
    let until = format!("{} ({})", clock.date_time(row.due_at), clock.zone);
    let values = [
        ("exercise", row.title.as_str()),
        ("until", &until),
        ("school", &organization.name),
    ];
    let words = WORK_DUE.write(&organization.site.settings.mail_texts, &values);
    NewNotification {
        kind: NotificationKind::Deadline,
        subject: subject(row.exercise_id),
        course: Some(row.course_id),
        title: words.subject,
        body: words.text,
        path: row.path,
    }
}

#[derive(QueryableByName)]
struct LateWorkRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

/// Returns the learners for whom this is the due date and who have not handed in their work.
async fn late(
    conn: &mut Conn,
    exercises: &[DueSoonRow],
) -> QueryResult<HashMap<(ExerciseId, DateTime<Utc>), Vec<UserId>>> {
    let (ids, dates): (Vec<uuid::Uuid>, Vec<DateTime<Utc>>) = exercises
        .iter()
        .map(|row| (row.exercise_id.0, row.due_at))
        .unzip();
    let rows: Vec<LateWorkRow> = statement(
        "select x.exercise_id, x.due_at, e.user_id
         from unnest($1, $2) as x (exercise_id, due_at)
         join simulation_exercises s on s.exercise_id = x.exercise_id
         join assignments a on a.exercise_id = x.exercise_id
         join enrollments e on e.course_id = s.course_id and e.status = 'active'
         left join lateral current_membership(e.user_id, e.course_id) m on true
         left join lateral dates_of_member(m.cohort_id, m.batch_no, m.member_id) d on d.exercise_id = x.exercise_id
         where coalesce(d.closes_at, a.due_at) = x.due_at
           and not exists (select from simulation_work w join submissions v on v.work_id = w.work_id
                           where w.exercise_id = x.exercise_id and w.user_id = e.user_id)",
    )
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(dates)
    .load(conn)
    .await?;
    let mut late: HashMap<(ExerciseId, DateTime<Utc>), Vec<UserId>> = HashMap::new();
    for row in rows {
        late.entry((row.exercise_id, row.due_at))
            .or_default()
            .push(row.user_id);
    }
    Ok(late)
}
