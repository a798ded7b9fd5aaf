//! The rows for options, items and pairs. They are the same for all types, so that a change of the
//! type keeps them. Buttons change the rows in place; without JavaScript, they send the form.

use leptos::prelude::*;

use super::Editor;
use crate::platform::ui::{Erase, FormState, text_of_area};
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::{MOST_ROWS, QuestionForm};

const FEWEST_ROWS: usize = 2;

/// The legend, the hint, and the name of a row.
fn words(kind: QuestionType) -> [&'static str; 3] {
    match kind {
        QuestionType::MultipleChoice => [
            "Options",
            "Select all correct options. Blank rows are ignored. You can use Markdown.",
            "option",
        ],
        QuestionType::Ordering => [
            "Items",
            "Enter the items in the correct order; learners see them shuffled. Blank rows are ignored. You can use Markdown.",
            "item",
        ],
        QuestionType::Matching => [
            "Pairs",
            "Each row is a matching pair. Blank rows are ignored. You can use Markdown.",
            "pair",
        ],
        _ => [
            "Options",
            "Select the correct option. Blank rows are ignored. You can use Markdown.",
            "option",
        ],
    }
}

/// The label of the text in the row with this number.
fn text_label(kind: QuestionType, number: usize) -> String {
    match kind {
        QuestionType::Ordering => format!("Item {number}"),
        QuestionType::Matching => format!("Left side of pair {number}"),
        _ => format!("Option {number}"),
    }
}

pub fn rows(set: &QuestionForm, focus: &str, editor: Editor, save: FormState) -> AnyView {
    let error = save.error("texts");
    let kind = editor.kind;
    let (set, focus) = (set.clone(), focus.to_owned());
    let is_full = move || editor.rows.with(Vec::len) == MOST_ROWS;
    let line = move |at: ReadSignal<usize>, key: usize| row(&set, &focus, editor, at, key);
    view! {
        <fieldset
            class="stack bank-lines"
            class:invalid=move || error.with(Option::is_some)
            hidden=move || !uses_rows(kind.get())
            aria-describedby="ly-texts-error ly-texts-hint"
        >
            <legend class="control-label">{move || words(kind.get())[0]}</legend>
            <p class="hint" id="ly-texts-hint">{move || words(kind.get())[1]}</p>
            <p class="error" id="ly-texts-error" hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
            <ForEnumerate each=move || editor.rows.get() key=|key| *key children=line />
            <div>
                <button
                    class="btn quiet"
                    name="go"
                    value="more"
                    disabled=is_full
                    on:click=move |event| editor.add_row(&event)
                >
                    {move || format!("Add {}", words(kind.get())[2])}
                </button>
            </div>
            <p class="vh" role="status">{move || editor.said.get()}</p>
        </fieldset>
    }
    .erase()
}

pub fn uses_rows(kind: QuestionType) -> bool {
    !matches!(kind, QuestionType::ShortAnswer | QuestionType::Tracing)
}

fn row(
    set: &QuestionForm,
    focus: &str,
    editor: Editor,
    at: ReadSignal<usize>,
    key: usize,
) -> AnyView {
    let kind = editor.kind;
    let number = move || at.get() + 1;
    let is = move |other: QuestionType| kind.get() == other;
    let mark = |name: &'static str, input: &'static str, of: QuestionType, marks: &[String]| {
        let is_marked = marks.contains(&key.to_string());
        view! {
            <input
                type=input
                name=name
                value=move || at.get().to_string()
                checked=is_marked
                hidden=move || !is(of)
                aria-label=move || format!("Option {} is correct", number())
            />
        }
        .erase()
    };
    let right = mark(
        "question[right][]",
        "radio",
        QuestionType::SingleChoice,
        &set.right,
    );
    let several = mark(
        "question[several][]",
        "checkbox",
        QuestionType::MultipleChoice,
        &set.several,
    );
    let html = |texts: &[String]| {
        texts
            .get(key)
            .map(|text| text_of_area(text))
            .unwrap_or_default()
    };
    let id = format!("ly-row-{key}");
    let is_focused = focus == id;
    view! {
        <div class="bank-row" class:two-sided=move || is(QuestionType::Matching) id=format!("ly-line-{key}")>
            {right}
            {several}
            <textarea
                class="input bank-line"
                id=id
                name="question[texts][]"
                rows="1"
                autofocus=is_focused
                aria-label=move || text_label(kind.get(), number())
                inner_html=html(&set.texts)
            ></textarea>
            <textarea
                class="input bank-line"
                name="question[partners][]"
                rows="1"
                hidden=move || !is(QuestionType::Matching)
                aria-label=move || format!("Right side of pair {}", number())
                inner_html=html(&set.partners)
            ></textarea>
            {tools(focus, editor, at, key)}
        </div>
    }
    .erase()
}

/// Buttons that move a row up and down, and that remove it.
fn tools(focus: &str, editor: Editor, at: ReadSignal<usize>, key: usize) -> AnyView {
    let count = move || editor.rows.with(Vec::len);
    let button = |step: &'static str, sign: &'static str, words: [&'static str; 2]| {
        let id = format!("ly-{step}-{key}");
        let is_focused = focus == id;
        let is_off = move || match step {
            "up" => at.get() == 0,
            "down" => at.get() + 1 == count(),
            _ => count() <= FEWEST_ROWS,
        };
        let label = move || {
            let [before, after] = words;
            format!(
                "{before} {} {}{after}",
                self::words(editor.kind.get())[2],
                at.get() + 1
            )
        };
        view! {
            <button
                class="btn quiet"
                id=id
                name="go"
                value=move || format!("{step}-{}", at.get())
                disabled=is_off
                autofocus=is_focused
                aria-label=label
                on:click=move |event| editor.step_row(&event, step, key)
            >
                {sign}
            </button>
        }
        .erase()
    };
    view! {
        <span class="bank-row-tools">
            {button("up", "↑", ["Move", " up"])}
            {button("down", "↓", ["Move", " down"])}
            {button("remove", "×", ["Remove", ""])}
        </span>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
impl Editor {
    fn add_row(self, _: &leptos::ev::MouseEvent) {}

    fn step_row(self, _: &leptos::ev::MouseEvent, _: &'static str, _: usize) {}
}

#[cfg(feature = "hydrate")]
impl Editor {
    /// Adds an empty row at the end and moves the focus to it.
    fn add_row(self, event: &leptos::ev::MouseEvent) {
        event.prevent_default();
        let key = self.next_row.get_value();
        self.next_row.set_value(key + 1);
        self.rows.update(|rows| rows.push(key));
        self.changed_rows(format!("ly-row-{key}"), String::new());
    }

    /// Moves or removes a row. The focus stays with a row that moves, and goes to the neighbor of
    /// one that is removed.
    fn step_row(self, event: &leptos::ev::MouseEvent, step: &'static str, key: usize) {
        event.prevent_default();
        let mut rows = self.rows.get_untracked();
        let Some(at) = rows.iter().position(|other| *other == key) else {
            return;
        };
        let name = words(self.kind.get_untracked())[2];
        let (focus, said) = match step {
            "remove" => {
                rows.remove(at);
                let neighbor = rows.get(at).or(rows.last()).copied().unwrap_or_default();
                let said = format!("Removed {name} {}.", at + 1);
                (format!("ly-row-{neighbor}"), said)
            }
            _ => {
                let to = match step {
                    "up" => at.saturating_sub(1),
                    _ => (at + 1).min(rows.len() - 1),
                };
                rows.swap(at, to);
                // The button of the first row that moves up, and of the last that moves down, is
                // off.
                let focus = match to == 0 || to + 1 == rows.len() {
                    true => format!("ly-row-{key}"),
                    false => format!("ly-{step}-{key}"),
                };
                (
                    focus,
                    format!("Moved to place {} of {}.", to + 1, rows.len()),
                )
            }
        };
        self.rows.set(rows);
        self.changed_rows(focus, said);
    }

    fn changed_rows(self, focus: String, said: String) {
        self.said.set(said);
        request_animation_frame(move || crate::platform::ui::focus_field(&format!("#{focus}")));
        self.live.follow();
    }
}
