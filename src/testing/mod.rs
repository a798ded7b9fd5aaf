//! Builders and helpers for tests of the whole site: courses, questions, exams, people, and what
//! people do.
//!
//! Courses go through the native import and people's actions through HTTP. Each state that neither
//! can make is one statement, in `states`.

mod admission;
mod cohort;
mod coldcall;
mod course;
mod exam;
mod nuggets;
mod own_data;
mod pages;
mod people;
mod question;
mod quiz;
mod samples;
mod states;
mod tutor;

pub use self::admission::{OfferingBuilder, apply_for, token_mailed_to};
pub use self::cohort::{CohortBuilder, upload_members};
pub use self::coldcall::{Group, cold_call_course, message_id, prompt_id, prompt_is};
pub use self::course::{CourseBuilder, CourseFolder, import_draft, shared};
pub use self::exam::{
    ExamBuilder, running_sitting, set_exam_status, sitting_questions, start_exam,
};
pub use self::nuggets::{averages_course, import_with_notes, make_path, nugget, refresh_knowledge};
pub use self::own_data::own_copy;
pub use self::pages::{confirm_questions, hidden, statements, upload_questions};
pub use self::people::{
    begin_view, end_view, enroll, learner, mark_done, only_code, topic_id, tutor, tutor_of, user_id,
};
pub use self::question::Question;
pub use self::quiz::{attempt, give, start, take};
pub use self::samples::{exam_bank, gated_course, pelican_course};
pub use self::states::{
    allow_attempts, attempts_end, exams_close, finish_topics, furnish_cohorts, give_certificate,
    jobs_are_due, learners_rest, many_accounts, question_waits, sittings_end, work_waits,
};
pub use self::tutor::{act, forecast, regrade_question};
