//! Server functions of the site. They are for admins alone, and each change is written to the audit
//! log in its transaction.

use leptos::prelude::*;

use super::{SiteForm, SiteSettingsPage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::SITE,
    super::server::{logo, settings},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
};

/// Returns the settings of the site.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_site_settings() -> AppResult<SiteSettingsPage> {
    let cx = require_admin().await?.0.cx;
    let of = cx.clone();
    cx.within(async move |conn| settings::page(conn, &of).await)
        .await
}

/// Saves the settings of the site. They take effect at once.
#[server]
pub async fn save_site_settings(#[server(default)] form: SiteForm) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    cx.within(async move |conn| settings::save(conn, &admin, &form).await)
        .await?;
    cx.app.directory.forget();
    redirect(address::with_query(SITE, &[("done", "saved")]));
    Ok(())
}

/// Removes the logo of the site.
#[server]
pub async fn remove_logo() -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    cx.within(async move |conn| logo::set(conn, &admin, None).await)
        .await?;
    cx.app.directory.forget();
    redirect(address::with_query(SITE, &[("done", "logo")]));
    Ok(())
}
