//! The prompts of a course, as its tutors write and order them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::check_prompt::check;
use super::overview;
use super::prompt_acts::announce_prompt;
use crate::cohort::server::cold_calls::{cohort_state, opening, overrides};
use crate::coldcall::teach::{
    MOST_PROMPTS, PromptForm, PromptFormPage, PromptLine, PromptStatus, PromptTopic, PromptsPage,
};
use crate::coldcall::{ColdCallCard, Visibility};
use crate::course::server::store as courses;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::cold_call_prompts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, PromptId, TopicId};
use crate::platform::time::Clock;
use crate::platform::ui::ItemDrop;

fn no_prompt() -> AppError {
    AppError::NotFound("There is no such prompt in this course.".to_owned())
}

#[derive(QueryableByName)]
struct TopicLine {
    #[diesel(sql_type = Uuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    topic_number: i32,
    #[diesel(sql_type = Text)]
    title: String,
}

impl TopicLine {
    fn label(&self) -> String {
        format!("{}.{} {}", self.module_no, self.topic_number, self.title)
    }
}

async fn topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<TopicLine>> {
    statement(
        "select topic_id, module_no, topic_number, title from topics
         where course_id = $1 and retired_at is null order by module_no, topic_number",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

/// A prompt as it is stored.
#[derive(Debug, Clone, QueryableByName)]
pub struct StoredPrompt {
    #[diesel(sql_type = Uuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = Uuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = Text)]
    pub prompt: String,
    #[diesel(sql_type = Nullable<Text>)]
    helper_text: Option<String>,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::PromptVisibility)]
    pub visibility: Visibility,
    #[diesel(sql_type = Int4)]
    display_order: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Int4>)]
    opens_after_days: Option<i32>,
    #[diesel(sql_type = Nullable<Int4>)]
    closes_after_days: Option<i32>,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_locked: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    retired_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    answers: i64,
}

#[derive(QueryableByName)]
struct CohortStateRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    is_locked: bool,
}

impl StoredPrompt {
    /// Takes the opening, the close and the lock that the prompt has in the cohort.
    pub async fn become_as_in(&mut self, conn: &mut Conn, cohort: CohortId) -> QueryResult<()> {
        let (opening, state) = (opening("$2"), cohort_state("$2"));
        let overrides = overrides("$2", "null", "null");
        let row: CohortStateRow = statement(format!(
            "select {opening} as opens_at, {state} from cold_call_prompts p
             {overrides}
             where p.prompt_id = $1"
        ))
        .bind::<Uuid, _>(self.prompt_id)
        .bind::<Uuid, _>(cohort)
        .get_result(conn)
        .await?;
        self.opens_at = row.opens_at;
        self.closes_at = row.closes_at;
        self.is_locked = row.is_locked;
        Ok(())
    }

    pub fn status(&self, clock: &Clock) -> PromptStatus {
        let is_past = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time <= clock.now);
        match self.opens_at {
            _ if self.retired_at.is_some() => PromptStatus::Retired,
            _ if is_past(self.closes_at) => PromptStatus::Closed,
            _ if self.is_locked => PromptStatus::Locked,
            Some(opens) if opens > clock.now => PromptStatus::Scheduled(clock.date_time(opens)),
            None => match self.opens_after_days {
                Some(days) => PromptStatus::Scheduled(days_words(days)),
                None => PromptStatus::Open,
            },
            Some(_) => PromptStatus::Open,
        }
    }
}

fn days_words(days: i32) -> String {
    match days {
        0 => "when a cohort starts".to_owned(),
        1 => "1 day after a cohort’s start".to_owned(),
        days => format!("{days} days after a cohort’s start"),
    }
}

async fn stored(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<StoredPrompt>> {
    statement(
        "select p.prompt_id, p.topic_id, p.prompt, p.helper_text, p.visibility, p.display_order, p.opens_at, p.closes_at,
                p.opens_after_days, p.closes_after_days, p.is_locked, p.retired_at,
                (select count(*) from cold_call_messages m
                 where m.prompt_id = p.prompt_id and m.parent_id is null and m.deleted_at is null) as answers
         from cold_call_prompts p
         where p.course_id = $1 order by p.topic_id, p.display_order",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

/// Returns a prompt of the course, locked until the transaction ends.
async fn one(conn: &mut Conn, course: CourseId, prompt: PromptId) -> AppResult<StoredPrompt> {
    statement("select from cold_call_prompts where course_id = $1 for update")
        .bind::<Uuid, _>(course)
        .execute(conn)
        .await?;
    let all = stored(conn, course).await?;
    let found = all.into_iter().find(|stored| stored.prompt_id == prompt);
    found.ok_or_else(no_prompt)
}

/// Returns a prompt of the course by its id as text.
pub async fn stored_one(
    conn: &mut Conn,
    course: CourseId,
    prompt: &str,
) -> AppResult<StoredPrompt> {
    let id = PromptId(prompt.parse().map_err(|_| no_prompt())?);
    let all = stored(conn, course).await?;
    let found = all.into_iter().find(|stored| stored.prompt_id == id);
    found.ok_or_else(no_prompt)
}

/// Returns number and title of a topic, also of a retired one.
pub async fn topic_label(conn: &mut Conn, topic: TopicId) -> QueryResult<String> {
    let row: TopicLine = statement(
        "select topic_id, module_no, topic_number, title from topics where topic_id = $1",
    )
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await?;
    Ok(row.label())
}

pub async fn list(conn: &mut Conn, course: CourseId, clock: &Clock) -> AppResult<PromptsPage> {
    let prompts = stored(conn, course).await?;
    let of_topic = |topic: TopicId| {
        let here = prompts.iter().filter(|prompt| prompt.topic_id == topic);
        here.map(|prompt| PromptLine {
            prompt_id: prompt.prompt_id,
            number: prompt.display_order,
            prompt: prompt.prompt.clone(),
            visibility: prompt.visibility,
            status: prompt.status(clock),
            answers: prompt.answers,
        })
        .collect()
    };
    Ok(PromptsPage {
        topics: (topics(conn, course).await?.iter())
            .map(|topic| PromptTopic {
                topic_id: topic.topic_id,
                label: topic.label(),
                prompts: of_topic(topic.topic_id),
            })
            .collect(),
        course_title: courses::title(conn, course).await?,
        waiting: overview::waiting(conn, course).await?,
    })
}

pub async fn form(
    conn: &mut Conn,
    course: CourseId,
    prompt: &str,
    topic: String,
    clock: &Clock,
) -> AppResult<PromptFormPage> {
    let stored = match prompt {
        "new" => None,
        id => Some(stored_one(conn, course, id).await?),
    };
    let topics = topics(conn, course).await?;
    let field =
        |time: Option<DateTime<Utc>>| time.map(|time| clock.field(time)).unwrap_or_default();
    let days = |days: Option<i32>| days.map(|days| days.to_string()).unwrap_or_default();
    let form = match &stored {
        None => PromptForm {
            topic,
            visibility: Visibility::default().name().to_owned(),
            ..PromptForm::default()
        },
        Some(stored) => PromptForm {
            topic: stored.topic_id.to_string(),
            prompt: stored.prompt.clone(),
            helper_text: stored.helper_text.clone().unwrap_or_default(),
            visibility: stored.visibility.name().to_owned(),
            opens_at: field(stored.opens_at),
            closes_at: field(stored.closes_at),
            opens_after: days(stored.opens_after_days),
            closes_after: days(stored.closes_after_days),
        },
    };
    Ok(PromptFormPage {
        course_title: courses::title(conn, course).await?,
        prompt_id: stored.as_ref().map(|stored| stored.prompt_id),
        is_retired: stored
            .as_ref()
            .is_some_and(|stored| stored.retired_at.is_some()),
        topics: topics
            .iter()
            .map(|topic| (topic.topic_id.to_string(), topic.label()))
            .collect(),
        form,
        preview: stored.map(|stored| ColdCallCard {
            prompt_id: stored.prompt_id,
            href: String::new(),
            number: stored.display_order,
            prompt: stored.prompt,
            helper_text: stored.helper_text,
            visibility: stored.visibility,
            has_answered: false,
            refusal: None,
            closes: stored
                .closes_at
                .map(|at| (clock.date_time(at), at.to_rfc3339())),
        }),
    })
}

/// Number of the visibility: answers to a prompt with a lower one reach more people.
fn privacy(visibility: Visibility) -> usize {
    let all = Visibility::ALL.iter();
    all.take_while(|other| **other != visibility).count()
}

/// Saves a prompt and returns its id.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    id: &str,
    form: PromptForm,
    clock: &Clock,
) -> AppResult<PromptId> {
    let checked = check(&form, clock)?;
    let is_topic = topics(conn, tutor.course)
        .await?
        .iter()
        .any(|topic| topic.topic_id == checked.topic);
    if !is_topic {
        return Err(AppError::field("topic", "Choose a topic."));
    }
    let before = match id {
        "" => None,
        id => {
            let id = PromptId(id.parse().map_err(|_| no_prompt())?);
            Some(one(conn, tutor.course, id).await?)
        }
    };
    if let Some(before) = &before
        && before.answers > 0
        && privacy(checked.visibility) < privacy(before.visibility)
    {
        return Err(AppError::field(
            "visibility",
            "There are answers that were written for fewer readers. Write a new prompt instead.",
        ));
    }
    let here = (stored(conn, tutor.course).await?)
        .iter()
        .filter(|other| other.topic_id == checked.topic && other.retired_at.is_none())
        .filter(|other| {
            before
                .as_ref()
                .is_none_or(|own| own.prompt_id != other.prompt_id)
        })
        .count();
    if here >= MOST_PROMPTS {
        return Err(AppError::field(
            "topic",
            format!("A topic has at most {MOST_PROMPTS} prompts. Retire one first."),
        ));
    }
    statement("set constraints cold_call_prompts_order deferred")
        .execute(conn)
        .await?;
    let values = (
        cold_call_prompts::topic_id.eq(checked.topic),
        cold_call_prompts::prompt.eq(&checked.prompt),
        cold_call_prompts::helper_text.eq(&checked.helper_text),
        cold_call_prompts::visibility.eq(checked.visibility),
        cold_call_prompts::opens_at.eq(checked.opens_at),
        cold_call_prompts::closes_at.eq(checked.closes_at),
        cold_call_prompts::opens_after_days.eq(checked.opens_after),
        cold_call_prompts::closes_after_days.eq(checked.closes_after),
        cold_call_prompts::edited_at.eq(clock.now),
    );
    // A prompt that is new in its topic comes last.
    let is_new_here = before
        .as_ref()
        .is_none_or(|before| before.topic_id != checked.topic);
    let place = is_new_here.then_some(cold_call_prompts::display_order.eq(LAST));
    let saved = match &before {
        Some(before) => {
            diesel::update(cold_call_prompts::table.find(before.prompt_id))
                .set((values, place))
                .execute(conn)
                .await?;
            before.prompt_id
        }
        None => {
            diesel::insert_into(cold_call_prompts::table)
                .values((
                    cold_call_prompts::course_id.eq(tutor.course),
                    values,
                    cold_call_prompts::display_order.eq(LAST),
                ))
                .returning(cold_call_prompts::prompt_id)
                .get_result(conn)
                .await?
        }
    };
    number(conn, tutor.course).await?;
    if before.is_some() {
        announce_prompt(conn, saved).await?;
    }
    AuditEntry::done("cold_call.saved")
        .of("cold_call_prompt", saved)
        .by(&tutor.signed_in.cx)
        .change(
            before
                .map(|before| json!({ "prompt": before.prompt, "visibility": before.visibility })),
            Some(json!({ "prompt": checked.prompt, "visibility": checked.visibility })),
        )
        .write(conn)
        .await?;
    Ok(saved)
}

/// Number after all others, while a topic is put into order.
const LAST: i32 = 1_000_000;

/// Numbers the prompts of each topic from 1, retired ones last.
async fn number(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    statement(
        "update cold_call_prompts p set display_order = o.place
         from (select prompt_id, row_number() over (
                   partition by topic_id order by retired_at is not null, display_order, prompt_id) as place
               from cold_call_prompts where course_id = $1) o
         where o.prompt_id = p.prompt_id and p.display_order <> o.place",
    )
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await
    .map(drop)
}

/// Moves a prompt within its topic: by one place ("up-ID" or "down-ID"), or to where it was
/// dropped. At the end of its topic, a prompt stays in its place.
pub async fn shift(conn: &mut Conn, tutor: &TutorOf, which: &str) -> AppResult<()> {
    let dropped = ItemDrop::parse(which);
    let (direction, id) = match dropped {
        Some(dropped) => ("", dropped.item),
        None => which.split_once('-').ok_or_else(no_prompt)?,
    };
    let read = |id: &str| id.parse().map(PromptId).map_err(|_| no_prompt());
    let id = read(id)?;
    let moved = one(conn, tutor.course, id).await?;
    if moved.retired_at.is_some() {
        return Err(no_prompt());
    }
    let mut order: Vec<PromptId> = cold_call_prompts::table
        .filter(cold_call_prompts::topic_id.eq(moved.topic_id))
        .filter(cold_call_prompts::retired_at.is_null())
        .order(cold_call_prompts::display_order)
        .select(cold_call_prompts::prompt_id)
        .for_update()
        .load(conn)
        .await?;
    let at = order.iter().position(|other| *other == id);
    let at = at.ok_or_else(no_prompt)?;
    match (dropped, direction) {
        (Some(dropped), _) => {
            if !dropped.apply(&mut order, id, &read(dropped.target)?) {
                return Err(no_prompt());
            }
        }
        (None, "up") => order.swap(at, at.saturating_sub(1)),
        (None, _) if at + 1 < order.len() => order.swap(at, at + 1),
        (None, _) => {}
    }
    let order: Vec<uuid::Uuid> = order.into_iter().map(|id| id.0).collect();
    statement(
        "update cold_call_prompts p
         set display_order = o.place, edited_at = coalesce(p.edited_at, now())
         from unnest($1) with ordinality o (prompt_id, place)
         where p.prompt_id = o.prompt_id and p.display_order <> o.place",
    )
    .bind::<Array<Uuid>, _>(order)
    .execute(conn)
    .await?;
    Ok(())
}

/// Retires a prompt, which hides its threads, or brings it back.
pub async fn retire(
    conn: &mut Conn,
    tutor: &TutorOf,
    prompt: PromptId,
    retired: bool,
) -> AppResult<()> {
    let before = one(conn, tutor.course, prompt).await?;
    let now = Utc::now();
    diesel::update(cold_call_prompts::table.find(before.prompt_id))
        .set((
            cold_call_prompts::retired_at.eq(retired.then_some(now)),
            cold_call_prompts::edited_at.eq(now),
        ))
        .execute(conn)
        .await?;
    number(conn, tutor.course).await?;
    let action = match retired {
        true => "cold_call.retired",
        false => "cold_call.restored",
    };
    AuditEntry::done(action)
        .of("cold_call_prompt", prompt)
        .by(&tutor.signed_in.cx)
        .write(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visibilities_are_ordered_by_privacy() {
        assert!(privacy(Visibility::Named) < privacy(Visibility::AnonymousToPeers));
        assert!(privacy(Visibility::AnonymousToPeers) < privacy(Visibility::TutorsOnly));
    }
}
