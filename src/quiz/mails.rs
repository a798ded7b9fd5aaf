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
                    "Hello {},\n\n{said}\n\nGo on here: {}\n\n{site}\n{}\n",
                    account.display_name,
                    cx.link(&path),
                    cx.link("/")
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
            format!("You can take {} afresh", name(quiz)),
            format!(
                "your tutor has reset {} of “{title}”: you can take it from the start, and what you tried before no longer counts. What it had \
                 opened for you stays open.\n\nThe reason: {reason}",
                name(quiz)
            ),
            address(quiz),
        ),
        News::Excused { quiz, reason } => (
            format!("You are excused from {}", name(quiz)),
            format!(
                "your tutor has excused you from {} of “{title}”. It counts as passed, and opens what a pass opens. You may still take \
                 it.\n\nThe reason: {reason}",
                name(quiz)
            ),
            None,
        ),
        News::ExcuseEnded { quiz, reason } => (
            format!("You are no longer excused from {}", name(quiz)),
            format!(
                "your tutor has taken back that you are excused from {} of “{title}”: it is to be passed like any other. Modules that are \
                 open to you stay open.\n\nThe reason: {reason}",
                name(quiz)
            ),
            address(quiz),
        ),
        News::Unlocked { modules, reason } => {
            let which = match modules.as_slice() {
                [one] => format!("module {one}"),
                _ => "every module".to_owned(),
            };
            (
                match modules.as_slice() {
                    [one] => format!("Module {one} is open to you"),
                    _ => "Every module is open to you".to_owned(),
                },
                format!(
                    "your tutor has opened {which} of “{title}” for you.\n\nThe reason: {reason}"
                ),
                None,
            )
        }
        News::Allowed {
            extra_time_percent,
            extra_attempts,
            reason,
        } => (
            "Your time and tries for quizzes".to_owned(),
            format!(
                "your tutor has changed what you have for each quiz of “{title}”: {}.\n\nThe reason: {reason}",
                allowance(extra_time_percent, extra_attempts)
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
                "Your time and tries for an exam".to_owned(),
                format!(
                    "your tutor has changed what you have for the exam “{name}” of “{title}”: {}.\n\nThe reason: {reason}",
                    allowance(extra_time_percent, extra_attempts)
                ),
                Some(exam_path(slug, exam)),
            )
        }
        News::ExamReset { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You can take an exam afresh".to_owned(),
                format!(
                    "your tutor has reset the exam “{name}” of “{title}”: what you did in it before no longer counts, and you have all your \
                     tries again. When it is open stays as it was.\n\nThe reason: {reason}"
                ),
                Some(exam_path(slug, exam)),
            )
        }
        News::ExamExcused { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You are excused from an exam".to_owned(),
                format!(
                    "your tutor has excused you from the exam “{name}” of “{title}”: you need not take it.\n\nThe reason: {reason}"
                ),
                None,
            )
        }
        News::ExamExcuseEnded { exam, reason } => {
            let name = exam_title(conn, course, exam).await?;
            (
                "You are no longer excused from an exam".to_owned(),
                format!(
                    "your tutor has taken back that you are excused from the exam “{name}” of “{title}”: it is to be taken like any \
                     other.\n\nThe reason: {reason}"
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
                    format!("- quiz {module_no}.{pair}: {old} % became {new} %{passed}")
                })
                .collect();
            (
                "A result of yours has changed".to_owned(),
                format!(
                    "a question in “{title}” was wrong, and your answer to it has been graded again:\n\n{}\n\nWhat was wrong: {reason}\n\nWhat is \
                     open to you stays open.",
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
                "A result of yours has changed".to_owned(),
                format!(
                    "a question of the exam “{name}” in “{title}” was wrong. Your answer to it has been graded again, and your result with \
                     it.\n\nWhat was wrong: {reason}"
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

/// Describes a learner's extra time and extra attempts.
fn allowance(extra_time_percent: i32, extra_attempts: i32) -> String {
    let time = match extra_time_percent {
        0 => "the usual time".to_owned(),
        percent => format!("{percent} % more time than usual"),
    };
    let tries = match extra_attempts {
        0 => "the usual number of tries".to_owned(),
        1 => "one more try, where tries are limited".to_owned(),
        count => format!("{count} more tries, where tries are limited"),
    };
    format!("{time}, and {tries}")
}
