//! Rubric by which tutors mark work: criteria with levels, and checks whose feedback the learner
//! gets.

use serde::{Deserialize, Serialize};

/// Rubric as it is stored in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    pub version: u32,
    pub criteria: Vec<RubricCriterion>,
    pub checks: Vec<RubricCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricCriterion {
    pub name: String,
    /// Levels with rising points.
    pub levels: Vec<RubricLevel>,
}

/// Level of a criterion, with the least and the most points that it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricLevel {
    pub name: String,
    pub from: i32,
    pub to: i32,
}

/// Line of the checklist. If it is ticked, the learner reads its feedback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricCheck {
    pub name: String,
    pub feedback: String,
}

impl RubricCriterion {
    pub fn most(&self) -> i32 {
        self.levels.last().map_or(0, |level| level.to)
    }

    /// The level that gives this number of points.
    pub fn level_of(&self, points: i32) -> Option<&RubricLevel> {
        self.levels
            .iter()
            .find(|level| (level.from..=level.to).contains(&points))
    }
}

impl Rubric {
    /// Rubric of an exercise whose tutor has written none: a line of the self-check gives up to two
    /// points.
    pub fn of_lines(lines: Vec<String>) -> Self {
        let level = |name: &str, points| RubricLevel {
            name: name.to_owned(),
            from: points,
            to: points,
        };
        let criterion = |name| RubricCriterion {
            name,
            levels: vec![level("Missing", 0), level("Partly", 1), level("Done", 2)],
        };
        Self {
            version: 1,
            criteria: lines.into_iter().map(criterion).collect(),
            checks: Vec::new(),
        }
    }

    /// Score in percent, of which lateness takes off `late_percent` percent. None until each
    /// criterion has points.
    pub fn score(&self, points: &[Option<i32>], late_percent: i32) -> Option<i32> {
        if points.len() != self.criteria.len() {
            return None;
        }
        let given: i32 = points.iter().copied().sum::<Option<i32>>()?;
        let most: i32 = self.criteria.iter().map(RubricCriterion::most).sum();
        let counted = given * (100 - late_percent.clamp(0, 100));
        (most > 0).then(|| (counted + most / 2) / most)
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_score_is_the_share_of_all_points_less_lateness() {
        let rubric = Rubric::of_lines(vec!["A".to_owned(), "B".to_owned()]);
        assert_eq!(rubric.score(&[Some(2), Some(1)], 0), Some(75));
        assert_eq!(rubric.score(&[Some(2), Some(2)], 10), Some(90));
        assert_eq!(rubric.score(&[Some(2), Some(2)], 100), Some(0));
        assert_eq!(rubric.score(&[Some(2), None], 0), None);
        assert_eq!(rubric.score(&[Some(2)], 0), None);
        let none = Rubric::of_lines(Vec::new());
        assert_eq!(none.score(&[], 0), None);
    }

    #[test]
    fn points_belong_to_a_level() {
        let rubric = Rubric::of_lines(vec!["A".to_owned()]);
        let criterion = &rubric.criteria[0];
        assert_eq!(criterion.most(), 2);
        assert_eq!(criterion.level_of(1).unwrap().name, "Partly");
        assert_eq!(criterion.level_of(3), None);
    }
}
