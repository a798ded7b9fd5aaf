//! Draws the paper of a sitting from the question bank.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rand::seq::SliceRandom;

use super::adaptive::{self, Item};
use super::assign_questions::{self, Need, Shortage};
use super::exam_paper::{Paper, PaperQuestion, Section, SittingTerms};
use super::jobs::Calibrate;
use super::record;
use super::sitting::ExamContext;
use super::store::{self, BankItem, SectionRow};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{QuestionId, UserId};
use crate::platform::jobs;
use crate::question_bank::QuestionPayload;
use crate::question_bank::server::freeze::freeze;
use crate::question_bank::server::grade::Frozen;
use crate::question_bank::server::store::{BankQuestion, questions};

/// Returns a new paper for the learner. An adaptive paper starts with only its first question.
pub async fn draw_paper(
    conn: &mut Conn,
    user: UserId,
    found: &ExamContext,
    sections: &[SectionRow],
    now: DateTime<Utc>,
) -> AppResult<Paper> {
    let exam = &found.exam;
    let bank = store::bank(conn, found.course).await?;
    let titles = sections
        .iter()
        .map(|section| Section {
            title: section.title.clone(),
            questions: section.count(),
        })
        .collect();
    let terms = |items| SittingTerms::new(exam, titles, items);
    if exam.config.adaptive.is_some() {
        let (difficulties, is_stale) = store::difficulties(conn, exam.exam_id, now).await?;
        if is_stale {
            let job = Calibrate {
                course: found.course,
                exam: exam.exam_id,
            };
            jobs::enqueue_once(conn, &job, &format!("calibrate-{}", exam.exam_id), now).await?;
        }
        let terms = terms(items(sections, &bank, &difficulties));
        let mut paper = Paper::new(terms, Vec::new());
        append_next(conn, &mut paper, &[]).await?;
        return match paper.questions.is_empty() {
            true => Err(short_of_questions()),
            false => Ok(paper),
        };
    }
    let seen = record::seen(conn, user, exam.exam_id).await?;
    let places = draw_places(sections, &bank, |question| {
        seen.get(&question.0).copied().unwrap_or(0)
    })
    .map_err(|_| short_of_questions())?;
    let mut drawn: Vec<(usize, QuestionId)> = Vec::new();
    for (section, mut places) in places.into_iter().enumerate() {
        match exam.config.shuffle_questions {
            true => places.shuffle(&mut rand::rng()),
            false => places.sort_unstable(),
        }
        drawn.extend(
            places
                .into_iter()
                .map(|place| (section, bank[place].question_id)),
        );
    }
    let ids: Vec<QuestionId> = drawn.iter().map(|&(_, question)| question).collect();
    let mut full: HashMap<QuestionId, BankQuestion> = questions(conn, &ids)
        .await?
        .into_iter()
        .map(|question| (question.question_id, question))
        .collect();
    let asked = drawn
        .into_iter()
        .filter_map(|(section, id)| {
            let question = frozen(full.remove(&id)?, exam.config.shuffle_options);
            Some(PaperQuestion { section, question })
        })
        .collect();
    Ok(Paper::new(terms(Vec::new()), asked))
}

fn short_of_questions() -> AppError {
    AppError::Conflict(
        "The question bank no longer has enough questions for this exam. Please tell your tutor."
            .to_owned(),
    )
}

/// Draws random questions for each section, as bank indexes. Questions that the learner has `seen`
/// least often come first.
pub fn draw_places(
    sections: &[SectionRow],
    bank: &[BankItem],
    seen: impl Fn(QuestionId) -> i64,
) -> Result<Vec<Vec<usize>>, Shortage> {
    let mut order: Vec<usize> = (0..bank.len()).collect();
    order.shuffle(&mut rand::rng());
    order.sort_by_key(|&place| seen(bank[place].question_id));
    let needs: Vec<Need> = sections
        .iter()
        .map(|section| Need {
            count: section.count(),
            candidates: order
                .iter()
                .copied()
                .filter(|&place| section.takes(&bank[place]))
                .collect(),
        })
        .collect();
    assign_questions::draw(&needs, bank.len())
}

/// Assigns each question of an adaptive exam's bank to one of the sections that may take it. First
/// every section gets as many as it asks for. Each remaining question goes to the section with the
/// fewest to choose from, relative to its size.
fn shares(sections: &[SectionRow], bank: &[BankItem]) -> Vec<Option<usize>> {
    let mut shares = vec![None; bank.len()];
    let mut held = vec![0usize; sections.len()];
    // A bank that has become too small still serves, because section counts are maximums here.
    let drawn = draw_places(sections, bank, |_| 0).unwrap_or_default();
    for (section, places) in drawn.into_iter().enumerate() {
        held[section] = places.len();
        for place in places {
            shares[place] = Some(section);
        }
    }
    for (place, share) in shares.iter_mut().enumerate() {
        if share.is_none() {
            let choice = |section: usize| held[section] as f64 / sections[section].count() as f64;
            *share = (0..sections.len())
                .filter(|&section| sections[section].takes(&bank[place]))
                .min_by(|&one, &other| choice(one).total_cmp(&choice(other)));
            if let Some(section) = *share {
                held[section] += 1;
            }
        }
    }
    shares
}

/// Returns the candidate questions of an adaptive exam, with section and difficulty.
fn items(
    sections: &[SectionRow],
    bank: &[BankItem],
    difficulties: &HashMap<QuestionId, f64>,
) -> Vec<Item> {
    bank.iter()
        .zip(shares(sections, bank))
        .filter_map(|(item, section)| {
            let section = section?;
            let by_author = || {
                let author = f64::from(item.difficulty.unwrap_or(0.5));
                crate::question_bank::server::adaptive::difficulty::expected_by_author(author)
            };
            Some(Item {
                question_id: item.question_id,
                section,
                difficulty: difficulties
                    .get(&item.question_id)
                    .copied()
                    .unwrap_or_else(by_author),
            })
        })
        .collect()
}

fn frozen(mut question: BankQuestion, shuffle_options: bool) -> Frozen {
    if let QuestionPayload::Choice { shuffle } = &mut question.payload.payload {
        *shuffle = *shuffle && shuffle_options;
    }
    freeze(question)
}

/// Appends the next question of an adaptive exam. Returns false when the exam has asked enough.
pub async fn append_next(
    conn: &mut Conn,
    paper: &mut Paper,
    given: &[(QuestionId, f64)],
) -> AppResult<bool> {
    let shuffle_options = paper
        .terms
        .adaptive
        .as_ref()
        .is_some_and(|terms| terms.shuffle_options);
    let Some(item) = adaptive::next(&paper.terms, given, &mut rand::rng()) else {
        return Ok(false);
    };
    let question = questions(conn, &[item.question_id])
        .await?
        .pop()
        .ok_or_else(short_of_questions)?;
    paper.questions.push(PaperQuestion {
        section: item.section,
        question: frozen(question, shuffle_options),
    });
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::platform::ids::ExamId;

    /// Builds sections from (module, count); a module of None draws from the whole course.
    fn sections(wanted: &[(Option<i32>, i32)]) -> Vec<SectionRow> {
        wanted
            .iter()
            .zip(0..)
            .map(|(&(module_no, question_count), position)| SectionRow {
                exam_id: ExamId(Uuid::nil()),
                position,
                title: String::new(),
                module_no,
                topic_id: None,
                difficulty_min: None,
                difficulty_max: None,
                question_count,
            })
            .collect()
    }

    fn bank(modules: &[i32]) -> Vec<BankItem> {
        modules
            .iter()
            .zip(0..)
            .map(|(&module_no, n)| BankItem {
                question_id: QuestionId(Uuid::from_u128(n)),
                module_no,
                topic_id: None,
                difficulty: None,
            })
            .collect()
    }

    proptest! {
        /// For any exam that may be published, each section gets as many questions as it asks for.
        /// Each section may take all of its questions.
        #[test]
        fn overlapping_sections_of_an_adaptive_exam_are_filled(
            wanted in proptest::collection::vec((proptest::option::of(1..4i32), 1..5i32), 1..5),
            modules in proptest::collection::vec(1..4i32, 1..30),
        ) {
            let (sections, bank) = (sections(&wanted), bank(&modules));
            let items = items(&sections, &bank, &HashMap::new());
            for item in &items {
                let place = bank.iter().position(|one| one.question_id == item.question_id);
                prop_assert!(sections[item.section].takes(&bank[place.unwrap()]));
            }
            let taken = |item: &&BankItem| sections.iter().any(|section| section.takes(item));
            prop_assert_eq!(items.len(), bank.iter().filter(taken).count(), "nothing is left out");
            if draw_places(&sections, &bank, |_| 0).is_ok() {
                for (number, section) in sections.iter().enumerate() {
                    let held = items.iter().filter(|item| item.section == number).count();
                    prop_assert!(held >= section.count());
                }
            }
        }
    }
}
