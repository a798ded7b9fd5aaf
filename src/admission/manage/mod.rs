//! Managing offerings and the questions of applications.

pub mod api;
pub mod pages;

use serde::{Deserialize, Serialize};

use super::OfferingFacts;
use crate::course::CourseTitle;
use crate::platform::ids::{AssessmentQuestionId, OfferingId};
use crate::teaching::Area;

/// Longest title of an offering, in characters.
pub const TITLE_CHARACTERS: u32 = 120;
/// Longest description of an offering, in characters.
pub const DESCRIPTION_CHARACTERS: u32 = 5_000;
/// Longest question of an application, in characters.
pub const PROMPT_CHARACTERS: u32 = 500;
/// Most choices of a question.
pub const MOST_OPTIONS: usize = 20;
/// Longest choice of a question, in characters.
pub const OPTION_CHARACTERS: u32 = 200;

pub fn offering_path(course: &str, offering: OfferingId) -> String {
    format!("{}/{offering}", Area::Admissions.path(course))
}

pub fn edit_offering_path(course: &str, offering: OfferingId) -> String {
    format!("{}/edit", offering_path(course, offering))
}

/// Path of the page with the questions of applications.
pub fn questions_path(course: &str) -> String {
    format!("{}/questions", Area::Admissions.path(course))
}

/// List of a course's offerings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferingList {
    pub course_title: CourseTitle,
    /// False for tutors, who only see offerings.
    pub may_manage: bool,
    pub offerings: Vec<OfferingLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferingLine {
    pub facts: OfferingFacts,
    pub is_open: bool,
    pub taken: i64,
    pub capacity: Option<i32>,
    pub waiting: i64,
    pub waitlisted: i64,
}

/// Form of an offering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferingForm {
    pub course_title: CourseTitle,
    /// None for a new one.
    pub offering: Option<(OfferingId, String)>,
    pub fields: OfferingFields,
    /// Cohorts that accepted people can join: value and label.
    pub cohorts: Vec<(String, String)>,
    /// Time zone in which times are entered.
    pub zone: String,
}

/// Fields of an offering as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfferingFields {
    pub program: String,
    pub title: String,
    pub description: String,
    /// Price in whole units, such as "48" or "48.50".
    pub price: String,
    pub currency: String,
    pub starts_on: String,
    pub ends_on: String,
    pub opens_at: String,
    pub closes_at: String,
    pub capacity: String,
    pub needs_review: Option<String>,
    pub offer_hours: String,
    /// Days to pay. Empty leaves them as they are.
    pub pay_days: String,
    /// The enrollment code. Fields that contain the word are taken for secrets.
    pub joins_by: String,
    /// Id of a cohort, or `new`.
    pub cohort: String,
}

/// Page with the questions of applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentPage {
    pub course_title: CourseTitle,
    pub questions: Vec<AssessmentLine>,
    /// Offerings that a question may be for: value and label.
    pub scopes: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentLine {
    pub question_id: AssessmentQuestionId,
    pub prompt: String,
    pub options: Vec<String>,
    pub is_required: bool,
    /// The offerings in which it is asked, such as "Every offering".
    pub scope: String,
}

/// Fields of a question as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssessmentFields {
    pub prompt: String,
    /// One choice in each line; empty for an answer in words.
    pub options: String,
    pub is_required: Option<String>,
    /// Empty for every offering, the name of a program type, or the id of an offering.
    pub scope: String,
}
