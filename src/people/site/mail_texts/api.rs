//! Server functions of the words of mails. They are for admins alone, and each change is written
//! to the audit log in its transaction.

use leptos::prelude::*;

use super::MailTextsPage;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server,
    super::{MAIL_TEXTS, mail_text_path},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
};

/// Returns the page with the form of one mail. A draft is shown instead of the words in force.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_mail_texts(
    #[server(default)] mail: String,
    #[server(default)] subject: String,
    #[server(default)] text: String,
) -> AppResult<MailTextsPage> {
    let cx = require_admin().await?.0.cx;
    let draft = (!text.is_empty()).then(|| server::typed(&subject, &text));
    // Words that would be refused are not shown either.
    let draft =
        draft.filter(|draft| server::kind(&mail).is_ok_and(|kind| kind.check(draft).is_ok()));
    let of = cx.clone();
    cx.within(async move |conn| server::page(conn, &of, &mail, draft).await)
        .await
}

/// Saves the words of a mail (`act=save`), shows them without saving (`act=preview`), or goes back
/// to the built-in words (`act=usual`).
#[server]
pub async fn save_mail_text(
    mail: String,
    #[server(default)] subject: String,
    #[server(default)] text: String,
    #[server(default)] act: String,
) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let words = server::typed(&subject, &text);
    if act == "preview" {
        server::kind(&mail)?.check(&words)?;
        let values = [
            ("mail", mail.as_str()),
            ("subject", &words.subject),
            ("text", &words.text),
        ];
        redirect(address::with_query(MAIL_TEXTS, &values));
        return Ok(());
    }
    let words = (act != "usual").then_some(words);
    let page = mail_text_path(&mail);
    cx.within(async move |conn| server::save(conn, &admin, &mail, words).await)
        .await?;
    cx.app.directory.forget();
    redirect(format!("{page}&done=saved"));
    Ok(())
}
