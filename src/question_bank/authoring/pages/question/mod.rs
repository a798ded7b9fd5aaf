//! The page on which a question is written or edited. Every button of the form reloads the page,
//! with or without JavaScript, because another type or more rows change the fields.

mod fields;

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use self::fields::fields;
use super::facts::facts;
use crate::course::QuestionPurpose;
use crate::paths::regrade_path;
use crate::platform::ids::QuestionId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Language, Notice, Page, Select, TextArea,
    Tone, loaded, page_resource, path_part, query_now,
};
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::api::{RetireQuestion, SaveQuestion, load_question};
use crate::question_bank::authoring::{Preview, QuestionForm, QuestionPage};
use crate::question_bank::pages::answer_fields as answering;
use crate::question_bank::pages::graded;
use crate::teaching::{Area, pages::frame};

pub fn question_page() -> AnyView {
    let (course, question) = (path_part("course"), path_part("question"));
    let asked_for = Memo::new(|_| {
        use_query_map().with(|query| {
            let get = |name| query.get(name).unwrap_or_default();
            (get("kind"), get("place"), !get("preview").is_empty())
        })
    });
    let page = page_resource(
        move || (course.get(), question.get(), asked_for.get()),
        |(course, question, (kind, place, preview))| {
            load_question(course, question, kind, place, preview)
        },
    );
    let save = FormState::of(SaveQuestion::PATH);
    let retire = FormState::of(RetireQuestion::PATH);
    let show = move |page: QuestionPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let inside = question_view(&course, page, save, retire);
        frame(&course, &title, Area::Questions, inside)
    };
    view! { <Page title="Question">{loaded(page, show)}</Page> }.erase()
}

fn question_view(course: &str, page: QuestionPage, save: FormState, retire: FormState) -> AnyView {
    let title = match page.question {
        Some(_) => "Edit question",
        None => "Write a question",
    };
    let list = Area::Questions.path(course);
    let saved = (page.question.is_none() && !query_now("saved").is_empty())
        .then(|| view! { <Notice tone=Tone::Ok>"Question saved. You can write the next one here."</Notice> });
    let imported = page.is_imported.then(|| {
        view! { <p class="soft">"This question was imported. If you edit it here, importing it again will not overwrite your changes."</p> }
    });
    let rekeyed = page.is_rekeyed.then(|| {
        view! { <p class="soft">"The statistics started over when the answer key or the options changed. Earlier answers count again once they are regraded."</p> }
    });
    let foot = page
        .question
        .map(|id| retiring(course, id, page.is_retired, retire));
    view! {
        <div class="bank-question">
            <p>
                <a href=list>"All questions"</a>
            </p>
            <h2>{title}</h2>
            {saved}
            {imported}
            {problems(page.problems.clone())}
            {form(course, &page, save)}
            {page.facts.map(|shown| facts(shown, &page.course_title.language))}
            {rekeyed}
            {foot}
        </div>
    }
    .erase()
}

fn problems(problems: Vec<String>) -> AnyView {
    if problems.is_empty() {
        return ().erase();
    }
    let lines = problems
        .into_iter()
        .map(|problem| view! { <li>{problem}</li> })
        .collect_view();
    view! {
        <div class="notice danger" role="alert">
            <ul>{lines}</ul>
        </div>
    }
    .erase()
}

fn form(course: &str, page: &QuestionPage, save: FormState) -> AnyView {
    let set = &page.form;
    let id = page.question.map(|id| id.to_string()).unwrap_or_default();
    let behind = page.is_behind.then(|| behind(course, &id));
    let (course, mark, set) = (course.to_owned(), page.mark.clone(), set.clone());
    let (standing, fields) = (standing(page, save), fields(&set, page.rows, save));
    let language = &page.course_title.language;
    let preview = page.preview.clone().map(|shown| preview(shown, language));
    view! {
        <Form form=save class="stack bank-form" reloads=true>
            // Enter in a field presses the form's first button, so a hidden button that saves comes
            // first.
            <button class="vh" name="go" value="save" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="mark" value=mark />
            {behind}
            {standing}
            <TextArea
                id="ly-prompt"
                name="question[prompt]"
                label="Question"
                hint="You can use Markdown."
                value=set.prompt
                required=true
                error=save.error("prompt")
            />
            {fields}
            <TextArea
                id="ly-explanation"
                name="question[explanation]"
                label="Explanation"
                hint="Shown after the attempt is graded. You can use Markdown."
                value=set.explanation
                error=save.error("explanation")
            />
            <Field
                id="ly-difficulty"
                name="question[difficulty]"
                label="Estimated difficulty (% incorrect)"
                hint="Your estimate of how many learners answer incorrectly."
                value=set.difficulty
                error=save.error("difficulty")
                autocomplete="off"
            />
            {preview}
            <div class="form-foot">
                <Button name="go" value="save">
                    "Save"
                </Button>
                <Button kind=ButtonKind::Secondary name="go" value="another">
                    "Save and write another"
                </Button>
                <Button kind=ButtonKind::Quiet name="go" value="preview">
                    "Preview"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

/// Tells that somebody else has changed the question. The tutor can compare both versions, and can
/// save this one anyway.
fn behind(course: &str, id: &str) -> AnyView {
    let theirs = format!("{}/{id}", Area::Questions.path(course));
    view! {
        <div class="notice warn" role="status">
            <div class="stack">
                <p>
                    "Someone else has changed this question since you opened it. "
                    <a href=theirs target="_blank">"View their version in a new tab"</a>
                </p>
                <label class="check">
                    <input type="checkbox" name="overwrite" value="true" />
                    <span>"Replace it with my version"</span>
                </label>
            </div>
        </div>
    }
    .erase()
}

/// Fields for the type, the place and the purpose.
fn standing(page: &QuestionPage, save: FormState) -> AnyView {
    let set = &page.form;
    let kinds = QuestionType::ALL.map(|kind| (kind.name().to_owned(), kind.label().to_owned()));
    let purposes =
        QuestionPurpose::ALL.map(|purpose| (purpose.name().to_owned(), purpose.label().to_owned()));
    view! {
        <div class="bank-fields">
            <div class="bank-kind">
                <Select id="ly-kind" name="question[kind]" label="Type" value=set.kind.clone() options=kinds.to_vec() error=save.error("kind") />
                <Button kind=ButtonKind::Secondary name="go" value="kind">
                    "Change type"
                </Button>
            </div>
            <Select
                id="ly-place"
                name="question[place]"
                label="Topic"
                value=set.place.clone()
                options=page.places.clone()
                error=save.error("place")
            />
            <Select
                id="ly-purpose"
                name="question[purpose]"
                label="Use in"
                value=set.purpose.clone()
                options=purposes.to_vec()
                error=save.error("purpose")
            />
        </div>
    }
    .erase()
}

/// The question as learners see it. The preview is part of the form, so that the trial answer and
/// the typed text are sent together.
fn preview(preview: Preview, language: &Language) -> AnyView {
    let graded = preview.graded.map(|graded| {
        view! {
            <div class="stack bank-graded" role="status">
                {graded::answer(graded, language, "Your answer")}
            </div>
        }
    });
    view! {
        <section class="stack bank-preview" id="preview" aria-labelledby="ly-preview">
            <h2 id="ly-preview" class="label">
                "As learners see it"
            </h2>
            <div class="quiz-form">
                <div class="prose quiz-prompt" id="ly-prompt" lang=language.tag() dir=language.dir() inner_html=preview.shown.prompt.0></div>
                {answering::fields(preview.shown.kind, "ly-prompt", language)}
            </div>
            <div class="row">
                // The page reloads after each trial, so the focus returns to this button.
                <button class="btn second" name="go" value="try" autofocus=true>
                    "Grade this answer"
                </button>
            </div>
            {graded}
        </section>
    }
    .erase()
}

fn retiring(course: &str, id: QuestionId, is_retired: bool, retire: FormState) -> AnyView {
    let (text, button, kind) = match is_retired {
        true => (
            "This question is retired. It no longer appears in new attempts.",
            "Restore",
            ButtonKind::Secondary,
        ),
        false => (
            "A retired question no longer appears in new attempts. Existing attempts keep it, and you can restore it later.",
            "Retire",
            ButtonKind::Danger,
        ),
    };
    let regrade = regrade_path(course, id);
    let course = course.to_owned();
    view! {
        <p class="soft">
            "Was the answer key wrong? Correct it above, then "
            <a href=regrade>"regrade the answers given so far"</a> "."
        </p>
        <Form form=retire class="stack bank-retire">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="retired" value=(!is_retired).to_string() />
            <p class="soft">{text}</p>
            <div>
                <Button kind=kind busy=retire.busy()>
                    {button}
                </Button>
            </div>
        </Form>
    }
    .erase()
}
