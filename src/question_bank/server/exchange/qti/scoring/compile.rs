//! Compiles the rules of a file. Rules that have no counterpart here are refused.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::relevant::matters;
use super::value::{QtiValue, Single};
use super::{Expression, Rule, beyond, charge};
use crate::question_bank::server::exchange::collect::shortened;
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::qti::declaration::{BaseType, Declaration, short};
use crate::question_bank::server::exchange::qti::operators::Operator;

pub struct Compiler<'a> {
    /// The outcomes that the rules set.
    pub set: &'a HashSet<&'a str>,
    pub responses: HashSet<&'a str>,
    pub declared: &'a Declaration,
    pub outcomes: &'a HashMap<String, QtiValue>,
    pub relevant: &'a HashSet<String>,
    /// Steps that are left for the item.
    pub left: &'a Cell<usize>,
}

impl Compiler<'_> {
    pub fn rule(&self, rule: &Element) -> Result<Vec<Rule>, String> {
        let identifier = rule.attribute("identifier").unwrap_or_default();
        let compiled = match rule.name.as_str() {
            "setOutcomeValue" | "lookupOutcomeValue" if !self.relevant.contains(identifier) => None,
            "setOutcomeValue" => {
                let value = self.only(rule)?;
                Some(Rule::Set(identifier.to_owned(), value))
            }
            "lookupOutcomeValue" => Some(Rule::Lookup(identifier.to_owned(), self.only(rule)?)),
            "responseCondition" => self.condition(rule)?,
            "responseProcessingFragment" => {
                let rules: Result<Vec<Vec<Rule>>, String> =
                    rule.elements().map(|rule| self.rule(rule)).collect();
                return Ok(rules?.into_iter().flatten().collect());
            }
            "exitResponse" => Some(Rule::Exit),
            other => return Err(beyond(other)),
        };
        Ok(compiled.into_iter().collect())
    }

    fn condition(&self, condition: &Element) -> Result<Option<Rule>, String> {
        let mut branches: Vec<&Element> = condition.elements().collect();
        // Tests after which no points are set can be ignored.
        while branches
            .last()
            .is_some_and(|branch| !matters(branch, self.relevant))
        {
            branches.pop();
        }
        let mut compiled = Vec::new();
        for branch in branches {
            let mut parts = branch.elements();
            let test = match branch.name.as_str() {
                "responseIf" | "responseElseIf" => {
                    let test = parts.next().ok_or_else(|| beyond(&branch.name))?;
                    Some(self.expression(test)?)
                }
                "responseElse" => None,
                other => return Err(beyond(other)),
            };
            let rules: Result<Vec<Vec<Rule>>, String> = parts.map(|rule| self.rule(rule)).collect();
            compiled.push((test, rules?.into_iter().flatten().collect()));
        }
        Ok((!compiled.is_empty()).then_some(Rule::Condition(compiled)))
    }

    fn only(&self, rule: &Element) -> Result<Expression, String> {
        let mut parts = rule.elements();
        match (parts.next(), parts.next()) {
            (Some(one), None) => self.expression(one),
            _ => Err(beyond(&rule.name)),
        }
    }

    fn expression(&self, element: &Element) -> Result<Expression, String> {
        let identifier = element.attribute("identifier").unwrap_or_default();
        let is_of_response = identifier == self.declared.identifier;
        Ok(match element.name.as_str() {
            "baseValue" => {
                let kind = BaseType::named(element.attribute("baseType").unwrap_or_default());
                let text = element.text();
                short(&text)?;
                let value = kind.value(&text).or_else(|| BaseType::Text.value(&text));
                Expression::Value(value.map_or(QtiValue::Null, QtiValue::One))
            }
            // ONYX writes bare values too.
            "value" => {
                let text = element.text();
                short(&text)?;
                Expression::Value(QtiValue::One(Single::Text(text.trim().to_owned())))
            }
            "null" => Expression::Value(QtiValue::Null),
            "variable" => self.variable(identifier)?,
            "correct" if is_of_response => Expression::Correct,
            "mapResponse" if is_of_response => Expression::Mapped,
            "default" if is_of_response => Expression::Value(QtiValue::Null),
            "default" => {
                let value = self.outcomes.get(identifier);
                charge(self.left, value.map_or(1, QtiValue::size))?;
                Expression::Value(value.cloned().unwrap_or(QtiValue::Null))
            }
            name => {
                let operator = Operator::of(element).ok_or_else(|| beyond(name))?;
                let operands: Result<Vec<Expression>, String> = element
                    .elements()
                    .map(|operand| self.expression(operand))
                    .collect();
                self.operation(operator, operands?)
            }
        })
    }

    /// Puts the right answer first, because a tolerance is around the first operand.
    fn operation(&self, operator: Operator, mut operands: Vec<Expression>) -> Expression {
        if let (Operator::Equal(_), [one, other]) = (&operator, operands.as_mut_slice())
            && matches!(one, Expression::Variable(name) if *name == self.declared.identifier)
        {
            std::mem::swap(one, other);
        }
        Expression::Operation(operator, operands)
    }

    fn variable(&self, identifier: &str) -> Result<Expression, String> {
        if identifier == self.declared.identifier
            || self.outcomes.contains_key(identifier)
            || self.set.contains(identifier)
        {
            Ok(Expression::Variable(identifier.to_owned()))
        } else if self.responses.contains(identifier) {
            // The response of no interaction is empty.
            Ok(Expression::Value(QtiValue::Null))
        } else {
            Err(format!(
                "its rules use {}, which it does not declare",
                shortened(identifier)
            ))
        }
    }
}
