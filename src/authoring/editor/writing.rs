//! Buttons above the text of a page, and the preview that follows as one types. Without JavaScript
//! the preview shows what was saved.

use leptos::prelude::*;

#[cfg(not(feature = "hydrate"))]
use crate::authoring::editor::Tool;
use crate::platform::ui::Html;

/// Id of the field for the text.
pub const TEXT: &str = "ly-text";

#[derive(Clone, Copy)]
pub struct PageWriter {
    /// The preview with its number. A new number renders it anew.
    pub preview: RwSignal<(u32, Html)>,
    /// True if the preview could not be loaded.
    pub is_behind: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    changes: StoredValue<u32>,
}

impl PageWriter {
    pub fn of(preview: &Html) -> Self {
        Self {
            preview: RwSignal::new((0, preview.clone())),
            is_behind: RwSignal::new(false),
            #[cfg(feature = "hydrate")]
            changes: StoredValue::new(0),
        }
    }
}

#[cfg(not(feature = "hydrate"))]
impl PageWriter {
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
    use leptos::server_fn::ServerFn;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{HtmlTextAreaElement, UrlSearchParams};

    use super::{PageWriter, TEXT};
    use crate::authoring::editor::Tool;
    use crate::people::site::cms::api::PreviewCmsPage;
    use crate::platform::ui::browser::send;
    use crate::platform::ui::{Html, decode};

    /// Time without typing after which the preview follows.
    const PAUSE: Duration = Duration::from_millis(300);
    const TIMEOUT_MS: u32 = 15_000;

    fn area() -> Option<HtmlTextAreaElement> {
        let found = document().get_element_by_id(TEXT);
        found.and_then(|found| found.dyn_into().ok())
    }

    /// Asks the server to render the text.
    async fn rendered() -> Option<Html> {
        let fields = UrlSearchParams::new().ok()?;
        fields.set("text", &area()?.value());
        let reply = send(PreviewCmsPage::PATH, &fields, Some(TIMEOUT_MS)).await;
        decode(&reply.ok()?.value).ok()
    }

    impl PageWriter {
        /// Shows the text in the preview after a pause.
        pub fn changed(self) {
            self.changes.try_update_value(|changes| *changes += 1);
            let change = self.changes.try_get_value();
            let follow = move || {
                if self.changes.try_get_value() != change {
                    return;
                }
                leptos::task::spawn_local(async move {
                    let outcome = rendered().await;
                    if self.changes.try_get_value() != change {
                        return;
                    }
                    self.is_behind.try_set(outcome.is_none());
                    if let Some(html) = outcome {
                        self.preview.try_update(|(number, shown)| {
                            *number += 1;
                            *shown = html;
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
