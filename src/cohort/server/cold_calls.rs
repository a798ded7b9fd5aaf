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
use crate::platform::ids::{CohortId, CourseId, MemberId, PromptId, TopicId, UserId};
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

/// Days after their joining in which members answer prompts that had closed before.
const LATE_DAYS: u32 = 7;

/// SQL that joins what a prompt `p` has differently: `o` in a cohort, and `d` for a member of a
/// batch there, whose joining is `j`. [`opening`] and [`cohort_state`] need all of them.
pub fn overrides(cohort: &str, batch: &str, member: &str) -> String {
    format!(
        "left join cold_call_overrides o on o.prompt_id = p.prompt_id and o.cohort_id = {cohort}
         left join lateral dates_of_member({cohort}, {batch}, {member}) d on d.prompt_id = p.prompt_id
         left join lateral (select joined.cohort_id, joined.user_id, joined.joined_at, began.starts_at
                            from cohort_members joined join cohorts began on began.cohort_id = joined.cohort_id
                            where joined.member_id = {member}) j on true"
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

/// SQL of the close and the lock of a prompt `p` in a cohort. To members who joined after it had
/// closed there, it is open for some days, until they answer.
pub fn cohort_state(cohort: &str) -> String {
    format!(
        "(select case when j.starts_at < closes.at and closes.at < j.joined_at
                       and not exists (select from cold_call_messages own
                                       where own.prompt_id = p.prompt_id and own.cohort_id = j.cohort_id
                                         and own.user_id = j.user_id and own.parent_id is null
                                         and own.deleted_at is null and not own.is_tutor)
                      then j.joined_at + interval '{LATE_DAYS} days' else closes.at end
          from (select case when d.closes_at is not null then d.closes_at
                            when o.closes_at is null
                            then coalesce(p.closes_at, cohort_day({cohort}, p.closes_after_days + 1))
                            else nullif(o.closes_at, 'infinity') end as at) closes) as closes_at,
         coalesce(o.is_locked, p.is_locked) as is_locked"
    )
}

/// A prompt that opens or closes at a set time.
#[derive(QueryableByName)]
pub struct DatedPrompt {
    #[diesel(sql_type = Uuid)]
    pub prompt_id: PromptId,
    /// Title of the topic.
    #[diesel(sql_type = Text)]
    pub topic: String,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closes_at: Option<DateTime<Utc>>,
}

/// Returns the prompts with set times of a course, as a member of a batch of the cohort has them,
/// or the batch.
pub async fn dated(
    conn: &mut Conn,
    course: CourseId,
    (cohort, batch_no, member): (CohortId, i32, Option<MemberId>),
) -> QueryResult<Vec<DatedPrompt>> {
    let (opening, state) = (opening("$2"), cohort_state("$2"));
    let overrides = overrides("$2", "$3", "$4");
    statement(format!(
        "select p.prompt_id, t.title as topic, p.display_order as number, opens.at as opens_at, state.closes_at
         from cold_call_prompts p
         join topics t on t.topic_id = p.topic_id
         {overrides}
         cross join lateral (select {state}) state
         cross join lateral (select {opening} as at) opens
         where p.course_id = $1 and p.retired_at is null and t.retired_at is null and not state.is_locked
           and (opens.at is not null or state.closes_at is not null)
         order by t.module_no, t.topic_number, p.display_order"
    ))
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(cohort)
    .bind::<Int4, _>(batch_no)
    .bind::<Nullable<Uuid>, _>(member)
    .load(conn)
    .await
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
