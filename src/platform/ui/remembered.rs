//! Choices that the browser remembers for a year. They are cookies, so that the server's first
//! render knows them.

/// The value of the cookie with this name.
pub fn remembered(name: &str) -> Option<String> {
    cookies()?.split(';').find_map(|cookie| {
        let (other, value) = cookie.trim().split_once('=')?;
        (other == name).then(|| value.to_owned())
    })
}

#[cfg(feature = "ssr")]
fn cookies() -> Option<String> {
    let parts = leptos::prelude::use_context::<axum::http::request::Parts>()?;
    let cookies = parts.headers.get(axum::http::header::COOKIE)?;
    cookies.to_str().ok().map(str::to_owned)
}

#[cfg(not(feature = "ssr"))]
fn cookies() -> Option<String> {
    use leptos::web_sys::js_sys::Reflect;
    // Only HTML documents have the property `cookie`. Its type would need another feature of
    // web-sys.
    let document = leptos::prelude::document();
    Reflect::get(&document, &"cookie".into()).ok()?.as_string()
}

/// Remembers the value, or forgets it.
#[cfg(feature = "hydrate")]
pub fn remember(name: &str, value: Option<&str>) {
    use leptos::prelude::{document, window};
    let seconds = if value.is_some() { 31_536_000 } else { 0 };
    let is_secure = window()
        .location()
        .protocol()
        .is_ok_and(|it| it == "https:");
    let secure = if is_secure { "; Secure" } else { "" };
    let value = value.unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{secure}");
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}
