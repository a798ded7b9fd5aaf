//! The mail log: which mails were sent to whom, and which failed and why. It holds no texts.

use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::Mail;
use crate::db::{Conn, statement};
use crate::ids::JobId;
use crate::jobs::RunningJob;

/// Longest subject and longest reason that are kept, in characters.
const KEPT: usize = 500;

/// One mail of a job. A job that tries again changes its entry.
pub struct MailEntry {
    job_id: JobId,
    kind: String,
    email: String,
    subject: String,
    problem: Option<String>,
}

impl MailEntry {
    pub fn of(job: &RunningJob, mail: &Mail) -> Self {
        Self {
            job_id: job.job_id,
            kind: job.kind.clone(),
            email: mail.to.email.to_string(),
            subject: mail.subject.chars().take(KEPT).collect(),
            problem: None,
        }
    }

    /// Sets the reason of a failure. None if the mail was sent.
    pub fn with(self, problem: Option<&str>) -> Self {
        let problem = problem.map(|why| why.chars().filter(|c| *c != '\0').take(KEPT).collect());
        Self { problem, ..self }
    }

    pub async fn write(self, conn: &mut Conn) -> diesel::QueryResult<()> {
        statement(
            "insert into mail_log as l (job_id, kind, email, subject, problem)
             values ($1, $2, $3, $4, $5)
             on conflict (organization_id, job_id, email) do update set
                 subject = excluded.subject, problem = excluded.problem, tries = l.tries + 1, happened_at = now()",
        )
        .bind::<Uuid, _>(self.job_id)
        .bind::<Text, _>(self.kind)
        .bind::<Text, _>(self.email)
        .bind::<Text, _>(self.subject)
        .bind::<Nullable<Text>, _>(self.problem)
        .execute(conn)
        .await
        .map(drop)
    }
}
