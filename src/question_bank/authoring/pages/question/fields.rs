//! The answer fields of each question type.

use leptos::prelude::*;

use super::QuestionForm;
use crate::platform::ui::{
    Button, ButtonKind, Checkbox, Erase, Field, FormState, TextArea, text_of_area,
};
use crate::question_bank::QuestionType;

pub fn fields(set: &QuestionForm, rows: usize, save: FormState) -> AnyView {
    match QuestionType::parse(&set.kind) {
        Some(QuestionType::SingleChoice) => choice(set, rows, "radio", save),
        Some(QuestionType::MultipleChoice) => choice(set, rows, "checkbox", save),
        Some(QuestionType::ShortAnswer) => short_answer(set, save),
        Some(QuestionType::Tracing) => tracing(set, save),
        Some(QuestionType::Ordering) => ordering(set, rows, save),
        Some(QuestionType::Matching) => matching(set, rows, save),
        None => ().erase(),
    }
}

/// Rows to fill in with their error message. Empty rows are ignored.
fn lines([legend, more, hint]: [&'static str; 3], lines: AnyView, save: FormState) -> AnyView {
    let error = save.error("texts");
    view! {
        <fieldset class="stack bank-lines" class:invalid=move || error.with(Option::is_some)>
            <legend class="control-label">{legend}</legend>
            <p class="hint">{hint}</p>
            <p class="error" hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
            {lines}
            <div>
                <Button kind=ButtonKind::Quiet name="go" value="more">
                    {more}
                </Button>
            </div>
        </fieldset>
    }
    .erase()
}

fn text(name: &'static str, label: String, value: Option<&String>) -> AnyView {
    let html = value.map(|text| text_of_area(text)).unwrap_or_default();
    view! { <textarea class="input bank-line" name=name rows="1" aria-label=label inner_html=html></textarea> }
        .erase()
}

fn choice(set: &QuestionForm, rows: usize, input: &'static str, save: FormState) -> AnyView {
    let options = (0..rows)
        .map(|at| {
            let number = at + 1;
            let is_right = set.right.contains(&at.to_string());
            view! {
                <div class="bank-option">
                    <input
                        type=input
                        name="question[right][]"
                        value=at.to_string()
                        checked=is_right
                        aria-label=format!("Option {number} is correct")
                    />
                    {text("question[texts][]", format!("Option {number}"), set.texts.get(at))}
                </div>
            }
        })
        .collect_view();
    let hint = match input {
        "radio" => "Select the correct option. Blank rows are ignored. You can use Markdown.",
        _ => "Select all correct options. Blank rows are ignored. You can use Markdown.",
    };
    view! {
        {lines(["Options", "Add options", hint], options.erase(), save)}
        <Checkbox name="question[shuffle]" value="on" label="Shuffle options" checked=set.shuffle.is_some() />
    }
    .erase()
}

fn ordering(set: &QuestionForm, rows: usize, save: FormState) -> AnyView {
    let items = (0..rows)
        .map(|at| {
            text(
                "question[texts][]",
                format!("Item {}", at + 1),
                set.texts.get(at),
            )
        })
        .collect_view();
    let hint = "Enter the items in the correct order; learners see them shuffled. Blank rows are ignored. You can use Markdown.";
    lines(["Items", "Add items", hint], items.erase(), save)
}

fn matching(set: &QuestionForm, rows: usize, save: FormState) -> AnyView {
    let pairs = (0..rows)
        .map(|at| {
            let number = at + 1;
            view! {
                <div class="bank-pair">
                    {text("question[texts][]", format!("Left side of pair {number}"), set.texts.get(at))}
                    {text("question[partners][]", format!("Right side of pair {number}"), set.partners.get(at))}
                </div>
            }
        })
        .collect_view();
    let hint = "Each row is a matching pair. Blank rows are ignored. You can use Markdown.";
    lines(["Pairs", "Add pairs", hint], pairs.erase(), save)
}

fn short_answer(set: &QuestionForm, save: FormState) -> AnyView {
    view! {
        <TextArea
            id="ly-accepted"
            name="question[accepted]"
            label="Accepted answers"
            hint="One per line. Learners see the first one as the correct answer. Case and spaces are ignored."
            value=set.accepted.clone()
            required=true
            error=save.error("accepted")
        />
        <Field
            id="ly-tolerance"
            name="question[tolerance]"
            label="Tolerance"
            hint="For numbers: how far off an answer may be, or 0 if it must be exact. Leave blank to compare answers as text."
            value=set.tolerance.clone()
            error=save.error("tolerance")
            autocomplete="off"
        />
    }
    .erase()
}

fn tracing(set: &QuestionForm, save: FormState) -> AnyView {
    let outcome = save.error("outcome");
    view! {
        <Field
            id="ly-language"
            name="question[language]"
            label="Language"
            hint="For syntax highlighting, such as rust or python."
            value=set.language.clone()
            error=save.error("language")
            autocomplete="off"
        />
        <div class="bank-program">
            <TextArea
                id="ly-program"
                name="question[program]"
                label="Program"
                value=set.program.clone()
                required=true
                error=save.error("program")
            />
        </div>
        <fieldset class="stack bank-lines">
            <legend class="control-label">"Outcome"</legend>
            <p class="error" hidden=move || outcome.with(Option::is_none)>
                {move || outcome.get()}
            </p>
            <label class="check">
                <input type="radio" name="question[outcome]" value="prints" checked=set.outcome == "prints" />
                <span>"It compiles and prints"</span>
            </label>
            <div class="bank-program">
                <TextArea
                    id="ly-prints"
                    name="question[prints]"
                    label="Output"
                    value=set.prints.clone()
                    error=save.error("prints")
                />
            </div>
            <label class="check">
                <input type="radio" name="question[outcome]" value="fails" checked=set.outcome == "fails" />
                <span>"It does not compile"</span>
            </label>
            <Field
                id="ly-line"
                name="question[line]"
                label="Line of the error"
                hint="Counted from 1. Leave blank to accept any line."
                value=set.line.clone()
                error=save.error("line")
                autocomplete="off"
            />
        </fieldset>
    }
    .erase()
}
