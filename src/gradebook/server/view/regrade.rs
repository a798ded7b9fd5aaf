//! The page on which a tutor regrades a question: a forecast and earlier decisions.

use sha2::{Digest, Sha256};

use super::GONE;
use crate::gradebook::server::store;
use crate::gradebook::{
    Cell, CellState, ChangeRow, Decision, ForecastView, RegradePage, RulingKind, learner_path,
};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, QuestionId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::question_bank::authoring::server::editing::no_question;
use crate::question_bank::server::apply_key::Ruling;
use crate::question_bank::server::freeze::freeze;
use crate::question_bank::server::store::{BankQuestion, bank_question};
use crate::question_bank::server::view::right;
use crate::quiz::AttemptStatus;
use crate::quiz::server::regrade::store as regrades;
use crate::quiz::server::regrade::store::QuizRegrading;
use crate::quiz::server::regrade::work;

/// Question with the decisions about it and a hash (`mark`) of its key and latest decision.
pub struct SeenForecast {
    pub question: BankQuestion,
    pub decisions: Vec<(QuizRegrading, Option<String>)>,
    pub mark: String,
}

pub async fn seen(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
) -> AppResult<SeenForecast> {
    let found = bank_question(conn, course, question)
        .await?
        .ok_or_else(no_question)?;
    let decisions = regrades::decisions(conn, question).await?;
    let options: Vec<_> = found
        .options
        .iter()
        .map(|option| (option.option_id, option.is_correct))
        .collect();
    let last = decisions.first().map(|(decision, _)| decision.regrading_id);
    let state = serde_json::to_vec(&(&found.payload, options, last))
        .map_err(|error| AppError::internal(&error))?;
    let digest = Sha256::digest(state);
    Ok(SeenForecast {
        question: found,
        decisions,
        mark: digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    })
}

impl RulingKind {
    /// Returns the ruling for the question as it is now.
    pub fn about(self, question: BankQuestion) -> Ruling {
        match self {
            Self::Key => Ruling::Key(freeze(question).kind),
            Self::Everybody => Ruling::Everybody,
        }
    }
}

pub async fn regrade(
    conn: &mut Conn,
    course: CourseId,
    course_slug: String,
    question: QuestionId,
    ruling: Option<RulingKind>,
    clock: &Clock,
) -> AppResult<RegradePage> {
    let course_title = crate::course::server::store::title(conn, course).await?;
    let seen = seen(conn, course, question).await?;
    let prompt = seen.question.prompt_html.clone();
    let right = right(&freeze(seen.question.clone()).kind);
    let forecast = match ruling {
        Some(kind) => {
            let ruling = kind.about(seen.question);
            let forecast = work::forecast(conn, course, question, &ruling).await?;
            Some(forecast_view(conn, &course_slug, kind, forecast, seen.mark).await?)
        }
        None => None,
    };
    Ok(RegradePage {
        course_slug,
        course_title,
        question_id: question,
        prompt: Html(prompt),
        right: Html(right),
        forecast,
        decisions: seen
            .decisions
            .into_iter()
            .map(|(decision, by)| decision_view(decision, by, clock))
            .collect(),
    })
}

async fn forecast_view(
    conn: &mut Conn,
    course: &str,
    ruling: RulingKind,
    forecast: work::Forecast,
    seen: String,
) -> AppResult<ForecastView> {
    let people: Vec<UserId> = forecast.changes.iter().map(|change| change.user).collect();
    let names = store::names(conn, &people).await?;
    let cell = |score, status| Cell {
        score,
        state: match status {
            AttemptStatus::Passed => CellState::Passed,
            _ => CellState::Failed,
        },
    };
    let changes = forecast.changes.into_iter().filter_map(|change| {
        let (name, username) = names.get(&change.user)?;
        let learner = learner_path(course, username);
        Some(ChangeRow {
            name: name.clone(),
            href: format!("{learner}?attempt={}", change.attempt),
            quiz: format!("Quiz {}", change.quiz),
            before: cell(change.before.0, change.before.1),
            after: cell(Some(change.after.0), change.after.1),
        })
    });
    Ok(ForecastView {
        ruling,
        attempts: forecast.attempts,
        running: forecast.running,
        results: forecast.results,
        passes: forecast.passes,
        changes: changes.collect(),
        obstacles: forecast
            .obstacles
            .into_iter()
            .map(|(obstacle, count)| (obstacle.sentence().to_owned(), count))
            .collect(),
        seen,
    })
}

fn decision_view(decision: QuizRegrading, by: Option<String>, clock: &Clock) -> Decision {
    Decision {
        when: clock.date_time(decision.ordered_at),
        by: by.unwrap_or_else(|| GONE.to_owned()),
        ruling: match decision.ruling {
            Ruling::Key(_) => RulingKind::Key,
            Ruling::Everybody => RulingKind::Everybody,
        },
        reason: decision.reason,
        done: decision.attempts_done,
        total: decision.attempts_total,
        changed: decision.results_changed,
        is_finished: decision.finished_at.is_some(),
    }
}
