//! Builds the pages of applications to teach.

use super::store::{self, SUBJECT, TutorApplicationRow, no_application};
use super::{decide, mails};
use crate::admission::review::DecisionMail;
use crate::people::applications::{
    TUTOR_APPLICATIONS_ON_PAGE, TutorApplicationLine, TutorApplicationList, TutorApplicationPage,
    TutorApplicationStatus,
};
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{TutorApplicationId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::store as notifications;
use crate::platform::time::Clock;

/// Returns a page of the list, and marks what `reader` was told of new applications as read.
pub async fn list(
    conn: &mut Conn,
    reader: Option<UserId>,
    status: TutorApplicationStatus,
    page: i64,
    clock: &Clock,
) -> AppResult<TutorApplicationList> {
    if let Some(user) = reader {
        notifications::seen(conn, user, NotificationKind::Desk, SUBJECT).await?;
    }
    let page = page.clamp(0, 10_000);
    let counted = store::counts(conn).await?;
    let counts = TutorApplicationStatus::ALL.map(|status| {
        let mut counted = counted.iter();
        let found = counted.find(|(name, _)| name == status.name());
        (status, found.map_or(0, |(_, count)| *count))
    });
    let mut rows = store::page(conn, status, page).await?;
    let has_more = rows.len() as i64 > TUTOR_APPLICATIONS_ON_PAGE;
    rows.truncate(TUTOR_APPLICATIONS_ON_PAGE as usize);
    Ok(TutorApplicationList {
        counts: counts.to_vec(),
        lines: rows.iter().map(|row| line(row, clock)).collect(),
        page,
        has_more,
    })
}

fn line(row: &TutorApplicationRow, clock: &Clock) -> TutorApplicationLine {
    TutorApplicationLine {
        application: row.application_id,
        name: row.name.clone(),
        email: row.email.clone(),
        subjects: row.subjects.clone(),
        status: TutorApplicationStatus::parse(&row.status),
        arrived: (clock.ago(row.created_at), row.created_at.to_rfc3339()),
    }
}

/// Returns one application with what approving it would do.
pub async fn one(
    conn: &mut Conn,
    application: TutorApplicationId,
    school: &str,
    clock: &Clock,
) -> AppResult<TutorApplicationPage> {
    let row = store::by_id(conn, application)
        .await?
        .ok_or_else(no_application)?;
    let approval = match row.decided_at {
        None => Some(decide::effect(conn, &row).await?),
        Some(_) => None,
    };
    let mail = match (&row.mail_subject, &row.mail_text) {
        (Some(subject), Some(text)) => DecisionMail {
            subject: subject.clone(),
            text: text.clone(),
        },
        _ => mails::rejection(&row, school),
    };
    Ok(TutorApplicationPage {
        decided: decided(conn, &row, clock).await?,
        line: line(&row, clock),
        experience: row.experience,
        motivation: row.motivation,
        link: row.link,
        approval,
        mail,
    })
}

/// Says who decided, and when.
async fn decided(
    conn: &mut Conn,
    row: &TutorApplicationRow,
    clock: &Clock,
) -> AppResult<Option<String>> {
    let Some(at) = row.decided_at else {
        return Ok(None);
    };
    let by = match row.decided_by {
        Some(user) => accounts::by_id(conn, user).await?,
        None => None,
    };
    let by = by.map_or(String::new(), |by| format!(" by {}", by.display_name));
    let status = TutorApplicationStatus::parse(&row.status).label();
    Ok(Some(format!("{status}{by} on {}.", clock.date_time(at))))
}
