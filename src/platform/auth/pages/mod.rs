//! The pages of accounts: signing in and up, recovery and settings.

mod entry;
mod recovery;
mod settings;
mod terms;

pub use entry::{sign_in_page, sign_up_page};
pub use recovery::{check_mail_page, confirm_page, forgot_password_page, reset_password_page};
pub use settings::{devices_page, settings_frame, settings_page};
pub use terms::accept_terms_page;

use leptos::prelude::*;

use crate::auth::PASSWORD_MIN;
use crate::ui::{Erase, Field, FormState, Page};

fn email_field(form: FormState) -> AnyView {
    view! {
        <Field
            name="email"
            label="Email"
            r#type="email"
            autocomplete="username"
            required=true
            value=form.value("email", "")
            error=form.error("email")
        />
    }
    .erase()
}

/// Hint of the field for a new password.
fn password_hint() -> String {
    format!("At least {PASSWORD_MIN} characters. A few unrelated words make a good one.")
}

/// Sends the browser's time zone once the page is hydrated.
fn zone_field() -> AnyView {
    let zone = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| zone.set(browser_zone().unwrap_or_default()));
    view! { <input type="hidden" name="zone" value=move || zone.get() /> }.erase()
}

/// Returns `Intl.DateTimeFormat().resolvedOptions().timeZone`.
#[cfg(feature = "hydrate")]
pub fn browser_zone() -> Option<String> {
    use js_sys::{Function, Reflect};
    use wasm_bindgen::{JsCast, JsValue};
    let get = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let call = |of: &JsValue, name: &str| {
        let function: Function = get(of, name)?.dyn_into().ok()?;
        function.call0(of).ok()
    };
    let intl = get(window().as_ref(), "Intl")?;
    let options = call(&call(&intl, "DateTimeFormat")?, "resolvedOptions")?;
    get(&options, "timeZone")?.as_string()
}

/// A page with a narrow panel for a single task.
fn gate(title: &'static str, lead: &str, children: AnyView) -> AnyView {
    let lead = lead.to_owned();
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
