//! Access to the room's page: its forms, navigator and clock.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, NodeList, UrlSearchParams};

use crate::platform::ui::browser::fields_of;
use crate::question_bank::{AnswerState, Mark};

/// Updates the navigator and the overview from the form of a question.
pub fn mark(number: usize) {
    let Some(form) = form_of(number) else {
        return;
    };
    let mark = mark_of(&form);
    for jump in all(&format!("#ly-room [data-go='{}']", number + 1)) {
        if jump.class_list().contains("chip") {
            jump.set_class_name(mark.class());
        }
        let state = match jump.query_selector("[data-state]") {
            Ok(Some(state)) => Some(state),
            _ => jump.next_element_sibling(),
        };
        if let Some(state) = state.filter(|state| state.has_attribute("data-state")) {
            state.set_text_content(Some(mark.words()));
        }
    }
}

/// Returns how much of a form is answered, and whether it is flagged.
pub fn mark_of(form: &Element) -> Mark {
    let any = |selector: &str| form.query_selector(selector).ok().flatten().is_some();
    let chosen = all_in(form, "select option:checked");
    let answer = if chosen.is_empty() {
        let is_given = match any("[type=radio], [name='given[options][]']") {
            true => any(":is([type=radio], [name='given[options][]']):checked"),
            false => has_text(form),
        };
        AnswerState::of(usize::from(is_given), 1)
    } else {
        let values = chosen.iter().filter_map(|it| it.get_attribute("value"));
        let mut given: Vec<String> = Vec::new();
        for value in values.filter(|value| !value.is_empty()) {
            if !given.contains(&value) {
                given.push(value);
            }
        }
        AnswerState::of(given.len(), chosen.len())
    };
    Mark {
        answer,
        flagged: any("[name='given[flagged]']:checked"),
    }
}

fn has_text(form: &Element) -> bool {
    let field = form.query_selector("input[type=text]").ok().flatten();
    field
        .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
        .is_some_and(|field| !field.value().trim().is_empty())
}

/// Returns true if the learner changed the form before the page's scripts had loaded.
pub fn is_touched(form: &Element) -> bool {
    let copy = form.clone_node_with_deep(true).ok();
    let copy = copy.and_then(|copy| copy.dyn_into::<HtmlFormElement>().ok());
    let (Some(form), Some(copy)) = (form.dyn_ref::<HtmlFormElement>(), copy) else {
        return false;
    };
    copy.reset();
    let fields = |form: &HtmlFormElement| {
        fields_of(form, None)
            .ok()
            .map(|fields| String::from(fields.to_string()))
    };
    fields(form) != fields(&copy)
}

/// Sets the form's new `basis`; see `question_bank::server::answering::form_hash`.
pub fn rebase(number: usize, basis: &str) {
    let field = form_of(number).and_then(|form| form.query_selector("[name=basis]").ok()?);
    if let Some(field) = field
        && !basis.is_empty()
    {
        let _ = field.set_attribute("value", basis);
    }
}

pub fn set_text(id: &str, text: &str) {
    if let Some(element) = document().get_element_by_id(id)
        && element.text_content().as_deref() != Some(text)
    {
        element.set_text_content(Some(text));
    }
}

pub fn is_online() -> bool {
    window().navigator().on_line()
}

pub fn number_of(form: &Element) -> Option<usize> {
    form.get_attribute("data-question")?.parse().ok()
}

pub fn form_of(number: usize) -> Option<HtmlFormElement> {
    document()
        .get_element_by_id(&format!("ly-q{number}"))?
        .dyn_into()
        .ok()
}

pub fn closest(event: &web_sys::Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()?
}

pub fn is_typed(event: &web_sys::Event) -> bool {
    closest(event, "textarea, input[type=text]").is_some()
}

pub fn all(selector: &str) -> Vec<Element> {
    listed(document().query_selector_all(selector).ok())
}

fn all_in(element: &Element, selector: &str) -> Vec<Element> {
    listed(element.query_selector_all(selector).ok())
}

fn listed(found: Option<NodeList>) -> Vec<Element> {
    let found = found.into_iter().flat_map(|list| {
        (0..list.length()).filter_map(move |at| list.item(at)?.dyn_into::<Element>().ok())
    });
    found.collect()
}

pub fn beacon(path: &str, body: &UrlSearchParams) -> bool {
    window()
        .navigator()
        .send_beacon_with_opt_url_search_params(path, Some(body))
        .unwrap_or(false)
}

/// Returns the milliseconds since the page was loaded. The wall clock is not used because it may
/// be changed.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
