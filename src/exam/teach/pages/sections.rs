//! The sections of an exam's form. Without JavaScript, the button that adds one reloads the page.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::edit::FormValues;
use crate::exam::teach::{ExamForm, PoolGroup, SECTIONS, SectionFields, available, section_field};
#[cfg(feature = "hydrate")]
use crate::platform::ui::focus_field;
use crate::platform::ui::{Erase, Field, Select, in_summary};

/// Value of the form's button that adds a section.
const MORE: &str = "more";

struct SectionRows {
    typed: FormValues,
    /// Fields of each section as the page was loaded.
    loaded: Vec<SectionFields>,
    /// Fields as they are now, except the titles.
    now: Vec<RwSignal<SectionFields>>,
    sources: Vec<(String, String)>,
    pool: StoredValue<Vec<PoolGroup>>,
    /// Section whose first field takes the focus when the page is loaded.
    focused: Option<usize>,
}

pub fn sections(typed: FormValues, page: &ExamForm) -> AnyView {
    let sent = typed.sections();
    let is_added = typed.pressed() == MORE;
    let count = sent
        .unwrap_or(page.fields.sections.len())
        .max(1)
        .saturating_add(is_added.into())
        .min(SECTIONS);
    let stored = &page.fields.sections;
    let loaded: Vec<SectionFields> = (0..SECTIONS)
        .map(|row| fields(typed, row, stored.get(row)))
        .collect();
    let rows = SectionRows {
        typed,
        now: loaded.iter().cloned().map(RwSignal::new).collect(),
        loaded,
        sources: page.sources.clone(),
        pool: StoredValue::new(page.pool.clone()),
        focused: is_added.then(|| count - 1),
    };
    let shown = RwSignal::new(count);
    let first = (0..count).map(|row| rows.row(row)).collect_view();
    let added = move || {
        (count..shown.get())
            .map(|row| rows.row(row))
            .collect::<Vec<_>>()
    };
    let add = move |event: MouseEvent| {
        event.prevent_default();
        let row = shown.get_untracked();
        shown.set((row + 1).min(SECTIONS));
        focus_title(row);
    };
    let error = typed.error("sections");
    view! {
        <fieldset class="stack">
            <legend class="label">"Sections"</legend>
            <p class="soft">
                "Each section draws this many random questions from the question bank. Difficulty is the author’s estimate, from 0 (everyone answers correctly) to 1 (no one does). A section without a number of questions is left out."
            </p>
            {in_summary(&format!("ly-{}", section_field(0, "count")), "Sections", error)}
            <p class="error" hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
            {first}
            {added}
            <div hidden=move || { shown.get() >= SECTIONS }>
                <button class="btn second" name="go" value=MORE formnovalidate on:click=add>
                    "Add section"
                </button>
            </div>
        </fieldset>
    }
    .erase()
}

/// Empties the fields of the section around the button, which leaves the section out.
fn empty(event: &MouseEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let button = event_target::<leptos::web_sys::Element>(event);
        let section = button.closest("fieldset").ok().flatten();
        let fields = section.and_then(|section| section.query_selector_all("input").ok());
        for at in 0..fields.as_ref().map_or(0, |fields| fields.length()) {
            let field = fields.as_ref().and_then(|fields| fields.get(at));
            if let Some(field) =
                field.and_then(|it| it.dyn_into::<leptos::web_sys::HtmlInputElement>().ok())
            {
                field.set_value("");
            }
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// Moves the focus to the first field of a section, after it was rendered.
fn focus_title(row: usize) {
    #[cfg(feature = "hydrate")]
    request_animation_frame(move || focus_field(&format!("#ly-section-{row}-title")));
    #[cfg(not(feature = "hydrate"))]
    let _ = row;
}

/// Path of a section's field within the exam's fields.
fn path(row: usize, name: &str) -> String {
    format!("sections][{row}][{name}")
}

/// Returns the fields of a section that were sent before, otherwise the stored ones.
fn fields(typed: FormValues, row: usize, stored: Option<&SectionFields>) -> SectionFields {
    let stored = stored.cloned().unwrap_or_default();
    let value = |name: &str, stored: &str| typed.text(&path(row, name), stored);
    SectionFields {
        title: value("title", &stored.title),
        source: value("source", &stored.source),
        easiest: value("easiest", &stored.easiest),
        hardest: value("hardest", &stored.hardest),
        count: value("count", &stored.count),
    }
}

impl SectionRows {
    fn row(&self, row: usize) -> AnyView {
        let named = |name: &str| format!("exam[{}]", path(row, name));
        let id = |name: &str| format!("ly-{}", section_field(row, name));
        let typed = self.typed;
        let error = move |name: &str| typed.error(&section_field(row, name));
        let (fields, now) = (self.loaded[row].clone(), self.now[row]);
        let pool = self.pool;
        let there =
            Memo::new(move |_| pool.with_value(|pool| now.with(|now| available(pool, now))));
        let wanted = move || now.with(|now| now.count.trim().parse::<usize>().unwrap_or(0));
        let share = |name: &str, label: &'static str, value: String| {
            view! {
                <Field
                    id=id(name)
                    name=named(name)
                    label=label
                    value=value
                    error=error(name)
                    autocomplete="off"
                />
            }
            .erase()
        };
        let (count, hint, problem) = (id("count"), id("available"), id("count-error"));
        let wrong = error("count");
        let described = format!("{hint} {problem}");
        let removed = RwSignal::new(false);
        let remove = move |event: MouseEvent| {
            removed.set(true);
            now.update(|section| section.count.clear());
            empty(&event);
            focus_title(row.saturating_sub(1));
        };
        let remove = (row > 0).then(|| {
            view! {
                <button class="btn quiet exam-remove" type="button" on:click=remove>
                    {format!("Remove section {}", row + 1)}
                </button>
            }
        });
        view! {
            <fieldset class="exam-section" hidden=move || removed.get() on:input=move |event| typed_into(now, &event)>
                <legend class="control-label">{format!("Section {}", row + 1)}</legend>
                <Field
                    id=id("title")
                    name=named("title")
                    label="Title"
                    value=fields.title
                    error=error("title")
                    autocomplete="off"
                    autofocus=self.focused == Some(row)
                />
                <Select
                    id=id("source")
                    name=named("source")
                    label="Draw from"
                    options=self.sources.clone()
                    value=fields.source
                    error=error("source")
                    required=false
                />
                {share("easiest", "Minimum difficulty", fields.easiest)}
                {share("hardest", "Maximum difficulty", fields.hardest)}
                <div class="control">
                    <label class="control-label" for=count.clone()>
                        "Questions"
                    </label>
                    <input
                        class="input"
                        id=count.clone()
                        name=named("count")
                        type="number"
                        value=fields.count
                        autocomplete="off"
                        aria-describedby=described
                        aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                    />
                    {in_summary(&count, "Questions", wrong)}
                    <p class="error" id=problem hidden=move || wrong.with(Option::is_none)>
                        {move || wrong.get()}
                    </p>
                    <p class="hint num" class:warn=move || { wanted() > there.get() } id=hint aria-live="polite">
                        {move || format!("{} available", there.get())}
                    </p>
                </div>
                {remove}
            </fieldset>
        }
        .erase()
    }
}

/// Notes the present value of a section's field, from which the number of questions follows.
fn typed_into(section: RwSignal<SectionFields>, event: &leptos::ev::Event) {
    let name = event_target::<leptos::web_sys::Element>(event)
        .get_attribute("name")
        .unwrap_or_default();
    let value = event_target_value(event);
    section.update(|section| match name.rsplit('[').next() {
        Some("source]") => section.source = value,
        Some("easiest]") => section.easiest = value,
        Some("hardest]") => section.hardest = value,
        Some("count]") => section.count = value,
        _ => {}
    });
}
