//! Page `/admin/people/ID/merge`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{MergeAccounts, load_merge};
use super::{MergePage, MergePreview, OTHER_CHARACTERS, merge_path};
use crate::people::pages::frame_under;
use crate::people::{AdminArea, person_path};
use crate::platform::ids::UserId;
use crate::platform::ui::{
    Button, ButtonKind, Checkbox, Erase, Field, Form, FormState, Notice, Page, Tone, loaded,
    page_resource, path_part, query_value,
};

pub fn merge_page() -> AnyView {
    let (person, other) = (path_part("person"), query_value("other"));
    let page = page_resource(
        move || (person.get(), other.get()),
        |(person, other)| load_merge(UserId(person.parse().unwrap_or_default()), other),
    );
    let form = FormState::of(MergeAccounts::PATH);
    let show = move |page: MergePage| {
        let parents = vec![(page.name.clone(), person_path(page.person))];
        let heading = "Merge accounts".to_owned();
        let inside = merge(page, &other.get_untracked(), form);
        frame_under(AdminArea::People, parents, heading, inside)
    };
    view! { <Page title="Merge accounts">{loaded(page, show)}</Page> }.erase()
}

fn merge(page: MergePage, other: &str, form: FormState) -> AnyView {
    let problem = page
        .problem
        .map(|problem| view! { <Notice tone=Tone::Warn>{problem}</Notice> });
    let preview = page
        .preview
        .map(|preview| confirm(page.person, &page.name, preview, form));
    view! {
        <p>
            "All that the other account holds goes to " <bdi>{page.name.clone()}</bdi>
            ". The other account is deactivated and signed out everywhere. This can’t be undone."
        </p>
        <form class="row" method="get" action=merge_path(page.person)>
            <Field
                name="other"
                label="Email or username of the other account"
                value=other.to_owned()
                max_length=OTHER_CHARACTERS
            />
            <Button kind=ButtonKind::Secondary>"Preview"</Button>
        </form>
        {problem}
        {preview}
    }
    .erase()
}

fn confirm(person: UserId, name: &str, preview: MergePreview, form: FormState) -> AnyView {
    let warning = preview.warning;
    let agrees = (!warning.is_empty()).then(|| {
        let error = form.error("agrees");
        view! {
            <Notice tone=Tone::Warn>{warning}</Notice>
            <Checkbox name="agrees" label="Merge the accounts nevertheless" checked=false />
            <p class="error">{move || error.get()}</p>
        }
    });
    let label = format!("Merge {} into {name}", preview.other_name);
    view! {
        <section class="stack" aria-labelledby="ly-merge">
            <h2 id="ly-merge">"What will happen"</h2>
            <div class="stack" inner_html=preview.said.0></div>
            <p class="soft">
                "Where both accounts have the same thing, the further progress is kept. What can’t be merged, such as two works on one exercise, stays with the closed account, where admins see it. Entries of the audit log keep the account that acted."
            </p>
            <Form form=form>
                <input type="hidden" name="person" value=person.to_string() />
                <input type="hidden" name="other" value=preview.other.to_string() />
                <input type="hidden" name="seen" value=preview.seen />
                {agrees}
                <div>
                    <Button kind=ButtonKind::Danger busy=form.busy()>
                        {label}
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
