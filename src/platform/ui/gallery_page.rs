//! /_ui: every component in every state, on the development server only.

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

use super::{NotFoundPage, Page, Toasts, UiGallery, provide_toaster};

pub struct GalleryPage;

#[lazy_route]
impl LazyRoute for GalleryPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        provide_toaster();
        match SharedValue::new(is_development).into_inner() {
            true => view! {
                <Page title="Components">
                    <UiGallery />
                    <Toasts />
                </Page>
            }
            .into_any(),
            false => view! { <NotFoundPage /> }.into_any(),
        }
    }
}

#[cfg(feature = "ssr")]
fn is_development() -> bool {
    crate::platform::http::Cx::current_if_any().is_some_and(|cx| cx.app.site.dev)
}

#[cfg(not(feature = "ssr"))]
fn is_development() -> bool {
    false
}
