//! The merge, in one transaction.

use diesel::prelude::*;
use diesel::sql_types::Uuid;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::preview::{held, living, refusal, seen, warning};
use super::rules::{Fate, all, same};
use crate::people::server::accounts::{no_person, require_another_admin, take_turn};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::auth::store::{self as accounts, Account};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::UserId;

/// A merge that an admin has confirmed.
pub struct Confirmed {
    /// The account that is kept.
    pub kept: UserId,
    /// The account that is closed.
    pub closed: UserId,
    /// Digest of the closed account as the page showed it.
    pub seen: String,
    /// True if the admin agrees to the warning.
    pub agrees: bool,
}

/// Gives all that the closed account holds to the kept one, and deactivates it, which ends its
/// sessions.
///
/// # Errors
///
/// `Conflict` if the accounts can't be merged, if the page is out of date, or if nobody would be
/// left as an admin. `Invalid` if the warning was not agreed to.
pub async fn merge(conn: &mut Conn, by: &SignedIn, asked: Confirmed) -> AppResult<()> {
    take_turn(conn, by.cx.organization.organization_id).await?;
    // The turn may have come after another admin took this one's rights away.
    let me = living(conn, by.user_id()).await?;
    if !me.is_some_and(|me| me.may_sign_in() && me.role == UserRole::Admin) {
        return Err(AppError::Denied(
            "Only an administrator may do this.".to_owned(),
        ));
    }
    let kept = living(conn, asked.kept).await?.ok_or_else(no_person)?;
    let closed = living(conn, asked.closed).await?.ok_or_else(no_person)?;
    if let Some(reason) = refusal(by.user_id(), &kept, &closed) {
        return Err(AppError::Conflict(reason.to_owned()));
    }
    if closed.role == UserRole::Admin && closed.is_active {
        require_another_admin(conn, closed.user_id).await?;
    }
    if !warning(&kept, &closed).is_empty() && !asked.agrees {
        return Err(AppError::field(
            "agrees",
            "Tick this box if you want to merge the accounts nevertheless.",
        ));
    }
    let rows = held(conn, kept.user_id, closed.user_id).await?;
    if seen(&rows) != asked.seen {
        return Err(AppError::Conflict(
            "The account has changed since this page was shown. Reload the page to see what changes hands now."
                .to_owned(),
        ));
    }
    let moved: serde_json::Map<String, serde_json::Value> = rows
        .iter()
        .map(|row| (row.name.clone(), json!([row.rows - row.left, row.left])))
        .collect();
    // A trigger moves the evidence.
    statement("insert into account_merges (closed_id, kept_id, merged_by) values ($1, $2, $3)")
        .bind::<Uuid, _>(closed.user_id)
        .bind::<Uuid, _>(kept.user_id)
        .bind::<Uuid, _>(by.user_id())
        .execute(conn)
        .await?;
    for sql in BEFORE {
        both(conn, sql, &closed, &kept).await?;
    }
    for (table, column, fate) in all() {
        for sql in statements(table, column, fate) {
            both(conn, &sql, &closed, &kept).await?;
        }
    }
    for sql in AFTER {
        both(conn, sql, &closed, &kept).await?;
    }
    if (closed.role, kept.role) == (UserRole::Tutor, UserRole::Learner) {
        accounts::set_role(conn, kept.user_id, UserRole::Tutor).await?;
    }
    let new = json!({
        "kept": kept.user_id, "kept_email": kept.email, "closed_email": closed.email, "moved_and_left": moved,
    });
    AuditEntry::done("user.merged_away")
        .of("user", closed.user_id)
        .change(
            Some(json!({ "is_active": closed.is_active, "role": closed.role })),
            Some(new),
        )
        .by(&by.cx)
        .write(conn)
        .await?;
    let new = json!({ "closed": closed.user_id, "closed_email": closed.email, "role_of_closed": closed.role });
    Ok(AuditEntry::done("user.merged")
        .of("user", kept.user_id)
        .change(None, Some(new))
        .by(&by.cx)
        .write(conn)
        .await?)
}

/// Runs a statement with the closed account as `$1` and the kept one as `$2`. The statement may
/// leave one of them out.
async fn both(conn: &mut Conn, sql: &str, closed: &Account, kept: &Account) -> QueryResult<()> {
    statement(format!("with people as (select $1::uuid, $2::uuid) {sql}"))
        .bind::<Uuid, _>(closed.user_id)
        .bind::<Uuid, _>(kept.user_id)
        .execute(conn)
        .await
        .map(drop)
}

/// Statements before the rows change hands.
const BEFORE: &[&str] = &[
    // Empty work of the kept account gives way.
    "delete from simulation_work k using simulation_work f
     where f.user_id = $1 and k.user_id = $2 and k.exercise_id = f.exercise_id
       and k.work = '' and k.links = '' and k.submitted_at is null
       and not exists (select from submissions s where s.work_id = k.work_id)
       and not exists (select from work_files w where w.work_id = k.work_id)",
    // Two tutors become one.
    "insert into course_tutors (course_id, tutor_id, is_active)
     select ct.course_id, k.tutor_id, ct.is_active
     from course_tutors ct join tutors f on f.tutor_id = ct.tutor_id and f.user_id = $1
     join tutors k on k.user_id = $2
     on conflict (course_id, tutor_id) do update set is_active = course_tutors.is_active or excluded.is_active",
    "update course_tutors ct set is_active = false
     from tutors f where f.tutor_id = ct.tutor_id and f.user_id = $1
       and exists (select from tutors k where k.user_id = $2)",
    // Nobody reviews their own work.
    "delete from peer_reviews r using submissions s, simulation_work w
     where s.submission_id = r.submission_id and w.work_id = s.work_id and r.sent_at is null
       and r.reviewer_id in ($1, $2) and w.user_id in ($1, $2)",
    // Sums of days on which both studied.
    "update learner_activity_days k
     set seconds_active = least(k.seconds_active + f.seconds_active, 86400), opened = k.opened + f.opened,
         read = k.read + f.read, watched = k.watched + f.watched, rewatched = k.rewatched + f.rewatched,
         done = k.done + f.done, quizzes_passed = k.quizzes_passed + f.quizzes_passed,
         quizzes_failed = k.quizzes_failed + f.quizzes_failed, exams = k.exams + f.exams, asked = k.asked + f.asked,
         answered = k.answered + f.answered, events = k.events + f.events,
         opened_topics = array(select distinct unnest(k.opened_topics || f.opened_topics) order by 1),
         asked_topics = array(select unnest(k.asked_topics || f.asked_topics) order by 1),
         rewatched_topics = array(select unnest(k.rewatched_topics || f.rewatched_topics) order by 1),
         first_at = least(k.first_at, f.first_at), last_at = greatest(k.last_at, f.last_at)
     from learner_activity_days f
     where f.user_id = $1 and k.user_id = $2 and k.course_id = f.course_id and k.day = f.day",
];

/// Statements after the rows have changed hands.
const AFTER: &[&str] = &[
    "update interactions set user_id = $2 where user_id = $1",
    "update progress_metrics f set user_id = $2
     where f.user_id = $1
       and not exists (select from progress_metrics k where k.user_id = $2 and k.recorded_at = f.recorded_at
                       and k.metric_type = f.metric_type)",
    // The kept account is a member of these cohorts itself.
    "update cohort_members set status = 'removed' where user_id = $1",
    // Lists of members name the address of the kept account from now on.
    "update cohort_members m set email = k.email
     from users k, users f
     where k.user_id = $2 and f.user_id = $1 and m.user_id = $2 and m.email = f.email
       and not exists (select from cohort_members o where o.cohort_id = m.cohort_id and o.email = k.email)",
    "update users set is_active = false where user_id = $1",
];

fn statements(table: &str, column: &str, fate: Fate) -> Vec<String> {
    let moves = |condition: &str| {
        format!("update {table} f set {column} = $2 where f.{column} = $1 and {condition}")
    };
    match fate {
        Fate::Moved => vec![moves("true")],
        Fate::MovedIf(condition) => vec![moves(&format!("({condition})"))],
        Fate::One(keys, gives_way) => {
            let same = same(keys);
            let one = |gone: &str, condition: &str| {
                let (gone, other) = match gone {
                    "k" => ("k", "f"),
                    _ => ("f", "k"),
                };
                format!(
                    "delete from {table} {gone} using {table} {other}
                     where f.{column} = $1 and k.{column} = $2{same} and ({condition})"
                )
            };
            vec![one("k", gives_way), one("f", "true"), moves("true")]
        }
        Fate::Dropped => vec![format!("delete from {table} where {column} = $1")],
        Fate::Evidence | Fate::Stays(_) => Vec::new(),
    }
}
