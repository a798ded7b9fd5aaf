//! Page `/ask`: questions about the catalog.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AskCatalog, load_catalog_talk};
use super::{ASK, CatalogTalkPage, MEMBER_TURNS};
use crate::platform::ui::{
    Breadcrumbs, Button, Erase, Form, FormState, Page, TextArea, loaded, page_resource,
    query_value, viewer,
};
use crate::tutor_chat::QUESTION_CHARACTERS;

pub fn ask_page() -> AnyView {
    let talk = query_value("talk");
    let page = page_resource(move || talk.get(), load_catalog_talk);
    let form = FormState::of(AskCatalog::PATH);
    let show = move |page: CatalogTalkPage| conversation(page, talk.get_untracked(), form);
    view! { <Page title="Ask about the courses">{loaded(page, show)}</Page> }.erase()
}

fn conversation(page: CatalogTalkPage, talk: String, form: FormState) -> AnyView {
    let trail = vec![
        ("Courses".to_owned(), "/courses".to_owned()),
        ("Ask about the courses".to_owned(), String::new()),
    ];
    let begun = page.left < page.all;
    let more = (page.left == 0 && viewer().is_none()).then(|| {
        format!("People who are signed in have {MEMBER_TURNS} questions in a conversation.")
    });
    let again = begun.then(|| {
        view! { <a href=ASK rel="external">"Begin a new conversation"</a> }
    });
    let ask = (page.left > 0).then(|| {
        view! {
            <Form form=form class="stack">
                <input type="hidden" name="talk" value=talk />
                <TextArea
                    id="ly-catalog-question"
                    name="question"
                    label="Your question"
                    hint="For example: Which course explains statistics to beginners, and what does it cost?"
                    value=form.value("question", "")
                    error=form.error("question")
                    max_length=QUESTION_CHARACTERS
                    unmarked=true
                />
                <div class="row">
                    <Button busy=form.busy()>"Ask"</Button>
                </div>
            </Form>
        }
    });
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=trail />
            <h1>"Ask about the courses"</h1>
            <p class="soft">
                "Answers are sentences from the pages of the published courses, word for word. They don’t know what you asked elsewhere, and conversations are deleted after a day."
            </p>
            <div class="tutor-panel" inner_html=page.turns.0></div>
            {ask}
            <p class="soft num">{format!("{} of {} questions left", page.left, page.all)}</p>
            <p class="soft">{more} " " {again}</p>
        </div>
    }
    .erase()
}
