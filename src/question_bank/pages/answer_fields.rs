//! One question of a running attempt. The form sends the answer with each step, and after hydration
//! also whenever it changes.

use leptos::prelude::*;
use uuid::Uuid;

use super::sortable::{matching, ordering};
use crate::platform::ui::{Erase, FormState, Glyph, Html, Icon, Language, text_of_area};
use crate::question_bank::limits::ANSWER_CHARACTERS;
use crate::question_bank::{QuestionView, QuestionViewKind};

/// Restores typed values that the server rejected, so that the learner need not type them again.
pub fn as_typed(kind: QuestionViewKind, form: FormState) -> QuestionViewKind {
    match kind {
        QuestionViewKind::ShortAnswer { text } => QuestionViewKind::ShortAnswer {
            text: form.value("given[text]", &text),
        },
        QuestionViewKind::Tracing {
            program,
            compiles,
            prints,
            line,
        } => QuestionViewKind::Tracing {
            program,
            compiles: match form.value("given[compiles]", "").as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => compiles,
            },
            prints: form.value("given[text]", &prints),
            line: form.value("given[line]", "").parse().ok().or(line),
        },
        QuestionViewKind::Ordering { items } => {
            let typed = |(id, html, place): (Uuid, Html, Option<usize>)| {
                let place = typed_choice(form, "order", id, place);
                (id, html, place)
            };
            QuestionViewKind::Ordering {
                items: items.into_iter().map(typed).collect(),
            }
        }
        QuestionViewKind::Matching { left, right } => {
            let typed = |(id, html, matched): (Uuid, Html, Option<Uuid>)| {
                let matched = typed_choice(form, "matches", id, matched);
                (id, html, matched)
            };
            QuestionViewKind::Matching {
                left: left.into_iter().map(typed).collect(),
                right,
            }
        }
        other => other,
    }
}

/// The place or match that was chosen for an item, or `or` if the form was not sent before.
fn typed_choice<T: std::str::FromStr + ToString>(
    form: FormState,
    group: &str,
    id: Uuid,
    or: Option<T>,
) -> Option<T> {
    let kept = or.map(|kept| kept.to_string()).unwrap_or_default();
    let field = format!("given[{group}][i{id}]");
    form.value(&field, &kept).parse().ok()
}

/// Shows a question with the fields of its answer, and with the flag for review if `can_flag`.
/// `id` is the HTML id of the prompt.
pub fn question_fields(
    shown: QuestionView,
    id: String,
    can_flag: bool,
    language: &Language,
) -> AnyView {
    let QuestionView {
        prompt,
        kind,
        flagged,
    } = shown;
    let answer = fields(kind, &id, language);
    let flag = can_flag.then(|| {
        view! {
            <label class="check quiz-flag">
                <input type="checkbox" name="given[flagged]" value="on" checked=flagged />
                <span>"Flag for review"</span>
            </label>
        }
    });
    view! {
        <div class="prose quiz-prompt" id=id lang=language.tag() dir=language.dir() inner_html=prompt.0></div>
        {answer}
        {flag}
    }
    .erase()
}

/// Shows the buttons that save an answer and go `back` to the question with this number, or on to
/// `go`. With `by_script`, scripts switch to the other question without loading it.
pub fn steps(back: Option<usize>, go: String, label: &'static str, by_script: bool) -> AnyView {
    let target = |go: &str| by_script.then(|| go.to_owned());
    let back = back.map(|number| {
        let go = number.to_string();
        view! {
            <button class="btn second" name="go" data-go=target(&go) value=go>
                <Icon glyph=Glyph::ArrowLeft />
                "Back"
            </button>
        }
    });
    view! {
        <div class="row">
            {back}
            <button class="btn" name="go" data-go=target(&go) value=go>
                {label}
                <Icon glyph=Glyph::ArrowRight />
            </button>
        </div>
    }
    .erase()
}

/// Shows the fields for the answer to a question. `prompt` is the HTML id of the prompt, which
/// describes the fields to screen readers.
pub fn fields(kind: QuestionViewKind, prompt: &str, language: &Language) -> AnyView {
    let prompt = prompt.to_owned();
    match kind {
        QuestionViewKind::Choice { several, options } => choice(several, options, prompt, language),
        QuestionViewKind::ShortAnswer { text } => view! {
            <label class="stack">
                <span class="label">"Your answer"</span>
                <input class="input" type="text" name="given[text]" value=text maxlength=ANSWER_CHARACTERS.to_string() autocomplete="off" spellcheck="false" dir="auto" aria-describedby=prompt />
            </label>
        }
        .erase(),
        QuestionViewKind::Tracing {
            program,
            compiles,
            prints,
            line,
        } => tracing(program, (compiles, prints, line), prompt),
        QuestionViewKind::Ordering { items } => ordering(items, prompt, language),
        QuestionViewKind::Matching { left, right } => matching(left, right, prompt, language),
    }
}

fn choice(
    several: bool,
    options: Vec<(Uuid, Html, bool)>,
    prompt: String,
    language: &Language,
) -> AnyView {
    let (kind, hint) = match several {
        true => ("checkbox", "Select all that apply."),
        false => ("radio", "Select one answer."),
    };
    let lines = options
        .into_iter()
        .map(|(id, html, chosen)| {
            view! {
                <label class="check quiz-option" lang=language.tag() dir=language.dir()>
                    <input type=kind name="given[options][]" value=id.to_string() checked=chosen />
                    <span inner_html=html.0></span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack" aria-describedby=prompt>
            <legend class="soft">{hint}</legend>
            {lines}
        </fieldset>
    }
    .erase()
}

/// Whether the program compiles, its output, and the line of its error.
type Traced = (Option<bool>, String, Option<u32>);

/// The fields of a tracing question. Typing into one of them also selects whether the program
/// compiles.
fn tracing(program: Html, (compiles, prints, line): Traced, prompt: String) -> AnyView {
    let line = line.map(|line| line.to_string()).unwrap_or_default();
    view! {
        <div class="prose" inner_html=program.0></div>
        <fieldset class="stack" aria-describedby=prompt>
            <legend class="soft">"Does this program compile?"</legend>
            <label class="check quiz-option">
                <input type="radio" name="given[compiles]" value="yes" checked=compiles == Some(true) />
                <span>"Yes, and it prints"</span>
            </label>
            <textarea
                class="input"
                name="given[text]"
                rows="3"
                maxlength=ANSWER_CHARACTERS.to_string()
                spellcheck="false"
                aria-label="Output"
                on:input=|event| tick(&event, "yes")
                inner_html=text_of_area(&prints)
            ></textarea>
            <label class="check quiz-option">
                <input type="radio" name="given[compiles]" value="no" checked=compiles == Some(false) />
                <span>"No"</span>
            </label>
            <label class="row">
                <span class="soft">"The error is on line"</span>
                <input
                    class="input quiz-line"
                    type="text"
                    inputmode="numeric"
                    name="given[line]"
                    value=line
                    pattern="[0-9]{1,6}"
                    title="A number, counted from 1"
                    autocomplete="off"
                    on:input=|event| tick(&event, "no")
                />
            </label>
        </fieldset>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn tick(_: &leptos::ev::Event, _: &'static str) {}

/// Selects the radio button that belongs to the field that was typed into.
#[cfg(feature = "hydrate")]
pub fn tick(event: &leptos::ev::Event, answer: &'static str) {
    use wasm_bindgen::JsCast;
    let field = event
        .target()
        .and_then(|field| field.dyn_into::<web_sys::Element>().ok());
    let around = field.and_then(|field| field.closest("fieldset").ok().flatten());
    let choice = around.and_then(|around| {
        let choice = format!("[name='given[compiles]'][value={answer}]");
        around.query_selector(&choice).ok().flatten()
    });
    if let Some(choice) = choice.and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        choice.set_checked(true);
    }
}
