//! Form that creates or changes an exam.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::exam::teach::api::{SaveExam, load_exam_form};
use crate::exam::teach::{ExamFields, ExamForm, SECTIONS, SectionFields, exam_path};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Page, Select, Switch, TextArea, loaded,
    page_resource, path_part,
};
use crate::teaching::{Area, pages::frame};

/// Number of empty rows for further sections.
const SPARE: usize = 3;

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
        frame(&course, &title, Area::Exams, form(page, &course, state))
    };
    view! { <Page title="Exam">{loaded(page, show)}</Page> }.erase()
}

/// Supplies the form's values: those sent before, otherwise the stored ones.
#[derive(Clone, Copy)]
struct FormValues {
    form: FormState,
    was_sent: bool,
}

impl FormValues {
    fn text(self, name: &str, stored: &str) -> String {
        self.form.value(&format!("exam[{name}]"), stored)
    }

    /// Returns the state of a switch. A switch that is off sends nothing, so an empty value means
    /// off once the form was sent.
    fn is_on(self, name: &str, stored: &Option<String>) -> bool {
        match self.was_sent {
            true => !self.text(name, "").is_empty(),
            false => stored.is_some(),
        }
    }

    fn field(
        self,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        stored: &str,
        kind: &'static str,
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
                required=!hint.starts_with("Leave blank")
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
    let (id, heading, back) = match page.exam {
        Some((id, title)) => (Some(id.to_string()), title, exam_path(course, id)),
        None => (None, "New exam".to_owned(), Area::Exams.path(course)),
    };
    let fields = page.fields;
    let course = course.to_owned();
    view! {
        <h2>{heading}</h2>
        <Form form=state class="stack exam-form">
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
            {window(typed, &fields, &page.zone)}
            {sections(typed, &fields.sections, &page.sources)}
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

fn window(typed: FormValues, fields: &ExamFields, zone: &str) -> AnyView {
    view! {
        <fieldset class="stack">
            <legend class="label">"Availability"</legend>
            <p class="soft">{format!("Times are in the time zone {zone}.")}</p>
            <div class="exam-cols">
                {typed.field("opens_at", "Opens", "Leave blank to open immediately.", &fields.opens_at, "datetime-local")}
                {typed
                    .field("closes_at", "Closes", "Leave blank if the exam never closes. All sittings end at this time, except for learners with extra time.", &fields.closes_at, "datetime-local")}
            </div>
        </fieldset>
    }
    .erase()
}

fn sections(typed: FormValues, stored: &[SectionFields], sources: &[(String, String)]) -> AnyView {
    let rows = (stored.len() + SPARE).min(SECTIONS);
    let rows = (0..rows)
        .map(|row| section(typed, row, stored.get(row), sources))
        .collect_view();
    let error = typed.form.error("sections");
    view! {
        <fieldset class="stack">
            <legend class="label">"Sections"</legend>
            <p class="soft">
                "Each section draws this many random questions. Difficulty is the author’s estimate, from 0 (everyone answers correctly) to 1 (no one does). Rows without a number of questions are ignored; saving adds more rows."
            </p>
            <p class="error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get()}
            </p>
            {rows}
        </fieldset>
    }
    .erase()
}

fn section(
    typed: FormValues,
    row: usize,
    stored: Option<&SectionFields>,
    sources: &[(String, String)],
) -> AnyView {
    let stored = stored.cloned().unwrap_or_default();
    let number = row + 1;
    let field = |name: &str, label: &'static str, stored: &str, kind: &'static str| {
        let path = format!("sections][{row}][{name}");
        view! {
            <Field
                id=format!("ly-section-{row}-{name}")
                name=format!("exam[{path}]")
                label=label
                r#type=kind
                value=typed.text(&path, stored)
                autocomplete="off"
            />
        }
        .erase()
    };
    let source = format!("sections][{row}][source");
    view! {
        <fieldset class="exam-section">
            <legend class="vh">{format!("Section {number}")}</legend>
            {field("title", "Title", &stored.title, "text")}
            <Select
                id=format!("ly-section-{row}-source")
                name=format!("exam[{source}]")
                label="Draw from"
                options=sources.to_vec()
                value=typed.text(&source, &stored.source)
                required=false
            />
            {field("easiest", "Minimum difficulty", &stored.easiest, "text")}
            {field("hardest", "Maximum difficulty", &stored.hardest, "text")}
            {field("count", "Questions", &stored.count, "number")}
        </fieldset>
    }
    .erase()
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
        <fieldset class="stack">
            <legend class="label">"Adaptive"</legend>
            {typed
                .switch(
                    "adaptive",
                    "Adaptive exam",
                    "Questions are shown one at a time, each chosen by the answers so far, until the ability is known precisely enough. The score is the expected score at that ability over all questions that the sections could draw; a section’s number of questions is its maximum. The difficulty of a question is estimated from its answers. With fewer than about 20 answers, the author’s estimate is used and the score is less precise.",
                    &fields.adaptive,
                )}
            <div class="exam-cols">
                {typed.field("min_items", "Minimum number of questions", "Leave blank if the exam is not adaptive.", &fields.min_items, "number")}
                {typed.field("max_items", "Maximum number of questions", "Leave blank if the exam is not adaptive.", &fields.max_items, "number")}
                {typed
                    .field(
                        "standard_error",
                        "Stop at standard error",
                        "Leave blank if the exam is not adaptive. In logits, from 0.2 to 1; 0.4 is typical.",
                        &fields.standard_error,
                        "text",
                    )}
            </div>
        </fieldset>
    }
    .erase()
}
