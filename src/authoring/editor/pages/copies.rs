//! Copies of a text in the browser's storage, until the server has it.

use js_sys::Reflect;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::saving::call;
use crate::platform::ui::decode;

/// A text that the server does not have yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalText {
    pub base: i32,
    pub title: String,
    pub text: String,
    /// Time of the last change, in milliseconds.
    pub at: f64,
}

/// The browser's storage. None if the person has switched it off.
fn storage() -> Option<JsValue> {
    let storage = Reflect::get(&window(), &"localStorage".into()).ok()?;
    storage.is_object().then_some(storage)
}

pub fn kept(key: &str) -> Option<LocalText> {
    let kept = call(&storage()?, "getItem", &[key])?.as_string()?;
    decode(&kept).ok()
}

/// The copies whose keys begin so, newest first.
pub fn copies(begin: &str) -> Vec<(String, LocalText)> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let count = Reflect::get(&storage, &"length".into()).ok();
    let count = count.and_then(|count| count.as_f64()).unwrap_or(0.0) as u32;
    let copy = |at: u32| {
        let key = call(&storage, "key", &[&at.to_string()])?.as_string()?;
        let text = kept(&key).filter(|_| key.starts_with(begin))?;
        Some((key, text))
    };
    let mut found: Vec<_> = (0..count).filter_map(copy).collect();
    found.sort_by(|(_, one), (_, other)| other.at.total_cmp(&one.at));
    found
}

pub fn keep(key: &str, text: &LocalText) -> bool {
    let Ok(json) = serde_json::to_string(text) else {
        return false;
    };
    storage().is_some_and(|storage| call(&storage, "setItem", &[key, &json]).is_some())
}

pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        call(&storage, "removeItem", &[key]);
    }
}
