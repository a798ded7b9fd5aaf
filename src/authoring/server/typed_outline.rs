//! Reads an outline that was typed or pasted: a line for each module and topic. Topics are
//! indented, or have a dash, a bullet, a number or more `#` signs than modules.

use super::title;
use crate::course::server::native::limits;
use crate::platform::error::AppError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedModule {
    pub title: String,
    pub topics: Vec<String>,
}

/// A line without its marks.
struct OutlineLine<'a> {
    number: usize,
    /// Grows with the indentation and the marks before the text.
    rank: usize,
    text: &'a str,
}

/// Width of a tab character, and of a level of headings.
const LEVEL: usize = 4;

/// Reads the outline.
///
/// # Errors
///
/// A sentence for each problem.
pub fn read(typed: &str) -> Result<Vec<TypedModule>, Vec<String>> {
    let lines: Vec<OutlineLine<'_>> = typed
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| marked(line, number))
        .collect();
    let Some(first) = lines.first() else {
        return Err(vec!["Enter at least one module.".to_owned()]);
    };
    let mut problems = Vec::new();
    let mut modules: Vec<TypedModule> = Vec::new();
    let mut topic_rank = None;
    for line in &lines {
        let text = match title("", line.text) {
            Ok(text) => text,
            Err(AppError::Invalid(said)) => {
                let said: Vec<String> = said.into_iter().map(|(_, said)| said).collect();
                problems.push(format!("Line {}: {}", line.number, said.join(" ")));
                continue;
            }
            Err(other) => {
                problems.push(other.to_string());
                continue;
            }
        };
        match modules.last_mut() {
            Some(module) if line.rank > first.rank => {
                if line.rank >= topic_rank.unwrap_or(line.rank) + LEVEL / 2 {
                    problems.push(format!(
                        "Line {}: this line is indented more than a topic. An outline has modules and topics only.",
                        line.number
                    ));
                }
                topic_rank.get_or_insert(line.rank);
                module.topics.push(text);
            }
            _ => {
                topic_rank = None;
                modules.push(TypedModule {
                    title: text,
                    topics: Vec::new(),
                });
            }
        }
    }
    check_counts(&modules, &mut problems);
    match problems.is_empty() {
        true => Ok(modules),
        false => Err(problems),
    }
}

fn check_counts(modules: &[TypedModule], problems: &mut Vec<String>) {
    if modules.len() > limits::MODULES {
        problems.push(format!("Use at most {} modules.", limits::MODULES));
    }
    for module in modules {
        if module.topics.len() > limits::TOPICS {
            problems.push(format!(
                "The module “{}” has {} topics. Use at most {}.",
                module.title,
                module.topics.len(),
                limits::TOPICS
            ));
        }
    }
    if modules.len() > 1 && modules.iter().all(|module| module.topics.is_empty()) {
        problems
            .push("No line is a topic. Begin each topic with a dash, below its module.".to_owned());
    }
}

fn marked(line: &str, number: usize) -> OutlineLine<'_> {
    let text = line.trim_start();
    let before = &line[..line.len() - text.len()];
    let indent: usize = before
        .chars()
        .map(|c| if c == '\t' { LEVEL } else { 1 })
        .sum();
    let (more, text) = mark(text);
    OutlineLine {
        number,
        rank: indent + more,
        text,
    }
}

/// Splits a mark off: a bullet, a number such as "1." or "1.2", or the signs of a heading. Returns
/// the rank of the mark and the rest.
fn mark(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches('#');
    let signs = text.len() - rest.len();
    if signs > 0 && rest.starts_with([' ', '\t']) {
        return (LEVEL * (signs - 1), rest.trim());
    }
    for bullet in ["-", "*", "+", "•", "–", "—", "‣", "◦"] {
        if let Some(rest) = text.strip_prefix(bullet)
            && rest.starts_with([' ', '\t'])
        {
            return (1, rest.trim());
        }
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ')'));
    let (numbers, rest) = text.split_at(end.unwrap_or(text.len()));
    let parts = numbers.split(['.', ')']).filter(|part| !part.is_empty());
    let parts = parts.count();
    let is_number = numbers.starts_with(|c: char| c.is_ascii_digit())
        && numbers.contains(['.', ')'])
        && rest.starts_with([' ', '\t']);
    match is_number {
        true => (parts, rest.trim()),
        false => (0, text.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(modules: &[TypedModule]) -> String {
        let line = |module: &TypedModule| format!("{}[{}]", module.title, module.topics.join(","));
        modules.iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lists_of_many_kinds_are_read_alike() {
        for typed in [
            "Averages\n- Mean\n- Median\n\nSpread\n- Range\n",
            "Averages\n  Mean\n  Median\nSpread\n  Range",
            "- Averages\n  - Mean\n  - Median\n- Spread\n\t- Range",
            "# Averages\n## Mean\n## Median\n# Spread\n## Range",
            "1. Averages\n1.1 Mean\n1.2 Median\n2. Spread\n2.1 Range",
            "1. Averages\n   - Mean\n   - Median\n2. Spread\n   - Range",
            "* Averages\r\n    * Mean\r\n    * Median\r\n* Spread\r\n    * Range\r\n",
        ] {
            let modules = read(typed).unwrap();
            assert_eq!(
                written(&modules),
                "Averages[Mean,Median] Spread[Range]",
                "{typed}"
            );
        }
        let modules = read("3 ways to count\n- Half of 2.5 m").unwrap();
        assert_eq!(written(&modules), "3 ways to count[Half of 2.5 m]");
        assert_eq!(written(&read("Only one").unwrap()), "Only one[]");
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let long = "x".repeat(121);
        let typed = format!("A\n- B\n    - C\n- {long}\n- \u{200b}");
        let problems = read(&typed).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("Line 3: this line is indented"));
        assert!(problems[1].starts_with("Line 4: Use at most 120"));
        assert!(problems[2].starts_with("Line 5: Enter a title"));
        assert_eq!(read(" \n").unwrap_err(), ["Enter at least one module."]);
        assert!(read("A\nB").unwrap_err()[0].starts_with("No line is a topic"));
        assert!(read(&format!("A\n{}", "- B\n".repeat(101))).is_err());
    }
}
