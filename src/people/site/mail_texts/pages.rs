//! Page `/admin/site/mails`: the words of mails, with a preview.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{SaveMailText, load_mail_texts};
use super::{MailTextsPage, SUBJECT_LIMIT, TEXT_LIMIT, mail_text_path};
use crate::people::AdminArea;
use crate::people::pages::frame_below;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Notice, Page, TextArea, Tone, loaded,
    page_resource, query_now, query_value,
};

pub fn mail_texts_page() -> AnyView {
    let (mail, subject, text) = (
        query_value("mail"),
        query_value("subject"),
        query_value("text"),
    );
    let page = page_resource(
        move || (mail.get(), subject.get(), text.get()),
        |(mail, subject, text)| load_mail_texts(mail, subject, text),
    );
    let form = FormState::of(SaveMailText::PATH);
    let show = move |page: MailTextsPage| {
        let heading = "Texts of mails".to_owned();
        frame_below(AdminArea::Site, heading, mail_texts(page, form))
    };
    view! { <Page title="Texts of mails">{loaded(page, show)}</Page> }.erase()
}

fn mail_texts(page: MailTextsPage, form: FormState) -> AnyView {
    let chips = page.mails.iter().map(|(key, name, is_changed)| {
        let name = match is_changed {
            true => format!("{name} (changed)"),
            false => name.clone(),
        };
        view! {
            <a class="chip" href=mail_text_path(key) aria-current=(*key == page.key).then_some("true")>
                {name}
            </a>
        }
    });
    let chips = chips.collect_view();
    let note = match (page.is_draft, query_now("done").as_str()) {
        (true, _) => Some(("This is a preview. Nothing is saved yet.", Tone::Info)),
        (false, "saved") => Some(("Saved. Mails have these words from now on.", Tone::Ok)),
        _ => None,
    };
    let note = note.map(|(text, tone)| view! { <Notice tone=tone>{text}</Notice> });
    let usual = page.is_changed.then(|| {
        view! {
            <Button kind=ButtonKind::Secondary name="act" value="usual" busy=form.busy()>
                "Back to the built-in text"
            </Button>
        }
    });
    view! {
        <nav class="chips" aria-label="Mails">
            {chips}
        </nav>
        {note}
        <h2>{page.name}</h2>
        <p class="soft">{page.sent}</p>
        <Form form=form class="stack course-form">
            <input type="hidden" name="mail" value=page.key />
            <Field
                name="subject"
                label="Subject"
                value=form.value("subject", &page.subject)
                error=form.error("subject")
                required=true
                max_length=SUBJECT_LIMIT
            />
            <TextArea
                name="text"
                label="Text"
                hint="An empty line begins a new paragraph. The name of the site follows at the end."
                value=form.value("text", &page.text)
                error=form.error("text")
                required=true
                max_length=TEXT_LIMIT
            />
            <dl class="admin-facts" inner_html=page.placeholders.0></dl>
            <div class="row">
                <Button busy=form.busy() name="act" value="save">
                    "Save"
                </Button>
                <Button kind=ButtonKind::Secondary name="act" value="preview" busy=form.busy()>
                    "Preview"
                </Button>
                {usual}
            </div>
        </Form>
        <section class="stack" aria-labelledby="ly-preview">
            <h2 id="ly-preview">"Preview"</h2>
            <p>
                <strong>{page.preview_subject}</strong>
            </p>
            <div class="prose" inner_html=page.preview.0></div>
            <details>
                <summary>"As plain text"</summary>
                <pre class="exercise-work" tabindex="0">
                    {page.preview_text}
                </pre>
            </details>
        </section>
    }
    .erase()
}
