//! Grades the paper of a sitting that ends: the points of each question, the score, and whether
//! the score passes. Points are given as in quizzes; see `question_bank::server::grade`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::adaptive::{self, Estimate, Item};
use super::exam_paper::{Paper, SittingTerms};
use crate::enrollment::TopicLink;
use crate::platform::ids::QuestionId;
use crate::question_bank::GradedQuestion;
use crate::question_bank::server::grade::{self, Answer, Answers, Frozen};
use crate::question_bank::server::marked_answer::Solution;
use crate::question_bank::server::view::GradedAnswer;

/// Graded paper of an ended sitting; the `answer_sheet` column of an attempt. It holds the
/// questions as they were shown, the answers and the points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSheet {
    pub version: u32,
    pub terms: SittingTerms,
    pub questions: Vec<Answered>,
    /// Questions that an adaptive exam would still have asked when it was ended early. Each counts
    /// as wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    pub section: usize,
    pub question: Frozen,
    pub answer: Option<Answer>,
    pub flagged: bool,
    pub answered_at: Option<DateTime<Utc>>,
    /// Points, from 0 to 1.
    pub points: f64,
    /// True when everybody gets the point for this question, whatever the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_void: bool,
}

impl Answered {
    /// Builds the result of the question. `whose` is the interface's word for the answer.
    pub fn view(&self, topic: Option<TopicLink>, whose: &str) -> GradedQuestion {
        let graded = GradedAnswer {
            question: &self.question,
            answer: self.answer.as_ref(),
            points: self.points,
            solution: match self.is_void {
                true => Solution::Any,
                false => Solution::Key(&self.question.kind),
            },
            whose,
        };
        graded.view(topic)
    }
}

impl Paper {
    /// Ends the paper and returns its graded answer sheet. `saved_at` gives the time at which an
    /// answer was last saved, by question number.
    pub fn hand_in(
        self,
        mut answers: Answers,
        saved_at: impl Fn(usize) -> Option<DateTime<Utc>>,
    ) -> AnswerSheet {
        let questions = self
            .questions
            .into_iter()
            .enumerate()
            .map(|(at, asked)| {
                let given = answers.remove(&at).unwrap_or_default();
                Answered {
                    section: asked.section,
                    question: asked.question,
                    answered_at: given.answer.as_ref().and_then(|_| saved_at(at)),
                    answer: given.answer,
                    flagged: given.flagged,
                    points: 0.0,
                    is_void: false,
                }
            })
            .collect();
        let mut sheet = AnswerSheet {
            version: 1,
            terms: self.terms,
            questions,
            missing: Vec::new(),
        };
        sheet.grade();
        let told = sheet.told();
        sheet.missing = adaptive::missing(&sheet.terms, &told, &mut rand::rng());
        sheet
    }
}

/// Result of an answer sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaperOutcome {
    /// Score in whole percent.
    pub score: i32,
    pub passed: bool,
    pub ability: Option<Estimate>,
}

impl AnswerSheet {
    /// Recalculates the points of every question.
    pub fn grade(&mut self) {
        let partial_credit = self.terms.partial_credit;
        for answered in &mut self.questions {
            answered.points = match answered.is_void {
                true => 1.0,
                false => grade::points(
                    &answered.question.kind,
                    answered.answer.as_ref(),
                    partial_credit,
                ),
            };
        }
    }

    pub fn outcome(&self) -> PaperOutcome {
        let (score, ability) = match &self.terms.adaptive {
            Some(terms) => {
                let mut points = self.told();
                points.extend(self.missing.iter().map(|item| (item.question_id, 0.0)));
                let (score, ability) = adaptive::score(terms, &points);
                (score, Some(ability))
            }
            None => {
                let points: Vec<f64> = self.questions.iter().map(|one| one.points).collect();
                (grade::percent(&points), None)
            }
        };
        PaperOutcome {
            score,
            passed: score >= self.terms.passing_score_percent && !self.lacks_the_least(),
            ability,
        }
    }

    /// Returns the points of each question that says something about the learner. Void questions
    /// do not: everybody gets their point.
    fn told(&self) -> Vec<(QuestionId, f64)> {
        let told = self.questions.iter().filter(|answered| !answered.is_void);
        told.map(|answered| (answered.question.question_id, answered.points))
            .collect()
    }

    /// Returns true if an adaptive exam was ended before `min_items` questions. Nobody passes by
    /// so few.
    fn lacks_the_least(&self) -> bool {
        let least = self.terms.adaptive.as_ref();
        let least = least.map_or(0, |terms| terms.plan.min_items);
        !self.missing.is_empty() && self.questions.len() < least
    }

    /// Explains to learners which unasked questions count as wrong; None if the exam ran to its
    /// end.
    pub fn missing_words(&self) -> Option<String> {
        let rest = match self.missing.len() {
            0 => return None,
            1 => "One question that was not asked counts as incorrect.".to_owned(),
            count => format!("{count} questions that were not asked count as incorrect."),
        };
        Some(match self.lacks_the_least() {
            true => format!(
                "The exam ended before the minimum number of questions, so it can't be passed. {rest}"
            ),
            false => {
                format!("The exam ended before the ability was measured precisely enough. {rest}")
            }
        })
    }
}
