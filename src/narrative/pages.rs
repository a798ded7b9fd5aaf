//! Pages of paths. The server renders what is in them, and their forms are sent by the browser, so
//! that a walk is the same with and without JavaScript.

use leptos::prelude::*;
use leptos_meta::Title;

use super::api::{load_path, load_path_editor, load_paths};
use super::{NarrativePage, PathListPage, path_path};
use crate::paths::PATHS;
use crate::platform::ui::{
    Breadcrumbs, Crumb, Erase, Page, loaded, page_resource, path_part, query_value,
};

/// Page `/paths`.
pub fn paths_page() -> AnyView {
    let page = page_resource(|| (), |()| load_paths());
    let show =
        |page: PathListPage| view! { <div class="stack" inner_html=page.list.0></div> }.erase();
    view! {
        <Page title="Paths">
            <div class="wide stack">
                <h1>"Paths"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

/// Page `/paths/PATH`.
pub fn path_page() -> AnyView {
    let path = path_part("path");
    let page = page_resource(move || path.get(), load_path);
    view! { <Page title="Path">{loaded(page, walk)}</Page> }.erase()
}

fn walk(page: NarrativePage) -> AnyView {
    #[cfg(feature = "hydrate")]
    load_voice();
    let trail = vec![
        Crumb::new("Paths", PATHS),
        Crumb::new(page.title.clone(), ""),
    ];
    view! {
        <Title text=page.title.clone() />
        <div class="narrow stack">
            <Breadcrumbs trail=trail />
            <h1 lang=lang(&page.language) dir="auto">
                {page.title}
            </h1>
            <div class="stack" inner_html=page.body.0></div>
        </div>
    }
    .erase()
}

fn lang(tag: &str) -> Option<String> {
    (!tag.is_empty()).then(|| tag.to_owned())
}

/// Page `/paths/PATH/edit`.
pub fn path_editor_page() -> AnyView {
    let (path, node) = (path_part("path"), query_value("node"));
    let page = page_resource(
        move || (path.get(), node.get()),
        |(path, node)| load_path_editor(path, node),
    );
    view! { <Page title="Edit the path">{loaded(page, editor)}</Page> }.erase()
}

fn editor(page: NarrativePage) -> AnyView {
    let trail = vec![
        Crumb::new("Paths", PATHS),
        Crumb::new(page.title.clone(), path_path(page.path)),
        Crumb::new("Edit the path", ""),
    ];
    view! {
        <Title text=format!("Edit the path · {}", page.title) />
        <div class="wide stack">
            <Breadcrumbs trail=trail />
            <h1>"Edit the path"</h1>
            <p lang=lang(&page.language) dir="auto">
                {page.title}
            </p>
            <div class="stack" inner_html=page.body.0></div>
        </div>
    }
    .erase()
}

/// Loads the small script that reads aloud and listens, where the browser can.
#[cfg(feature = "hydrate")]
fn load_voice() {
    const SCRIPT: &str = "/voice.js";
    let document = document();
    let is_there = document.query_selector("script[src='/voice.js']");
    if !matches!(is_there, Ok(None)) {
        return;
    }
    if let (Ok(script), Some(body)) = (document.create_element("script"), document.body()) {
        let _ = script.set_attribute("src", SCRIPT);
        let _ = body.append_child(&script);
    }
}
