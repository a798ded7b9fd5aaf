//! Questions: their types and what each type stores.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::QuestionType")
)]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    SingleChoice,
    MultipleChoice,
    ShortAnswer,
    Tracing,
    Ordering,
    Matching,
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

/// What a question needs beside its prompt and options; the `payload` column, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionPayload {
    Choice {
        shuffle: bool,
    },
    ShortAnswer {
        /// The first is the one shown as the answer.
        accepted: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<f64>,
    },
    Tracing {
        language: String,
        program: String,
        /// What it prints; absent where it does not compile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prints: Option<String>,
        /// 1-based line at which it fails to compile, where the author says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails_at_line: Option<u32>,
    },
    /// In the right order.
    Ordering {
        items: Vec<String>,
    },
    Matching {
        pairs: Vec<(String, String)>,
    },
}

/// The payload with its version, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPayload {
    pub version: u32,
    #[serde(flatten)]
    pub payload: QuestionPayload,
}
