//! Form that creates or changes an exam.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::sections::sections;
use crate::exam::teach::api::{SaveExam, load_exam_form};
use crate::exam::teach::{ExamFields, ExamForm, SECTIONS, exam_path};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Page, Select, Switch, TextArea, loaded,
    page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Pages `/teach/COURSE/exams/new` and `/teach/COURSE/exams/ID/edit`.
pub fn exam_form_page() -> AnyView {
    let (course, exam) = (path_part("course"), path_part("exam"));
    let page = page_resource(
        move || (course.get(), exam.get()),
        |(course, exam)| load_exam_form(course, exam),
    );
    let state = FormState::of(SaveExam::PATH);
    let show = move |page: ExamForm| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = match &page.exam {
            Some((id, name)) => {
                TeachHeading::task("Edit exam").below(name.clone(), exam_path(&course, *id))
            }
            None => TeachHeading::task("Create exam"),
        };
        let inside = form(page, &course, state);
        frame_below(&course, &title, Area::Exams, heading, inside)
    };
    view! { <Page title="Exam">{loaded(page, show)}</Page> }.erase()
}

/// Supplies the form's values: those sent before, otherwise the stored ones.
#[derive(Clone, Copy)]
pub struct FormValues {
    form: FormState,
    was_sent: bool,
}

impl FormValues {
    pub fn text(self, name: &str, stored: &str) -> String {
        self.form.value(&format!("exam[{name}]"), stored)
    }

    pub fn error(self, name: &str) -> Signal<Option<String>> {
        self.form.error(name)
    }

    /// Value of the button that sent the form before.
    pub fn pressed(self) -> String {
        self.form.value("go", "")
    }

    /// Number of sections that were sent before; None if the form was not sent.
    pub fn sections(self) -> Option<usize> {
        let is_sent = |row: &usize| {
            let name = format!("sections][{row}][count");
            // No browser sends this as a number of questions.
            self.text(&name, "not sent") != "not sent"
        };
        self.was_sent
            .then(|| (0..SECTIONS).take_while(is_sent).count())
    }

    /// Returns the state of a switch. A switch that is off sends nothing, so an empty value means
    /// off once the form was sent.
    fn is_on(self, name: &str, stored: &Option<String>) -> bool {
        match self.was_sent {
            true => !self.text(name, "").is_empty(),
            false => stored.is_some(),
        }
    }

    /// A field that must be filled in, unless its hint says that it may be left blank.
    fn field(
        self,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        stored: &str,
        kind: &'static str,
    ) -> AnyView {
        let required = !hint.starts_with("Leave blank");
        self.any_field((name, label, hint), stored, kind, required)
    }

    fn any_field(
        self,
        (name, label, hint): (&'static str, &'static str, &'static str),
        stored: &str,
        kind: &'static str,
        required: bool,
    ) -> AnyView {
        view! {
            <Field
                id=format!("ly-{name}")
                name=format!("exam[{name}]")
                label=label
                hint=hint
                r#type=kind
                value=self.text(name, stored)
                error=self.form.error(name)
                required=required
                autocomplete="off"
            />
        }
        .erase()
    }

    fn switch(
        self,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        stored: &Option<String>,
    ) -> AnyView {
        let is_on = self.is_on(name, stored);
        view! { <Switch name=format!("exam[{name}]") label=label hint=hint checked=is_on /> }
            .erase()
    }
}

fn form(page: ExamForm, course: &str, state: FormState) -> AnyView {
    let typed = FormValues {
        form: state,
        was_sent: !state.value("course", "").is_empty(),
    };
    let (id, back) = match page.exam {
        Some((id, _)) => (Some(id.to_string()), exam_path(course, id)),
        None => (None, Area::Exams.path(course)),
    };
    let sections = sections(typed, &page);
    let window = window(typed, &page);
    let fields = page.fields;
    let course = course.to_owned();
    view! {
        <Form form=state class="stack exam-form" guards=true>
            // Enter in a field presses the form's first button, so a hidden button that saves comes
            // first.
            <button class="vh" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <input type="hidden" name="course" value=course />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <input type="hidden" name="exam[revision]" value=typed.text("revision", &fields.revision) />
            {typed.field("title", "Title", "", &fields.title, "text")}
            <TextArea
                id="ly-instructions"
                name="exam[instructions]"
                label="Instructions"
                hint="Shown before the start. You can use Markdown."
                value=typed.text("instructions", &fields.instructions)
                error=state.error("instructions")
            />
            <div class="exam-cols">
                {typed.field("minutes", "Time limit (minutes)", "", &fields.minutes, "number")}
                {typed.field("passing_score_percent", "Passing score (%)", "", &fields.passing_score_percent, "number")}
                {typed.field("attempts_allowed", "Attempts allowed", "Leave blank for unlimited.", &fields.attempts_allowed, "number")}
            </div>
            {window}
            {sections}
            {manner(typed, &fields)}
            <div class="row">
                <Button busy=state.busy()>"Save"</Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Cancel"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn window(typed: FormValues, page: &ExamForm) -> AnyView {
    let fields = &page.fields;
    let (opens_at, closes_at) = (
        typed.text("opens_at", &fields.opens_at),
        typed.text("closes_at", &fields.closes_at),
    );
    let zone = RwSignal::new(typed.text("zone", &fields.zone));
    if !page.has_own_zone && opens_at.is_empty() && closes_at.is_empty() {
        take_browsers_zone(zone);
    }
    let named = move || zone.get().replace('_', " ");
    let said = match page.has_own_zone {
        true => view! { "Times are in your time zone, " {named} ". " <a href="/settings">"Change it"</a> }.erase(),
        false => view! { "Times are in the time zone " {named} ". " <a href="/settings">"Choose another"</a> }.erase(),
    };
    view! {
        <fieldset class="stack">
            <legend class="label">"Availability"</legend>
            <p class="soft">{said}</p>
            <input type="hidden" name="exam[zone]" value=move || zone.get() />
            <div class="exam-cols">
                {typed.field("opens_at", "Opens", "Leave blank to open immediately.", &fields.opens_at, "datetime-local")}
                {typed
                    .field("closes_at", "Closes", "Leave blank if the exam never closes. All sittings end at this time, except for learners with extra time.", &fields.closes_at, "datetime-local")}
            </div>
            <div class="exam-cols">
                {typed.field("opens_after", "Opens so many days after a cohort’s start", "Leave blank if it opens at the time above. 0 is the cohort’s first day. People outside cohorts are not bound by it.", &fields.opens_after, "number")}
                {typed.field("closes_after", "Closes so many days after a cohort’s start", "Leave blank if it closes at the time above, or never. It closes at the end of this day.", &fields.closes_after, "number")}
            </div>
        </fieldset>
    }
    .erase()
}

/// Uses the browser's time zone for times that are still to be entered.
fn take_browsers_zone(zone: RwSignal<String>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(own) = crate::platform::auth::pages::browser_zone() {
            zone.set(own);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = zone;
}

fn manner(typed: FormValues, fields: &ExamFields) -> AnyView {
    let reviews = [
        ("nothing", "Nothing"),
        ("score", "Score"),
        ("answers", "Score and correct answers"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    view! {
        <fieldset class="stack">
            <legend class="label">"Delivery"</legend>
            {typed
                .switch("shuffle_questions", "Shuffle questions", "Within each section.", &fields.shuffle_questions)}
            {typed.switch("shuffle_options", "Shuffle options", "", &fields.shuffle_options)}
            {typed
                .switch("one_at_a_time", "One question at a time", "Learners can't return to earlier questions.", &fields.one_at_a_time)}
            {typed
                .switch("partial_credit", "Partial credit", "Partly correct answers earn part of the points.", &fields.partial_credit)}
            <Select
                id="ly-review"
                name="exam[review]"
                label="Results shown to learners"
                options=reviews.to_vec()
                value=typed.text("review", &fields.review)
                error=typed.form.error("review")
            />
            {typed
                .switch("review_after_close", "Show results only after the exam closes", "Until then, learners see no results.", &fields.review_after_close)}
        </fieldset>
        {adaptive(typed, fields)}
    }
    .erase()
}

/// Shows the fields of an adaptive exam once its switch is on, which the style sheet sees.
fn adaptive(typed: FormValues, fields: &ExamFields) -> AnyView {
    let field = |name, label, hint, stored: &str, kind| {
        typed.any_field((name, label, hint), stored, kind, false)
    };
    view! {
        <fieldset class="stack exam-adaptive">
            <legend class="label">"Adaptive"</legend>
            {typed
                .switch(
                    "adaptive",
                    "Adaptive exam",
                    "Questions are shown one at a time, each chosen by the answers so far, until the ability is known precisely enough. The score is the expected score at that ability over all questions that the sections could draw; a section’s number of questions is its maximum. The difficulty of a question is estimated from its answers. With fewer than about 20 answers, the author’s estimate is used and the score is less precise.",
                    &fields.adaptive,
                )}
            <div class="exam-cols">
                {field("min_items", "Minimum number of questions", "", &fields.min_items, "number")}
                {field("max_items", "Maximum number of questions", "", &fields.max_items, "number")}
                {field("standard_error", "Stop at standard error", "In logits, from 0.2 to 1; 0.4 is typical.", &fields.standard_error, "text")}
            </div>
        </fieldset>
    }
    .erase()
}
