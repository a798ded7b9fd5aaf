//! What the pages of quizzes show, and the rules of an attempt from its start to its grade.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::grade::{self, Answer, Frozen, FrozenKind, FrozenOption, Given, QuestionSet};
use super::progress::{self, Progress};
use super::store::{self, Attempt, BankQuestion, QuizKey, Settings};
use super::{
    AttemptStatus, Graded, GradedQuestion, PastAttempt, QuestionPayload, QuestionType, QuizPage,
    QuizState, Running, Sent, Shown, ShownKind, Terms, quiz_path,
};
use crate::course::pair_of;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{AttemptId, CourseId, TopicId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::player::view::not_enrolled;
use crate::player::{TopicLink, store as studying, topic_path};

/// For the way of an answer over the network.
pub const GRACE: TimeDelta = TimeDelta::seconds(5);

fn no_quiz() -> AppError {
    AppError::NotFound("There is no quiz at this address.".to_owned())
}

fn no_attempt() -> AppError {
    AppError::NotFound("There is no such attempt of yours.".to_owned())
}

/// The quiz, if this learner may see it.
struct Found {
    course_title: String,
    key: QuizKey,
    progress: Progress,
    settings: Settings,
    attempts: Vec<store::Outcome>,
}

async fn find(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    module_no: i32,
    pair: i32,
    now: DateTime<Utc>,
) -> AppResult<Found> {
    let studied = studying::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let key = QuizKey {
        course: studied.course_id,
        module_no,
        pair,
    };
    let progress = progress::load(conn, user, studied.course_id, now).await?;
    let attempts = store::attempts(conn, user, key).await?;
    if progress.quiz(module_no, pair).is_none() && attempts.is_empty() {
        return Err(no_quiz());
    }
    Ok(Found {
        course_title: studied.title,
        key,
        progress,
        settings: store::settings(conn, user, studied.course_id).await?,
        attempts,
    })
}

/// Why no new attempt can be started, if none can.
fn closed(found: &Found, clock: &Clock) -> Option<String> {
    let Some(quiz) = found.progress.quiz(found.key.module_no, found.key.pair) else {
        return Some("This quiz has no questions any more.".to_owned());
    };
    if let Some(lock) = quiz.lock {
        return Some(progress::sentence(lock, clock));
    }
    if let Some(allowed) = found.settings.attempts_allowed
        && quiz.tries >= i64::from(allowed)
    {
        return Some(format!(
            "All {allowed} tries are used. Your tutor can give you another one."
        ));
    }
    let wait = TimeDelta::minutes(found.settings.retry_wait_minutes.unwrap_or(0).into());
    let last = found
        .attempts
        .iter()
        .find(|(_, status, ..)| *status != AttemptStatus::Passed)
        .and_then(|(.., at)| *at);
    match last.map(|at| at + wait) {
        Some(again) if again > clock.now && !quiz.is_passed => Some(format!(
            "You can try again from {} ({}).",
            clock.date_time(again),
            clock.zone.name()
        )),
        _ => None,
    }
}

/// Starts an attempt, or finds the one that is running.
pub async fn start(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    module_no: i32,
    pair: i32,
    clock: &Clock,
) -> AppResult<AttemptId> {
    let found = find(conn, user, course, module_no, pair, clock.now).await?;
    if let Some(&(running, ..)) = found
        .attempts
        .iter()
        .find(|(_, status, ..)| *status == AttemptStatus::InProgress)
        && !end_if_late(conn, user, running, clock.now).await?
    {
        return Ok(running);
    }
    if let Some(why) = closed(&found, clock) {
        return Err(AppError::Denied(why));
    }
    let bank = store::bank(conn, user, found.key).await?;
    let set = draw(bank, found.settings.questions_per_attempt as usize);
    match store::begin(conn, user, found.key, &set, &found.settings, clock.now).await? {
        Some((attempt, expires_at)) => {
            if let Some(at) = expires_at {
                let end = EndAttempt { attempt };
                let name = format!("end-attempt-{attempt}");
                jobs::enqueue_once(conn, &end, &name, at + GRACE + TimeDelta::seconds(1)).await?;
            }
            Ok(attempt)
        }
        // Another tab was faster.
        None => store::attempts(conn, user, found.key)
            .await?
            .into_iter()
            .find(|(_, status, ..)| *status == AttemptStatus::InProgress)
            .map(|(attempt, ..)| attempt)
            .ok_or_else(no_attempt),
    }
}

/// So many questions at random, those least often seen first, as they are now.
fn draw(mut bank: Vec<BankQuestion>, count: usize) -> QuestionSet {
    let mut rng = rand::rng();
    bank.shuffle(&mut rng);
    bank.sort_by_key(|question| question.seen);
    bank.truncate(count);
    bank.shuffle(&mut rng);
    QuestionSet {
        version: 1,
        questions: bank.into_iter().map(freeze).collect(),
    }
}

pub fn freeze(question: BankQuestion) -> Frozen {
    let mut rng = rand::rng();
    let text = |text: &str| (Uuid::new_v4(), markdown::render_inline(text));
    let kind = match question.payload.payload {
        QuestionPayload::Choice { shuffle } => {
            let mut options: Vec<FrozenOption> = question
                .options
                .into_iter()
                .map(|option| FrozenOption {
                    id: option.option_id,
                    html: option.html,
                    is_correct: option.is_correct,
                })
                .collect();
            if shuffle {
                options.shuffle(&mut rng);
            }
            FrozenKind::Choice {
                several: question.question_type == QuestionType::MultipleChoice,
                options,
            }
        }
        QuestionPayload::ShortAnswer {
            accepted,
            tolerance,
        } => FrozenKind::ShortAnswer {
            accepted,
            tolerance,
        },
        QuestionPayload::Tracing {
            language,
            program,
            prints,
            fails_at_line,
        } => FrozenKind::Tracing {
            program_html: markdown::render_code(&language, &program),
            prints,
            fails_at_line,
        },
        QuestionPayload::Ordering { items } => {
            let items: Vec<(Uuid, String)> = items.iter().map(|item| text(item)).collect();
            let mut shown: Vec<Uuid> = items.iter().map(|(id, _)| *id).collect();
            shown.shuffle(&mut rng);
            FrozenKind::Ordering { items, shown }
        }
        QuestionPayload::Matching { pairs } => {
            let left: Vec<(Uuid, String)> = pairs.iter().map(|(left, _)| text(left)).collect();
            let mut right: Vec<(Uuid, String)> =
                pairs.iter().map(|(_, right)| text(right)).collect();
            let pairs = left
                .iter()
                .zip(&right)
                .map(|((left, _), (right, _))| (*left, *right))
                .collect();
            right.shuffle(&mut rng);
            FrozenKind::Matching { left, right, pairs }
        }
    };
    Frozen {
        question_id: question.question_id,
        topic_id: question.topic_id,
        prompt_html: question.prompt_html,
        explanation_html: question.explanation_html,
        kind,
    }
}

/// The most that is kept of a written answer.
const TEXT_LIMIT: usize = 5000;

/// What was sent, as an answer to this question: only what the question offers is taken.
fn read(kind: &FrozenKind, sent: &Sent) -> AppResult<Option<Answer>> {
    let foreign = || {
        AppError::field(
            "",
            "This answer is not one of those that the question offers. Load the page again.",
        )
    };
    let id = |text: &str| Uuid::parse_str(text).map_err(|_| foreign());
    // A name in brackets that begins with a digit would be read as the index of a list.
    let named = |text: &str| id(text.strip_prefix('i').unwrap_or_default());
    let text = || -> AppResult<String> {
        let text = sent.text.clone().unwrap_or_default().replace("\r\n", "\n");
        match text.chars().count() {
            0..=TEXT_LIMIT => Ok(text),
            _ => Err(AppError::field(
                "text",
                "An answer has at most 5,000 characters.",
            )),
        }
    };
    Ok(match kind {
        FrozenKind::Choice { several, options } => {
            let chosen = (sent.options.iter())
                .map(|option| id(option))
                .collect::<AppResult<Vec<Uuid>>>()?;
            let offered = |id: &Uuid| options.iter().any(|option| option.id == *id);
            if !chosen.iter().all(offered) || (!several && chosen.len() > 1) {
                return Err(foreign());
            }
            (!chosen.is_empty()).then_some(Answer::Choice(chosen))
        }
        FrozenKind::ShortAnswer { .. } => Some(text()?)
            .filter(|text| !text.trim().is_empty())
            .map(Answer::Text),
        FrozenKind::Tracing { .. } => match sent.compiles.as_deref() {
            Some("yes") => Some(Answer::Prints(text()?)),
            Some("no") => {
                let line = sent.line.as_deref().unwrap_or_default().trim();
                let line = match line {
                    "" => None,
                    line => Some(line.parse().map_err(|_| {
                        AppError::field("line", "The line is a number, counted from 1.")
                    })?),
                };
                Some(Answer::FailsAtLine(line))
            }
            None | Some("") => None,
            Some(_) => return Err(foreign()),
        },
        FrozenKind::Ordering { items, .. } => {
            let mut places = Vec::new();
            for (item, place) in sent.order.iter().filter(|(_, place)| !place.is_empty()) {
                let (item, place) = (named(item)?, place.parse::<usize>().map_err(|_| foreign())?);
                if !items.iter().any(|(id, _)| *id == item) {
                    return Err(foreign());
                }
                places.push((place, item));
            }
            places.sort_unstable();
            let complete = places.len() == items.len()
                && places.iter().zip(1..).all(|((place, _), n)| *place == n);
            if places.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(AppError::field(
                    "",
                    "Two of them have the same place: give each its own.",
                ));
            }
            complete.then(|| Answer::Order(places.into_iter().map(|(_, item)| item).collect()))
        }
        FrozenKind::Matching { left, right, .. } => {
            let mut matches = HashMap::new();
            for (from, to) in sent.matches.iter().filter(|(_, to)| !to.is_empty()) {
                let (from, to) = (named(from)?, id(to)?);
                if !left.iter().any(|(id, _)| *id == from) || !right.iter().any(|(id, _)| *id == to)
                {
                    return Err(foreign());
                }
                matches.insert(from, to);
            }
            (!matches.is_empty()).then_some(Answer::Matches(matches))
        }
    })
}

/// Keeps what was answered to a question of a running attempt. A `draft` is sent while somebody still answers.
pub async fn save(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    question: usize,
    sent: &Sent,
    draft: bool,
    now: DateTime<Utc>,
) -> AppResult<Saved> {
    let mut row = store::attempt_for_update(conn, user, attempt)
        .await?
        .ok_or_else(no_attempt)?;
    if row.status != AttemptStatus::InProgress {
        return Ok(Saved::TooLate(row.quiz));
    }
    if is_late(&row, now) {
        end(conn, user, &row, now).await?;
        return Ok(Saved::TooLate(row.quiz));
    }
    let frozen = row.set.questions.get(question).ok_or_else(|| {
        AppError::field("question", "The attempt has no question of this number.")
    })?;
    let answer = match read(&frozen.kind, sent) {
        // Half of an order, a line that is no number yet: the last that made sense stays.
        Err(_) if draft => return Ok(Saved::Kept(row.quiz)),
        answer => answer?,
    };
    let given = Given {
        answer,
        flagged: sent.flagged.is_some(),
    };
    row.answers.insert(question, given);
    store::save_answers(conn, attempt, &row.answers).await?;
    Ok(Saved::Kept(row.quiz))
}

/// What became of an answer.
pub enum Saved {
    Kept(QuizKey),
    /// The attempt had ended before it came.
    TooLate(QuizKey),
}

/// Ends the attempt and grades it; one that is graded already stays as it is.
pub async fn submit(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    now: DateTime<Utc>,
) -> AppResult<QuizKey> {
    let row = store::attempt_for_update(conn, user, attempt)
        .await?
        .ok_or_else(no_attempt)?;
    if row.status == AttemptStatus::InProgress {
        end(conn, user, &row, now).await?;
    }
    Ok(row.quiz)
}

fn is_late(attempt: &Attempt, now: DateTime<Utc>) -> bool {
    attempt.expires_at.is_some_and(|at| now > at + GRACE)
}

/// Grades an attempt whose time is over; true if it was.
async fn end_if_late(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    let row = store::attempt_for_update(conn, user, attempt)
        .await?
        .ok_or_else(no_attempt)?;
    let late = row.status == AttemptStatus::InProgress && is_late(&row, now);
    if late {
        end(conn, user, &row, now).await?;
    }
    Ok(late || row.status != AttemptStatus::InProgress)
}

async fn end(conn: &mut Conn, user: UserId, row: &Attempt, now: DateTime<Utc>) -> AppResult<()> {
    let points: Vec<f64> = row
        .set
        .questions
        .iter()
        .enumerate()
        .map(|(at, question)| {
            let answer = row.answers.get(&at).and_then(|given| given.answer.as_ref());
            grade::points(&question.kind, answer, row.partial_credit)
        })
        .collect();
    let score = grade::percent(&points);
    let status = match score >= row.passing_score_percent {
        true => AttemptStatus::Passed,
        false if is_late(row, now) => AttemptStatus::Expired,
        false => AttemptStatus::Failed,
    };
    let at = row.expires_at.map_or(now, |expires_at| now.min(expires_at));
    store::finish(conn, row.attempt_id, status, score, &points, at).await?;
    if status == AttemptStatus::Passed {
        let progress = progress::load(conn, user, row.quiz.course, now).await?;
        note_completion(conn, user, row.quiz.course, &progress).await?;
    }
    Ok(())
}

/// A course is complete when all of its topics are done and no quiz of it holds anything up.
pub async fn note_completion(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    progress: &Progress,
) -> AppResult<()> {
    let (done, total) = studying::count_done(conn, user, course).await?;
    let complete = total > 0 && done == total && progress.is_complete();
    Ok(studying::set_completed(conn, user, course, complete).await?)
}

/// Ends an attempt whose time ran out while nobody looked.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndAttempt {
    pub attempt: AttemptId,
}

impl Job for EndAttempt {
    const KIND: &'static str = "end_attempt";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let attempt = self.attempt;
        cx.within(
            async move |conn| match store::learner_of(conn, attempt).await? {
                Some(user) => end_if_late(conn, user, attempt, Utc::now()).await.map(drop),
                None => Ok(()),
            },
        )
        .await
    }
}

/// What the learner asks to see.
pub enum Look {
    /// The terms, or the attempt that is running from its first question.
    Quiz,
    Question(usize),
    /// Before handing in.
    End,
    Attempt(AttemptId),
}

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course: String,
    module_no: i32,
    pair: i32,
    look: Look,
    clock: &Clock,
) -> AppResult<QuizPage> {
    let mut found = find(conn, user, &course, module_no, pair, clock.now).await?;
    let mut running = found
        .attempts
        .iter()
        .find(|(_, status, ..)| *status == AttemptStatus::InProgress)
        .map(|&(attempt, ..)| attempt);
    if let Some(attempt) = running
        && end_if_late(conn, user, attempt, clock.now).await?
    {
        found = find(conn, user, &course, module_no, pair, clock.now).await?;
        running = None;
    }
    let topics = store::topics_of(conn, found.key.course, module_no).await?;
    let link = |(_, slug, title, _): &(TopicId, String, String, i32)| TopicLink {
        href: topic_path(&course, slug),
        title: title.clone(),
    };
    let last = found.attempts.first().map(|&(attempt, ..)| attempt);
    let state = match (look, running) {
        (Look::Attempt(attempt), _) => {
            let row = store::attempt(conn, user, attempt)
                .await?
                .filter(|row| row.quiz == found.key && row.status != AttemptStatus::InProgress)
                .ok_or_else(no_attempt)?;
            let abouts: HashMap<TopicId, TopicLink> =
                topics.iter().map(|topic| (topic.0, link(topic))).collect();
            let next = next(conn, user, &course, &found, clock).await?;
            QuizState::Result(Box::new(graded(row, &abouts, next)))
        }
        (look, Some(attempt)) => {
            let row = store::attempt(conn, user, attempt)
                .await?
                .ok_or_else(no_attempt)?;
            let at = match look {
                Look::End => None,
                Look::Question(at) => Some(at),
                _ => Some(0),
            };
            QuizState::Running(Box::new(running_view(&row, at, clock.now)))
        }
        // A question is asked for, but the time is over: what came of it.
        (Look::Question(_) | Look::End, None) if last.is_some() => {
            let row = store::attempt(conn, user, last.unwrap_or(AttemptId(Uuid::nil())))
                .await?
                .ok_or_else(no_attempt)?;
            let abouts: HashMap<TopicId, TopicLink> =
                topics.iter().map(|topic| (topic.0, link(topic))).collect();
            let next = next(conn, user, &course, &found, clock).await?;
            QuizState::Result(Box::new(graded(row, &abouts, next)))
        }
        _ => match closed(&found, clock) {
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
        .filter_map(|&(attempt_id, status, score, at)| {
            let at = at?;
            Some(PastAttempt {
                attempt_id,
                status,
                score: score?,
                when: (clock.date_time(at), at.to_rfc3339()),
            })
        })
        .collect();
    Ok(QuizPage {
        module_title: found
            .progress
            .module_titles
            .get(&module_no)
            .cloned()
            .unwrap_or_default(),
        course_slug: course.clone(),
        course_title: found.course_title,
        module_no,
        pair,
        topics: topics
            .iter()
            .filter(|(.., number)| pair_of(*number) == pair)
            .map(link)
            .collect(),
        state,
        history,
    })
}

fn terms(found: &Found, bank: usize) -> Terms {
    let questions = bank.min(found.settings.questions_per_attempt as usize);
    let tries = found.attempts.len() as i64;
    Terms {
        questions,
        passing_score_percent: found.settings.passing_score_percent,
        time: found.settings.seconds_for(questions).map(time_words),
        tries_left: found
            .settings
            .attempts_allowed
            .map(|allowed| i64::from(allowed) - tries),
        is_repeat: tries > 0,
    }
}

/// "2 min 30 s".
fn time_words(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

fn running_view(row: &Attempt, at: Option<usize>, now: DateTime<Utc>) -> Running {
    let given = |at: usize| row.answers.get(&at);
    Running {
        attempt_id: row.attempt_id,
        marks: (0..row.set.questions.len())
            .map(|at| {
                given(at).map_or((false, false), |given| {
                    (given.answer.is_some(), given.flagged)
                })
            })
            .collect(),
        at: at.and_then(|at| {
            let question = row.set.questions.get(at)?;
            Some((at, shown(question, given(at))))
        }),
        seconds_left: row.expires_at.map(|at| (at - now).num_seconds().max(0)),
    }
}

/// The question without what is right.
fn shown(question: &Frozen, given: Option<&Given>) -> Shown {
    let answer = given.and_then(|given| given.answer.as_ref());
    let kind = match &question.kind {
        FrozenKind::Choice { several, options } => ShownKind::Choice {
            several: *several,
            options: options
                .iter()
                .map(|option| {
                    let chosen =
                        matches!(answer, Some(Answer::Choice(ids)) if ids.contains(&option.id));
                    (option.id, Html(option.html.clone()), chosen)
                })
                .collect(),
        },
        FrozenKind::ShortAnswer { .. } => ShownKind::ShortAnswer {
            text: match answer {
                Some(Answer::Text(text)) => text.clone(),
                _ => String::new(),
            },
        },
        FrozenKind::Tracing { program_html, .. } => {
            let (compiles, prints, line) = match answer {
                Some(Answer::Prints(text)) => (Some(true), text.clone(), None),
                Some(Answer::FailsAtLine(line)) => (Some(false), String::new(), *line),
                _ => (None, String::new(), None),
            };
            ShownKind::Tracing {
                program: Html(program_html.clone()),
                compiles,
                prints,
                line,
            }
        }
        FrozenKind::Ordering { items, shown } => {
            let place = |id: &Uuid| match answer {
                Some(Answer::Order(order)) => {
                    order.iter().position(|item| item == id).map(|at| at + 1)
                }
                _ => None,
            };
            ShownKind::Ordering {
                items: shown
                    .iter()
                    .filter_map(|id| items.iter().find(|(item, _)| item == id))
                    .map(|(id, html)| (*id, Html(html.clone()), place(id)))
                    .collect(),
            }
        }
        FrozenKind::Matching { left, right, .. } => {
            let matched = |id: &Uuid| match answer {
                Some(Answer::Matches(matches)) => matches.get(id).copied(),
                _ => None,
            };
            ShownKind::Matching {
                left: left
                    .iter()
                    .map(|(id, html)| (*id, Html(html.clone()), matched(id)))
                    .collect(),
                right: right
                    .iter()
                    .map(|(id, html)| (*id, Html(html.clone())))
                    .collect(),
            }
        }
    };
    Shown {
        prompt: Html(question.prompt_html.clone()),
        kind,
        flagged: given.is_some_and(|given| given.flagged),
    }
}

fn graded(row: Attempt, topics: &HashMap<TopicId, TopicLink>, next: Option<TopicLink>) -> Graded {
    let questions = row
        .set
        .questions
        .iter()
        .enumerate()
        .map(|(at, question)| {
            let answer = row.answers.get(&at).and_then(|given| given.answer.as_ref());
            let points = row.points.get(at).copied().unwrap_or(0.0);
            let prompt = match &question.kind {
                FrozenKind::Tracing { program_html, .. } => {
                    format!("{}{program_html}", question.prompt_html)
                }
                _ => question.prompt_html.clone(),
            };
            GradedQuestion {
                prompt: Html(prompt),
                points: (points * 100.0).round() as i32,
                answered: Html(answered(&question.kind, answer)),
                right: Html(right(&question.kind)),
                explanation: question.explanation_html.clone().map(Html),
                topic: question
                    .topic_id
                    .and_then(|topic| topics.get(&topic).cloned()),
            }
        })
        .collect();
    Graded {
        status: row.status,
        score: row.score.unwrap_or(0),
        passing_score_percent: row.passing_score_percent,
        questions,
        next: next.filter(|_| row.status == AttemptStatus::Passed),
    }
}

fn list<'a>(tag: &str, items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
    match items.is_empty() {
        true => String::new(),
        false => format!("<{tag}>{items}</{tag}>"),
    }
}

fn pre(text: &str) -> String {
    format!("<pre>{}</pre>", markdown::escape(text))
}

fn line_words(line: Option<u32>) -> String {
    match line {
        Some(line) => format!("<p>It does not compile: line {line}.</p>"),
        None => "<p>It does not compile.</p>".to_owned(),
    }
}

/// What was answered, as HTML; empty where nothing was.
fn answered(kind: &FrozenKind, answer: Option<&Answer>) -> String {
    match (kind, answer) {
        (FrozenKind::Choice { options, .. }, Some(Answer::Choice(chosen))) => list(
            "ul",
            options
                .iter()
                .filter(|option| chosen.contains(&option.id))
                .map(|option| option.html.as_str()),
        ),
        (_, Some(Answer::Text(text))) => format!("<p>{}</p>", markdown::escape(text)),
        (_, Some(Answer::Prints(text))) => pre(text),
        (_, Some(Answer::FailsAtLine(line))) => line_words(*line),
        (FrozenKind::Ordering { items, .. }, Some(Answer::Order(order))) => list(
            "ol",
            order
                .iter()
                .filter_map(|id| items.iter().find(|(item, _)| item == id))
                .map(|(_, html)| html.as_str()),
        ),
        (FrozenKind::Matching { left, right, .. }, Some(Answer::Matches(matches))) => {
            matched(left, right, matches)
        }
        _ => String::new(),
    }
}

/// What is right, as HTML.
fn right(kind: &FrozenKind) -> String {
    match kind {
        FrozenKind::Choice { options, .. } => list(
            "ul",
            options
                .iter()
                .filter(|option| option.is_correct)
                .map(|option| option.html.as_str()),
        ),
        FrozenKind::ShortAnswer { accepted, .. } => accepted
            .first()
            .map(|text| format!("<p>{}</p>", markdown::escape(text)))
            .unwrap_or_default(),
        FrozenKind::Tracing {
            prints: Some(text), ..
        } => pre(text),
        FrozenKind::Tracing { fails_at_line, .. } => line_words(*fails_at_line),
        FrozenKind::Ordering { items, .. } => {
            list("ol", items.iter().map(|(_, html)| html.as_str()))
        }
        FrozenKind::Matching { left, right, pairs } => matched(left, right, pairs),
    }
}

fn matched(
    left: &[(Uuid, String)],
    right: &[(Uuid, String)],
    matches: &HashMap<Uuid, Uuid>,
) -> String {
    let lines: Vec<String> = left
        .iter()
        .filter_map(|(id, html)| {
            let to = matches.get(id)?;
            let (_, other) = right.iter().find(|(id, _)| id == to)?;
            Some(format!("{html} → {other}"))
        })
        .collect();
    list("ul", lines.iter().map(String::as_str))
}

/// Where the learner goes on: the first topic after the quiz, if it is open.
async fn next(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    found: &Found,
    clock: &Clock,
) -> AppResult<Option<TopicLink>> {
    let outline =
        crate::player::view::outline(conn, user, found.key.course, &found.progress, clock).await?;
    let here = quiz_path(course, found.key.module_no, found.key.pair);
    let (_, next) = crate::player::neighbours(&outline, course, &here);
    Ok(next)
}
