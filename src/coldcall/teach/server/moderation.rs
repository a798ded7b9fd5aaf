//! Acts of tutors on messages, prompts and members. Each is recorded with the state before it, so
//! that it can be undone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::overview;
use crate::coldcall::Visibility;
use crate::coldcall::server::messages::NewMessage;
use crate::coldcall::server::notices::{self, MessageDecision};
use crate::coldcall::server::{live, messages, rules};
use crate::coldcall::teach::{MOST_AT_ONCE, MessageAct, PromptAct};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::moderation_actions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ActionId, CohortId, CourseId, MessageId, PromptId, UserId};
use crate::platform::live as events;

fn no_message() -> AppError {
    AppError::NotFound("There is no such message in this course.".to_owned())
}

fn no_prompt() -> AppError {
    AppError::NotFound("There is no such prompt in this course.".to_owned())
}

/// A message of the course that is not deleted.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct CourseMessage {
    #[diesel(sql_type = SqlUuid)]
    pub(super) message_id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    root_id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::PromptVisibility)]
    visibility: Visibility,
    /// State that acts change.
    #[diesel(sql_type = Jsonb)]
    state: Value,
}

impl CourseMessage {
    pub(super) async fn announce(&self, conn: &mut Conn) -> QueryResult<()> {
        let Self {
            prompt_id,
            cohort_id,
            visibility,
            root_id,
            ..
        } = *self;
        live::announce(conn, prompt_id, cohort_id, visibility, root_id).await
    }
}

/// Returns messages of the course, locked until the transaction ends.
pub(super) async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    ids: &[MessageId],
) -> AppResult<Vec<CourseMessage>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    if wanted.is_empty() {
        return Err(AppError::field("", "Choose at least one message."));
    }
    if wanted.len() > MOST_AT_ONCE {
        return Err(AppError::field(
            "",
            format!("Choose at most {MOST_AT_ONCE} messages at once."),
        ));
    }
    let found: Vec<CourseMessage> = statement(
        "select m.message_id, m.root_id, m.prompt_id, m.cohort_id, p.visibility,
                jsonb_build_object('hidden_at', m.hidden_at, 'hidden_reason', m.hidden_reason, 'held_at', m.held_at,
                                   'pinned_at', m.pinned_at, 'endorsed_at', m.endorsed_at,
                                   'credited_at', m.credited_at) as state
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         where m.message_id = any($1) and p.course_id = $2 and m.deleted_at is null
         order by m.message_id for update of m",
    )
    .bind::<Array<SqlUuid>, _>(&wanted)
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    match found.len() == wanted.len() {
        true => Ok(found),
        false => Err(no_message()),
    }
}

/// The columns that an act sets, with the reason as `$2`. None for acts on other tables.
fn change_of(act: MessageAct) -> Option<&'static str> {
    match act {
        MessageAct::Hide => Some("hidden_at = now(), hidden_reason = $2"),
        MessageAct::Restore => Some("hidden_at = null, hidden_reason = null"),
        MessageAct::Pin => Some("pinned_at = now()"),
        MessageAct::Unpin => Some("pinned_at = null"),
        MessageAct::Endorse => Some("endorsed_at = now()"),
        MessageAct::Unendorse => Some("endorsed_at = null"),
        MessageAct::Credit => Some("credited_at = now()"),
        MessageAct::Uncredit => Some("credited_at = null"),
        MessageAct::Approve => Some("held_at = null"),
        MessageAct::Settle => None,
    }
}

/// Acts on messages of the course, such as hiding them for a reason that their authors see.
pub async fn messages(
    conn: &mut Conn,
    tutor: &TutorOf,
    ids: &[MessageId],
    act: MessageAct,
    reason: &str,
) -> AppResult<()> {
    let reason = match act {
        MessageAct::Hide => Some(rules::reason(reason)?),
        _ => None,
    };
    for message in of_course(conn, tutor.course, ids).await? {
        if let Some(change) = change_of(act) {
            let change = statement(format!(
                "update cold_call_messages set {change} where message_id = $1"
            ))
            .bind::<SqlUuid, _>(message.message_id);
            match &reason {
                Some(reason) => change.bind::<Text, _>(reason).execute(conn).await?,
                None => change.execute(conn).await?,
            };
        }
        // A message that is hidden needs no other decision.
        if matches!(act, MessageAct::Settle | MessageAct::Hide) {
            settle(conn, message.message_id).await?;
        }
        record(
            conn,
            tutor,
            act.name(),
            ActedOn {
                message: Some(message.message_id),
                prompt: Some(message.prompt_id),
                cohort: Some(message.cohort_id),
                member: None,
            },
            reason.as_deref(),
            message.state.clone(),
        )
        .await?;
        message.announce(conn).await?;
        let decision = match (act, &reason) {
            (MessageAct::Hide, Some(reason)) => MessageDecision::Hidden(reason),
            (MessageAct::Endorse, _) => MessageDecision::Endorsed,
            (MessageAct::Credit, _) => MessageDecision::Credited,
            (MessageAct::Approve, _) => MessageDecision::Approved,
            _ => continue,
        };
        notices::decided(conn, message.message_id, decision).await?;
        if matches!(act, MessageAct::Approve) {
            notices::posted(conn, &[message.message_id]).await?;
        }
    }
    let may_be_last = matches!(
        act,
        MessageAct::Settle | MessageAct::Hide | MessageAct::Approve
    );
    if may_be_last && overview::waiting(conn, tutor.course).await? == 0 {
        notices::nothing_waits(conn, tutor.course).await?;
    }
    Ok(())
}

/// Settles the open reports of a message. Their time is that of the act.
async fn settle(conn: &mut Conn, message: MessageId) -> QueryResult<()> {
    statement(
        "update cold_call_reports set settled_at = now() where message_id = $1 and settled_at is null",
    )
    .bind::<SqlUuid, _>(message)
    .execute(conn)
    .await
    .map(drop)
}

/// Opens the reports again that an act at this time settled.
pub(super) async fn unsettle(
    conn: &mut Conn,
    message: MessageId,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    statement(
        "update cold_call_reports set settled_at = null where message_id = $1 and settled_at = $2",
    )
    .bind::<SqlUuid, _>(message)
    .bind::<Timestamptz, _>(at)
    .execute(conn)
    .await
    .map(drop)
}

/// The subject of an act.
#[derive(Default)]
struct ActedOn {
    message: Option<MessageId>,
    prompt: Option<PromptId>,
    cohort: Option<CohortId>,
    member: Option<UserId>,
}

async fn record(
    conn: &mut Conn,
    tutor: &TutorOf,
    action: &str,
    on: ActedOn,
    reason: Option<&str>,
    before: Value,
) -> QueryResult<()> {
    diesel::insert_into(moderation_actions::table)
        .values((
            moderation_actions::action_id.eq(ActionId(Uuid::now_v7())),
            moderation_actions::course_id.eq(tutor.course),
            moderation_actions::actor_user_id.eq(tutor.signed_in.user_id()),
            moderation_actions::action.eq(action),
            moderation_actions::message_id.eq(on.message),
            moderation_actions::prompt_id.eq(on.prompt),
            moderation_actions::cohort_id.eq(on.cohort),
            moderation_actions::member_user_id.eq(on.member),
            moderation_actions::reason.eq(reason),
            moderation_actions::before.eq(before),
        ))
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct PromptBefore {
    #[diesel(sql_type = Jsonb)]
    state: Value,
}

/// Locks, unlocks, closes or reopens a prompt in one cohort of the course, or in all if `cohort` is
/// empty. The settings of single cohorts then end.
pub async fn prompt(
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

#[derive(QueryableByName)]
struct CohortRow {
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
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

/// Holds a member's posts for approval from now on, or ends that.
pub async fn hold(
    conn: &mut Conn,
    tutor: &TutorOf,
    cohort: CohortId,
    member: UserId,
    held: bool,
) -> AppResult<()> {
    let is_member = statement(
        "select from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
         where c.cohort_id = $1 and c.course_id = $2 and m.user_id = $3",
    )
    .bind::<SqlUuid, _>(cohort)
    .bind::<SqlUuid, _>(tutor.course)
    .bind::<SqlUuid, _>(member)
    .execute(conn)
    .await?;
    if is_member == 0 {
        return Err(AppError::NotFound(
            "There is no such member in this course.".to_owned(),
        ));
    }
    let ended = end_holds(conn, tutor, cohort, member).await?;
    if !held && ended == 0 {
        return Ok(());
    }
    let on = ActedOn {
        cohort: Some(cohort),
        member: Some(member),
        ..ActedOn::default()
    };
    let action = if held { "hold" } else { "release" };
    Ok(record(conn, tutor, action, on, None, json!({})).await?)
}

async fn end_holds(
    conn: &mut Conn,
    tutor: &TutorOf,
    cohort: CohortId,
    member: UserId,
) -> QueryResult<usize> {
    diesel::update(moderation_actions::table)
        .filter(moderation_actions::cohort_id.eq(cohort))
        .filter(moderation_actions::member_user_id.eq(member))
        .filter(moderation_actions::action.eq("hold"))
        .filter(moderation_actions::undone_at.is_null())
        .set((
            moderation_actions::undone_at.eq(Utc::now()),
            moderation_actions::undone_by.eq(tutor.signed_in.user_id()),
        ))
        .execute(conn)
        .await
}

/// Name of the act of replying, to one message or to several.
pub(super) const REPLY: &str = "reply";

/// Longest key of a form, in characters.
const FORM_KEY_CHARACTERS: usize = 100;

/// Replies to each of the messages as a tutor. The same text with the same key is posted once.
pub async fn reply(
    conn: &mut Conn,
    tutor: &TutorOf,
    ids: &[MessageId],
    typed: &str,
    key: &str,
) -> AppResult<()> {
    let (body, rendered) = rules::message(typed)?;
    if key.chars().count() > FORM_KEY_CHARACTERS {
        return Err(AppError::field("", "Reload the page and try again."));
    }
    let mut replies = Vec::new();
    let mut on = ActedOn::default();
    for above in of_course(conn, tutor.course, ids).await? {
        let new = NewMessage {
            prompt: above.prompt_id,
            cohort: above.cohort_id,
            user: tutor.signed_in.user_id(),
            is_tutor: true,
            below: Some((above.message_id, above.root_id)),
            body: &body,
            body_html: &rendered.html,
            is_held: false,
            form_key: (!key.is_empty()).then_some(key),
        };
        if let Some(reply) = messages::insert(conn, new).await? {
            replies.push(reply);
            on.prompt = Some(above.prompt_id);
            on.cohort = Some(above.cohort_id);
            above.announce(conn).await?;
        }
    }
    if !replies.is_empty() {
        let before = json!({ "replies": replies });
        record(conn, tutor, REPLY, on, None, before).await?;
    }
    notices::posted(conn, &replies).await
}
