//! Pages of people, and the frame around all pages of admins.

mod list;
mod person;

pub use list::people_page;
pub use person::person_page;

use leptos::prelude::*;
use leptos_meta::Title;

use super::{AccountState, AdminArea};
use crate::platform::ui::{Badge, Breadcrumbs, Erase, TabLink, Tabs, Tone};

/// The first page of an area. The area's name is its heading.
pub fn frame(area: AdminArea, inside: AnyView) -> AnyView {
    frame_waiting(area, 0, inside)
}

/// The first page of an area. The tab of tutor applications shows how many are `waiting`.
pub fn frame_waiting(area: AdminArea, waiting: i64, inside: AnyView) -> AnyView {
    framed(
        area,
        area.label().to_owned(),
        vec![(area.label().to_owned(), String::new())],
        waiting,
        inside,
    )
}

/// A page below the first one of an area.
pub fn frame_below(area: AdminArea, heading: String, inside: AnyView) -> AnyView {
    let trail = vec![
        (area.label().to_owned(), area.path().to_owned()),
        (heading.clone(), String::new()),
    ];
    framed(area, heading, trail, 0, inside)
}

/// A page below others of an area, whose names and addresses are `parents`.
pub fn frame_under(
    area: AdminArea,
    parents: Vec<(String, String)>,
    heading: String,
    inside: AnyView,
) -> AnyView {
    let mut trail = vec![(area.label().to_owned(), area.path().to_owned())];
    trail.extend(parents);
    trail.push((heading.clone(), String::new()));
    framed(area, heading, trail, 0, inside)
}

fn framed(
    area: AdminArea,
    heading: String,
    trail: Vec<(String, String)>,
    waiting: i64,
    inside: AnyView,
) -> AnyView {
    let tabs = AdminArea::ALL.map(|other| {
        let label = match (other, waiting) {
            (AdminArea::TutorApplications, 1..) => format!("{} ({waiting})", other.label()),
            _ => other.label().to_owned(),
        };
        view! {
            <TabLink href=other.path() current=Signal::from(other == area)>
                {label}
            </TabLink>
        }
    });
    let title = match trail.len() {
        1 => heading.clone(),
        _ => format!("{heading} · {}", area.label()),
    };
    let mut whole = vec![("Administration".to_owned(), String::new())];
    whole.extend(trail);
    view! {
        <Title text=title />
        <div class="wide teach admin">
            <Breadcrumbs trail=whole />
            <Tabs label="Administration">{tabs.collect_view()}</Tabs>
            <header class="row teach-head">
                <h1 dir="auto">{heading}</h1>
            </header>
            {inside}
        </div>
    }
    .erase()
}

pub fn state_badge(state: AccountState) -> AnyView {
    let tone = match state {
        AccountState::Active => Tone::Ok,
        AccountState::Deactivated => Tone::Danger,
        AccountState::Unconfirmed => Tone::Warn,
    };
    view! { <Badge tone=tone text=state.label() /> }.erase()
}
