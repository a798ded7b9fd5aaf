//! The settings of the AI tutor, a part of the page of questions.

use leptos::prelude::*;

use crate::platform::ui::{Button, ButtonKind, Erase, Field, Form, FormState, Select, Switch};
use crate::tutor_chat::desk::{MOST_TYPED_QUESTIONS, TutorSettings, TutorTone};

pub fn settings(course: &str, set: TutorSettings, form: FormState) -> AnyView {
    // Browsers send nothing for a switch that is off, so an absent field of a sent form is off.
    let was_sent = !form.value("course", "").is_empty();
    let is_on = |name: &str, stored: bool| match was_sent {
        true => !form.value(name, "").is_empty(),
        false => stored,
    };
    let switches = [
        (
            "form[is_on]",
            "AI tutor",
            "If off, learners can’t ask it. They still see their earlier conversations.",
            set.is_on,
        ),
        (
            "form[hints_first]",
            "Hints first",
            "It answers with a hint first. Learners can always ask for the explanation.",
            set.hints_first,
        ),
        (
            "form[tutors_may_read]",
            "Tutors may read questions",
            "Tutors of this course see the questions that are asked from now on, without names. Learners are told so where they ask.",
            set.tutors_may_read,
        ),
    ]
    .map(|(name, label, hint, stored)| {
        view! { <Switch name=name label=label hint=hint checked=is_on(name, stored) /> }
    })
    .into_iter()
    .collect_view();
    let number = set.questions_per_module.to_string();
    let course = course.to_owned();
    let tones = TutorTone::ALL
        .map(|tone| (tone.name().to_owned(), tone.label().to_owned()))
        .to_vec();
    view! {
        <section class="stack asked-settings" aria-labelledby="ly-tutor-settings">
            <h2 id="ly-tutor-settings">"Settings of the AI tutor"</h2>
            <Form form=form>
                <input type="hidden" name="course" value=course />
                {switches}
                <Field
                    id="ly-questions-per-module"
                    name="form[questions_per_module]"
                    label="Typed questions per module"
                    r#type="number"
                    hint=format!("From 0 to {MOST_TYPED_QUESTIONS}, for each learner. Suggested questions do not count.")
                    value=form.value("form[questions_per_module]", &number)
                    error=form.error("questions_per_module")
                    required=true
                    autocomplete="off"
                />
                <Select
                    id="ly-tutor-tone"
                    name="form[tone]"
                    label="Tone"
                    hint="For answers that a language model writes. Quotations stay as they are."
                    value=form.value("form[tone]", set.tone.name())
                    options=tones
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Save settings"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
