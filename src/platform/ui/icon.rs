//! Icons on a grid of 16 by 16, drawn with one stroke.

use leptos::prelude::*;

use super::Erase;

/// The drawings that an [`Icon`] can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Search,
    Check,
    ArrowLeft,
    ArrowRight,
    ChevronDown,
    Menu,
    Close,
    User,
    Sun,
    Moon,
    Screen,
    Phone,
    Clock,
    List,
    Book,
    Play,
    Lock,
    Mail,
    Bell,
    More,
    Info,
    Alert,
    Trash,
    Download,
    External,
}

impl Glyph {
    #[cfg(debug_assertions)]
    pub(super) const ALL: [Glyph; 25] = [
        Glyph::Search,
        Glyph::Check,
        Glyph::ArrowLeft,
        Glyph::ArrowRight,
        Glyph::ChevronDown,
        Glyph::Menu,
        Glyph::Close,
        Glyph::User,
        Glyph::Sun,
        Glyph::Moon,
        Glyph::Screen,
        Glyph::Phone,
        Glyph::Clock,
        Glyph::List,
        Glyph::Book,
        Glyph::Play,
        Glyph::Lock,
        Glyph::Mail,
        Glyph::Bell,
        Glyph::More,
        Glyph::Info,
        Glyph::Alert,
        Glyph::Trash,
        Glyph::Download,
        Glyph::External,
    ];

    fn path(self) -> &'static str {
        match self {
            Glyph::Search => "M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0m2.5 7.5-4-4",
            Glyph::Check => "m2.5 8.5 3.5 4 7.5-9",
            Glyph::ArrowLeft => "M13.5 8h-11M7 3.5 2.5 8 7 12.5",
            Glyph::ArrowRight => "M2.5 8h11M9 3.5 13.5 8 9 12.5",
            Glyph::ChevronDown => "m4 6 4 4 4-4",
            Glyph::Menu => "M2 4h12M2 8h12M2 12h12",
            Glyph::Close => "m3.5 3.5 9 9m0-9-9 9",
            Glyph::User => {
                "M11 5a3 3 0 1 1-6 0 3 3 0 0 1 6 0M2.5 14c.5-3 2.6-4.5 5.5-4.5s5 1.5 5.5 4.5"
            }
            Glyph::Sun => {
                "M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0M8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1 1m8 8 1 1M3 13l1-1m8-8 1-1"
            }
            Glyph::Moon => "M13.5 9.5a6 6 0 0 1-7-7 6 6 0 1 0 7 7Z",
            Glyph::Screen => "M2 3h12v8H2zm3.5 11h5",
            Glyph::Phone => "M4.5 1.5h7v13h-7zm3 10.7h1",
            Glyph::Clock => "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.5V8l2.5 1.5",
            Glyph::List => "M5.5 4H14M5.5 8H14m-8.5 4H14M2 4h.01M2 8h.01M2 12h.01",
            Glyph::Book => {
                "M8 4c-1.5-1.2-3.5-1.5-6-1.5v10c2.5 0 4.5.3 6 1.5 1.5-1.2 3.5-1.5 6-1.5v-10c-2.5 0-4.5.3-6 1.5m0 0v10"
            }
            Glyph::Play => "M4.5 2.5v11L13 8Z",
            Glyph::Lock => "M3 7h10v7H3zm2 0V5a3 3 0 0 1 6 0v2",
            Glyph::Mail => "M1.5 3.5h13v9h-13zl6.5 5 6.5-5",
            Glyph::Bell => "M3.5 11.5h9l-1-1.5V7a3.5 3.5 0 0 0-7 0v3zM6.5 14h3",
            Glyph::More => "M3 8h.01M8 8h.01M13 8h.01",
            Glyph::Info => "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 7.5V11m0-6h.01",
            Glyph::Alert => "M8 2 1.5 13.5h13zm0 4.5v3m0 2h.01",
            Glyph::Trash => "M2.5 4h11M6 4V2.5h4V4M4 4l.5 9.5h7L12 4",
            Glyph::Download => "M8 2v8M4.5 7 8 10.5 11.5 7m-9 6.5h11",
            Glyph::External => "M6 3H3v10h10v-3M9 2.5h4.5V7m0-4.5-6 6",
        }
    }

    /// The icon as HTML, for content that the server renders.
    #[cfg(feature = "ssr")]
    pub fn html(self) -> String {
        format!(
            "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"{}\"/></svg>",
            self.path()
        )
    }
}

/// An icon, hidden from screen readers. The control around it needs an accessible name.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
    .erase()
}
