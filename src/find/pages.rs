//! Page `/find`, the command palette without JavaScript.

use leptos::prelude::*;

use super::api::find;
use super::{FIND, FoundGroup};
use crate::course::SEARCH_CHARACTERS;
use crate::platform::ui::{
    Button, ButtonKind, EmptyState, Erase, Glyph, Icon, Page, loaded, page_resource, query_value,
};

pub fn find_page() -> AnyView {
    let q = query_value("q");
    let found = page_resource(move || q.get(), find);
    let show = move |groups: Vec<FoundGroup>| results(groups, q.get_untracked());
    view! {
        <Page title="Find">
            <div class="wide">
                <h1>"Find"</h1>
                {loaded(found, show)}
            </div>
        </Page>
    }
    .erase()
}

fn results(groups: Vec<FoundGroup>, q: String) -> AnyView {
    let groups = match groups.is_empty() {
        true => view! { <EmptyState glyph=Glyph::Search title="Nothing found" text="Try fewer or other words." /> }.erase(),
        false => groups.into_iter().map(group).collect_view().erase(),
    };
    view! {
        <form class="tools" role="search" method="get" action=FIND>
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=q
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="Courses, people, pages, actions"
                    aria-label="Find courses, people, pages and actions"
                />
            </label>
            <Button kind=ButtonKind::Secondary>"Find"</Button>
        </form>
        {groups}
    }
    .erase()
}

fn group(group: FoundGroup) -> AnyView {
    let hits = group.hits.into_iter().map(|hit| {
        let hint = (!hit.hint.is_empty())
            .then(|| view! { <span class="soft">" " <bdi>{hit.hint}</bdi></span> });
        view! {
            <li>
                <a href=hit.href>
                    <bdi>{hit.title}</bdi>
                </a>
                {hint}
            </li>
        }
    });
    view! {
        <section class="stack">
            <h2>{group.label}</h2>
            <ul>{hits.collect_view()}</ul>
        </section>
    }
    .erase()
}
