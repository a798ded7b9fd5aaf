//! The summary of errors at the top of a form. After a failed request the focus goes there, and
//! each line leads to its field.

use std::fmt::Write;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::{Erase, FormState, Glyph, Icon, clicked_link};
use crate::error::AppError;

/// A control of a form that may have an error.
struct FormControl {
    id: String,
    label: String,
    error: Signal<Option<String>>,
}

/// The controls of one form, in their order on the page. Controls add themselves while the form is
/// built, so that the summary knows their labels.
#[derive(Clone, Copy)]
pub(super) struct FormControls(StoredValue<Vec<FormControl>>);

impl FormControls {
    /// Collects the controls that are built from now on.
    pub fn collect() -> Self {
        let controls = Self(StoredValue::new(Vec::new()));
        provide_context(controls);
        controls
    }
}

/// Adds a control to the summary of the form around it. `id` is the HTML id of the element that
/// gets the focus.
pub fn in_summary(id: &str, label: &str, error: Signal<Option<String>>) {
    if let Some(FormControls(controls)) = use_context() {
        controls.update_value(|controls| {
            controls.push(FormControl {
                id: id.to_owned(),
                label: label.to_owned(),
                error,
            });
        });
    }
}

/// Shows the errors of the last request: a sentence about the whole form, and a link to each field.
/// A page that comes back without JavaScript puts the focus here.
pub(super) fn error_summary(form: FormState, controls: FormControls) -> AnyView {
    // A form that came back with another row has its typed values, and no error.
    let is_wrong = |error: &Option<AppError>| match error {
        Some(AppError::Invalid(problems)) => !problems.is_empty(),
        error => error.is_some(),
    };
    let came_back = form.error.with_untracked(is_wrong);
    let content = move || match form.error.get() {
        Some(error) => written(&error, controls),
        None => String::new(),
    };
    view! {
        <div
            class="notice danger error-summary"
            role="alert"
            tabindex="-1"
            autofocus=came_back
            hidden=move || !form.error.with(is_wrong)
        >
            <Icon glyph=Glyph::Alert />
            <div on:click=to_field inner_html=content></div>
        </div>
    }
    .erase()
}

/// Writes the errors as HTML. A field that is not among the controls has a line without a link.
fn written(error: &AppError, FormControls(controls): FormControls) -> String {
    let mut lines = Vec::new();
    let mut linked = Vec::new();
    controls.try_with_value(|controls| {
        for FormControl { id, label, error } in controls {
            if let Some(sentence) = error.try_get_untracked().flatten() {
                let text = escaped(&format!("{label}: {sentence}"));
                lines.push(format!("<a href=\"#{id}\">{text}</a>"));
                linked.push(sentence);
            }
        }
    });
    if let AppError::Invalid(problems) = error {
        let others = problems
            .iter()
            .filter(|(field, sentence)| !field.is_empty() && !linked.contains(sentence));
        lines.extend(others.map(|(_, sentence)| escaped(sentence)));
    }
    let mut html = match error.of_form() {
        Some(sentence) => format!("<p>{}</p>", escaped(&sentence)),
        None => String::new(),
    };
    if !lines.is_empty() {
        let _ = match lines.len() {
            1 => write!(html, "<b>1 field needs attention</b>"),
            count => write!(html, "<b>{count} fields need attention</b>"),
        };
        let _ = write!(html, "<ul><li>{}</li></ul>", lines.join("</li><li>"));
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Moves the focus to the field of the clicked line, without changing the page's address.
fn to_field(event: MouseEvent) {
    let id = clicked_link(&event).and_then(|link| link.get_attribute("href"));
    let field = id.and_then(|id| document().get_element_by_id(id.trim_start_matches('#')));
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        let _ = field.focus();
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_line_that_leads_to_it() {
        Owner::new().with(|| {
            let controls = FormControls::collect();
            let error = AppError::Invalid(
                [
                    ("minutes", "Enter a number."),
                    ("title", "Enter a title < 5."),
                    ("hidden", "That is gone."),
                ]
                .map(|(field, sentence)| (field.to_owned(), sentence.to_owned()))
                .into(),
            );
            for (field, label) in [("title", "Title"), ("minutes", "Time"), ("kind", "Kind")] {
                let of_field = error.of_field(field);
                let error = Signal::derive(move || of_field.clone());
                in_summary(&format!("ly-{field}"), label, error);
            }
            assert_eq!(
                written(&error, controls),
                "<b>3 fields need attention</b><ul>\
                 <li><a href=\"#ly-title\">Title: Enter a title &lt; 5.</a></li>\
                 <li><a href=\"#ly-minutes\">Time: Enter a number.</a></li>\
                 <li>That is gone.</li></ul>"
            );
        });
    }
}
