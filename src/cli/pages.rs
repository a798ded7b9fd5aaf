//! `lyceum page`: the site's own pages, such as /pages/about and /pages/imprint.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::find_organization;
use crate::catalog::server::store;
use crate::course::server::native::is_slug;
use crate::platform::audit::AuditEntry;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::error::AppError;
use crate::platform::markdown;

/// Longest Markdown of a page, in bytes.
const MAX_PAGE: u64 = 256 * 1024;

const MAX_SLUG: usize = 80;
const MAX_TITLE: usize = 200;

#[derive(Subcommand)]
pub enum PageCommand {
    /// Publish a Markdown file as the page /pages/SLUG, in place of what it was.
    Set {
        /// Name in the address: lowercase letters, digits and hyphens.
        slug: String,
        file: PathBuf,
        /// Default: the heading `# …` at the top of the file, else the page's present title.
        #[arg(long)]
        title: Option<String>,
    },
}

pub async fn page(config: &Config, command: PageCommand, organization: &str) -> Result<(), String> {
    let PageCommand::Set { slug, file, title } = command;
    if !is_slug(&slug) || slug.len() > MAX_SLUG {
        return Err(format!(
            "“{slug}” can't be in an address: use lowercase letters, digits and single hyphens, at most {MAX_SLUG} characters."
        ));
    }
    let text = read(&file)?;
    let (heading, body) = parts(&text);
    let title = title.or(heading);
    let body = body.to_owned();
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    let address = format!("/pages/{slug}");
    let removed = db
        .within(organization.organization_id, async move |conn| {
            let title = match title {
                Some(title) => title,
                None => store::cms_title(conn, &slug).await?.ok_or_else(|| {
                    AppError::field(
                        "title",
                        "The page needs a title: begin the file with a heading “# …”, or give --title.",
                    )
                })?,
            };
            let title = title.trim();
            if title.is_empty() || title.chars().count() > MAX_TITLE {
                let sentence = format!("A title has 1 to {MAX_TITLE} characters.");
                return Err(AppError::field("title", sentence));
            }
            let rendered = store::set_cms_page(conn, &slug, title, &body).await?;
            AuditEntry::done("page.changed")
                .of("page", &slug)
                .change(None, Some(json!({ "title": title })))
                .write(conn)
                .await?;
            Ok::<_, AppError>(rendered.removed)
        })
        .await
        .map_err(|error| error.to_string())?;
    if !removed.is_empty() {
        eprintln!(
            "warning: left out, as pages can't have them: {}",
            removed.join(", ")
        );
    }
    println!("{address} is published.");
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("{} can't be read: {error}.", file.display());
    let about = std::fs::metadata(file).map_err(unreadable)?;
    if about.len() > MAX_PAGE {
        return Err(format!(
            "{} is larger than the {} kB that a page may have.",
            file.display(),
            MAX_PAGE / 1024
        ));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => {
            Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
        }
        _ => Err(format!("{} is not UTF-8 text.", file.display())),
    }
}

/// Splits off the heading at the top, as plain text: the site shows a page's title itself.
fn parts(text: &str) -> (Option<String>, &str) {
    let text = text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.strip_prefix("# ") {
        Some(heading) => {
            let heading = markdown::render_inline(heading.trim().trim_end_matches('#').trim_end());
            (Some(markdown::words(&heading)), rest)
        }
        None => (None, text),
    }
}
