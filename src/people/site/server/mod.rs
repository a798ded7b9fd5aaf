//! The server side of the site's settings.

pub mod accent;
pub mod logo;
pub mod settings;

use axum::Router;
use axum::routing::get;

use crate::platform::http::AppState;

pub fn routes() -> Router<AppState> {
    logo::routes().route(accent::STYLESHEET, get(accent::send))
}
