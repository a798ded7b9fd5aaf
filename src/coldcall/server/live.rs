//! Live events of cold calls: an event says that something changed in a prompt's thread of a
//! cohort. Only people who may read the thread are told.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::cohort::server::cold_calls::STATE;
pub use crate::cohort::server::cold_calls::{prompt_topic, thread_topic};
use crate::coldcall::Visibility;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, MessageId, PromptId, UserId};
use crate::platform::live;

/// Topic of a prompt's thread in one cohort. If only tutors read the answers, each answer with its
/// replies has a topic of its own.
pub fn topic(
    prompt: PromptId,
    cohort: CohortId,
    visibility: Visibility,
    answer: MessageId,
) -> String {
    match visibility {
        Visibility::TutorsOnly => format!("{}/{answer}", thread_topic(prompt, cohort)),
        Visibility::Named | Visibility::AnonymousToPeers => thread_topic(prompt, cohort),
    }
}

/// Tells the readers of the answer with this id and of its replies, in the transaction of the
/// change.
pub async fn announce(
    conn: &mut Conn,
    prompt: PromptId,
    cohort: CohortId,
    visibility: Visibility,
    answer: MessageId,
) -> QueryResult<()> {
    live::publish(conn, &topic(prompt, cohort, visibility, answer)).await
}

#[derive(QueryableByName)]
struct EventReader {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
}

/// Returns the active members who have answered the prompt, and the tutors of its course. Of an
/// answer that only tutors read, its author instead of all members. Of the prompt's state all
/// active members.
pub fn may_see<'c>(
    conn: &'c mut Conn,
    topic: &'c str,
) -> BoxFuture<'c, QueryResult<HashSet<UserId>>> {
    async move {
        let Some((prompt, cohort, part)) = ids(topic) else {
            return Ok(HashSet::new());
        };
        let (answer, is_state) = match part {
            EventPart::Thread => (None, false),
            EventPart::Answer(answer) => (Some(answer), false),
            EventPart::State => (None, true),
        };
        let readers: Vec<EventReader> = statement(
            "select o.user_id
             from cold_call_messages o
             join cohort_members m on m.cohort_id = o.cohort_id and m.user_id = o.user_id and m.status = 'active'
             join cohorts c on c.cohort_id = o.cohort_id and c.is_active
             where o.prompt_id = $1 and o.cohort_id = $2 and ($3 is null or o.message_id = $3)
               and o.parent_id is null and o.deleted_at is null and not o.is_tutor
             union
             select m.user_id
             from cohort_members m
             join cohorts c on c.cohort_id = m.cohort_id and c.is_active
             where $4 and m.cohort_id = $2 and m.status = 'active' and m.user_id is not null
             union
             select t.user_id
             from cold_call_prompts p
             join course_tutors ct on ct.course_id = p.course_id and ct.is_active
             join tutors t on t.tutor_id = ct.tutor_id
             where p.prompt_id = $1
             union
             select u.user_id from users u where u.role = 'admin' and u.is_active and u.deleted_at is null",
        )
        .bind::<SqlUuid, _>(prompt)
        .bind::<SqlUuid, _>(cohort)
        .bind::<Nullable<SqlUuid>, _>(answer)
        .bind::<Bool, _>(is_state)
        .load(conn)
        .await?;
        Ok(readers.into_iter().map(|reader| reader.user_id).collect())
    }
    .boxed()
}

/// Subject of an event.
enum EventPart {
    Thread,
    /// An answer that only tutors read, with its replies.
    Answer(MessageId),
    /// The prompt's lock and times.
    State,
}

fn ids(topic: &str) -> Option<(PromptId, CohortId, EventPart)> {
    let mut parts = topic.split('/').skip(1);
    let prompt = parts.next()?.parse().ok()?;
    let cohort = parts.next()?.parse().ok()?;
    let part = match parts.next() {
        Some(STATE) => EventPart::State,
        Some(answer) => EventPart::Answer(MessageId(answer.parse().ok()?)),
        None => EventPart::Thread,
    };
    Some((PromptId(prompt), CohortId(cohort), part))
}
