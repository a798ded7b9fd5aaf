//! Acts of tutors on messages and members. Each is recorded with the state before it, so that it
//! can be undone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::overview;
use crate::coldcall::Visibility;
use crate::coldcall::server::messages::NewMessage;
use crate::coldcall::server::notices::{self, MessageDecision};
use crate::coldcall::server::{live, messages, rules};
use crate::coldcall::teach::{MOST_AT_ONCE, MessageAct};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::moderation_actions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ActionId, CohortId, CourseId, MessageId, PromptId, UserId};

fn no_message() -> AppError {
    AppError::NotFound("There is no such message in this course.".to_owned())
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
    /// True if others saw the message before it was held, so they know of it.
    #[diesel(sql_type = Bool)]
    was_shown: bool,
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
    if ids.is_empty() {
        return Err(AppError::field("", "Choose at least one message."));
    }
    if ids.len() > MOST_AT_ONCE {
        return Err(AppError::field(
            "",
            format!("Choose at most {MOST_AT_ONCE} messages at once."),
        ));
    }
    let found = left_of(conn, course, ids).await?;
    match found.len() == ids.len() {
        true => Ok(found),
        false => Err(no_message()),
    }
}

/// Returns those of the messages that are in the course and not deleted, locked until the
/// transaction ends.
pub(super) async fn left_of(
    conn: &mut Conn,
    course: CourseId,
    ids: &[MessageId],
) -> QueryResult<Vec<CourseMessage>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    statement(
        "select m.message_id, m.root_id, m.prompt_id, m.cohort_id, p.visibility,
                jsonb_build_object('hidden_at', m.hidden_at, 'hidden_reason', m.hidden_reason, 'held_at', m.held_at,
                                   'pinned_at', m.pinned_at, 'endorsed_at', m.endorsed_at,
                                   'credited_at', m.credited_at) as state,
                coalesce(m.held_at > m.created_at, false) as was_shown
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         where m.message_id = any($1) and p.course_id = $2 and m.deleted_at is null
         order by m.message_id for update of m",
    )
    .bind::<Array<SqlUuid>, _>(&wanted)
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await
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
        if matches!(act, MessageAct::Approve) && !message.was_shown {
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
pub(super) struct ActedOn {
    pub message: Option<MessageId>,
    pub prompt: Option<PromptId>,
    pub cohort: Option<CohortId>,
    pub member: Option<UserId>,
}

pub(super) async fn record(
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
