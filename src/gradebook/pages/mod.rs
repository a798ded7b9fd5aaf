//! Pages of the gradebook.

mod actions;
mod learner;
mod ratings;
mod regrade;
mod results;
mod table;

pub use learner::learner_page;
pub use regrade::regrade_page;
pub use table::gradebook_page;

use leptos::prelude::*;

use super::{Cell, CellState};
use crate::platform::ui::{Badge, Erase, Tone};

fn tone(state: CellState) -> Tone {
    match state {
        CellState::Passed => Tone::Ok,
        CellState::Failed | CellState::Missing => Tone::Danger,
        CellState::Running | CellState::Excused | CellState::Waiting => Tone::Info,
        CellState::NotAttempted | CellState::Marked => Tone::Neutral,
    }
}

/// Shows a score with its badge, or a dash if there was no attempt.
fn cell(cell: Cell) -> AnyView {
    let score = cell.score.map(|score| format!("{score}%"));
    match (cell.state, score) {
        (state @ CellState::NotAttempted, _) => {
            view! { <span class="soft"><span aria-hidden="true">"–"</span><span class="vh">{state.label()}</span></span> }.erase()
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
