//! The toolbar of the editor. Its buttons need JavaScript, and are hidden without it.

use leptos::prelude::*;

use super::keeper::{Keeper, TEXT};
use crate::authoring::editor::Tool;
use crate::platform::ui::Erase;

pub fn toolbar(keeper: Keeper) -> AnyView {
    let buttons = Tool::ALL.map(|tool| {
        let keys = tool.key().map(|key| format!("Control+{key} Meta+{key}"));
        let title = match tool.key() {
            Some(key) => format!("{} (Ctrl+{})", tool.label(), key.to_uppercase()),
            None => tool.label().to_owned(),
        };
        view! {
            <button
                class="btn quiet"
                type="button"
                title=title
                aria-keyshortcuts=keys
                on:click=move |_| keeper.work(tool)
            >
                {tool.label()}
            </button>
        }
    });
    view! {
        <div class="topic-tools" role="group" aria-label="Formatting" aria-controls=TEXT>
            {buttons.collect_view()}
        </div>
    }
    .erase()
}
