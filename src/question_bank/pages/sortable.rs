//! Fields of ordering and matching questions: a select for each item. After hydration, `sorting`
//! also moves the items by pointer, buttons and keys.

use leptos::prelude::*;
use uuid::Uuid;

use crate::platform::ui::{Erase, Glyph, Html, Icon, Language};
use crate::question_bank::letter;

/// The fields of an ordering question, with the items in the order shown.
pub fn ordering(
    items: Vec<(Uuid, Html, Option<usize>)>,
    prompt: String,
    language: &Language,
) -> AnyView {
    let choices: Vec<(String, String)> = (1..=items.len())
        .map(|to| (to.to_string(), to.to_string()))
        .collect();
    let lines = items
        .into_iter()
        .map(|(id, html, place)| {
            let row = SortRow {
                id,
                group: "order",
                asks: "Position of",
                html,
                chosen: place.map(|place| place.to_string()).unwrap_or_default(),
            };
            sort_row(row, &choices, language)
        })
        .collect_view();
    view! {
        <fieldset class="stack" data-sort="order" aria-describedby=prompt>
            {hint(
                "Number the items in order.",
                "Put the items in order: drag them, use the arrows, or choose a number.",
            )}
            <ul class="quiz-places">{lines}</ul>
            <p class="vh" aria-live="polite"></p>
        </fieldset>
    }
    .erase()
}

/// The fields of a matching question: the items on the left with a select each, and the lettered
/// items on the right.
pub fn matching(
    left: Vec<(Uuid, Html, Option<Uuid>)>,
    right: Vec<(Uuid, Html)>,
    prompt: String,
    language: &Language,
) -> AnyView {
    let choices: Vec<(String, String)> = right
        .iter()
        .enumerate()
        .map(|(at, (id, _))| (id.to_string(), letter(at)))
        .collect();
    let offered = right
        .into_iter()
        .enumerate()
        .map(|(at, (id, html))| {
            view! {
                <li data-value=id.to_string()>
                    <span class="grip" aria-hidden="true"></span>
                    <b class="num">{letter(at)}</b>
                    <span lang=language.tag() dir=language.dir() inner_html=html.0></span>
                </li>
            }
        })
        .collect_view();
    let lines = left
        .into_iter()
        .map(|(id, html, matched)| {
            let row = SortRow {
                id,
                group: "matches",
                asks: "Match for",
                html,
                chosen: matched.map(|id| id.to_string()).unwrap_or_default(),
            };
            sort_row(row, &choices, language)
        })
        .collect_view();
    view! {
        <fieldset class="stack" data-sort="matches" aria-describedby=prompt>
            {hint(
                "Choose the matching letter for each item.",
                "Match the items: drag each answer to its item, use the arrows, or choose a letter.",
            )}
            <div class="quiz-matching">
                <ul class="quiz-places">{lines}</ul>
                <ol class="quiz-places quiz-offered">{offered}</ol>
            </div>
            <p class="vh" aria-live="polite"></p>
        </fieldset>
    }
    .erase()
}

/// Two versions of the instruction. The stylesheet shows the one that holds.
fn hint(plain: &'static str, sorting: &'static str) -> AnyView {
    view! {
        <legend class="soft">
            <span class="sort-plain">{plain}</span>
            <span class="sort-live">{sorting}</span>
        </legend>
    }
    .erase()
}

/// A row with a select for one of the choices. The accessible name of the select consists of
/// `asks` and the text of the row. `chosen` is the value of the selected choice.
struct SortRow {
    id: Uuid,
    group: &'static str,
    asks: &'static str,
    html: Html,
    chosen: String,
}

fn sort_row(row: SortRow, choices: &[(String, String)], language: &Language) -> AnyView {
    let SortRow {
        id,
        group,
        asks,
        html,
        chosen,
    } = row;
    let options = choices
        .iter()
        .map(|(value, text)| {
            let is_chosen = *value == chosen;
            view! {
                <option value=value.clone() selected=is_chosen>
                    {text.clone()}
                </option>
            }
        })
        .collect_view();
    let (field, text) = (format!("ly-s{id}"), format!("ly-t{id}"));
    let grip = (group == "order").then(|| view! { <span class="grip" aria-hidden="true"></span> });
    let matched = (group != "order").then(|| view! { <small class="sort-match soft"></small> });
    view! {
        <li>
            {grip}
            <select
                class="input"
                name=format!("given[{group}][i{id}]")
                aria-label=asks
                aria-labelledby=format!("{field} {text}")
                id=field
                autocomplete="off"
            >
                <option value="">"–"</option>
                {options}
            </select>
            <div class="grow" lang=language.tag() dir=language.dir()>
                <span id=text.clone() inner_html=html.0></span>
                {matched}
            </div>
            <div class="sort-steps">
                {step(id, "-1", "Move up", &text)} {step(id, "1", "Move down", &text)}
            </div>
        </li>
    }
    .erase()
}

/// A button that moves a row, or its match, up or down. Scripts show it.
fn step(id: Uuid, by: &'static str, label: &'static str, text: &str) -> AnyView {
    let button = format!("ly-m{by}{id}");
    view! {
        <button class="btn quiet" type="button" data-step=by aria-label=label aria-labelledby=format!("{button} {text}") id=button>
            <Icon glyph=Glyph::ChevronDown />
        </button>
    }
    .erase()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_by_its_line_and_described_by_the_question() {
        let id = Uuid::from_u128(7);
        let items = vec![(id, Html("Wash".to_owned()), None)];
        let owner = Owner::new();
        let language = Language::new("fa");
        let html = owner.with(|| ordering(items, "asked".to_owned(), &language).to_html());
        assert!(html.contains("aria-describedby=\"asked\""), "{html}");
        let named = format!("aria-label=\"Position of\" aria-labelledby=\"ly-s{id} ly-t{id}\"");
        assert!(html.contains(&named), "{html}");
        assert!(
            html.contains(&format!(
                "lang=\"fa\" dir=\"rtl\" class=\"grow\"><span id=\"ly-t{id}\">Wash</span>"
            )),
            "{html}"
        );
    }
}
