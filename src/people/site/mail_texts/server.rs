//! Loads, checks and saves the words of mails.

use std::fmt::Write;

use super::MailTextsPage;
use crate::people::site::server::settings::record;
use crate::platform::auth::guard::Admin;
use crate::platform::db::{Conn, organizations};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::mail::texts::{KINDS, MailKind, MailWords, preview};
use crate::platform::markdown::escape;
use crate::platform::settings;
use crate::platform::ui::Html;

pub fn kind(key: &str) -> AppResult<&'static MailKind> {
    MailKind::find(key).ok_or_else(|| AppError::NotFound("There is no such mail.".to_owned()))
}

/// Reads words as a form sends them.
pub fn typed(subject: &str, text: &str) -> MailWords {
    MailWords {
        subject: subject.trim().replace('\0', ""),
        text: text.trim().replace("\r\n", "\n").replace('\0', ""),
    }
}

/// Returns the page with the form of one mail: with the words of `draft` if there are some, and
/// else with those that are in force.
pub async fn page(
    conn: &mut Conn,
    cx: &Cx,
    key: &str,
    draft: Option<MailWords>,
) -> AppResult<MailTextsPage> {
    let organization = organizations::by_id(conn, cx.organization.organization_id).await?;
    let own = &organization.site.settings.mail_texts;
    let chosen = match key {
        "" => KINDS[0],
        key => kind(key)?,
    };
    let is_draft = draft.is_some();
    let words = draft.unwrap_or_else(|| chosen.words(own));
    let example = chosen.example(&words, &organization.name);
    let whole = match chosen.has_link() {
        true => format!("{}\n\n{}", example.text, organization.name),
        // A reminder comes as a notification.
        false => format!(
            "Hello Asha Rao,\n\n{}\n{}\nhttps://school.example/learn/x\n\n{}",
            example.subject, example.text, organization.name
        ),
    };
    let mut placeholders = String::new();
    for placeholder in chosen.placeholders {
        let _ = write!(
            placeholders,
            "<div><dt><code>{{{}}}</code></dt><dd>{}</dd></div>",
            placeholder.name,
            escape(placeholder.about)
        );
    }
    let line = |kind: &'static MailKind| {
        let is_changed = own.contains_key(kind.key);
        (kind.key.to_owned(), kind.name.to_owned(), is_changed)
    };
    Ok(MailTextsPage {
        mails: KINDS.into_iter().map(line).collect(),
        key: chosen.key.to_owned(),
        name: chosen.name.to_owned(),
        sent: chosen.sent.to_owned(),
        is_changed: own.contains_key(chosen.key),
        is_draft,
        subject: words.subject,
        text: words.text,
        placeholders: Html(placeholders),
        preview_subject: example.subject,
        preview: Html(preview(&whole)),
        preview_text: whole,
    })
}

/// Saves the words of a mail. Without words, or with the built-in ones, it goes back to these.
///
/// # Errors
///
/// `Invalid` if the words would lose a link or have an unknown placeholder.
pub async fn save(
    conn: &mut Conn,
    admin: &Admin,
    key: &str,
    words: Option<MailWords>,
) -> AppResult<()> {
    let kind = kind(key)?;
    if let Some(words) = &words {
        kind.check(words)?;
    }
    let old = settings::load_locked(conn).await?;
    let mut new = old.clone();
    match words.filter(|words| *words != kind.usual()) {
        Some(words) => new.mail_texts.insert(kind.key.to_owned(), words),
        None => new.mail_texts.remove(kind.key),
    };
    let role = admin.0.viewer.role;
    let (before, after) = settings::save(conn, role, &old, &new).await?;
    record(conn, admin, before, after).await
}
