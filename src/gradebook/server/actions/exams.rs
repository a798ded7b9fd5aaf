//! Actions of a tutor for one learner and one exam.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::Mailing;
use super::{ActionContext, ActionOutcome};
use crate::exam::server::mails::ExamNews;
use crate::exam::server::record;
use crate::exam::server::record::SittingResult;
use crate::exam::server::sitting::{hold_starts, no_exam, submit};
use crate::exam::server::store as exams;
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
}
