//! The site as its admins set it up: name, language, logo, colors, sender of mails, and texts.

pub mod api;
pub mod cms;
mod color;
pub mod mail_texts;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

pub use color::{AccentTheme, Rgb};

use serde::{Deserialize, Serialize};

pub const SITE: &str = "/admin/site";
/// Address of an uploaded logo. The flash message for the page has the same name.
pub const LOGO_UPLOAD: &str = "/uploads/logo";
/// Largest logo, in bytes.
pub const LOGO_BYTES: usize = 1024 * 1024;

pub const SITE_NAME_CHARACTERS: u32 = 100;
pub const SENDER_CHARACTERS: u32 = 100;
pub const HEADLINE_CHARACTERS: u32 = 120;
pub const INTRODUCTION_CHARACTERS: u32 = 400;

/// The fields of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteForm {
    pub name: String,
    pub time_zone: String,
    pub language: String,
    pub accent_light: String,
    pub accent_dark: String,
    pub mail_sender: String,
    pub mail_reply_to: String,
    pub headline: String,
    pub introduction: String,
    /// Levels in percent. Empty leaves them as they are.
    pub mastered_from: String,
    pub gap_below: String,
}

/// Page of the site's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteSettingsPage {
    pub form: SiteForm,
    pub has_logo: bool,
    pub time_zones: Vec<String>,
    /// Name that mails come from if the form has none.
    pub usual_sender: String,
    /// Says why the last upload was refused.
    pub logo_problem: Option<String>,
}
