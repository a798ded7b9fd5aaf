//! Moderation across the courses that a person teaches.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::answers::{CohortPersonRow, PERSON_ROW, TUTOR_ROW, TutorRow};
use super::openings::{self, CohortPrompt};
use crate::coldcall::teach::{
    ActLine, CohortPeople, MessageAct, ModerationItem, ModerationPage, UnansweredPrompt,
    answers_path,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ActionId, CohortId, CourseId, MessageId, PromptId, UserId};
use crate::platform::live::LiveTopic;
use crate::platform::time::Clock;

/// New messages and unanswered prompts that the page lists.
const SHOWN_MESSAGES: usize = 50;
const SHOWN_PROMPTS: usize = 30;

/// Condition on a message `m`: it is reported, or held for approval, and nobody has hidden it.
macro_rules! waits {
    () => {
        "(m.hidden_at is null
          and m.message_id in (select h.message_id from cold_call_messages h where h.held_at is not null
                               union select w.message_id from cold_call_reports w where w.settled_at is null))"
    };
}

#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

#[derive(QueryableByName)]
struct ModeratedCourse {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Returns the courses that the tutor teaches; all of them if `tutor` is None.
async fn moderated(
    conn: &mut Conn,
    tutor: Option<UserId>,
) -> QueryResult<HashMap<CourseId, ModeratedCourse>> {
    let courses: Vec<ModeratedCourse> = statement(
        "select c.course_id, c.slug, c.title from courses c
         where c.retired_at is null
           and ($1 is null or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                      where ct.course_id = c.course_id and ct.is_active and t.user_id = $1))
         order by c.title_sort limit 500",
    )
    .bind::<Nullable<SqlUuid>, _>(tutor)
    .load(conn)
    .await?;
    let courses = courses.into_iter().map(|row| (row.course_id, row));
    Ok(courses.collect())
}

/// Returns the page of a person, for the courses that they teach; for all courses if `tutor` is
/// None.
pub async fn page(
    conn: &mut Conn,
    me: UserId,
    tutor: Option<UserId>,
    clock: &Clock,
) -> AppResult<ModerationPage> {
    let live = LiveTopic::from_now("coldcall/".to_owned());
    let courses = moderated(conn, tutor).await?;
    let ids: Vec<Uuid> = courses.keys().map(|course| course.0).collect();
    let places = ThreadPlaces::read(conn, &ids, courses).await?;
    let waiting = messages(
        conn,
        &ids,
        concat!("and ", waits!(), " order by m.message_id limit 100"),
    )
    .await?;
    let mut recent = new_messages(conn, &ids, me).await?;
    let has_more = recent.len() > SHOWN_MESSAGES;
    recent.truncate(SHOWN_MESSAGES);
    let prompts = openings::of_running_cohorts(conn, &ids).await?;
    let item = |row: TutorRow| places.item(row, clock);
    Ok(ModerationPage {
        live,
        waiting: waiting.into_iter().filter_map(item).collect(),
        recent: recent.into_iter().filter_map(item).collect(),
        has_more,
        unanswered: unanswered(&prompts, &places, clock),
        silent: silent(conn, &prompts, &places, clock).await?,
        held: held(conn, &ids, &places).await?,
        key: Uuid::now_v7(),
        acts: acts(conn, &ids, &places, clock).await?,
    })
}

/// Returns the number of messages of the course that wait for a tutor.
pub async fn waiting(conn: &mut Conn, course: CourseId) -> QueryResult<i64> {
    let row: WaitingRow = statement(concat!(
        "select count(*) as waiting
         from cold_call_messages m join cold_call_prompts p on p.prompt_id = m.prompt_id
         where p.course_id = $1 and p.retired_at is null and m.deleted_at is null and ",
        waits!()
    ))
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await?;
    Ok(row.waiting)
}

/// Returns the newest messages that the person has not seen and that need no decision: the ones
/// that wait are listed apart, and hidden and credited ones have been read. Someone who has marked
/// none as seen gets those of the last week.
async fn new_messages(conn: &mut Conn, courses: &[Uuid], me: UserId) -> QueryResult<Vec<TutorRow>> {
    statement(format!(
        "{TUTOR_ROW} and m.prompt_id in (select p.prompt_id from cold_call_prompts p
                                         where p.course_id = any($1) and p.retired_at is null)
           and not m.is_tutor and m.hidden_at is null and m.credited_at is null and not {}
           and case when exists (select from moderation_seen s where s.user_id = $2)
                    then m.message_id > (select s.message_id from moderation_seen s where s.user_id = $2)
                    else m.created_at > now() - interval '7 days' end
         order by m.message_id desc limit $3",
        waits!()
    ))
    .bind::<Array<SqlUuid>, _>(courses)
    .bind::<SqlUuid, _>(me)
    .bind::<BigInt, _>(SHOWN_MESSAGES as i64 + 1)
    .load(conn)
    .await
}

/// Marks this message and all earlier ones as seen by the person.
///
/// # Errors
///
/// `NotFound` unless the message belongs to a course that they teach, or to any if `tutor` is None.
pub async fn mark_seen(
    conn: &mut Conn,
    me: UserId,
    tutor: Option<UserId>,
    message: MessageId,
) -> AppResult<()> {
    let marked = statement(
        "insert into moderation_seen as s (user_id, message_id)
         select $1, m.message_id
         from cold_call_messages m join cold_call_prompts p on p.prompt_id = m.prompt_id
         where m.message_id = $2
           and ($3 is null or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                      where ct.course_id = p.course_id and ct.is_active and t.user_id = $3))
         on conflict (user_id) do update set message_id = greatest(s.message_id, excluded.message_id)",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<SqlUuid, _>(message)
    .bind::<Nullable<SqlUuid>, _>(tutor)
    .execute(conn)
    .await?;
    match marked {
        0 => Err(AppError::NotFound(
            "There is no such message in your courses.".to_owned(),
        )),
        _ => Ok(()),
    }
}

async fn messages(
    conn: &mut Conn,
    courses: &[Uuid],
    which: &'static str,
) -> QueryResult<Vec<TutorRow>> {
    statement(format!(
        "{TUTOR_ROW} and m.prompt_id in (select p.prompt_id from cold_call_prompts p
                                         where p.course_id = any($1) and p.retired_at is null) {which}"
    ))
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct PromptPlace {
    #[diesel(sql_type = SqlUuid)]
    prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    prompt: String,
    #[diesel(sql_type = Text)]
    topic: String,
}

#[derive(QueryableByName)]
struct CohortPlace {
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Names of courses, prompts and cohorts.
struct ThreadPlaces {
    courses: HashMap<CourseId, ModeratedCourse>,
    prompts: HashMap<PromptId, PromptPlace>,
    cohorts: HashMap<CohortId, CohortPlace>,
}

impl ThreadPlaces {
    async fn read(
        conn: &mut Conn,
        ids: &[Uuid],
        courses: HashMap<CourseId, ModeratedCourse>,
    ) -> QueryResult<Self> {
        let prompts: Vec<PromptPlace> = statement(
            "select p.prompt_id, p.course_id, p.prompt, t.title as topic from cold_call_prompts p
             join topics t on t.topic_id = p.topic_id where p.course_id = any($1)",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .load(conn)
        .await?;
        let cohorts: Vec<CohortPlace> =
            statement("select cohort_id, course_id, title from cohorts where course_id = any($1)")
                .bind::<Array<SqlUuid>, _>(ids)
                .load(conn)
                .await?;
        Ok(Self {
            courses,
            prompts: (prompts.into_iter())
                .map(|row| (row.prompt_id, row))
                .collect(),
            cohorts: (cohorts.into_iter())
                .map(|row| (row.cohort_id, row))
                .collect(),
        })
    }

    /// Address, prompt and place of the answers of a cohort.
    fn of(&self, prompt: PromptId, cohort: CohortId) -> Option<(String, UnansweredPrompt)> {
        let prompt = self.prompts.get(&prompt)?;
        let course = self.courses.get(&prompt.course_id)?;
        let cohort = self.cohorts.get(&cohort)?;
        let found = UnansweredPrompt {
            href: answers_path(
                &course.slug,
                prompt.prompt_id,
                &cohort.cohort_id.to_string(),
            ),
            prompt: prompt.prompt.clone(),
            place: format!("{} · {} · {}", course.title, cohort.title, prompt.topic),
        };
        Some((course.slug.clone(), found))
    }

    /// Groups people by their cohort.
    fn by_cohort(&self, rows: Vec<CohortPersonRow>) -> Vec<CohortPeople> {
        let mut cohorts: BTreeMap<CohortId, CohortPeople> = BTreeMap::new();
        for row in rows {
            let Some(cohort) = self.cohorts.get(&row.cohort_id) else {
                continue;
            };
            let Some(course) = self.courses.get(&cohort.course_id) else {
                continue;
            };
            cohorts
                .entry(row.cohort_id)
                .or_insert_with(|| CohortPeople {
                    course: course.slug.clone(),
                    place: format!("{} · {}", course.title, cohort.title),
                    members: Vec::new(),
                })
                .members
                .push(row.person());
        }
        cohorts.into_values().collect()
    }

    fn item(&self, row: TutorRow, clock: &Clock) -> Option<ModerationItem> {
        let (course, found) = self.of(row.prompt_id, row.cohort_id)?;
        Some(ModerationItem {
            course,
            place: found.place,
            prompt: found.prompt,
            href: found.href,
            message: row.message(clock),
        })
    }
}

/// Returns the open prompts that nobody in a running cohort has answered.
fn unanswered(
    prompts: &[CohortPrompt],
    places: &ThreadPlaces,
    clock: &Clock,
) -> Vec<UnansweredPrompt> {
    prompts
        .iter()
        .filter(|prompt| !prompt.is_answered && prompt.is_open(clock.now))
        .filter_map(|prompt| Some(places.of(prompt.prompt_id, prompt.cohort_id)?.1))
        .take(SHOWN_PROMPTS)
        .collect()
}

/// Returns the members of running cohorts who have answered none of the prompts of the last days.
async fn silent(
    conn: &mut Conn,
    prompts: &[CohortPrompt],
    places: &ThreadPlaces,
    clock: &Clock,
) -> AppResult<Vec<CohortPeople>> {
    let recent = prompts.iter().filter(|prompt| prompt.is_recent(clock.now));
    let (cohorts, prompts): (Vec<Uuid>, Vec<Uuid>) = recent
        .map(|prompt| (prompt.cohort_id.0, prompt.prompt_id.0))
        .unzip();
    let rows: Vec<CohortPersonRow> = statement(format!(
        "with recent as (select x.cohort_id, x.prompt_id from unnest($1, $2) as x (cohort_id, prompt_id))
         {PERSON_ROW} and m.cohort_id in (select r.cohort_id from recent r)
           and not exists (select from cold_call_messages o
                           join recent r on r.cohort_id = o.cohort_id and r.prompt_id = o.prompt_id
                           where o.cohort_id = m.cohort_id and o.user_id = m.user_id and o.parent_id is null
                             and o.deleted_at is null and not o.is_tutor)
         order by lower(coalesce(u.display_name, m.name, m.email)) limit 300"
    ))
    .bind::<Array<SqlUuid>, _>(cohorts)
    .bind::<Array<SqlUuid>, _>(prompts)
    .load(conn)
    .await?;
    Ok(places.by_cohort(rows))
}

/// Returns the members whose posts wait for approval.
async fn held(
    conn: &mut Conn,
    courses: &[Uuid],
    places: &ThreadPlaces,
) -> AppResult<Vec<CohortPeople>> {
    let rows: Vec<CohortPersonRow> = statement(
        "select a.cohort_id, m.member_id, u.user_id, u.display_name as name, true as is_held
         from moderation_actions a
         join users u on u.user_id = a.member_user_id and u.deleted_at is null
         left join cohort_members m
             on m.cohort_id = a.cohort_id and m.user_id = a.member_user_id and m.status <> 'removed'
         where a.course_id = any($1) and a.cohort_id is not null and a.action = 'hold' and a.undone_at is null
         order by lower(u.display_name), u.user_id limit 300",
    )
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await?;
    Ok(places.by_cohort(rows))
}

#[derive(QueryableByName)]
struct ActRow {
    #[diesel(sql_type = SqlUuid)]
    action_id: ActionId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    actor: String,
    /// Author of the message, or the member.
    #[diesel(sql_type = Nullable<Text>)]
    person: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    prompt: Option<String>,
    /// The cohort to which an act on a prompt was limited.
    #[diesel(sql_type = Nullable<Text>)]
    cohort: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    /// Messages to which the tutor replied.
    #[diesel(sql_type = Int4)]
    replies: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_undone: bool,
}

/// Returns the latest acts of all tutors of the courses.
async fn acts(
    conn: &mut Conn,
    courses: &[Uuid],
    places: &ThreadPlaces,
    clock: &Clock,
) -> AppResult<Vec<ActLine>> {
    let rows: Vec<ActRow> = statement(
        "select a.action_id, a.course_id, a.action, coalesce(actor.display_name, 'A former tutor') as actor,
                coalesce(author.display_name, member.display_name) as person, p.prompt, c.title as cohort, a.reason,
                coalesce(jsonb_array_length(a.before->'replies'), 0) as replies, a.created_at,
                a.undone_at is not null as is_undone
         from moderation_actions a
         left join users actor on actor.user_id = a.actor_user_id
         left join cold_call_messages m on m.message_id = a.message_id
         left join users author on author.user_id = m.user_id
         left join users member on member.user_id = a.member_user_id
         left join cold_call_prompts p on p.prompt_id = a.prompt_id
         left join cohorts c on c.cohort_id = a.cohort_id and a.message_id is null
         where a.course_id = any($1)
         order by a.action_id desc limit 50",
    )
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let course = places.courses.get(&row.course_id)?;
            Some(ActLine {
                action_id: row.action_id,
                course: course.slug.clone(),
                text: sentence(&row),
                at: (clock.ago(row.created_at), row.created_at.to_rfc3339()),
                is_undone: row.is_undone,
                reason: row.reason,
            })
        })
        .collect())
}

/// Says who did what to whom.
fn sentence(row: &ActRow) -> String {
    let verb = match MessageAct::parse(&row.action) {
        Some(MessageAct::Hide) => "hid",
        Some(MessageAct::Restore) => "showed again",
        Some(MessageAct::Pin) => "pinned",
        Some(MessageAct::Unpin) => "unpinned",
        Some(MessageAct::Endorse) => "endorsed",
        Some(MessageAct::Unendorse) => "ended the endorsement of",
        Some(MessageAct::Credit) => "credited",
        Some(MessageAct::Uncredit) => "took back the credit of",
        Some(MessageAct::Approve) => "approved",
        Some(MessageAct::Settle) => "dismissed the reports of",
        None => "",
    };
    let person = row.person.as_deref().unwrap_or("a former member");
    match row.action.as_str() {
        "hold" => format!("{} holds the posts of {person} for approval", row.actor),
        "release" => format!("{} holds the posts of {person} no longer", row.actor),
        "reply" => {
            let messages = match row.replies {
                1 => "a message".to_owned(),
                count => format!("{count} messages"),
            };
            let prompt = row.prompt.as_deref().unwrap_or_default();
            format!("{} replied to {messages} about “{prompt}”", row.actor)
        }
        _ if verb.is_empty() => {
            let verb = match row.action.as_str() {
                "lock" => "locked",
                "unlock" => "unlocked",
                "close" => "closed",
                _ => "reopened",
            };
            let prompt = row.prompt.as_deref().unwrap_or_default();
            let cohort = row.cohort.as_ref();
            let whom = cohort.map_or("all cohorts".to_owned(), |title| format!("“{title}”"));
            format!("{} {verb} the prompt “{prompt}” for {whom}", row.actor)
        }
        _ => format!("{} {verb} a message of {person}", row.actor),
    }
}
