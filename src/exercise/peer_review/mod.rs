//! Reviews of handed-in work by other learners, as an option of an assignment. The mark is the
//! median of the reviews; work without enough of them goes to the tutors after some days.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::exercise::marking::ShownFile;
use crate::exercise::rubric::RubricCriterion;
use crate::platform::ids::PeerReviewId;
use crate::platform::ui::Html;

/// Most reviews that each learner gives.
pub const REVIEWS_LIMIT: i32 = 5;

/// Most days for the reviews.
pub const REVIEW_DAYS_LIMIT: i32 = 60;

/// Maximum length of a review's feedback, in characters.
pub const REVIEW_CHARACTERS: u32 = 10_000;

/// Maximum length of a report about a review, in characters.
pub const REPORT_CHARACTERS: u32 = 2_000;

pub fn review_path(review: PeerReviewId) -> String {
    format!("/peer-review/{review}")
}

/// Part of an exercise's page about reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerPart {
    /// The rules, the works to review and how far the reviews of the own work are.
    pub said: Html,
    /// True if the learner may take another work that lacks reviews.
    pub may_take: bool,
    /// Reviews of the newest version, once its marks are released.
    pub received: Vec<ShownReview>,
}

/// A review, for the author of the work or a tutor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownReview {
    pub review_id: PeerReviewId,
    /// Reviewer, score, points and feedback.
    pub body: Html,
    pub step: PeerReviewStep,
}

/// Action that the reader of a review has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeerReviewStep {
    Nothing,
    /// The author may report it as unfair.
    Report,
    /// A tutor decides whether it counts.
    Settle,
}

/// Page on which a learner reviews a work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerReviewPage {
    pub review_id: PeerReviewId,
    pub course_title: CourseTitle,
    pub exercise: String,
    /// Page of the exercise.
    pub back: String,
    /// Name of the author, or "Work of another learner".
    pub author: String,
    /// Day until which the review is wanted. Empty if it was sent.
    pub until: String,
    pub brief: Html,
    pub text: Html,
    pub links: Vec<String>,
    pub files: Vec<ShownFile>,
    pub criteria: Vec<RubricCriterion>,
    pub points: Vec<Option<i32>>,
    pub feedback: String,
    /// The review as it was sent. Empty before.
    pub sent: Html,
}

/// Returns the median, rounded half up. None without scores.
pub fn median(scores: &[i32]) -> Option<i32> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some((lower + upper + 1) / 2)
}

#[cfg(test)]
mod rules {
    use super::median;
    use proptest::prelude::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[80]), Some(80));
        assert_eq!(median(&[0, 100, 90]), Some(90));
        assert_eq!(median(&[60, 75]), Some(68));
        assert_eq!(median(&[100, 0, 50, 60]), Some(55));
    }

    proptest! {
        /// One review that is far off moves the mark no further than to the next review.
        #[test]
        fn a_single_review_cannot_move_the_median_out_of_the_others(
            others in proptest::collection::vec(0i32..=100, 2..6), one in 0i32..=100
        ) {
            let mut all = others.clone();
            all.push(one);
            let found = median(&all).unwrap();
            prop_assert!(found >= *others.iter().min().unwrap());
            prop_assert!(found <= *others.iter().max().unwrap());
        }
    }
}
