//! The color theme: light, dark or the system's. A cookie stores the choice.
//!
//! The server writes the choice to `<html>`, so that the first paint is right. The browser reads it
//! from there, so that both render the same.

use leptos::{ev::MouseEvent, prelude::*, web_sys::js_sys::Reflect};
use leptos_router::hooks::use_location;

use super::{Erase, Glyph, Icon};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    Light,
    Dark,
    #[default]
    System,
}

impl Theme {
    pub const COOKIE: &'static str = "theme";

    /// Parses the value of the cookie, the form field or the attribute. Unknown values mean the
    /// system's theme.
    pub fn parse(name: &str) -> Self {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::System => "system",
        }
    }

    /// The value of `data-theme` on `<html>`. None for the system's theme, which needs no
    /// attribute.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Theme::System).then_some(self.name())
    }

    /// The cookie that stores the theme for a year, or deletes it for the system's theme. `secure`
    /// is false only over plain HTTP.
    pub fn cookie(self, secure: bool) -> String {
        let age = if self == Theme::System {
            "0"
        } else {
            "31536000"
        };
        let secure = if secure { "; Secure" } else { "" };
        format!(
            "{}={}; Path=/; Max-Age={age}; SameSite=Lax{secure}",
            Self::COOKIE,
            self.name()
        )
    }
}

/// The current theme, shared by all toggles of a page.
#[derive(Clone, Copy)]
struct Current(RwSignal<Theme>);

/// Provides the theme. Called once by the app. On the server, `requested` comes from the cookie;
/// the browser ignores it.
pub fn provide_theme(requested: Theme) {
    provide_context(Current(RwSignal::new(rendered(requested))));
}

/// The theme of the document. On the server, that is the requested one.
fn rendered(requested: Theme) -> Theme {
    if cfg!(feature = "ssr") {
        return requested;
    }
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("data-theme"))
        .map_or(Theme::System, |name| Theme::parse(&name))
}

/// A form of three buttons. Without JavaScript, they post to `/preferences/theme` and return to
/// this page.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let Current(current) =
        use_context().unwrap_or_else(|| Current(RwSignal::new(rendered(Theme::System))));
    let location = use_location();
    let next = move || address(&location.pathname.get(), &location.search.get());
    view! {
        <form class="theme" method="post" action="/preferences/theme" aria-label="Theme">
            <input type="hidden" name="next" value=next />
            {choice(current, Theme::Light, Glyph::Sun, "Light theme")}
            {choice(current, Theme::Dark, Glyph::Moon, "Dark theme")}
            {choice(current, Theme::System, Glyph::Screen, "System theme")}
        </form>
    }
    .erase()
}

fn choice(current: RwSignal<Theme>, theme: Theme, glyph: Glyph, label: &'static str) -> AnyView {
    let choose = move |event: MouseEvent| {
        event.prevent_default();
        current.set(theme);
        apply(theme);
    };
    view! {
        <button
            name="theme"
            value=theme.name()
            title=label
            aria-label=label
            aria-pressed=move || if current.get() == theme { "true" } else { "false" }
            on:click=choose
        >
            <Icon glyph=glyph />
        </button>
    }
    .erase()
}

/// The address to return to: the present path and query.
fn address(path: &str, query: &str) -> String {
    let query = query.trim_start_matches('?');
    if query.is_empty() {
        path.into()
    } else {
        format!("{path}?{query}")
    }
}

/// Changes the document's theme at once and stores it in the cookie.
fn apply(theme: Theme) {
    let document = document();
    if let Some(root) = document.document_element() {
        // Neither call fails for a valid attribute name.
        let _ = match theme.attribute() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
    let secure = window()
        .location()
        .protocol()
        .is_ok_and(|protocol| protocol == "https:");
    // Only HTML documents have the property `cookie`. Its type would need another feature of
    // web-sys.
    let _ = Reflect::set(&document, &"cookie".into(), &theme.cookie(secure).into());
}

#[cfg(test)]
mod tests {
    use super::{Theme, address};

    #[test]
    fn names_survive_the_round_trip_and_the_unknown_is_the_systems() {
        for theme in [Theme::Light, Theme::Dark, Theme::System] {
            assert_eq!(Theme::parse(theme.name()), theme);
        }
        assert_eq!(Theme::parse("\"><script>"), Theme::System);
    }

    #[test]
    fn the_way_back_keeps_the_query() {
        assert_eq!(address("/courses", ""), "/courses");
        assert_eq!(address("/courses", "q=rust"), "/courses?q=rust");
        assert_eq!(address("/courses", "?q=rust"), "/courses?q=rust");
    }

    #[test]
    fn following_the_system_forgets_the_cookie() {
        assert_eq!(
            Theme::System.cookie(false),
            "theme=system; Path=/; Max-Age=0; SameSite=Lax"
        );
        assert_eq!(
            Theme::Dark.cookie(true),
            "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; Secure"
        );
        assert_eq!(Theme::System.attribute(), None);
    }
}
