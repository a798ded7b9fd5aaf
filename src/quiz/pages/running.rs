use crate::platform::ui::{Erase, Form, FormState, Language};
use crate::question_bank::QuestionView;
use crate::question_bank::pages::answer_fields::{as_typed, question_fields, steps};
use crate::question_bank::pages::sorting;
use crate::quiz::RunningAttempt;
use leptos::prelude::*;

/// The form of a question. `told` receives the server's reply and returns the new `basis`.
pub fn question(
    attempt: RunningAttempt,
    at: usize,
    shown: QuestionView,
    language: &Language,
    save: FormState,
    told: Callback<String, String>,
) -> AnyView {
    sorting::wake();
    let (number, count) = (at + 1, attempt.marks.len());
    let next = match number == count {
        true => ("end".to_owned(), "Review answers"),
        false => ((number + 1).to_string(), "Next"),
    };
    let jumps = attempt
        .marks
        .into_iter()
        .zip(1..)
        .map(|(mark, to): (_, usize)| {
            view! {
                <button class=mark.class() name="go" value=to.to_string() aria-current=(to == number).then_some("step")>
                    <span class="vh">"Question "</span>
                    {to.to_string()}
                    <span class="vh">", " {mark.words()}</span>
                </button>
            }
        })
        .collect_view();
    let shown = QuestionView {
        kind: as_typed(shown.kind, save),
        ..shown
    };
    let asked = question_fields(shown, "ly-prompt".to_owned(), true, language);
    // An error at the head of the form is more urgent than the question.
    let is_refused = save.problem().get_untracked().is_some();
    let steps = steps((at > 0).then_some(at), next.0.clone(), next.1, false);
    view! {
        <Form form=save class="quiz-form" keeps=true on_answer=told>
            <input type="hidden" name="attempt" value=attempt.attempt_id.to_string() />
            <input type="hidden" name="question" value=at.to_string() />
            <input type="hidden" name="basis" value=attempt.basis autocomplete="off" />
            <input type="hidden" name="tab" value=attempt.tab.to_string() autocomplete="off" />
            // Enter presses the first button of a form, so the first button leads to the next page.
            <button class="vh" name="go" value=next.0 tabindex="-1" aria-hidden="true">
                {next.1}
            </button>
            // The page reloads after each step, so the focus returns to the question.
            <h2 class="quiz-heading" tabindex="-1" autofocus=!is_refused>
                {format!("Question {number} of {count}")}
            </h2>
            {asked}
            {steps}
            <nav class="chips quiz-jumps" aria-label="Questions">
                {jumps}
                <button class="chip" name="go" value="end">
                    "Review"
                </button>
            </nav>
        </Form>
    }
    .erase()
}
