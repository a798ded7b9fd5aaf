//! Mails about quizzes: a tutor's change for one learner, and results that a regrade changed.

use serde::{Deserialize, Serialize};

use super::regrade::store as regrades;
use crate::enrollment::server::mails::{self, CourseNews, Recipient, allowance};
use crate::paths::quiz_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuizNumber, RegradingId, UserId};
use crate::platform::jobs::{Job, JobContext, retries};
use crate::quiz::AttemptStatus;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuizMail {
    pub user: UserId,
    pub course: CourseId,
    pub news: QuizNews,
}

/// The subject of a mail. The reason is the tutor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum QuizNews {
    Reset {
        quiz: QuizNumber,
        reason: String,
    },
    Excused {
        quiz: QuizNumber,
        reason: String,
    },
    ExcuseEnded {
        quiz: QuizNumber,
        reason: String,
    },
    Unlocked {
        modules: Vec<i32>,
        reason: String,
    },
    Allowed {
        extra_time_percent: i32,
        extra_attempts: i32,
        reason: String,
    },
    Regraded {
        regrading: RegradingId,
    },
}

impl Job for QuizMail {
    const KIND: &'static str = "quiz_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (user, course, news) = (self.user, self.course, self.news);
        let (to, news) = cx
            .within(async move |conn| {
                let to = mails::recipient(conn, user, course).await?;
                let words = words(conn, user, &to, news).await?;
                Ok((to, words))
            })
            .await?;
        mails::send(cx, &to, news).await
    }
}

/// Subject, text and path of the mail. None as path stands for the course.
async fn words(
    conn: &mut Conn,
    user: UserId,
    Recipient { slug, title, .. }: &Recipient,
    news: QuizNews,
) -> AppResult<CourseNews> {
    let address = |quiz| Some(quiz_path(slug, quiz));
    let (subject, text, path): (_, String, _) = match news {
        QuizNews::Reset { quiz, reason } => (
            format!("You can take quiz {quiz} again"),
            format!(
                "Your tutor has reset quiz {quiz} of “{title}”. You can start again from the beginning, and your earlier attempts no longer \
                 count. Everything that is unlocked for you stays unlocked.\n\nReason: {reason}"
            ),
            address(quiz),
        ),
        QuizNews::Excused { quiz, reason } => (
            format!("You are excused from quiz {quiz}"),
            format!(
                "Your tutor has excused you from quiz {quiz} of “{title}”. It counts as passed and unlocks everything that a pass unlocks. You \
                 may still take it.\n\nReason: {reason}"
            ),
            None,
        ),
        QuizNews::ExcuseEnded { quiz, reason } => (
            format!("You are no longer excused from quiz {quiz}"),
            format!(
                "Your tutor has ended your excuse from quiz {quiz} of “{title}”. You need to pass it like any other quiz. Modules that are \
                 unlocked for you stay unlocked.\n\nReason: {reason}"
            ),
            address(quiz),
        ),
        QuizNews::Unlocked { modules, reason } => {
            let (subject, which) = match modules.as_slice() {
                [one] => (
                    format!("Module {one} is unlocked for you"),
                    format!("module {one}"),
                ),
                _ => (
                    "All modules are unlocked for you".to_owned(),
                    "all modules".to_owned(),
                ),
            };
            (
                subject,
                format!(
                    "Your tutor has unlocked {which} of “{title}” for you.\n\nReason: {reason}"
                ),
                None,
            )
        }
        QuizNews::Allowed {
            extra_time_percent,
            extra_attempts,
            reason,
        } => (
            "Your time and attempts for quizzes have changed".to_owned(),
            format!(
                "Your tutor has changed your time and attempts for the quizzes of “{title}”. For each quiz you now have {}.\n\nReason: \
                 {reason}",
                allowance(extra_time_percent, extra_attempts, "attempt")
            ),
            None,
        ),
        QuizNews::Regraded { regrading } => {
            let reason = regrades::reason(conn, regrading).await?;
            let results = regrades::changed_of(conn, regrading, user).await?;
            let lines: Vec<String> = results
                .iter()
                .map(|(quiz, old, new, status)| {
                    let passed = match status {
                        AttemptStatus::Passed => ", passed",
                        _ => "",
                    };
                    format!("- Quiz {quiz}: from {old}% to {new}%{passed}")
                })
                .collect();
            (
                "Your quiz result has changed".to_owned(),
                format!(
                    "A question in “{title}” contained a mistake, so your answer to it has been graded again:\n\n{}\n\nWhat was wrong: {reason}\n\nEverything that is unlocked for you stays unlocked.",
                    lines.join("\n")
                ),
                None,
            )
        }
    };
    Ok(CourseNews {
        subject,
        text,
        path,
    })
}
