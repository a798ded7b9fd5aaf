//! Pages that admins write: about, imprint, privacy.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use leptos_router::{LazyRoute, lazy_route};

use crate::catalog::CmsText;
use crate::catalog::api::cms_page;
use crate::platform::ui::{Page, loaded, page_resource};

pub struct CmsPage;

#[lazy_route]
impl LazyRoute for CmsPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let slug =
            Memo::new(|_| use_params_map().with(|params| params.get("page").unwrap_or_default()));
        let text = page_resource(move || slug.get(), cms_page);
        view! { <Page title="Page">{loaded(text, show)}</Page> }.into_any()
    }
}

fn show(page: CmsText) -> AnyView {
    view! {
        <Title text=page.title.clone() />
        <div class="narrow">
            <header class="page-head">
                <h1>{page.title}</h1>
            </header>
            <div class="prose" inner_html=page.body.0></div>
        </div>
    }
    .into_any()
}
