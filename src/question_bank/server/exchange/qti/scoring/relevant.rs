//! Finds the rules on which the points depend. The others need not be understood.

use std::collections::HashSet;

use super::TOO_LONG;
use crate::question_bank::server::exchange::markup::Element;

/// The rules of the item, without the fragments that only hold them together.
pub fn top_rules(processing: &Element) -> Vec<&Element> {
    let mut found = Vec::new();
    for rule in processing.elements() {
        match rule.name.as_str() {
            "responseProcessingFragment" => found.extend(top_rules(rule)),
            _ => found.push(rule),
        }
    }
    found
}

/// The outcomes that something in the rules sets.
pub fn set_outcomes<'a>(rules: &[&'a Element]) -> HashSet<&'a str> {
    let parts = rules.iter().flat_map(|rule| rule.walk());
    parts
        .filter(|part| is_setting(part))
        .filter_map(|part| part.attribute("identifier"))
        .collect()
}

fn is_setting(part: &Element) -> bool {
    matches!(part.name.as_str(), "setOutcomeValue" | "lookupOutcomeValue")
}

/// An outcome in numbers that the rules set by conditions.
pub fn elsewhere<'a>(root: &'a Element, rules: &[&Element]) -> Option<&'a str> {
    let conditions = rules.iter().filter(|rule| rule.name == "responseCondition");
    let conditions: Vec<&Element> = conditions.copied().collect();
    let set = set_outcomes(&conditions);
    root.all("outcomeDeclaration")
        .filter(|outcome| matches!(outcome.attribute("baseType"), Some("integer" | "float")))
        .filter_map(|outcome| outcome.attribute("identifier"))
        .find(|identifier| set.contains(identifier))
}

/// The outcomes that the points depend on: rules that set others, such as feedback, need not be
/// understood.
pub fn relevant(rules: &[&Element], score: &str) -> Result<HashSet<String>, String> {
    /// The longest chain of outcomes that depend on each other.
    const MOST: usize = 50;
    let mut names = HashSet::from([score.to_owned()]);
    for _ in 0..MOST {
        let before = names.len();
        let parts = || rules.iter().flat_map(|rule| rule.walk());
        for part in parts() {
            let is_set = is_setting(part)
                && (part.attribute("identifier")).is_some_and(|name| names.contains(name));
            if is_set {
                names.extend(variables(part));
            } else if part.name == "responseCondition" && matters(part, &names) {
                let tests = part
                    .elements()
                    .filter_map(|branch| branch.elements().next());
                names.extend(tests.flat_map(variables));
            }
        }
        if names.len() == before {
            return Ok(names);
        }
    }
    Err(TOO_LONG.to_owned())
}

fn variables(part: &Element) -> Vec<String> {
    let parts = part.walk().into_iter();
    parts
        .filter(|part| part.name == "variable")
        .filter_map(|part| part.attribute("identifier"))
        .map(str::to_owned)
        .collect()
}

/// True if the rule sets one of the outcomes or ends the rules.
pub fn matters(rule: &Element, names: &HashSet<String>) -> bool {
    rule.walk().into_iter().any(|part| {
        part.name == "exitResponse"
            || is_setting(part)
                && (part.attribute("identifier")).is_some_and(|name| names.contains(name))
    })
}
