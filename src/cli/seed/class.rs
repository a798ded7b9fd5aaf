//! Creates learners of the demo course, so that its gradebook is not empty. Their attempts run
//! through the real quiz code, dated some days ago.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::server::shared;
use crate::enrollment::server::store as studying;
use crate::platform::auth::UserRole;
use crate::platform::auth::store::{self as accounts, NewAccount};
use crate::platform::db::Conn;
use crate::platform::db::schema::{enrollments, topic_progress, topics};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuizNumber, TopicId, UserId};
use crate::platform::time::Clock;
use crate::question_bank::server::grade::{Answer, Answers, FrozenKind, SavedAnswer};
use crate::quiz::server::attempt;
use crate::quiz::server::store as quizzes;

pub const COURSE: &str = "how-to-trust-a-number";

struct Classmate {
    email: &'static str,
    name: &'static str,
    topics: i64,
    days_ago: i64,
    /// Section of the first module, and the number of right answers.
    attempts: &'static [(i32, usize)],
    /// Name and heading of the topic in which they stopped.
    stopped: Option<(&'static str, &'static str)>,
}

/// The demo's own learner, in the middle of the course.
const LEARNER: Classmate = Classmate {
    email: "learner@demo.example",
    name: "Asha Kulkarni",
    topics: 5,
    days_ago: 1,
    attempts: &[(1, 4), (2, 5)],
    stopped: Some(("regression-to-the-mean", "how-far-back-to-expect")),
};

const CLASS: [Classmate; 5] = [
    Classmate {
        email: "nikhil@demo.example",
        name: "Nikhil Rao",
        topics: 5,
        days_ago: 1,
        attempts: &[(1, 4), (2, 5)],
        stopped: None,
    },
    Classmate {
        email: "sofia@demo.example",
        name: "Sofia Lindqvist",
        topics: 2,
        days_ago: 9,
        attempts: &[(1, 1), (1, 2), (1, 2)],
        stopped: None,
    },
    Classmate {
        email: "tomas@demo.example",
        name: "Tomás Herrera",
        topics: 3,
        days_ago: 3,
        attempts: &[(1, 5)],
        stopped: None,
    },
    Classmate {
        email: "kwame@demo.example",
        name: "Kwame Mensah",
        topics: 4,
        days_ago: 2,
        attempts: &[(1, 3), (1, 5), (2, 2)],
        stopped: None,
    },
    Classmate {
        email: "lena@demo.example",
        name: "Lena Vogt",
        topics: 0,
        days_ago: 12,
        attempts: &[],
        stopped: None,
    },
];

/// Creates and enrolls the classmates. Existing accounts are left unchanged.
pub async fn enroll(conn: &mut Conn, hash: &str) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    for classmate in &CLASS {
        let new = NewAccount {
            email: classmate.email,
            display_name: classmate.name,
            password_hash: hash,
            role: UserRole::Learner,
            confirmed: true,
        };
        if let Some(user) = accounts::create(conn, new).await? {
            live(conn, user, course, classmate).await?;
        }
    }
    begin(conn, course).await
}

/// Enrolls the demo's own learner. An earlier enrollment stays as it is, even one that has ended.
async fn begin(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    let Some(learner) = accounts::by_email(conn, LEARNER.email).await? else {
        return Ok(());
    };
    let enrolled = enrollments::table
        .filter(enrollments::user_id.eq(learner.user_id))
        .filter(enrollments::course_id.eq(course));
    let is_enrolled: bool = diesel::select(diesel::dsl::exists(enrolled))
        .get_result(conn)
        .await?;
    if is_enrolled {
        return Ok(());
    }
    live(conn, learner.user_id, course, &LEARNER).await
}

async fn live(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    classmate: &Classmate,
) -> AppResult<()> {
    studying::enroll(conn, user, course).await?;
    let left = Utc::now() - TimeDelta::days(classmate.days_ago);
    let read: Vec<TopicId> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .limit(classmate.topics)
        .select(topics::topic_id)
        .load(conn)
        .await?;
    for topic in read {
        studying::set_done(conn, user, topic, true).await?;
    }
    let done = topic_progress::table.filter(topic_progress::user_id.eq(user));
    diesel::update(done)
        .set(topic_progress::completed_at.eq(left))
        .execute(conn)
        .await?;
    if let Some((topic, heading)) = classmate.stopped {
        stop(conn, user, course, topic, heading).await?;
    }
    let begun = (!classmate.attempts.is_empty()).then_some(left);
    diesel::update(enrollments::table)
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .set((
            enrollments::enrolled_at.eq(left - TimeDelta::days(14)),
            enrollments::last_opened_at.eq(begun),
        ))
        .execute(conn)
        .await?;
    let mut now = left - TimeDelta::hours(6);
    for &(section, right) in classmate.attempts {
        take(conn, user, section, right, now).await?;
        now += TimeDelta::hours(1);
    }
    Ok(())
}

/// Opens a topic and reads as far as this heading.
async fn stop(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: &str,
    heading: &str,
) -> AppResult<()> {
    let shared = shared::course(conn, course, None).await?;
    if let Some((_, topic)) = shared.topics().find(|(_, of)| of.slug == topic) {
        studying::open(conn, user, course, topic.topic_id).await?;
        let place = studying::SavedPlace {
            anchor: Some(heading),
            read_percent: Some(50),
            position_s: None,
        };
        studying::save_place(conn, user, topic.topic_id, place).await?;
    }
    Ok(())
}

/// Takes a quiz of the first module, with so many right answers and the rest left open.
async fn take(
    conn: &mut Conn,
    user: UserId,
    section: i32,
    right: usize,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let clock = Clock {
        zone: chrono_tz::Tz::UTC,
        now,
    };
    let id = attempt::start(conn, user, COURSE, QuizNumber::new(1, section), &clock).await?;
    let row = quizzes::attempt(conn, user, id)
        .await?
        .ok_or_else(attempt::no_attempt)?;
    let answers: Answers = row
        .set
        .questions
        .iter()
        .take(right)
        .map(|question| SavedAnswer {
            answer: Some(right_answer(&question.kind)),
            ..SavedAnswer::default()
        })
        .enumerate()
        .collect();
    quizzes::save_answers(conn, id, &answers).await?;
    attempt::submit(conn, user, id, false, now + TimeDelta::minutes(2)).await?;
    Ok(())
}

fn right_answer(kind: &FrozenKind) -> Answer {
    match kind {
        FrozenKind::Choice { options, .. } => Answer::Choice(
            options
                .iter()
                .filter(|option| option.is_correct)
                .map(|option| option.id)
                .collect(),
        ),
        FrozenKind::ShortAnswer { accepted, .. } => {
            Answer::Text(<[_]>::first(accepted).cloned().unwrap_or_default())
        }
        FrozenKind::Tracing {
            prints: Some(text), ..
        } => Answer::Prints(text.clone()),
        FrozenKind::Tracing { fails_at_line, .. } => Answer::FailsAtLine(*fails_at_line),
        FrozenKind::Ordering { items, .. } => {
            Answer::Places(items.iter().map(|(id, _)| *id).zip(1..).collect())
        }
        FrozenKind::Matching { pairs, .. } => Answer::Matches(pairs.clone()),
    }
}
