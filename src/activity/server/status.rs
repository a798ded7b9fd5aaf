//! The rule that says how a learner stands, from figures about what they did lately.

use chrono::{DateTime, TimeDelta, Utc};

use crate::activity::{LearnerStatus, StatusRules};

/// Days that [`LatelyDone`] looks at.
const LATELY_DAYS: i64 = 3;

/// Kinds of things that learners do, in the order of the sentence that names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatelyDone {
    pub read: bool,
    pub watched: bool,
    pub took_quizzes: bool,
    pub sat_exams: bool,
    pub asked: bool,
    pub answered: bool,
}

impl LatelyDone {
    fn named(self) -> Vec<&'static str> {
        [
            (self.read, "read"),
            (self.watched, "watched videos"),
            (self.took_quizzes, "took quizzes"),
            (self.sat_exams, "sat exams"),
            (self.asked, "asked questions"),
            (self.answered, "answered cold calls"),
        ]
        .into_iter()
        .filter_map(|(is_done, name)| is_done.then_some(name))
        .collect()
    }
}

/// Figures of a learner in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnerFigures {
    pub is_completed: bool,
    pub enrolled_at: DateTime<Utc>,
    /// The last activity. None if the learner has not begun.
    pub seen_at: Option<DateTime<Utc>>,
    /// Kinds of things that they did in the last three days.
    pub lately: LatelyDone,
    /// Quizzes of the last seven days.
    pub passed: i64,
    pub failed: i64,
    /// Most questions about one topic in the last seven days.
    pub same_topic: i64,
    /// Returns to earlier parts of videos in the last seven days.
    pub rewatched: i64,
    /// Topics to do in modules that the cohort's plan opened at least a week ago.
    pub overdue: i64,
}

/// Returns the status of a learner and the sentence that explains it.
///
/// The first rule that applies decides:
/// 1. A completed course is `Completed`.
/// 2. Nothing for more than seven days is `Gone`, and nothing for at least three days is `Drift`.
///    Learners who have not begun are measured from their enrollment.
/// 3. `Friction` is a week with three failed quizzes or more, which outnumber the passed ones; with
///    three questions about one topic; or with six returns to earlier parts of videos.
///    The numbers of 2 and 3 are those of [`StatusRules::default`].
/// 4. `Behind` is a topic to do in a module that the cohort's plan opened a week ago.
/// 5. At least two kinds of things in three days are `Engaged`; otherwise the learner is `Active`.
pub fn status(
    of: &LearnerFigures,
    rules: &StatusRules,
    now: DateTime<Utc>,
) -> (LearnerStatus, String) {
    if of.is_completed {
        return (
            LearnerStatus::Completed,
            "Has completed the course.".to_owned(),
        );
    }
    let quiet = now - of.seen_at.unwrap_or(of.enrolled_at);
    if quiet >= TimeDelta::days(rules.drift_days.into()) {
        let status = match quiet > TimeDelta::days(rules.gone_days.into()) {
            true => LearnerStatus::Gone,
            false => LearnerStatus::Drift,
        };
        return (status, quiet_reason(of, quiet.num_days()));
    }
    if let Some(reason) = friction(of, rules) {
        return (LearnerStatus::Friction, reason);
    }
    if of.overdue > 0 {
        let topics = counted(of.overdue, "topic");
        let reason = format!("Has {topics} to do that the plan opened a week ago or earlier.");
        return (LearnerStatus::Behind, reason);
    }
    // The course gives more time than the days that `lately` looks at.
    if quiet >= TimeDelta::days(LATELY_DAYS) && of.seen_at.is_some() {
        return (LearnerStatus::Active, quiet_reason(of, quiet.num_days()));
    }
    active(of)
}

fn quiet_reason(of: &LearnerFigures, days: i64) -> String {
    match of.seen_at {
        Some(_) => format!("Did nothing for {}.", counted(days, "day")),
        None => format!("Enrolled {} ago and has not begun.", counted(days, "day")),
    }
}

fn friction(of: &LearnerFigures, rules: &StatusRules) -> Option<String> {
    if of.failed >= i64::from(rules.failed_quizzes) && of.failed > of.passed {
        let all = of.failed + of.passed;
        return Some(format!(
            "Failed {} of {} in the last seven days.",
            of.failed,
            counted(all, "quiz attempt")
        ));
    }
    if of.same_topic >= i64::from(rules.same_questions) {
        return Some(format!(
            "Asked {} questions about one topic in the last seven days.",
            of.same_topic
        ));
    }
    (of.rewatched >= i64::from(rules.rewatched)).then(|| {
        format!(
            "Went back in videos {} times in the last seven days.",
            of.rewatched
        )
    })
}

fn active(of: &LearnerFigures) -> (LearnerStatus, String) {
    let named = of.lately.named();
    match (named.as_slice(), of.seen_at) {
        ([], None) => (
            LearnerStatus::Active,
            "Enrolled lately and has not begun.".to_owned(),
        ),
        ([], Some(_)) => (
            LearnerStatus::Active,
            "Opened the course in the last three days.".to_owned(),
        ),
        ([only], _) => (
            LearnerStatus::Active,
            format!("Only {only} in the last three days."),
        ),
        (several, _) => (
            LearnerStatus::Engaged,
            capitalized(&format!("{} in the last three days.", listed(several))),
        ),
    }
}

fn counted(number: i64, unit: &str) -> String {
    match number {
        1 => format!("1 {unit}"),
        number => format!("{number} {unit}s"),
    }
}

/// Joins names as in a sentence: "a, b and c".
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn capitalized(text: &str) -> String {
    let mut signs = text.chars();
    match signs.next() {
        Some(first) => first.to_uppercase().chain(signs).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_750_000_000_000).unwrap()
    }

    /// A learner who was seen this many hours ago.
    fn seen(hours: i64) -> LearnerFigures {
        LearnerFigures {
            is_completed: false,
            enrolled_at: now() - TimeDelta::days(60),
            seen_at: Some(now() - TimeDelta::hours(hours)),
            lately: LatelyDone {
                read: true,
                ..LatelyDone::default()
            },
            passed: 0,
            failed: 0,
            same_topic: 0,
            rewatched: 0,
            overdue: 0,
        }
    }

    fn told(of: &LearnerFigures) -> (LearnerStatus, String) {
        status(of, &StatusRules::default(), now())
    }

    #[test]
    fn a_course_has_its_own_limits() {
        let rules = StatusRules {
            drift_days: 5,
            gone_days: 10,
            failed_quizzes: 1,
            ..StatusRules::default()
        };
        let told = |of: &LearnerFigures| status(of, &rules, now());
        for (days, status, reason) in [
            (
                2,
                LearnerStatus::Active,
                "Only read in the last three days.",
            ),
            (4, LearnerStatus::Active, "Did nothing for 4 days."),
            (5, LearnerStatus::Drift, "Did nothing for 5 days."),
            (10, LearnerStatus::Drift, "Did nothing for 10 days."),
            (11, LearnerStatus::Gone, "Did nothing for 11 days."),
        ] {
            assert_eq!(
                told(&seen(24 * days)),
                (status, reason.to_owned()),
                "{days}"
            );
        }
        let failed = LearnerFigures {
            failed: 1,
            ..seen(1)
        };
        assert_eq!(told(&failed).0, LearnerStatus::Friction);
    }

    #[test]
    fn each_status_comes_with_its_reason() {
        let fresh = LearnerFigures {
            enrolled_at: now() - TimeDelta::hours(5),
            seen_at: None,
            lately: LatelyDone::default(),
            ..seen(0)
        };
        let several = LatelyDone {
            read: true,
            took_quizzes: true,
            asked: true,
            ..LatelyDone::default()
        };
        for (of, status, reason) in [
            (
                LearnerFigures {
                    is_completed: true,
                    ..seen(900)
                },
                LearnerStatus::Completed,
                "Has completed the course.",
            ),
            (
                seen(71),
                LearnerStatus::Active,
                "Only read in the last three days.",
            ),
            (seen(72), LearnerStatus::Drift, "Did nothing for 3 days."),
            (seen(168), LearnerStatus::Drift, "Did nothing for 7 days."),
            (seen(169), LearnerStatus::Gone, "Did nothing for 7 days."),
            (
                fresh.clone(),
                LearnerStatus::Active,
                "Enrolled lately and has not begun.",
            ),
            (
                LearnerFigures {
                    enrolled_at: now() - TimeDelta::days(9),
                    ..fresh
                },
                LearnerStatus::Gone,
                "Enrolled 9 days ago and has not begun.",
            ),
            (
                LearnerFigures {
                    failed: 3,
                    passed: 1,
                    ..seen(1)
                },
                LearnerStatus::Friction,
                "Failed 3 of 4 quiz attempts in the last seven days.",
            ),
            (
                LearnerFigures {
                    failed: 3,
                    passed: 3,
                    ..seen(1)
                },
                LearnerStatus::Active,
                "Only read in the last three days.",
            ),
            (
                LearnerFigures {
                    same_topic: 4,
                    overdue: 2,
                    ..seen(1)
                },
                LearnerStatus::Friction,
                "Asked 4 questions about one topic in the last seven days.",
            ),
            (
                LearnerFigures {
                    rewatched: 6,
                    ..seen(1)
                },
                LearnerStatus::Friction,
                "Went back in videos 6 times in the last seven days.",
            ),
            (
                LearnerFigures {
                    overdue: 1,
                    ..seen(1)
                },
                LearnerStatus::Behind,
                "Has 1 topic to do that the plan opened a week ago or earlier.",
            ),
            (
                LearnerFigures {
                    lately: several,
                    ..seen(1)
                },
                LearnerStatus::Engaged,
                "Read, took quizzes and asked questions in the last three days.",
            ),
        ] {
            assert_eq!(told(&of), (status, reason.to_owned()), "{of:?}");
        }
    }

    proptest! {
        #[test]
        fn less_activity_is_never_a_better_status(
            hours in 0_i64..400, later in 0_i64..400, failed in 0_i64..8, passed in 0_i64..8,
            same_topic in 0_i64..6, rewatched in 0_i64..12, overdue in 0_i64..4,
        ) {
            let of = LearnerFigures { failed, passed, same_topic, rewatched, overdue, ..seen(hours) };
            let quieter = LearnerFigures {
                seen_at: of.seen_at.map(|at| at - TimeDelta::hours(later)),
                ..of.clone()
            };
            prop_assert!(told(&quieter).0 <= told(&of).0);
            let worse = LearnerFigures { failed: failed + 1, overdue: overdue + 1, ..of.clone() };
            prop_assert!(told(&worse).0 <= told(&of).0);
        }

        #[test]
        fn every_status_has_a_sentence(
            hours in 0_i64..400, begun in any::<bool>(), failed in 0_i64..8, overdue in 0_i64..4,
            read in any::<bool>(), asked in any::<bool>(), is_completed in any::<bool>(),
        ) {
            let of = LearnerFigures {
                is_completed, failed, overdue,
                lately: LatelyDone { read, asked, ..LatelyDone::default() },
                seen_at: begun.then(|| now() - TimeDelta::hours(hours)),
                ..seen(0)
            };
            let (status, reason) = told(&of);
            prop_assert!(reason.ends_with('.') && reason.len() > 10);
            prop_assert_eq!(status == LearnerStatus::Completed, is_completed);
        }
    }
}
