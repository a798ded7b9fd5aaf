//! Pages of an offering with its queue, and of one application.

mod application;
mod keys;
mod queue;
mod select_all;

pub use application::application_page;
pub use queue::offering_page;

use leptos::prelude::*;

use super::{DecisionMail, MAIL_CHARACTERS, QueueLine, SUBJECT_CHARACTERS};
use crate::admission::{RegistrationStatus, status_badge};
use crate::platform::ui::{Badge, Erase, Field, FormState, TextArea, Tone};

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

/// The fields for the words of a mail that has not left.
fn mail_fields(mail: &DecisionMail, hint: &'static str, form: FormState) -> AnyView {
    view! {
        <Field
            name="subject"
            label="Subject"
            required=true
            max_length=SUBJECT_CHARACTERS
            value=form.value("subject", &mail.subject)
            error=form.error("subject")
        />
        <TextArea
            name="text"
            label="Text"
            hint=hint
            required=true
            max_length=MAIL_CHARACTERS
            value=form.value("text", &mail.text)
            error=form.error("text")
        />
    }
    .erase()
}
