//! The page `/_ui`: every component in every state. Only in development builds.

use leptos::{lazy, prelude::*};

use super::{Erase, NotFoundPage, Page, Toasts, UiGallery, provide_toaster};

#[lazy]
pub fn gallery_page() -> AnyView {
    provide_toaster();
    match SharedValue::new(is_development).into_inner() {
        true => view! {
            <Page title="Components">
                <UiGallery />
                <Toasts />
            </Page>
        }
        .erase(),
        false => view! { <NotFoundPage /> }.erase(),
    }
}

#[cfg(feature = "ssr")]
fn is_development() -> bool {
    crate::http::Cx::current_if_any().is_some_and(|cx| cx.app.site.dev)
}

#[cfg(not(feature = "ssr"))]
fn is_development() -> bool {
    false
}
