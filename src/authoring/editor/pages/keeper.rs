//! Saves the text while someone types, keeps it in the browser until the server has it, and shows
//! its preview.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::saving::SaveProgress;
#[cfg(not(feature = "hydrate"))]
use crate::authoring::editor::{Prefer, Tool};
use crate::authoring::editor::{TextConflict, TextPreview, TopicText};

/// Ids of the form and of its fields.
pub const FORM: &str = "ly-topic-form";
pub const BASE: &str = "ly-base";
pub const CHANGE: &str = "ly-change";
pub const TITLE: &str = "ly-title";
pub const TEXT: &str = "ly-text";

#[derive(Clone, Copy)]
pub struct Keeper {
    /// Says whether the text is saved.
    pub status: RwSignal<String>,
    /// The preview with its number. A new number renders it anew.
    pub preview: RwSignal<(u32, TextPreview)>,
    /// True if the preview could not be loaded.
    pub is_behind: RwSignal<bool>,
    /// Says how adding a picture went.
    pub picture: RwSignal<String>,
    /// Changes of others to the same paragraphs, with a number like that of the preview.
    pub conflict: RwSignal<(u32, Option<TextConflict>)>,
    /// Says who else has the topic open.
    pub here: RwSignal<String>,
    /// Says whose words came into the text.
    pub came: RwSignal<String>,
    #[cfg(feature = "hydrate")]
    pub(super) progress: StoredValue<SaveProgress>,
}

impl Keeper {
    pub fn of(course: &str, page: &TopicText) -> Self {
        let keeper = Self {
            status: RwSignal::new(String::new()),
            preview: RwSignal::new((0, page.preview.clone())),
            is_behind: RwSignal::new(false),
            picture: RwSignal::new(String::new()),
            conflict: RwSignal::new((0, page.conflict.clone())),
            here: RwSignal::new(page.here.words.clone()),
            came: RwSignal::new(String::new()),
            #[cfg(feature = "hydrate")]
            progress: StoredValue::new(SaveProgress::of(course, page)),
        };
        #[cfg(feature = "hydrate")]
        keeper.awake();
        #[cfg(not(feature = "hydrate"))]
        let _ = course;
        keeper
    }
}

#[cfg(not(feature = "hydrate"))]
impl Keeper {
    pub fn changed(self) {}

    pub fn key(self, _: &leptos::ev::KeyboardEvent) {}

    pub fn press(self, _: &leptos::ev::MouseEvent, _: &'static str) {}

    pub fn work(self, _: Tool) {}

    pub fn choose(self, _: &leptos::ev::MouseEvent, _: Prefer) {}

    pub fn place_question(self, _: &str) {}

    pub fn receive(self, _: &leptos::ev::Event, _: &'static str) {}

    pub fn add_picture(self, _: &leptos::ev::SubmitEvent) {}
}
