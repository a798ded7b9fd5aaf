//! The whole site on one screen: the document, the routes, and the frame around every page.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::catalog::pages::{CatalogPage, CmsPage, CoursePage, LandingPage};
use crate::platform::auth::pages::{
    CheckMailPage, ConfirmPage, DevicesPage, ForgotPasswordPage, ResetPasswordPage, SettingsPage,
    SignInPage, SignUpPage,
};
use crate::platform::ui::{GalleryPage, NotFoundPage, Theme, provide_theme, provide_viewer};
use crate::player::pages::{LearnPage, ResumePage, TopicPage};

/// The document around the app. Only the server renders it.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = requested_theme();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="preload" href="/fonts/inter-latin-wght-normal.woff2" r#as="font" type="font/woff2" crossorigin="" />
                <link rel="preload" href="/fonts/source-serif-4-latin-wght-normal.woff2" r#as="font" type="font/woff2" crossorigin="" />
                <AutoReload options=options.clone() />
                <HydrationScripts options=options.clone() />
                <leptos_meta::HashedStylesheet options id="style" />
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The theme that the cookie remembers.
#[cfg(feature = "ssr")]
fn requested_theme() -> Theme {
    use_context::<axum::http::request::Parts>()
        .and_then(|parts| {
            let cookies = parts
                .headers
                .get(axum::http::header::COOKIE)?
                .to_str()
                .ok()?
                .to_owned();
            cookies.split(';').find_map(|cookie| {
                let (name, value) = cookie.trim().split_once('=')?;
                (name == Theme::COOKIE).then(|| Theme::parse(value))
            })
        })
        .unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn requested_theme() -> Theme {
    Theme::System
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_theme(requested_theme());
    provide_viewer();
    // For tests and for styles: the page answers to the browser from here on.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-awake", "");
        }
    });
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Lyceum".to_owned() } else { format!("{title} · Lyceum") } />
        <Router>
            <a class="skip" href="#main">
                "Skip to content"
            </a>
            // What a lazy route loads is asked for in its view: its `data()` would be part of everybody's first download.
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view={Lazy::<LandingPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/courses") view={Lazy::<CatalogPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/courses/:course") view={Lazy::<CoursePage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/sign-in") view={Lazy::<SignInPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/sign-up") view={Lazy::<SignUpPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/check-mail") view={Lazy::<CheckMailPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/confirm") view={Lazy::<ConfirmPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/forgot-password") view={Lazy::<ForgotPasswordPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/reset-password") view={Lazy::<ResetPasswordPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/learn") view={Lazy::<LearnPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/learn/:course") view={Lazy::<ResumePage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/learn/:course/:topic") view={Lazy::<TopicPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/settings") view={Lazy::<SettingsPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/settings/devices") view={Lazy::<DevicesPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/pages/:page") view={Lazy::<CmsPage>::new()} ssr=SsrMode::InOrder />
                <Route path=path!("/_ui") view={Lazy::<GalleryPage>::new()} ssr=SsrMode::InOrder />
            </Routes>
        </Router>
    }
}
