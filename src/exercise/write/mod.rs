//! Writing exercises in the browser: those of one topic, their order, and which are retired. Work
//! of learners stays with an exercise whatever becomes of it.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{ExerciseId, TopicId};
use crate::platform::ui::Html;

/// Maximum length of an exercise's title, in characters.
pub const EXERCISE_TITLE_CHARACTERS: u32 = 120;

/// Maximum length of a task, in characters.
pub const TASK_CHARACTERS: u32 = 20_000;

/// Number of lines that the expectations of an exercise can have.
pub const EXPECTATIONS: usize = 20;

/// Maximum length of a line of the expectations, in characters.
pub const EXPECTATION_CHARACTERS: usize = 300;

/// Maximum length of all expectations as they are typed, in characters.
pub const EXPECTATIONS_CHARACTERS: u32 = 7_000;

/// Number of exercises in use that a topic can have.
pub const MOST_EXERCISES: usize = 20;

/// Page with the exercises of a topic, for its tutors.
pub fn topic_exercises_path(course: &str, topic: &str) -> String {
    format!("/teach/{course}/topics/{topic}/exercises")
}

/// The exercises of a topic, for its tutors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicExercises {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    /// Those in use, in order.
    pub exercises: Vec<WrittenExercise>,
    pub retired: Vec<WrittenExercise>,
    /// Name of the time zone of due dates.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenExercise {
    pub exercise_id: ExerciseId,
    pub form: ExerciseForm,
    pub task: Html,
    /// How its work is handed in, in a sentence.
    pub handing_in: String,
    /// Number of learners who have begun.
    pub begun: i64,
}

/// Form of an exercise. The last two fields are those of a new one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExerciseForm {
    pub title: String,
    pub difficulty: String,
    /// Markdown.
    pub task: String,
    /// Expectations of good work, one on each line.
    pub expectations: String,
    /// Not empty if learners hand in their work.
    pub handed_in: String,
    /// Value of a field of type `datetime-local`.
    pub due_at: String,
}
