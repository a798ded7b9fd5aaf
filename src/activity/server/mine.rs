//! A learner's own activity: the same figures that their tutors see, and their newest events.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use super::roster::JudgedLearner;
use super::store::{self, NewestEvent, Sought};
use super::{own_answers, streak, weeks};
use crate::activity::{ActivityKind, HardTopic, MyActivityPage, RecentEvent, minutes_text};
use crate::course::CourseTitle;
use crate::course::server::not_enrolled;
use crate::paths::topic_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;

/// Topics that are named because the learner was wrong there.
const HARD: i64 = 5;

/// Events that are listed one by one.
const RECENT: i64 = 20;

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course_slug: String,
    clock: &Clock,
) -> AppResult<MyActivityPage> {
    let studied = store::studied(conn, user, &course_slug)
        .await?
        .ok_or_else(not_enrolled)?;
    let course = studied.course_id;
    let found = store::figures(conn, course, Sought::One(user), clock.now).await?;
    let learner = found.into_iter().next().ok_or_else(not_enrolled)?;
    let learner = JudgedLearner::of(learner, clock);
    let today = store::day_of(conn, clock.now).await?;
    let first = today - TimeDelta::days(streak::STREAK_DAYS);
    let days = store::days(conn, user, course, first).await?;
    let with_study: BTreeSet<NaiveDate> = days.iter().map(|row| row.day).collect();
    let hard = own_answers::wrong_at_first(conn, user, course, HARD).await?;
    let weeks = weeks::weeks(&days, today);
    let recent = store::newest_events(conn, user, course, RECENT).await?;
    Ok(MyActivityPage {
        course_title: CourseTitle::new(studied.title, studied.language),
        status: learner.status,
        reason: learner.reason,
        done: u8::try_from(learner.row.done_percent).unwrap_or_default(),
        streak: streak::said(streak::streak(&with_study, today)),
        hard: hard
            .into_iter()
            .map(|row| HardTopic {
                href: topic_path(&course_slug, &row.slug),
                title: row.title,
                said: format!("{} of {} right at first", row.right, row.answers),
            })
            .collect(),
        course_slug,
        chart: weeks::chart(&weeks),
        weeks,
        recent: recent
            .into_iter()
            .filter_map(|row| event(row, clock))
            .collect(),
    })
}

fn event(row: NewestEvent, clock: &Clock) -> Option<RecentEvent> {
    let kind = ActivityKind::parse(&row.kind)?;
    Some(RecentEvent {
        said: said(kind, row.amount, &row.detail),
        topic: row.topic,
        when: (
            clock.date_time(row.occurred_at),
            row.occurred_at.to_rfc3339(),
        ),
    })
}

fn said(kind: ActivityKind, amount: i32, detail: &str) -> String {
    let position = || format!("{}:{:02}", amount / 60, amount % 60);
    match kind {
        ActivityKind::Opened => "Opened a topic".to_owned(),
        ActivityKind::Read => format!("Read {amount}% of a topic"),
        ActivityKind::Video => format!("Watched a video up to {}", position()),
        ActivityKind::Rewatched => format!("Went back in a video to {}", position()),
        ActivityKind::Idle => "Paused".to_owned(),
        ActivityKind::Active => match amount {
            0..60 => format!("Active for {amount} s"),
            _ => format!("Active for {}", minutes_text(i64::from(amount / 60))),
        },
        ActivityKind::Completed => "Reached the end of a topic".to_owned(),
        ActivityKind::Enrolled => "Enrolled".to_owned(),
        ActivityKind::PersonaChanged => format!("Chose to be told as “{detail}”"),
        ActivityKind::TopicDone => "Marked a topic as done".to_owned(),
        ActivityKind::QuizStarted => format!("Started quiz {detail}"),
        ActivityKind::QuizPassed => format!("Passed quiz {detail} with {amount}%"),
        ActivityKind::QuizFailed => format!("Failed quiz {detail} with {amount}%"),
        ActivityKind::ExamStarted => "Started an exam".to_owned(),
        ActivityKind::ExamEnded => "Ended an exam".to_owned(),
        ActivityKind::TutorAsked => "Asked the tutor".to_owned(),
        ActivityKind::ColdCallAnswered => "Answered a cold call".to_owned(),
    }
}
