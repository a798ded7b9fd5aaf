//! Acts of tutors on prompts: locking, unlocking, closing and reopening them, and undoing that.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::moderation::{ActedOn, record};
use crate::coldcall::server::live;
use crate::coldcall::teach::PromptAct;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ActionId, CohortId, CourseId, PromptId};
use crate::platform::live as events;

fn no_prompt() -> AppError {
    AppError::NotFound("There is no such prompt in this course.".to_owned())
}

#[derive(QueryableByName)]
struct PromptBefore {
    #[diesel(sql_type = Jsonb)]
    state: Value,
}

/// Locks, unlocks, closes or reopens a prompt in one cohort of the course, or in all if `cohort` is
/// empty. The settings of single cohorts then end.
pub async fn act(
    conn: &mut Conn,
    tutor: &TutorOf,
    prompt: PromptId,
    act: PromptAct,
    cohort: &str,
) -> AppResult<()> {
    let before: PromptBefore = statement(
        "select jsonb_build_object(
                    'is_locked', p.is_locked, 'opens_at', p.opens_at, 'closes_at', p.closes_at,
                    'closes_after_days', p.closes_after_days,
                    'overrides', (select coalesce(jsonb_agg(jsonb_build_object(
                                             'cohort_id', o.cohort_id, 'closes_at', o.closes_at,
                                             'is_locked', o.is_locked)), '[]')
                                  from cold_call_overrides o where o.prompt_id = p.prompt_id),
                    'own', (select coalesce(jsonb_agg(jsonb_build_object(
                                       'cohort_id', d.cohort_id, 'batch_no', d.batch_no, 'member_id', d.member_id,
                                       'opens_at', d.opens_at, 'closes_at', d.closes_at)), '[]')
                            from cohort_date_overrides d where d.prompt_id = p.prompt_id)) as state
         from cold_call_prompts p where p.prompt_id = $1 and p.course_id = $2 for update of p",
    )
    .bind::<SqlUuid, _>(prompt)
    .bind::<SqlUuid, _>(tutor.course)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(no_prompt)?;
    let cohort = match cohort {
        "" => None,
        id => Some(cohort_of(conn, tutor.course, id).await?),
    };
    match cohort {
        Some(cohort) => change_in(conn, prompt, cohort, act).await?,
        None => change_in_all(conn, prompt, act).await?,
    }
    change_own_times(conn, prompt, cohort, act).await?;
    let on = ActedOn {
        prompt: Some(prompt),
        cohort,
        ..ActedOn::default()
    };
    record(conn, tutor, act.name(), on, None, before.state).await?;
    announce_prompt(conn, prompt).await
}

#[derive(QueryableByName)]
struct CohortRow {
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
}

/// Returns the cohort of the course with this id.
async fn cohort_of(conn: &mut Conn, course: CourseId, id: &str) -> AppResult<CohortId> {
    let no_cohort = || AppError::NotFound("There is no such cohort in this course.".to_owned());
    let id = CohortId(id.parse().map_err(|_| no_cohort())?);
    let found: CohortRow =
        statement("select cohort_id from cohorts where cohort_id = $1 and course_id = $2")
            .bind::<SqlUuid, _>(id)
            .bind::<SqlUuid, _>(course)
            .get_result(conn)
            .await
            .optional()?
            .ok_or_else(no_cohort)?;
    Ok(found.cohort_id)
}

/// Changes the prompt in one cohort. It stays as it is in the others.
async fn change_in(
    conn: &mut Conn,
    prompt: PromptId,
    cohort: CohortId,
    act: PromptAct,
) -> QueryResult<()> {
    let (column, value) = match act {
        PromptAct::Lock => ("is_locked", "true"),
        PromptAct::Unlock => ("is_locked", "false"),
        PromptAct::Close => ("closes_at", "now()"),
        PromptAct::Reopen => ("closes_at", "'infinity'"),
    };
    statement(format!(
        "insert into cold_call_overrides (prompt_id, cohort_id, {column}) values ($1, $2, {value})
         on conflict (prompt_id, cohort_id) do update set {column} = excluded.{column}"
    ))
    .bind::<SqlUuid, _>(prompt)
    .bind::<SqlUuid, _>(cohort)
    .execute(conn)
    .await
    .map(drop)
}

/// Changes the prompt in all cohorts, also in those that had it otherwise.
async fn change_in_all(conn: &mut Conn, prompt: PromptId, act: PromptAct) -> QueryResult<()> {
    let change = match act {
        PromptAct::Lock => "update cold_call_prompts set is_locked = true where prompt_id = $1",
        PromptAct::Unlock => "update cold_call_prompts set is_locked = false where prompt_id = $1",
        // A prompt that opens later loses its opening, because a close must be after it.
        PromptAct::Close => {
            "update cold_call_prompts
             set closes_at = now(), opens_at = case when opens_at < now() then opens_at end where prompt_id = $1"
        }
        PromptAct::Reopen => {
            "update cold_call_prompts set closes_at = null, closes_after_days = null where prompt_id = $1"
        }
    };
    statement(change)
        .bind::<SqlUuid, _>(prompt)
        .execute(conn)
        .await?;
    let column = match act {
        PromptAct::Lock | PromptAct::Unlock => "is_locked",
        PromptAct::Close | PromptAct::Reopen => "closes_at",
    };
    statement(format!(
        "update cold_call_overrides set {column} = null where prompt_id = $1"
    ))
    .bind::<SqlUuid, _>(prompt)
    .execute(conn)
    .await
    .map(drop)
}

/// Closes the prompt also for batches and members with times of their own, or ends their closes
/// that are over.
async fn change_own_times(
    conn: &mut Conn,
    prompt: PromptId,
    cohort: Option<CohortId>,
    act: PromptAct,
) -> QueryResult<()> {
    let changes: &[&str] = match act {
        PromptAct::Lock | PromptAct::Unlock => &[],
        PromptAct::Close => &["update cohort_date_overrides
             set closes_at = now(), opens_at = case when opens_at < now() then opens_at end
             where prompt_id = $1 and ($2 is null or cohort_id = $2) and closes_at > now()"],
        PromptAct::Reopen => &[
            "delete from cohort_date_overrides
             where prompt_id = $1 and ($2 is null or cohort_id = $2) and closes_at <= now() and opens_at is null",
            "update cohort_date_overrides set closes_at = null
             where prompt_id = $1 and ($2 is null or cohort_id = $2) and closes_at <= now()",
        ],
    };
    for change in changes {
        statement(*change)
            .bind::<SqlUuid, _>(prompt)
            .bind::<Nullable<SqlUuid>, _>(cohort)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// An act on a prompt that is undone.
pub(super) struct UndonePromptAct<'a> {
    pub action: ActionId,
    pub at: DateTime<Utc>,
    pub name: &'a str,
    pub prompt: PromptId,
    /// None for all cohorts.
    pub cohort: Option<CohortId>,
    pub before: Value,
}

/// Gives a prompt back the lock or the times that it had before an act: in one cohort, or in all.
///
/// # Errors
///
/// `Conflict` if they were changed since.
pub(super) async fn put_back(conn: &mut Conn, undone: UndonePromptAct<'_>) -> AppResult<()> {
    check_unchanged(conn, &undone).await?;
    let UndonePromptAct {
        prompt,
        cohort,
        before,
        ..
    } = undone;
    let is_lock = matches!(undone.name, "lock" | "unlock");
    if cohort.is_none() {
        let values = match is_lock {
            true => "is_locked = ($2->>'is_locked')::boolean",
            false => {
                "opens_at = ($2->>'opens_at')::timestamptz, closes_at = ($2->>'closes_at')::timestamptz,
                 closes_after_days = coalesce(($2->>'closes_after_days')::integer, closes_after_days)"
            }
        };
        statement(format!(
            "update cold_call_prompts set {values} where prompt_id = $1"
        ))
        .bind::<SqlUuid, _>(prompt)
        .bind::<Jsonb, _>(before.clone())
        .execute(conn)
        .await?;
    }
    let column = match is_lock {
        true => "is_locked",
        false => "closes_at",
    };
    // Acts that were recorded before cohorts had a state of their own say nothing of them.
    if before.get("overrides").is_some() {
        let earlier = "jsonb_to_recordset($3->'overrides') as x (cohort_id uuid, closes_at timestamptz, is_locked boolean)";
        statement(format!(
            "update cold_call_overrides o
             set {column} = (select x.{column} from {earlier} where x.cohort_id = o.cohort_id)
             where o.prompt_id = $1 and ($2 is null or o.cohort_id = $2)"
        ))
        .bind::<SqlUuid, _>(prompt)
        .bind::<Nullable<SqlUuid>, _>(cohort)
        .bind::<Jsonb, _>(before.clone())
        .execute(conn)
        .await?;
        statement(format!(
            "delete from cold_call_overrides o
             where o.prompt_id = $1 and ($2 is null or o.cohort_id = $2) and o.closes_at is null and o.is_locked is null
               and not exists (select from {earlier} where x.cohort_id = o.cohort_id)"
        ))
        .bind::<SqlUuid, _>(prompt)
        .bind::<Nullable<SqlUuid>, _>(cohort)
        .bind::<Jsonb, _>(before.clone())
        .execute(conn)
        .await?;
    }
    if !is_lock && before.get("own").is_some() {
        statement(
            "insert into cohort_date_overrides (cohort_id, batch_no, member_id, prompt_id, opens_at, closes_at)
             select x.cohort_id, x.batch_no, x.member_id, $1, x.opens_at, x.closes_at
             from jsonb_to_recordset($3->'own')
                  as x (cohort_id uuid, batch_no integer, member_id uuid, opens_at timestamptz, closes_at timestamptz)
             join cohorts c on c.cohort_id = x.cohort_id
             where ($2 is null or x.cohort_id = $2)
               and (x.member_id is null
                    or exists (select from cohort_members m where m.member_id = x.member_id))
             on conflict (cohort_id, batch_no, member_id, exam_id, prompt_id, exercise_id) do update
             set opens_at = excluded.opens_at, closes_at = excluded.closes_at
             where cohort_date_overrides.closes_at is null or cohort_date_overrides.closes_at = $4",
        )
        .bind::<SqlUuid, _>(prompt)
        .bind::<Nullable<SqlUuid>, _>(cohort)
        .bind::<Jsonb, _>(before)
        .bind::<Timestamptz, _>(undone.at)
        .execute(conn)
        .await?;
    }
    announce_prompt(conn, prompt).await
}

#[derive(QueryableByName)]
struct ChangedSince {
    /// A later act on the same thing is not undone.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    by_act: bool,
    /// The prompt's times are not those that the act gave it.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    by_form: bool,
}

async fn check_unchanged(conn: &mut Conn, undone: &UndonePromptAct<'_>) -> AppResult<()> {
    let same: &[&str] = match undone.name {
        "lock" | "unlock" => &["lock", "unlock"],
        _ => &["close", "reopen"],
    };
    let changed: ChangedSince = statement(
        "select exists (select from moderation_actions a
                        where a.prompt_id = p.prompt_id and a.message_id is null and a.action = any($2)
                          and a.action_id > $3 and a.undone_at is null
                          and ($4 is null or a.cohort_id is null or a.cohort_id = $4)) as by_act,
                $4 is null and case $5 when 'close' then p.closes_at is distinct from $6
                                       when 'reopen' then p.closes_at is not null or p.closes_after_days is not null
                                       else false end as by_form
         from cold_call_prompts p where p.prompt_id = $1 for update of p",
    )
    .bind::<SqlUuid, _>(undone.prompt)
    .bind::<Array<Text>, _>(same)
    .bind::<SqlUuid, _>(undone.action)
    .bind::<Nullable<SqlUuid>, _>(undone.cohort)
    .bind::<Text, _>(undone.name)
    .bind::<Timestamptz, _>(undone.at)
    .get_result(conn)
    .await?;
    let why = match changed {
        ChangedSince { by_act: true, .. } => {
            "A later act changed this prompt again. Undo that one first."
        }
        ChangedSince { by_form: true, .. } => {
            "The times of this prompt were changed after that. Set them in the prompt."
        }
        _ => return Ok(()),
    };
    Err(AppError::Conflict(why.to_owned()))
}

/// Tells the members of all cohorts that the prompt changed.
pub async fn announce_prompt(conn: &mut Conn, prompt: PromptId) -> AppResult<()> {
    let cohorts: Vec<CohortRow> = statement(
        "select c.cohort_id from cold_call_prompts p join cohorts c on c.course_id = p.course_id
         where p.prompt_id = $1 and c.is_active and coalesce(c.ends_at > now(), true)",
    )
    .bind::<SqlUuid, _>(prompt)
    .load(conn)
    .await?;
    for row in cohorts {
        events::publish(conn, &live::prompt_topic(prompt, row.cohort_id)).await?;
    }
    Ok(())
}
