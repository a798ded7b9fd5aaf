//! Checks the fields of an exam's form. Errors name the field and say what to correct.

use std::str::FromStr;

use uuid::Uuid;

use crate::exam::server::draw_paper::draw_places;
use crate::exam::server::store::{BankItem, Exam, ExamTopicRow, SectionRow};
use crate::exam::server::time_limit::Window;
use crate::exam::teach::{
    ExamFields, INSTRUCTIONS_CHARACTERS, SECTIONS, SectionFields, TITLE_CHARACTERS,
};
use crate::exam::{Adaptive, ExamConfig, Review};
use crate::platform::error::{AppError, AppResult};
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
    let title = names::tidy(&fields.title);
    if !(1..=TITLE_CHARACTERS as usize).contains(&title.chars().count()) {
        return Err(AppError::field(
            "title",
            format!("Enter a title of 1 to {TITLE_CHARACTERS} characters."),
        ));
    }
    if fields.instructions.chars().count() > INSTRUCTIONS_CHARACTERS as usize {
        return Err(AppError::field(
            "instructions",
            figures::use_at_most(INSTRUCTIONS_CHARACTERS),
        ));
    }
    let minutes = number("minutes", &fields.minutes, 1, 1440)?;
    let sections = sections(exam_id, &fields.sections, topics)?;
    let window = window(fields, clock)?;
    let config = config(fields, &sections, window)?;
    let instructions = fields.instructions.replace("\r\n", "\n");
    let attempts_allowed = match fields.attempts_allowed.trim() {
        "" => None,
        text => Some(number("attempts_allowed", text, 1, 100)?),
    };
    let exam = Exam {
        exam_id,
        title,
        instructions_html: markdown::render(&instructions, &|_: &str, _: TargetKind| None).html,
        instructions,
        duration_seconds: minutes * 60,
        passing_score_percent: number(
            "passing_score_percent",
            &fields.passing_score_percent,
            1,
            100,
        )?,
        attempts_allowed,
        window,
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

fn window(fields: &ExamFields, clock: &Clock) -> AppResult<Window> {
    let time = |field: &str, text: &str| match text.trim() {
        "" => Ok(None),
        text => clock.of_field(text).map(Some).ok_or_else(|| {
            AppError::field(
                field,
                format!("This time does not exist in {}.", clock.zone.name()),
            )
        }),
    };
    let window = Window {
        opens_at: time("opens_at", &fields.opens_at)?,
        closes_at: time("closes_at", &fields.closes_at)?,
    };
    if let (Some(opens_at), Some(closes_at)) = (window.opens_at, window.closes_at)
        && opens_at >= closes_at
    {
        return Err(AppError::field(
            "closes_at",
            "The closing time must be after the opening time.",
        ));
    }
    Ok(window)
}

fn config(fields: &ExamFields, sections: &[SectionRow], window: Window) -> AppResult<ExamConfig> {
    let review = match fields.review.as_str() {
        "nothing" => Review::Nothing,
        "score" => Review::Score,
        "answers" => Review::Answers,
        _ => {
            return Err(AppError::field(
                "review",
                "Choose which results learners see.",
            ));
        }
    };
    let review_after_close = fields.review_after_close.is_some();
    if review_after_close && window.closes_at.is_none() {
        return Err(AppError::field(
            "closes_at",
            "Enter a closing time to show results only after the exam closes.",
        ));
    }
    let adaptive = match &fields.adaptive {
        None => None,
        Some(_) => {
            let total: usize = sections.iter().map(SectionRow::count).sum();
            let max_items = number("max_items", &fields.max_items, 1, total)?;
            Some(Adaptive {
                max_items,
                min_items: number("min_items", &fields.min_items, 1, max_items)?,
                standard_error: number("standard_error", &fields.standard_error, 0.2, 1.0)?,
            })
        }
    };
    Ok(ExamConfig {
        version: 1,
        shuffle_questions: fields.shuffle_questions.is_some(),
        shuffle_options: fields.shuffle_options.is_some(),
        one_at_a_time: fields.one_at_a_time.is_some(),
        partial_credit: fields.partial_credit.is_some(),
        review,
        review_after_close,
        adaptive,
    })
}

fn sections(
    exam_id: ExamId,
    rows: &[SectionFields],
    topics: &[ExamTopicRow],
) -> AppResult<Vec<SectionRow>> {
    let used = rows.iter().filter(|row| !row.count.trim().is_empty());
    let sections = used
        .zip(0..)
        .map(|(row, position)| section(exam_id, row, position, topics))
        .collect::<AppResult<Vec<SectionRow>>>()?;
    match sections.len() {
        1..=SECTIONS => Ok(sections),
        0 => Err(AppError::field(
            "sections",
            "Enter at least one section with a number of questions.",
        )),
        _ => Err(AppError::field(
            "sections",
            format!("Use at most {SECTIONS} sections."),
        )),
    }
}

fn section(
    exam_id: ExamId,
    row: &SectionFields,
    position: i32,
    topics: &[ExamTopicRow],
) -> AppResult<SectionRow> {
    let wrong = |what: &str| {
        let sentence = format!("Section {}: {what}", position + 1);
        AppError::field("sections", sentence)
    };
    let title = names::tidy(&row.title);
    if title.chars().count() > TITLE_CHARACTERS as usize {
        return Err(wrong(&format!(
            "use at most {TITLE_CHARACTERS} characters for the title."
        )));
    }
    let no_source = || wrong("choose a module or topic of this course.");
    let (module_no, topic_id) = match row.source.split_once(':') {
        None if row.source.is_empty() => (None, None),
        Some(("module", number)) => {
            let number = number.parse().map_err(|_| no_source())?;
            let is_there = topics.iter().any(|topic| topic.module_no == number);
            (
                Some(is_there.then_some(number).ok_or_else(no_source)?),
                None,
            )
        }
        Some(("topic", id)) => {
            let id = TopicId(Uuid::parse_str(id).map_err(|_| no_source())?);
            let is_there = topics.iter().any(|topic| topic.topic_id == id);
            (None, Some(is_there.then_some(id).ok_or_else(no_source)?))
        }
        _ => return Err(no_source()),
    };
    let share = |text: &str| match text.trim().replace(',', ".") {
        text if text.is_empty() => Ok(None),
        text => match text.parse::<f32>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Some(share)),
            _ => Err(wrong("enter a difficulty from 0 to 1.")),
        },
    };
    let (difficulty_min, difficulty_max) = (share(&row.easiest)?, share(&row.hardest)?);
    if let (Some(min), Some(max)) = (difficulty_min, difficulty_max)
        && min > max
    {
        return Err(wrong("the minimum difficulty is above the maximum."));
    }
    let question_count = match row.count.trim().parse() {
        Ok(count @ 1..=200) => count,
        _ => return Err(wrong("enter a number of questions from 1 to 200.")),
    };
    Ok(SectionRow {
        exam_id,
        position,
        title,
        module_no,
        topic_id,
        difficulty_min,
        difficulty_max,
        question_count,
    })
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
            Err(AppError::Invalid(mut problems)) => problems.pop(),
            Err(other) => panic!("{other}"),
            Ok((_, sections)) => {
                assert_eq!(sections.len(), 1, "an empty row counts for nothing");
                None
            }
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
            field(|f| f.sections[0].count = String::new()),
            Some(set("sections"))
        );
        assert_eq!(
            problem(|f| f.sections[0].source = "module:7".into()).map(|(_, sentence)| sentence),
            Some(set("Section 1: choose a module or topic of this course."))
        );
        assert_eq!(
            problem(|f| {
                f.sections[0].easiest = "0,8".into();
                f.sections[0].hardest = "0.2".into();
            })
            .map(|(_, sentence)| sentence),
            Some(set(
                "Section 1: the minimum difficulty is above the maximum."
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
}
