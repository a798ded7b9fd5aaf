//! Mails about quizzes and exams: the actions of a tutor for one learner, and changed results after
//! a regrade.

use serde::{Deserialize, Serialize};

use super::regrade::store as regrades;
use super::{AttemptStatus, quiz_path};
use crate::exam::exam_path;
use crate::exam::store as exams;
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, RegradingId, SittingId, UserId};
use crate::platform::jobs::{Job, JobContext};
use crate::platform::mail::Mail;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuizMail {
    pub user: UserId,
    pub course: CourseId,
    pub news: News,
}

/// The subject of a mail. A quiz is given by its module and section; the reason is the tutor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum News {
    Reset {
        quiz: (i32, i32),
        reason: String,
    },
    Excused {
        quiz: (i32, i32),
        reason: String,
    },
    ExcuseEnded {
        quiz: (i32, i32),
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
    ExamAllowed {
        exam: ExamId,
        extra_time_percent: i32,
        extra_attempts: i32,
        reason: String,
    },
    ExamReset {
        exam: ExamId,
        reason: String,
    },
    ExamExcused {
        exam: ExamId,
        reason: String,
    },
    ExamExcuseEnded {
        exam: ExamId,
        reason: String,
    },
    Regraded {
        regrading: RegradingId,
    },
    ExamRegraded {
        exam: ExamId,
        sitting: SittingId,
        reason: String,
    },
}

impl Job for QuizMail {
    const KIND: &'static str = "quiz_mail";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (user, course, news) = (self.user, self.course, self.news);
        let (account, (slug, title), (subject, said, path)) = cx
            .within(async move |conn| {
                let account = accounts::by_id(conn, user)
                    .await?
                    .ok_or(AppError::NotFound("No such account.".into()))?;
                let named = crate::course::store::names(conn, course).await?;
                let words = words(conn, user, course, &named, news).await?;
                Ok((account, named, words))
            })
            .await?;
        if account.deleted_at.is_some() {
            return Ok(());
        }
        let path = path.unwrap_or_else(|| format!("/learn/{slug}"));
        let site = &cx.organization.name;
        cx.mailer
            .send(Mail {
                to: Mail::address(&account.display_name, &account.email)?,
                subject: format!("{subject} in “{title}”"),
                text: format!(
                    "Hello {},\n\n{said}\n\nContinue here: {}\n\n{site}\n",
                    account.display_name,
                    cx.link(&path)
                ),
            })
            .await
    }
}

/// Subject, text and path of the page to continue on. Without a path, the mail links the course.
async fn words(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    (slug, title): &(String, String),
    news: News,
) -> AppResult<(String, String, Option<String>)> {
    let name = |(module_no, pair): (i32, i32)| format!("quiz {module_no}.{pair}");
    let address = |(module_no, pair): (i32, i32)| Some(quiz_path(slug, module_no, pair));
    Ok(match news {
        News::Reset { quiz, reason } => (
            format!("You can take {} again", name(quiz)),
            format!(
                "Your tutor has reset {} of “{title}”. You can start again from the beginning, and your earlier attempts no longer \
                 count. Everything that is unlocked for you stays unlocked.\n\nReason: {reason}",
                name(quiz)
            ),
            address(quiz),
        ),
        News::Excused { quiz, reason } => (
            format!("You are excused from {}", name(quiz)),
            format!(
                "Your tutor has excused you from {} of “{title}”. It counts as passed and unlocks everything that a pass unlocks. You \
                 may still take it.\n\nReason: {reason}",
                name(quiz)
            ),
            None,
        ),
        News::ExcuseEnded { quiz, reason } => (
            format!("You are no longer excused from {}", name(quiz)),
            format!(
                "Your tutor has ended your excuse from {} of “{title}”. You need to pass it like any other quiz. Modules that are \
                 unlocked for you stay unlocked.\n\nReason: {reason}",
                name(quiz)
            ),
            address(quiz),
        ),
        News::Unlocked { modules, reason } => {
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
        News::Allowed {
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
        News::ExamAllowed {
            exam,
            extra_time_percent,
            extra_attempts,
            reason,
        } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "Your time and sittings for an exam have changed".to_owned(),
                format!(
                    "Your tutor has changed your time and sittings for the exam “{name}” of “{title}”. You now have {}.\n\nReason: \
                     {reason}",
                    allowance(extra_time_percent, extra_attempts, "sitting")
                ),
                Some(exam_path(slug, exam)),
            )
        }
        News::ExamReset { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You can take an exam again".to_owned(),
                format!(
                    "Your tutor has reset the exam “{name}” of “{title}”. Your earlier sittings no longer count, and you have all your \
                     sittings again. The exam opens and closes at the same times as before.\n\nReason: {reason}"
                ),
                Some(exam_path(slug, exam)),
            )
        }
        News::ExamExcused { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You are excused from an exam".to_owned(),
                format!(
                    "Your tutor has excused you from the exam “{name}” of “{title}”. You don't need to take it.\n\nReason: {reason}"
                ),
                None,
            )
        }
        News::ExamExcuseEnded { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You are no longer excused from an exam".to_owned(),
                format!(
                    "Your tutor has ended your excuse from the exam “{name}” of “{title}”. You need to take it like any other \
                     exam.\n\nReason: {reason}"
                ),
                Some(exam_path(slug, exam)),
            )
        }
        News::Regraded { regrading } => {
            let reason = regrades::reason(conn, regrading).await?;
            let results = regrades::changed_of(conn, regrading, user).await?;
            let lines: Vec<String> = results
                .iter()
                .map(|(module_no, pair, old, new, status)| {
                    let passed = match status {
                        AttemptStatus::Passed => ", passed",
                        _ => "",
                    };
                    format!("- Quiz {module_no}.{pair}: from {old}% to {new}%{passed}")
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
        // The mail does not tell the result, because the exam's rules decide when it may be seen.
        News::ExamRegraded {
            exam,
            sitting,
            reason,
        } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "Your exam result has changed".to_owned(),
                format!(
                    "A question of the exam “{name}” in “{title}” contained a mistake. Your answer to it has been graded again, and your result has been updated.\n\nWhat was wrong: {reason}"
                ),
                Some(format!("{}?show={sitting}", exam_path(slug, exam))),
            )
        }
    })
}

async fn exam_title(conn: &mut Conn, course: CourseId, exam: ExamId) -> AppResult<String> {
    let found = exams::exam(conn, course, exam).await?;
    Ok(found.map_or_else(String::new, |exam| exam.title))
}

/// Describes a learner's extra time and extra attempts or sittings, as `unit` names them.
fn allowance(extra_time_percent: i32, extra_attempts: i32, unit: &str) -> String {
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
