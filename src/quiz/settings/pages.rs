//! The settings of a course's quizzes.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use super::api::{SaveQuizSettings, load_quiz_settings};
use super::{MAX_QUESTIONS, QuizSettings, SettingsPage};
use crate::platform::ui::{
    Button, Erase, Field, Form, FormState, Page, Switch, loaded, page_resource, path_part,
};
use crate::teaching::{Area, pages::frame};

pub fn quiz_settings_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_quiz_settings);
    let form = FormState::of(SaveQuizSettings::PATH);
    let show = move |page: SettingsPage| {
        let course = course.get_untracked();
        let inside = settings(&course, page.settings, form);
        frame(&course, &page.course_title, Area::Settings, inside)
    };
    view! { <Page title="Settings">{loaded(page, show)}</Page> }.erase()
}

fn settings(course: &str, set: QuizSettings, form: FormState) -> AnyView {
    let fields = [
        (
            "questions_per_attempt",
            "Questions per attempt",
            format!("1 to {MAX_QUESTIONS}. A quiz with fewer questions uses all of them."),
            set.questions_per_attempt,
        ),
        (
            "passing_score_percent",
            "Passing score (%)",
            "Share of all points.".to_owned(),
            set.passing_score_percent,
        ),
        (
            "seconds_per_question",
            "Time limit (seconds)",
            "Leave blank for no time limit. It counts for each question.".to_owned(),
            set.seconds_per_question,
        ),
        (
            "attempts_allowed",
            "Attempts allowed",
            "Leave blank for unlimited.".to_owned(),
            set.attempts_allowed,
        ),
        (
            "retry_wait_minutes",
            "Wait between attempts (minutes)",
            "Enter 0 for no wait.".to_owned(),
            set.retry_wait_minutes,
        ),
        (
            "cooldown_days",
            "Wait between modules (days)",
            "Minimum time from when one module unlocks until the next one does.".to_owned(),
            set.cooldown_days,
        ),
    ];
    let fields = fields.map(|(name, label, hint, set)| {
        let sent = format!("settings[{name}]");
        let value = form.value(&sent, &set);
        let may_be_empty = hint.starts_with("Leave blank");
        view! {
            <Field
                id=format!("ly-{name}")
                name=sent
                label=label
                hint=hint
                value=value
                required=!may_be_empty
                error=form.error(name)
                autocomplete="off"
            />
        }
    });
    // A form that was sent keeps its ticks. Browsers send nothing for an empty box, so an absent
    // field of a sent form is off.
    let was_sent = !form.value("course", "").is_empty();
    let is_on = |name: &str, set: Option<String>| match was_sent {
        true => !form.value(name, "").is_empty(),
        false => set.is_some(),
    };
    let partial_credit = is_on("settings[partial_credit]", set.partial_credit);
    let is_gated = is_on("settings[is_gated]", set.is_gated);
    let course = course.to_owned();
    view! {
        <Form form=form class="stack bank-settings">
            <input type="hidden" name="course" value=course />
            <h2>"Quizzes"</h2>
            <p class="soft">
                "Attempts in progress keep the settings they started with. Importing the course again does not change these settings."
            </p>
            {form.said("Saved.")}
            <div class="bank-fields">{fields.collect_view()}</div>
            <Switch
                name="settings[partial_credit]"
                label="Partial credit"
                hint="For multiple-answer, ordering and matching questions. If off, only fully correct answers earn points."
                checked=partial_credit
            />
            <Switch
                name="settings[is_gated]"
                label="Require a pass to unlock the next section"
                hint="If off, everything is unlocked from the start."
                checked=is_gated
            />
            <div class="form-foot">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}
