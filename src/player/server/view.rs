//! Builds the pages of studying from their queries.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use diesel::QueryResult;

use super::onward::{CourseEnd, onward};
use super::outline;
use super::store;
use super::store::MineRow;
use crate::certificate::server::completion;
use crate::certificate::server::store as certificates;
use crate::cohort::server::standing::CohortStanding;
use crate::cohort::server::store as cohort;
use crate::coldcall::server::view as cold_calls;
use crate::course::server::search;
use crate::course::server::shared;
use crate::course::server::shared::{SharedCourse, SharedModule, SharedTopic, TopicHeading};
use crate::course::{CourseTitle, StudyPersona};
use crate::enrollment::server::access::{not_enrolled, open_topic, outline_of};
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store as enrollment;
use crate::enrollment::server::store::{
    Studying, TopicRecord, TopicRecords, studying, topic_records,
};
use crate::enrollment::{
    CourseStep, EnrollmentStatus, OutlineModule, TopicState, first_open, neighbors, percent, steps,
};
use crate::exercise::server::view as exercises;
use crate::paths::{CERTIFICATES, certificate_path, cohort_home_path, topic_path};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ids::{CourseId, OrganizationId, TopicId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::player::{
    Continue, MyCourse, SearchResults, TopicHead, TopicPage, TopicPlace, Upcoming, compose,
};
use crate::practice::server::in_text;
use crate::practice::server::in_text::PracticeReader;

/// Returns the address at which the learner continues. That is the place where they stopped, or
/// the next unlocked step if the place is now locked. Before their cohort starts, it is its home.
pub async fn resume(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    clock: &Clock,
) -> AppResult<String> {
    let mut found = studying(conn, user, course).await?;
    if found.is_none() {
        if starts_later(conn, user, course).await? {
            return Ok(cohort_home_path(course));
        }
        found = studying(conn, user, course).await?;
    }
    let studying = found.ok_or_else(not_enrolled)?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let place = stopped_at(&progress.shared, studying.last_topic_id);
    let (module, topic) =
        place.ok_or_else(|| AppError::NotFound("This course has no topics yet.".to_owned()))?;
    let records = topic_records(conn, user, &progress.shared.topic_ids()).await?;
    let stopped = place_href(course, topic, &records);
    if progress
        .lock_of_topic(module.number, topic.number)
        .is_none()
    {
        return Ok(stopped);
    }
    let outline = outline_of(&progress, &records, clock);
    let step = first_open(steps(&outline, course));
    Ok(step.map_or(stopped, |step| step.link.href))
}

/// Whether the person is a member of a cohort that has not started. Lets in a member of a cohort
/// that has.
async fn starts_later(conn: &mut Conn, user: UserId, course: &str) -> AppResult<bool> {
    let Some(course) = enrollment::course_id(conn, course).await? else {
        return Ok(false);
    };
    let membership = cohort::membership(conn, user, course).await?;
    Ok(membership
        .is_some_and(|membership| matches!(membership.standing, CohortStanding::Before(_))))
}

/// Returns the topic that the learner opened last, or the first one.
fn stopped_at(
    course: &SharedCourse,
    last: Option<TopicId>,
) -> Option<(&SharedModule, &SharedTopic)> {
    let is_last = |(_, topic): &(&SharedModule, &SharedTopic)| Some(topic.topic_id) == last;
    course
        .topics()
        .find(is_last)
        .or_else(|| course.topics().next())
}

/// Returns the heading where the learner stopped reading, if the topic still has it.
fn anchor<'a>(topic: &'a SharedTopic, records: &TopicRecords) -> Option<&'a TopicHeading> {
    topic.heading(records.get(&topic.topic_id)?.last_anchor.as_deref()?)
}

/// Returns the address of the place in the topic where the learner stopped.
fn place_href(course: &str, topic: &SharedTopic, records: &TopicRecords) -> String {
    let path = topic_path(course, &topic.slug);
    match anchor(topic, records) {
        Some(heading) => format!("{path}#{}", heading.id),
        None => path,
    }
}

/// Returns the page of a topic, which becomes the learner's place in the course. `again` is the key
/// of a practice question to answer again, or empty. `flash` is the outcome of a form without
/// JavaScript.
pub async fn topic(
    conn: &mut Conn,
    user: UserId,
    course: String,
    topic: &str,
    (again, flash): (&str, Option<&Flash>),
    clock: &Clock,
) -> AppResult<TopicPage> {
    let open = open_topic(conn, user, &course, topic, clock).await?;
    let (studying, progress) = (&open.studying, &open.progress);
    let (module, topic) = (open.module(), open.topic());
    let wanted = studying.persona.unwrap_or_default();
    let texts = store::texts(conn, topic.topic_id, studying.revision).await?;
    let content = compose(
        texts.blocks(wanted),
        &texts.assets,
        studying.learner_persona,
    );
    let reader = PracticeReader {
        user,
        course: &course,
        again,
        flash,
    };
    let content = in_text::fill(conn, &open, content, reader, clock).await?;
    let mut records = topic_records(conn, user, &progress.shared.topic_ids()).await?;
    match records.entry(topic.topic_id) {
        Entry::Vacant(record) => {
            enrollment::open(conn, user, studying.course_id, topic.topic_id).await?;
            record.insert(TopicRecord::of(topic.topic_id));
        }
        Entry::Occupied(_) if is_here(studying, topic.topic_id, clock) => {}
        Entry::Occupied(_) => {
            enrollment::stay(conn, user, studying.course_id, topic.topic_id).await?;
        }
    }
    let modules = outline_of(progress, &records, clock);
    let certificate = match !studying.is_completed && is_over(&modules, progress, None) {
        true => {
            completion::check(conn, user, studying.course_id, clock.now).await?;
            certificates::code_of(conn, user, studying.course_id).await?
        }
        false => studying.certificate.clone(),
    };
    let exercises = match topic.has_exercises {
        true => exercises::lines(conn, user, topic.topic_id, &course, &topic.slug).await?,
        false => Vec::new(),
    };
    let certificate = certificate.as_deref().map(certificate_path);
    let here = topic_path(&course, &topic.slug);
    let (previous, next) = neighbors(&modules, &course, &here);
    let end = CourseEnd {
        has_exams: progress.shared.has_exams,
        certificate: match &certificate {
            None if is_over(&modules, progress, Some(topic.slug.as_str())) => {
                Some(CERTIFICATES.to_owned())
            }
            known => known.clone(),
        },
    };
    let onward = onward(&modules, &course, &here, end);
    let cold_calls = match topic.has_cold_calls {
        true => {
            let (of_course, of_topic) = (studying.course_id, topic.topic_id);
            cold_calls::cards(
                conn,
                user,
                (of_course, &course),
                (of_topic, &topic.slug),
                clock,
            )
            .await?
        }
        false => Vec::new(),
    };
    let personas = texts.personas();
    let record = records.get(&topic.topic_id);
    let head = TopicHead {
        topic_id: topic.topic_id,
        slug: topic.slug.clone(),
        title: topic.title.clone(),
        module_no: module.number,
        topic_number: topic.number,
        minutes: topic.minutes,
    };
    let course_title = CourseTitle::new(studying.title.clone(), studying.language.clone());
    let Html(mut outline) = outline::outline(&modules, &course, &head, &course_title.language);
    if let Some(title) = &studying.project_title {
        let tagline = studying.project_tagline.as_deref().unwrap_or_default();
        outline.push_str(&outline::project(&course, title, tagline));
    }
    Ok(TopicPage {
        outline: Html(outline),
        percent: percent(&modules),
        content: Html(content),
        notes: Html(texts.notes.clone()),
        place: TopicPlace {
            is_completed: record.is_some_and(|record| record.is_completed),
            is_watched: record.is_some_and(|record| record.video_completed_at.is_some()),
            anchor: anchor(topic, &records)
                .map(|heading| (heading.id.clone(), heading.text.clone())),
            position_s: record.map_or(0.0, |record| record.last_position_s) as u32,
        },
        topic: head,
        persona: if personas.contains(&wanted) {
            wanted
        } else {
            StudyPersona::Normal
        },
        has_variants: texts.has_variants(),
        learner_persona: studying.learner_persona,
        has_exams: progress.shared.has_exams,
        has_cohort: studying.has_cohort,
        has_news: studying.has_news,
        course_slug: course,
        course_title,
        personas,
        exercises,
        cold_calls,
        previous,
        next,
        onward,
        certificate,
        found: None,
        is_view: false,
        sent_at_ms: clock.now.timestamp_millis(),
    })
}

/// Seconds after which the learner's place in a course gets a new time. Short, because the home
/// page begins with the course that was opened last.
const STAYS: i64 = 5;

/// Returns true if the topic is already stored as the place where the learner just was.
fn is_here(studying: &Studying, topic: TopicId, clock: &Clock) -> bool {
    studying.last_topic_id == Some(topic)
        && studying
            .last_opened_at
            .is_some_and(|at| (clock.now - at).num_seconds() < STAYS)
}

/// Returns true if all topics are done and no quiz that holds a module back is left to pass. `with`
/// counts as done.
fn is_over(outline: &[OutlineModule], progress: &Progress, with: Option<&str>) -> bool {
    let mut topics = outline.iter().flat_map(|module| &module.topics);
    topics.all(|topic| topic.state == TopicState::Done || Some(topic.slug.as_str()) == with)
        && progress.is_complete()
}

/// Returns the learner's courses. Only the first one lists its next steps.
pub async fn my_courses(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Vec<MyCourse>> {
    let mut mine = Mine::read(conn, user).await?;
    let is_due = mine.rows.iter().any(|row| mine.is_due(row));
    if is_due && completion::catch_up(conn, user, clock.now).await? {
        mine = Mine::read(conn, user).await?;
    }
    let mut courses = Vec::with_capacity(mine.rows.len());
    for (at, row) in mine.rows.iter().enumerate() {
        let course = match at {
            _ if row.starts_on.is_some() => mine.course(row, None, Vec::new(), clock),
            0 => current_course(conn, user, &mine, row, clock).await?,
            _ => {
                let continue_at = mine.continue_at(row).map(|at| Continue {
                    // The place may be locked now; the course's own address leads to an unlocked
                    // step.
                    href: format!("/learn/{}", row.slug),
                    ..at
                });
                mine.course(row, continue_at, Vec::new(), clock)
            }
        };
        courses.push(course);
    }
    Ok(courses)
}

/// The learner's courses, and their progress in the topics of all of them.
struct Mine {
    rows: Vec<MineRow>,
    shared: HashMap<CourseId, Arc<SharedCourse>>,
    records: TopicRecords,
}

impl Mine {
    async fn read(conn: &mut Conn, user: UserId) -> QueryResult<Self> {
        let rows = store::my_courses(conn, user).await?;
        let wanted: Vec<_> = rows
            .iter()
            .map(|row| (row.course_id, row.revision))
            .collect();
        let shared = shared::courses(conn, &wanted).await?;
        let topics: Vec<TopicId> = shared
            .values()
            .flat_map(|course| course.topic_ids())
            .collect();
        let records = match topics.is_empty() {
            true => TopicRecords::new(),
            false => topic_records(conn, user, &topics).await?,
        };
        Ok(Self {
            rows,
            shared,
            records,
        })
    }

    /// Returns the numbers of the course's topics that are done, and of all.
    fn done(&self, row: &MineRow) -> (usize, usize) {
        let topics = self.shared.get(&row.course_id);
        let topics = topics.into_iter().flat_map(|course| course.topics());
        topics.fold((0, 0), |(done, all), (_, topic)| {
            let record = self.records.get(&topic.topic_id);
            let is_done = record.is_some_and(|record| record.is_completed);
            (done + usize::from(is_done), all + 1)
        })
    }

    /// Returns true if all topics are done but the enrollment is not marked as completed.
    fn is_due(&self, row: &MineRow) -> bool {
        let (done, all) = self.done(row);
        row.status == EnrollmentStatus::Active && all > 0 && done == all
    }

    /// Returns the topic where the learner stopped.
    fn continue_at(&self, row: &MineRow) -> Option<Continue> {
        let course = self.shared.get(&row.course_id)?;
        let (module, topic) = stopped_at(course, row.last_topic_id)?;
        Some(Continue {
            href: place_href(&row.slug, topic, &self.records),
            title: topic.title.clone(),
            module: module.title.clone(),
            stopped_at: anchor(topic, &self.records).map(|heading| heading.text.clone()),
            minutes: Some(topic.minutes),
        })
    }

    fn course(
        &self,
        row: &MineRow,
        continue_at: Option<Continue>,
        upcoming: Vec<Upcoming>,
        clock: &Clock,
    ) -> MyCourse {
        let is_completed = row.status == EnrollmentStatus::Completed;
        let (done, topics) = self.done(row);
        let count = |count: usize| u32::try_from(count).unwrap_or_default();
        MyCourse {
            upcoming,
            // The list of certificates issues those for courses completed before certificates
            // existed.
            certificate: match &row.certificate {
                Some(code) => Some(certificate_path(code)),
                None => is_completed.then(|| CERTIFICATES.to_owned()),
            },
            thumbnail: row
                .thumbnail_file_id
                .map(|file| format!("/files/{file}/picture")),
            has_exams: self
                .shared
                .get(&row.course_id)
                .is_some_and(|course| course.has_exams),
            topics: count(topics),
            done: count(done),
            is_completed,
            last_opened: row
                .last_opened_at
                .map(|time| (clock.ago(time), time.to_rfc3339())),
            slug: row.slug.clone(),
            title: CourseTitle::new(row.title.clone(), row.language.clone()),
            has_cohort: row.has_cohort,
            unread_news: row.unread_news,
            starts_on: row.starts_on.map(cohort::day),
            continue_at,
        }
    }
}

/// Returns the course with the place to continue and up to four next steps.
async fn current_course(
    conn: &mut Conn,
    user: UserId,
    mine: &Mine,
    row: &MineRow,
    clock: &Clock,
) -> AppResult<MyCourse> {
    let progress = progress::refresh(conn, user, row.course_id, clock.now).await?;
    let outline = outline_of(&progress, &mine.records, clock);
    let here = mine
        .shared
        .get(&row.course_id)
        .and_then(|course| stopped_at(course, row.last_topic_id))
        .map(|(_, topic)| topic_path(&row.slug, &topic.slug));
    let is_here = |step: &CourseStep| Some(&step.link.href) == here.as_ref();
    let all = steps(&outline, &row.slug);
    let is_closed = all.iter().any(|step| is_here(step) && !step.is_open);
    let (continue_at, after) = match is_closed {
        true => {
            let step = first_open(steps(&outline, &row.slug));
            let at = step.as_ref().and_then(|step| {
                let same = |other: &CourseStep| other.link.href == step.link.href;
                all.iter().position(same)
            });
            let title = |number| Some(progress.shared.module(number)?.title.clone());
            let continue_at = step.map(|step| Continue {
                href: step.link.href,
                title: step.link.title,
                module: title(step.section.module_no).unwrap_or_default(),
                stopped_at: None,
                minutes: step.minutes,
            });
            (continue_at, at)
        }
        false => (mine.continue_at(row), all.iter().position(is_here)),
    };
    let upcoming = all
        .into_iter()
        .skip(after.map_or(0, |at| at + 1))
        .filter(|step| step.is_open && step.state != TopicState::Done)
        .take(4)
        .map(|step| Upcoming {
            href: step.link.href,
            title: step.link.title,
            minutes: step.minutes,
        })
        .collect();
    Ok(mine.course(row, continue_at, upcoming, clock))
}

/// Searches the unlocked topics of the course and corrects typing errors. Returns None if `typed`
/// contains no word.
pub async fn search(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
    course: &str,
    typed: String,
    clock: &Clock,
) -> AppResult<Option<SearchResults>> {
    let studying = studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let Some(query) = search::read(conn, organization, Some(studying.course_id), &typed).await?
    else {
        return Ok(None);
    };
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let closed = progress.closed();
    let hits = store::search(
        conn,
        organization,
        studying.course_id,
        course,
        &query,
        closed,
    )
    .await?;
    Ok(Some(SearchResults {
        query: typed,
        hits,
        corrected: query.corrected,
    }))
}
