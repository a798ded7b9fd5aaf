//! Simulation exercises: situations that learners work through in writing and check themselves
//! against a rubric, or hand in (`hand_in`). Tutors mark them (`marking`), or other learners do
//! (`peer_review`).

pub mod api;
pub mod hand_in;
pub mod marking;
pub mod pages;
pub mod peer_review;
pub mod rubric;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod write;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::course::{CourseTitle, Level};
use crate::enrollment::{TopicLink, TopicState};
use crate::exercise::hand_in::HandingIn;
use crate::platform::ids::ExerciseId;
use crate::platform::ui::Html;

/// Maximum length of a learner's work, in characters.
pub const WORK_LIMIT: u32 = 50_000;

/// Exercise in the list at the end of its topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseLine {
    pub link: TopicLink,
    pub difficulty: Level,
    pub state: TopicState,
}

/// Page of an exercise, as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExercisePage {
    pub exercise_id: ExerciseId,
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub topic: TopicLink,
    pub title: String,
    pub difficulty: Level,
    pub brief: Html,
    pub work: String,
    /// Lines of the rubric; true if the learner ticked the line.
    pub rubric: Vec<(String, bool)>,
    /// Time at which the exercise was done, for people and as RFC 3339.
    pub done: Option<(String, String)>,
    pub page: SaveToken,
    /// None if learners check their own work.
    pub handing_in: Option<HandingIn>,
}

/// Identifies the page that saves and the version that it changes. Lets the server refuse a save
/// that would overwrite newer work unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveToken {
    /// Random id of this page load.
    pub writer: Uuid,
    /// Revision of the work that the page was loaded with.
    pub revision: i32,
    /// Number of changes made on the page so far. A save with a lower number than the stored one
    /// arrived late.
    pub change: i32,
}

/// Lines of a rubric, all or only the ticked ones, as they are stored in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub version: u32,
    pub lines: Vec<String>,
}

impl Lines {
    pub fn of(lines: Vec<String>) -> Self {
        Self { version: 1, lines }
    }
}

/// Decision about a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveDecision {
    /// The save is accepted and becomes this revision.
    Keep(i32),
    /// The same page has already saved a newer change; the save is ignored.
    Late,
    /// Another page has saved since this one was loaded; the save is refused.
    Stale,
}

/// Decides whether a save is accepted. A page may save if it saved last, or if nobody has saved
/// since it was loaded. Every accepted save is a new revision.
pub fn decide_save(stored: SaveToken, sent: SaveToken) -> SaveDecision {
    match stored.writer == sent.writer {
        true if sent.change < stored.change => SaveDecision::Late,
        true => SaveDecision::Keep(stored.revision + 1),
        false if sent.revision == stored.revision => SaveDecision::Keep(stored.revision + 1),
        false => SaveDecision::Stale,
    }
}

#[cfg(test)]
mod rules {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Pages load and save at random, and saves arrive in any order. A late or refused save
        /// changes nothing. An accepted save comes from the page that saved last, or from one that
        /// saw the stored version.
        #[test]
        fn nothing_is_overwritten_unseen(steps in proptest::collection::vec((0usize..4, 0i32..5, any::<bool>()), 1..60)) {
            let nobody = SaveToken { writer: Uuid::nil(), revision: 0, change: 0 };
            let mut stored = nobody;
            // The second value is the stored version that each page has seen; versions are
            // numbered.
            let (mut version, mut loads) = (0u32, 0u128);
            let mut pages = [(nobody, 0u32); 4];
            for (at, change, load) in steps {
                if load {
                    loads += 1;
                    let writer = Uuid::from_u128(loads);
                    pages[at] = (SaveToken { writer, revision: stored.revision, change: 0 }, version);
                    continue;
                }
                let (page, seen) = pages[at];
                if page.writer.is_nil() {
                    continue;
                }
                let sent = SaveToken { change, ..page };
                match decide_save(stored, sent) {
                    SaveDecision::Keep(revision) => {
                        prop_assert!(seen == version, "it has seen what it replaces");
                        prop_assert!(stored.writer != page.writer || change >= stored.change);
                        stored = SaveToken { revision, ..sent };
                        version += 1;
                        pages[at].1 = version;
                    }
                    SaveDecision::Late => prop_assert!(stored.writer == page.writer && change < stored.change),
                    SaveDecision::Stale => prop_assert!(seen < version),
                }
            }
        }
    }
}
