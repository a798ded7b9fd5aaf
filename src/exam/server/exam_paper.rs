//! Papers, frozen when they are drawn, and the terms of their sittings. `grade` turns a paper into
//! an answer sheet.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::adaptive::Item;
use super::store::Exam;
use super::time_limit::TimeAllowed;
use crate::exam::Adaptive;
use crate::platform::ids::QuestionId;
use crate::question_bank::server::answering::timing;
use crate::question_bank::server::grade::{self, Answers, Frozen};

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
        let questions = || self.questions.iter().map(|asked| &asked.question);
        let points = grade::points_of_all(questions(), answers, self.terms.partial_credit);
        let ids = questions().map(|question| question.question_id);
        ids.zip(points).collect()
    }
}
