//! Receivers of messages to learners, and the page from which they are sent.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid};
use diesel_async::RunQueryDsl;

use super::{CourseMessagePage, CourseReceivers, MOST_RECEIVERS};
use crate::cohort::server::course_news;
use crate::cohort::teach::messages::server::{MessageDraft, SentIn, keep, sent};
use crate::course::server::store as courses;
use crate::enrollment::EnrollmentStatus;
use crate::gradebook::LearnerFilter;
use crate::gradebook::server::store;
use crate::platform::auth::Viewer;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CohortMessageId, CourseId, UserId};
use crate::platform::time::Clock;

/// Names of receivers that the page shows.
const SHOWN_RECEIVERS: usize = 50;

/// Learners to whom a message goes, with their names.
struct Addressed {
    /// At most one more than a message may have.
    people: Vec<(UserId, String)>,
    /// Number of all of them.
    count: i64,
}

/// Returns the learners whom the filters select now, but not the sender.
async fn addressed(
    conn: &mut Conn,
    course: CourseId,
    to: &CourseReceivers,
    sender: UserId,
    now: DateTime<Utc>,
) -> AppResult<Addressed> {
    if !to.learner.is_empty() {
        let learner = store::learner_named(conn, course, &to.learner).await?;
        let studies = [EnrollmentStatus::Active, EnrollmentStatus::Completed];
        let learner = learner.filter(|it| studies.contains(&it.status) && it.user_id != sender);
        let learner = learner.ok_or_else(|| {
            AppError::NotFound("There is no such learner to write to in this course.".to_owned())
        })?;
        return Ok(Addressed {
            people: vec![(learner.user_id, learner.display_name)],
            count: 1,
        });
    }
    // The sender may be among them.
    let most = i64::try_from(MOST_RECEIVERS + 2).unwrap_or(i64::MAX);
    let lines = store::learners(conn, course, &to.query(), (most, 0), now).await?;
    let mut count = <[_]>::first(&lines).map_or(0, |line| line.total);
    let is_sender = |user: UserId| user == sender;
    count -= i64::from(lines.iter().any(|line| is_sender(line.user_id)));
    let people = lines
        .into_iter()
        .filter(|line| !is_sender(line.user_id))
        .map(|line| (line.user_id, line.display_name));
    Ok(Addressed {
        people: people.collect(),
        count,
    })
}

/// Sends a message to each learner as a notification. Returns their number, or None if it was sent
/// before.
///
/// # Errors
///
/// `Invalid` if there are no receivers, too many, or not as many as the tutor confirmed.
pub async fn send(
    conn: &mut Conn,
    course: CourseId,
    message: &MessageDraft,
    to: &CourseReceivers,
    (sender, now): (&Viewer, DateTime<Utc>),
) -> AppResult<Option<i64>> {
    if !keep(conn, message, SentIn::Course(course), sender).await? {
        return Ok(None);
    }
    let Addressed { people, count } = addressed(conn, course, to, sender.user_id, now).await?;
    if count == 0 {
        let why = "No learner is selected. Change the filters of the list.";
        return Err(AppError::field("", why));
    }
    if people.len() > MOST_RECEIVERS {
        return Err(AppError::field("", too_many()));
    }
    // One person is confirmed by their name on the page.
    if to.learner.is_empty() {
        message.confirm(count, "learners")?;
    }
    let people: Vec<UserId> = people.into_iter().map(|(user, _)| user).collect();
    receive(conn, message.key, &people).await?;
    let title = format!("{}: {}", sender.display_name, message.title);
    let texts = (title.as_str(), message.text.as_str());
    course_news::of_message(conn, course, message.key, texts, &people).await?;
    Ok(Some(count))
}

fn too_many() -> String {
    let most = figures::number(MOST_RECEIVERS);
    format!(
        "A message goes to at most {most} learners. Announce it to the course, or filter the list."
    )
}

async fn receive(conn: &mut Conn, message: CohortMessageId, people: &[UserId]) -> QueryResult<()> {
    statement(
        "insert into course_message_receivers (message_id, user_id)
         select $1, x.user_id from unnest($2) as x (user_id)",
    )
    .bind::<Uuid, _>(message)
    .bind::<Array<Uuid>, _>(people)
    .execute(conn)
    .await
    .map(drop)
}

/// Returns the page on which the tutor writes to these learners.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    to: &CourseReceivers,
    tutor: UserId,
    clock: &Clock,
) -> AppResult<CourseMessagePage> {
    let found = addressed(conn, course, to, tutor, clock.now).await?;
    let said = match (to.learner.is_empty(), <[_]>::first(&found.people)) {
        (false, Some((_, name))) => name.clone(),
        _ => said(to),
    };
    let names = found.people.into_iter().map(|(_, name)| name);
    Ok(CourseMessagePage {
        course_title: courses::title(conn, course).await?,
        key: CohortMessageId(uuid::Uuid::now_v7()),
        said,
        receivers: found.count,
        names: names.take(SHOWN_RECEIVERS).collect(),
        sent: sent(conn, SentIn::Course(course), clock).await?,
    })
}

/// Says whom the filters select, such as "stuck learners whose name or email has “an”".
fn said(to: &CourseReceivers) -> String {
    let mut said = match to.filter {
        LearnerFilter::All => "all learners of the course",
        LearnerFilter::NotBegun => "learners who have not started",
        LearnerFilter::Stuck => "learners who are stuck",
        LearnerFilter::Completed => "learners who have completed the course",
    }
    .to_owned();
    if !to.q.is_empty() {
        said.push_str(&format!(", by name or email “{}”", to.q));
    }
    said
}
