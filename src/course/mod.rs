//! Courses: their parts, and how courses are read from a folder, rendered, searched and stored.
mod personas;
mod price;
#[cfg(feature = "ssr")]
pub mod server;
mod visibility;

pub use personas::{LearnerPersona, StudyPersona};
pub use price::{Price, money};
pub use visibility::Visibility;

use serde::{Deserialize, Serialize};

use crate::platform::ui::{Crumb, Language};

/// Title of a course with the course's language, which is also the language of its other texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CourseTitle {
    pub text: String,
    pub language: Language,
}

impl CourseTitle {
    pub fn new(text: String, language: String) -> Self {
        Self {
            text,
            language: Language::new(language),
        }
    }

    /// The course as a step of the path to a page.
    pub fn crumb(&self, href: impl Into<String>) -> Crumb {
        Crumb::new(self.text.clone(), href).in_language(&self.language)
    }
}

impl std::fmt::Display for CourseTitle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Longest text to search for, in characters.
pub const SEARCH_CHARACTERS: u32 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::CourseLevel")
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
}

impl Level {
    pub fn label(self) -> &'static str {
        match self {
            Self::Beginner => "For beginners",
            Self::Intermediate => "Intermediate",
            Self::Advanced => "Advanced",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::BlockType")
)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    Text,
    Image,
    Video,
    Ppt,
    Code,
    Callout,
}

/// Predominant medium of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::ContentType")
)]
#[serde(rename_all = "lowercase")]
pub enum ContentType {
    Video,
    Text,
    Slides,
    Mixed,
}

/// Returns the minutes that an adult needs to read `words` words of non-fiction, at least one.
/// Assumes 220 words a minute.
pub fn reading_minutes(words: u32) -> i32 {
    i32::try_from(words.div_ceil(220))
        .unwrap_or(i32::MAX)
        .max(1)
}

/// Returns the 1-based section of a topic: topics 1 and 2 are section 1, topics 3 and 4 section 2.
/// An odd last topic is a section of its own.
pub fn section_of(topic_number: i32) -> i32 {
    (topic_number + 1) / 2
}

/// Formats minutes for people: "22 min", "2 h", "1 h 50".
pub fn duration(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn topics_pair_up_in_order() {
        assert_eq!([1, 2, 3, 4, 5].map(section_of), [1, 1, 2, 2, 3]);
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(22), "22 min");
        assert_eq!(duration(110), "1 h 50");
        assert_eq!(duration(120), "2 h");
        assert_eq!(duration(65), "1 h 05");
        assert_eq!(reading_minutes(0), 1);
        assert_eq!(reading_minutes(441), 3);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::QuestionPurpose")
)]
#[serde(rename_all = "snake_case")]
pub enum QuestionPurpose {
    Quiz,
    Exam,
    Both,
}

impl QuestionPurpose {
    pub const ALL: [Self; 3] = [Self::Quiz, Self::Exam, Self::Both];

    pub fn name(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Exam => "exam",
            Self::Both => "both",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Quiz => "Quiz",
            Self::Exam => "Exam",
            Self::Both => "Quiz and exam",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}
