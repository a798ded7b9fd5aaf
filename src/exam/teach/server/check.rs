//! Checks the fields of an exam's form. Errors name the field and say what to correct.

use std::str::FromStr;

use uuid::Uuid;

use crate::exam::server::draw_paper::draw_places;
use crate::exam::server::store::{BankItem, CohortDays, Exam, ExamTopicRow, SectionRow};
use crate::exam::server::time_limit::Window;
use crate::exam::teach::{
    ExamFields, INSTRUCTIONS_CHARACTERS, SECTIONS, SectionFields, TITLE_CHARACTERS, section_field,
};
use crate::exam::{Adaptive, ExamConfig, Review};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{ExamId, TopicId};
use crate::platform::markdown::{self, TargetKind};
use crate::platform::names;
use crate::platform::time::Clock;

/// Returns the exam and its sections, not yet stored or published.
pub fn read(
    exam_id: ExamId,
    fields: &ExamFields,
    topics: &[ExamTopicRow],
    clock: &Clock,
) -> AppResult<(Exam, Vec<SectionRow>)> {
    let mut problems = FieldProblems::default();
    let title = names::tidy(&fields.title);
    if !(1..=TITLE_CHARACTERS as usize).contains(&title.chars().count()) {
        problems.add(
            "title",
            format!("Enter a title of 1 to {TITLE_CHARACTERS} characters."),
        );
    }
    if fields.instructions.chars().count() > INSTRUCTIONS_CHARACTERS as usize {
        problems.add(
            "instructions",
            figures::use_at_most(INSTRUCTIONS_CHARACTERS),
        );
    }
    let minutes = problems.keep(number("minutes", &fields.minutes, 1, 1440));
    let pass = &fields.passing_score_percent;
    let pass = problems.keep(number("passing_score_percent", pass, 1, 100));
    let attempts_allowed = match fields.attempts_allowed.trim() {
        "" => None,
        text => problems.keep(number("attempts_allowed", text, 1, 100)),
    };
    let window = window(fields, clock, &mut problems);
    let days = days(fields, &mut problems);
    let sections = sections(exam_id, &fields.sections, topics, &mut problems);
    let config = config(fields, &sections, &mut problems);
    let (Some(minutes), Some(pass), Some(config)) = (minutes, pass, config) else {
        return Err(problems.error());
    };
    problems.check()?;
    let instructions = fields.instructions.replace("\r\n", "\n");
    let exam = Exam {
        exam_id,
        title,
        instructions_html: markdown::render(&instructions, &|_: &str, _: TargetKind| None).html,
        instructions,
        duration_seconds: minutes * 60,
        passing_score_percent: pass,
        attempts_allowed,
        window,
        days,
        config,
        is_published: false,
        is_retired: false,
        revision: fields.revision.parse().unwrap_or(0),
    };
    Ok((exam, sections))
}

fn number<N>(field: &str, text: &str, min: N, max: N) -> AppResult<N>
where
    N: FromStr + PartialOrd + std::fmt::Display,
{
    match text.trim().parse::<N>() {
        Ok(number) if number >= min && number <= max => Ok(number),
        _ => Err(AppError::field(
            field,
            format!("Enter a number from {min} to {max}."),
        )),
    }
}

fn window(fields: &ExamFields, clock: &Clock, problems: &mut FieldProblems) -> Window {
    let mut time = |field: &str, text: &str| match text.trim() {
        "" => None,
        text => problems.keep(clock.of_field(text).ok_or_else(|| {
            AppError::field(
                field,
                format!("This time does not exist in {}.", clock.zone.name()),
            )
        })),
    };
    let window = Window {
        opens_at: time("opens_at", &fields.opens_at),
        closes_at: time("closes_at", &fields.closes_at),
    };
    if let (Some(opens_at), Some(closes_at)) = (window.opens_at, window.closes_at)
        && opens_at >= closes_at
    {
        problems.add(
            "closes_at",
            "The closing time must be after the opening time.",
        );
    }
    window
}

/// Most days between a cohort's start and a date that depends on it.
const MOST_DAYS: i32 = 3_650;

fn days(fields: &ExamFields, problems: &mut FieldProblems) -> CohortDays {
    let mut read = |field: &'static str, typed: &str, time: &str| match typed.trim() {
        "" => None,
        _ if !time.trim().is_empty() => {
            problems.add(field, "Enter a time or a number of days, not both.");
            None
        }
        typed => problems.keep(number(field, typed, 0, MOST_DAYS)),
    };
    let days = CohortDays {
        opens: read("opens_after", &fields.opens_after, &fields.opens_at),
        closes: read("closes_after", &fields.closes_after, &fields.closes_at),
    };
    if days
        .opens
        .zip(days.closes)
        .is_some_and(|(opens, closes)| closes < opens)
    {
        problems.add("closes_after", "The exam must not close before it opens.");
    }
    days
}

fn config(
    fields: &ExamFields,
    sections: &[SectionRow],
    problems: &mut FieldProblems,
) -> Option<ExamConfig> {
    let review = match fields.review.as_str() {
        "nothing" => Some(Review::Nothing),
        "score" => Some(Review::Score),
        "answers" => Some(Review::Answers),
        _ => {
            problems.add("review", "Choose which results learners see.");
            None
        }
    };
    let review_after_close = fields.review_after_close.is_some();
    let closes = !fields.closes_at.trim().is_empty() || !fields.closes_after.trim().is_empty();
    if review_after_close && !closes {
        problems.add(
            "closes_at",
            "Enter a closing time to show results only after the exam closes.",
        );
    }
    let adaptive = match &fields.adaptive {
        None => None,
        Some(_) => Some(adaptive(fields, sections, problems)?),
    };
    Some(ExamConfig {
        version: 1,
        shuffle_questions: fields.shuffle_questions.is_some(),
        shuffle_options: fields.shuffle_options.is_some(),
        one_at_a_time: fields.one_at_a_time.is_some(),
        partial_credit: fields.partial_credit.is_some(),
        review: review?,
        review_after_close,
        adaptive,
    })
}

fn adaptive(
    fields: &ExamFields,
    sections: &[SectionRow],
    problems: &mut FieldProblems,
) -> Option<Adaptive> {
    // Without a valid section, any number is accepted, because the sections are refused anyway.
    let most = match sections.iter().map(SectionRow::count).sum::<usize>() {
        0 => SECTIONS * 200,
        total => total,
    };
    let max_items = problems.keep(number("max_items", &fields.max_items, 1, most));
    let min_items = number("min_items", &fields.min_items, 1, max_items.unwrap_or(most));
    let min_items = problems.keep(min_items);
    let standard_error = number("standard_error", &fields.standard_error, 0.2, 1.0);
    let standard_error = problems.keep(standard_error);
    Some(Adaptive {
        max_items: max_items?,
        min_items: min_items?,
        standard_error: standard_error?,
    })
}

/// Returns the sections without errors. Rows without a number of questions are ignored.
fn sections(
    exam_id: ExamId,
    rows: &[SectionFields],
    topics: &[ExamTopicRow],
    problems: &mut FieldProblems,
) -> Vec<SectionRow> {
    let used: Vec<_> = (rows.iter().enumerate())
        .filter(|(_, row)| !row.count.trim().is_empty())
        .collect();
    match used.len() {
        1..=SECTIONS => {}
        0 => problems.add(
            "sections",
            "Enter at least one section with a number of questions.",
        ),
        _ => problems.add("sections", format!("Use at most {SECTIONS} sections.")),
    }
    used.into_iter()
        .zip(0..)
        .filter_map(|((at, row), position)| {
            let place = (exam_id, position);
            section(place, at, row, topics, problems)
        })
        .collect()
}

/// Reads the row at this index of the form. Its errors are at the fields of the row.
fn section(
    (exam_id, position): (ExamId, i32),
    at: usize,
    row: &SectionFields,
    topics: &[ExamTopicRow],
    problems: &mut FieldProblems,
) -> Option<SectionRow> {
    let number = at + 1;
    let mut wrong = |field: &str, sentence: String| {
        problems.add(&section_field(at, field), sentence);
    };
    let title = names::tidy(&row.title);
    let has_title = title.chars().count() <= TITLE_CHARACTERS as usize;
    if !has_title {
        wrong(
            "title",
            format!("Use at most {TITLE_CHARACTERS} characters for the title of section {number}."),
        );
    }
    let source = source(&row.source, topics);
    if source.is_none() {
        wrong(
            "source",
            format!("Choose a module or topic of this course for section {number}."),
        );
    }
    let mut share = |field: &str, text: &str| match text.trim().replace(',', ".") {
        text if text.is_empty() => Some(None),
        text => {
            let share = text.parse::<f32>().ok();
            let share = share.filter(|share| (0.0..=1.0).contains(share));
            if share.is_none() {
                wrong(
                    field,
                    format!("Enter a difficulty from 0 to 1 for section {number}."),
                );
            }
            share.map(Some)
        }
    };
    let min = share("easiest", &row.easiest);
    let max = share("hardest", &row.hardest);
    let is_range = !matches!((min, max), (Some(Some(min)), Some(Some(max))) if min > max);
    if !is_range {
        wrong(
            "easiest",
            format!("The minimum difficulty of section {number} is above its maximum."),
        );
    }
    let count = row.count.trim().parse().ok();
    let count = count.filter(|count| (1..=200).contains(count));
    if count.is_none() {
        wrong(
            "count",
            format!("Enter a number of questions from 1 to 200 for section {number}."),
        );
    }
    let (module_no, topic_id) = source?;
    Some(SectionRow {
        exam_id,
        position,
        title,
        module_no,
        topic_id,
        difficulty_min: min?,
        difficulty_max: max?,
        question_count: count?,
    })
    .filter(|_| has_title && is_range)
}

/// Reads where a section draws from: the whole bank, a module or a topic of the course.
fn source(typed: &str, topics: &[ExamTopicRow]) -> Option<(Option<i32>, Option<TopicId>)> {
    match typed.split_once(':') {
        None if typed.is_empty() => Some((None, None)),
        Some(("module", number)) => {
            let number = number.parse().ok()?;
            let is_there = topics.iter().any(|topic| topic.module_no == number);
            is_there.then_some((Some(number), None))
        }
        Some(("topic", id)) => {
            let id = TopicId(Uuid::parse_str(id).ok()?);
            let is_there = topics.iter().any(|topic| topic.topic_id == id);
            is_there.then_some((None, Some(id)))
        }
        _ => None,
    }
}

/// Explains why the question bank cannot fill the exam; None if it can.
pub fn shortage(sections: &[SectionRow], bank: &[BankItem]) -> Option<String> {
    let short = draw_places(sections, bank, |_| 0).err()?;
    let section = sections.get(short.section)?;
    let named = match section.title.as_str() {
        "" => format!("Section {}", short.section + 1),
        title => format!("Section {} (“{title}”)", short.section + 1),
    };
    let offered = bank.iter().filter(|item| section.takes(item)).count();
    Some(format!(
        "{named} needs {} questions. The bank has {offered} that match, which is {} too few once the other sections are filled. Exams use questions that are marked for use in “Exam” or “Quiz and exam”.",
        section.question_count, short.missing
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exam::teach::available;
    use chrono::DateTime;

    fn sound() -> ExamFields {
        ExamFields {
            title: "Final".to_owned(),
            minutes: "60".to_owned(),
            passing_score_percent: "70".to_owned(),
            review: "score".to_owned(),
            sections: vec![
                SectionFields {
                    count: "2".to_owned(),
                    ..SectionFields::default()
                },
                SectionFields::default(),
            ],
            ..ExamFields::default()
        }
    }

    fn problem(change: impl FnOnce(&mut ExamFields)) -> Option<(String, String)> {
        let mut fields = sound();
        change(&mut fields);
        let clock = Clock {
            zone: chrono_tz::Europe::Berlin,
            now: DateTime::UNIX_EPOCH,
        };
        match read(ExamId(Uuid::nil()), &fields, &[], &clock) {
            Err(AppError::Invalid(problems)) => problems.into_iter().next(),
            Err(other) => panic!("{other}"),
            Ok((_, sections)) => {
                assert_eq!(sections.len(), 1, "an empty row counts for nothing");
                None
            }
        }
    }

    #[test]
    fn the_form_counts_the_questions_that_a_section_may_draw() {
        let topic = |n: u128| TopicId(Uuid::from_u128(n));
        let bank: Vec<BankItem> = [
            (1, Some(1), Some(0.2)),
            (1, Some(1), None),
            (1, Some(2), Some(0.8)),
            (2, None, Some(0.5)),
        ]
        .map(|(module_no, topic_id, difficulty)| BankItem {
            question_id: crate::platform::ids::QuestionId(Uuid::nil()),
            module_no,
            topic_id: topic_id.map(topic),
            difficulty,
        })
        .into();
        let topics = [(1, 1), (1, 2), (2, 3)].map(|(module_no, n)| ExamTopicRow {
            topic_id: topic(n),
            slug: String::new(),
            title: String::new(),
            module_no,
            topic_number: 1,
        });
        let pool = crate::exam::teach::server::view::pool(&bank);
        let one = format!("topic:{}", Uuid::from_u128(1));
        for (source, easiest, hardest, expected) in [
            ("", "", "", 4),
            ("module:1", "", "", 3),
            ("module:2", "", "", 1),
            (one.as_str(), "", "", 2),
            (one.as_str(), "0", "", 1),
            ("", "0,2", "0.8", 3),
            ("", "", "0.5", 2),
            ("", "0.81", "", 0),
        ] {
            let fields = SectionFields {
                source: source.to_owned(),
                easiest: easiest.to_owned(),
                hardest: hardest.to_owned(),
                count: "1".to_owned(),
                ..SectionFields::default()
            };
            let mut problems = FieldProblems::default();
            let row =
                section((ExamId(Uuid::nil()), 0), 0, &fields, &topics, &mut problems).unwrap();
            let drawn = bank.iter().filter(|item| row.takes(item)).count();
            assert_eq!(available(&pool, &fields), expected, "{fields:?}");
            assert_eq!(drawn, expected, "{fields:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let set = |text: &str| text.to_owned();
        assert_eq!(problem(|_| {}), None);
        let field = |change: fn(&mut ExamFields)| problem(change).map(|(field, _)| field);
        assert_eq!(field(|f| f.title = "  ".into()), Some(set("title")));
        assert_eq!(field(|f| f.minutes = "0".into()), Some(set("minutes")));
        assert_eq!(
            field(|f| f.opens_at = "2026-03-29T02:30".into()),
            Some(set("opens_at")),
            "an hour that summer time leaves out"
        );
        assert_eq!(
            field(|f| {
                f.opens_at = "2026-05-02T10:00".into();
                f.closes_at = "2026-05-02T10:00".into();
            }),
            Some(set("closes_at"))
        );
        assert_eq!(
            field(|f| f.review_after_close = Some("true".into())),
            Some(set("closes_at"))
        );
        assert_eq!(field(|f| f.review = "all".into()), Some(set("review")));
        assert_eq!(
            field(|f| {
                f.opens_at = "2026-05-02T10:00".into();
                f.opens_after = "3".into();
            }),
            Some(set("opens_after"))
        );
        assert_eq!(
            field(|f| {
                f.opens_after = "3".into();
                f.closes_after = "2".into();
            }),
            Some(set("closes_after"))
        );
        assert_eq!(
            field(|f| f.closes_after = "-1".into()),
            Some(set("closes_after"))
        );
        assert_eq!(
            problem(|f| {
                f.closes_after = "7".into();
                f.review_after_close = Some("true".into());
            }),
            None
        );
        assert_eq!(
            field(|f| f.sections[0].count = String::new()),
            Some(set("sections"))
        );
        assert_eq!(
            problem(|f| f.sections[0].source = "module:7".into()).map(|(_, sentence)| sentence),
            Some(set(
                "Choose a module or topic of this course for section 1."
            ))
        );
        assert_eq!(
            problem(|f| {
                f.sections[0].easiest = "0,8".into();
                f.sections[0].hardest = "0.2".into();
            })
            .map(|(_, sentence)| sentence),
            Some(set(
                "The minimum difficulty of section 1 is above its maximum."
            ))
        );
        assert_eq!(
            field(|f| {
                f.adaptive = Some("true".into());
                f.max_items = "3".into();
            }),
            Some(set("max_items")),
            "more than the sections have"
        );
    }

    #[test]
    fn all_errors_are_said_at_once() {
        let fields = ExamFields {
            title: String::new(),
            minutes: "soon".to_owned(),
            passing_score_percent: "0".to_owned(),
            attempts_allowed: "-1".to_owned(),
            opens_at: "tomorrow".to_owned(),
            review: "all".to_owned(),
            adaptive: Some("true".to_owned()),
            max_items: "0".to_owned(),
            sections: vec![
                SectionFields::default(),
                SectionFields {
                    source: "module:7".to_owned(),
                    easiest: "2".to_owned(),
                    count: "none".to_owned(),
                    ..SectionFields::default()
                },
            ],
            ..sound()
        };
        let clock = Clock {
            zone: chrono_tz::Europe::Berlin,
            now: DateTime::UNIX_EPOCH,
        };
        let Err(AppError::Invalid(problems)) = read(ExamId(Uuid::nil()), &fields, &[], &clock)
        else {
            panic!("refused");
        };
        let at: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            at,
            [
                "title",
                "minutes",
                "passing_score_percent",
                "attempts_allowed",
                "opens_at",
                "section-1-source",
                "section-1-easiest",
                "section-1-count",
                "review",
                "max_items",
                "min_items",
                "standard_error"
            ]
        );
    }
}
