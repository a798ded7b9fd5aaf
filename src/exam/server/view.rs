//! Builds the learners' pages of exams.

use std::collections::HashMap;

use uuid::Uuid;

use super::exam_paper::Paper;
use super::record::{self, SittingResult};
use super::sitting::{self, ExamContext, closed_words, no_sitting};
use super::store::{self, Exam, SectionRow};
use super::time_limit::{self, CannotStart};
use super::timeline::{Event, EventKind};
use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::store as studying;
use crate::exam::{
    ExamLine, ExamList, ExamPage, ExamResult, ExamStanding, ExamState, PastSitting, Review, Room,
    RoomQuestion, StartSheet,
};
use crate::paths::topic_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, TopicId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::question_bank::server::answering::form_hash::basis;
use crate::question_bank::server::answering::shown_part::ShownPart;
use crate::question_bank::server::answering::timing::{self, time_words};
use crate::question_bank::server::grade::Answers;
use crate::question_bank::server::questions_in_use::withhold_asked;
use crate::question_bank::server::view::{YOURS, mark, shown};

/// Returns the exams of a course that the learner may sit or has sat.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    course: String,
    clock: &Clock,
) -> AppResult<ExamList> {
    let studied = studying::studying(conn, user, &course)
        .await?
        .ok_or_else(not_enrolled)?;
    let exams = store::exams(conn, studied.course_id).await?;
    let exams = store::for_learner(conn, user, studied.course_id, exams).await?;
    let sittings = sitting::my_sittings(conn, user, studied.course_id, clock.now).await?;
    let running_until = record::running_until(conn, studied.course_id).await?;
    let excuses = store::excuses(conn, user, studied.course_id).await?;
    let lines = exams
        .into_iter()
        .filter_map(|exam| {
            let mine: Vec<&SittingResult> = sittings
                .iter()
                .filter(|sat| sat.exam_id == exam.exam_id)
                .collect();
            (exam.is_offered() || !mine.is_empty()).then(|| {
                let (review, _) = time_limit::review(
                    &exam.config,
                    exam.window,
                    running_until.get(&exam.exam_id).copied(),
                    clock.now,
                );
                line(&exam, &mine, excuses.contains(&exam.exam_id), review, clock)
            })
        })
        .collect();
    Ok(ExamList {
        course_slug: course,
        course_title: CourseTitle::new(studied.title, studied.language),
        exams: lines,
    })
}

fn line(
    exam: &Exam,
    mine: &[&SittingResult],
    is_excused: bool,
    review: Review,
    clock: &Clock,
) -> ExamLine {
    let best = mine
        .iter()
        .filter(|sat| sat.counts)
        .filter_map(|sat| Some((sat.score?, sat.passed?)))
        .max_by_key(|&(score, passed)| (passed, score));
    let closed = time_limit::closed(exam.window, None, 0, clock.now);
    let standing = match (best, closed) {
        _ if mine.iter().any(|sat| sat.ended_at.is_none()) => ExamStanding::Running,
        _ if is_excused => ExamStanding::Excused,
        (Some((score, passed)), _) if review >= Review::Score => {
            ExamStanding::Scored { score, passed }
        }
        (Some(_), _) => ExamStanding::Taken,
        (None, _) if !exam.is_offered() => ExamStanding::Closed,
        (None, Some(CannotStart::NotYet(_))) => ExamStanding::NotYet,
        (None, Some(_)) => ExamStanding::Closed,
        (None, None) => ExamStanding::Open,
    };
    let time = time_words(i64::from(exam.duration_seconds));
    let facts = match window_words(exam, clock) {
        Some(window) => format!("{time} · {window}"),
        None => time,
    };
    ExamLine {
        exam_id: exam.exam_id,
        title: exam.title.clone(),
        standing,
        facts,
    }
}

/// Describes the window, for example "open from 2 May 2026, 9:00 until 3 May 2026, 12:00
/// (Europe/Berlin)".
pub fn window_words(exam: &Exam, clock: &Clock) -> Option<String> {
    let from = exam.window.opens_at.map(|at| clock.date_time(at));
    let until = exam.window.closes_at.map(|at| clock.date_time(at));
    let words = match (from, until) {
        (Some(from), Some(until)) => format!("open from {from} until {until}"),
        (Some(from), None) => format!("open from {from}"),
        (None, Some(until)) => format!("open until {until}"),
        (None, None) => return None,
    };
    Some(format!("{words} ({})", clock.zone.name()))
}

/// Describes the days after a cohort's start on which the exam opens and closes.
pub fn days_words(exam: &Exam) -> Option<String> {
    let day = |days: i32| match days {
        0 => "on the day on which a cohort starts".to_owned(),
        1 => "1 day after a cohort’s start".to_owned(),
        days => format!("{days} days after a cohort’s start"),
    };
    let opens = exam.days.opens.map(|days| format!("opens {}", day(days)));
    let closes = exam
        .days
        .closes
        .map(|days| format!("closes at the end of the day {}", day(days)));
    let words: Vec<String> = opens.into_iter().chain(closes).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course: String,
    exam: ExamId,
    part: ShownPart,
    clock: &Clock,
) -> AppResult<ExamPage> {
    let found = sitting::find(conn, user, &course, exam, clock.now).await?;
    let running = found.running();
    let newest = found.sittings.first().map(|sat| sat.sitting_id.0);
    let state = match (part.ended(running.is_some(), newest), running) {
        (Some(ended), _) => {
            let sat = (found.sittings.iter()).find(|sat| sat.sitting_id.0 == ended);
            let sat = sat
                .filter(|sat| sat.ended_at.is_some())
                .ok_or_else(no_sitting)?;
            let result = result(conn, user, &course, &found, sat, clock).await?;
            ExamState::Result(Box::new(result))
        }
        (None, Some(running)) => {
            let room = room(conn, user, running, part, clock).await?;
            ExamState::Room(Box::new(room))
        }
        (None, None) => {
            let sections = store::sections(conn, exam).await?;
            ExamState::Start(Box::new(start_sheet(&found, &sections, clock)))
        }
    };
    let (review, _) = found.review(clock.now);
    let history = found
        .sittings
        .iter()
        .filter_map(|sat| past(sat, review, clock))
        .collect();
    Ok(ExamPage {
        course_slug: course,
        course_title: found.course_title,
        exam_id: exam,
        title: found.exam.title,
        is_excused: found.is_excused,
        state,
        history,
    })
}

/// Returns an ended sitting with the result that `review` permits; None while it runs.
pub fn past(sat: &SittingResult, review: Review, clock: &Clock) -> Option<PastSitting> {
    let at = sat.ended_at?;
    Some(PastSitting {
        sitting_id: sat.sitting_id,
        when: (clock.date_time(at), at.to_rfc3339()),
        outcome: sat
            .score
            .zip(sat.passed)
            .filter(|_| review >= Review::Score),
        counts: sat.counts,
    })
}

fn start_sheet(found: &ExamContext, sections: &[SectionRow], clock: &Clock) -> StartSheet {
    let exam = &found.exam;
    let total: usize = sections.iter().map(SectionRow::count).sum();
    let questions = match exam.config.adaptive {
        Some(adaptive) => format!(
            "{} to {} questions",
            adaptive.min_items.min(total),
            adaptive.max_items.min(total)
        ),
        None if total == 1 => "One question".to_owned(),
        None => format!("{total} questions"),
    };
    let sittings = found.sittings_allowed().map(|allowed| {
        let left = (allowed - found.sittings_used()).max(0);
        match (allowed, left) {
            (1, _) => "One sitting".to_owned(),
            (_, 1) => "Your last sitting".to_owned(),
            (_, left) => format!("{left} sittings left"),
        }
    });
    let pass = format!("{}% to pass", exam.passing_score_percent);
    StartSheet {
        instructions: Html(exam.instructions_html.clone()),
        sections: sections
            .iter()
            .filter(|section| !section.title.is_empty())
            .map(|section| (section.title.clone(), section.question_count))
            .collect(),
        terms: [
            Some(questions),
            Some(sitting_time(found, clock)),
            Some(pass),
            sittings,
            window_words(exam, clock),
        ]
        .into_iter()
        .flatten()
        .collect(),
        rules: rule_words(found, clock),
        closed: found
            .closed(clock.now)
            .map(|closed| closed_words(closed, clock)),
    }
}

/// Describes the time limit of a sitting that starts now, shortened by the exam's close.
fn sitting_time(found: &ExamContext, clock: &Clock) -> String {
    let allowed = found.allowed();
    let seconds = allowed.seconds + allowed.extra_seconds;
    let left = timing::seconds_left(time_limit::deadline(clock.now, allowed), clock.now);
    let time = match left < seconds && found.closed(clock.now).is_none() {
        true if left < 60 => format!("{} until the exam closes", time_words(left)),
        // Rounded down to the minute, because time passes while the learner reads.
        true => format!("{} until the exam closes", time_words(left - left % 60)),
        false => time_words(seconds),
    };
    match allowed.extra_seconds {
        0 => time,
        _ => format!("{time}, including your extra time"),
    }
}

fn rule_words(found: &ExamContext, clock: &Clock) -> Vec<String> {
    let exam = &found.exam;
    let mut rules = vec![
        "The clock starts when you start the exam. It keeps running if you close the page or lose the connection.".to_owned(),
        "Your answers are saved as you go, and you can continue on any device. When time is up, your saved answers are submitted.".to_owned(),
    ];
    if exam.config.adaptive.is_some() {
        rules.push("Each question depends on your answers so far, and the exam ends when your ability is known precisely enough. You can't return to earlier questions.".to_owned());
    } else if exam.config.one_at_a_time {
        rules.push(
            "Questions are shown one at a time. You can't return to earlier questions.".to_owned(),
        );
    }
    let (_, later) = found.review(clock.now);
    let when = match later {
        Some(at) => format!("from {}", clock.date_time(at)),
        None => "after you submit".to_owned(),
    };
    rules.push(match exam.config.review {
        Review::Nothing => "Your tutor will tell you the result.".to_owned(),
        Review::Score => format!("You can see your score {when}."),
        Review::Answers => format!("You can see your score and the correct answers {when}."),
    });
    rules
}

async fn room(
    conn: &mut Conn,
    user: UserId,
    running: &SittingResult,
    part: ShownPart,
    clock: &Clock,
) -> AppResult<Room> {
    let sitting = running.sitting_id;
    let head = record::head(conn, user, sitting, 0)
        .await?
        .ok_or_else(no_sitting)?;
    let paper = record::paper(conn, sitting).await?.ok_or_else(no_sitting)?;
    let (answers, _) = record::answers(conn, sitting).await?;
    let count = paper.questions.len();
    let wanted = match head.forward_only {
        true => usize::try_from(head.at_question).ok(),
        false => part.question(),
    };
    let at = wanted.filter(|&at| at < count);
    if let Some(question) = at {
        let looked = Event {
            kind: EventKind::QuestionShown,
            question: Some(question),
            at: clock.now,
        };
        record::note(conn, sitting, &[looked]).await?;
    }
    let of = match &paper.terms.adaptive {
        Some(adaptive) => {
            let sections = paper.terms.sections.iter();
            let most: usize = sections.map(|section| section.questions).sum();
            format!("of at most {}", adaptive.plan.max_items.min(most))
        }
        None => format!("of {count}"),
    };
    let questions = (0..count)
        .filter(|&number| !head.forward_only || at == Some(number))
        .map(|number| room_question(&paper, &answers, number))
        .collect();
    Ok(Room {
        sitting_id: sitting,
        tab: Uuid::new_v4(),
        forward_only: head.forward_only,
        questions,
        at,
        of,
        seconds_left: timing::seconds_left(head.expires_at, clock.now),
        ends: clock.time(head.expires_at),
    })
}

fn room_question(paper: &Paper, answers: &Answers, number: usize) -> RoomQuestion {
    let asked = &paper.questions[number];
    let given = answers.get(&number);
    let section = match paper.terms.sections.as_slice() {
        [_] => None,
        sections => sections.get(asked.section),
    };
    RoomQuestion {
        number,
        section: section
            .map(|section| section.title.clone())
            .unwrap_or_default(),
        shown: shown(&asked.question, given),
        basis: basis(given),
        mark: mark(&asked.question, given),
    }
}

async fn result(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    found: &ExamContext,
    sat: &SittingResult,
    clock: &Clock,
) -> AppResult<ExamResult> {
    let exam = &found.exam;
    let attempt = record::attempts(conn, exam.exam_id, Some(sat.sitting_id), None)
        .await?
        .pop()
        .ok_or_else(|| AppError::internal("an ended sitting has no record"))?;
    let (review, later) = found.review(clock.now);
    let note = match (later, review) {
        (Some(at), _) => Some(format!(
            "Results will be available from {} ({}).",
            clock.date_time(at),
            clock.zone.name()
        )),
        (None, Review::Nothing) => Some("Your tutor will tell you the result.".to_owned()),
        (None, Review::Score) => Some("The answers to this exam are not shown.".to_owned()),
        (None, Review::Answers) => None,
    };
    let questions = match review {
        Review::Answers => {
            let topics = topic_links(conn, found.course, course).await?;
            let answered = attempt.sheet.questions.iter().map(|one| {
                let topic = one.question.topic_id;
                let topic = topic.and_then(|topic| topics.get(&topic).cloned());
                (one.question.question_id, one.view(topic, YOURS))
            });
            let (ids, graded) = answered.unzip();
            withhold_asked(conn, user, found.course, ids, graded, clock.now).await?
        }
        Review::Nothing | Review::Score => Vec::new(),
    };
    Ok(ExamResult {
        outcome: (review >= Review::Score).then_some((attempt.score, attempt.passed)),
        passing_score_percent: attempt.sheet.terms.passing_score_percent,
        ended: clock.date_time(attempt.completed_at),
        note,
        ended_early: attempt
            .sheet
            .missing_words()
            .filter(|_| review >= Review::Score),
        regraded: attempt.regrade_reason.filter(|_| review >= Review::Score),
        questions,
    })
}

/// Returns links to the topics of the course.
async fn topic_links(
    conn: &mut Conn,
    course_id: CourseId,
    course: &str,
) -> AppResult<HashMap<TopicId, TopicLink>> {
    let topics = store::topics(conn, course_id).await?;
    Ok(topics
        .into_iter()
        .map(|topic| {
            let link = TopicLink {
                href: topic_path(course, &topic.slug),
                title: topic.title,
            };
            (topic.topic_id, link)
        })
        .collect())
}
