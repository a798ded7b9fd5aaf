//! When the modules of the course open to a cohort, to one of its batches, or to one member, and
//! the times of exams, cold calls and exercises that a batch or a member has for itself.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::cohort::teach::cohort_path;
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::CohortId;

/// Most days between the start of a cohort and the opening of a module.
pub const MOST_DAYS: i32 = 3_650;

/// Page of the rules for `whom`: empty for the whole cohort, "batch-2" for a batch, or the address
/// of a member.
pub fn schedule_path(course: &str, cohort: CohortId, whom: &str) -> String {
    let path = format!("{}/schedule", cohort_path(course, cohort));
    address::with_query(&path, &[("for", whom)])
}

/// Kinds of a module's rule, as the form names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// No rule of its own: that of the batch or the cohort applies.
    #[default]
    Inherited,
    AfterGate,
    OnDate,
    AfterStart,
}

impl RuleKind {
    pub const ALL: [Self; 4] = [
        Self::Inherited,
        Self::AfterGate,
        Self::OnDate,
        Self::AfterStart,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Inherited => "inherited",
            Self::AfterGate => "after_gate",
            Self::OnDate => "on_date",
            Self::AfterStart => "after_start",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Inherited => "As for the cohort",
            Self::AfterGate => "After its gate only",
            Self::OnDate => "Not before a date",
            Self::AfterStart => "Days after the start",
        }
    }
}

/// Rule of one module, as the browser sends it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleFields {
    pub module_no: i32,
    pub kind: RuleKind,
    pub date: String,
    pub days: String,
}

/// Times of one exam, cold call or exercise for a batch or a member, as the browser sends them:
/// values of fields of type `datetime-local` in the cohort's time zone. Empty leaves the time of
/// the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnTimesFields {
    pub id: String,
    pub opens_at: String,
    pub closes_at: String,
}

/// An exam, a cold call or an exercise that a batch or a member may have at other times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduledItem {
    pub title: String,
    pub times: OwnTimesFields,
    /// The effective times in words.
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchedulePage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    /// The cohort's days, with its time zone.
    pub days: String,
    /// See [`schedule_path`].
    pub whom: String,
    /// The same in words, such as "batch 2".
    pub said: String,
    pub batches: Vec<i32>,
    /// Addresses of members that the search for one offers.
    pub members: Vec<String>,
    pub modules: Vec<ScheduledModule>,
    /// Empty for the whole cohort, as the others: they have times of their own.
    pub exams: Vec<ScheduledItem>,
    pub cold_calls: Vec<ScheduledItem>,
    /// Exercises whose work is handed in. They have a due date, the time at which they close.
    pub exercises: Vec<ScheduledItem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduledModule {
    pub title: String,
    pub rule: RuleFields,
    /// The effective date in words. None if the gate alone decides.
    pub opens: Option<String>,
}
