//! The preview beside the form. It follows the typed text once the page is hydrated; without
//! JavaScript, it shows the text that was sent last.

use leptos::prelude::*;

use crate::platform::ui::{Erase, Language};
use crate::question_bank::authoring::Preview;
use crate::question_bank::pages::answer_fields as answering;
use crate::question_bank::pages::graded;

/// Id of the form whose question is shown.
pub const FORM: &str = "ly-question";

#[derive(Clone, Copy)]
pub struct LivePreview {
    /// The preview with its number. A new number renders all fields anew.
    shown: RwSignal<(u32, Preview)>,
    /// The reason why the preview is behind.
    problem: RwSignal<Option<String>>,
    /// Number of the last change. Answers to earlier ones are dropped.
    #[cfg(feature = "hydrate")]
    changes: StoredValue<u32>,
    /// True if the question was changed since it was shown.
    #[cfg(feature = "hydrate")]
    is_behind: StoredValue<bool>,
}

impl LivePreview {
    pub fn of(preview: Preview) -> Self {
        Self {
            shown: RwSignal::new((0, preview)),
            problem: RwSignal::new(None),
            #[cfg(feature = "hydrate")]
            changes: StoredValue::new(0),
            #[cfg(feature = "hydrate")]
            is_behind: StoredValue::new(false),
        }
    }
}

#[cfg(not(feature = "hydrate"))]
impl LivePreview {
    fn grade(self, _: &leptos::ev::MouseEvent) {}

    fn key(self, _: &leptos::ev::KeyboardEvent) {}
}

#[cfg(feature = "hydrate")]
impl LivePreview {
    /// Shows the typed question after a pause.
    pub fn follow(self) {
        self.is_behind.set_value(true);
        self.ask("preview", 400);
    }

    /// Grades the trial answer.
    fn grade(self, event: &leptos::ev::MouseEvent) {
        event.prevent_default();
        self.ask("try", 0);
    }

    /// Grades the trial answer when Enter is pressed in it. The browser would save the question.
    fn key(self, event: &leptos::ev::KeyboardEvent) {
        use wasm_bindgen::JsCast;

        let target = event
            .target()
            .map(JsCast::dyn_into::<web_sys::HtmlInputElement>);
        if event.key() == "Enter" && matches!(target, Some(Ok(_))) {
            event.prevent_default();
            self.ask("try", 0);
        }
    }

    fn ask(self, go: &'static str, pause_ms: u64) {
        let change = self.changes.try_update_value(|changes| {
            *changes += 1;
            *changes
        });
        let is_last = move || self.changes.try_get_value() == change;
        let load = move || {
            if is_last() {
                leptos::task::spawn_local(async move {
                    let outcome = loaded(go).await;
                    if is_last() {
                        self.show(outcome);
                    }
                });
            }
        };
        set_timeout(load, std::time::Duration::from_millis(pause_ms));
    }

    fn show(self, outcome: crate::platform::error::AppResult<Preview>) {
        match outcome {
            Ok(preview) => {
                self.problem.try_set(None);
                let is_behind = self.is_behind.try_update_value(std::mem::take);
                self.shown.try_update(|(number, shown)| {
                    // The fields of a question that is graded stay, and keep the focus.
                    *number += u32::from(is_behind == Some(true));
                    *shown = preview;
                });
            }
            Err(error) => drop(self.problem.try_set(Some(error.to_string()))),
        }
    }
}

/// Sends the form's fields to the server, which renders the question.
#[cfg(feature = "hydrate")]
async fn loaded(go: &str) -> crate::platform::error::AppResult<Preview> {
    use leptos::server_fn::ServerFn;
    use wasm_bindgen::JsCast;

    use crate::platform::error::AppError;
    use crate::platform::ui::browser::{fields_of, send};
    use crate::question_bank::authoring::api::PreviewQuestion;

    let form = document().get_element_by_id(FORM);
    let form = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
    let fields = form.and_then(|form| fields_of(&form, None).ok());
    let fields = fields.ok_or(AppError::Unreachable)?;
    fields.append("go", go);
    let reply = send(PreviewQuestion::PATH, &fields, Some(10_000)).await?;
    crate::platform::ui::decode(&reply.value).map_err(|_| AppError::Unreachable)
}

/// The question as learners see it. The preview is part of the form, so that the trial answer and
/// the typed text are sent together.
pub fn preview(live: LivePreview, focus: &str, language: &Language) -> AnyView {
    let language = language.clone();
    let outcome_language = language.clone();
    let shown = move |(_, preview): (u32, Preview)| {
        let prompt = preview.shown.prompt.0;
        view! {
            <div class="quiz-form">
                <div class="prose quiz-prompt" id="ly-shown" lang=language.tag() dir=language.dir() inner_html=prompt></div>
                {answering::fields(preview.shown.kind, "ly-shown", &language)}
            </div>
        }
        .erase()
    };
    view! {
        <section class="stack bank-preview" id="preview" aria-labelledby="ly-preview-title" on:keydown=move |event| live.key(&event)>
            <h2 id="ly-preview-title" class="label">
                "As learners see it"
            </h2>
            <For each=move || [live.shown.get()] key=|shown| shown.0 children=shown />
            <p class="soft" hidden=move || live.problem.with(Option::is_none)>
                {move || live.problem.get()}
            </p>
            <div class="row">
                // The page reloads without JavaScript, so the focus returns to this button.
                <button class="btn second" id="ly-try" name="go" value="try" autofocus=focus == "ly-try" on:click=move |event| live.grade(&event)>
                    "Grade this answer"
                </button>
                <button class="btn quiet bank-plain" id="ly-preview" name="go" value="preview" autofocus=focus == "ly-preview">
                    "Update preview"
                </button>
            </div>
            <div class="stack bank-graded" role="status">
                {move || live.shown.with(|(_, preview)| outcome(preview, &outcome_language))}
            </div>
        </section>
    }
    .erase()
}

fn outcome(preview: &Preview, language: &Language) -> AnyView {
    if let Some(graded) = &preview.graded {
        return graded::answer(graded.clone(), language, None);
    }
    if preview.problems.is_empty() {
        return ().erase();
    }
    let problems = preview.problems.clone().into_iter();
    let problems = problems.map(|problem| view! { <li>{problem}</li> });
    view! {
        <p>"An answer can be graded once the question is complete:"</p>
        <ul>{problems.collect_view()}</ul>
    }
    .erase()
}
