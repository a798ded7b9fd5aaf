//! The components of every page, shared by the server and the browser.
//!
//! Components take data and children, and never query. The same props must give the same markup on
//! both sides, so components use no clock, no random numbers and no locale. The head of each
//! stylesheet in style/ says which markup the stylesheet expects.

mod autosave;
mod avatar;
mod badge;
mod breadcrumbs;
mod button;
mod choice;
mod copy_field;
mod course_art;
mod dialog;
#[cfg(feature = "hydrate")]
mod document;
mod drops;
mod empty_state;
mod erase;
mod error_summary;
mod field;
mod file_size;
#[cfg(feature = "hydrate")]
mod focus;
mod form;
mod frame;
#[cfg(debug_assertions)]
mod gallery;
#[cfg(debug_assertions)]
mod gallery_page;
mod here;
mod html;
mod icon;
mod kbd;
mod keys;
mod language;
mod menu;
mod meter;
mod notice;
mod pagination;
mod remembered;
mod resource;
mod saved_views;
mod skeleton;
mod table;
mod tabs;
mod theme;
mod toast;
mod unsaved;
mod visually_hidden;
mod wordmark;

pub use avatar::Avatar;
pub use badge::Badge;
pub use breadcrumbs::{Breadcrumbs, Crumb};
pub use button::{Button, ButtonKind};
pub use choice::{Checkbox, Switch};
pub use copy_field::CopyField;
pub use course_art::{CourseArt, course_picture};
pub use dialog::{Dialog, DialogButton, open_dialog};
#[cfg(feature = "hydrate")]
pub use document::load_document;
pub use drops::{ItemDrop, grip, wake_drops};
pub use empty_state::EmptyState;
pub use erase::{Erase, Inside};
pub use error_summary::in_summary;
pub use field::{Field, Select, TextArea, text_of_area};
pub use file_size::check_file_size;
#[cfg(feature = "hydrate")]
pub use form::browser::{self, fields_of};
pub use form::{Form, FormState};
pub use frame::{
    AccountMenu, NavigationPage, NotFoundPage, Page, SiteFrame, SiteHeader, fault, provide_viewer,
    site_frame, viewer,
};
#[cfg(debug_assertions)]
pub use gallery::UiGallery;
#[cfg(debug_assertions)]
pub use gallery_page::gallery_page;
pub use here::{path_part, query_now, query_value};
#[cfg(feature = "hydrate")]
pub use html::decode;
#[cfg(feature = "ssr")]
pub use html::rendered;
pub use html::{Html, PageCodec};
pub use icon::{Glyph, Icon};
pub use kbd::Kbd;
pub use keys::{SEARCH_KEY, slash_focuses};
#[cfg(feature = "hydrate")]
pub use keys::{focus_field, plain_key};
pub use language::{Language, direction};
pub use menu::{Menu, MenuItem};
pub use meter::Meter;
pub use notice::Notice;
pub use pagination::Pagination;
#[cfg(feature = "hydrate")]
pub use remembered::remember;
pub use remembered::remembered;
pub use resource::{PageResource, loaded, page_resource};
pub use saved_views::{SavedView, ViewedList, saved_views};
#[cfg(feature = "ssr")]
pub use saved_views::{check_view_count, view_name};
pub use skeleton::{Skeleton, SkeletonKind};
pub use table::{Column, Sort, Table};
pub use tabs::{TabButton, TabLink, Tabs};
pub use theme::{Theme, ThemeToggle, provide_theme};
pub use toast::{Toaster, Toasts, provide_toaster};
pub use visually_hidden::VisuallyHidden;
pub use wordmark::Wordmark;

use leptos::{ev::MouseEvent, wasm_bindgen::JsCast, web_sys::Element};

/// The tone of a status, in badges, notices and toasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Neutral,
    Info,
    Ok,
    Warn,
    Danger,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "soft",
            Tone::Info => "info",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Danger => "danger",
        }
    }
}

/// Returns None for an empty text, so that the attribute is left out. Optional text props are empty
/// by default.
fn filled(text: impl Into<String>) -> Option<String> {
    let text = text.into();
    (!text.is_empty()).then_some(text)
}

/// The clicked link, or the link around the clicked element.
pub fn clicked_link(event: &MouseEvent) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("a").ok()?
}
