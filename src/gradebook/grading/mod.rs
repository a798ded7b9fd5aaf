//! The grade of a course: weights of its parts, columns that tutors fill in by hand, and the page
//! on which learners see their own grade.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{GradeColumnId, UserId};

/// Longest title of a column, in characters.
pub const COLUMN_TITLE: u32 = 80;
/// Most points of a column.
pub const COLUMN_POINTS: i32 = 1_000;
/// Most columns of a course.
pub const COLUMNS_LIMIT: usize = 30;
/// Number of learners on one page of a column.
pub const ENTRIES: i64 = 50;

/// Part of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GradePart {
    Quizzes,
    Exams,
    Work,
    Columns,
}

impl GradePart {
    pub const ALL: [Self; 4] = [Self::Quizzes, Self::Exams, Self::Work, Self::Columns];

    pub fn label(self) -> &'static str {
        match self {
            Self::Quizzes => "Quizzes",
            Self::Exams => "Exams",
            Self::Work => "Work that is handed in",
            Self::Columns => "Columns of your own",
        }
    }

    /// Name of the weight's field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Quizzes => "quiz_weight",
            Self::Exams => "exam_weight",
            Self::Work => "work_weight",
            Self::Columns => "column_weight",
        }
    }
}

/// Rule by which a grade is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeRule {
    /// Weight of each part, in the order of [`GradePart::ALL`]. Only their ratios matter.
    pub weights: [i32; 4],
    /// Lowest results in quizzes that do not count. One result always counts.
    pub drop_lowest: usize,
}

impl GradeRule {
    pub fn weight(&self, part: GradePart) -> i32 {
        let at = GradePart::ALL.iter().position(|other| *other == part);
        at.map_or(0, |at| self.weights[at])
    }

    /// Returns the grade in percent: the weighted mean of the means of the parts. Parts without
    /// a result do not count. None if nothing counts.
    pub fn grade(&self, results: &[(GradePart, i32)]) -> Option<i32> {
        let mut of_parts: BTreeMap<GradePart, Vec<i32>> = BTreeMap::new();
        for (part, percent) in results {
            of_parts.entry(*part).or_default().push(*percent);
        }
        let (mut sum, mut weights) = (0.0, 0.0);
        for (part, mut percents) in of_parts {
            percents.sort_unstable();
            let dropped = match part {
                GradePart::Quizzes => self.drop_lowest.min(percents.len() - 1),
                _ => 0,
            };
            let counted = &percents[dropped..];
            let mean = f64::from(counted.iter().sum::<i32>()) / counted.len() as f64;
            let weight = f64::from(self.weight(part));
            sum += mean * weight;
            weights += weight;
        }
        (weights > 0.0).then(|| (sum / weights).round() as i32)
    }
}

/// Page with the rule and the columns of a course, for tutors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradingPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// None if the course has no grade.
    pub rule: Option<GradeRule>,
    pub columns: Vec<ManualColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualColumn {
    pub column_id: GradeColumnId,
    pub title: String,
    pub max_points: i32,
    /// Number of learners who have points.
    pub filled: i64,
}

/// Page on which a tutor fills in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeColumnPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub column: ManualColumn,
    pub entries: Vec<ManualEntry>,
    /// Number of the page, from 0.
    pub page: u32,
    pub has_more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualEntry {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    /// Points as they are typed, such as "7.5". Empty without points.
    pub points: String,
}

/// A learner's own grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyGradePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub rule: Option<GradeRule>,
    pub grade: Option<i32>,
    /// The grade with the results that the learner supposes. None if they suppose none.
    pub supposed: Option<i32>,
    pub results: Vec<MyResult>,
}

/// A result that counts or can count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyResult {
    /// Name of the field for a supposed result.
    pub key: String,
    pub part: GradePart,
    pub title: String,
    /// True if the title is the course's own text.
    pub is_content: bool,
    /// The result in percent, or the reason why there is none.
    pub shown: String,
    pub percent: Option<i32>,
    /// As the learner typed it.
    pub supposed: String,
}

pub fn grading_path(course: &str) -> String {
    format!("/teach/{course}/grading")
}

pub fn grade_column_path(course: &str, column: GradeColumnId, page: u32) -> String {
    match page {
        0 => format!("/teach/{course}/grading/{column}"),
        page => format!("/teach/{course}/grading/{column}?page={}", page + 1),
    }
}

/// Name of the field with a learner's points. A key that begins with a digit would be read as an
/// index.
pub fn points_field(user: UserId) -> String {
    format!("points[u{user}]")
}

/// Writes points without needless decimals.
pub fn points_words(points: f64) -> String {
    let text = format!("{points:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: GradeRule = GradeRule {
        weights: [30, 50, 20, 0],
        drop_lowest: 1,
    };

    #[test]
    fn parts_count_by_their_weights() {
        use GradePart::{Columns, Exams, Quizzes, Work};
        // Mean of the quizzes without the lowest: 90. (90 · 30 + 60 · 50 + 100 · 20) / 100 = 77.
        let results = [
            (Quizzes, 20),
            (Quizzes, 80),
            (Quizzes, 100),
            (Exams, 60),
            (Work, 100),
        ];
        assert_eq!(RULE.grade(&results), Some(77));
        // (80 · 30 + 60 · 50) / 80 = 67.5: a part without a result does not count.
        assert_eq!(RULE.grade(&[(Quizzes, 80), (Exams, 60)]), Some(68));
        assert_eq!(RULE.grade(&[(Columns, 50)]), None);
        assert_eq!(RULE.grade(&[]), None);
    }

    #[test]
    fn points_are_written_shortly() {
        assert_eq!(points_words(7.5), "7.5");
        assert_eq!(points_words(10.0), "10");
        assert_eq!(points_words(0.25), "0.25");
    }
}
