//! Runs a program for one response.

use std::collections::HashMap;

use super::program::ScoringProgram;
use super::value::{QtiValue, STEP_PAIRS, Single, comparison, sizes};
use super::{Expression, Rule, beyond};
use crate::question_bank::server::exchange::qti::operators::{Operator, apply};

pub struct ScoringRun<'a> {
    pub program: &'a ScoringProgram<'a>,
    pub response: &'a QtiValue,
    /// Size of the response.
    pub given: usize,
    pub outcomes: HashMap<String, QtiValue>,
}

impl ScoringRun<'_> {
    /// Returns false once a rule has ended the processing.
    pub fn rules(&mut self, rules: &[Rule]) -> Result<bool, String> {
        for rule in rules {
            match rule {
                Rule::Exit => return Ok(false),
                Rule::Set(outcome, value) => {
                    let value = self.value(value)?;
                    self.outcomes.insert(outcome.clone(), value);
                }
                Rule::Lookup(outcome, value) => {
                    let value = self.value(value)?;
                    let value = match self.program.tables.get(outcome) {
                        Some(table) => {
                            self.program.charge(table.rows.len())?;
                            table.look_up(&value)
                        }
                        None => return Err(beyond("lookupOutcomeValue")),
                    };
                    self.outcomes.insert(outcome.clone(), value);
                }
                Rule::Condition(branches) => {
                    for (test, rules) in branches {
                        let holds = match test {
                            Some(test) => self.value(test)?.as_flag() == Some(true),
                            None => true,
                        };
                        if holds {
                            if !self.rules(rules)? {
                                return Ok(false);
                            }
                            break;
                        }
                    }
                }
            }
        }
        Ok(true)
    }

    pub fn value(&self, expression: &Expression) -> Result<QtiValue, String> {
        let declared = self.program.declared;
        let given = self.given;
        let correct = || sizes(declared.correct.iter());
        // Outcomes can hold more values than anything in the file: rules may double them.
        self.program.charge(match expression {
            Expression::Correct => 1 + correct(),
            Expression::Mapped if declared.mapped().next().is_none() => 1 + given + correct(),
            Expression::Mapped => 1 + given * sizes(declared.mapped().map(|entry| &entry.key)),
            Expression::Value(value) => given + value.size().max(1),
            Expression::Variable(name) => {
                given
                    + self
                        .outcomes
                        .get(name)
                        .map_or(1, |value| value.size().max(1))
            }
            Expression::Operation(..) => 1 + given,
        })?;
        Ok(match expression {
            Expression::Value(value) => value.clone(),
            Expression::Variable(name) if *name == declared.identifier => self.response.clone(),
            Expression::Variable(name) => {
                self.outcomes.get(name).cloned().unwrap_or(QtiValue::Null)
            }
            Expression::Correct => declared.correct_response(),
            // An empty mapping leaves the declared answer.
            Expression::Mapped => match declared.points(self.response) {
                Some(points) => QtiValue::number(points),
                None => {
                    let operands = [self.response.clone(), declared.correct_response()];
                    let is_right = apply(&Operator::Match, &operands)?.as_flag() == Some(true);
                    QtiValue::number(f64::from(
                        is_right || declared.is_like_correct(self.response),
                    ))
                }
            },
            Expression::Operation(Operator::Match, operands)
                if declared.has_alternatives()
                    && operands
                        .iter()
                        .any(|operand| matches!(operand, Expression::Correct)) =>
            {
                let is_known = |answer: &Single| {
                    let right = declared.correct_response();
                    right.values().iter().any(|right| right.is_same(answer))
                };
                let others = operands
                    .iter()
                    .filter(|operand| !matches!(operand, Expression::Correct));
                let others: Result<Vec<QtiValue>, String> =
                    others.map(|operand| self.value(operand)).collect();
                let others = others?;
                let compared: usize = others.iter().map(QtiValue::size).sum();
                self.program
                    .charge(compared.saturating_mul(correct()) / STEP_PAIRS)?;
                let values = others
                    .iter()
                    .all(|value| value.values().iter().all(is_known));
                QtiValue::flag((!self.response.is_null()).then_some(values))
            }
            Expression::Operation(operator, operands) => {
                let mut values = Vec::with_capacity(operands.len());
                for operand in operands {
                    values.push(self.value(operand)?);
                }
                self.program.charge(comparison(&values))?;
                apply(operator, &values)?
            }
        })
    }
}
