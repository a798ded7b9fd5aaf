//! The pages of accounts. Sign-in and sign-up load with the site; the rest when they are visited.

mod entry;
mod recovery;
mod settings;

pub use entry::{SignInPage, SignUpPage};
pub use recovery::{CheckMailPage, ConfirmPage, ForgotPasswordPage, ResetPasswordPage};
pub use settings::{DevicesPage, SettingsPage};

use leptos::prelude::*;

use crate::platform::ui::Page;

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
    .into_any()
}
