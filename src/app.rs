//! The whole site on one screen: the document, the routes, and the frame around every page.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, FlatRoutesProps, Router};

use crate::catalog::pages::{catalog_page, cms_page, course_page, landing_page};
use crate::certificate::pages::{certificate_page, certificates_page, verify_page};
use crate::exam::pages::{exam_page, exams_page};
use crate::exam::teach::pages::{
    exam_form_page, taught_exam_page, taught_exams_page, taught_sitting_page,
};
use crate::exercise::pages::exercise_page;
use crate::gradebook::pages::{gradebook_page, learner_page, regrade_page};
use crate::platform::auth::pages::{
    check_mail_page, confirm_page, devices_page, forgot_password_page, reset_password_page,
    settings_page, sign_in_page, sign_up_page,
};
use crate::platform::ui::{NotFoundPage, Theme, provide_theme, provide_viewer};
use crate::player::pages::{learn_page, resume_page, topic_page};
use crate::quiz::authoring::pages::{
    question_bank_page, question_import_page, question_page, quiz_settings_page,
};
use crate::quiz::pages::quiz_page;
use crate::quiz::practice::pages::practice_page;
use crate::routes::{Route, RouteTable};
use crate::teaching::pages::teach_page;

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
            {pages()}
        </Router>
    }
}

fn pages() -> impl IntoView {
    FlatRoutes(
        FlatRoutesProps::builder()
            .fallback(NotFoundPage)
            .children(ToChildren::to_children(routes))
            .build(),
    )
}

/// The pages of a first visit come with the first download, every other one when it is first shown.
fn routes() -> RouteTable {
    RouteTable::new([
        Route::new("/", landing_page),
        Route::new("/courses", catalog_page),
        Route::lazy("/courses/:course", || Box::pin(course_page())),
        Route::lazy("/sign-in", || Box::pin(sign_in_page())),
        Route::lazy("/sign-up", || Box::pin(sign_up_page())),
        Route::lazy("/check-mail", || Box::pin(check_mail_page())),
        Route::lazy("/confirm", || Box::pin(confirm_page())),
        Route::lazy("/forgot-password", || Box::pin(forgot_password_page())),
        Route::lazy("/reset-password", || Box::pin(reset_password_page())),
        Route::lazy("/learn", || Box::pin(learn_page())),
        Route::lazy("/learn/:course", || Box::pin(resume_page())),
        Route::lazy(
            "/learn/:course/quiz/:module/:pair",
            || Box::pin(quiz_page()),
        ),
        Route::lazy("/learn/:course/exam/all", || Box::pin(exams_page())),
        Route::lazy("/learn/:course/exam/:exam", || Box::pin(exam_page())),
        Route::lazy("/learn/:course/:topic/practice/:key", || {
            Box::pin(practice_page())
        }),
        Route::lazy("/learn/:course/:topic/exercise/:key", || {
            Box::pin(exercise_page())
        }),
        Route::lazy("/learn/:course/:topic", || Box::pin(topic_page())),
        Route::lazy("/certificates", || Box::pin(certificates_page())),
        Route::lazy("/certificates/:code", || Box::pin(certificate_page())),
        Route::lazy("/verify", || Box::pin(verify_page())),
        Route::lazy("/teach", || Box::pin(teach_page())),
        Route::lazy("/teach/:course/exams", || Box::pin(taught_exams_page())),
        Route::lazy("/teach/:course/exams/new", || Box::pin(exam_form_page())),
        Route::lazy(
            "/teach/:course/exams/:exam",
            || Box::pin(taught_exam_page()),
        ),
        Route::lazy("/teach/:course/exams/:exam/edit", || {
            Box::pin(exam_form_page())
        }),
        Route::lazy("/teach/:course/exams/:exam/:sitting", || {
            Box::pin(taught_sitting_page())
        }),
        Route::lazy(
            "/teach/:course/questions",
            || Box::pin(question_bank_page()),
        ),
        Route::lazy("/teach/:course/questions/import", || {
            Box::pin(question_import_page())
        }),
        Route::lazy("/teach/:course/questions/:question", || {
            Box::pin(question_page())
        }),
        Route::lazy("/teach/:course/settings", || Box::pin(quiz_settings_page())),
        Route::lazy("/teach/:course", || Box::pin(gradebook_page())),
        Route::lazy("/teach/:course/learners/:learner", || {
            Box::pin(learner_page())
        }),
        Route::lazy("/teach/:course/questions/:question/regrade", || {
            Box::pin(regrade_page())
        }),
        Route::lazy("/settings", || Box::pin(settings_page())),
        Route::lazy("/settings/devices", || Box::pin(devices_page())),
        Route::lazy("/pages/:page", || Box::pin(cms_page())),
        #[cfg(debug_assertions)]
        Route::lazy("/_ui", || Box::pin(crate::platform::ui::gallery_page())),
    ])
}
