//! Pages written by admins: about, imprint, privacy.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::catalog::{CmsText, api};
use crate::platform::ui::{Erase, Page, loaded, page_resource, path_part, site_frame};

pub fn cms_page() -> AnyView {
    let slug = path_part("page");
    let text = page_resource(move || slug.get(), api::cms_page);
    view! { <Page title="Page">{loaded(text, show)}</Page> }.erase()
}

fn show(page: CmsText) -> AnyView {
    let language = site_frame().language;
    view! {
        <Title text=page.title.clone() />
        <div class="narrow" lang=language.tag() dir=language.dir()>
            <header class="page-head">
                <h1>{page.title}</h1>
            </header>
            <div class="prose" inner_html=page.body.0></div>
        </div>
    }
    .erase()
}
