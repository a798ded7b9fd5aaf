//! The stylesheet with the colors of a site. Styles within pages are forbidden by their policy.

use axum::extract::Extension;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::people::site::{AccentTheme, Rgb};
use crate::platform::http::Cx;
use crate::platform::http::layers::plain;
use crate::platform::settings::SettingValues;

pub const STYLESHEET: &str = "/site/accent.css";

/// The colors of the light and of the dark theme, if the site has its own.
fn colors(set: &SettingValues) -> Option<(Rgb, Rgb)> {
    Rgb::parse(&set.accent_light).zip(Rgb::parse(&set.accent_dark))
}

/// Address of the stylesheet of the site that is shown, if it has one. The address changes with the
/// colors, so browsers may cache it.
pub fn stylesheet_path() -> Option<String> {
    let cx = Cx::current_if_any()?;
    let (light, dark) = colors(&cx.organization.site.settings)?;
    let version = format!("{}{}", light.hex(), dark.hex()).replace('#', "");
    Some(format!("{STYLESHEET}?v={version}"))
}

pub async fn send(Extension(cx): Extension<Cx>) -> Response {
    let Some((light, dark)) = colors(&cx.organization.site.settings) else {
        return plain(StatusCode::NOT_FOUND, "This site has no colors of its own.");
    };
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, stylesheet(light, dark)).into_response()
}

/// Replaces the tokens of `tokens.css`. Rules outside of its layers win over those within.
fn stylesheet(light: Rgb, dark: Rgb) -> String {
    let color = format!("light-dark({}, {})", light.hex(), dark.hex());
    let wash = format!(
        "light-dark({}, {})",
        AccentTheme::Light.wash(light).hex(),
        AccentTheme::Dark.wash(dark).hex()
    );
    format!(
        ":root{{--accent:{color};--accent-strong:{color};--accent-ink:{color};--accent-wash:{wash}}}"
    )
}
