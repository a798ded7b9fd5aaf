//! Page `/learn/COURSE/survey/mine`: how the course is shown to the learner, and the survey.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::api::{ChooseKind, TakeSurvey, load_survey};
use super::{QUESTIONS, SurveyPage, SurveyQuestion};
use crate::course::LearnerPersona;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, Erase, Form, FormState, Notice, Page, Tone, loaded,
    page_resource, path_part, query_now,
};

pub fn survey_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_survey);
    let forms = (
        FormState::of(TakeSurvey::PATH),
        FormState::of(ChooseKind::PATH),
    );
    view! { <Page title="How this course is shown to you">{loaded(page, move |page| survey(page, forms))}</Page> }
        .erase()
}

fn survey(page: SurveyPage, (take, choose): (FormState, FormState)) -> AnyView {
    let done = match query_now("done").as_str() {
        "found" | "chosen" => "Saved. The course is shown this way from now on.",
        "none" => "Saved. Your answers fit everybody’s version best.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{done}</Notice> });
    let shown = match page.persona {
        Some(kind) => format!("Now it is shown for somebody who {}.", kind.description()),
        None => "Now it is shown as to everybody.".to_owned(),
    };
    let questions = QUESTIONS
        .iter()
        .map(|question| group(question, take))
        .collect_view();
    let (course, slug) = (page.course_slug.clone(), page.course_slug.clone());
    view! {
        <Title text=format!("How it is shown · {}", page.course_title) />
        <div class="narrow stack">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new("How it is shown to you", ""),
            ] />
            <h1>"How this course is shown to you"</h1>
            {done}
            <p>{shown} " " {page.reasons}</p>
            <p class="soft">
                "Some parts of this course are written in several ways. Five questions find the one that fits you best. Only you and the tutors of the course can know the result."
            </p>
            <Form form=take class="stack">
                <input type="hidden" name="course" value=slug />
                {questions}
                <div class="row">
                    <Button busy=take.busy()>"Find what fits"</Button>
                </div>
            </Form>
            <h2>"Or choose yourself"</h2>
            <Form form=choose class="chips">
                <input type="hidden" name="course" value=course />
                {LearnerPersona::ALL.map(|kind| chip(kind.name(), kind.label(), page.persona == Some(kind))).collect_view()}
                {chip("", "As for everybody", page.persona.is_none())}
            </Form>
            <p>
                <Button kind=ButtonKind::Quiet href=format!("/learn/{}", page.course_slug)>
                    "Back to the course"
                </Button>
            </p>
        </div>
    }
    .erase()
}

fn chip(name: &'static str, label: &'static str, is_chosen: bool) -> AnyView {
    let pressed = if is_chosen { "true" } else { "false" };
    view! {
        <button class="chip" name="kind" value=name aria-pressed=pressed>
            {label}
        </button>
    }
    .erase()
}

fn group(question: &'static SurveyQuestion, form: FormState) -> AnyView {
    let chosen = form.value(question.field, "");
    let error = form.error(question.field);
    let id = format!("ly-{}-error", question.field);
    let described = id.clone();
    let options = question
        .options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let value = at.to_string();
            let is_chosen = value == chosen;
            let id = (at == 0).then(|| format!("ly-{}", question.field));
            view! {
                <label class="check">
                    <input
                        type="radio"
                        id=id
                        name=question.field
                        value=value
                        checked=is_chosen
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                    />
                    <span>{option.label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="apply-choice" aria-describedby=described>
            <legend class="control-label">{question.prompt}</legend>
            {options}
            <p class="error" id=id hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
        </fieldset>
    }
    .erase()
}
