//! Pages of an offering with its queue, and of one application.

mod application;
mod keys;
mod queue;
mod select_all;

pub use application::application_page;
pub use queue::offering_page;

use leptos::prelude::*;

use super::QueueLine;
use crate::admission::{RegistrationStatus, status_badge};
use crate::platform::ui::{Badge, Erase, Tone};

/// Shows the status of an application, with what is not settled about it.
fn state(line: &QueueLine) -> AnyView {
    let undo = line.undo_until.clone().map(|until| {
        let said = match line.status {
            RegistrationStatus::InReview => format!("until {until} it can be undone"),
            _ => format!("told at {until}"),
        };
        view! { <span class="soft num">{said}</span> }
    });
    let unpaid = line
        .is_unpaid
        .then(|| view! { <Badge tone=Tone::Warn text="Unpaid" /> });
    view! { <span class="review-state">{status_badge(line.status)} {unpaid} {undo}</span> }.erase()
}
