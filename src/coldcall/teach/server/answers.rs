//! The answers to a prompt, grouped by their words, for tutors of the course.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::{overview, prompts};
use crate::coldcall::server::messages::answered_again;
use crate::coldcall::server::{live, rules, similar};
use crate::coldcall::teach::{
    AnswerGroup, AnswersPage, CohortPerson, ListedAnswer, PromptStatus, TutorMessage,
};
use crate::course::server::index::directions;
use crate::course::server::store as courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, MemberId, MessageId, PromptId, UserId};
use crate::platform::live::LiveTopic;
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// A message with all that a tutor may know.
#[derive(Debug, Clone, QueryableByName)]
pub struct TutorRow {
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub root_id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    pub cohort_id: CohortId,
    /// None for a former member.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Bool)]
    pub is_tutor: bool,
    /// True if a tutor approves each post of the author.
    #[diesel(sql_type = Bool)]
    pub is_author_held: bool,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
    /// True for an answer whose author had deleted an earlier one.
    #[diesel(sql_type = Bool)]
    pub is_again: bool,
    #[diesel(sql_type = BigInt)]
    pub stars: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub hidden_reason: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
    #[diesel(sql_type = Bool)]
    pub is_pinned: bool,
    #[diesel(sql_type = Bool)]
    pub is_endorsed: bool,
    #[diesel(sql_type = Bool)]
    pub is_credited: bool,
    #[diesel(sql_type = Array<Text>)]
    pub reports: Vec<String>,
}

/// Columns of a [`TutorRow`]; the statement adds its own conditions on `m`.
pub const TUTOR_ROW: &str = concat!(
    "select m.message_id, m.root_id, m.prompt_id, m.cohort_id,
        u.user_id, coalesce(u.display_name, 'Former member') as name, m.is_tutor, m.body_html, m.created_at, m.edited_at,
        ",
    answered_again!(),
    " as is_again,
        exists (select from moderation_actions a
                where a.cohort_id = m.cohort_id and a.member_user_id = m.user_id and a.action = 'hold'
                  and a.undone_at is null) as is_author_held,
        (select count(*) from cold_call_stars s where s.message_id = m.message_id) as stars,
        m.hidden_reason, m.held_at is not null as is_held, m.pinned_at is not null as is_pinned,
        m.endorsed_at is not null as is_endorsed, m.credited_at is not null as is_credited,
        array(select r.reason from cold_call_reports r
              where r.message_id = m.message_id and r.settled_at is null order by r.created_at) as reports
    from cold_call_messages m
    left join users u on u.user_id = m.user_id and u.deleted_at is null
    where m.deleted_at is null"
);

impl TutorRow {
    pub fn message(self, clock: &Clock) -> TutorMessage {
        let member = self
            .user_id
            .filter(|_| !self.is_tutor)
            .map(|user| CohortPerson {
                cohort: self.cohort_id,
                member: None,
                user: Some(user),
                name: self.name.clone(),
                is_held: self.is_author_held,
            });
        TutorMessage {
            message_id: self.message_id,
            author: self.name,
            member,
            is_tutor: self.is_tutor,
            html: Html(self.body_html),
            at: (clock.ago(self.created_at), self.created_at.to_rfc3339()),
            marks: rules::marks(self.edited_at.is_some(), self.is_again),
            stars: self.stars,
            hidden_reason: self.hidden_reason,
            is_held: self.is_held,
            is_pinned: self.is_pinned,
            is_endorsed: self.is_endorsed,
            is_credited: self.is_credited,
            reports: self.reports,
        }
    }
}

#[derive(QueryableByName)]
struct CohortLine {
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    title: String,
    /// Newest message about the prompt.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    newest: Option<MessageId>,
}

/// Returns the page of a prompt's answers in one cohort. An empty `cohort` means the one that wrote
/// last, or the newest.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    prompt: &str,
    cohort: &str,
    clock: &Clock,
) -> AppResult<AnswersPage> {
    let mut stored = prompts::stored_one(conn, course, prompt).await?;
    let cohorts: Vec<CohortLine> = statement(
        "select c.cohort_id, c.title, m.message_id as newest
         from cohorts c
         left join lateral (select message_id from cold_call_messages
                            where prompt_id = $2 and cohort_id = c.cohort_id
                            order by message_id desc limit 1) m on true
         where c.course_id = $1 order by c.starts_at desc, c.cohort_id limit 100",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(stored.prompt_id)
    .load(conn)
    .await?;
    let wanted = cohort.parse().ok().map(CohortId);
    let cohort = cohorts
        .iter()
        .find(|line| Some(line.cohort_id) == wanted)
        .or(cohorts.iter().rev().max_by_key(|line| line.newest))
        .map(|line| line.cohort_id);
    if let Some(cohort) = cohort {
        stored.become_as_in(conn, cohort).await?;
    }
    let live =
        cohort.map(|cohort| LiveTopic::from_now(live::thread_topic(stored.prompt_id, cohort)));
    let answers = match cohort {
        Some(cohort) => answers(conn, stored.prompt_id, cohort, clock).await?,
        None => Vec::new(),
    };
    let silent = match cohort {
        Some(cohort) => silent(conn, stored.prompt_id, cohort).await?,
        None => Vec::new(),
    };
    let count = answers.len();
    let (groups, outliers) = grouped(conn, course, answers, &stored.prompt).await?;
    let status = stored.status(clock);
    Ok(AnswersPage {
        course_title: courses::title(conn, course).await?,
        topic: prompts::topic_label(conn, stored.topic_id).await?,
        prompt_id: stored.prompt_id,
        visibility: stored.visibility,
        is_locked: stored.is_locked,
        is_closed: status == PromptStatus::Closed,
        status,
        prompt: stored.prompt,
        cohorts: (cohorts.into_iter())
            .map(|line| (line.cohort_id.to_string(), line.title))
            .collect(),
        cohort,
        groups,
        outliers,
        silent,
        answers: count,
        waiting: overview::waiting(conn, course).await?,
        key: uuid::Uuid::now_v7(),
        live,
    })
}

/// Returns the answers in the order of time, each with its replies.
async fn answers(
    conn: &mut Conn,
    prompt: PromptId,
    cohort: CohortId,
    clock: &Clock,
) -> AppResult<Vec<ListedAnswer>> {
    let rows: Vec<TutorRow> = statement(format!(
        "{TUTOR_ROW} and m.prompt_id = $1 and m.cohort_id = $2 order by m.message_id limit 5000"
    ))
    .bind::<SqlUuid, _>(prompt)
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await?;
    let mut answers: Vec<ListedAnswer> = Vec::new();
    let mut places: HashMap<MessageId, usize> = HashMap::new();
    for row in rows {
        let root = row.root_id;
        if row.message_id == root {
            places.insert(root, answers.len());
            answers.push(ListedAnswer {
                answer: row.message(clock),
                replies: Vec::new(),
            });
        } else if let Some(place) = places.get(&root) {
            answers[*place].replies.push(row.message(clock));
        }
    }
    Ok(answers)
}

/// Groups the answers by their words and what these mean in the course.
async fn grouped(
    conn: &mut Conn,
    course: CourseId,
    answers: Vec<ListedAnswer>,
    prompt: &str,
) -> AppResult<(Vec<AnswerGroup>, Vec<ListedAnswer>)> {
    let texts: Vec<String> = answers
        .iter()
        .map(|answer| markdown::words(&answer.answer.html.0))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let compared = texts.get(..similar::MOST_ANSWERS).unwrap_or(&texts);
    let meanings = directions(conn, course, compared).await?;
    let (groups, outliers) = similar::groups(&texts, prompt, &meanings);
    let mut answers: Vec<Option<ListedAnswer>> = answers.into_iter().map(Some).collect();
    let mut take = |at: &usize| answers[*at].take();
    let groups = groups
        .into_iter()
        .map(|group| AnswerGroup {
            answers: group.members.iter().filter_map(&mut take).collect(),
            words: group.words,
        })
        .collect();
    Ok((groups, outliers.iter().filter_map(take).collect()))
}

#[derive(QueryableByName)]
pub struct CohortPersonRow {
    #[diesel(sql_type = SqlUuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub member_id: Option<MemberId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
}

/// Columns of a [`CohortPersonRow`] of active members.
pub const PERSON_ROW: &str = "select m.cohort_id, m.member_id, m.user_id,
        coalesce(u.display_name, m.name, m.email) as name,
        exists (select from moderation_actions a
                where a.cohort_id = m.cohort_id and a.member_user_id = m.user_id and a.action = 'hold'
                  and a.undone_at is null) as is_held
    from cohort_members m
    left join users u on u.user_id = m.user_id and u.deleted_at is null
    where m.status = 'active'";

impl CohortPersonRow {
    pub fn person(self) -> CohortPerson {
        CohortPerson {
            cohort: self.cohort_id,
            member: self.member_id,
            user: self.user_id,
            name: self.name,
            is_held: self.is_held,
        }
    }
}

/// Returns the active members who have not answered the prompt.
async fn silent(
    conn: &mut Conn,
    prompt: PromptId,
    cohort: CohortId,
) -> AppResult<Vec<CohortPerson>> {
    let rows: Vec<CohortPersonRow> = statement(format!(
        "{PERSON_ROW} and m.cohort_id = $2
           and not exists (select from cold_call_messages o
                           where o.prompt_id = $1 and o.cohort_id = $2 and o.user_id = m.user_id
                             and o.parent_id is null and o.deleted_at is null and not o.is_tutor)
         order by lower(coalesce(u.display_name, m.name, m.email)) limit 500"
    ))
    .bind::<SqlUuid, _>(prompt)
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(CohortPersonRow::person).collect())
}
