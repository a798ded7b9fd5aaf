//! The pages of accounts.

mod entry;
mod recovery;
mod settings;

pub use entry::{sign_in_page, sign_up_page};
pub use recovery::{check_mail_page, confirm_page, forgot_password_page, reset_password_page};
pub use settings::{devices_page, settings_page};

use leptos::prelude::*;

use crate::platform::ui::{Erase, Field, FormState, Page};

fn email_field(form: FormState) -> AnyView {
    view! {
        <Field
            name="email"
            label="E-mail"
            r#type="email"
            autocomplete="username"
            required=true
            value=form.value("email", "")
            error=form.error("email")
        />
    }
    .erase()
}

/// A narrow panel with one thing to do.
fn gate(title: &'static str, lead: &'static str, children: AnyView) -> AnyView {
    view! {
        <Page title=title>
            <div class="gate">
                <div class="panel gate-panel">
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                    {children}
                </div>
            </div>
        </Page>
    }
    .erase()
}
