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
struct Typed {
    form: FormState,
    was_sent: bool,
}

impl Typed {
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
                required=!hint.starts_with("Empty")
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
    let typed = Typed {
        form: state,
        was_sent: !state.value("course", "").is_empty(),
    };
    let (id, heading, back) = match page.exam {
        Some((id, title)) => (Some(id.to_string()), title, exam_path(course, id)),
        None => (None, "A new exam".to_owned(), Area::Exams.path(course)),
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
                hint="Markdown, shown before the start."
                value=typed.text("instructions", &fields.instructions)
                error=state.error("instructions")
            />
            <div class="exam-cols">
                {typed.field("minutes", "Minutes", "", &fields.minutes, "number")}
                {typed.field("passing_score_percent", "Percent to pass", "", &fields.passing_score_percent, "number")}
                {typed.field("attempts_allowed", "Tries", "Empty: as many as one likes.", &fields.attempts_allowed, "number")}
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

fn window(typed: Typed, fields: &ExamFields, zone: &str) -> AnyView {
    view! {
        <fieldset class="stack">
            <legend class="label">"Window"</legend>
            <p class="soft">{format!("Times are in the zone {zone}.")}</p>
            <div class="exam-cols">
                {typed.field("opens_at", "Opens", "Empty: at once.", &fields.opens_at, "datetime-local")}
                {typed
                    .field("closes_at", "Closes", "Empty: never. No sitting goes on beyond it, but by the time that one learner has more than others.", &fields.closes_at, "datetime-local")}
            </div>
        </fieldset>
    }
    .erase()
}

fn sections(typed: Typed, stored: &[SectionFields], sources: &[(String, String)]) -> AnyView {
    let rows = (stored.len() + SPARE).min(SECTIONS);
    let rows = (0..rows)
        .map(|row| section(typed, row, stored.get(row), sources))
        .collect_view();
    let error = typed.form.error("sections");
    view! {
        <fieldset class="stack">
            <legend class="label">"Sections"</legend>
            <p class="soft">
                "Each draws so many questions at random. Difficulty is the author’s estimate, from 0 (everyone gets it) to 1 (no one does). Rows without a number count for nothing; after saving there are new ones."
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
    typed: Typed,
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
                label="From"
                options=sources.to_vec()
                value=typed.text(&source, &stored.source)
                required=false
            />
            {field("easiest", "Easiest", &stored.easiest, "text")}
            {field("hardest", "Hardest", &stored.hardest, "text")}
            {field("count", "Questions", &stored.count, "number")}
        </fieldset>
    }
    .erase()
}

fn manner(typed: Typed, fields: &ExamFields) -> AnyView {
    let reviews = [
        ("nothing", "Nothing"),
        ("score", "The score"),
        ("answers", "The score, and every answer with what is right"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    view! {
        <fieldset class="stack">
            <legend class="label">"How it goes"</legend>
            {typed
                .switch("shuffle_questions", "Shuffle questions", "Within their section.", &fields.shuffle_questions)}
            {typed.switch("shuffle_options", "Shuffle options", "", &fields.shuffle_options)}
            {typed
                .switch("one_at_a_time", "One question at a time", "There is no way back.", &fields.one_at_a_time)}
            {typed
                .switch("partial_credit", "Partial credit", "Part of an answer brings part of the point.", &fields.partial_credit)}
            <Select
                id="ly-review"
                name="exam[review]"
                label="What learners see afterwards"
                options=reviews.to_vec()
                value=typed.text("review", &fields.review)
                error=typed.form.error("review")
            />
            {typed
                .switch("review_after_close", "Only once the exam has closed", "Nothing is shown before.", &fields.review_after_close)}
        </fieldset>
        <fieldset class="stack">
            <legend class="label">"Adaptive"</legend>
            {typed
                .switch(
                    "adaptive",
                    "Choose each question by the answers so far",
                    "One at a time, until the ability is known well enough. The score is what that ability would bring in all questions that the sections could draw; a section’s number is the most that it asks. How difficult a question is follows from its answers; with fewer than some twenty it is its author’s estimate, and the score rougher.",
                    &fields.adaptive,
                )}
            <div class="exam-cols">
                {typed.field("min_items", "Questions at least", "Empty where it is not adaptive.", &fields.min_items, "number")}
                {typed.field("max_items", "Questions at most", "Empty where it is not adaptive.", &fields.max_items, "number")}
                {typed
                    .field(
                        "standard_error",
                        "Standard error to stop at",
                        "Empty where it is not adaptive. In logits, 0.2 to 1; 0.4 is usual.",
                        &fields.standard_error,
                        "text",
                    )}
            </div>
        </fieldset>
    }
    .erase()
}
