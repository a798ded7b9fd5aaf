//! The outline of a course: its page, and what its authors change in it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::modules::{remove_module, shift_module};
use super::whole_module::{change_module, retired_modules};
use super::{create, schedule, status, title};
use crate::authoring::editor::server::{draft, publish};
use crate::authoring::review::server::store as review;
use crate::authoring::sources::server as sources;
use crate::authoring::{
    AuthoredModule, AuthoredOutline, AuthoredTopic, OutlineChange, OutlinePart, TopicStatus,
};
use crate::course::CourseTitle;
use crate::course::server::native::limits;
use crate::course::server::outline::{defer_order, settle};
use crate::course::server::store::recount;
use crate::import;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{course_modules, courses, topic_schedules, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::{CourseId, OrganizationId, TopicId, UserId};
use crate::platform::time::Clock;
use crate::teaching::CourseStatus;

pub fn no_part() -> AppError {
    AppError::NotFound("This part of the outline is not there any more.".to_owned())
}

/// A topic at its place in the outline.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = topics)]
pub struct StoredTopic {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    pub module_no: i32,
    outline_order: Option<i32>,
    topic_number: i32,
    hidden_as: Option<String>,
    retired_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl StoredTopic {
    pub fn status(&self) -> TopicStatus {
        match (&self.retired_at, self.hidden_as.as_deref()) {
            (None, _) => TopicStatus::Published,
            (Some(_), Some("draft")) => TopicStatus::Draft,
            (Some(_), _) => TopicStatus::Retired,
        }
    }

    pub fn place(&self) -> i32 {
        self.outline_order.unwrap_or(self.topic_number)
    }
}

/// Returns all topics of a course in the order of the outline.
pub async fn stored_topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<StoredTopic>> {
    let mut all: Vec<StoredTopic> = topics::table
        .filter(topics::course_id.eq(course))
        .order((topics::created_at, topics::topic_id))
        .select(StoredTopic::as_select())
        .load(conn)
        .await?;
    all.sort_by_key(|topic| (topic.module_no, topic.place()));
    Ok(all)
}

/// Returns numbers and titles of a course's modules, in order.
pub async fn stored_modules(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<(i32, String)>> {
    course_modules::table
        .filter(course_modules::course_id.eq(course))
        .order(course_modules::module_no)
        .select((course_modules::module_no, course_modules::title))
        .load(conn)
        .await
}

pub async fn page(conn: &mut Conn, tutor: &TutorOf, course: &str) -> AppResult<AuthoredOutline> {
    let (text, language, is_published, is_retired): (String, String, bool, bool) = courses::table
        .find(tutor.course)
        .select((
            courses::title,
            courses::language,
            courses::is_published,
            courses::retired_at.is_not_null(),
        ))
        .first(conn)
        .await?;
    let mut all = stored_topics(conn, tutor.course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let mut planned = schedule::of_course(conn, tutor.course, &clock).await?;
    let mut notes = review::of_course(conn, tutor.course).await?;
    let differing = sources::of_course(conn, (tutor.course, course)).await?;
    let mut listed = |topic: StoredTopic| AuthoredTopic {
        notes: notes.remove(&topic.topic_id).unwrap_or_default(),
        status: topic.status(),
        planned: planned.remove(&topic.topic_id),
        topic_id: topic.topic_id,
        slug: topic.slug,
        title: topic.title,
    };
    let retired = retired_modules(conn, tutor.course).await?;
    let mut modules = Vec::new();
    for (number, title) in stored_modules(conn, tutor.course).await? {
        let (here, others) = all.into_iter().partition(|topic| topic.module_no == number);
        let here: Vec<StoredTopic> = here;
        all = others;
        modules.push(AuthoredModule {
            number: Some(number),
            title,
            is_retired: retired.contains(&number),
            topics: here.into_iter().map(&mut listed).collect(),
        });
    }
    if !all.is_empty() {
        modules.push(AuthoredModule {
            number: None,
            title: "Retired with their modules".to_owned(),
            is_retired: false,
            topics: all.into_iter().map(&mut listed).collect(),
        });
    }
    Ok(AuthoredOutline {
        course_title: CourseTitle::new(text, language),
        status: match (is_published, is_retired) {
            (_, true) => CourseStatus::Retired,
            (true, false) => CourseStatus::Published,
            (false, false) => CourseStatus::Draft,
        },
        differing,
        may_publish: tutor.signed_in.viewer.role == UserRole::Admin,
        modules,
    })
}

/// The tutor who changes a course: in a request, or earlier, for a job that carries it out.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    pub organization: OrganizationId,
    pub course: CourseId,
    pub user: UserId,
    /// The request. None in a job.
    pub cx: Option<&'a Cx>,
}

impl<'a> From<&'a TutorOf> for Author<'a> {
    fn from(tutor: &'a TutorOf) -> Self {
        Self {
            organization: tutor.signed_in.cx.organization.organization_id,
            course: tutor.course,
            user: tutor.signed_in.user_id(),
            cx: Some(&tutor.signed_in.cx),
        }
    }
}

/// Locks the course against other changes of its outline and against imports.
pub async fn lock(conn: &mut Conn, author: impl Into<Author<'_>>, course: &str) -> QueryResult<()> {
    import::lock(conn, author.into().organization, course).await?;
    defer_order(conn).await
}

/// Brings everything up to date that depends on which topics a course shows: their numbers, the
/// sections of questions, counts, and searches.
pub async fn finish(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    settle(conn, course).await?;
    recount(conn, course).await?;
    import::reindex_course(conn, course).await?;
    import::refresh_catalog(conn).await
}

/// Records a change of a course with its old and new values. `Null` stands for none.
pub async fn record(
    conn: &mut Conn,
    author: impl Into<Author<'_>>,
    action: &str,
    (old, new): (Value, Value),
) -> QueryResult<()> {
    let author = author.into();
    let some = |value: Value| Some(value).filter(|value| !value.is_null());
    let entry = AuditEntry::done(action)
        .of("course", author.course)
        .change(some(old), some(new));
    let entry = match author.cx {
        Some(cx) => entry.by(cx),
        None => entry.by_user(author.user),
    };
    entry.write(conn).await
}

/// Describes a part and its place for the audit log.
pub async fn described(conn: &mut Conn, course: CourseId, part: OutlinePart) -> QueryResult<Value> {
    let name = part.to_string();
    let OutlinePart::Topic(topic) = part else {
        let modules = stored_modules(conn, course).await?;
        let titles: Vec<String> = modules.into_iter().map(|(_, title)| title).collect();
        return Ok(json!({ "part": name, "modules": titles }));
    };
    let all = stored_topics(conn, course).await?;
    let Some(stored) = all.iter().find(|stored| stored.topic_id == topic) else {
        return Ok(Value::Null);
    };
    let mut here = all
        .iter()
        .filter(|other| other.module_no == stored.module_no);
    let place = here.position(|other| other.topic_id == topic);
    let publish_at: Option<DateTime<Utc>> = topic_schedules::table
        .find(topic)
        .select(topic_schedules::publish_at)
        .first(conn)
        .await
        .optional()?;
    Ok(json!({
        "part": name, "topic": stored.slug, "title": stored.title, "module": stored.module_no,
        "place": place.map(|place| place + 1), "status": stored.status().label(), "publish_at": publish_at,
    }))
}

pub async fn change(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    change: OutlineChange,
    part: OutlinePart,
) -> AppResult<()> {
    lock(conn, tutor, course).await?;
    let old = described(conn, tutor.course, part).await?;
    match (part, change) {
        (OutlinePart::Module(number), OutlineChange::Up) => {
            shift_module(conn, tutor.course, number, true).await?;
        }
        (OutlinePart::Module(number), OutlineChange::Down) => {
            shift_module(conn, tutor.course, number, false).await?;
        }
        (OutlinePart::Module(number), OutlineChange::Remove) => {
            remove_module(conn, tutor.course, number).await?;
        }
        (OutlinePart::Module(number), _) => {
            change_module(conn, tutor, course, number, change).await?;
        }
        (OutlinePart::Topic(_), OutlineChange::Remove) => return Err(no_part()),
        (OutlinePart::Topic(topic), OutlineChange::Publish) => {
            return publish_topic(conn, tutor.into(), course, topic).await;
        }
        (OutlinePart::Topic(topic), OutlineChange::Unschedule) => {
            schedule::cancel(conn, tutor.course, topic).await?;
        }
        (OutlinePart::Topic(topic), _) => change_topic(conn, tutor.course, topic, change).await?,
    }
    let action = format!("outline.{}", change.name());
    let new = described(conn, tutor.course, part).await?;
    record(conn, tutor, &action, (old, new)).await?;
    finish(conn, tutor.course).await
}

/// Shows a topic to learners, with the text of its draft.
pub async fn publish_topic(
    conn: &mut Conn,
    author: Author<'_>,
    course: &str,
    topic: TopicId,
) -> AppResult<()> {
    let all = stored_topics(conn, author.course).await?;
    let stored = all.iter().find(|stored| stored.topic_id == topic);
    let stored = stored.ok_or_else(no_part)?;
    if stored.status() == TopicStatus::Published {
        return Ok(());
    }
    give_module(conn, author.course, stored).await?;
    publish::draft(conn, author, course, topic).await
}

async fn change_topic(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    change: OutlineChange,
) -> AppResult<()> {
    let all = stored_topics(conn, course).await?;
    let at = all.iter().position(|stored| stored.topic_id == topic);
    let at = at.ok_or_else(no_part)?;
    let stored = &all[at];
    let is = |status: TopicStatus| stored.status() == status;
    match change {
        OutlineChange::Up | OutlineChange::Down => {
            shift_topic(conn, course, &all, at, change == OutlineChange::Up).await?;
        }
        // A second click finds the change made, and is no error.
        OutlineChange::Unpublish if !is(TopicStatus::Draft) => {
            status::hide(conn, topic, "draft").await?;
        }
        OutlineChange::Retire if !is(TopicStatus::Retired) => {
            status::hide(conn, topic, "retired").await?;
        }
        OutlineChange::Restore if is(TopicStatus::Retired) => {
            give_module(conn, course, stored).await?;
            status::restore(conn, topic).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Puts a topic whose module is gone at the end of the last module.
async fn give_module(conn: &mut Conn, course: CourseId, topic: &StoredTopic) -> AppResult<()> {
    let modules = stored_modules(conn, course).await?;
    if modules.iter().any(|(number, _)| *number == topic.module_no) {
        return Ok(());
    }
    let (last, _) = modules.last().ok_or_else(|| {
        AppError::Conflict("Add a module first. The topic’s own module is gone.".to_owned())
    })?;
    Ok(put(conn, topic.topic_id, *last, i32::MAX).await?)
}

pub async fn put(conn: &mut Conn, topic: TopicId, module: i32, place: i32) -> QueryResult<()> {
    diesel::update(topics::table.find(topic))
        .set((
            topics::module_no.eq(module),
            topics::outline_order.eq(place),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Moves a topic by one place. At the end of its module it goes on into the next one.
async fn shift_topic(
    conn: &mut Conn,
    course: CourseId,
    all: &[StoredTopic],
    at: usize,
    up: bool,
) -> AppResult<()> {
    let topic = &all[at];
    let neighbor = if up { at.checked_sub(1) } else { Some(at + 1) };
    let neighbor = neighbor
        .and_then(|at| all.get(at))
        .filter(|other| other.module_no == topic.module_no);
    if let Some(other) = neighbor {
        let (module, places) = (topic.module_no, (topic.place(), other.place()));
        // Places can be equal before the outline is settled for the first time.
        let (mine, theirs) = match (places.0 == places.1, up) {
            (false, _) => places,
            (true, true) => (places.0 + 1, places.1),
            (true, false) => (places.0, places.1 + 1),
        };
        put(conn, topic.topic_id, module, theirs).await?;
        put(conn, other.topic_id, module, mine).await?;
        return Ok(());
    }
    let modules = stored_modules(conn, course).await?;
    let mut numbers = modules.iter().map(|(number, _)| *number);
    let next = match up {
        true => numbers.rfind(|number| *number < topic.module_no),
        false => numbers.find(|number| *number > topic.module_no),
    };
    match next {
        Some(module) => {
            let place = if up { i32::MAX } else { 0 };
            Ok(put(conn, topic.topic_id, module, place).await?)
        }
        None => Ok(()),
    }
}

/// Adds a draft to the end of a module, or a module if `module` is 0.
pub async fn add(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    module: i32,
    typed: &str,
) -> AppResult<()> {
    let title = title("title", typed)?;
    lock(conn, tutor, course).await?;
    let modules = stored_modules(conn, tutor.course).await?;
    if module == 0 {
        if modules.len() >= limits::MODULES {
            let sentence = format!("A course has at most {} modules.", limits::MODULES);
            return Err(AppError::field("title", sentence));
        }
        let number = modules.last().map_or(0, |(number, _)| *number) + 1;
        diesel::insert_into(course_modules::table)
            .values((
                course_modules::course_id.eq(tutor.course),
                course_modules::module_no.eq(number),
                course_modules::title.eq(&title),
                course_modules::edited_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        let new = json!({ "title": title });
        record(conn, tutor, "outline.module_added", (Value::Null, new)).await?;
        return Ok(());
    }
    if !modules.iter().any(|(number, _)| *number == module) {
        return Err(no_part());
    }
    let all = stored_topics(conn, tutor.course).await?;
    let here = all.iter().filter(|topic| topic.module_no == module);
    if here.clone().count() >= limits::TOPICS {
        let sentence = format!("A module has at most {} topics.", limits::TOPICS);
        return Err(AppError::field("title", sentence));
    }
    let place = here.map(StoredTopic::place).max().unwrap_or(0) + 1;
    let taken: HashSet<String> = all.iter().map(|topic| topic.slug.clone()).collect();
    let slug = create::free_slug(&title, &taken);
    create::add_topic(conn, tutor.course, module, place, (&slug, &title)).await?;
    settle(conn, tutor.course).await?;
    let new = json!({ "title": title, "slug": slug });
    record(conn, tutor, "outline.topic_added", (Value::Null, new)).await?;
    Ok(())
}

pub async fn rename(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    part: OutlinePart,
    typed: &str,
) -> AppResult<()> {
    let title = title("title", typed)?;
    lock(conn, tutor, course).await?;
    let old = described(conn, tutor.course, part).await?;
    let changed = match part {
        OutlinePart::Module(number) => {
            statement("update course_modules set title = $3, edited_at = now() where course_id = $1 and module_no = $2")
                .bind::<Uuid, _>(tutor.course)
                .bind::<Int4, _>(number)
                .bind::<Text, _>(&title)
                .execute(conn)
                .await?
        }
        OutlinePart::Topic(topic) => {
            draft::rename(conn, topic, &title).await?;
            statement("update topics set title = $3, edited_at = now() where course_id = $1 and topic_id = $2")
                .bind::<Uuid, _>(tutor.course)
                .bind::<Uuid, _>(topic)
                .bind::<Text, _>(&title)
                .execute(conn)
                .await?
        }
    };
    if changed == 0 {
        return Err(no_part());
    }
    let new = described(conn, tutor.course, part).await?;
    record(conn, tutor, "outline.renamed", (old, new)).await?;
    finish(conn, tutor.course).await
}
