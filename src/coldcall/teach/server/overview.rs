//! Moderation across the courses that a person teaches.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::answers::{CohortPersonRow, PERSON_ROW, TUTOR_ROW, TutorRow};
use crate::coldcall::teach::{
    ActLine, MessageAct, ModerationItem, ModerationPage, SilentCohort, UnansweredPrompt,
    answers_path,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{ActionId, CohortId, CourseId, PromptId, UserId};
use crate::platform::time::Clock;

#[derive(QueryableByName)]
struct ModeratedCourse {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Returns the page for the courses of a tutor; for all courses if `tutor` is None.
pub async fn page(
    conn: &mut Conn,
    tutor: Option<UserId>,
    clock: &Clock,
) -> AppResult<ModerationPage> {
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
    let ids: Vec<Uuid> = courses.iter().map(|row| row.course_id.0).collect();
    let courses: HashMap<CourseId, ModeratedCourse> = courses
        .into_iter()
        .map(|row| (row.course_id, row))
        .collect();
    let places = ThreadPlaces::read(conn, &ids, courses).await?;
    let waiting = messages(
        conn,
        &ids,
        "and (m.held_at is not null
              or exists (select from cold_call_reports r where r.message_id = m.message_id and r.settled_at is null))
         order by m.message_id limit 100",
    )
    .await?;
    let recent = messages(
        conn,
        &ids,
        "and m.created_at > now() - interval '7 days' and not m.is_tutor and m.held_at is null
         order by m.message_id desc limit 50",
    )
    .await?;
    let item = |row: TutorRow| places.item(row, clock);
    Ok(ModerationPage {
        waiting: waiting.into_iter().filter_map(item).collect(),
        recent: recent.into_iter().filter_map(item).collect(),
        unanswered: unanswered(conn, &ids, &places).await?,
        silent: silent(conn, &ids, &places).await?,
        acts: acts(conn, &ids, &places, clock).await?,
    })
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

#[derive(QueryableByName)]
struct PairRow {
    #[diesel(sql_type = SqlUuid)]
    prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
}

/// Returns the open prompts that nobody in a running cohort has answered.
async fn unanswered(
    conn: &mut Conn,
    courses: &[Uuid],
    places: &ThreadPlaces,
) -> AppResult<Vec<UnansweredPrompt>> {
    let rows: Vec<PairRow> = statement(
        "select p.prompt_id, c.cohort_id
         from cold_call_prompts p
         join cohorts c on c.course_id = p.course_id
         join topics t on t.topic_id = p.topic_id
         where p.course_id = any($1) and p.retired_at is null and not p.is_locked
           and (p.opens_at is null or p.opens_at <= now()) and (p.closes_at is null or p.closes_at > now())
           and c.is_active and c.starts_at <= now() and (c.ends_at is null or c.ends_at > now())
           and not exists (select from cold_call_messages m
                           where m.prompt_id = p.prompt_id and m.cohort_id = c.cohort_id and m.deleted_at is null)
         order by c.starts_at desc, c.cohort_id, t.module_no, t.topic_number, p.display_order limit 30",
    )
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some(places.of(row.prompt_id, row.cohort_id)?.1))
        .collect())
}

/// Returns the members of running cohorts with prompts who have answered none of them.
async fn silent(
    conn: &mut Conn,
    courses: &[Uuid],
    places: &ThreadPlaces,
) -> AppResult<Vec<SilentCohort>> {
    let rows: Vec<CohortPersonRow> = statement(format!(
        "{PERSON_ROW} and m.cohort_id in (
             select c.cohort_id from cohorts c
             where c.course_id = any($1) and c.is_active and c.starts_at <= now() and (c.ends_at is null or c.ends_at > now())
               and exists (select from cold_call_messages o where o.cohort_id = c.cohort_id))
           and not exists (select from cold_call_messages o
                           where o.cohort_id = m.cohort_id and o.user_id = m.user_id and o.deleted_at is null)
         order by lower(coalesce(u.display_name, m.name, m.email)) limit 300"
    ))
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await?;
    let mut cohorts: BTreeMap<CohortId, SilentCohort> = BTreeMap::new();
    for row in rows {
        let Some(cohort) = places.cohorts.get(&row.cohort_id) else {
            continue;
        };
        let Some(course) = places.courses.get(&cohort.course_id) else {
            continue;
        };
        cohorts
            .entry(row.cohort_id)
            .or_insert_with(|| SilentCohort {
                course: course.slug.clone(),
                place: format!("{} · {}", course.title, cohort.title),
                members: Vec::new(),
            })
            .members
            .push(row.person());
    }
    Ok(cohorts.into_values().collect())
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
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
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
                coalesce(author.display_name, member.display_name) as person, p.prompt, a.reason, a.created_at,
                a.undone_at is not null as is_undone
         from moderation_actions a
         left join users actor on actor.user_id = a.actor_user_id
         left join cold_call_messages m on m.message_id = a.message_id
         left join users author on author.user_id = m.user_id
         left join users member on member.user_id = a.member_user_id
         left join cold_call_prompts p on p.prompt_id = a.prompt_id
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
        _ if verb.is_empty() => {
            let verb = match row.action.as_str() {
                "lock" => "locked",
                "unlock" => "unlocked",
                "close" => "closed",
                _ => "reopened",
            };
            let prompt = row.prompt.as_deref().unwrap_or_default();
            format!("{} {verb} the prompt “{prompt}”", row.actor)
        }
        _ => format!("{} {verb} a message of {person}", row.actor),
    }
}
