//! Mails about exams: a tutor's change for one learner, and results that a regrade changed.

use serde::{Deserialize, Serialize};

use super::store;
use crate::enrollment::server::mails::{self, CourseNews, Recipient, allowance};
use crate::paths::exam_path;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, ExamId, SittingId, UserId};
use crate::platform::jobs::{Job, JobContext, retries};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExamMail {
    pub user: UserId,
    pub course: CourseId,
    pub exam: ExamId,
    pub news: ExamNews,
}

/// The change that the mail tells, with the tutor's reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum ExamNews {
    Allowed {
        extra_time_percent: i32,
        extra_attempts: i32,
        reason: String,
    },
    Reset {
        reason: String,
    },
    Excused {
        reason: String,
    },
    ExcuseEnded {
        reason: String,
    },
    Regraded {
        sitting: SittingId,
        reason: String,
    },
}

impl Job for ExamMail {
    const KIND: &'static str = "exam_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let Self {
            user,
            course,
            exam,
            news,
        } = self;
        let (to, name) = cx
            .within(async move |conn| {
                let to = mails::recipient(conn, user, course).await?;
                let row = store::exam(conn, course, exam).await?;
                Ok((to, row.map_or_else(String::new, |exam| exam.title)))
            })
            .await?;
        let news = words(&to, exam, &name, news);
        mails::send(cx, &to, news).await
    }
}

/// Subject, text and path of the mail about the exam of this name.
fn words(
    Recipient { slug, title, .. }: &Recipient,
    exam: ExamId,
    name: &str,
    news: ExamNews,
) -> CourseNews {
    let (subject, text, path) = match news {
        ExamNews::Allowed {
            extra_time_percent,
            extra_attempts,
            reason,
        } => (
            "Your time and sittings for an exam have changed",
            format!(
                "Your tutor has changed your time and sittings for the exam “{name}” of “{title}”. You now have {}.\n\nReason: \
                     {reason}",
                allowance(extra_time_percent, extra_attempts, "sitting")
            ),
            Some(exam_path(slug, exam)),
        ),
        ExamNews::Reset { reason } => (
            "You can take an exam again",
            format!(
                "Your tutor has reset the exam “{name}” of “{title}”. Your earlier sittings no longer count, and you have all your \
                     sittings again. The exam opens and closes at the same times as before.\n\nReason: {reason}"
            ),
            Some(exam_path(slug, exam)),
        ),
        ExamNews::Excused { reason } => (
            "You are excused from an exam",
            format!(
                "Your tutor has excused you from the exam “{name}” of “{title}”. You don't need to take it.\n\nReason: {reason}"
            ),
            None,
        ),
        ExamNews::ExcuseEnded { reason } => (
            "You are no longer excused from an exam",
            format!(
                "Your tutor has ended your excuse from the exam “{name}” of “{title}”. You need to take it like any other \
                     exam.\n\nReason: {reason}"
            ),
            Some(exam_path(slug, exam)),
        ),
        // The mail does not tell the result, because the exam's rules decide when it may be seen.
        ExamNews::Regraded { sitting, reason } => (
            "Your exam result has changed",
            format!(
                "A question of the exam “{name}” in “{title}” contained a mistake. Your answer to it has been graded again, and your result has been updated.\n\nWhat was wrong: {reason}"
            ),
            Some(format!("{}?show={sitting}", exam_path(slug, exam))),
        ),
    };
    CourseNews {
        subject: String::from(subject),
        text,
        path,
    }
}
