//! Works on the text in the browser: preview, keyboard shortcuts, toolbar and pictures.

use js_sys::{Function, Reflect};
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::FromServerFnError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::UrlSearchParams;
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement};

use super::keeper::{FORM, Keeper, TEXT};
use super::pictures::{PICTURE, PICTURE_ALT, PICTURE_FILE};
use super::saving::{TIMEOUT_MS, call, element, text_area};
use crate::authoring::editor::api::PreviewTopic;
use crate::authoring::editor::{PICTURE_UPLOAD, TextPreview, Tool, question_line};
use crate::platform::error::AppError;
use crate::platform::ui::browser::{fields_of, send};
use crate::platform::ui::decode;

/// Time without typing after which the preview follows.
const PREVIEW_MS: u64 = 300;

impl Keeper {
    /// Shows the text in the preview after a pause.
    pub fn follow(self) {
        let change = self.progress.try_with_value(|progress| progress.changes);
        let load = move || {
            leptos::task::spawn_local(async move {
                let outcome = rendered().await;
                let now = self.progress.try_with_value(|progress| progress.changes);
                if now != change {
                    return;
                }
                self.is_behind.try_set(outcome.is_none());
                if let Some(preview) = outcome {
                    self.preview.try_update(|(number, shown)| {
                        *number += 1;
                        *shown = preview;
                    });
                }
            });
        };
        self.later(PREVIEW_MS, change.unwrap_or_default(), load);
    }

    /// Works the keyboard shortcuts of the text.
    pub fn key(self, event: &ev::KeyboardEvent) {
        if !(event.ctrl_key() || event.meta_key()) || event.alt_key() || event.shift_key() {
            return;
        }
        let key = event.key().to_lowercase();
        if key == "s" {
            event.prevent_default();
            self.say("Saving…");
            return self.send("save");
        }
        let is_text = document()
            .active_element()
            .is_some_and(|element| element.id() == TEXT);
        let tool = Tool::ALL.into_iter().find(|tool| tool.key() == Some(&key));
        if let Some(tool) = tool.filter(|_| is_text) {
            event.prevent_default();
            self.work(tool);
        }
    }

    /// Replaces a part of the text, in a way that the browser can undo.
    fn insert(self, area: &HtmlTextAreaElement, (start, end): (u32, u32), text: &str) {
        let _ = area.focus();
        let _ = area.set_selection_range(start, end);
        let inserted = Reflect::get(&document(), &"execCommand".into())
            .ok()
            .and_then(|method| method.dyn_into::<Function>().ok())
            .and_then(|method| {
                let (name, text) = ("insertText".into(), JsValue::from_str(text));
                method
                    .call3(&document(), &name, &JsValue::FALSE, &text)
                    .ok()
            });
        if inserted != Some(JsValue::TRUE) {
            let units: Vec<u16> = area.value().encode_utf16().collect();
            let part = |range: &[u16]| String::from_utf16_lossy(range);
            let (before, after) = (&units[..start as usize], &units[end as usize..]);
            area.set_value(&format!("{}{text}{}", part(before), part(after)));
            self.changed();
        }
    }

    /// Takes a picture that was pasted or dropped into the form for pictures. `from` names the
    /// property of the event that has the files. A clipboard that has a text too, such as that of a
    /// spreadsheet or a word processor, is pasted as text.
    pub fn receive(self, event: &ev::Event, from: &'static str) {
        let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
        let data = get(event, from);
        let text = data
            .as_ref()
            .filter(|_| from == "clipboardData")
            .and_then(|data| call(data, "getData", &["text/plain"])?.as_string());
        if text.is_some_and(|text| !text.is_empty()) {
            return;
        }
        let files = data.and_then(|data| get(&data, "files"));
        let count = files.as_ref().and_then(|files| get(files, "length"));
        let Some(files) = files.filter(|_| count.and_then(|n| n.as_f64()) > Some(0.0)) else {
            return;
        };
        event.prevent_default();
        let (Some(input), Some(form)) = (
            element::<HtmlInputElement>(PICTURE_FILE),
            element::<HtmlElement>(PICTURE),
        ) else {
            return;
        };
        let _ = Reflect::set(&input, &"files".into(), &files);
        let _ = form.set_attribute("open", "");
        self.picture
            .try_set("Describe the picture, then add it.".to_owned());
        if let Some(alt) = element::<HtmlElement>(PICTURE_ALT) {
            let _ = alt.focus();
        }
    }

    /// Uploads the picture of the form and puts it into the text.
    pub fn add_picture(self, event: &ev::SubmitEvent) {
        let form = event.target();
        let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        event.prevent_default();
        self.picture.try_set("Uploading…".to_owned());
        leptos::task::spawn_local(async move {
            match uploaded(&form).await {
                Ok(markdown) => {
                    form.reset();
                    self.picture
                        .try_set("The picture is in the text.".to_owned());
                    if let Some(area) = text_area() {
                        let place = |at: Option<u32>| at.unwrap_or(0);
                        let start = place(area.selection_start().ok().flatten());
                        let end = place(area.selection_end().ok().flatten());
                        self.insert(&area, (start, end), &markdown);
                    }
                }
                Err(error) => {
                    let words = match error {
                        AppError::Invalid(problems) => {
                            let said = problems.into_iter().map(|(_, said)| said);
                            said.collect::<Vec<_>>().join(" ")
                        }
                        other => other.to_string(),
                    };
                    self.picture.try_set(words);
                }
            }
        });
    }

    /// Puts the line of a question into the text, after the selection.
    pub fn place_question(self, key: &str) {
        let Some(area) = text_area() else { return };
        let units: Vec<u16> = area.value().encode_utf16().collect();
        let end = area.selection_end().ok().flatten().unwrap_or(0);
        let before = &units[..(end as usize).min(units.len())];
        let line = question_line(&String::from_utf16_lossy(before), key);
        self.insert(&area, (end, end), &line);
    }

    /// Applies a tool to the selection.
    pub fn work(self, tool: Tool) {
        let Some(area) = text_area() else { return };
        let units: Vec<u16> = area.value().encode_utf16().collect();
        let place = |at: Option<u32>| (at.unwrap_or(0) as usize).min(units.len());
        let mut start = place(area.selection_start().ok().flatten());
        let end = place(area.selection_end().ok().flatten()).max(start);
        if tool.takes_lines() {
            let line = units[..start]
                .iter()
                .rposition(|unit| *unit == u16::from(b'\n'));
            start = line.map_or(0, |at| at + 1);
        }
        let text = |range: &[u16]| String::from_utf16_lossy(range);
        let edit = tool.edit(&text(&units[..start]), &text(&units[start..end]));
        let (start, end) = (start as u32, end as u32);
        self.insert(&area, (start, end), &edit.insert);
        let begin = start + edit.select.0;
        let _ = area.set_selection_range(begin, begin + edit.select.1);
    }
}

/// Sends the form with its file. Returns the Markdown that shows the picture.
async fn uploaded(form: &HtmlFormElement) -> Result<String, AppError> {
    let lost = |_: JsValue| AppError::Unreachable;
    let data = web_sys::FormData::new_with_form(form).map_err(lost)?;
    let headers = web_sys::Headers::new().map_err(lost)?;
    headers.set("Accept", "application/json").map_err(lost)?;
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&data);
    let answer = window().fetch_with_str_and_init(PICTURE_UPLOAD, &init);
    let answer = JsFuture::from(answer).await.map_err(lost)?;
    let answer: web_sys::Response = answer.unchecked_into();
    let text = JsFuture::from(answer.text().map_err(lost)?)
        .await
        .map_err(lost)?;
    let text = text.as_string().unwrap_or_default();
    match answer.ok() {
        true => Ok(text),
        false => Err(AppError::de(text.into())),
    }
}

/// Asks the server to render the text of the form.
async fn rendered() -> Option<TextPreview> {
    let form: HtmlFormElement = element(FORM)?;
    let all = fields_of(&form, None).ok()?;
    let fields = UrlSearchParams::new().ok()?;
    for name in ["course", "topic", "text"] {
        fields.set(name, &all.get(name)?);
    }
    let reply = send(PreviewTopic::PATH, &fields, Some(TIMEOUT_MS))
        .await
        .ok()?;
    decode(&reply.value).ok()
}
