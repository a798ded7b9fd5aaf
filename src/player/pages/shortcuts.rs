//! The keyboard shortcuts of the player: one list for the keys and for their help.

#[cfg(feature = "hydrate")]
use crate::platform::ui::SEARCH_KEY;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    Next,
    Previous,
    MarkDone,
    Search,
    Outline,
    ReadMode,
    Tutor,
    Help,
}

impl Shortcut {
    /// Each shortcut with its key and its help, in the order of the help.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Next, "j", "Next topic"),
        (Self::Previous, "k", "Previous topic"),
        (Self::MarkDone, "m", "Mark done and continue"),
        (Self::Search, "f", "Search this course"),
        (Self::Outline, "o", "Show or hide the outline"),
        (Self::ReadMode, "r", "Read mode"),
        (Self::Tutor, "t", "Ask the tutor, also about selected text"),
        (Self::Help, "?", "Show this list"),
    ];

    /// Returns the key as it is printed on keyboards.
    pub fn key(self) -> String {
        let line = Self::ALL.into_iter().find(|(known, ..)| *known == self);
        line.map_or_else(String::new, |(_, key, _)| key.to_uppercase())
    }

    /// Returns the shortcut of a key as the browser names it. The key that searches the catalog
    /// searches here too.
    #[cfg(feature = "hydrate")]
    pub fn of(key: &str) -> Option<Self> {
        if key == SEARCH_KEY {
            return Some(Self::Search);
        }
        Self::ALL
            .into_iter()
            .find(|(_, known, _)| *known == key)
            .map(|(shortcut, ..)| shortcut)
    }
}
