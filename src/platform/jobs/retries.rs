//! Retries of failed jobs: the number of attempts and the waits between them. Mails are jobs too.

use chrono::Duration;

/// Times that sending a mail is tried before it is given up. The table allows up to 50.
pub const MAIL_ATTEMPTS: i32 = 8;

/// Times that any other job is run before it counts as failed, unless the job says otherwise.
pub const JOB_ATTEMPTS: i32 = 8;

const LONGEST_WAIT: Duration = Duration::hours(1);

/// Returns the wait after a number of failed attempts: 2 s, 4 s, 8 s and so on, up to an hour.
pub(super) fn wait_after(attempts: i32) -> Duration {
    Duration::seconds(2i64.saturating_pow(attempts.clamp(1, 12) as u32)).min(LONGEST_WAIT)
}
