//! Addresses of pages, so that no feature imports another one for a link.

use crate::platform::ids::{CohortId, ExamId, QuestionId, QuizNumber};

pub fn topic_path(course: &str, topic: &str) -> String {
    format!("/learn/{course}/{topic}")
}

/// Address of a cold call. `number` is its place within the topic, from 1.
pub fn cold_call_path(course: &str, topic: &str, number: i32) -> String {
    format!("{}/cold-call/{number}", topic_path(course, topic))
}

/// Address of the learner's conversation with the tutor about a topic.
pub fn tutor_path(course: &str, topic: &str) -> String {
    format!("{}/tutor", topic_path(course, topic))
}

/// Address of the conversation as a Markdown file. It is not below `/learn`, where a topic may have
/// any name.
pub fn tutor_file_path(course: &str, topic: &str) -> String {
    format!("/tutor/{course}/{topic}/conversation.md")
}

pub fn quiz_path(course: &str, quiz: QuizNumber) -> String {
    let QuizNumber { module_no, section } = quiz;
    format!("/learn/{course}/quiz/{module_no}/{section}")
}

/// Path of the list of a course's exams. `all` cannot be the id of an exam, because ids are UUIDs.
pub fn exams_path(course: &str) -> String {
    format!("/learn/{course}/exam/all")
}

pub fn exam_path(course: &str, exam: ExamId) -> String {
    format!("/learn/{course}/exam/{exam}")
}

/// The learner's own study library.
pub const STUDY: &str = "/study";

/// Documents of the organization, for tutors and admins.
pub const DOCUMENTS: &str = "/documents";
/// Paths through nuggets.
pub const PATHS: &str = "/paths";

/// A learner's own map of concepts.
pub const KNOWLEDGE: &str = "/knowledge";

/// Map of concepts of a learner of a course, for its tutors.
pub fn learner_knowledge_path(course: &str, username: &str) -> String {
    format!("{}/knowledge", learner_path(course, username))
}

/// List of the learner's own certificates.
pub const CERTIFICATES: &str = "/certificates";

/// Home of a course's cohort for its members.
pub fn cohort_home_path(course: &str) -> String {
    format!("/learn/{course}/cohort")
}

/// Home of this cohort, also for a member of another cohort of the course that counts more.
pub fn named_cohort_home_path(course: &str, cohort: CohortId) -> String {
    format!("{}?cohort={cohort}", cohort_home_path(course))
}

/// Announcements to the learners of a course, and messages to this learner.
pub fn course_news_path(course: &str) -> String {
    format!("/learn/{course}/news/all")
}

/// A learner's own results and grade in a course.
pub fn my_grade_path(course: &str) -> String {
    format!("/learn/{course}/grade/mine")
}

pub fn certificate_path(code: &str) -> String {
    format!("{CERTIFICATES}/{code}")
}

/// Address of a practice question. Keys of imported questions may contain any characters, so the
/// key is percent-encoded.
#[cfg(feature = "ssr")]
pub fn practice_path(course: &str, topic: &str, key: &str) -> String {
    let key: String = key
        .bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("{}/practice/{key}", crate::paths::topic_path(course, topic))
}

pub fn regrade_path(course: &str, question: QuestionId) -> String {
    format!("/teach/{course}/questions/{question}/regrade")
}

/// Server function of the gradebook that the page of an exam posts to, to give a learner more time.
pub const ALLOW_EXAM: &str = "/api/lyceum/gradebook/api/allow_exam";

/// Learners of a course with their status, for its tutors.
pub fn activity_roster_path(course: &str) -> String {
    format!("/teach/{course}/activity")
}

/// Page on which a tutor writes to the learners of a list. `chosen` holds the fields of the list's
/// filters.
pub fn course_message_path(course: &str, chosen: &[(&str, &str)]) -> String {
    crate::platform::address::with_query(&format!("/teach/{course}/messages"), chosen)
}

/// Figures of a course, for its tutors.
pub fn insights_path(course: &str) -> String {
    format!("/teach/{course}/insights")
}

/// Figures of all courses by month, for admins.
pub const SCHOOL_INSIGHTS: &str = "/admin/insights";

/// The progress of a cohort, for its members.
pub fn cohort_progress_path(course: &str) -> String {
    format!("{}/progress", cohort_home_path(course))
}

/// Page of a learner of a course, for its tutors.
pub fn learner_path(course: &str, username: &str) -> String {
    format!("/teach/{course}/learners/{username}")
}

/// Timeline of a learner in a course, for its tutors.
pub fn timeline_path(course: &str, username: &str) -> String {
    format!("{}/timeline", learner_path(course, username))
}

/// A learner's own activity in a course.
pub fn my_activity_path(course: &str) -> String {
    format!("/learn/{course}/activity/mine")
}

/// List of the concepts of a course. `all` cannot be a page of a topic: those have other names.
pub fn concepts_path(course: &str) -> String {
    format!("/learn/{course}/concepts/all")
}

/// Page that says how a course is shown to the learner.
pub fn survey_path(course: &str) -> String {
    format!("/learn/{course}/survey/mine")
}

/// Page on which a topic is written.
pub fn edit_path(course: &str, topic: &str) -> String {
    format!("/teach/{course}/topics/{topic}/edit")
}

/// Page on which tutors edit the notes of a topic.
pub fn notes_path(course: &str, topic: &str) -> String {
    format!("/teach/{course}/topics/{topic}/notes")
}

/// Page on which tutors read and answer the questions of learners. `all` cannot be the id of a
/// question, because ids are UUIDs.
pub fn learner_questions_path(course: &str) -> String {
    format!("/teach/{course}/questions/all")
}

/// Page on which tutors write the questions that the AI tutor suggests in a topic.
pub fn suggestions_path(course: &str, topic: &str) -> String {
    format!("/teach/{course}/topics/{topic}/questions")
}

/// Page of the questions that rules propose from a topic's text.
pub fn proposals_path(course: &str, topic: &str) -> String {
    format!("/teach/{course}/topics/{topic}/proposals")
}

/// Messages of cold calls that wait for a tutor.
pub const MODERATION: &str = "/moderation";
