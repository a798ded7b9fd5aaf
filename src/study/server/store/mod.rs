//! Queries of the study library. Each takes the owner, and finds and changes only their rows.

pub mod cards;
pub mod figures;
pub mod materials;
pub mod queue;
pub mod reviews;
pub mod settings;

use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::platform::error::AppError;

pub use self::settings::StudyLimits;

/// The sides of a card, as stored. Version 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardContent {
    pub version: u32,
    pub front: String,
    pub back: String,
}

impl CardContent {
    pub fn new(front: &str, back: &str) -> Self {
        Self {
            version: 1,
            front: front.to_owned(),
            back: back.to_owned(),
        }
    }

    pub fn to_json(&self) -> Value {
        serde_json::json!({ "version": self.version, "front": self.front, "back": self.back })
    }

    /// Reads stored content. Content that cannot be read is empty.
    pub fn of(value: Value) -> Self {
        serde_json::from_value(value).unwrap_or_default()
    }
}

pub fn no_material() -> AppError {
    AppError::NotFound("There is no such material in your library.".to_owned())
}

pub fn no_card() -> AppError {
    AppError::NotFound("There is no such card in your library.".to_owned())
}

/// Turns a number of changed rows into whether there was one.
fn is_changed(changed: QueryResult<usize>) -> QueryResult<bool> {
    Ok(changed? > 0)
}
