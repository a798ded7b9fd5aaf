//! Mails to one learner about one course: the layout that all of them share.

use crate::course::server::store;
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, UserId};
use crate::platform::jobs::JobContext;
use crate::platform::mail::Mail;

/// The words of a mail about a course.
pub struct CourseNews {
    /// Subject without the course's title, which is added.
    pub subject: String,
    /// Text between the greeting and the link. It begins in lowercase, after "Hello NAME,".
    pub text: String,
    /// Path that the mail links to. None links to the course.
    pub path: Option<String>,
}

/// The learner's name and address, and the course's slug and title.
pub struct Recipient {
    name: String,
    email: String,
    is_deleted: bool,
    pub slug: String,
    pub title: String,
}

/// Returns whom a mail goes to and the course that it is about.
pub async fn recipient(conn: &mut Conn, user: UserId, course: CourseId) -> AppResult<Recipient> {
    let account = accounts::by_id(conn, user)
        .await?
        .ok_or(AppError::NotFound("No such account.".into()))?;
    let (slug, title) = store::names(conn, course).await?;
    Ok(Recipient {
        name: account.display_name,
        email: account.email,
        is_deleted: account.deleted_at.is_some(),
        slug,
        title,
    })
}

/// Sends the mail, unless the account was deleted meanwhile.
pub async fn send(cx: &JobContext, to: &Recipient, news: CourseNews) -> AppResult<()> {
    if to.is_deleted {
        return Ok(());
    }
    let path = news.path.unwrap_or_else(|| format!("/learn/{}", to.slug));
    cx.send(Mail {
        to: Mail::address(&to.name, &to.email)?,
        subject: format!("{} in “{}”", news.subject, to.title),
        text: format!(
            "Hello {},\n\n{}\n\nContinue here: {}\n\n{}\n",
            to.name,
            news.text,
            cx.link(&path),
            cx.organization.name,
        ),
        unsubscribe: None,
    })
    .await
}

/// Describes a learner's extra time and extra attempts or sittings, as `unit` names them.
pub fn allowance(extra_time_percent: i32, extra_attempts: i32, unit: &str) -> String {
    let time = match extra_time_percent {
        0 => "the standard time".to_owned(),
        percent => format!("{percent}% extra time"),
    };
    let attempts = match extra_attempts {
        0 => format!("the standard number of {unit}s"),
        1 => format!("1 extra {unit}, if {unit}s are limited"),
        count => format!("{count} extra {unit}s, if {unit}s are limited"),
    };
    format!("{time} and {attempts}")
}
