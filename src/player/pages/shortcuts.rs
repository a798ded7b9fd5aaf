//! The keyboard shortcuts of the player: one list for the keys and for their help.

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    Next,
    Previous,
    MarkDone,
    Search,
    Outline,
    ReadMode,
    Help,
}

impl Shortcut {
    /// The key of each shortcut, in the order of the help.
    pub const ALL: [(&'static str, Self); 7] = [
        ("j", Self::Next),
        ("k", Self::Previous),
        ("m", Self::MarkDone),
        ("f", Self::Search),
        ("o", Self::Outline),
        ("r", Self::ReadMode),
        ("?", Self::Help),
    ];

    /// The shortcut of a key as the browser names it. `/` searches too, as on the catalog.
    #[cfg(feature = "hydrate")]
    pub fn of(key: &str) -> Option<Self> {
        let key = if key == "/" { "f" } else { key };
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == key)
            .map(|(_, shortcut)| shortcut)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Next => "Next topic",
            Self::Previous => "Previous topic",
            Self::MarkDone => "Mark as done",
            Self::Search => "Search this course",
            Self::Outline => "Show or hide the outline",
            Self::ReadMode => "Read mode",
            Self::Help => "Show this list",
        }
    }
}
