//! Times of exams, cold calls and exercises that a batch or a member has for itself.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Scope;
use crate::cohort::server::cold_calls::{cohort_state, opening, overrides, prompt_topic};
use crate::cohort::server::store::Cohort;
use crate::cohort::teach::schedule::{OwnTimesFields, ScheduledItem};
use crate::cohort::teach::sessions::server::check;
use crate::enrollment::server::opening::LearnerDates;
use crate::exam::server::store as exams;
use crate::platform::db::schema::cohort_date_overrides;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::PromptId;
use crate::platform::live;
use crate::platform::time::Clock;

/// Cold calls that the page lists.
const LISTED_COLD_CALLS: i64 = 500;
/// Characters of a prompt that the page shows.
const PROMPT_CHARACTERS: usize = 80;

/// The time at which something opens, and the one at which it closes.
type OpenTimes = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Exam, prompt or exercise, and its times.
type OwnTimesRow = (
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// Returns the own times of the scope, by the id of the exam, the prompt or the exercise.
async fn own(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
) -> QueryResult<HashMap<Uuid, OpenTimes>> {
    let rows: Vec<OwnTimesRow> = cohort_date_overrides::table
        .filter(cohort_date_overrides::cohort_id.eq(cohort.cohort_id))
        .filter(cohort_date_overrides::batch_no.is_not_distinct_from(scope.batch_no))
        .filter(cohort_date_overrides::member_id.is_not_distinct_from(scope.member))
        .select((
            cohort_date_overrides::exam_id,
            cohort_date_overrides::prompt_id,
            cohort_date_overrides::exercise_id,
            cohort_date_overrides::opens_at,
            cohort_date_overrides::closes_at,
        ))
        .load(conn)
        .await?;
    let own = rows
        .into_iter()
        .filter_map(|(exam, prompt, exercise, opens, closes)| {
            Some((exam.or(prompt).or(exercise)?, (opens, closes)))
        });
    Ok(own.collect())
}

/// Returns the exams, the cold calls and the exercises of the course for the scope.
pub async fn lists(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
) -> AppResult<[Vec<ScheduledItem>; 3]> {
    let mut own = own(conn, cohort, scope).await?;
    Ok([
        exams(conn, cohort, scope, &mut own).await?,
        cold_calls(conn, cohort, scope, &mut own).await?,
        exercises(conn, cohort, scope, &mut own).await?,
    ])
}

/// Returns the exams that learners may sit.
async fn exams(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
    own: &mut HashMap<Uuid, OpenTimes>,
) -> AppResult<Vec<ScheduledItem>> {
    let dates =
        LearnerDates::of_member(conn, cohort.cohort_id, scope.of_batch, scope.member).await?;
    let exams = exams::exams(conn, cohort.course_id).await?;
    let clock = cohort.clock();
    let offered = exams.into_iter().filter(exams::Exam::is_offered);
    let items = offered.map(|exam| {
        let id = exam.exam_id.0;
        let exam = exam.of_learner(&dates);
        let window = (exam.window.opens_at, exam.window.closes_at);
        item(id, exam.title, own.remove(&id), window, &clock)
    });
    Ok(items.collect())
}

#[derive(QueryableByName)]
struct ListedPromptRow {
    #[diesel(sql_type = SqlUuid)]
    prompt_id: Uuid,
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = Text)]
    prompt: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
}

/// Returns the cold calls in the order of the course.
async fn cold_calls(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
    own: &mut HashMap<Uuid, OpenTimes>,
) -> AppResult<Vec<ScheduledItem>> {
    let (opening, state) = (opening("$2"), cohort_state("$2"));
    let overrides = overrides("$2", "$3", "$4");
    let rows: Vec<ListedPromptRow> = statement(format!(
        "select p.prompt_id, t.title as topic, p.prompt, {opening} as opens_at, {state}
         from cold_call_prompts p
         join topics t on t.topic_id = p.topic_id
         {overrides}
         where p.course_id = $1 and p.retired_at is null and t.retired_at is null
         order by t.module_no, t.topic_number, p.display_order limit $5"
    ))
    .bind::<SqlUuid, _>(cohort.course_id)
    .bind::<SqlUuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(scope.of_batch)
    .bind::<Nullable<SqlUuid>, _>(scope.member)
    .bind::<BigInt, _>(LISTED_COLD_CALLS)
    .load(conn)
    .await?;
    let clock = cohort.clock();
    let items = rows.into_iter().map(|row| {
        let title = format!("{}: {}", row.topic, shortened(&row.prompt));
        let times = (row.opens_at, row.closes_at);
        item(
            row.prompt_id,
            title,
            own.remove(&row.prompt_id),
            times,
            &clock,
        )
    });
    Ok(items.collect())
}

#[derive(QueryableByName)]
struct ListedExerciseRow {
    #[diesel(sql_type = SqlUuid)]
    exercise_id: Uuid,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
}

/// Returns the exercises whose work is handed in, in the order of the course.
async fn exercises(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
    own: &mut HashMap<Uuid, OpenTimes>,
) -> AppResult<Vec<ScheduledItem>> {
    let rows: Vec<ListedExerciseRow> = statement(
        "select a.exercise_id, e.title, coalesce(d.closes_at, a.due_at) as due_at
         from assignments a
         join simulation_exercises e on e.exercise_id = a.exercise_id and e.retired_at is null
         join topics t on t.topic_id = e.topic_id and t.retired_at is null
         left join dates_of_member($2, $3, $4) d on d.exercise_id = a.exercise_id
         where e.course_id = $1 and a.is_active
         order by t.module_no, t.topic_number, e.position, e.exercise_id",
    )
    .bind::<SqlUuid, _>(cohort.course_id)
    .bind::<SqlUuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(scope.of_batch)
    .bind::<Nullable<SqlUuid>, _>(scope.member)
    .load(conn)
    .await?;
    let clock = cohort.clock();
    let items = rows.into_iter().map(|row| {
        let own = own.remove(&row.exercise_id);
        let item = item(row.exercise_id, row.title, own, (None, None), &clock);
        ScheduledItem {
            said: match row.due_at {
                Some(due) => format!("Due on {}.", clock.date_time(due)),
                None => "It has no due date.".to_owned(),
            },
            ..item
        }
    });
    Ok(items.collect())
}

fn shortened(prompt: &str) -> String {
    let mut words: String = prompt.chars().take(PROMPT_CHARACTERS).collect();
    if words.len() < prompt.len() {
        words.push('…');
    }
    words
}

fn item(
    id: Uuid,
    title: String,
    own: Option<OpenTimes>,
    times: OpenTimes,
    clock: &Clock,
) -> ScheduledItem {
    let field = |at: Option<DateTime<Utc>>| at.map(|at| clock.field(at)).unwrap_or_default();
    let (opens, closes) = own.unwrap_or_default();
    ScheduledItem {
        title,
        times: OwnTimesFields {
            id: id.to_string(),
            opens_at: field(opens),
            closes_at: field(closes),
        },
        said: said(times, clock),
    }
}

/// Says when something is open, in the cohort's time zone.
fn said((opens, closes): OpenTimes, clock: &Clock) -> String {
    let at = |at: DateTime<Utc>| clock.date_time(at);
    match (opens.map(at), closes.map(at)) {
        (None, None) => "Open without end.".to_owned(),
        (Some(opens), None) => format!("Open from {opens}."),
        (None, Some(closes)) => format!("Open until {closes}."),
        (Some(opens), Some(closes)) => format!("Open from {opens} until {closes}."),
    }
}

/// Own times to store, column by column. `ids` has also those whose times are empty.
#[derive(Default, Debug)]
struct ReadTimes {
    ids: Vec<Uuid>,
    opens: Vec<Option<DateTime<Utc>>>,
    closes: Vec<Option<DateTime<Utc>>>,
}

impl ReadTimes {
    /// Reads the fields of exams, cold calls or exercises, which are called `kind` in sentences.
    fn read(
        fields: &[OwnTimesFields],
        kind: &str,
        clock: &Clock,
        problems: &mut Vec<(String, String)>,
    ) -> Self {
        let mut read = Self::default();
        for (number, own) in fields.iter().enumerate() {
            let mut problem = |why: &str| {
                let sentence = format!("{kind} {}: {why}", number + 1);
                problems.push((String::new(), sentence));
            };
            let mut time = |typed: &str| match typed.trim() {
                "" => None,
                typed => check::time(typed, clock.zone)
                    .map_err(|why| problem(&why))
                    .ok(),
            };
            let (opens, closes) = (time(&own.opens_at), time(&own.closes_at));
            if opens
                .zip(closes)
                .is_some_and(|(opens, closes)| opens >= closes)
            {
                problem("It must close after it opens.");
            }
            let Ok(id) = own.id.parse() else { continue };
            read.ids.push(id);
            read.opens.push(opens);
            read.closes.push(closes);
        }
        read
    }

    /// Number of those with own times.
    fn count(&self) -> usize {
        let times = self.opens.iter().zip(&self.closes);
        times
            .filter(|(opens, closes)| opens.is_some() || closes.is_some())
            .count()
    }
}

/// Replaces the times of these exams, cold calls and exercises for the scope. Returns how many have
/// own times.
///
/// # Errors
///
/// `Invalid` for times that cannot be read, or a close before the opening.
pub async fn save(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
    [exams, cold_calls, exercises]: [&[OwnTimesFields]; 3],
) -> AppResult<usize> {
    let mut problems = Vec::new();
    let clock = cohort.clock();
    let exams = ReadTimes::read(exams, "Exam", &clock, &mut problems);
    let cold_calls = ReadTimes::read(cold_calls, "Cold call", &clock, &mut problems);
    let mut exercises = ReadTimes::read(exercises, "Exercise", &clock, &mut problems);
    // They have a due date only.
    exercises.opens.fill(None);
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let count = exams.count() + cold_calls.count() + exercises.count();
    replace(conn, cohort, scope, ("exam_id", "exams"), exams).await?;
    let prompts = ("prompt_id", "cold_call_prompts");
    let before = stored_times(conn, cohort, scope).await?;
    replace(conn, cohort, scope, prompts, cold_calls).await?;
    let after = stored_times(conn, cohort, scope).await?;
    for changed in before.symmetric_difference(&after) {
        live::publish(conn, &prompt_topic(changed.prompt_id, cohort.cohort_id)).await?;
    }
    let handed_in = ("exercise_id", "simulation_exercises");
    replace(conn, cohort, scope, handed_in, exercises).await?;
    Ok(count)
}

#[derive(PartialEq, Eq, Hash, QueryableByName)]
struct StoredTimes {
    #[diesel(sql_type = SqlUuid)]
    prompt_id: PromptId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
}

/// Returns the times of cold calls that the batch or member has.
async fn stored_times(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
) -> QueryResult<HashSet<StoredTimes>> {
    let times: Vec<StoredTimes> = statement(
        "select prompt_id, opens_at, closes_at from cohort_date_overrides
         where cohort_id = $1 and batch_no is not distinct from $2 and member_id is not distinct from $3
           and prompt_id is not null",
    )
    .bind::<SqlUuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(scope.batch_no)
    .bind::<Nullable<SqlUuid>, _>(scope.member)
    .load(conn)
    .await?;
    Ok(times.into_iter().collect())
}

/// Replaces the times of what is named in this column, which refers to this table.
async fn replace(
    conn: &mut Conn,
    cohort: &Cohort,
    scope: &Scope,
    (column, table): (&str, &str),
    times: ReadTimes,
) -> QueryResult<()> {
    if times.ids.is_empty() {
        return Ok(());
    }
    statement(format!(
        "delete from cohort_date_overrides
         where cohort_id = $1 and batch_no is not distinct from $2 and member_id is not distinct from $3
           and {column} = any($4)"
    ))
    .bind::<SqlUuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(scope.batch_no)
    .bind::<Nullable<SqlUuid>, _>(scope.member)
    .bind::<Array<SqlUuid>, _>(times.ids.as_slice())
    .execute(conn)
    .await?;
    statement(format!(
        "insert into cohort_date_overrides (cohort_id, batch_no, member_id, {column}, opens_at, closes_at)
         select distinct on (x.id) $1, $2, $3, x.id, x.opens_at, x.closes_at
         from unnest($4, $5, $6) as x (id, opens_at, closes_at)
         join {table} k on k.{column} = x.id and k.course_id = $7
         where x.opens_at is not null or x.closes_at is not null"
    ))
    .bind::<SqlUuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(scope.batch_no)
    .bind::<Nullable<SqlUuid>, _>(scope.member)
    .bind::<Array<SqlUuid>, _>(times.ids)
    .bind::<Array<Nullable<Timestamptz>>, _>(times.opens)
    .bind::<Array<Nullable<Timestamptz>>, _>(times.closes)
    .bind::<SqlUuid, _>(cohort.course_id)
    .execute(conn)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_times_are_in_the_cohorts_zone_and_in_order() {
        let fields = |opens: &str, closes: &str| OwnTimesFields {
            id: Uuid::nil().to_string(),
            opens_at: opens.to_owned(),
            closes_at: closes.to_owned(),
        };
        let clock = Clock {
            zone: chrono_tz::Asia::Kolkata,
            now: Utc::now(),
        };
        let mut problems = Vec::new();
        let typed = [fields("2026-03-02T10:00", ""), fields("", "")];
        let read = ReadTimes::read(&typed, "Exam", &clock, &mut problems);
        let opens = read.opens[0].map(|at| at.to_rfc3339());
        assert_eq!(opens.as_deref(), Some("2026-03-02T04:30:00+00:00"));
        assert_eq!((read.ids.len(), read.count()), (2, 1));
        assert!(problems.is_empty());
        for wrong in [
            fields("soon", ""),
            fields("", "2026-03-02"),
            fields("2026-03-02T10:00", "2026-03-02T10:00"),
        ] {
            let mut problems = Vec::new();
            ReadTimes::read(&[wrong], "Exam", &clock, &mut problems);
            assert!(problems[0].1.starts_with("Exam 1: "), "{problems:?}");
        }
    }
}
