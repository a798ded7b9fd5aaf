//! A learner's own study library: material becomes cards by rules, and each card comes back when it
//! is about to be forgotten. Everything in it is private to its owner.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::paths::STUDY;
use crate::platform::address;
use crate::platform::ids::{CardId, MaterialId};
use crate::platform::ui::{Html, Language};

pub const STUDY_REVIEW: &str = "/study/review";
pub const STUDY_NEW: &str = "/study/new";
pub const STUDY_TRASH: &str = "/study/trash";
pub const STUDY_PROGRESS: &str = "/study/progress";
pub const STUDY_SETTINGS: &str = "/study/settings";

/// Longest title of a material, in characters.
pub const TITLE_CHARACTERS: u32 = 200;

/// Longest name of a subject, in characters.
pub const SUBJECT_CHARACTERS: u32 = 100;

/// Longest text that can be pasted, in characters.
pub const TEXT_CHARACTERS: u32 = 100_000;

/// Longest side of a card, in characters.
pub const SIDE_CHARACTERS: u32 = 2_000;

/// Longest list of tags as it is typed, in characters.
pub const TAGS_CHARACTERS: u32 = 400;

/// Longest comment on a reported card, in characters.
pub const REPORT_CHARACTERS: u32 = 1_000;

/// Longest CSV text that can be pasted, in characters.
pub const CSV_CHARACTERS: u32 = 100_000;

/// Address of a material.
pub fn material_path(material: MaterialId) -> String {
    format!("{STUDY}/materials/{material}")
}

/// Address of a card.
pub fn card_path(card: CardId) -> String {
    format!("{STUDY}/cards/{card}")
}

/// Address of the review of one deck, or of all.
pub fn review_path(deck: Option<MaterialId>) -> String {
    let deck = deck.map(|deck| deck.to_string()).unwrap_or_default();
    address::with_query(STUDY_REVIEW, &[("deck", &deck)])
}

/// The origin of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialSource {
    /// A text that the learner pasted.
    Text,
    /// The topics of a course.
    Course,
    /// Questions of a course that the learner answered wrong.
    Answers,
}

impl MaterialSource {
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Course => "Course",
            Self::Answers => "Wrong answers",
        }
    }

    pub fn parse(name: &str) -> Self {
        match name {
            "course" => Self::Course,
            "answers" => Self::Answers,
            _ => Self::Text,
        }
    }
}

/// The rule that made a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// A sentence with a gap.
    Cloze,
    /// From a term to its definition.
    Term,
    /// From a definition to its term.
    Definition,
    /// All steps of a numbered list.
    Order,
    /// The step that follows another one.
    Step,
    /// The cell of a table.
    Cell,
    /// A question that was answered wrong.
    Answer,
    /// A card that the learner wrote.
    Own,
}

impl CardKind {
    pub const ALL: [Self; 8] = [
        Self::Cloze,
        Self::Term,
        Self::Definition,
        Self::Order,
        Self::Step,
        Self::Cell,
        Self::Answer,
        Self::Own,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cloze => "cloze",
            Self::Term => "term",
            Self::Definition => "definition",
            Self::Order => "order",
            Self::Step => "step",
            Self::Cell => "cell",
            Self::Answer => "answer",
            Self::Own => "own",
        }
    }

    /// The task of the card, which stands above its question.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cloze => "Fill the gap",
            Self::Term => "Explain the term",
            Self::Definition => "Name the term",
            Self::Order => "Name the steps in order",
            Self::Step => "Name the next step",
            Self::Cell => "Recall the value",
            Self::Answer => "Question",
            Self::Own => "Own card",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How well a card was remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grade {
    Again,
    Hard,
    Good,
    Easy,
}

impl Grade {
    pub const ALL: [Self; 4] = [Self::Again, Self::Hard, Self::Good, Self::Easy];

    /// The number of the grade, which is also its key.
    pub fn number(self) -> u8 {
        match self {
            Self::Again => 1,
            Self::Hard => 2,
            Self::Good => 3,
            Self::Easy => 4,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Again => "Again",
            Self::Hard => "Hard",
            Self::Good => "Good",
            Self::Easy => "Easy",
        }
    }

    pub fn parse(number: &str) -> Option<Self> {
        let is_it = |grade: &Self| grade.number().to_string() == number;
        Self::ALL.into_iter().find(is_it)
    }
}

/// How sure the learner is before the answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confidence {
    NotSure,
    FairlySure,
    Sure,
}

impl Confidence {
    pub const ALL: [Self; 3] = [Self::NotSure, Self::FairlySure, Self::Sure];

    pub fn number(self) -> u8 {
        match self {
            Self::NotSure => 1,
            Self::FairlySure => 2,
            Self::Sure => 3,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::NotSure => "Not sure",
            Self::FairlySure => "Fairly sure",
            Self::Sure => "Sure",
        }
    }

    /// The share of right answers, in percent, at which a learner with this confidence is well
    /// calibrated.
    pub fn percent(self) -> u8 {
        match self {
            Self::NotSure => 30,
            Self::FairlySure => 60,
            Self::Sure => 90,
        }
    }

    pub fn parse(number: &str) -> Option<Self> {
        let is_it = |sure: &Self| sure.number().to_string() == number;
        Self::ALL.into_iter().find(is_it)
    }
}

/// Cards that are left for today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    pub new: i64,
    pub learning: i64,
    pub review: i64,
}

impl QueueCounts {
    pub fn all(self) -> i64 {
        self.new + self.learning + self.review
    }
}

/// A number of cards as people say it: "1 card".
pub fn cards(count: i64) -> String {
    match count {
        1 => "1 card".to_owned(),
        count => format!("{count} cards"),
    }
}

/// Filters of the list of material.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StudyQuery {
    pub q: String,
    pub tag: String,
    pub page: u32,
}

impl StudyQuery {
    pub fn path(&self) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.to_string(),
        };
        address::with_query(
            STUDY,
            &[("q", &self.q), ("tag", &self.tag), ("page", &page)],
        )
    }
}

/// The learner's study page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyHome {
    pub counts: QueueCounts,
    /// The plan for a backlog, if there is one.
    pub backlog: Option<BacklogPlan>,
    pub materials: Vec<MaterialLine>,
    pub has_more: bool,
    /// Tags of all material.
    pub tags: Vec<String>,
    /// Courses that can be taken in.
    pub courses: Vec<(String, CourseTitle)>,
    pub in_trash: i64,
}

/// Overdue cards, and the days over which they can be spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogPlan {
    pub overdue: i64,
    /// Days with their numbers of cards.
    pub days: Vec<(String, i64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialLine {
    pub id: MaterialId,
    pub title: String,
    pub language: Language,
    pub source: MaterialSource,
    pub subject: String,
    pub tags: Vec<String>,
    pub cards: i64,
    /// Cards that are due now.
    pub due: i64,
    /// The day on which the material is deleted for good. Empty outside the trash.
    pub gone_on: String,
}

/// Filters of the list of a material's cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardQuery {
    pub q: String,
    pub page: u32,
}

impl CardQuery {
    pub fn path(&self, material: MaterialId) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.to_string(),
        };
        address::with_query(&material_path(material), &[("q", &self.q), ("page", &page)])
    }
}

/// A material with its cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialPage {
    pub line: MaterialLine,
    /// The course of the material, if there is one that the learner still studies.
    pub course: Option<String>,
    pub words: i64,
    pub cards: Vec<CardLine>,
    pub has_more: bool,
    /// The passages in order, as HTML.
    pub passages: Html,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLine {
    pub id: CardId,
    pub kind: CardKind,
    pub front: String,
    pub back: String,
    /// The card's schedule in words, such as "New" or "Due on 3 December 2026".
    pub when: String,
    pub is_reported: bool,
}

/// The passage that a card rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPassage {
    pub heading: String,
    pub text: String,
    pub topic: Option<TopicLink>,
}

/// A card as its owner edits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPage {
    pub material: MaterialId,
    pub material_title: String,
    pub language: Language,
    pub line: CardLine,
    pub tags: String,
    pub passage: Option<CardPassage>,
    /// From 0 to 100, for a card that rules made.
    pub quality: Option<i32>,
    pub reviews: i32,
    pub lapses: i32,
}

/// One side of a card. The HTML is empty for a side that is plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSide {
    pub text: String,
    pub html: Html,
}

/// The step of a review that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewQuery {
    /// Id of a material, or empty for all.
    pub deck: String,
    /// The card whose answer is asked for, and its version.
    pub card: String,
    pub version: String,
    /// Number of the confidence.
    pub sure: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyReviewPage {
    pub deck: Option<(MaterialId, String)>,
    pub counts: QueueCounts,
    pub card: Option<ReviewCard>,
    /// The front of the card that was reviewed last, while the review can be undone.
    pub undo: Option<String>,
    /// Says why there is no card.
    pub nothing: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewCard {
    pub id: CardId,
    /// Grows with each review, so that one review counts once.
    pub version: i32,
    pub kind: CardKind,
    pub language: Language,
    pub material: String,
    pub front: CardSide,
    pub answer: Option<ShownAnswer>,
}

/// The answer of a card, and the grades with the times until the card comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownAnswer {
    pub back: CardSide,
    pub sure: Option<Confidence>,
    pub grades: Vec<(Grade, String)>,
    pub passage: Option<CardPassage>,
}

/// Figures of the learner's reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyProgress {
    /// The last 30 days, oldest first.
    pub days: Vec<StudyDay>,
    /// Cards due on each of the next 30 days, with what is overdue on the first.
    pub forecast: Vec<(String, i64)>,
    /// Right answers of the last 30 days, in percent.
    pub accuracy: Option<i64>,
    /// Right answers of cards with intervals of a day and more, in percent.
    pub retention: Option<i64>,
    pub desired_retention: i64,
    pub streak: u32,
    /// Missed days that the streak forgives.
    pub forgiven: u32,
    pub calibration: Vec<CalibrationLine>,
    /// Cards by state: new, in learning, in review.
    pub new: i64,
    pub learning: i64,
    pub review: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyDay {
    pub day: String,
    pub reviews: i64,
    pub correct: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalibrationLine {
    pub confidence: Confidence,
    pub answers: i64,
    pub correct: i64,
}

/// Settings of the library, as they are typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudySettingsPage {
    /// In percent.
    pub retention: String,
    pub new_per_day: String,
    pub reviews_per_day: String,
    pub from_answers: bool,
}

#[cfg(all(test, feature = "ssr"))]
mod unit_tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kind in CardKind::ALL {
            assert_eq!(CardKind::parse(kind.name()), Some(kind));
        }
        for grade in Grade::ALL {
            assert_eq!(Grade::parse(&grade.number().to_string()), Some(grade));
        }
        for sure in Confidence::ALL {
            assert_eq!(Confidence::parse(&sure.number().to_string()), Some(sure));
        }
        assert_eq!(Grade::parse("5"), None);
    }

    #[test]
    fn addresses_keep_only_filters_that_are_set() {
        assert_eq!(StudyQuery::default().path(), "/study");
        let query = StudyQuery {
            q: "a b".to_owned(),
            page: 2,
            ..StudyQuery::default()
        };
        assert!(query.path().ends_with("&page=2"), "{}", query.path());
        assert_eq!(review_path(None), "/study/review");
    }
}
