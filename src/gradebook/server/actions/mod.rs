//! Actions of a tutor for one learner. Each has a reason, is written to the audit log, and is
//! mailed to the learner.

mod exams;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::store::{self, Learner};
use crate::certificate::server::completion;
use crate::enrollment::server::progress;
use crate::enrollment::server::store as studying;
use crate::exam::server::mails::{ExamMail, ExamNews};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{quiz_allowances, quiz_excuses, quiz_resets};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ExamId, QuizNumber, UserId};
use crate::platform::jobs;
use crate::quiz::server::attempt::{end_running, extend_running};
use crate::quiz::server::mails::{QuizMail, QuizNews};
use crate::quiz::server::store as quizzes;
use crate::quiz::server::store::QuizKey;

/// Action in progress: the tutor, the learner, the reason and the time.
pub struct ActionContext<'a> {
    pub tutor: &'a TutorOf,
    pub learner: Learner,
    pub reason: String,
    pub now: DateTime<Utc>,
}

/// Result of an action: the learner, and whether anything changed.
pub struct ActionOutcome {
    pub learner: Learner,
    pub is_news: bool,
}

/// The mail that tells the learner of an action.
pub(crate) enum Mailing {
    Quiz(QuizNews),
    Exam(ExamId, ExamNews),
}

impl From<QuizNews> for Mailing {
    fn from(news: QuizNews) -> Self {
        Self::Quiz(news)
    }
}

impl<'a> ActionContext<'a> {
    /// Starts an action and locks the learner's running attempts and enrollment. Actions for one
    /// learner thus run one after the other, and each sees the result of the one before. `now` is
    /// read after the locks, so an action is never dated before one that it waited for.
    ///
    /// The locks are taken in the same order as when a learner submits; another order could
    /// deadlock.
    pub async fn begin(
        conn: &mut Conn,
        tutor: &'a TutorOf,
        learner: UserId,
        reason: String,
    ) -> AppResult<Self> {
        quizzes::running(conn, learner, tutor.course).await?;
        studying::hold(conn, learner, tutor.course).await?;
        let learner = store::learner(conn, tutor.course, learner)
            .await?
            .ok_or_else(no_learner)?;
        Ok(Self {
            tutor,
            learner,
            reason,
            now: Utc::now(),
        })
    }

    fn user(&self) -> UserId {
        self.learner.user_id
    }

    fn quiz(&self, number: QuizNumber) -> QuizKey {
        QuizKey {
            course: self.tutor.course,
            number,
        }
    }

    /// Writes the action to the audit log and queues the mail to the learner.
    async fn done(
        self,
        conn: &mut Conn,
        action: &str,
        old: Option<Value>,
        mut new: Value,
        news: impl Into<Mailing>,
    ) -> AppResult<ActionOutcome> {
        new["course_id"] = json!(self.tutor.course);
        new["reason"] = json!(self.reason);
        AuditEntry::done(action)
            .of("user", self.user())
            .change(old, Some(new))
            .by(&self.tutor.signed_in.cx)
            .write(conn)
            .await?;
        let (user, course) = (self.user(), self.tutor.course);
        match news.into() {
            Mailing::Quiz(news) => jobs::enqueue(conn, &QuizMail { user, course, news }).await?,
            Mailing::Exam(exam, news) => {
                let mail = ExamMail {
                    user,
                    course,
                    exam,
                    news,
                };
                jobs::enqueue(conn, &mail).await?;
            }
        }
        Ok(ActionOutcome {
            learner: self.learner,
            is_news: true,
        })
    }

    /// Ends an action that changed nothing: no log entry and no mail.
    fn nothing_new(self) -> ActionOutcome {
        ActionOutcome {
            learner: self.learner,
            is_news: false,
        }
    }

    /// Resets a quiz: the attempts so far no longer count. Unlocked modules stay unlocked.
    pub async fn reset(self, conn: &mut Conn, quiz: QuizNumber) -> AppResult<ActionOutcome> {
        let key = self.quiz(quiz);
        let attempts = quizzes::attempts(conn, self.user(), key).await?;
        if attempts.is_empty() {
            return Err(AppError::Conflict(
                "This learner has no attempt at this quiz to reset.".to_owned(),
            ));
        }
        let counting = attempts.iter().filter(|outcome| outcome.counts).count();
        if counting == 0 {
            return Ok(self.nothing_new());
        }
        diesel::insert_into(quiz_resets::table)
            .values((
                quiz_resets::user_id.eq(self.user()),
                quiz_resets::course_id.eq(key.course),
                quiz_resets::module_no.eq(quiz.module_no),
                quiz_resets::topic_pair_index.eq(quiz.section),
                quiz_resets::reason.eq(&self.reason),
                quiz_resets::reset_by.eq(self.tutor.signed_in.user_id()),
                quiz_resets::reset_at.eq(self.now),
            ))
            .execute(conn)
            .await?;
        // Ended only after the reset, so that the ended attempt does not count.
        end_running(conn, self.user(), key, self.now).await?;
        completion::check(conn, self.user(), key.course, self.now).await?;
        let reason = self.reason.clone();
        self.done(
            conn,
            "quiz.reset",
            None,
            json!({"quiz": quiz, "attempts": counting}),
            QuizNews::Reset { quiz, reason },
        )
        .await
    }

    /// Excuses the learner from a quiz, which then counts as passed.
    pub async fn excuse(self, conn: &mut Conn, quiz: QuizNumber) -> AppResult<ActionOutcome> {
        let key = self.quiz(quiz);
        let progress = progress::refresh(conn, self.user(), key.course, self.now).await?;
        if progress.quiz(quiz).is_none() {
            return Err(AppError::NotFound(
                "This course has no such quiz.".to_owned(),
            ));
        }
        let made = diesel::insert_into(quiz_excuses::table)
            .values((
                quiz_excuses::user_id.eq(self.user()),
                quiz_excuses::course_id.eq(key.course),
                quiz_excuses::module_no.eq(quiz.module_no),
                quiz_excuses::topic_pair_index.eq(quiz.section),
                quiz_excuses::reason.eq(&self.reason),
                quiz_excuses::excused_by.eq(self.tutor.signed_in.user_id()),
                quiz_excuses::excused_at.eq(self.now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if made == 0 {
            return Err(AppError::Conflict(
                "This learner is already excused.".to_owned(),
            ));
        }
        completion::check(conn, self.user(), key.course, self.now).await?;
        let reason = self.reason.clone();
        self.done(
            conn,
            "quiz.excused",
            None,
            json!({"quiz": quiz}),
            QuizNews::Excused { quiz, reason },
        )
        .await
    }

    /// Ends an excuse. Modules that it unlocked stay unlocked.
    pub async fn end_excuse(self, conn: &mut Conn, quiz: QuizNumber) -> AppResult<ActionOutcome> {
        let key = self.quiz(quiz);
        let gone = diesel::delete(quiz_excuses::table)
            .filter(quiz_excuses::user_id.eq(self.user()))
            .filter(quiz_excuses::course_id.eq(key.course))
            .filter(quiz_excuses::module_no.eq(quiz.module_no))
            .filter(quiz_excuses::topic_pair_index.eq(quiz.section))
            .execute(conn)
            .await?;
        if gone == 0 {
            return Err(AppError::Conflict(
                "This learner is not excused.".to_owned(),
            ));
        }
        completion::check(conn, self.user(), key.course, self.now).await?;
        let reason = self.reason.clone();
        self.done(
            conn,
            "quiz.excuse_ended",
            None,
            json!({"quiz": quiz}),
            QuizNews::ExcuseEnded { quiz, reason },
        )
        .await
    }

    /// Unlocks one module, or all modules, before its gate does.
    pub async fn unlock(self, conn: &mut Conn, module: Option<i32>) -> AppResult<ActionOutcome> {
        let course = self.tutor.course;
        let progress = progress::refresh(conn, self.user(), course, self.now).await?;
        let closed: Vec<i32> = progress
            .gates
            .iter()
            .filter(|gate| gate.open.is_err() && module.is_none_or(|module| module == gate.number))
            .map(|gate| gate.number)
            .collect();
        if closed.is_empty() {
            return Err(AppError::Conflict("This is already unlocked.".to_owned()));
        }
        let opened = statement(
            "insert into module_progress (user_id, course_id, module_no, unlocked_at, cooldown_until)
             select $1, c.course_id, n, $4, $4 + make_interval(days => c.cooldown_days)
             from courses c cross join unnest($3) as n where c.course_id = $2
             on conflict (user_id, course_id, module_no) do update
             set unlocked_at = excluded.unlocked_at, cooldown_until = excluded.cooldown_until
             where module_progress.unlocked_at is null",
        )
        .bind::<Uuid, _>(self.user())
        .bind::<Uuid, _>(course)
        .bind::<Array<Int4>, _>(&closed)
        .bind::<Timestamptz, _>(self.now)
        .execute(conn)
        .await?;
        // The learner unlocked the module meanwhile.
        if opened == 0 {
            return Ok(self.nothing_new());
        }
        let news = QuizNews::Unlocked {
            modules: module.into_iter().collect(),
            reason: self.reason.clone(),
        };
        self.done(
            conn,
            "module.unlocked",
            None,
            json!({"modules": closed}),
            news,
        )
        .await
    }

    /// Sets the learner's extra time and extra attempts for all quizzes of the course. With
    /// `running`, a running attempt gets the extra time, too.
    pub async fn allow(
        self,
        conn: &mut Conn,
        (extra_time_percent, extra_attempts): (i32, i32),
        running: bool,
    ) -> AppResult<ActionOutcome> {
        let course = self.tutor.course;
        let had = (
            self.learner.extra_time_percent.unwrap_or(0),
            self.learner.extra_attempts.unwrap_or(0),
        );
        let new = (
            quiz_allowances::extra_time_percent.eq(extra_time_percent),
            quiz_allowances::extra_attempts.eq(extra_attempts),
        );
        diesel::insert_into(quiz_allowances::table)
            .values((
                quiz_allowances::user_id.eq(self.user()),
                quiz_allowances::course_id.eq(course),
                new,
            ))
            .on_conflict((quiz_allowances::user_id, quiz_allowances::course_id))
            .do_update()
            .set(new)
            .execute(conn)
            .await?;
        let extended = running && extend_running(conn, self.user(), course, self.now).await?;
        if had == (extra_time_percent, extra_attempts) && !extended {
            return Ok(self.nothing_new());
        }
        let news = QuizNews::Allowed {
            extra_time_percent,
            extra_attempts,
            reason: self.reason.clone(),
        };
        self.done(
            conn,
            "quiz.allowed",
            Some(json!({"extra_time_percent": had.0, "extra_attempts": had.1})),
            json!({"extra_time_percent": extra_time_percent, "extra_attempts": extra_attempts, "running": running}),
            news,
        )
        .await
    }
}

pub fn no_learner() -> AppError {
    AppError::NotFound("No learner with this name is enrolled in this course.".to_owned())
}
