//! Shows others who write the same topic: their names, whose words came in, and the paragraphs that
//! both sides have changed.

use leptos::prelude::*;

use super::keeper::{FORM, Keeper};
use crate::authoring::editor::{ConflictPlace, Prefer, TextConflict};
use crate::platform::ui::{Erase, Language};

/// Names of the sides of two pages.
const OF_PAGES: (&str, &str) = ("Yours", "Saved");

/// Says who else has the topic open, and whose words came into the text.
pub fn here(keeper: Keeper) -> AnyView {
    view! {
        <div class="topic-here" role="status">
            <p>{move || keeper.here.get()}</p>
            <p>{move || keeper.came.get()}</p>
        </div>
    }
    .erase()
}

/// The paragraphs that this page and others have changed, if the text could not be saved because of
/// them.
pub fn two_sides(keeper: Keeper, language: &Language) -> AnyView {
    let language = language.clone();
    let shown = move |(_, conflict): (u32, Option<TextConflict>)| match conflict {
        Some(conflict) => section(keeper, &language, conflict),
        None => ().erase(),
    };
    view! { <For each=move || [keeper.conflict.get()] key=|conflict| conflict.0 children=shown /> }
        .erase()
}

fn section(keeper: Keeper, language: &Language, conflict: TextConflict) -> AnyView {
    let titles = conflict.title.map(|(mine, theirs)| {
        let place = ConflictPlace {
            base: String::new(),
            mine,
            theirs,
        };
        sides("Title", OF_PAGES, language, place)
    });
    let many = conflict.places.len() > 1;
    let places = conflict.places.into_iter().enumerate().map(|(at, place)| {
        let name = match many {
            true => format!("Place {}", at + 1),
            false => "Text".to_owned(),
        };
        sides(&name, OF_PAGES, language, place)
    });
    let buttons = Prefer::ALL.map(|side| {
        let words = match side {
            Prefer::Mine => "Keep my paragraphs",
            Prefer::Theirs => "Keep the saved paragraphs",
            Prefer::Both => "Keep both",
        };
        view! {
            <button
                class="btn second"
                form=FORM
                name="page[keep]"
                value=side.name()
                on:click=move |event| keeper.choose(&event, side)
            >
                {words}
            </button>
        }
    });
    view! {
        <section class="stack topic-other" aria-labelledby="ly-other-title">
            <h2 id="ly-other-title">"Two versions of the same paragraphs"</h2>
            <p>
                {conflict.by}
                " changed these paragraphs after you opened this page, and so did you. Your text is in the editor and is not saved. Everything else is merged. Nothing is lost: choose what to keep here, and change it afterwards."
            </p>
            {titles}
            {places.collect_view()}
            <div class="row">{buttons.collect_view()}</div>
        </section>
    }
    .erase()
}

/// Shows both sides of paragraphs that both have changed, and what was there before if that is
/// known. `labels` names the sides.
pub fn sides(
    name: &str,
    labels: (&str, &str),
    language: &Language,
    place: ConflictPlace,
) -> AnyView {
    let side = |label: &str, text: String| {
        let text = match text.trim().is_empty() {
            true => view! { <p class="soft">"Removed."</p> }.erase(),
            false => view! { <pre class="topic-side" lang=language.tag() dir=language.dir()>{text}</pre> }.erase(),
        };
        view! {
            <div>
                <h4 class="label">{label.to_owned()}</h4>
                {text}
            </div>
        }
    };
    view! {
        <h3 class="label">{name.to_owned()}</h3>
        <div class="topic-sides">
            {side(labels.0, place.mine)} {side(labels.1, place.theirs)}
            {(!place.base.is_empty()).then(|| side("Before", place.base))}
        </div>
    }
    .erase()
}
