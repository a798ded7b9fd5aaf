//! Once an hour: deletes copies that have expired, and accounts whose days of grace are over.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::deletion;
use crate::platform::db::schema::{data_exports, users};
use crate::platform::error::AppResult;
use crate::platform::files::delete::delete_unused;
use crate::platform::ids::{FileId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// Hours after which a copy that could not be made no longer counts as an open request.
const OPEN_HOURS: i64 = 48;

#[derive(Debug, Serialize, Deserialize)]
pub struct KeepOwnData {}

impl Job for KeepOwnData {
    const KIND: &'static str = "keep_own_data";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async move |conn| {
            let now = chrono::Utc::now();
            let given_up = now - chrono::Duration::hours(OPEN_HOURS);
            let expired: Vec<Option<FileId>> = diesel::delete(
                data_exports::table.filter(
                    data_exports::expires_at.le(now).or(data_exports::file_id
                        .is_null()
                        .and(data_exports::requested_at.le(given_up))),
                ),
            )
            .returning(data_exports::file_id)
            .get_results(conn)
            .await?;
            for file in expired.into_iter().flatten() {
                delete_unused(conn, file).await?;
            }
            Ok(())
        })
        .await?;
        let due: Vec<UserId> = cx
            .within(async |conn| {
                Ok(users::table
                    .filter(users::erase_at.le(chrono::Utc::now()))
                    .filter(users::deleted_at.is_null())
                    .order(users::erase_at)
                    .select(users::user_id)
                    .load(conn)
                    .await?)
            })
            .await?;
        let organization = cx.organization.organization_id;
        for person in due {
            let erased = cx
                .within(async move |conn| deletion::erase(conn, organization, person).await)
                .await;
            if let Err(error) = erased {
                tracing::error!(%person, %error, "an account could not be deleted");
            }
        }
        Ok(())
    }
}
