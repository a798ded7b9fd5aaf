//! The text in which tutors write a rubric. A criterion is a line such as
//! `Counts everybody: Missing 0 | Partly 1-2 | Convincing 3`, a check a line such as
//! `No source: Name the source of each figure.`

use crate::exercise::marking::RUBRIC_CHARACTERS;
use crate::exercise::rubric::{Rubric, RubricCheck, RubricCriterion, RubricLevel};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;

const CRITERIA: usize = 20;
/// Levels of a criterion: as many as there are number keys.
const LEVELS: usize = 9;
const CHECKS: usize = 30;
const POINTS: i32 = 100;
const NAME_CHARACTERS: usize = 300;
const FEEDBACK_CHARACTERS: usize = 1_000;

/// Reads a rubric from the fields `criteria` and `checks`.
pub fn read(criteria: &str, checks: &str) -> AppResult<Rubric> {
    let mut problems = FieldProblems::default();
    let criteria = problems.keep(lines("criteria", criteria, CRITERIA, criterion));
    let checks = problems.keep(lines("checks", checks, CHECKS, check));
    if criteria.as_ref().is_some_and(Vec::is_empty) {
        problems.add("criteria", "Enter at least one criterion.");
    }
    let (Some(criteria), Some(checks)) = (criteria, checks) else {
        return Err(problems.error());
    };
    problems.check()?;
    Ok(Rubric {
        version: 1,
        criteria,
        checks,
    })
}

/// Writes the criteria as they are typed.
pub fn criteria(rubric: &Rubric) -> String {
    let line = |criterion: &RubricCriterion| {
        let levels = criterion.levels.iter().map(|level| {
            let RubricLevel { name, from, to } = level;
            match from == to {
                true => format!("{name} {from}"),
                false => format!("{name} {from}-{to}"),
            }
        });
        let levels: Vec<String> = levels.collect();
        format!("{}: {}", criterion.name, levels.join(" | "))
    };
    let lines: Vec<String> = rubric.criteria.iter().map(line).collect();
    lines.join("\n")
}

/// Writes the checks as they are typed.
pub fn checks(rubric: &Rubric) -> String {
    let line = |check: &RubricCheck| format!("{}: {}", check.name, check.feedback);
    let lines: Vec<String> = rubric.checks.iter().map(line).collect();
    lines.join("\n")
}

/// Reads each line that is not empty. An error names its line.
fn lines<T>(
    field: &str,
    typed: &str,
    most: usize,
    read: impl Fn(&str) -> Result<T, String>,
) -> AppResult<Vec<T>> {
    if typed.chars().count() > RUBRIC_CHARACTERS as usize {
        return Err(AppError::field(
            field,
            figures::use_at_most(RUBRIC_CHARACTERS),
        ));
    }
    let mut found = Vec::new();
    for (at, line) in typed.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let item = read(line)
            .map_err(|problem| AppError::field(field, format!("Line {}: {problem}", at + 1)))?;
        found.push(item);
    }
    match found.len() > most {
        true => Err(AppError::field(field, format!("Use at most {most} lines."))),
        false => Ok(found),
    }
}

fn criterion(line: &str) -> Result<RubricCriterion, String> {
    // The name may have a colon, levels have none.
    let (name, levels) = line.rsplit_once(':').ok_or(
        "Write the name, a colon, and the levels, such as “Source: Missing 0 | Named 1-2”.",
    )?;
    let levels: Vec<RubricLevel> = levels.split('|').map(level).collect::<Result<_, _>>()?;
    let rises = levels.windows(2).all(|pair| pair[0].to < pair[1].from);
    if levels.len() < 2 || levels.len() > LEVELS {
        return Err(format!("Write 2 to {LEVELS} levels, with | between them."));
    }
    if !rises {
        return Err("The points must rise from level to level.".to_owned());
    }
    Ok(RubricCriterion {
        name: bounded(name, NAME_CHARACTERS)?,
        levels,
    })
}

fn level(text: &str) -> Result<RubricLevel, String> {
    let problem = || {
        format!("Each level needs a name and its points from 0 to {POINTS}, such as “Partly 1-2”.")
    };
    let (name, points) = text
        .trim()
        .rsplit_once(char::is_whitespace)
        .ok_or_else(problem)?;
    let (from, to) = match points.split_once(['-', '–']) {
        Some((from, to)) => (from, to),
        None => (points, points),
    };
    let number = |text: &str| {
        text.parse::<i32>()
            .ok()
            .filter(|n| (0..=POINTS).contains(n))
    };
    match (number(from), number(to)) {
        (Some(from), Some(to)) if from <= to => Ok(RubricLevel {
            name: bounded(name, NAME_CHARACTERS)?,
            from,
            to,
        }),
        _ => Err(problem()),
    }
}

fn check(line: &str) -> Result<RubricCheck, String> {
    let (name, feedback) = line.split_once(':').ok_or(
        "Write the name, a colon, and the feedback, such as “No source: Name the source.”",
    )?;
    Ok(RubricCheck {
        name: bounded(name, NAME_CHARACTERS)?,
        feedback: bounded(feedback, FEEDBACK_CHARACTERS)?,
    })
}

fn bounded(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("A name or a text is missing.".to_owned()),
        length if length > most => Err(format!("A text is longer than {most} characters.")),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRITERIA: &str =
        "Asks: which average: Missing 0 | Partly 1-2 | Convincing 3\nSource: No 0 | Yes 1";
    const CHECKS: &str = "No source: Name it: always.";

    #[test]
    fn a_rubric_is_read_as_it_is_written() {
        let rubric = read(CRITERIA, CHECKS).unwrap();
        let first = &rubric.criteria[0];
        assert_eq!(first.name, "Asks: which average");
        assert_eq!((first.levels[1].from, first.levels[1].to), (1, 2));
        assert_eq!(rubric.checks[0].feedback, "Name it: always.");
        assert_eq!(criteria(&rubric), CRITERIA);
        assert_eq!(checks(&rubric), CHECKS);
        let of_lines = Rubric::of_lines(vec!["Asks: which average.".to_owned()]);
        assert_eq!(read(&criteria(&of_lines), "").unwrap(), of_lines);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for wrong in [
            "Source",
            "Source: Yes",
            "Source: Yes 1",
            "Source: Yes 1 | No 0",
            "Source: No 0-2 | Yes 2",
            "Source: No -1 | Yes 2",
            "Source: No 0 | Yes 101",
            "Source: No 2-1 | Yes 3",
            ": No 0 | Yes 1",
            "",
        ] {
            let error = read(wrong, "").unwrap_err();
            assert!(error.of_field("criteria").is_some(), "{wrong}");
        }
        let both = read("Source", "\nName").unwrap_err();
        assert!(both.of_field("criteria").unwrap().contains("Line 1"));
        assert!(both.of_field("checks").unwrap().contains("Line 2"));
    }
}
