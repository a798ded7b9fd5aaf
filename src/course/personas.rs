//! The personas: how a topic is told, and the kinds of learners that assets have variants for.

use serde::{Deserialize, Serialize};

/// Study persona: how a topic is told. The learner chooses one for each course.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::StudyPersona")
)]
#[serde(rename_all = "lowercase")]
pub enum StudyPersona {
    #[default]
    Normal,
    Sports,
    Cooking,
    Adventure,
}

impl StudyPersona {
    pub const ALL: [Self; 4] = [Self::Normal, Self::Sports, Self::Cooking, Self::Adventure];

    /// Name in forms and file names, and label.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Normal => ("normal", "Plain"),
            Self::Sports => ("sports", "Sports"),
            Self::Cooking => ("cooking", "Cooking"),
            Self::Adventure => ("adventure", "Adventure"),
        }
    }

    pub const fn name(self) -> &'static str {
        self.texts().0
    }

    pub const fn label(self) -> &'static str {
        self.texts().1
    }

    /// Returns the personas that a topic may be written anew for.
    #[cfg(feature = "ssr")]
    pub fn narrations() -> impl Iterator<Item = Self> {
        let is_narration = |persona: &Self| *persona != Self::Normal;
        Self::ALL.into_iter().filter(is_narration)
    }
}

/// Kind of learner that a person was found to be; selects between the variants of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::LearnerPersona")
)]
#[serde(rename_all = "snake_case")]
pub enum LearnerPersona {
    NonItMigrant,
    RoteMemorizer,
    EnglishHesitant,
    LastMinutePanic,
    PseudoCoder,
}

impl LearnerPersona {
    pub const ALL: [Self; 5] = [
        Self::NonItMigrant,
        Self::RoteMemorizer,
        Self::EnglishHesitant,
        Self::LastMinutePanic,
        Self::PseudoCoder,
    ];

    /// Every learner persona with its name.
    #[cfg(feature = "ssr")]
    pub const NAMES: [(&'static str, Self); 5] = [
        (Self::NonItMigrant.name(), Self::NonItMigrant),
        (Self::RoteMemorizer.name(), Self::RoteMemorizer),
        (Self::EnglishHesitant.name(), Self::EnglishHesitant),
        (Self::LastMinutePanic.name(), Self::LastMinutePanic),
        (Self::PseudoCoder.name(), Self::PseudoCoder),
    ];

    /// Name in layouts and in the database, label, and description as in docs/course-format.md.
    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NonItMigrant => (
                "non_it_migrant",
                "From another field",
                "comes from another field",
            ),
            Self::RoteMemorizer => ("rote_memorizer", "Learning by heart", "learns by heart"),
            Self::EnglishHesitant => (
                "english_hesitant",
                "In simpler language",
                "is not at ease in English",
            ),
            Self::LastMinutePanic => (
                "last_minute_panic",
                "In little time",
                "has an exam tomorrow",
            ),
            Self::PseudoCoder => (
                "pseudo_coder",
                "From examples to reasons",
                "copies code without following it",
            ),
        }
    }

    pub const fn name(self) -> &'static str {
        self.texts().0
    }

    pub const fn label(self) -> &'static str {
        self.texts().1
    }

    pub const fn description(self) -> &'static str {
        self.texts().2
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn personas_have_one_name_everywhere() {
        for persona in StudyPersona::ALL {
            assert_eq!(serde_json::json!(persona), persona.name());
        }
        let documentation = include_str!("../../docs/course-format.md");
        for (name, persona) in LearnerPersona::NAMES {
            assert_eq!(serde_json::json!(persona), name);
            let line = format!("| `{name}` | {} |", persona.description());
            assert!(documentation.contains(&line), "{line}");
        }
    }
}
