//! Page `/nuggets`, the store of all nuggets.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::super::api::load_nuggets;
use super::super::{
    DOCUMENTS, NUGGETS, NuggetLine, NuggetQuery, NuggetsPage, document_path, nugget_path,
};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Field, Page, Pagination,
    Select, Tone, loaded, page_resource, slash_focuses,
};

/// Page `/nuggets`.
pub fn nuggets_page() -> AnyView {
    let query = Memo::new(|_| {
        use_query_map().with(|query| {
            let text = |name: &str| query.get(name).unwrap_or_default();
            NuggetQuery {
                q: text("q"),
                concept: text("concept"),
                document: text("document"),
                show: text("show"),
                page: text("page").parse().unwrap_or(0).min(10_000),
            }
        })
    });
    let page = page_resource(move || query.get(), load_nuggets);
    slash_focuses("#nugget-search");
    let show = move |page: NuggetsPage| store(page, query.get_untracked());
    view! {
        <Page title="Nuggets">
            <div class="wide stack documents">
                <Breadcrumbs trail=vec![Crumb::new("Documents", DOCUMENTS), Crumb::new("Nuggets", "")] />
                <h1>"Nuggets"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

fn store(page: NuggetsPage, query: NuggetQuery) -> AnyView {
    let on = |page: Option<u32>| {
        let other = page.map(|page| NuggetQuery {
            page,
            ..query.clone()
        });
        other.map(|other| other.path()).unwrap_or_default()
    };
    let (previous, next) = (
        on(query.page.checked_sub(1)),
        on(page.has_more.then_some(query.page + 1)),
    );
    let list = match page.nuggets.is_empty() {
        true => view! {
            <EmptyState title="Nothing found" text="No nugget fits. Documents become nuggets when they are added.">
                <Button kind=ButtonKind::Secondary href=DOCUMENTS>
                    "Documents"
                </Button>
            </EmptyState>
        }
        .erase(),
        false => {
            let lines = page.nuggets.into_iter().map(|line| nugget_line(line, None));
            let lines = lines.collect_view();
            view! { <ul class="documents-list">{lines}</ul> }.erase()
        }
    };
    let mut documents = vec![(String::new(), "All documents".to_owned())];
    documents.extend(page.documents);
    let show = [("", "In use"), ("retired", "Retired"), ("all", "All")];
    let show = show.map(|(value, label)| (value.to_owned(), label.to_owned()));
    view! {
        <form class="row documents-search" method="get" action=NUGGETS role="search">
            <Field id="nugget-search" name="q" label="Words" r#type="search" value=query.q.clone() unmarked=true />
            <Field name="concept" label="Concept" value=query.concept.clone() unmarked=true />
            <Select name="document" label="Document" options=documents value=query.document.clone() />
            <Select name="show" label="State" options=show.to_vec() value=query.show.clone() />
            <Button kind=ButtonKind::Secondary>"Search"</Button>
        </form>
        {list}
        <Pagination previous=previous next=next />
    }
    .erase()
}

/// A nugget in a list. `place` is the address of its page of the document.
pub(super) fn nugget_line(line: NuggetLine, place: Option<String>) -> AnyView {
    let under = (!line.under.is_empty())
        .then(|| view! { <span class="soft block"><bdi>{line.under.clone()}</bdi></span> });
    let edited = line.is_edited.then(|| view! { <Badge text="Edited" /> });
    let retired = line
        .is_retired
        .then(|| view! { <Badge tone=Tone::Warn text="Retired" /> });
    let document = match (&line.document, place.is_some()) {
        (Some((id, title)), false) => Some(view! {
            <a href=document_path(*id)>
                <bdi>{title.clone()}</bdi>
            </a>
            ", "
        }),
        _ => None,
    };
    let place = match place {
        Some(href) => view! { <a href=href>{line.place.clone()}</a> }.erase(),
        None => view! { {line.place.clone()} }.erase(),
    };
    let concepts = match line.concepts.is_empty() {
        true => String::new(),
        false => format!(" · {}", line.concepts.join(", ")),
    };
    view! {
        <li class="documents-line">
            <span class="documents-what">
                <a class="documents-name" href=nugget_path(line.id)>
                    <bdi>{line.title}</bdi>
                </a>
                " "
                {edited}
                {retired}
                {under}
                <span class="soft block">
                    {document} {place} {format!(" · {} min · difficulty {}", line.minutes, line.difficulty)} {concepts}
                </span>
            </span>
        </li>
    }
    .erase()
}
