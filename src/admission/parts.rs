//! Components that pages of applicants and of admins share.

use leptos::prelude::*;

use super::{OfferingFacts, RegistrationStatus, program_label};
use crate::platform::ui::{Badge, Erase, Tone};

/// Shows the facts of an offering as a list of names and values.
pub fn offering_facts(offering: &OfferingFacts) -> AnyView {
    let facts = [
        ("Program", Some(program_label(offering.program).to_owned())),
        ("Dates", offering.dates.clone()),
        ("Price", Some(offering.price.clone())),
        ("Seats", offering.seats.clone()),
        ("Applications", offering.deadline.clone()),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| {
            value.map(|value| {
                view! {
                    <div>
                        <dt class="label">{name}</dt>
                        <dd>{value}</dd>
                    </div>
                }
            })
        })
        .collect_view();
    view! { <dl class="offering-facts">{facts}</dl> }.erase()
}

pub fn status_badge(status: RegistrationStatus) -> AnyView {
    let tone = match status {
        RegistrationStatus::Draft | RegistrationStatus::Withdrawn => Tone::Neutral,
        RegistrationStatus::Submitted | RegistrationStatus::InReview => Tone::Info,
        RegistrationStatus::Accepted => Tone::Ok,
        RegistrationStatus::Waitlisted | RegistrationStatus::Offered => Tone::Warn,
        RegistrationStatus::Rejected => Tone::Danger,
    };
    view! { <Badge tone=tone text=status.label() /> }.erase()
}
