//! Page `/admin/operations/storage`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::StoragePage;
use super::api::{RemoveUnused, load_storage};
use crate::people::AdminArea;
use crate::people::pages::frame_below;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Form, FormState, Notice, Page, Tone, loaded, page_resource,
    query_now,
};

pub fn storage_page() -> AnyView {
    let page = page_resource(|| (), |()| load_storage());
    let form = FormState::of(RemoveUnused::PATH);
    let show = move |page: StoragePage| {
        let heading = "Storage".to_owned();
        frame_below(AdminArea::Operations, heading, storage(page, form))
    };
    view! { <Page title="Storage">{loaded(page, show)}</Page> }.erase()
}

fn storage(page: StoragePage, form: FormState) -> AnyView {
    let said = match page.unused_count {
        0 => "Every file is in use.".to_owned(),
        1 => format!("1 file with {}.", page.unused_size),
        count => format!("{count} files with {}.", page.unused_size),
    };
    let removing = (query_now("done") == "removing").then(|| {
        view! { <Notice tone=Tone::Ok>"The files are being removed. Reload the page in a moment."</Notice> }
    });
    let remove = (page.unused_count > 0).then(|| {
        view! {
            <Form form=form class="row">
                <Button kind=ButtonKind::Danger busy=form.busy()>
                    "Remove these files"
                </Button>
            </Form>
        }
    });
    view! {
        {removing}
        <section class="stack" aria-labelledby="ly-unused">
            <h2 id="ly-unused">"Files that nothing refers to"</h2>
            <p>{said}</p>
            <div inner_html=page.unused.0></div>
            {remove}
        </section>
        <div class="stack" inner_html=page.said.0></div>
    }
    .erase()
}
