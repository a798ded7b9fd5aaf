//! Page `/admin/people`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::{frame_waiting, state_badge};
use crate::course::SEARCH_CHARACTERS;
use crate::people::api::{DeletePeopleView, SavePeopleView, load_people};
use crate::people::{
    AccountState, AdminArea, PEOPLE, PeopleList, PeopleQuery, PersonLine, ROLES, counted, invite,
    parse_role, person_path, role_label, role_name,
};
use crate::platform::ids::UserId;
use crate::platform::ui::{
    Button, ButtonKind, Column, EmptyState, Erase, FormState, Glyph, Icon, Page, Pagination,
    SavedView, Table, ViewedList, loaded, page_resource, saved_views,
};

pub fn people_page() -> AnyView {
    let query = Memo::new(|_| asked());
    let forms = (
        FormState::of(SavePeopleView::PATH),
        FormState::of(DeletePeopleView::PATH),
    );
    let page = page_resource(move || query.get(), load_people);
    let show = move |page: PeopleList| list(page, query.get_untracked(), forms);
    view! { <Page title="People">{loaded(page, show)}</Page> }.erase()
}

/// Reads the query from the page's address.
fn asked() -> PeopleQuery {
    use_query_map().with(|query| {
        let value = |name: &str| query.get(name).unwrap_or_default();
        let id = |name: &str| value(name).parse().ok().map(UserId);
        PeopleQuery {
            q: value("q").trim().to_owned(),
            role: parse_role(&value("role")),
            state: AccountState::parse(&value("state")),
            after: id("after"),
            before: id("before"),
        }
    })
}

fn list(page: PeopleList, query: PeopleQuery, forms: (FormState, FormState)) -> AnyView {
    let start = query.from_start();
    let to = |after: Option<UserId>, before: Option<UserId>| match (after, before) {
        (None, None) => String::new(),
        (after, before) => PeopleQuery {
            after,
            before,
            ..start.clone()
        }
        .path(),
    };
    let (previous, next) = (to(None, page.previous), to(page.next, None));
    let waiting = page.waiting;
    let said = page.total.map(|total| counted(total, "person", "people"));
    let inside = view! {
        {tools(&start)}
        {views(page.views, &start, forms)}
        <div class="row">
            <p class="soft grow" role="status">
                {said}
            </p>
            <Button href=invite::INVITATIONS>"Invite people"</Button>
        </div>
        {table(page.people)}
        <Pagination previous=previous next=next />
    };
    frame_waiting(AdminArea::People, waiting, inside.erase())
}

fn chip(label: &'static str, query: PeopleQuery, is_chosen: bool) -> AnyView {
    view! {
        <a class="chip" href=query.path() aria-current=is_chosen.then_some("true")>
            {label}
        </a>
    }
    .erase()
}

/// Search and filters. `query` is the list from its beginning.
fn tools(query: &PeopleQuery) -> AnyView {
    let roles = std::iter::once(None).chain(ROLES.map(Some)).map(|role| {
        let other = PeopleQuery {
            role,
            ..query.clone()
        };
        let label = role.map_or("Every role", role_label);
        chip(label, other, query.role == role)
    });
    let states = std::iter::once(None).chain(AccountState::ALL.map(Some));
    let states = states.map(|state| {
        let other = PeopleQuery {
            state,
            ..query.clone()
        };
        let label = state.map_or("Every state", AccountState::label);
        chip(label, other, query.state == state)
    });
    let hidden = |name: &'static str, value: &'static str| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    };
    view! {
        <form class="tools" role="search" method="get" action=PEOPLE>
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=query.q.clone()
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="Name or email"
                    aria-label="Search people"
                />
            </label>
            {hidden("role", query.role.map(role_name).unwrap_or_default())}
            {hidden("state", query.state.map(AccountState::name).unwrap_or_default())}
            <Button kind=ButtonKind::Secondary>"Search"</Button>
            <div class="chips" role="group" aria-label="Role">
                {roles.collect_view()}
            </div>
            <div class="chips" role="group" aria-label="State">
                {states.collect_view()}
            </div>
        </form>
    }
    .erase()
}

fn views(views: Vec<SavedView>, query: &PeopleQuery, forms: (FormState, FormState)) -> AnyView {
    let role = query.role.map(role_name).unwrap_or_default();
    let state = query.state.map(AccountState::name).unwrap_or_default();
    let list = ViewedList {
        path: query.path(),
        named: Vec::new(),
        filters: vec![
            ("query[q]", query.q.clone()),
            ("query[role]", role.to_owned()),
            ("query[state]", state.to_owned()),
        ],
        others: "All admins see it",
    };
    saved_views(views, list, forms)
}

fn table(people: Vec<PersonLine>) -> AnyView {
    let columns = vec![
        Column::new("Person"),
        Column::new("Role"),
        Column::new("State"),
        Column::new("Since"),
        Column::new("Last sign-in"),
    ];
    if people.is_empty() {
        let empty = view! { <EmptyState glyph=Glyph::User title="Nobody found" text="Try a different search, or view everybody." /> }.erase();
        return view! { <Table label="People" columns=columns empty=empty /> }.erase();
    }
    let rows = people.into_iter().map(row).collect_view();
    view! {
        <Table label="People" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn row(person: PersonLine) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <a href=person_path(person.person)>
                    <bdi>{person.name}</bdi>
                </a>
                <span class="soft admin-under">{person.email}</span>
            </th>
            <td>{role_label(person.role)}</td>
            <td>{state_badge(person.state)}</td>
            <td data-label="Since">{person.since}</td>
            <td data-label="Last sign-in">{person.last_sign_in}</td>
        </tr>
    }
    .erase()
}
