//! The pages of the gradebook.

mod deeds;
mod learner;
mod regrade;
mod table;

pub use learner::learner_page;
pub use regrade::regrade_page;
pub use table::gradebook_page;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{Cell, CellState};
use crate::platform::ui::{Badge, Erase, Tone};

/// A part of the address's path, as it changes.
fn param(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_params_map().with(|params| params.get(name).unwrap_or_default()))
}

/// A value of the address's query, as it changes.
fn asked(name: &'static str) -> Memo<String> {
    Memo::new(move |_| use_query_map().with(|query| query.get(name).unwrap_or_default()))
}

fn tone(state: CellState) -> Tone {
    match state {
        CellState::Passed => Tone::Ok,
        CellState::Failed => Tone::Danger,
        CellState::Running | CellState::Excused => Tone::Info,
        CellState::NoTry => Tone::Neutral,
    }
}

/// A result and what it means; a line where there is none.
fn cell(cell: Cell) -> AnyView {
    let score = cell.score.map(|score| format!("{score} %"));
    match (cell.state, score) {
        (CellState::NoTry, _) => {
            view! { <span class="soft" aria-label="no try">"–"</span> }.erase()
        }
        (state, score) => view! {
            <span class="grade">
                {score.map(|score| view! { <span class="num">{score}</span> })}
                <Badge tone=tone(state) text=state.label() />
            </span>
        }
        .erase(),
    }
}
