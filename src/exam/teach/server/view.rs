//! Builds the tutors' pages of exams.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::check;
use super::store::{self, SittingRow};
use crate::exam::server::grade::AnswerSheet;
use crate::exam::server::record;
use crate::exam::server::sitting::{no_exam, no_sitting};
use crate::exam::server::store as exams;
use crate::exam::server::store::{BankItem, Exam, ExamTopicRow, SectionRow};
use crate::exam::server::timeline::{Event, EventKind, TimelineFacts, facts};
use crate::exam::server::view::{days_words, window_words};
use crate::exam::teach::{
    AllowanceLine, ExamFields, ExamForm, ExamOverview, ExamStatus, PoolGroup, SectionFields,
    SheetQuestion, SittingLine, SittingPage, SittingState, TaughtExam, TaughtExams,
};
use crate::exam::{ExamConfig, Review};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExamId, SittingId, TopicId};
use crate::platform::time::Clock;
use crate::question_bank::server::answering::timing::time_words;
use crate::question_bank::server::view::LEARNERS;

pub async fn list(conn: &mut Conn, course: CourseId, clock: &Clock) -> AppResult<TaughtExams> {
    let tallies = store::tallies(conn, course).await?;
    let exams = exams::exams(conn, course).await?;
    let exams = exams
        .into_iter()
        .map(|exam| {
            let tally = tallies.iter().find(|tally| tally.exam_id == exam.exam_id);
            TaughtExam {
                exam_id: exam.exam_id,
                status: status(&exam),
                facts: facts_of(&exam, clock).join(" · "),
                running: tally.map_or(0, |tally| tally.running),
                ended: tally.map_or(0, |tally| tally.ended),
                passed: tally.map_or(0, |tally| tally.passed),
                mean_score: tally.and_then(|tally| tally.mean_score),
                title: exam.title,
            }
        })
        .collect();
    Ok(TaughtExams {
        course_title: crate::course::server::store::title(conn, course).await?,
        exams,
    })
}

fn status(exam: &Exam) -> ExamStatus {
    match (exam.is_retired, exam.is_published) {
        (true, _) => ExamStatus::Retired,
        (false, true) => ExamStatus::Published,
        (false, false) => ExamStatus::Draft,
    }
}

fn facts_of(exam: &Exam, clock: &Clock) -> Vec<String> {
    let kind = match (exam.config.adaptive, exam.config.one_at_a_time) {
        (Some(_), _) => Some("adaptive".to_owned()),
        (None, true) => Some("one question at a time".to_owned()),
        (None, false) => None,
    };
    let attempts = exam.attempts_allowed.map(|allowed| match allowed {
        1 => "1 attempt allowed".to_owned(),
        allowed => format!("{allowed} attempts allowed"),
    });
    [
        Some(time_words(i64::from(exam.duration_seconds))),
        Some(format!("{}% to pass", exam.passing_score_percent)),
        attempts,
        kind,
        window_words(exam, clock),
        days_words(exam),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the form of an exam, or the form of a new exam.
pub async fn form(
    conn: &mut Conn,
    course: CourseId,
    exam: Option<ExamId>,
    has_own_zone: bool,
    clock: &Clock,
) -> AppResult<ExamForm> {
    let topics = exams::topics(conn, course).await?;
    let bank = exams::bank(conn, course).await?;
    let (exam, fields) = match exam {
        None => (None, new_fields(clock)),
        Some(id) => {
            let exam = exams::exam(conn, course, id).await?.ok_or_else(no_exam)?;
            let sections = exams::sections(conn, id).await?;
            let fields = fields(&exam, &sections, clock);
            (Some((id, exam.title)), fields)
        }
    };
    Ok(ExamForm {
        course_title: crate::course::server::store::title(conn, course).await?,
        exam,
        fields,
        sources: sources(&topics),
        pool: pool(&bank),
        has_own_zone,
    })
}

/// Groups the questions by place.
pub fn pool(bank: &[BankItem]) -> Vec<PoolGroup> {
    let mut groups: BTreeMap<(i32, Option<TopicId>), Vec<Option<f32>>> = BTreeMap::new();
    for item in bank {
        let place = (item.module_no, item.topic_id);
        groups.entry(place).or_default().push(item.difficulty);
    }
    groups
        .into_iter()
        .map(|((module_no, topic), difficulties)| PoolGroup {
            module_no,
            topic,
            difficulties,
        })
        .collect()
}

fn new_fields(clock: &Clock) -> ExamFields {
    ExamFields {
        zone: clock.zone.name().to_owned(),
        revision: "0".to_owned(),
        minutes: "60".to_owned(),
        passing_score_percent: "70".to_owned(),
        attempts_allowed: "1".to_owned(),
        shuffle_questions: Some("true".to_owned()),
        shuffle_options: Some("true".to_owned()),
        review: "score".to_owned(),
        min_items: "8".to_owned(),
        max_items: "20".to_owned(),
        standard_error: "0.4".to_owned(),
        ..ExamFields::default()
    }
}

fn fields(exam: &Exam, sections: &[SectionRow], clock: &Clock) -> ExamFields {
    let ExamConfig {
        shuffle_questions,
        shuffle_options,
        one_at_a_time,
        partial_credit,
        review,
        review_after_close,
        adaptive,
        ..
    } = exam.config.clone();
    let on = |is_on: bool| is_on.then(|| "true".to_owned());
    let share = |share: Option<f32>| share.map(|share| share.to_string()).unwrap_or_default();
    let time = |at: Option<DateTime<Utc>>| at.map(|at| clock.field(at)).unwrap_or_default();
    let days = |days: Option<i32>| days.map(|days| days.to_string()).unwrap_or_default();
    let usual = new_fields(clock);
    ExamFields {
        revision: exam.revision.to_string(),
        zone: usual.zone,
        title: exam.title.clone(),
        instructions: exam.instructions.clone(),
        minutes: (exam.duration_seconds / 60).to_string(),
        passing_score_percent: exam.passing_score_percent.to_string(),
        attempts_allowed: exam
            .attempts_allowed
            .map(|allowed| allowed.to_string())
            .unwrap_or_default(),
        opens_at: time(exam.window.opens_at),
        closes_at: time(exam.window.closes_at),
        opens_after: days(exam.days.opens),
        closes_after: days(exam.days.closes),
        shuffle_questions: on(shuffle_questions),
        shuffle_options: on(shuffle_options),
        one_at_a_time: on(one_at_a_time),
        partial_credit: on(partial_credit),
        review: match review {
            Review::Nothing => "nothing",
            Review::Score => "score",
            Review::Answers => "answers",
        }
        .to_owned(),
        review_after_close: on(review_after_close),
        adaptive: on(adaptive.is_some()),
        min_items: adaptive.map_or(usual.min_items, |plan| plan.min_items.to_string()),
        max_items: adaptive.map_or(usual.max_items, |plan| plan.max_items.to_string()),
        standard_error: adaptive
            .map_or(usual.standard_error, |plan| plan.standard_error.to_string()),
        sections: sections
            .iter()
            .map(|section| SectionFields {
                title: section.title.clone(),
                source: match (section.topic_id, section.module_no) {
                    (Some(topic), _) => format!("topic:{topic}"),
                    (None, Some(module)) => format!("module:{module}"),
                    (None, None) => String::new(),
                },
                easiest: share(section.difficulty_min),
                hardest: share(section.difficulty_max),
                count: section.question_count.to_string(),
            })
            .collect(),
    }
}

fn sources(topics: &[ExamTopicRow]) -> Vec<(String, String)> {
    let mut sources = vec![(String::new(), "The whole course".to_owned())];
    let mut module = None;
    for topic in topics {
        if module != Some(topic.module_no) {
            module = Some(topic.module_no);
            let number = topic.module_no;
            sources.push((format!("module:{number}"), format!("Module {number}")));
        }
        let words = format!("{}.{} {}", topic.module_no, topic.topic_number, topic.title);
        sources.push((format!("topic:{}", topic.topic_id), words));
    }
    sources
}

/// Number of sittings on one page.
const PAGE: i64 = 50;

pub async fn overview(
    conn: &mut Conn,
    course: CourseId,
    exam: ExamId,
    page: i64,
    clock: &Clock,
) -> AppResult<ExamOverview> {
    let exam = exams::exam(conn, course, exam).await?.ok_or_else(no_exam)?;
    let sections = exams::sections(conn, exam.exam_id).await?;
    let bank = exams::bank(conn, course).await?;
    let page = page.clamp(0, 10_000);
    let mut sittings = store::sittings(conn, exam.exam_id, None, PAGE + 1, page * PAGE).await?;
    let has_more = sittings.len() as i64 > PAGE;
    sittings.truncate(PAGE as usize);
    let allowances = store::allowances(conn, exam.exam_id).await?;
    let total: i32 = sections.iter().map(|section| section.question_count).sum();
    let mut facts = facts_of(&exam, clock);
    facts.insert(
        0,
        format!("{total} questions in {} sections", sections.len()),
    );
    Ok(ExamOverview {
        course_title: crate::course::server::store::title(conn, course).await?,
        exam_id: exam.exam_id,
        status: status(&exam),
        facts,
        shortage: check::shortage(&sections, &bank),
        sittings: sittings.into_iter().map(|row| line(row, clock)).collect(),
        page,
        has_more,
        allowances: allowances
            .into_iter()
            .map(
                |(name, email, extra_time_percent, extra_attempts)| AllowanceLine {
                    name,
                    email,
                    extra_time_percent,
                    extra_attempts,
                },
            )
            .collect(),
        title: exam.title,
    })
}

fn line(row: SittingRow, clock: &Clock) -> SittingLine {
    SittingLine {
        sitting_id: row.sitting_id,
        name: row.name,
        email: row.email,
        started: (clock.date_time(row.started_at), row.started_at.to_rfc3339()),
        state: match row.score.zip(row.passed) {
            Some((score, passed)) => SittingState::Ended {
                score,
                passed,
                regraded: row.regraded,
                counts: row.counts,
            },
            None => SittingState::Running(clock.time(row.expires_at)),
        },
    }
}

pub async fn sitting(
    conn: &mut Conn,
    course: CourseId,
    exam: ExamId,
    sitting: SittingId,
    clock: &Clock,
) -> AppResult<SittingPage> {
    let exam = exams::exam(conn, course, exam).await?.ok_or_else(no_exam)?;
    let row = store::sittings(conn, exam.exam_id, Some(sitting), 1, 0)
        .await?
        .pop()
        .ok_or_else(no_sitting)?;
    let events = record::events(conn, sitting).await?;
    let end = row.ended_at.unwrap_or(clock.now.min(row.expires_at));
    let sums = facts(&events, end);
    let attempt = record::attempts(conn, exam.exam_id, Some(sitting), None)
        .await?
        .pop();
    let gradings = store::gradings(conn, sitting).await?;
    let mut named = named(&row, &sums, end, clock);
    if let Some(ability) = attempt
        .as_ref()
        .and_then(|attempt| attempt.sheet.outcome().ability)
    {
        named.push((
            "Ability".to_owned(),
            format!(
                "{:.2} ± {:.2} logits",
                ability.estimate, ability.standard_error
            ),
        ));
    }
    if let Some(words) = attempt
        .as_ref()
        .and_then(|attempt| attempt.sheet.missing_words())
    {
        named.push(("Ended early".to_owned(), words));
    }
    Ok(SittingPage {
        course_title: crate::course::server::store::title(conn, course).await?,
        exam_id: exam.exam_id,
        exam_title: exam.title,
        facts: named,
        timeline: timeline(&events, clock),
        questions: attempt
            .map(|attempt| sheet(&attempt.sheet, &sums, clock))
            .unwrap_or_default(),
        gradings: gradings
            .into_iter()
            .map(|(at, score, reason)| {
                let reason = reason.unwrap_or_else(|| "Submitted".to_owned());
                (clock.date_time(at), score, reason)
            })
            .collect(),
        sitting: line(row, clock),
    })
}

fn named(
    row: &SittingRow,
    sums: &TimelineFacts,
    end: DateTime<Utc>,
    clock: &Clock,
) -> Vec<(String, String)> {
    let spell = |(times, time): (usize, TimeDelta)| match times {
        0 => "never".to_owned(),
        1 => format!("once, {}", time_words(time.num_seconds())),
        times => format!("{times} times, {}", time_words(time.num_seconds())),
    };
    let taken = (end - row.started_at).num_seconds().max(0);
    let allowed = (row.expires_at - row.started_at).num_seconds();
    [
        ("Started", clock.date_time(row.started_at)),
        (
            "Time taken",
            format!("{} of {}", time_words(taken), time_words(allowed)),
        ),
        ("Page not in view", spell(sums.away)),
        ("Connection lost", spell(sums.offline)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Describes the events, without repeated "left" and "returned" events.
fn timeline(events: &[Event], clock: &Clock) -> Vec<(String, String)> {
    let mut is_away = false;
    events
        .iter()
        .filter(|event| match event.kind {
            EventKind::Left => !std::mem::replace(&mut is_away, true),
            EventKind::Returned => std::mem::replace(&mut is_away, false),
            _ => true,
        })
        .map(|event| {
            let words = match event.question {
                Some(number) => format!("{} question {}", event.kind.words(), number + 1),
                None => event.kind.words().to_owned(),
            };
            (clock.time_exact(event.at), words)
        })
        .collect()
}

fn sheet(sheet: &AnswerSheet, sums: &TimelineFacts, clock: &Clock) -> Vec<SheetQuestion> {
    sheet
        .questions
        .iter()
        .enumerate()
        .map(|(number, answered)| {
            let seen = sums.seen.get(&number);
            let parts = [
                seen.map(|time| format!("{} on the screen", time_words(time.num_seconds()))),
                answered
                    .answered_at
                    .map(|at| format!("answered at {}", clock.time_exact(at))),
                answered.flagged.then(|| "flagged".to_owned()),
                answered
                    .is_void
                    .then(|| "full points for everyone".to_owned()),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            SheetQuestion {
                question_id: answered.question.question_id.to_string(),
                facts: parts.join(" · "),
                graded: answered.view(None, LEARNERS),
            }
        })
        .collect()
}
