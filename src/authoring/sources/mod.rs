//! Topics whose text was changed on the site and, since then, in the course's source too: a page
//! that shows both and merges them.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use super::editor::{ChangedLine, ConflictPlace};
use crate::course::CourseTitle;
use crate::platform::ids::TopicId;
use crate::teaching::Area;

/// Said in the editor after a decision.
pub const DECIDED: &str =
    "Decided. The draft has the text that you chose. Publish it when learners should see it.";

/// The page with the texts of the site and of the source.
pub fn source_path(course: &str, topic: &str) -> String {
    format!("{}/topics/{topic}/source", Area::Learners.path(course))
}

/// A topic with the text of the site beside that of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePage {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    /// None if there is nothing to decide.
    pub differing: Option<DifferingText>,
}

/// Two texts of a topic, and what a merge makes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferingText {
    /// Names both texts as they are shown, so that a decision is about these.
    pub seen: String,
    pub imported: String,
    /// True if the text is known from which both changes started.
    pub has_base: bool,
    /// Titles of the site and of the source, if both were changed.
    pub titles: Option<(String, String)>,
    /// Paragraphs that both sides have changed.
    pub places: Vec<ConflictPlace>,
    /// Merged title and text, with both sides where both were changed.
    pub title: String,
    pub text: String,
    /// Changes of the site, and those of the source.
    pub site: Vec<ChangedLine>,
    pub source: Vec<ChangedLine>,
}
