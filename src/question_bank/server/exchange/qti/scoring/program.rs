//! The program of an item.

use std::cell::Cell;
use std::collections::HashMap;

use super::compile::Compiler;
use super::outcomes::{Table, outcomes, tables};
use super::relevant::{elsewhere, relevant, set_outcomes, top_rules};
use super::run::ScoringRun;
use super::value::{QtiValue, Single};
use super::{Expression, Rule, SCORE, charge};
use crate::question_bank::server::exchange::collect::shortened;
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::qti::declaration::{Declaration, has_decimal_comma};
use crate::question_bank::server::exchange::qti::operators::Operator;

/// Steps of all runs for one item.
const BUDGET: usize = 1_000_000;

pub struct ScoringProgram<'a> {
    pub declared: &'a Declaration,
    /// The outcome that holds the points.
    score: String,
    rules: Vec<Rule>,
    outcomes: HashMap<String, QtiValue>,
    pub tables: HashMap<String, Table>,
    left: Cell<usize>,
    /// The values that stand in the rules, as the file writes them.
    pub written: Vec<String>,
    /// True if the item's own rules set its points.
    pub has_rules: bool,
    /// True if a number of the item shows that its commas are decimal.
    pub has_decimal_comma: bool,
    /// The name of the item's template, if it is not known here.
    pub unknown_template: Option<String>,
}

impl<'a> ScoringProgram<'a> {
    pub fn of(root: &Element, declared: &'a Declaration) -> Result<Self, String> {
        let mut program = Self {
            declared,
            score: SCORE.to_owned(),
            rules: Vec::new(),
            outcomes: outcomes(root),
            tables: tables(root),
            left: Cell::new(BUDGET),
            written: Vec::new(),
            has_rules: false,
            has_decimal_comma: has_decimal_comma(root)?,
            unknown_template: None,
        };
        let processing = root.first("responseProcessing");
        let rules: Vec<&Element> = processing.into_iter().flat_map(top_rules).collect();
        if rules.is_empty() {
            let template = processing.and_then(|processing| {
                let template = processing.attribute("template");
                template.or_else(|| processing.attribute("templateLocation"))
            });
            let template = template.filter(|template| !template.trim().is_empty());
            program.rules = match template {
                Some(template) => program.of_template(template),
                None => program.usual(),
            };
            return Ok(program);
        }
        let own_score = format!("{SCORE}_{}", declared.identifier);
        let set = set_outcomes(&rules);
        if !set.contains(SCORE) {
            if !set.contains(own_score.as_str()) {
                return match elsewhere(root, &rules) {
                    Some(other) => Err(format!(
                        "its points are put into {}, not into {SCORE}",
                        shortened(other)
                    )),
                    None => {
                        program.rules = program.usual();
                        Ok(program)
                    }
                };
            }
            program.score = own_score;
        }
        program.has_rules = true;
        let parts = rules.iter().flat_map(|rule| rule.walk());
        let values = parts.filter(|part| part.name == "baseValue");
        program.written = values.map(|value| value.text().trim().to_owned()).collect();
        let relevant = relevant(&rules, &program.score)?;
        let responses = root.all("responseDeclaration");
        let compiler = Compiler {
            set: &set,
            responses: responses
                .filter_map(|response| response.attribute("identifier"))
                .collect(),
            declared,
            outcomes: &program.outcomes,
            relevant: &relevant,
            left: &program.left,
        };
        let compiled: Result<Vec<Vec<Rule>>, String> =
            rules.iter().map(|rule| compiler.rule(rule)).collect();
        program.rules = compiled?.into_iter().flatten().collect();
        Ok(program)
    }

    /// The rules of an item that has none. A single answer is judged by the mapping if there is
    /// one; everything else is compared with the declared answer.
    fn usual(&self) -> Vec<Rule> {
        let is_mapped = self.declared.mapped().next().is_some();
        match is_mapped && (self.declared.is_single || self.declared.correct.is_empty()) {
            true => self.mapped(),
            false => self.matching(),
        }
    }

    fn mapped(&self) -> Vec<Rule> {
        vec![Rule::Set(self.score.clone(), Expression::Mapped)]
    }

    fn matching(&self) -> Vec<Rule> {
        let answer = Expression::Variable(self.declared.identifier.clone());
        let test = Expression::Operation(Operator::Match, vec![answer, Expression::Correct]);
        let one = Expression::Value(QtiValue::number(1.0));
        let set = Rule::Set(self.score.clone(), one);
        vec![Rule::Condition(vec![(Some(test), vec![set])])]
    }

    /// The templates of all versions have the same names, under different addresses.
    fn of_template(&mut self, template: &str) -> Vec<Rule> {
        let name = template.trim().trim_end_matches('/');
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.strip_suffix(".xml").unwrap_or(name);
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_lowercase().as_str() {
            "matchcorrect" | "cc2match" | "cc2matchbasic" => self.matching(),
            "mapresponse" | "cc2mapresponse" => self.mapped(),
            _ => {
                self.unknown_template = Some(name.to_owned());
                self.usual()
            }
        }
    }

    /// The points that the response brings.
    pub fn points(&self, response: &QtiValue) -> Result<f64, String> {
        let mut run = self.run(response)?;
        run.rules(&self.rules)?;
        let score = run.outcomes.get(&self.score).unwrap_or(&QtiValue::Null);
        match score {
            QtiValue::Null => Ok(0.0),
            score => score
                .as_number()
                .filter(|number| number.is_finite())
                .ok_or_else(|| {
                    format!("its rules set {} to something else than points", self.score)
                }),
        }
    }

    fn run<'b>(&'b self, response: &'b QtiValue) -> Result<ScoringRun<'b>, String> {
        self.charge(
            self.outcomes
                .values()
                .map(|value| value.size().max(1))
                .sum(),
        )?;
        Ok(ScoringRun {
            program: self,
            response,
            given: response.size(),
            outcomes: self.outcomes.clone(),
        })
    }

    pub fn charge(&self, steps: usize) -> Result<(), String> {
        charge(&self.left, steps)
    }

    /// True if an outcome is set to the response itself.
    pub fn hands_on_answer(&self) -> bool {
        fn hands_on(program: &ScoringProgram<'_>, rules: &[Rule]) -> bool {
            rules.iter().any(|rule| match rule {
                Rule::Condition(branches) => {
                    branches.iter().any(|(_, rules)| hands_on(program, rules))
                }
                Rule::Set(_, value) | Rule::Lookup(_, value) => program.is_answer(value),
                Rule::Exit => false,
            })
        }
        hands_on(self, &self.rules)
    }

    /// The value of an expression that does not depend on the response.
    pub fn constant(&self, expression: &Expression) -> Result<QtiValue, String> {
        self.run(&QtiValue::Null)?.value(expression)
    }

    /// All operations of the rules, with their operands.
    pub fn operations(&self) -> Vec<(&Operator, &[Expression])> {
        let mut found = Vec::new();
        self.visit(&mut |expression| {
            if let Expression::Operation(operator, operands) = expression {
                found.push((operator, operands.as_slice()));
            }
        });
        found
    }

    /// Single values that stand in the rules as they are.
    pub fn named(&self) -> Vec<&Single> {
        let mut found = Vec::new();
        self.visit(&mut |expression| {
            if let Expression::Value(value) = expression {
                found.extend(value.values());
            }
        });
        found
    }

    fn visit<'b>(&'b self, with: &mut impl FnMut(&'b Expression)) {
        fn in_rules<'b>(rules: &'b [Rule], with: &mut impl FnMut(&'b Expression)) {
            for rule in rules {
                match rule {
                    Rule::Condition(branches) => {
                        for (test, rules) in branches {
                            if let Some(test) = test {
                                in_expression(test, with);
                            }
                            in_rules(rules, with);
                        }
                    }
                    Rule::Set(_, value) | Rule::Lookup(_, value) => in_expression(value, with),
                    Rule::Exit => {}
                }
            }
        }
        fn in_expression<'b>(expression: &'b Expression, with: &mut impl FnMut(&'b Expression)) {
            with(expression);
            if let Expression::Operation(_, operands) = expression {
                for operand in operands {
                    in_expression(operand, with);
                }
            }
        }
        in_rules(&self.rules, with);
    }

    pub fn is_answer(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Variable(name) if *name == self.declared.identifier)
    }
}
