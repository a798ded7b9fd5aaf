//! Components that pages of applicants and of admins share.

use leptos::prelude::*;

use super::orders::UndoableMoney;
use super::{OfferingFacts, RegistrationStatus, program_label};
use crate::platform::ids::OfferingId;
use crate::platform::ui::{Badge, Button, ButtonKind, Erase, Form, FormState, Tone};

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

/// Says what was just recorded of an order, with the button that undoes it. `named` has hidden
/// fields with the course, and with the page that is shown afterwards.
pub fn undo_money(
    money: &UndoableMoney,
    offering: OfferingId,
    form: FormState,
    named: AnyView,
) -> AnyView {
    let said = money.said.clone();
    let (order, payment) = (money.order.to_string(), money.payment.to_string());
    view! {
        <div class="notice ok review-undo" role="status">
            <p>{said}</p>
            <Form form=form class="row">
                {named}
                <input type="hidden" name="offering" value=offering.to_string() />
                <input type="hidden" name="order" value=order />
                <input type="hidden" name="payment" value=payment />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Undo"
                </Button>
            </Form>
        </div>
    }
    .erase()
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
