//! Papers, frozen when they are drawn, and the answer sheets that they become. Grading is shared
//! with quizzes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::adaptive::{self, Estimate, Item};
use super::store::Exam;
use super::time_limit::TimeAllowed;
use crate::exam::Adaptive;
use crate::platform::ids::QuestionId;
use crate::question_bank::server::grade;
use crate::question_bank::server::grade::{Answer, Answers, Frozen};
use crate::question_bank::server::timing;

/// Paper of a running sitting; the `paper` column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    pub version: u32,
    pub terms: SittingTerms,
    pub questions: Vec<PaperQuestion>,
}

/// Terms of the exam when the sitting started. Later edits of the exam do not change them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SittingTerms {
    pub passing_score_percent: i32,
    pub partial_credit: bool,
    pub forward_only: bool,
    pub sections: Vec<Section>,
    pub adaptive: Option<AdaptiveTerms>,
    /// None in papers drawn before this field existed.
    #[serde(default)]
    pub time: Option<TimeTerms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeTerms {
    /// Time limit in seconds, without the learner's extra time.
    pub seconds: i64,
    pub closes_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub title: String,
    /// Number of questions; the maximum in an adaptive exam.
    pub questions: usize,
}

/// Settings and candidate questions of an adaptive exam, as they were at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveTerms {
    pub plan: Adaptive,
    pub shuffle_options: bool,
    pub bank: Vec<Item>,
}

/// Question of a paper, with the number of its section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaperQuestion {
    pub section: usize,
    pub question: Frozen,
}

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

impl TimeTerms {
    pub fn of(exam: &Exam) -> Self {
        Self {
            seconds: exam.duration_seconds.into(),
            closes_at: exam.window.closes_at,
        }
    }

    pub fn allowed(self, extra_percent: i32) -> TimeAllowed {
        TimeAllowed {
            seconds: self.seconds,
            extra_seconds: timing::with_extra(self.seconds, extra_percent) - self.seconds,
            closes_at: self.closes_at,
        }
    }
}

impl SittingTerms {
    pub fn new(exam: &Exam, sections: Vec<Section>, bank: Vec<Item>) -> Self {
        let config = &exam.config;
        Self {
            passing_score_percent: exam.passing_score_percent,
            time: Some(TimeTerms::of(exam)),
            partial_credit: config.partial_credit,
            forward_only: config.is_forward_only(),
            sections,
            adaptive: config.adaptive.map(|plan| AdaptiveTerms {
                plan,
                shuffle_options: config.shuffle_options,
                bank,
            }),
        }
    }
}

impl Paper {
    pub fn new(terms: SittingTerms, questions: Vec<PaperQuestion>) -> Self {
        Self {
            version: 1,
            terms,
            questions,
        }
    }

    /// Returns the points of each question so far, graded by the given answers.
    pub fn points(&self, answers: &Answers) -> Vec<(QuestionId, f64)> {
        self.questions
            .iter()
            .enumerate()
            .map(|(at, asked)| {
                let answer = answers.get(&at).and_then(|given| given.answer.as_ref());
                let points = grade::points(&asked.question.kind, answer, self.terms.partial_credit);
                (asked.question.question_id, points)
            })
            .collect()
    }

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
