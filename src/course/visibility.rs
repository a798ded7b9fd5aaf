//! The readers of what learners answer to a cold call.

use serde::{Deserialize, Serialize};

/// The readers of the answers to a cold call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::PromptVisibility")
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The cohort, with names.
    #[default]
    Named,
    /// The cohort without names, and tutors with names.
    AnonymousToPeers,
    TutorsOnly,
}

impl Visibility {
    pub const ALL: [Self; 3] = [Self::Named, Self::AnonymousToPeers, Self::TutorsOnly];

    pub fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::AnonymousToPeers => "anonymous_to_peers",
            Self::TutorsOnly => "tutors_only",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Named => "The cohort, with names",
            Self::AnonymousToPeers => "The cohort, without names",
            Self::TutorsOnly => "Tutors only",
        }
    }

    /// Says who reads the answer, to the person who is about to write it.
    pub fn promise(self) -> &'static str {
        match self {
            Self::Named => {
                "Your cohort and its tutors will read your answer, under your name. You see theirs once you have answered."
            }
            Self::AnonymousToPeers => {
                "Your cohort will read your answer without your name; tutors see who wrote it. You see the others’ answers once you have answered."
            }
            Self::TutorsOnly => "Only tutors will read your answer, under your name.",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.name() == name)
    }
}
