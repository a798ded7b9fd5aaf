//! Simulation exercises: situations to be played through in writing, checked by oneself against a rubric.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::course::{CourseTitle, Level};
use crate::platform::ids::ExerciseId;
use crate::platform::ui::Html;
use crate::player::{TopicLink, TopicState};

/// The most that somebody may write, in characters.
pub const WORK_LIMIT: u32 = 50_000;

/// An exercise at the foot of its topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseLine {
    pub link: TopicLink,
    pub difficulty: Level,
    pub state: TopicState,
}

/// An exercise as one learner sees it.
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
    /// Each line of the rubric, and whether it is ticked.
    pub rubric: Vec<(String, bool)>,
    /// When it was done, in words and exactly.
    pub done: Option<(String, String)>,
    pub page: Writing,
}

/// By what a page says which version it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writing {
    /// The page itself, drawn when it is loaded.
    pub writer: Uuid,
    /// What it was loaded from.
    pub revision: i32,
    /// Counts what was changed on it: an older save that comes late is known by it.
    pub change: i32,
}

/// The lines of a rubric, all or those that are ticked, as they are stored.
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

/// What becomes of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept, as this revision.
    Keep(i32),
    /// What is stored is newer and from the same page: there is nothing to do.
    Late,
    /// Another page has written since this one was loaded.
    Stale,
}

/// A page goes on where it was the last to write, or begins where nobody has written since it was loaded. Every save that
/// is kept is a revision of its own.
pub fn judge(stored: Writing, sent: Writing) -> Verdict {
    match stored.writer == sent.writer {
        true if sent.change < stored.change => Verdict::Late,
        true => Verdict::Keep(stored.revision + 1),
        false if sent.revision == stored.revision => Verdict::Keep(stored.revision + 1),
        false => Verdict::Stale,
    }
}

#[cfg(test)]
mod rules {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Pages are loaded and save at random, their saves arriving in any order: a save that is refused or late
        /// changes nothing, and one that is kept comes from the page that wrote last, or from one that saw what is stored.
        #[test]
        fn nothing_is_overwritten_unseen(steps in proptest::collection::vec((0usize..4, 0i32..5, any::<bool>()), 1..60)) {
            let nobody = Writing { writer: Uuid::nil(), revision: 0, change: 0 };
            let mut stored = nobody;
            // What each page has seen of the stored versions, which are counted.
            let (mut version, mut loads) = (0u32, 0u128);
            let mut pages = [(nobody, 0u32); 4];
            for (at, change, load) in steps {
                if load {
                    loads += 1;
                    let writer = Uuid::from_u128(loads);
                    pages[at] = (Writing { writer, revision: stored.revision, change: 0 }, version);
                    continue;
                }
                let (page, seen) = pages[at];
                if page.writer.is_nil() {
                    continue;
                }
                let sent = Writing { change, ..page };
                match judge(stored, sent) {
                    Verdict::Keep(revision) => {
                        prop_assert!(seen == version, "it has seen what it replaces");
                        prop_assert!(stored.writer != page.writer || change >= stored.change);
                        stored = Writing { revision, ..sent };
                        version += 1;
                        pages[at].1 = version;
                    }
                    Verdict::Late => prop_assert!(stored.writer == page.writer && change < stored.change),
                    Verdict::Stale => prop_assert!(seen < version),
                }
            }
        }
    }
}
