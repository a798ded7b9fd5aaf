//! The survey by which a learner is found to be of a kind, such as one from another field. The kind
//! selects between variants of the text. It is always seen, and can be changed or refused.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::{CourseTitle, LearnerPersona};

/// A question of the survey, with its field in the form.
pub struct SurveyQuestion {
    pub field: &'static str,
    pub prompt: &'static str,
    pub options: &'static [SurveyOption],
}

/// An answer with the points that it gives, and how a reason for the result says it.
pub struct SurveyOption {
    pub label: &'static str,
    points: &'static [(LearnerPersona, u8)],
    reason: &'static str,
}

const fn option(
    label: &'static str,
    points: &'static [(LearnerPersona, u8)],
    reason: &'static str,
) -> SurveyOption {
    SurveyOption {
        label,
        points,
        reason,
    }
}

use LearnerPersona::{EnglishHesitant, LastMinutePanic, NonItMigrant, PseudoCoder, RoteMemorizer};

pub const QUESTIONS: [SurveyQuestion; 5] = [
    SurveyQuestion {
        field: "before",
        prompt: "Have you worked with this subject before?",
        options: &[
            option("Yes, often", &[], ""),
            option("A little", &[], ""),
            option(
                "No, I come from another field",
                &[(NonItMigrant, 3)],
                "you come from another field",
            ),
        ],
    },
    SurveyQuestion {
        field: "way",
        prompt: "How do you mostly learn something new?",
        options: &[
            option("I try to understand why it is so", &[], ""),
            option("I try it out", &[], ""),
            option(
                "I learn it by heart",
                &[(RoteMemorizer, 3)],
                "you learn by heart",
            ),
            option(
                "I copy an example and change it until it works",
                &[(PseudoCoder, 3)],
                "you start from copied examples",
            ),
        ],
    },
    SurveyQuestion {
        field: "reading",
        prompt: "How easily do you read the language of this course?",
        options: &[
            option("Easily", &[], ""),
            option(
                "I look up a word now and then",
                &[(EnglishHesitant, 1)],
                "you look up words while you read",
            ),
            option(
                "Reading it is hard work",
                &[(EnglishHesitant, 4)],
                "reading the language of the course is hard work",
            ),
        ],
    },
    SurveyQuestion {
        field: "when",
        prompt: "When do you need this?",
        options: &[
            option("There is no date", &[], ""),
            option("In some weeks", &[], ""),
            option(
                "Within days, for example for an exam",
                &[(LastMinutePanic, 4)],
                "you need it within days",
            ),
        ],
    },
    SurveyQuestion {
        field: "why",
        prompt: "When an example works, can you say why?",
        options: &[
            option("Mostly", &[], ""),
            option(
                "Sometimes",
                &[(PseudoCoder, 1)],
                "you can’t always say why an example works",
            ),
            option(
                "Seldom",
                &[(PseudoCoder, 2), (RoteMemorizer, 1)],
                "you seldom see why an example works",
            ),
        ],
    },
];

/// Points from which a kind counts.
const ENOUGH: u8 = 3;

/// Returns the kind of learner with most points and the reasons for it, from the number of the
/// option that was chosen for each question. None if no kind has enough points. Of two with equal
/// points the more urgent one counts: language, then time, then the others.
pub fn classify(chosen: &[usize]) -> Option<(LearnerPersona, Vec<&'static str>)> {
    let answers: Vec<&SurveyOption> = QUESTIONS
        .iter()
        .zip(chosen)
        .filter_map(|(question, &at)| question.options.get(at))
        .collect();
    let points = |kind: LearnerPersona| -> u8 {
        let given = answers.iter().flat_map(|answer| answer.points);
        given
            .filter(|(of, _)| *of == kind)
            .map(|(_, points)| points)
            .sum()
    };
    let kinds = [
        EnglishHesitant,
        LastMinutePanic,
        NonItMigrant,
        PseudoCoder,
        RoteMemorizer,
    ];
    // The last of equal ones is the greatest, so the order is turned around.
    let best = kinds.into_iter().rev().max_by_key(|kind| points(*kind))?;
    if points(best) < ENOUGH {
        return None;
    }
    let speaks_for = |answer: &&&SurveyOption| answer.points.iter().any(|(of, _)| *of == best);
    let reasons = answers.iter().filter(speaks_for).map(|of| of.reason);
    Some((best, reasons.collect()))
}

/// How a course is shown to a learner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// None if the learner has no kind, and so sees what everybody sees.
    pub persona: Option<LearnerPersona>,
    /// The reasons, as a sentence. Empty if the learner chose the kind.
    pub reasons: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_lead_to_a_kind_with_its_reasons() {
        assert_eq!(classify(&[0, 0, 0, 0, 0]), None);
        assert_eq!(
            classify(&[2, 1, 0, 0, 0]),
            Some((NonItMigrant, vec!["you come from another field"]))
        );
        assert_eq!(
            classify(&[0, 3, 0, 1, 1]),
            Some((
                PseudoCoder,
                vec![
                    "you start from copied examples",
                    "you can’t always say why an example works"
                ]
            ))
        );
        // Points that are equal, and a weak sign only.
        assert_eq!(classify(&[2, 2, 2, 2, 0]).unwrap().0, EnglishHesitant);
        assert_eq!(classify(&[0, 0, 1, 0, 1]), None);
        assert_eq!(classify(&[9, 9, 9, 9, 9]), None);
    }
}
