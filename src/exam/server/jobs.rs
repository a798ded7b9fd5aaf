//! Background jobs of exams.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{record, sitting, store};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExamId, SittingId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::question_bank::server::answering::timing::end_job_at;

/// Ends a sitting whose time ran out while no page was open.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndSitting {
    pub sitting: SittingId,
}

impl EndSitting {
    /// Queues the job for shortly after `expires_at`.
    pub async fn queue(&self, conn: &mut Conn, expires_at: DateTime<Utc>) -> AppResult<()> {
        // The running job still holds its own name, so the next job needs another one.
        let name = format!(
            "end-sitting-{}-{}",
            self.sitting,
            Utc::now().timestamp_millis()
        );
        jobs::enqueue_once(conn, self, &name, end_job_at(expires_at)).await
    }
}

impl Job for EndSitting {
    const KIND: &'static str = "end_sitting";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let sitting = self.sitting;
        cx.within(async move |conn| {
            if let Some(user) = record::learner_of(conn, sitting).await?
                && let Some(expires_at) =
                    sitting::end_if_late(conn, user, sitting, Utc::now()).await?
            {
                // A tutor has given more time.
                self.queue(conn, expires_at).await?;
            }
            Ok(())
        })
        .await
    }
}

/// Recalculates the difficulties of an adaptive exam.
#[derive(Debug, Serialize, Deserialize)]
pub struct Calibrate {
    pub course: CourseId,
    pub exam: ExamId,
}

impl Job for Calibrate {
    const KIND: &'static str = "calibrate_exam";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            store::calibrate(conn, self.course, self.exam, Utc::now()).await
        })
        .await
    }
}
