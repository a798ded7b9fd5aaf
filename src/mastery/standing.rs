//! The standing of concepts by their levels, and the kinds of evidence.

use crate::platform::settings::SettingValues;

/// The levels from which a concept counts as mastered, and below which it is a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    pub mastered: u8,
    pub gap: u8,
}

impl Thresholds {
    pub fn of(settings: &SettingValues) -> Self {
        Self {
            mastered: settings.mastered_from,
            gap: settings.gap_below,
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::of(&SettingValues::default())
    }
}

/// The standing of a concept with a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConceptStanding {
    /// There is no evidence.
    Unknown,
    Gap,
    Learning,
    Mastered,
}

impl ConceptStanding {
    pub fn of(level: Option<u8>, thresholds: Thresholds) -> Self {
        match level {
            None => Self::Unknown,
            Some(level) if level >= thresholds.mastered => Self::Mastered,
            Some(level) if level < thresholds.gap => Self::Gap,
            Some(_) => Self::Learning,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Unknown => "No evidence yet",
            Self::Gap => "Gap",
            Self::Learning => "Learning",
            Self::Mastered => "Mastered",
        }
    }

    /// Name of the class in drawings.
    pub fn class(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Gap => "gap",
            Self::Learning => "learning",
            Self::Mastered => "mastered",
        }
    }
}

/// The kind of a graded answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    Quiz,
    Exam,
    Practice,
    Card,
    Narrative,
}

impl SourceType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Exam => "exam",
            Self::Practice => "practice",
            Self::Card => "card",
            Self::Narrative => "narrative",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Quiz => "Quiz",
            Self::Exam => "Exam",
            Self::Practice => "Practice question",
            Self::Card => "Card of the study library",
            Self::Narrative => "Question on a path",
        }
    }

    pub fn parse(name: &str) -> Self {
        match name {
            "quiz" => Self::Quiz,
            "exam" => Self::Exam,
            "card" => Self::Card,
            "narrative" => Self::Narrative,
            _ => Self::Practice,
        }
    }
}

/// Says how many answers a level rests on.
pub fn from_answers(answers: u32) -> String {
    match answers {
        1 => "from 1 answer".to_owned(),
        answers => format!("from {answers} answers"),
    }
}
