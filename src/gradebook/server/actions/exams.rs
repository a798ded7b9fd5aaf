//! Actions of a tutor for one learner and one exam.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::Mailing;
use super::{ActionContext, ActionOutcome};
use crate::exam::server::exam_paper::TimeTerms;
use crate::exam::server::jobs::EndSitting;
use crate::exam::server::mails::ExamNews;
use crate::exam::server::record;
use crate::exam::server::record::SittingResult;
use crate::exam::server::sitting::{hold_starts, no_exam, submit};
use crate::exam::server::store as exams;
use crate::exam::server::time_limit;
use crate::exam::teach::server::store as taught;
use crate::platform::db::Conn;
use crate::platform::db::schema::{exam_excuses, exam_resets};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ExamId, SittingId};

impl ActionContext<'_> {
    /// Returns the title of an exam of the course.
    async fn exam_title(&self, conn: &mut Conn, exam: ExamId) -> AppResult<String> {
        let exam = exams::exam(conn, self.tutor.course, exam).await?;
        Ok(exam.ok_or_else(no_exam)?.title)
    }

    /// Resets an exam: the sittings so far no longer count, and a running one ends.
    pub async fn reset_exam(self, conn: &mut Conn, exam: ExamId) -> AppResult<ActionOutcome> {
        let title = self.exam_title(conn, exam).await?;
        hold_starts(conn, self.user(), exam).await?;
        let mut sittings = record::sittings(conn, self.user(), self.tutor.course).await?;
        sittings.retain(|sat| sat.exam_id == exam);
        if sittings.is_empty() {
            return Err(AppError::Conflict(
                "This learner has no sitting of this exam to reset.".to_owned(),
            ));
        }
        let counting: Vec<&SittingResult> = sittings.iter().filter(|sat| sat.counts).collect();
        if counting.is_empty() {
            return Ok(self.nothing_new());
        }
        for sat in counting.iter().filter(|sat| sat.ended_at.is_none()) {
            submit(conn, self.user(), sat.sitting_id, false, self.now).await?;
        }
        let rows: Vec<_> = counting
            .iter()
            .map(|sat| {
                (
                    exam_resets::sitting_id.eq(sat.sitting_id),
                    exam_resets::reason.eq(&self.reason),
                    exam_resets::reset_by.eq(self.tutor.signed_in.user_id()),
                    exam_resets::reset_at.eq(self.now),
                )
            })
            .collect();
        diesel::insert_into(exam_resets::table)
            .values(rows)
            .execute(conn)
            .await?;
        let reset: Vec<SittingId> = counting.iter().map(|sat| sat.sitting_id).collect();
        let told = json!({"exam_id": exam, "exam": title, "sittings": reset});
        let reason = self.reason.clone();
        let news = Mailing::Exam(exam, ExamNews::Reset { reason });
        self.done(conn, "exam.reset", None, told, news).await
    }

    /// Excuses the learner from the exam.
    pub async fn excuse_exam(self, conn: &mut Conn, exam: ExamId) -> AppResult<ActionOutcome> {
        let title = self.exam_title(conn, exam).await?;
        let made = diesel::insert_into(exam_excuses::table)
            .values((
                exam_excuses::user_id.eq(self.user()),
                exam_excuses::exam_id.eq(exam),
                exam_excuses::reason.eq(&self.reason),
                exam_excuses::excused_by.eq(self.tutor.signed_in.user_id()),
                exam_excuses::excused_at.eq(self.now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if made == 0 {
            return Err(AppError::Conflict(
                "This learner is already excused.".to_owned(),
            ));
        }
        let told = json!({"exam_id": exam, "exam": title});
        let reason = self.reason.clone();
        let news = Mailing::Exam(exam, ExamNews::Excused { reason });
        self.done(conn, "exam.excused", None, told, news).await
    }

    /// Ends an excuse from an exam.
    pub async fn end_exam_excuse(self, conn: &mut Conn, exam: ExamId) -> AppResult<ActionOutcome> {
        let title = self.exam_title(conn, exam).await?;
        let gone = diesel::delete(exam_excuses::table)
            .filter(exam_excuses::user_id.eq(self.user()))
            .filter(exam_excuses::exam_id.eq(exam))
            .execute(conn)
            .await?;
        if gone == 0 {
            return Err(AppError::Conflict(
                "This learner is not excused.".to_owned(),
            ));
        }
        let told = json!({"exam_id": exam, "exam": title});
        let reason = self.reason.clone();
        let news = Mailing::Exam(exam, ExamNews::ExcuseEnded { reason });
        self.done(conn, "exam.excuse_ended", None, told, news).await
    }

    /// Sets the learner's extra time and extra sittings for an exam. A running sitting is
    /// extended too, and never shortened.
    pub async fn allow_exam(
        self,
        conn: &mut Conn,
        exam: ExamId,
        (extra_time_percent, extra_attempts): (i32, i32),
    ) -> AppResult<ActionOutcome> {
        let row = exams::exam(conn, self.tutor.course, exam)
            .await?
            .ok_or_else(no_exam)?;
        hold_starts(conn, self.user(), exam).await?;
        let had = exams::allowance(conn, self.user(), exam).await?;
        let had = (had.extra_time_percent, had.extra_attempts);
        taught::allow(conn, self.user(), exam, extra_time_percent, extra_attempts).await?;
        let extended = self.extend_sitting(conn, &row, extra_time_percent).await?;
        if had == (extra_time_percent, extra_attempts) && !extended {
            return Ok(self.nothing_new());
        }
        let values = |(time, sittings): (i32, i32)| json!({"extra_time_percent": time, "extra_attempts": sittings});
        let mut new = values((extra_time_percent, extra_attempts));
        new["exam_id"] = json!(exam);
        new["exam"] = json!(row.title);
        let news = ExamNews::Allowed {
            extra_time_percent,
            extra_attempts,
            reason: self.reason.clone(),
        };
        let news = Mailing::Exam(exam, news);
        self.done(conn, "exam.allowed", Some(values(had)), new, news)
            .await
    }

    /// Extends the learner's running sitting of the exam. Returns whether it got more time.
    async fn extend_sitting(
        &self,
        conn: &mut Conn,
        exam: &exams::Exam,
        extra_time_percent: i32,
    ) -> AppResult<bool> {
        let running = taught::running(conn, self.user(), exam.exam_id).await?;
        let Some((sitting, started_at, expires_at)) = running else {
            return Ok(false);
        };
        let paper = record::paper(conn, sitting).await?;
        let began_with = paper.and_then(|paper| paper.terms.time);
        let terms = began_with.unwrap_or_else(|| TimeTerms::of(exam));
        let end = time_limit::deadline(started_at, terms.allowed(extra_time_percent));
        if end <= expires_at {
            return Ok(false);
        }
        record::set_deadline(conn, sitting, end).await?;
        EndSitting { sitting }.queue(conn, end).await?;
        Ok(true)
    }
}
