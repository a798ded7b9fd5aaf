//! The page of a practice question. The player loads its element `#ly-practice` into the text of
//! the topic, so the page uses only plain links and forms.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use server_fn::ServerFn;

use super::api::{AnswerPractice, load_practice};
use super::{PracticePage, PracticeState};
use crate::platform::ui::{
    Breadcrumbs, Button, Erase, Form, FormState, Language, Page, loaded, page_resource,
};
use crate::question_bank::pages::answer_fields::{as_typed, fields};
use crate::question_bank::pages::graded::answer;
use crate::question_bank::{GradedQuestion, QuestionView};

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
    let inside = match page.state.clone() {
        PracticeState::Open(shown) => open(page.clone(), shown, form),
        PracticeState::Answered {
            outcome,
            attempts,
            again,
        } => answered(*outcome, &page.course_title.language, attempts, again),
    };
    view! {
        <Title text=format!("Practice · {}", page.topic.title) />
        <div class="narrow quiz-page">
            <Breadcrumbs trail=vec![
                (page.course_title.to_string(), format!("/learn/{}", page.course_slug)),
                (page.topic.title.clone(), page.topic.href.clone()),
            ] />
            <h1>"Practice"</h1>
            <section id="ly-practice" class="practice">
                {inside}
            </section>
            <p>
                // The browser scrolls to the fragment only when it loads the whole page.
                <a href=page.topic.href rel="external">
                    "Back to the topic"
                </a>
            </p>
        </div>
    }
    .erase()
}

fn open(page: PracticePage, shown: QuestionView, form: FormState) -> AnyView {
    let prompt: Vec<&str> = page.key.split_whitespace().collect();
    let prompt = format!("practice-prompt-{}", prompt.join("-"));
    let language = page.course_title.language;
    view! {
        <p class="label">"Practice"</p>
        <Form form=form class="quiz-form">
            <input type="hidden" name="course" value=page.course_slug />
            <input type="hidden" name="topic" value=page.topic_slug />
            <input type="hidden" name="key" value=page.key />
            <div class="practice-prompt" id=prompt.clone() lang=language.tag() dir=language.dir() inner_html=shown.prompt.0></div>
            {fields(as_typed(shown.kind, form), &prompt, &language)}
            <div>
                <Button busy=form.busy()>"Check"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn answered(outcome: GradedQuestion, language: &Language, attempts: i32, again: String) -> AnyView {
    let attempts = (attempts > 1)
        .then(|| view! { <span class="soft">{format!("{attempts} attempts")}</span> });
    view! {
        <p class="label">"Practice"</p>
        <div class="practice-outcome" role="status" tabindex="-1">
            {answer(outcome, language, "Your answer")}
            <p class="row">
                <a class="btn second practice-go" rel="external" href=again>
                    "Try again"
                </a>
                {attempts}
            </p>
        </div>
    }
    .erase()
}
