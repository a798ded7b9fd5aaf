//! Page of the questions that applications answer.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::admission::manage::api::{
    AddAssessmentQuestion, RemoveAssessmentQuestion, load_assessment,
};
use crate::admission::manage::{AssessmentLine, AssessmentPage, PROMPT_CHARACTERS};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Form, FormState, Page, Select, Switch, TextArea, loaded,
    page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/admissions/questions`.
pub fn assessment_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_assessment);
    let add = FormState::of(AddAssessmentQuestion::PATH);
    let remove = FormState::of(RemoveAssessmentQuestion::PATH);
    let show = move |page: AssessmentPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let inside = questions(page, &course, add, remove);
        let heading = TeachHeading::task("Application questions");
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Application questions">{loaded(page, show)}</Page> }.erase()
}

fn questions(page: AssessmentPage, course: &str, add: FormState, remove: FormState) -> AnyView {
    let lines = page
        .questions
        .into_iter()
        .map(|question| line(question, course, remove))
        .collect_view();
    let was_sent = !add.value("course", "").is_empty();
    let is_required = !was_sent || !add.value("question[is_required]", "").is_empty();
    let (all, course) = (Area::Admissions.path(course), course.to_owned());
    view! {
        <p>
            <a href=all>"All offerings"</a>
        </p>
        <p class="soft">"Applicants answer them before they submit. Applications keep each question as it was asked, so a removed question stays with its answers."</p>
        <ul class="assessment">{lines}</ul>
        <section class="stack">
            <h2>"Add a question"</h2>
            <Form form=add class="stack exam-form">
                <input type="hidden" name="course" value=course />
                <TextArea
                    id="ly-prompt"
                    name="question[prompt]"
                    label="Question"
                    required=true
                    max_length=PROMPT_CHARACTERS
                    value=add.value("question[prompt]", "")
                    error=add.error("prompt")
                />
                <TextArea
                    id="ly-options"
                    name="question[options]"
                    label="Choices"
                    hint="One in each line. Leave blank for an answer in words."
                    value=add.value("question[options]", "")
                    error=add.error("options")
                />
                <Select
                    id="ly-scope"
                    name="question[scope]"
                    label="Asked in"
                    options=page.scopes
                    value=add.value("question[scope]", "")
                    error=add.error("scope")
                    required=false
                />
                <Switch name="question[is_required]" label="An answer is required" checked=is_required />
                <div>
                    <Button busy=add.busy()>"Add question"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn line(question: AssessmentLine, course: &str, remove: FormState) -> AnyView {
    let kind = match question.options.is_empty() {
        true => "In words".to_owned(),
        false => question.options.join(" / "),
    };
    let required = match question.is_required {
        true => "required",
        false => "optional",
    };
    let label = format!("Remove “{}”", question.prompt);
    let course = course.to_owned();
    view! {
        <li>
            <div>
                <b>{question.prompt}</b>
                <p class="soft">{format!("{kind} · {required} · {}", question.scope)}</p>
            </div>
            <Form form=remove class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="question" value=question.question_id.to_string() />
                <Button kind=ButtonKind::Quiet label=label busy=remove.busy()>
                    "Remove"
                </Button>
            </Form>
        </li>
    }
    .erase()
}
