//! Server functions of operations. They are for admins alone, and each change is written to the
//! audit log in its transaction.

use leptos::prelude::*;

use super::{ModelUsagePage, OperationsList, OperationsPage, StoragePage};
use crate::platform::error::AppResult;
use crate::platform::ids::{JobId, MailId};

#[cfg(feature = "ssr")]
use {
    super::server::{health, jobs, mails, model_choices, model_usage, sessions, storage},
    super::{MODEL_USAGE, STORAGE, operations_path},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns the health of the site, and a page of one of the lists.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_operations(
    list: OperationsList,
    #[server(default)] after: String,
) -> AppResult<OperationsPage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    let app = cx.app.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let health = health::lines(conn, &app, &clock).await?;
        let mut page = OperationsPage {
            health,
            jobs: Vec::new(),
            mails: Vec::new(),
            sessions: Vec::new(),
            next: None,
        };
        match list {
            OperationsList::FailedMails | OperationsList::Mails => {
                let only_failed = list == OperationsList::FailedMails;
                (page.mails, page.next) = mails::page(conn, only_failed, &after, &clock).await?;
            }
            OperationsList::Sessions => {
                (page.sessions, page.next) = sessions::page(conn, &by, &after, &clock).await?;
            }
            _ => (page.jobs, page.next) = jobs::page(conn, list, &after, &clock).await?,
        }
        Ok(page)
    })
    .await
}

/// Returns the usage of the language model by day and course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_model_usage() -> AppResult<ModelUsagePage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    let app = cx.app.clone();
    let flash = cx.flash.clone();
    cx.within(async move |conn| {
        model_usage::page(conn, &app.config.ai, flash.as_ref(), &clock).await
    })
    .await
}

/// Chooses the model and the limit of tokens of a course, or of the organization without one.
#[server]
pub async fn choose_model(
    #[server(default)] course: String,
    #[server(default)] source: String,
    #[server(default)] model: String,
    #[server(default)] tokens: String,
) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| {
        model_choices::choose(conn, &by, (&course, &source), (&model, &tokens)).await
    })
    .await?;
    redirect(address::with_query(MODEL_USAGE, &[("done", "chosen")]));
    Ok(())
}

/// Returns what the site stores.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_storage() -> AppResult<StoragePage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    cx.within(async move |conn| storage::page(conn, &clock).await)
        .await
}

/// Has the files removed that nothing refers to.
#[server]
pub async fn remove_unused() -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| storage::remove_unused(conn, &by).await)
        .await?;
    redirect(address::with_query(STORAGE, &[("done", "removing")]));
    Ok(())
}

/// Lets a job that failed or waits run now.
#[server]
pub async fn run_job_again(job: JobId, #[server(default)] list: OperationsList) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| jobs::run_again(conn, &by, job).await)
        .await?;
    redirect(operations_path(list, ""));
    Ok(())
}

/// Deletes a job that has failed.
#[server]
pub async fn discard_job(job: JobId, #[server(default)] list: OperationsList) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| jobs::discard(conn, &by, job).await)
        .await?;
    redirect(operations_path(list, ""));
    Ok(())
}

/// Sends a mail once more. Its links are new ones.
#[server]
pub async fn resend_mail(mail: MailId, #[server(default)] list: OperationsList) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| mails::resend(conn, &by, mail).await)
        .await?;
    redirect(operations_path(list, ""));
    Ok(())
}

/// Signs a device out.
#[server]
pub async fn end_session(
    session: uuid::Uuid,
    #[server(default)] list: OperationsList,
) -> AppResult<()> {
    let cx = require_admin().await?.0.cx;
    let by = cx.clone();
    cx.within(async move |conn| sessions::end(conn, &by, session).await)
        .await?;
    redirect(operations_path(list, ""));
    Ok(())
}
