//! The page of one learner of a course.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::GONE;
use crate::enrollment::TopicLink;
use crate::enrollment::server::gate::Gate;
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::exam::{self, Review};
use crate::exercise::hand_in::server::store as hand_in;
use crate::exercise::marking::server::view::graded_works;
use crate::gradebook::server::actions::no_learner;
use crate::gradebook::server::store::{self, ActionLine, ColumnKey, QuizAttempts};
use crate::gradebook::{
    Cell, CellState, ExamCard, LearnerPage, ModuleCard, OpenedAttempt, PastAction, QuizCard,
};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{AttemptId, CourseId, QuizNumber, UserId};
use crate::platform::time::Clock;
use crate::question_bank::server::view::LEARNERS;
use crate::quiz::server::attempt::no_attempt;
use crate::quiz::server::regrade::store as regrades;
use crate::quiz::server::store::AttemptOutcome;
use crate::quiz::server::view as quiz_view;
use crate::quiz::{AttemptStatus, PastAttempt};

pub async fn learner(
    conn: &mut Conn,
    course: CourseId,
    course_slug: String,
    username: &str,
    opened: Option<AttemptId>,
    clock: &Clock,
) -> AppResult<LearnerPage> {
    let course_title = crate::course::server::store::title(conn, course).await?;
    let learner = store::learner_named(conn, course, username)
        .await?
        .ok_or_else(no_learner)?;
    let user = learner.user_id;
    let opened = match opened {
        Some(attempt) => Some(open(conn, course, user, attempt, clock).await?),
        None => None,
    };
    let progress = progress::load(conn, user, course, clock.now).await?;
    let outline = crate::enrollment::server::access::outline(conn, user, &progress, clock).await?;
    let mut attempts = store::attempts(conn, course, user).await?;
    let cells = store::cells(conn, course, &[user]).await?;
    let last_attempt = attempts.values().filter_map(|of| of.last_at).max();
    let modules: Vec<ModuleCard> = outline
        .into_iter()
        .map(|module| {
            let gate = progress
                .gates
                .iter()
                .find(|gate| gate.number == module.number);
            ModuleCard {
                is_open: gate.is_none_or(|gate| gate.open.is_ok()),
                said: gate.map(|gate| gate_words(gate, clock)).unwrap_or_default(),
                done: (module.done(), module.topics.len()),
                quizzes: quizzes(module.number, &progress, &mut attempts, clock)
                    .into_iter()
                    .chain(retired(module.number, &progress, &attempts, &cells, clock))
                    .collect(),
                number: module.number,
                title: module.title,
            }
        })
        .collect();
    Ok(LearnerPage {
        course_slug,
        course_title,
        user_id: user,
        username: learner.username,
        name: learner.display_name,
        email: learner.email,
        status: learner.status,
        enrolled: clock.date(learner.enrolled_at),
        last_active: learner
            .last_opened_at
            .max(last_attempt)
            .map(|at| clock.ago(at)),
        done: modules.iter().fold((0, 0), |(done, all), module| {
            (done + module.done.0, all + module.done.1)
        }),
        extra_time_percent: learner.extra_time_percent.unwrap_or(0),
        extra_attempts: learner.extra_attempts.unwrap_or(0),
        modules,
        exams: exams(conn, user, course, clock).await?,
        works: graded_works(conn, course, user, clock).await?,
        missing: hand_in::missing(conn, course, user).await?,
        opened,
        record: store::past_actions(conn, course, user)
            .await?
            .into_iter()
            .map(|line| past_action(line, clock))
            .collect(),
    })
}

fn past_action(line: ActionLine, clock: &Clock) -> PastAction {
    let (quiz, exam) = (line.quiz.unwrap_or_default(), line.exam.unwrap_or_default());
    let who = line.by.unwrap_or_else(|| GONE.to_owned());
    PastAction {
        said: match line.action.as_str() {
            "quiz.reset" => format!("Quiz {quiz} reset"),
            "quiz.excused" => format!("Excused from quiz {quiz}"),
            "quiz.excuse_ended" => format!("Excuse from quiz {quiz} ended"),
            "module.unlocked" => "Module unlocked early".to_owned(),
            "exam.reset" => format!("Exam “{exam}” reset"),
            "exam.excused" => format!("Excused from the exam “{exam}”"),
            "exam.excuse_ended" => format!("Excuse from the exam “{exam}” ended"),
            "exam.allowed" => format!("Time and sittings for the exam “{exam}” changed"),
            _ => "Time and attempts changed".to_owned(),
        },
        reason: line.reason,
        by: format!("{who}, {}", clock.date_time(line.occurred_at)),
    }
}

fn gate_words(gate: &Gate, clock: &Clock) -> String {
    match (gate.holds(), gate.open, gate.passed_at) {
        (false, ..) => "Always unlocked".to_owned(),
        (_, Ok(at), Some(passed)) => format!(
            "Unlocked on {}, passed on {}",
            clock.date(at),
            clock.date(passed)
        ),
        (_, Ok(at), None) => format!("Unlocked on {}", clock.date(at)),
        (_, Err(lock), _) => progress::sentence(lock, clock),
    }
}

fn quizzes(
    module_no: i32,
    progress: &Progress,
    attempts: &mut HashMap<QuizNumber, QuizAttempts>,
    clock: &Clock,
) -> Vec<QuizCard> {
    let of_module = progress
        .quizzes
        .iter()
        .filter(|quiz| quiz.number.module_no == module_no);
    of_module
        .map(|quiz| {
            let QuizAttempts { outcomes, last_at } =
                attempts.remove(&quiz.number).unwrap_or_default();
            let counting = || outcomes.iter().filter(|outcome| outcome.counts);
            let is_running = counting().any(|outcome| outcome.status == AttemptStatus::InProgress);
            let state = match (
                quiz.is_excused,
                quiz.is_passed,
                is_running,
                quiz.attempts_used,
            ) {
                (true, ..) => CellState::Excused,
                (_, true, ..) => CellState::Passed,
                (_, _, true, _) => CellState::Running,
                (.., 0) => CellState::NotAttempted,
                _ => CellState::Failed,
            };
            QuizCard {
                number: quiz.number,
                cell: Cell {
                    state,
                    score: counting().filter_map(|outcome| outcome.score).max(),
                },
                attempts_used: quiz.attempts_used,
                is_retired: false,
                attempts: past(&outcomes, clock),
                last: last_at.map(|at| told(at, clock)),
            }
        })
        .collect()
}

/// Returns the learner's cards of retired quizzes of the module.
fn retired(
    module_no: i32,
    progress: &Progress,
    attempts: &HashMap<QuizNumber, QuizAttempts>,
    cells: &HashMap<(UserId, ColumnKey), Cell>,
    clock: &Clock,
) -> Vec<QuizCard> {
    let known: BTreeMap<QuizNumber, Cell> = cells
        .iter()
        .filter_map(|((_, key), cell)| match key {
            ColumnKey::Quiz(number) => Some((*number, *cell)),
            ColumnKey::Exam(_) | ColumnKey::Work(_) | ColumnKey::Manual(_) => None,
        })
        .chain(attempts.keys().map(|key| (*key, Cell::default())))
        .filter(|(quiz, _)| quiz.module_no == module_no && progress.quiz(*quiz).is_none())
        .fold(BTreeMap::new(), |mut known, (quiz, cell)| {
            known.entry(quiz).or_insert(cell);
            known
        });
    let outcomes = |quiz: QuizNumber| {
        let of_quiz = attempts.get(&quiz);
        of_quiz.map(|of| of.outcomes.as_slice()).unwrap_or_default()
    };
    known
        .into_iter()
        .map(|(quiz, cell)| QuizCard {
            number: quiz,
            cell,
            attempts_used: outcomes(quiz)
                .iter()
                .filter(|outcome| outcome.counts)
                .count() as i64,
            is_retired: true,
            attempts: past(outcomes(quiz), clock),
            last: attempts
                .get(&quiz)
                .and_then(|of| of.last_at)
                .map(|at| told(at, clock)),
        })
        .collect()
}

/// Returns a time for people and as RFC 3339.
fn told(at: DateTime<Utc>, clock: &Clock) -> (String, String) {
    (clock.ago(at), at.to_rfc3339())
}

fn past(outcomes: &[AttemptOutcome], clock: &Clock) -> Vec<PastAttempt> {
    outcomes
        .iter()
        .filter_map(|outcome| quiz_view::past(outcome, clock))
        .collect()
}

/// Returns a card for each exam of the course.
async fn exams(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    clock: &Clock,
) -> AppResult<Vec<ExamCard>> {
    let cells: HashMap<_, Cell> = store::exam_results(conn, course, &[user])
        .await?
        .into_iter()
        .collect();
    let sittings = exam::server::record::sittings(conn, user, course).await?;
    let cards = store::exams(conn, course).await?.into_iter();
    Ok(cards
        .map(|(exam_id, title)| {
            let of_exam = || sittings.iter().filter(|sat| sat.exam_id == exam_id);
            ExamCard {
                exam_id,
                title,
                cell: cells
                    .get(&(user, ColumnKey::Exam(exam_id)))
                    .copied()
                    .unwrap_or_default(),
                running: of_exam()
                    .find(|sat| sat.ended_at.is_none())
                    .map(|sat| sat.sitting_id),
                sittings_used: of_exam().filter(|sat| sat.counts).count() as i64,
                last: of_exam()
                    .map(|sat| sat.ended_at.unwrap_or(sat.started_at))
                    .max()
                    .map(|at| told(at, clock)),
                sittings: of_exam()
                    .filter_map(|sat| exam::server::view::past(sat, Review::Score, clock))
                    .collect(),
            }
        })
        .collect())
}

/// Returns an ended attempt of this learner in this course.
async fn open(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    attempt: AttemptId,
    clock: &Clock,
) -> AppResult<OpenedAttempt> {
    let row = crate::quiz::server::store::attempt(conn, user, attempt)
        .await?
        .filter(|row| row.quiz.course == course && row.status != AttemptStatus::InProgress)
        .ok_or_else(no_attempt)?;
    let regrades = regrades::applied(conn, &[attempt]).await?;
    let no_links: HashMap<_, TopicLink> = HashMap::new();
    Ok(OpenedAttempt {
        attempt_id: attempt,
        quiz: format!("Quiz {}", row.quiz.number),
        when: clock.date_time(row.completed_at.unwrap_or(row.started_at)),
        graded: quiz_view::graded(row, &regrades, &no_links, LEARNERS, clock),
    })
}
