//! What the pages of studying show, put together from the queries.

use super::store::{self, MineRow, Studying, TopicRow};
use super::{
    Continue, EnrollmentStatus, Found, MyCourse, OutlineModule, OutlineQuiz, Place, TopicHead,
    TopicPage, TopicState, Upcoming, compose, neighbours, steps, topic_path,
};
use crate::certificate::certificate_path;
use crate::course::{StudyPersona, search};
use crate::exercise::view as exercises;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, OrganizationId, TopicId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::quiz::practice::in_text;
use crate::quiz::progress::{self, Progress};

pub fn not_enrolled() -> AppError {
    AppError::Denied(
        "You are not enrolled in this course. Its page says what it is about and how to join."
            .to_owned(),
    )
}

/// A topic that is open to a learner.
pub struct OpenTopic {
    pub studying: Studying,
    pub row: TopicRow,
    pub progress: Progress,
}

/// The topic at this address, unless it is closed to the learner.
pub async fn open_topic(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    topic: &str,
    clock: &Clock,
) -> AppResult<OpenTopic> {
    let studying = store::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let row = store::topic(conn, user, studying.course_id, topic)
        .await?
        .ok_or_else(|| {
            AppError::NotFound(
                "There is no topic at this address. It may have been moved or retired.".to_owned(),
            )
        })?;
    let progress = progress::load(conn, user, studying.course_id, clock.now).await?;
    refuse_if_closed(&progress, row.module_no, row.topic_number, clock)?;
    Ok(OpenTopic {
        studying,
        row,
        progress,
    })
}

/// A topic's course, its module and how far the learner is, unless the topic is closed to them.
pub async fn open_place(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    clock: &Clock,
) -> AppResult<(CourseId, i32, Progress)> {
    let (course, module_no, topic_number) = store::place_of(conn, user, topic)
        .await?
        .ok_or_else(not_enrolled)?;
    let progress = progress::load(conn, user, course, clock.now).await?;
    refuse_if_closed(&progress, module_no, topic_number, clock)?;
    Ok((course, module_no, progress))
}

fn refuse_if_closed(
    progress: &Progress,
    module_no: i32,
    topic_number: i32,
    clock: &Clock,
) -> AppResult<()> {
    match progress.lock_of_topic(module_no, topic_number) {
        Some(lock) => Err(AppError::Denied(progress::sentence(lock, clock))),
        None => Ok(()),
    }
}

/// The topic for this learner, who from now on is there.
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
    store::open(conn, user, studying.course_id, row.topic_id).await?;
    let outline = outline(conn, user, studying.course_id, &progress, clock).await?;
    let exercises = match row.has_exercises {
        true => exercises::lines(conn, user, row.topic_id, &course, &row.slug).await?,
        false => Vec::new(),
    };
    let (previous, next) = neighbours(&outline, &course, &topic_path(&course, &row.slug));
    Ok(TopicPage {
        content: Html(content),
        place: Place {
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
        course_title: studying.title,
        outline,
        personas,
        exercises,
        previous,
        next,
        certificate: studying.certificate.as_deref().map(certificate_path),
        found: None,
    })
}

/// The course's topics and quizzes, with how far the learner is and what is closed.
pub async fn outline(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    progress: &Progress,
    clock: &Clock,
) -> AppResult<Vec<OutlineModule>> {
    let mut outline = store::outline(conn, user, course).await?;
    for module in &mut outline {
        for topic in &mut module.topics {
            topic.lock = progress
                .lock_of_topic(module.number, topic.number)
                .map(|lock| progress::words(lock, clock));
        }
        let numbers: Vec<i32> = module.topics.iter().map(|topic| topic.number).collect();
        module.quizzes = progress
            .quizzes
            .iter()
            .filter(|quiz| quiz.module_no == module.number)
            .map(|quiz| OutlineQuiz {
                pair: quiz.pair,
                after: progress::stands_after(&numbers, quiz.pair),
                state: match (quiz.is_passed, quiz.tries) {
                    (true, _) => TopicState::Done,
                    (false, 0) => TopicState::New,
                    (false, _) => TopicState::Begun,
                },
                lock: quiz.lock.map(|lock| progress::words(lock, clock)),
            })
            .collect();
    }
    Ok(outline)
}

/// The learner's courses; only the one at the top of the page says what comes next in it.
pub async fn my_courses(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Vec<MyCourse>> {
    let rows = store::my_courses(conn, user).await?;
    let mut courses = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        let upcoming = match at {
            0 => upcoming(conn, user, &row, clock).await?,
            _ => Vec::new(),
        };
        courses.push(my_course(row, upcoming, clock));
    }
    Ok(courses)
}

/// What is open and not done after the topic where the learner is.
async fn upcoming(
    conn: &mut Conn,
    user: UserId,
    row: &MineRow,
    clock: &Clock,
) -> AppResult<Vec<Upcoming>> {
    let progress = progress::load(conn, user, row.course_id, clock.now).await?;
    let outline = outline(conn, user, row.course_id, &progress, clock).await?;
    let here = row
        .at_slug
        .as_deref()
        .map(|slug| topic_path(&row.slug, slug));
    let steps = steps(&outline, &row.slug);
    let after = steps
        .iter()
        .position(|step| Some(&step.link.href) == here.as_ref())
        .map_or(0, |at| at + 1);
    Ok(steps
        .into_iter()
        .skip(after)
        .filter(|step| step.is_open && step.state != TopicState::Done)
        .take(4)
        .map(|step| Upcoming {
            href: step.link.href,
            title: step.link.title,
            minutes: step.minutes,
        })
        .collect())
}

fn my_course(row: MineRow, upcoming: Vec<Upcoming>, clock: &Clock) -> MyCourse {
    let anchor = row.anchor();
    let continue_at = row.at_slug.as_deref().map(|slug| Continue {
        href: match &anchor {
            Some((id, _)) => format!("{}#{id}", topic_path(&row.slug, slug)),
            None => topic_path(&row.slug, slug),
        },
        title: row.at_title.clone().unwrap_or_default(),
        module: row.at_module.clone().unwrap_or_default(),
        stopped_at: anchor.clone().map(|(_, text)| text),
        minutes: row.at_minutes.unwrap_or_default(),
    });
    let is_completed = row.status == EnrollmentStatus::Completed;
    MyCourse {
        upcoming,
        // The list issues what was completed before there were certificates.
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
        title: row.title,
        continue_at,
    }
}

/// Open topics of the course in which the words occur, typing errors forgiven; None where nothing was asked.
pub async fn search(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
    course: &str,
    typed: String,
    clock: &Clock,
) -> AppResult<Option<Found>> {
    let studying = store::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let Some(query) = search::read(conn, organization, Some(studying.course_id), &typed).await?
    else {
        return Ok(None);
    };
    let progress = progress::load(conn, user, studying.course_id, clock.now).await?;
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
    Ok(Some(Found {
        query: typed,
        hits,
        corrected: query.corrected,
    }))
}
