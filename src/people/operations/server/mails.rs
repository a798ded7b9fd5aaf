//! Lists of the mail log, and sending a mail again.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{jobs, place, read_place};
use crate::people::operations::{LINES_ON_PAGE, MailLine};
use crate::platform::audit::AuditEntry;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::{JobId, MailId};
use crate::platform::time::Clock;

/// Mails on the page of a person.
const OF_ADDRESS: i64 = 10;

/// Kinds of mails that can be sent a second time. Others, such as collected notifications, would be
/// empty or wrong by then.
const RESENDABLE: [&str; 8] = [
    "account_mail",
    "forgotten_password",
    "sign_up_mail",
    "invitation_mail",
    "registration_mail",
    "order_mail",
    "cohort_message_mail",
    "joined_mail",
];

#[derive(QueryableByName)]
struct MailRow {
    #[diesel(sql_type = Uuid)]
    mail_id: MailId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Nullable<Text>)]
    problem: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    happened_at: DateTime<Utc>,
    /// Its job, while there is one.
    #[diesel(sql_type = Nullable<Uuid>)]
    job: Option<JobId>,
}

impl MailRow {
    fn may_resend(&self) -> bool {
        let is_again = self.problem.is_some() || RESENDABLE.contains(&self.kind.as_str());
        self.job.is_some() && is_again
    }

    fn line(self, clock: &Clock) -> MailLine {
        MailLine {
            mail: self.mail_id,
            may_resend: self.may_resend(),
            at: (
                clock.date_time(self.happened_at),
                self.happened_at.to_rfc3339(),
            ),
            to: self.email,
            subject: self.subject,
            problem: self.problem,
        }
    }
}

const COLUMNS: &str =
    "l.mail_id, l.kind, l.email, l.subject, l.problem, l.happened_at, j.job_id as job";

/// Returns a page of mails, newest first, and the place of its last line if there are more.
pub async fn page(
    conn: &mut Conn,
    only_failed: bool,
    after: &str,
    clock: &Clock,
) -> QueryResult<(Vec<MailLine>, Option<String>)> {
    let (at, id) = read_place(after);
    let wanted = match only_failed {
        true => "l.problem is not null",
        false => "true",
    };
    let mut rows: Vec<MailRow> = statement(format!(
        "select {COLUMNS} from mail_log l left join background_jobs j on j.job_id = l.job_id
         where {wanted} and (l.happened_at, l.mail_id) < ($1, $2)
         order by l.happened_at desc, l.mail_id desc
         limit $3"
    ))
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(id)
    .bind::<BigInt, _>(LINES_ON_PAGE + 1)
    .load(conn)
    .await?;
    let has_more = rows.len() as i64 > LINES_ON_PAGE;
    rows.truncate(LINES_ON_PAGE as usize);
    let last = rows.as_slice().last();
    let next = last
        .filter(|_| has_more)
        .map(|row| place(row.happened_at, row.mail_id));
    Ok((rows.into_iter().map(|row| row.line(clock)).collect(), next))
}

/// Returns the newest mails to an address.
pub async fn of_address(conn: &mut Conn, email: &str, clock: &Clock) -> QueryResult<Vec<MailLine>> {
    let rows: Vec<MailRow> = statement(format!(
        "select {COLUMNS} from mail_log l left join background_jobs j on j.job_id = l.job_id
         where l.email = $1
         order by l.happened_at desc
         limit $2"
    ))
    .bind::<Text, _>(email)
    .bind::<BigInt, _>(OF_ADDRESS)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.line(clock)).collect())
}

#[derive(QueryableByName)]
struct ResentRow {
    #[diesel(sql_type = Bool)]
    is_done: bool,
}

/// Sends a mail again: lets its job run again if it failed, or queues the same job once more.
///
/// # Errors
///
/// `Conflict` if this kind of mail can't be sent again, or if its job is no longer there.
pub async fn resend(conn: &mut Conn, by: &Cx, mail: MailId) -> AppResult<()> {
    let row: MailRow = statement(format!(
        "select {COLUMNS} from mail_log l left join background_jobs j on j.job_id = l.job_id
         where l.mail_id = $1"
    ))
    .bind::<Uuid, _>(mail)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(|| AppError::NotFound("This mail is no longer here.".to_owned()))?;
    let job = row.job.filter(|_| row.may_resend()).ok_or_else(|| {
        AppError::Conflict(
            "This mail can’t be sent again: it is too old, or its content has changed since."
                .to_owned(),
        )
    })?;
    let state: ResentRow =
        statement("select status = 'COMPLETED' as is_done from background_jobs where job_id = $1")
            .bind::<Uuid, _>(job)
            .get_result(conn)
            .await?;
    match state.is_done {
        false => jobs::run_again(conn, by, job).await?,
        // The name keeps a double click from sending it twice.
        true => {
            statement(
                "insert into background_jobs (kind, payload, max_attempts, unique_key)
                 select kind, payload, max_attempts, 'resend ' || $2::uuid from background_jobs where job_id = $1
                 on conflict do nothing",
            )
            .bind::<Uuid, _>(job)
            .bind::<Uuid, _>(mail)
            .execute(conn)
            .await?;
        }
    }
    Ok(AuditEntry::done("mail.resent")
        .of("mail", mail)
        .change(
            None,
            Some(json!({ "to": row.email, "subject": row.subject })),
        )
        .by(by)
        .write(conn)
        .await?)
}
