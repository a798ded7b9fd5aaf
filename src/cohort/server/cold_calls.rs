//! The cold calls on a cohort's home. The query reads the member's own answers and nothing of
//! others, so that no text, name or number of theirs can get here. The rules are those of
//! `coldcall/server/prompts.rs`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::cohort::HomeColdCall;
use crate::course::server::shared::SharedTopic;
use crate::enrollment::server::progress::Progress;
use crate::paths::cold_call_path;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, PromptId, TopicId, UserId};
use crate::platform::time::Clock;

/// Topic of live events about a prompt's thread in a cohort. It includes those of single answers.
pub fn thread_topic(prompt: PromptId, cohort: CohortId) -> String {
    format!("coldcall/{prompt}/{cohort}")
}

/// Topic of a prompt's lock and times in a cohort, which concern also members who have not
/// answered. It is below that of the thread.
pub fn prompt_topic(prompt: PromptId, cohort: CohortId) -> String {
    format!("{}/{STATE}", thread_topic(prompt, cohort))
}

/// Last part of [`prompt_topic`].
pub const STATE: &str = "state";

/// SQL that joins what a prompt `p` has differently: `o` in a cohort, and `d` for a member of a
/// batch there. [`opening`] and [`cohort_state`] need both.
pub fn overrides(cohort: &str, batch: &str, member: &str) -> String {
    format!(
        "left join cold_call_overrides o on o.prompt_id = p.prompt_id and o.cohort_id = {cohort}
         left join lateral dates_of_member({cohort}, {batch}, {member}) d on d.prompt_id = p.prompt_id"
    )
}

/// SQL that joins the overrides of a cohort for one of its members.
pub fn overrides_of(cohort: &str, user: &str) -> String {
    let own = overrides(cohort, "mine.batch_no", "mine.member_id");
    format!(
        "left join cohort_members mine on mine.cohort_id = {cohort} and mine.user_id = {user}
         {own}"
    )
}

/// SQL of the time at which a prompt `p` opens in a cohort.
pub fn opening(cohort: &str) -> String {
    format!("coalesce(d.opens_at, p.opens_at, cohort_day({cohort}, p.opens_after_days))")
}

/// SQL of the close and the lock of a prompt `p` in a cohort.
pub fn cohort_state(cohort: &str) -> String {
    format!(
        "case when d.closes_at is not null then d.closes_at
              when o.closes_at is null then coalesce(p.closes_at, cohort_day({cohort}, p.closes_after_days + 1))
              else nullif(o.closes_at, 'infinity') end as closes_at,
         coalesce(o.is_locked, p.is_locked) as is_locked"
    )
}

/// Cold calls that the home shows.
const SHOWN: i64 = 5;
/// Time before the close from which an unanswered cold call is due.
const DUE_WITHIN: TimeDelta = TimeDelta::days(7);

#[derive(QueryableByName)]
struct HomePromptRow {
    #[diesel(sql_type = Uuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    prompt: String,
    #[diesel(sql_type = Int4)]
    display_order: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_answered: bool,
    /// Number in the list, from 1.
    #[diesel(sql_type = BigInt)]
    rank: i64,
}

/// The open cold calls of one member.
#[derive(Default)]
pub struct OpenColdCalls {
    /// The newest ones.
    pub newest: Vec<HomeColdCall>,
    /// Unanswered ones that close soon, each with the time of its close.
    pub due: Vec<(DateTime<Utc>, HomeColdCall)>,
}

/// Returns the cold calls that the member can answer now or has answered. Topics that are locked
/// for the member have none.
pub async fn open(
    conn: &mut Conn,
    user: UserId,
    cohort: CohortId,
    (progress, slug): (&Progress, &str),
    clock: &Clock,
) -> QueryResult<OpenColdCalls> {
    let topics: Vec<(&SharedTopic, Option<DateTime<Utc>>)> = unlocked(progress);
    if topics.is_empty() {
        return Ok(OpenColdCalls::default());
    }
    let ids: Vec<uuid::Uuid> = topics.iter().map(|(topic, _)| topic.topic_id.0).collect();
    let opened: Vec<Option<DateTime<Utc>>> = topics.iter().map(|(_, opened)| *opened).collect();
    // A prompt is as new as the later of its own opening and that of its module.
    let (opening, state) = (opening("$3"), cohort_state("$3"));
    let overrides = overrides_of("$3", "$4");
    let rows: Vec<HomePromptRow> = statement(format!(
        "select listed.* from (
             select p.topic_id, p.prompt, p.display_order, state.closes_at, own.has_answered,
                    row_number() over (order by greatest(coalesce(opens.at, p.created_at), t.opened_at) desc,
                                                own.has_answered, t.place, p.display_order) as rank
             from unnest($1, $2) with ordinality as t (topic_id, opened_at, place)
             join cold_call_prompts p on p.topic_id = t.topic_id
             {overrides}
             cross join lateral (select {state}) state
             cross join lateral (select {opening} as at) opens
             cross join lateral (
                 select exists (select from cold_call_messages m
                                where m.prompt_id = p.prompt_id and m.cohort_id = $3 and m.user_id = $4
                                  and m.parent_id is null and m.deleted_at is null and not m.is_tutor) as has_answered
             ) own
             where p.retired_at is null and not state.is_locked and (opens.at is null or opens.at <= $5)
               and (state.closes_at is null or state.closes_at > $5)
         ) listed
         where listed.rank <= $6 or not listed.has_answered and listed.closes_at <= $7
         order by listed.rank",
    ))
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Nullable<Timestamptz>>, _>(opened)
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(user)
    .bind::<Timestamptz, _>(clock.now)
    .bind::<BigInt, _>(SHOWN)
    .bind::<Timestamptz, _>(clock.now + DUE_WITHIN)
    .load(conn)
    .await?;
    let by_id: HashMap<TopicId, &SharedTopic> = topics
        .into_iter()
        .map(|(topic, _)| (topic.topic_id, topic))
        .collect();
    let mut calls = OpenColdCalls::default();
    for row in rows {
        let Some(topic) = by_id.get(&row.topic_id) else {
            continue;
        };
        let call = cold_call(&row, topic, slug, clock);
        let closes_soon = row.closes_at.filter(|at| *at <= clock.now + DUE_WITHIN);
        if let Some(at) = closes_soon.filter(|_| !row.has_answered) {
            calls.due.push((at, call.clone()));
        }
        if row.rank <= SHOWN {
            calls.newest.push(call);
        }
    }
    Ok(calls)
}

/// The topics with cold calls that are unlocked for the member, each with the time at which its
/// module opened.
fn unlocked(progress: &Progress) -> Vec<(&SharedTopic, Option<DateTime<Utc>>)> {
    let opened_at = |number: i32| {
        let gate = progress.gates.iter().find(|gate| gate.number == number);
        gate.and_then(|gate| gate.open.ok())
    };
    let topics = progress.shared.topics();
    let unlocked = topics.filter(|(module, topic)| {
        let lock = progress.lock_of_topic(module.number, topic.number);
        topic.has_cold_calls && lock.is_none()
    });
    unlocked
        .map(|(module, topic)| (topic, opened_at(module.number)))
        .collect()
}

fn cold_call(row: &HomePromptRow, topic: &SharedTopic, slug: &str, clock: &Clock) -> HomeColdCall {
    HomeColdCall {
        topic: topic.title.clone(),
        prompt: row.prompt.clone(),
        href: cold_call_path(slug, &topic.slug, row.display_order),
        has_answered: row.has_answered,
        closes: row
            .closes_at
            .map(|at| (clock.date_time(at), at.to_rfc3339())),
    }
}
