//! A field for Markdown: buttons above it, and a preview that follows as one types. Without
//! JavaScript the preview shows what was saved.

use leptos::prelude::*;

use super::Tool;
use crate::platform::ui::Erase;

/// Id of the field for the text.
pub const TEXT: &str = "ly-text";

/// The field of a page. `P` is what the server answers with the preview.
pub struct TextWriter<P: Send + Sync + 'static> {
    /// The preview with its number. A new number renders it anew.
    pub preview: RwSignal<(u32, P)>,
    /// True if the preview could not be loaded.
    pub is_behind: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    changes: StoredValue<u32>,
    /// The address that renders a text, and what it needs besides the text.
    #[cfg(feature = "hydrate")]
    renders: StoredValue<(&'static str, Vec<(&'static str, String)>)>,
}

impl<P: Send + Sync + 'static> Clone for TextWriter<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Send + Sync + 'static> Copy for TextWriter<P> {}

impl<P: Send + Sync + 'static> TextWriter<P> {
    /// `path` is the address of the server function that renders a text. `fields` is what it needs
    /// besides the text.
    pub fn of(path: &'static str, fields: Vec<(&'static str, String)>, preview: P) -> Self {
        #[cfg(not(feature = "hydrate"))]
        let _ = (path, fields);
        Self {
            preview: RwSignal::new((0, preview)),
            is_behind: RwSignal::new(false),
            #[cfg(feature = "hydrate")]
            changes: StoredValue::new(0),
            #[cfg(feature = "hydrate")]
            renders: StoredValue::new((path, fields)),
        }
    }

    /// The buttons.
    pub fn tools(self) -> AnyView
    where
        P: serde::de::DeserializeOwned,
    {
        let tools = Tool::ALL.map(|tool| {
            let keys = tool.key().map(|key| format!("Control+{key} Meta+{key}"));
            view! {
                <button class="btn quiet" type="button" aria-keyshortcuts=keys on:click=move |_| self.work(tool)>
                    {tool.label()}
                </button>
            }
        });
        view! {
            <div class="topic-tools" role="group" aria-label="Formatting" aria-controls=TEXT>
                {tools.collect_view()}
            </div>
        }
        .erase()
    }
}

#[cfg(not(feature = "hydrate"))]
impl<P: Send + Sync + 'static> TextWriter<P> {
    pub fn changed(self) {}

    pub fn key(self, _: &leptos::ev::KeyboardEvent) {}

    pub fn work(self, _: Tool) {}
}

#[cfg(feature = "hydrate")]
mod in_browser {
    use std::time::Duration;

    use js_sys::{Function, Reflect};
    use leptos::ev::KeyboardEvent;
    use leptos::prelude::*;
    use serde::de::DeserializeOwned;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{HtmlTextAreaElement, UrlSearchParams};

    use super::{TEXT, TextWriter};
    use crate::authoring::editor::Tool;
    use crate::platform::ui::browser::send;
    use crate::platform::ui::decode;

    /// Time without typing after which the preview follows.
    const PAUSE: Duration = Duration::from_millis(300);
    const TIMEOUT_MS: u32 = 15_000;

    fn area() -> Option<HtmlTextAreaElement> {
        let found = document().get_element_by_id(TEXT);
        found.and_then(|found| found.dyn_into().ok())
    }

    /// Asks the server to render the text. Returns its answer as JSON.
    async fn rendered((path, besides): (&str, Vec<(&str, String)>)) -> Option<String> {
        let fields = UrlSearchParams::new().ok()?;
        for (name, value) in besides {
            fields.set(name, &value);
        }
        fields.set("text", &area()?.value());
        let reply = send(path, &fields, Some(TIMEOUT_MS)).await;
        Some(reply.ok()?.value)
    }

    impl<P: DeserializeOwned + Send + Sync + 'static> TextWriter<P> {
        /// Shows the text in the preview after a pause.
        pub fn changed(self) {
            self.changes.try_update_value(|changes| *changes += 1);
            let change = self.changes.try_get_value();
            let follow = move || {
                if self.changes.try_get_value() != change {
                    return;
                }
                let Some(renders) = self.renders.try_get_value() else {
                    return;
                };
                leptos::task::spawn_local(async move {
                    let outcome = rendered(renders).await;
                    let outcome = outcome.and_then(|json| decode::<P>(&json).ok());
                    if self.changes.try_get_value() != change {
                        return;
                    }
                    self.is_behind.try_set(outcome.is_none());
                    if let Some(new) = outcome {
                        self.preview.try_update(|(number, shown)| {
                            *number += 1;
                            *shown = new;
                        });
                    }
                });
            };
            set_timeout(follow, PAUSE);
        }

        /// Works the keyboard shortcuts of the text.
        pub fn key(self, event: &KeyboardEvent) {
            if !(event.ctrl_key() || event.meta_key()) || event.alt_key() || event.shift_key() {
                return;
            }
            let key = event.key().to_lowercase();
            let is_text = document()
                .active_element()
                .is_some_and(|element| element.id() == TEXT);
            let tool = Tool::ALL.into_iter().find(|tool| tool.key() == Some(&key));
            if let Some(tool) = tool.filter(|_| is_text) {
                event.prevent_default();
                self.work(tool);
            }
        }

        /// Applies a tool to the selection.
        pub fn work(self, tool: Tool) {
            let Some(area) = area() else { return };
            let units: Vec<u16> = area.value().encode_utf16().collect();
            let place = |at: Option<u32>| (at.unwrap_or(0) as usize).min(units.len());
            let mut start = place(area.selection_start().ok().flatten());
            let end = place(area.selection_end().ok().flatten()).max(start);
            if tool.takes_lines() {
                let mut before = units[..start].iter();
                let line = before.rposition(|unit| *unit == u16::from(b'\n'));
                start = line.map_or(0, |at| at + 1);
            }
            let text = |range: &[u16]| String::from_utf16_lossy(range);
            let edit = tool.edit(&text(&units[..start]), &text(&units[start..end]));
            let _ = area.focus();
            let _ = area.set_selection_range(start as u32, end as u32);
            if !insert(&edit.insert) {
                let (before, after) = (text(&units[..start]), text(&units[end..]));
                area.set_value(&format!("{before}{}{after}", edit.insert));
                self.changed();
            }
            let begin = start as u32 + edit.select.0;
            let _ = area.set_selection_range(begin, begin + edit.select.1);
        }
    }

    /// Replaces the selection in a way that the browser can undo. False if it can't.
    fn insert(text: &str) -> bool {
        let method = Reflect::get(&document(), &"execCommand".into()).ok();
        let method = method.and_then(|method| method.dyn_into::<Function>().ok());
        let (name, text) = (JsValue::from_str("insertText"), JsValue::from_str(text));
        let done = method.and_then(|method| {
            method
                .call3(&document(), &name, &JsValue::FALSE, &text)
                .ok()
        });
        done == Some(JsValue::TRUE)
    }
}
