//! Builds the pages of studying from their queries.

use super::store;
use super::store::MineRow;
use crate::certificate::server::completion;
use crate::certificate::server::store as certificates;
use crate::course::server::search;
use crate::course::{CourseTitle, StudyPersona};
use crate::enrollment::server::access::{OpenTopic, not_enrolled, open_topic, outline};
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store as enrollment;
use crate::enrollment::server::store::studying;
use crate::enrollment::{
    CourseStep, EnrollmentStatus, OutlineModule, TopicState, first_open, neighbors, steps,
};
use crate::exercise::server::view as exercises;
use crate::paths::{certificate_path, topic_path};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OrganizationId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::player::{
    Continue, MyCourse, SearchResults, TopicHead, TopicPage, TopicPlace, Upcoming, compose,
};
use crate::practice::server::in_text;

/// Returns the address at which the learner continues. That is the place where they stopped, or
/// the next unlocked step if the place is now locked.
pub async fn resume(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    clock: &Clock,
) -> AppResult<String> {
    let studying = studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let nothing = || AppError::NotFound("This course has no topics yet.".to_owned());
    let stopped = store::stopped(conn, user, &studying)
        .await?
        .ok_or_else(nothing)?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let lock = progress.lock_of_topic(stopped.module_no, stopped.topic_number);
    if lock.is_none() {
        return Ok(stopped.href(course));
    }
    let outline = outline(conn, user, studying.course_id, &progress, clock).await?;
    let step = first_open(steps(&outline, course));
    Ok(step.map_or_else(|| stopped.href(course), |step| step.link.href))
}

/// Returns the page of a topic, which becomes the learner's place in the course.
pub async fn topic(
    conn: &mut Conn,
    user: UserId,
    course: String,
    topic: &str,
    clock: &Clock,
) -> AppResult<TopicPage> {
    let OpenTopic {
        studying,
        row,
        progress,
    } = open_topic(conn, user, &course, topic, clock).await?;
    let wanted = studying.persona.unwrap_or_default();
    let (personas, blocks) = store::blocks(conn, row.topic_id, wanted).await?;
    let assets = match blocks.iter().any(|block| block.content_key.is_some()) {
        true => store::assets(conn, row.topic_id).await?,
        false => Vec::new(),
    };
    let mut content = compose(&blocks, &assets, studying.learner_persona);
    if row.has_edited_questions {
        let here = (row.topic_id, row.slug.as_str());
        content = in_text::as_now(conn, studying.course_id, here, content).await?;
    }
    enrollment::open(conn, user, studying.course_id, row.topic_id).await?;
    let outline = outline(conn, user, studying.course_id, &progress, clock).await?;
    let certificate = match !studying.is_completed && is_over(&outline, &progress) {
        true => {
            completion::check(conn, user, studying.course_id, clock.now).await?;
            certificates::code_of(conn, user, studying.course_id).await?
        }
        false => studying.certificate,
    };
    let exercises = match row.has_exercises {
        true => exercises::lines(conn, user, row.topic_id, &course, &row.slug).await?,
        false => Vec::new(),
    };
    let (previous, next) = neighbors(&outline, &course, &topic_path(&course, &row.slug));
    Ok(TopicPage {
        content: Html(content),
        place: TopicPlace {
            is_completed: row.is_completed.unwrap_or(false),
            is_watched: row.video_completed_at.is_some(),
            anchor: row.anchor(),
            position_s: row.last_position_s.unwrap_or_default() as u32,
        },
        topic: TopicHead {
            topic_id: row.topic_id,
            slug: row.slug,
            title: row.title,
            module_no: row.module_no,
            topic_number: row.topic_number,
            minutes: row.reading_minutes,
        },
        persona: if personas.contains(&wanted) {
            wanted
        } else {
            StudyPersona::Normal
        },
        has_exams: studying.has_exams,
        course_slug: course,
        course_title: CourseTitle::new(studying.title, studying.language),
        outline,
        personas,
        exercises,
        previous,
        next,
        certificate: certificate.as_deref().map(certificate_path),
        found: None,
    })
}

/// Returns true if all topics are done and no quiz that holds a module back is left to pass.
fn is_over(outline: &[OutlineModule], progress: &Progress) -> bool {
    let mut topics = outline.iter().flat_map(|module| &module.topics);
    topics.all(|topic| topic.state == TopicState::Done) && progress.is_complete()
}

/// Returns the learner's courses. Only the first one lists its next steps.
pub async fn my_courses(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Vec<MyCourse>> {
    let mut rows = store::my_courses(conn, user).await?;
    if rows.iter().any(MineRow::is_due) && completion::catch_up(conn, user, clock.now).await? {
        rows = store::my_courses(conn, user).await?;
    }
    let mut courses = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        let course = match at {
            0 => current_course(conn, user, row, clock).await?,
            _ => {
                let continue_at = continue_at(&row).map(|at| Continue {
                    // The place may be locked now; the course's own address leads to an unlocked
                    // step.
                    href: format!("/learn/{}", row.slug),
                    ..at
                });
                my_course(row, continue_at, Vec::new(), clock)
            }
        };
        courses.push(course);
    }
    Ok(courses)
}

/// Returns the course with the place to continue and up to four next steps.
async fn current_course(
    conn: &mut Conn,
    user: UserId,
    row: MineRow,
    clock: &Clock,
) -> AppResult<MyCourse> {
    let progress = progress::refresh(conn, user, row.course_id, clock.now).await?;
    let outline = outline(conn, user, row.course_id, &progress, clock).await?;
    let here = row
        .at_slug
        .as_deref()
        .map(|slug| topic_path(&row.slug, slug));
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
            let title = |number| progress.module_titles.get(&number).cloned();
            let continue_at = step.map(|step| Continue {
                href: step.link.href,
                title: step.link.title,
                module: title(step.section.module_no).unwrap_or_default(),
                stopped_at: None,
                minutes: step.minutes,
            });
            (continue_at, at)
        }
        false => (continue_at(&row), all.iter().position(is_here)),
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
    Ok(my_course(row, continue_at, upcoming, clock))
}

/// Returns the topic where the learner stopped.
fn continue_at(row: &MineRow) -> Option<Continue> {
    let anchor = row.anchor();
    row.at_slug.as_deref().map(|slug| Continue {
        href: match &anchor {
            Some((id, _)) => format!("{}#{id}", topic_path(&row.slug, slug)),
            None => topic_path(&row.slug, slug),
        },
        title: row.at_title.clone().unwrap_or_default(),
        module: row.at_module.clone().unwrap_or_default(),
        stopped_at: anchor.clone().map(|(_, text)| text),
        minutes: row.at_minutes,
    })
}

fn my_course(
    row: MineRow,
    continue_at: Option<Continue>,
    upcoming: Vec<Upcoming>,
    clock: &Clock,
) -> MyCourse {
    let is_completed = row.status == EnrollmentStatus::Completed;
    MyCourse {
        upcoming,
        // The list of certificates issues those for courses completed before certificates existed.
        certificate: match &row.certificate {
            Some(code) => Some(certificate_path(code)),
            None => is_completed.then(|| "/certificates".to_owned()),
        },
        thumbnail: row
            .thumbnail_file_id
            .map(|file| format!("/files/{file}/picture")),
        has_exams: row.has_exams,
        topics: u32::try_from(row.topics).unwrap_or_default(),
        done: u32::try_from(row.done).unwrap_or_default(),
        is_completed,
        last_opened: row
            .last_opened_at
            .map(|time| (clock.ago(time), time.to_rfc3339())),
        slug: row.slug,
        title: CourseTitle::new(row.title, row.language),
        continue_at,
    }
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
