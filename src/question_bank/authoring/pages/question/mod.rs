//! The page on which a question is written or edited. The form follows its type, changes its rows
//! and shows its preview in place. Without JavaScript, buttons reload the page for the same. Saving
//! always reloads it.

mod fields;
mod live;
mod rows;

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use self::fields::fields;
use self::live::{LivePreview, preview};
use super::facts::facts;
use crate::course::QuestionPurpose;
use crate::paths::regrade_path;
use crate::platform::ids::QuestionId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Glyph, Icon, Notice, Page, Select, TextArea,
    Tone, loaded, page_resource, path_part, query_now,
};
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::api::{RetireQuestion, SaveQuestion, load_question};
use crate::question_bank::authoring::{QuestionForm, QuestionPage};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn question_page() -> AnyView {
    let (course, question) = (path_part("course"), path_part("question"));
    let asked_for = Memo::new(|_| {
        use_query_map().with(|query| {
            let get = |name| query.get(name).unwrap_or_default();
            (get("kind"), get("place"))
        })
    });
    let page = page_resource(
        move || (course.get(), question.get(), asked_for.get()),
        |(course, question, (kind, place))| load_question(course, question, kind, place),
    );
    let save = FormState::of(SaveQuestion::PATH);
    let retire = FormState::of(RetireQuestion::PATH);
    let show = move |page: QuestionPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task(match page.question {
            Some(_) => "Edit question",
            None => "Write a question",
        });
        let inside = question_view(&course, page, save, retire);
        frame_below(&course, &title, Area::Questions, heading, inside)
    };
    view! { <Page title="Question">{loaded(page, show)}</Page> }.erase()
}

fn question_view(course: &str, page: QuestionPage, save: FormState, retire: FormState) -> AnyView {
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
            {saved}
            {imported}
            {problems(&page)}
            {form(course, &page, save)}
            {page.facts.map(|shown| facts(shown, &page.course_title.language))}
            {rekeyed}
            {foot}
        </div>
    }
    .erase()
}

/// The id and the label of each field that can have problems.
const FIELDS: [(&str, &str, &str); 13] = [
    ("kind", "ly-kind", "Type"),
    ("place", "ly-place", "Topic"),
    ("purpose", "ly-purpose", "Use in"),
    ("prompt", "ly-prompt", "Question"),
    ("texts", "ly-row-0", "Answers or items"),
    ("accepted", "ly-accepted", "Accepted answers"),
    ("tolerance", "ly-tolerance", "Tolerance"),
    ("language", "ly-language", "Language"),
    ("program", "ly-program", "Program"),
    ("outcome", "ly-outcome", "Outcome"),
    ("prints", "ly-prints", "Output"),
    ("line", "ly-line", "Line of the error"),
    ("explanation", "ly-explanation", "Explanation"),
];

/// Lists the problems with links to their fields, in the order of the form. The list gets the
/// focus.
fn problems(page: &QuestionPage) -> AnyView {
    let place = |field: &str| FIELDS.iter().position(|(name, ..)| *name == field);
    let mut problems = page.problems.clone();
    // The form shows problems without a field itself.
    problems.retain(|(field, _)| !field.is_empty());
    if problems.is_empty() {
        return ().erase();
    }
    problems.sort_by_key(|(field, _)| place(field).unwrap_or(FIELDS.len()));
    let title = match problems.len() {
        1 => "One thing to correct".to_owned(),
        count => format!("{count} things to correct"),
    };
    let lines = problems
        .into_iter()
        .map(|(field, sentence)| {
            let (id, label) = match place(&field) {
                Some(at) => (FIELDS[at].1, FIELDS[at].2),
                None => ("ly-difficulty", "Estimated difficulty"),
            };
            // The browser follows the link by itself, which also moves the focus.
            view! {
                <li>
                    <a href=format!("#{id}") rel="external">{format!("{label}: {sentence}")}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="notice danger bank-problems" id="ly-problems" role="group" aria-labelledby="ly-problems-title" tabindex="-1" autofocus>
            <Icon glyph=Glyph::Alert />
            <div>
                <b id="ly-problems-title">{title}</b>
                <ul>{lines}</ul>
            </div>
        </div>
    }
    .erase()
}

/// The state of the form, which buttons change in place.
#[derive(Clone, Copy)]
struct Editor {
    kind: RwSignal<QuestionType>,
    /// A key for each row.
    rows: RwSignal<Vec<usize>>,
    /// The last change of the rows, for screen readers.
    said: RwSignal<String>,
    live: LivePreview,
    #[cfg(feature = "hydrate")]
    next_row: StoredValue<usize>,
}

impl Editor {
    fn of(page: &QuestionPage) -> Self {
        let kind = QuestionType::parse(&page.form.kind).unwrap_or(QuestionType::SingleChoice);
        Self {
            kind: RwSignal::new(kind),
            rows: RwSignal::new((0..page.rows).collect()),
            said: RwSignal::new(String::new()),
            live: LivePreview::of(page.preview.clone()),
            #[cfg(feature = "hydrate")]
            next_row: StoredValue::new(page.rows),
        }
    }
}

#[cfg(not(feature = "hydrate"))]
impl Editor {
    fn wake(self) {}

    fn typed(self, _: &leptos::ev::Event) {}
}

/// Follows the fields of the form.
#[cfg(feature = "hydrate")]
mod awake {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlInputElement};

    use super::live::FORM;
    use super::{Editor, QuestionType};

    fn find(selector: &str) -> Option<HtmlInputElement> {
        let found = document().query_selector(selector).ok().flatten()?;
        // A select has a value like an input.
        Some(found.unchecked_into())
    }

    impl Editor {
        /// Takes over a type that was chosen before the page was hydrated.
        pub fn wake(self) {
            Effect::new(move |_| {
                if let Some(kind) = find("#ly-kind") {
                    self.choose(&kind.value());
                }
            });
        }

        pub fn typed(self, event: &leptos::ev::Event) {
            let field = event
                .target()
                .and_then(|field| field.dyn_into::<Element>().ok());
            let name = field.and_then(|field| field.get_attribute("name"));
            match name.as_deref() {
                Some("question[kind]") => self.choose(&event_target_value(event)),
                Some(name) if name.starts_with("question[") => self.live.follow(),
                _ => {}
            }
        }

        fn choose(self, name: &str) {
            let kind = QuestionType::parse(name);
            let Some(kind) = kind.filter(|kind| *kind != self.kind.get_untracked()) else {
                return;
            };
            keep_marks(kind);
            self.kind.set(kind);
            self.live.follow();
        }
    }

    /// Marks the right option of the former type in the fields of the new one, unless one is marked
    /// there.
    fn keep_marks(kind: QuestionType) {
        let (from, to) = match kind {
            QuestionType::SingleChoice => ("several", "right"),
            QuestionType::MultipleChoice => ("right", "several"),
            _ => return,
        };
        let marks = |name: &str| format!("#{FORM} [name='question[{name}][]']");
        if find(&format!("{}:checked", marks(to))).is_some() {
            return;
        }
        let Some(from) = find(&format!("{}:checked", marks(from))) else {
            return;
        };
        if let Some(to) = find(&format!("{}[value='{}']", marks(to), from.value())) {
            to.set_checked(true);
        }
    }
}

fn form(course: &str, page: &QuestionPage, save: FormState) -> AnyView {
    let set = &page.form;
    let id = page.question.map(|id| id.to_string()).unwrap_or_default();
    let behind = page.is_behind.then(|| behind(course, &id));
    let (course, mark, set) = (course.to_owned(), page.mark.clone(), set.clone());
    let editor = Editor::of(page);
    editor.wake();
    let (standing, fields) = (
        standing(page, save),
        fields(&set, &page.focus, editor, save),
    );
    let preview = preview(editor.live, &page.focus, &page.course_title.language);
    view! {
        <Form form=save class="bank-form" id=live::FORM reloads=true guards=true>
            // Enter in a field presses the form's first button, so a hidden button that saves comes
            // first.
            <button class="vh" name="go" value="save" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="mark" value=mark />
            <input type="hidden" name="back" value=query_now("back") />
            <div class="bank-editor" on:input=move |event| editor.typed(&event)>
                <div class="stack bank-typed">
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
                </div>
                {preview}
                <div class="form-foot">
                    <Button name="go" value="save">
                        "Save"
                    </Button>
                    <Button kind=ButtonKind::Secondary name="go" value="another">
                        "Save and write another"
                    </Button>
                </div>
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
                <button class="btn second bank-plain" id="ly-change" name="go" value="kind" autofocus=page.focus == "ly-change">
                    "Change type"
                </button>
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
