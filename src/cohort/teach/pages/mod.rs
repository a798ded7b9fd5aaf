//! Pages of cohorts for tutors.

mod edit;
mod list;
mod members;
mod roster;
mod select;

pub use edit::cohort_form_page;
pub use list::taught_cohorts_page;
pub use members::cohort_members_page;
pub use roster::member_list_page;

use leptos::prelude::*;

use super::CohortState;
use crate::cohort::MemberStatus;
use crate::platform::ui::{Badge, Erase, Tone};

fn state(state: CohortState) -> AnyView {
    let (tone, text) = match state {
        CohortState::Inactive => (Tone::Warn, "Inactive"),
        CohortState::Before => (Tone::Info, "Not started"),
        CohortState::Open => (Tone::Ok, "In progress"),
        CohortState::Ended => (Tone::Neutral, "Ended"),
    };
    view! { <Badge tone=tone text=text /> }.erase()
}

fn status(status: MemberStatus) -> AnyView {
    let tone = match status {
        MemberStatus::Active => Tone::Ok,
        MemberStatus::Paused => Tone::Warn,
        MemberStatus::Removed => Tone::Neutral,
    };
    view! { <Badge tone=tone text=status.label() /> }.erase()
}

/// "1 member" or "12 members".
pub fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
