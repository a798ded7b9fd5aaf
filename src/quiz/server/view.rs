//! Builds the page of a quiz.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempt::{self, QuizContext, no_attempt};
use super::regrade::{self, store::Applied};
use super::store::{self, Attempt, AttemptOutcome, ModuleTopic};
use crate::course::section_of;
use crate::enrollment::TopicLink;
use crate::enrollment::server::progress;
use crate::paths::{certificate_path, quiz_path, topic_path};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{AttemptId, QuizNumber, TopicId, UserId};
use crate::platform::time::Clock;
use crate::question_bank::server::answering::form_hash::basis;
use crate::question_bank::server::answering::shown_part::ShownPart;
use crate::question_bank::server::answering::timing::{self, time_words};
use crate::question_bank::server::grade::answer_to;
use crate::question_bank::server::marked_answer::Solution;
use crate::question_bank::server::questions_in_use::withhold_asked;
use crate::question_bank::server::view::{GradedAnswer, YOURS, mark, shown};
use crate::quiz::{
    AttemptStatus, PastAttempt, QuizPage, QuizResult, QuizState, QuizTerms, RegradeNote,
    RunningAttempt,
};

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course: String,
    number: QuizNumber,
    part: ShownPart,
    clock: &Clock,
) -> AppResult<QuizPage> {
    let found = attempt::load_context(conn, user, &course, number, clock.now).await?;
    let topics = store::topics_of(conn, found.key.course, number.module_no).await?;
    let link = |topic: &ModuleTopic| TopicLink {
        href: topic_path(&course, &topic.slug),
        title: topic.title.clone(),
    };
    let running = found.running();
    let newest = found.attempts.first().map(|outcome| outcome.attempt_id.0);
    let ended = part.ended(running.is_some(), newest).map(AttemptId);
    let state = match (ended, running) {
        (Some(attempt), _) => {
            let row = store::attempt(conn, user, attempt)
                .await?
                .filter(|row| row.quiz == found.key && row.status != AttemptStatus::InProgress)
                .ok_or_else(no_attempt)?;
            let abouts = (topics.iter())
                .map(|topic| (topic.topic_id, link(topic)))
                .collect();
            let onward = match row.status {
                AttemptStatus::Passed => onward(conn, user, &course, &found, clock).await?,
                _ => NextStep::default(),
            };
            let regrades = regrade::store::applied(conn, &[attempt]).await?;
            let questions = row.set.questions.iter();
            let questions = questions.map(|question| question.question_id).collect();
            let mut graded = graded(row, &regrades, &abouts, YOURS, clock);
            (graded.next, graded.later) = (onward.open, onward.later);
            let course = found.key.course;
            graded.questions =
                withhold_asked(conn, user, course, questions, graded.questions, clock.now).await?;
            QuizState::Result(Box::new(graded))
        }
        (None, Some(attempt)) => {
            let row = store::attempt(conn, user, attempt)
                .await?
                .ok_or_else(no_attempt)?;
            QuizState::Running(Box::new(running_view(&row, part.question(), clock.now)))
        }
        (None, None) => match attempt::why_closed(&found, clock) {
            Some(why) => QuizState::Closed(why),
            None => {
                let bank = store::bank(conn, user, found.key).await?.len();
                QuizState::Ready(terms(&found, bank))
            }
        },
    };
    let history = found
        .attempts
        .iter()
        .filter_map(|outcome| past(outcome, clock))
        .collect();
    let quiz = found.progress.quiz(number);
    let is_excused = quiz.is_some_and(|quiz| quiz.is_excused);
    Ok(QuizPage {
        module_title: found
            .progress
            .shared
            .module(number.module_no)
            .map(|module| module.title.clone())
            .unwrap_or_default(),
        course_slug: course.clone(),
        course_title: found.course_title,
        number,
        topics: topics
            .iter()
            .filter(|topic| section_of(topic.number) == number.section)
            .map(link)
            .collect(),
        is_excused,
        state,
        history,
    })
}

/// The history's entry for an attempt. None while the attempt is in progress.
pub fn past(outcome: &AttemptOutcome, clock: &Clock) -> Option<PastAttempt> {
    let at = outcome.completed_at?;
    Some(PastAttempt {
        attempt_id: outcome.attempt_id,
        status: outcome.status,
        score: outcome.score?,
        when: (clock.date_time(at), at.to_rfc3339()),
        counts: outcome.counts,
    })
}

fn terms(found: &QuizContext, bank: usize) -> QuizTerms {
    let questions = bank.min(found.settings.questions_per_attempt as usize);
    let quiz = found.progress.quiz(found.key.number);
    let attempts_used = quiz.map_or(0, |quiz| quiz.attempts_used);
    QuizTerms {
        questions,
        passing_score_percent: found.settings.passing_score_percent,
        time: found.settings.seconds_for(questions).map(time_words),
        attempts_left: found
            .settings
            .total_attempts_allowed()
            .map(|allowed| allowed - attempts_used),
        is_repeat: attempts_used > 0,
    }
}

fn running_view(row: &Attempt, at: Option<usize>, now: DateTime<Utc>) -> RunningAttempt {
    let given = |at: usize| row.answers.get(&at);
    let asked = at.and_then(|at| Some((at, row.set.questions.get(at)?)));
    RunningAttempt {
        attempt_id: row.attempt_id,
        marks: (row.set.questions.iter().enumerate())
            .map(|(at, question)| mark(question, given(at)))
            .collect(),
        at: asked.map(|(at, question)| (at, shown(question, given(at)))),
        basis: asked.map_or_else(String::new, |(at, _)| basis(given(at))),
        tab: Uuid::new_v4(),
        seconds_left: row.expires_at.map(|at| timing::seconds_left(at, now)),
    }
}

/// Builds the result of an attempt, with the right answers as its regrades left them. `whose` is
/// the interface's word for the answers.
pub fn graded(
    row: Attempt,
    regrades: &[Applied],
    topics: &HashMap<TopicId, TopicLink>,
    whose: &str,
    clock: &Clock,
) -> QuizResult {
    let questions = row
        .set
        .questions
        .iter()
        .enumerate()
        .map(|(at, question)| {
            let answer = answer_to(&row.answers, at);
            let points = row.points.get(at).copied().unwrap_or(0.0);
            let topic = question
                .topic_id
                .and_then(|topic| topics.get(&topic).cloned());
            let solution = match regrade::standing(question, at, regrades) {
                Some(key) => Solution::Key(key),
                None => Solution::Any,
            };
            let graded = GradedAnswer {
                question,
                answer,
                points,
                solution,
                whose,
            };
            graded.view(topic)
        })
        .collect();
    QuizResult {
        status: row.status,
        score: row.score.unwrap_or(0),
        passing_score_percent: row.passing_score_percent,
        questions,
        regrades: regrades
            .iter()
            .filter(|applied| applied.changes_result())
            .map(|applied| RegradeNote {
                when: clock.date(applied.regraded_at),
                reason: applied.reason.clone(),
                old_score: applied.old_score,
                new_score: applied.new_score,
            })
            .collect(),
        next: None,
        later: None,
    }
}

/// The step to continue with after a passed quiz.
#[derive(Default)]
struct NextStep {
    open: Option<TopicLink>,
    /// A sentence that names the next step and says when it unlocks.
    later: Option<String>,
}

/// Finds the step that follows the quiz. If that step is locked or does not exist, returns the
/// certificate of a completed course instead.
async fn onward(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    found: &QuizContext,
    clock: &Clock,
) -> AppResult<NextStep> {
    let outline =
        crate::enrollment::server::access::outline(conn, user, &found.progress, clock).await?;
    let here = quiz_path(course, found.key.number);
    let following = crate::enrollment::steps(&outline, course)
        .into_iter()
        .skip_while(|step| step.link.href != here)
        .nth(1);
    Ok(match following {
        Some(step) if step.is_open => NextStep {
            open: Some(step.link),
            later: None,
        },
        following => NextStep {
            open: found.certificate.as_deref().map(|code| TopicLink {
                href: certificate_path(code),
                title: "your certificate".to_owned(),
            }),
            later: following.and_then(|step| {
                let lock = found.progress.lock(step.section)?;
                let when = progress::sentence(lock, clock);
                Some(format!("Up next: “{}”. {when}", step.link.title))
            }),
        },
    })
}
