//! By what rules an item judges what is typed into it. Only rules with a counterpart are read: a mapping, and conditions
//! that compare the answer with what is right. Rules that give no points are left alone.

use super::declaration::Declaration;
use crate::quiz::exchange::check::few;
use crate::quiz::exchange::collect::shortened;
use crate::quiz::exchange::markup::Element;
use crate::quiz::exchange::numbers::middle;

const SCORE: &str = "SCORE";

pub enum Judging {
    /// By what is declared to be right, or mapped to points.
    Declared { minds_case: bool },
    /// By conditions; the first that holds decides.
    Conditions { named: Vec<Named>, minds_case: bool },
}

/// An answer that a condition names.
pub struct Named {
    pub text: String,
    /// For numbers.
    pub off: f64,
    /// A share of all points.
    pub share: f64,
}

pub fn judging(root: &Element, declared: &Declaration) -> Result<Judging, String> {
    let all_by_declaration = Judging::Declared { minds_case: false };
    let Some(processing) = root.first("responseProcessing") else {
        return Ok(all_by_declaration);
    };
    few(processing
        .walk()
        .iter()
        .filter(|rule| is_comparison(rule))
        .count())?;
    let scoring: Vec<&Element> = processing
        .elements()
        .filter(|rule| sets(rule, SCORE))
        .collect();
    if scoring.is_empty() {
        return unscored(root, processing, declared);
    }
    let mut reader = Reader {
        declared,
        named: Vec::new(),
        minds_case: false,
    };
    let is_condition = |rule: &&&Element| rule.name == "responseCondition";
    let conditions = scoring.iter().filter(is_condition).count();
    let mut read = 0;
    for (number, rule) in scoring.iter().enumerate() {
        match rule.name.as_str() {
            "setOutcomeValue" => match points(rule, scoring.len() == 1)? {
                Points::Mapped if conditions == 0 => return Ok(all_by_declaration),
                // What is there from the beginning.
                Points::Fixed(points) if points <= 0.0 && number == 0 => {}
                _ => return Err(beyond(rule)),
            },
            "responseCondition" => {
                if reader.condition(rule, conditions == 1, read == 0)? {
                    return Ok(all_by_declaration);
                }
                read += 1;
            }
            _ => return Err(beyond(rule)),
        }
    }
    let most = reader
        .named
        .iter()
        .map(|named| named.share)
        .fold(0.0, f64::max);
    if most <= 0.0 {
        return Err("none of its answers is fully right".to_owned());
    }
    for named in &mut reader.named {
        named.share /= most;
    }
    Ok(Judging::Conditions {
        named: reader.named,
        minds_case: reader.minds_case,
    })
}

/// What no rule of the item itself gives points for.
fn unscored(
    root: &Element,
    processing: &Element,
    declared: &Declaration,
) -> Result<Judging, String> {
    let other = root
        .all("outcomeDeclaration")
        .filter(|outcome| matches!(outcome.attribute("baseType"), Some("integer" | "float")))
        .filter_map(|outcome| outcome.attribute("identifier"))
        .find(|identifier| {
            processing
                .elements()
                .any(|rule| rule.name == "responseCondition" && sets(rule, identifier))
        });
    if let Some(other) = other {
        return Err(format!(
            "its points are put into {}, not into {SCORE}",
            shortened(other)
        ));
    }
    let template = processing
        .attribute("template")
        .filter(|_| processing.elements().next().is_none());
    let Some(template) = template else {
        return Ok(Judging::Declared { minds_case: false });
    };
    let name = template.rsplit('/').next().unwrap_or_default();
    match name.strip_suffix(".xml").unwrap_or(name) {
        "match_correct" | "CC2_match_basic" => Ok(Judging::Declared {
            minds_case: !declared.is_number,
        }),
        "map_response" | "CC2_map_response" => Ok(Judging::Declared { minds_case: false }),
        name => Err(no_counterpart(name)),
    }
}

/// Whether something in the rule, or the rule itself, sets the outcome.
fn sets(rule: &Element, outcome: &str) -> bool {
    rule.walk().into_iter().any(|part| {
        matches!(part.name.as_str(), "setOutcomeValue" | "lookupOutcomeValue")
            && part.attribute("identifier") == Some(outcome)
    })
}

fn is_comparison(rule: &Element) -> bool {
    matches!(rule.name.as_str(), "equal" | "match" | "gte")
}

fn beyond(rule: &Element) -> String {
    no_counterpart(&rule.name)
}

fn no_counterpart(rule: &str) -> String {
    format!(
        "its answer is judged by a rule ({}) that has no counterpart here",
        shortened(rule)
    )
}

enum Points {
    Mapped,
    Fixed(f64),
}

/// What a `setOutcomeValue` sets. Adding to what is there is setting it where nothing else does.
fn points(set: &Element, may_add: bool) -> Result<Points, String> {
    let mut values = set.elements();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(beyond(set));
    };
    let fixed = |value: &Element| value.text().trim().parse::<f64>().map_err(|_| beyond(set));
    match value.name.as_str() {
        "mapResponse" => Ok(Points::Mapped),
        "baseValue" => fixed(value).map(Points::Fixed),
        "sum" if may_add => match value.elements().collect::<Vec<_>>().as_slice() {
            [score, added] | [added, score]
                if is_variable(score, SCORE) && added.name == "baseValue" =>
            {
                fixed(added).map(Points::Fixed)
            }
            _ => Err(beyond(value)),
        },
        _ => Err(beyond(value)),
    }
}

fn is_variable(element: &Element, identifier: &str) -> bool {
    element.name == "variable" && element.attribute("identifier") == Some(identifier)
}

struct Reader<'a> {
    declared: &'a Declaration,
    named: Vec<Named>,
    minds_case: bool,
}

impl Reader<'_> {
    /// Takes the branches of a condition over; true where it only says that the mapping counts.
    fn condition(
        &mut self,
        condition: &Element,
        may_add: bool,
        is_first: bool,
    ) -> Result<bool, String> {
        let branches: Vec<(&Element, Points)> = condition
            .elements()
            .map(|branch| Ok((branch, given(branch, may_add)?)))
            .collect::<Result<_, String>>()?;
        let mut found = Vec::new();
        for (number, (branch, points)) in branches.iter().enumerate() {
            let test = branch.elements().next();
            match (branch.name.as_str(), points, test) {
                ("responseElse", Points::Mapped, _) => return self.is_all_mapped(&found),
                ("responseElse", Points::Fixed(points), _) if *points <= 0.0 && is_first => {}
                ("responseIf" | "responseElseIf", Points::Mapped, Some(test))
                    if test.name == "not" && self.is_empty_answer(test.elements().next()) =>
                {
                    return self.is_all_mapped(&found);
                }
                ("responseIf" | "responseElseIf", Points::Fixed(share), Some(test)) => {
                    let later = branches.get(number + 1..).unwrap_or_default();
                    let decides = *share > 0.0
                        || later.iter().any(|(_, points)| match points {
                            Points::Mapped => true,
                            Points::Fixed(points) => *points > 0.0,
                        });
                    match self.compared(test) {
                        Ok(answers) => found.extend(answers.into_iter().map(|(text, off)| Named {
                            text,
                            off,
                            share: *share,
                        })),
                        Err(why) if decides => return Err(why),
                        // It gives nothing, and so does all that comes after it.
                        Err(_) => {}
                    }
                }
                _ => return Err(beyond(branch)),
            }
        }
        // Of several conditions the last that holds decides.
        found.append(&mut self.named);
        self.named = found;
        Ok(false)
    }

    fn is_all_mapped(&self, found: &[Named]) -> Result<bool, String> {
        match self.named.is_empty() && found.is_empty() {
            true => Ok(true),
            false => Err(no_counterpart("mapResponse")),
        }
    }

    fn is_empty_answer(&self, test: Option<&Element>) -> bool {
        test.is_some_and(|test| {
            let asked = test.elements().next();
            test.name == "isNull" && asked.is_some_and(|asked| self.is_answer(asked))
        })
    }

    fn is_answer(&self, element: &Element) -> bool {
        is_variable(element, &self.declared.identifier)
    }

    /// The answers for which the test holds, and how far each may be off.
    fn compared(&mut self, test: &Element) -> Result<Vec<(String, f64)>, String> {
        let parts: Vec<&Element> = test.elements().collect();
        match (test.name.as_str(), parts.as_slice()) {
            ("isNull", _) if self.is_empty_answer(Some(test)) => Ok(Vec::new()),
            ("or", parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.compared(part)?);
                }
                Ok(all)
            }
            ("and", [one]) => self.compared(one),
            ("and", [low, high]) if self.declared.is_number => {
                let (low, high) = match (low.name.as_str(), high.name.as_str()) {
                    ("gte", "lte") => (low, high),
                    ("lte", "gte") => (high, low),
                    _ => return Err(beyond(test)),
                };
                let range = middle(&self.bound(low)?, &self.bound(high)?);
                Ok(vec![range.ok_or_else(|| beyond(test))?])
            }
            ("equal", [one, other]) if self.declared.is_number => {
                let off = off_by(test)?;
                self.operand(test, one, other, off)
            }
            ("match", [one, other]) => {
                self.minds_case |= !self.declared.is_number;
                self.operand(test, one, other, 0.0)
            }
            _ => Err(beyond(test)),
        }
    }

    fn bound(&self, test: &Element) -> Result<String, String> {
        match test.elements().collect::<Vec<_>>().as_slice() {
            [answer, bound] if self.is_answer(answer) && bound.name == "baseValue" => {
                Ok(bound.text())
            }
            _ => Err(beyond(test)),
        }
    }

    /// What the answer is compared with.
    fn operand(
        &self,
        test: &Element,
        one: &Element,
        other: &Element,
        off: f64,
    ) -> Result<Vec<(String, f64)>, String> {
        let with = match (self.is_answer(one), self.is_answer(other)) {
            (true, false) => other,
            (false, true) => one,
            _ => return Err(beyond(test)),
        };
        let texts = match with.name.as_str() {
            "baseValue" => vec![with.text().trim().to_owned()],
            "correct" if with.attribute("identifier") == Some(&self.declared.identifier) => {
                self.declared.correct.clone()
            }
            _ => return Err(beyond(test)),
        };
        Ok(texts.into_iter().map(|text| (text, off)).collect())
    }
}

/// What a branch gives; nothing where it sets no points.
fn given(branch: &Element, may_add: bool) -> Result<Points, String> {
    let setting: Vec<&Element> = branch.elements().filter(|part| sets(part, SCORE)).collect();
    match setting.as_slice() {
        [] => Ok(Points::Fixed(0.0)),
        [set] if set.name == "setOutcomeValue" => points(set, may_add),
        [other, ..] => Err(beyond(other)),
    }
}

/// An absolute tolerance, the same to both sides.
fn off_by(equal: &Element) -> Result<f64, String> {
    let numbers: Option<Vec<f64>> = equal
        .attribute("tolerance")
        .unwrap_or_default()
        .split_whitespace()
        .map(|number| number.parse().ok())
        .collect();
    match (equal.attribute("toleranceMode"), numbers.as_deref()) {
        (None | Some("exact"), _) => Ok(0.0),
        (Some("absolute"), Some([off])) => Ok(*off),
        (Some("absolute"), Some([below, above])) if below == above => Ok(*below),
        (Some("absolute"), _) => Err("its tolerance is not the same to both sides".to_owned()),
        _ => Err("its tolerance is in percent, which is not possible here".to_owned()),
    }
}
