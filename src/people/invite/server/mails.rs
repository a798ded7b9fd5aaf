//! The mail of an invitation. It makes its link when it is sent, so that no token waits in the
//! queue.

use serde::{Deserialize, Serialize};

use super::store;
use crate::people::invite::INVITATION;
use crate::platform::address;
use crate::platform::auth::{UserRole, lifetimes};
use crate::platform::error::AppResult;
use crate::platform::ids::InvitationId;
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::{Mail, texts};
use crate::platform::names;
use crate::platform::time::Clock;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitationMail {
    pub invitation: InvitationId,
}

impl Job for InvitationMail {
    const KIND: &'static str = "invitation_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.invitation;
        let now = chrono::Utc::now();
        let found = cx
            .within(async move |conn| {
                let invitation = store::by_id(conn, id).await?.filter(|it| {
                    it.accepted_at.is_none() && it.revoked_at.is_none() && it.expires_at > now
                });
                let Some(invitation) = invitation else {
                    return Ok(None);
                };
                let course = match invitation.course_id {
                    Some(course) => store::course_by_id(conn, course).await?,
                    None => None,
                };
                let token = store::issue_token(conn, id).await?;
                Ok(Some((invitation, course, token)))
            })
            .await?;
        // It was accepted or revoked, or has expired.
        let Some((invitation, course, token)) = found else {
            return Ok(());
        };
        let school = &cx.organization.name;
        // A list may hold any name. Mails carry no link of a stranger.
        let name = invitation
            .name
            .as_deref()
            .filter(|name| !names::has_link(name));
        let hello = name.map_or("Hello".to_owned(), |name| format!("Hello {name}"));
        let inviter = invitation
            .inviter
            .as_deref()
            .filter(|name| !names::has_link(name));
        let inviter = inviter.unwrap_or("An admin");
        let what = match (&course, invitation.role) {
            (Some(course), UserRole::Learner) => {
                format!("to {school}, to take the course “{}”", course.title)
            }
            (Some(course), _) => format!("to {school}, to teach the course “{}”", course.title),
            (None, UserRole::Learner) => format!("to {school}"),
            (None, UserRole::Tutor) => format!("to {school} as a tutor"),
            (None, UserRole::Admin) => format!("to {school} as an admin"),
        };
        let link = cx.link(&address::with_query(INVITATION, &[("token", &token)]));
        let until = Clock::of_organization(&cx.organization).date(invitation.expires_at);
        let own = &cx.organization.site.settings.mail_texts;
        let values = [
            ("hello", hello.as_str()),
            ("inviter", inviter),
            ("what", &what),
            ("link", &link),
            ("term", &lifetimes::INVITATION.to_string()),
            ("until", &until),
            ("email", &invitation.email),
            ("school", school),
        ];
        let words = texts::INVITATION.write(own, &values);
        cx.send(Mail {
            to: match name {
                Some(name) => Mail::address(name, &invitation.email)?,
                None => Mail::bare_address(&invitation.email)?,
            },
            subject: words.subject,
            text: format!("{}\n\n{school}\n", words.text),
            unsubscribe: None,
        })
        .await
    }
}
