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
    /// Every learner persona with its name in layouts, which is also its name in the database.
    #[cfg(feature = "ssr")]
    pub const NAMES: [(&'static str, Self); 5] = [
        ("non_it_migrant", Self::NonItMigrant),
        ("rote_memorizer", Self::RoteMemorizer),
        ("english_hesitant", Self::EnglishHesitant),
        ("last_minute_panic", Self::LastMinutePanic),
        ("pseudo_coder", Self::PseudoCoder),
    ];

    /// Description of this kind of learner, as in docs/course-format.md.
    #[cfg(test)]
    const fn description(self) -> &'static str {
        match self {
            Self::NonItMigrant => "comes from another field",
            Self::RoteMemorizer => "learns by heart",
            Self::EnglishHesitant => "is not at ease in English",
            Self::LastMinutePanic => "has an exam tomorrow",
            Self::PseudoCoder => "copies code without following it",
        }
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
