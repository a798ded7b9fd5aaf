//! Page `/settings/data`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{DeleteOwnAccount, KeepOwnAccount, RequestOwnCopy, load_own_data};
use super::{COPY_DAYS, DataCopy, GRACE_DAYS, OwnData, OwnDataAction};
use crate::platform::auth::pages::settings_frame;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Notice, Tone, loaded, page_resource,
    query_value,
};

pub fn own_data_page() -> AnyView {
    let done = query_value("done");
    let data = page_resource(|| (), |()| load_own_data());
    let copy = FormState::of(RequestOwnCopy::PATH);
    let delete = FormState::of(DeleteOwnAccount::PATH);
    let keep = FormState::of(KeepOwnAccount::PATH);
    let show = move |data: OwnData| {
        let said = OwnDataAction::parse(&done.get_untracked()).map(OwnDataAction::said);
        let said = said.map(|text| view! { <Notice tone=Tone::Ok>{text}</Notice> });
        let deletion = match data.deletion {
            Some(date) => planned(date, keep),
            None => delete_form(delete),
        };
        view! {
            {said}
            {copy_section(data.copy, copy)}
            {deletion}
        }
        .erase()
    };
    settings_frame("Your data", loaded(data, show))
}

fn copy_section(copy: Option<DataCopy>, form: FormState) -> AnyView {
    let is_waiting = copy == Some(DataCopy::Waiting);
    let state = copy.map(copy_state);
    view! {
        <section class="setting">
            <header>
                <h2>"A copy of your data"</h2>
                <p class="soft">
                    {format!(
                        "Everything that is held about you, as a zip of JSON files. You get an email when it is ready. It can be downloaded for {COPY_DAYS} days.",
                    )}
                </p>
            </header>
            <div class="stack">
                {state}
                {(!is_waiting)
                    .then(|| {
                        view! {
                            <Form form=form>
                                <div>
                                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                                        "Request a copy"
                                    </Button>
                                </div>
                            </Form>
                        }
                    })}
            </div>
        </section>
    }
    .erase()
}

/// Says whether a copy is ready, with its download.
pub fn copy_state(copy: DataCopy) -> AnyView {
    match copy {
        DataCopy::Waiting => view! { <p class="soft">"A copy is being made."</p> }.erase(),
        DataCopy::Ready { href, until } => view! {
            <p>
                // Not a page, so the router must not open it.
                <a href=href rel="external" download>
                    "Download the copy"
                </a>
                <span class="soft">{format!(" until {until}")}</span>
            </p>
        }
        .erase(),
    }
}

fn planned(date: String, form: FormState) -> AnyView {
    view! {
        <section class="setting">
            <header>
                <h2>"Your account will be deleted"</h2>
                <p class="soft">{format!("It will be deleted on {date}. Until then you can keep it.")}</p>
            </header>
            <Form form=form>
                <div>
                    <Button busy=form.busy()>"Keep my account"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn delete_form(form: FormState) -> AnyView {
    view! {
        <section class="setting">
            <header>
                <h2>"Delete your account"</h2>
                <p class="soft">
                    {format!(
                        "Your account and your work are deleted after {GRACE_DAYS} days. Until then you can sign in and keep it. Your messages in cold calls stay without your name. Certificates, results of exams and orders are kept.",
                    )}
                </p>
            </header>
            <Form form=form>
                <Field
                    name="password"
                    label="Your password"
                    r#type="password"
                    autocomplete="current-password"
                    required=true
                    error=form.error("password")
                />
                <div>
                    <Button kind=ButtonKind::Danger busy=form.busy()>
                        "Delete my account"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
