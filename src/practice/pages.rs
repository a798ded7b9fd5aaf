//! A practice question in the text of a topic and on its own page. The player fetches the page and
//! puts the parts of its element `#ly-practice` into the text, so they use only plain links and
//! forms.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use server_fn::ServerFn;

use super::api::{AnswerPractice, load_practice};
use super::{PracticePage, PracticeState};
use crate::platform::ui::{
    Breadcrumbs, Button, Crumb, Erase, Form, FormState, Html, Page, loaded, page_resource,
};
use crate::question_bank::QuestionView;
use crate::question_bank::pages::answer_fields::{as_typed, fields};
use crate::question_bank::pages::graded::result;
use crate::question_bank::pages::sorting;

pub fn practice_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let get = |name| params.get(name).unwrap_or_default();
            (get("course"), get("topic"), get("key"))
        })
    });
    let again = Memo::new(|_| use_query_map().with(|query| query.get("again").is_some()));
    let page = page_resource(
        move || (params.get(), again.get()),
        |((course, topic, key), again)| load_practice(course, topic, key, again),
    );
    let form = FormState::of(AnswerPractice::PATH);
    view! { <Page title="Practice">{loaded(page, move |page| practice(page, form))}</Page> }.erase()
}

fn practice(page: PracticePage, form: FormState) -> AnyView {
    let topic = page.topic.clone();
    view! {
        <Title text=format!("Practice · {} · {}", topic.title, page.course_title) />
        <div class="narrow quiz-page">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new(topic.title, topic.href.clone()).in_language(&page.course_title.language),
                Crumb::new("Practice", ""),
            ] />
            <h1>"Practice"</h1>
            <section id="ly-practice" class="practice">
                {question(&page, form, false)}
            </section>
            <p>
                // The browser scrolls to the fragment only when it loads the whole page.
                <a href=topic.href rel="external">
                    "Back to the topic"
                </a>
            </p>
        </div>
    }
    .erase()
}

/// Shows a question in three parts that the player replaces: the question with its form, the
/// outcome, and the step after it. The outcome is a live region that stays, so that screen readers
/// announce what comes into it.
pub fn question(page: &PracticePage, form: FormState, in_text: bool) -> AnyView {
    let language = &page.course_title.language;
    let prompt = |html: Html| {
        view! { <div class="practice-prompt" lang=language.tag() dir=language.dir() inner_html=html.0></div> }
            .erase()
    };
    let (asked, outcome, next) = match page.state.clone() {
        PracticeState::Open(shown) => (ask(page, shown, form, in_text), ().erase(), ().erase()),
        PracticeState::Answered {
            mut outcome,
            attempts,
            again,
        } => {
            let asked = prompt(std::mem::take(&mut outcome.prompt));
            (asked, result(*outcome, language), step(attempts, again))
        }
        PracticeState::InUse { prompt: html, why } => {
            let why = view! { <p class="soft">{why}</p> };
            (prompt(html), why.erase(), ().erase())
        }
    };
    view! {
        <p class="label">"Practice"</p>
        <div class="practice-ask">{asked}</div>
        <div class="practice-outcome" role="status">
            {outcome}
        </div>
        <div class="practice-step">{next}</div>
    }
    .erase()
}

fn ask(page: &PracticePage, shown: QuestionView, form: FormState, in_text: bool) -> AnyView {
    if !in_text {
        sorting::wake();
    }
    let prompt: Vec<&str> = page.key.split_whitespace().collect();
    let prompt = format!("practice-prompt-{}", prompt.join("-"));
    let language = page.course_title.language.clone();
    let in_text = in_text.then(|| view! { <input type="hidden" name="in_text" value="true" /> });
    let (course, topic) = (page.course_slug.clone(), page.topic_slug.clone());
    let key = page.key.clone();
    view! {
        <Form form=form class="quiz-form">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <input type="hidden" name="key" value=key />
            {in_text}
            <div class="practice-prompt" id=prompt.clone() lang=language.tag() dir=language.dir() inner_html=shown.prompt.0></div>
            {fields(as_typed(shown.kind, form), &prompt, &language)}
            <div>
                <Button busy=form.busy()>"Check"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn step(attempts: i32, again: String) -> AnyView {
    let attempts = (attempts > 1)
        .then(|| view! { <span class="soft">{format!("{attempts} attempts")}</span> });
    view! {
        <p class="row">
            <a class="btn second practice-go" rel="external" href=again>
                "Try again"
            </a>
            {attempts}
        </p>
    }
    .erase()
}
