//! Builds the page of a quiz.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::asked::{asked_now, withholding};
use super::attempt::{self, Found, no_attempt};
use super::basis::basis;
use super::grade::{self, Answer, Frozen, FrozenKind, Given};
use super::progress;
use super::regrade::{self, store::Applied};
use super::store::{self, Attempt, Outcome};
use super::timing;
use super::{
    AttemptStatus, Graded, GradedQuestion, PastAttempt, QuizPage, QuizState, RegradeNote, Running,
    Shown, ShownKind, Terms, quiz_path,
};
use crate::certificate::certificate_path;
use crate::course::pair_of;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{AttemptId, TopicId, UserId};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::player::{TopicLink, topic_path};

/// The part of a quiz that the address names.
pub enum Look {
    /// The terms, or the first question of the running attempt.
    Quiz,
    Question(usize),
    /// The overview before handing in.
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
    let found = attempt::find(conn, user, &course, module_no, pair, clock.now).await?;
    let topics = store::topics_of(conn, found.key.course, module_no).await?;
    let link = |(_, slug, title, _): &(TopicId, String, String, i32)| TopicLink {
        href: topic_path(&course, slug),
        title: title.clone(),
    };
    let last = found.attempts.first().map(|outcome| outcome.attempt_id);
    let ended = match (&look, found.running(), last) {
        (Look::Attempt(attempt), ..) => Some(*attempt),
        // The address names a question, but the attempt has ended. The page shows its result.
        (Look::Question(_) | Look::End, None, last) => last,
        _ => None,
    };
    let state = match (ended, found.running()) {
        (Some(attempt), _) => {
            let row = store::attempt(conn, user, attempt)
                .await?
                .filter(|row| row.quiz == found.key && row.status != AttemptStatus::InProgress)
                .ok_or_else(no_attempt)?;
            let abouts = topics.iter().map(|topic| (topic.0, link(topic))).collect();
            let onward = match row.status {
                AttemptStatus::Passed => onward(conn, user, &course, &found, clock).await?,
                _ => Onward::default(),
            };
            let regrades = regrade::store::applied(conn, &[attempt]).await?;
            let asked = asked_now(conn, user, &row, clock.now).await?;
            let mut graded = graded(row, &regrades, &abouts, clock);
            (graded.next, graded.later) = (onward.open, onward.later);
            QuizState::Result(Box::new(withholding(graded, &asked)))
        }
        (None, Some(attempt)) => {
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
        (None, None) => match attempt::closed(&found, clock) {
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
    let quiz = found.progress.quiz(module_no, pair);
    let is_excused = quiz.is_some_and(|quiz| quiz.is_excused);
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
        is_excused,
        state,
        history,
    })
}

/// The history's entry for an attempt. None while the attempt is in progress.
pub fn past(outcome: &Outcome, clock: &Clock) -> Option<PastAttempt> {
    let at = outcome.completed_at?;
    Some(PastAttempt {
        attempt_id: outcome.attempt_id,
        status: outcome.status,
        score: outcome.score?,
        when: (clock.date_time(at), at.to_rfc3339()),
        counts: outcome.counts,
    })
}

fn terms(found: &Found, bank: usize) -> Terms {
    let questions = bank.min(found.settings.questions_per_attempt as usize);
    let quiz = found.progress.quiz(found.key.module_no, found.key.pair);
    let tries = quiz.map_or(0, |quiz| quiz.tries);
    Terms {
        questions,
        passing_score_percent: found.settings.passing_score_percent,
        time: found.settings.seconds_for(questions).map(time_words),
        tries_left: found
            .settings
            .tries_allowed()
            .map(|allowed| allowed - tries),
        is_repeat: tries > 0,
    }
}

/// Formats a duration, such as "2 min 30 s".
pub fn time_words(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

fn running_view(row: &Attempt, at: Option<usize>, now: DateTime<Utc>) -> Running {
    let given = |at: usize| row.answers.get(&at);
    let asked = at.and_then(|at| Some((at, row.set.questions.get(at)?)));
    Running {
        attempt_id: row.attempt_id,
        marks: (0..row.set.questions.len())
            .map(|at| {
                let kind = &row.set.questions[at].kind;
                given(at).map_or((false, false), |given| {
                    let answered = (given.answer.as_ref())
                        .is_some_and(|answer| grade::is_complete(kind, answer));
                    (answered, given.flagged)
                })
            })
            .collect(),
        at: asked.map(|(at, question)| (at, shown(question, given(at)))),
        basis: asked.map_or_else(String::new, |(at, _)| basis(given(at))),
        tab: Uuid::new_v4(),
        seconds_left: row.expires_at.map(|at| timing::seconds_left(at, now)),
    }
}

/// Returns the question and the answer given so far, without the right answer.
pub fn shown(question: &Frozen, given: Option<&Given>) -> Shown {
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
                program: Html(numbered(program_html)),
                compiles,
                prints,
                line,
            }
        }
        FrozenKind::Ordering { items, shown } => {
            let place = |id: &Uuid| match answer {
                Some(Answer::Places(places)) => places.get(id).copied(),
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

/// Puts a column of line numbers beside a program. The column is hidden from screen readers and is
/// not copied with the code.
fn numbered(program_html: &str) -> String {
    let parts = program_html.split_once("<pre").and_then(|(before, rest)| {
        let (pre, after) = rest.split_once("</pre>")?;
        Some((before, pre, after))
    });
    let Some((before, pre, after)) = parts else {
        return program_html.to_owned();
    };
    let code = pre.strip_suffix("</code>").unwrap_or(pre);
    let lines = "<i></i>".repeat(code.trim_end().matches('\n').count() + 1);
    format!(
        "{before}<div class=\"numbered\"><div class=\"lines\" aria-hidden=\"true\">{lines}</div><pre{pre}</pre></div>{after}"
    )
}

/// Builds the result of an attempt, with the right answers as its regrades left them.
pub fn graded(
    row: Attempt,
    regrades: &[Applied],
    topics: &HashMap<TopicId, TopicLink>,
    clock: &Clock,
) -> Graded {
    let questions = row
        .set
        .questions
        .iter()
        .enumerate()
        .map(|(at, question)| {
            let answer = row.answers.get(&at).and_then(|given| given.answer.as_ref());
            let points = row.points.get(at).copied().unwrap_or(0.0);
            let topic = question
                .topic_id
                .and_then(|topic| topics.get(&topic).cloned());
            GradedQuestion {
                right: Html(match regrade::standing(question, at, regrades) {
                    Some(kind) => right(kind),
                    None => r#"<p lang="en" dir="ltr">Everyone gets full points.</p>"#.to_owned(),
                }),
                ..graded_question(question, answer, points, topic)
            }
        })
        .collect();
    Graded {
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

/// Builds the result of one question, with the answer, its points and the right answer.
pub fn graded_question(
    question: &Frozen,
    answer: Option<&Answer>,
    points: f64,
    topic: Option<TopicLink>,
) -> GradedQuestion {
    let prompt = match &question.kind {
        FrozenKind::Tracing { program_html, .. } => {
            format!("{}{}", question.prompt_html, numbered(program_html))
        }
        _ => question.prompt_html.clone(),
    };
    GradedQuestion {
        prompt: Html(prompt),
        points: (points * 100.0).round() as i32,
        answered: Html(answered(&question.kind, answer)),
        right: Html(right(&question.kind)),
        explanation: question.explanation_html.clone().map(Html),
        withheld: None,
        topic,
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
        Some(line) => format!(r#"<p lang="en" dir="ltr">It does not compile: the error is on line {line}.</p>"#),
        None => r#"<p lang="en" dir="ltr">It does not compile.</p>"#.to_owned(),
    }
}

/// The learner's answer as HTML. Empty without an answer.
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
        (FrozenKind::Ordering { items, .. }, Some(Answer::Places(places))) => {
            let mut placed: Vec<(usize, String)> = items
                .iter()
                .filter_map(|(id, html)| {
                    let place = *places.get(id)?;
                    Some((place, format!("{place}. {html}")))
                })
                .collect();
            placed.sort();
            list("ul", placed.iter().map(|(_, line)| line.as_str()))
        }
        (FrozenKind::Matching { left, right, .. }, Some(Answer::Matches(matches))) => {
            matched(left, right, matches)
        }
        _ => String::new(),
    }
}

/// The right answer as HTML.
pub fn right(kind: &FrozenKind) -> String {
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

/// A list of matched items as HTML.
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

/// The step to continue with after a passed quiz.
#[derive(Default)]
struct Onward {
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
    found: &Found,
    clock: &Clock,
) -> AppResult<Onward> {
    let outline =
        crate::player::view::outline(conn, user, found.key.course, &found.progress, clock).await?;
    let here = quiz_path(course, found.key.module_no, found.key.pair);
    let following = crate::player::steps(&outline, course)
        .into_iter()
        .skip_while(|step| step.link.href != here)
        .nth(1);
    Ok(match following {
        Some(step) if step.is_open => Onward {
            open: Some(step.link),
            later: None,
        },
        following => Onward {
            open: found.certificate.as_deref().map(|code| TopicLink {
                href: certificate_path(code),
                title: "your certificate".to_owned(),
            }),
            later: following.and_then(|step| {
                let lock = found.progress.lock(step.module_no, step.pair)?;
                let when = progress::sentence(lock, clock);
                Some(format!("Up next: “{}”. {when}", step.link.title))
            }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_program_has_a_number_beside_it() {
        let program = markdown::render_code("rust", "fn main() {\n\n    f::<u8>();\n}\n");
        let html = numbered(&program);
        assert_eq!(html.matches("<i></i>").count(), 4, "{html}");
        let (lines, code) = html.split_once("<pre").unwrap();
        assert!(lines.contains("aria-hidden=\"true\"") && !code.contains("<i>"));
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
    }
}
