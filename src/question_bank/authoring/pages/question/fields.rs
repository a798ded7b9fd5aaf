//! The answer fields of each question type.

use leptos::prelude::*;

use super::rows::rows;
use super::{Editor, QuestionForm};
use crate::platform::ui::{Checkbox, Erase, Field, FormState, TextArea};
use crate::question_bank::QuestionType;

/// Shows the fields of the chosen type. Those of the other types are hidden, and keep what was
/// typed in them.
pub fn fields(set: &QuestionForm, focus: &str, editor: Editor, save: FormState) -> AnyView {
    let part = |types: &'static [QuestionType], fields: AnyView| {
        let is_hidden = move || !types.contains(&editor.kind.get());
        view! {
            <div class="stack" hidden=is_hidden>
                {fields}
            </div>
        }
        .erase()
    };
    let shuffle = view! { <Checkbox name="question[shuffle]" value="on" label="Shuffle options" checked=set.shuffle.is_some() /> };
    view! {
        {rows(set, focus, editor, save)}
        {part(&[QuestionType::SingleChoice, QuestionType::MultipleChoice], shuffle.erase())}
        {part(&[QuestionType::ShortAnswer], short_answer(set, save))}
        {part(&[QuestionType::Tracing], tracing(set, save))}
    }
    .erase()
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
                <input type="radio" id="ly-outcome" name="question[outcome]" value="prints" checked=set.outcome == "prints" />
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
