//! The scoring rules of an item as a program that returns the points of an answer. It has no side
//! effects. It always ends: QTI's rules have no loops, and a budget bounds the steps of all runs
//! for one item.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::declaration::{BaseType, Declaration, has_decimal_comma, short};
use super::operators::{Operator, Tolerance, apply};
use crate::question_bank::server::exchange::collect::shortened;
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::numbers::finite;

const SCORE: &str = "SCORE";
const MAXSCORE: &str = "MAXSCORE";
/// The value of MAXSCORE if the item does not declare it: far more than any item gives.
const ANY_MAXIMUM: f64 = 1e6;
const TOO_LONG: &str = "its rules are too long to be checked";
/// Steps of all runs for one item.
const BUDGET: usize = 1_000_000;
/// Bytes of text that are copied, or pairs of values that are compared, in about one step.
const STEP_BYTES: usize = 64;
const STEP_PAIRS: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub enum Single {
    Flag(bool),
    Number(f64),
    Text(String),
    /// Two identifiers, and whether their order matters.
    Pair(String, String, bool),
}

#[derive(Debug, Clone, PartialEq)]
pub enum QtiValue {
    Null,
    One(Single),
    /// Several values. True if they are ordered.
    Many(Vec<Single>, bool),
}

impl Single {
    /// Types are often declared loosely: a text that is a number is the same as that number.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pair(one, two, is_directed), Self::Pair(first, second, also_directed)) => {
                let is_crossed = one == second && two == first;
                one == first && two == second || is_crossed && !(*is_directed && *also_directed)
            }
            (Self::Text(text), Self::Number(number)) | (Self::Number(number), Self::Text(text)) => {
                finite(text) == Some(*number)
            }
            (Self::Text(text), Self::Pair(one, two, _))
            | (Self::Pair(one, two, _), Self::Text(text)) => {
                text.split_whitespace().eq([one.as_str(), two.as_str()])
            }
            (one, other) => one == other,
        }
    }
}

impl QtiValue {
    pub fn number(number: f64) -> Self {
        Self::One(Single::Number(number))
    }

    pub fn flag(flag: Option<bool>) -> Self {
        flag.map_or(Self::Null, |flag| Self::One(Single::Flag(flag)))
    }

    pub fn values(&self) -> &[Single] {
        match self {
            Self::Null => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values, _) => values,
        }
    }

    /// Steps that it takes to copy the value.
    fn size(&self) -> usize {
        let sizes = self.values().iter().map(|value| match value {
            Single::Text(text) => size(text),
            Single::Pair(one, other, _) => size(one) + other.len() / STEP_BYTES,
            Single::Flag(_) | Single::Number(_) => 1,
        });
        sizes.sum()
    }

    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::One(Single::Text(text)) => text.is_empty(),
            Self::One(_) => false,
            Self::Many(values, _) => values.is_empty(),
        }
    }

    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::One(Single::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::One(Single::Number(number)) => Some(*number),
            Self::One(Single::Text(text)) => finite(text),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::One(Single::Text(text)) => Some(text.clone()),
            Self::One(Single::Number(number)) => Some(number.to_string()),
            _ => None,
        }
    }
}

fn size(text: &str) -> usize {
    1 + text.len() / STEP_BYTES
}

fn sizes<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|text| size(text)).sum()
}

/// Steps that it takes to compare the operands with each other.
fn comparison(operands: &[QtiValue]) -> usize {
    match operands {
        [one, other] => one.size().saturating_mul(other.size()) / STEP_PAIRS,
        _ => 0,
    }
}

fn charge(left: &Cell<usize>, steps: usize) -> Result<(), String> {
    left.set(left.get().checked_sub(steps).ok_or(TOO_LONG)?);
    Ok(())
}

pub enum Expression {
    Value(QtiValue),
    Variable(String),
    Correct,
    Mapped,
    Operation(Operator, Vec<Expression>),
}

enum Rule {
    /// The first branch whose test holds; the last may have none.
    Condition(Vec<(Option<Expression>, Vec<Rule>)>),
    Set(String, Expression),
    Lookup(String, Expression),
    Exit,
}

/// A table that maps one outcome to another. A row is a source value, whether the value itself
/// belongs to the row, and the target.
struct Table {
    is_exact: bool,
    rows: Vec<(f64, bool, f64)>,
    default: QtiValue,
}

pub struct ScoringProgram<'a> {
    pub declared: &'a Declaration,
    /// The outcome that holds the points.
    score: String,
    rules: Vec<Rule>,
    outcomes: HashMap<String, QtiValue>,
    tables: HashMap<String, Table>,
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

    fn charge(&self, steps: usize) -> Result<(), String> {
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

/// The rules of the item, without the fragments that only hold them together.
fn top_rules(processing: &Element) -> Vec<&Element> {
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
fn set_outcomes<'a>(rules: &[&'a Element]) -> HashSet<&'a str> {
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
fn elsewhere<'a>(root: &'a Element, rules: &[&Element]) -> Option<&'a str> {
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
fn relevant(rules: &[&Element], score: &str) -> Result<HashSet<String>, String> {
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
fn matters(rule: &Element, names: &HashSet<String>) -> bool {
    rule.walk().into_iter().any(|part| {
        part.name == "exitResponse"
            || is_setting(part)
                && (part.attribute("identifier")).is_some_and(|name| names.contains(name))
    })
}

/// All variables with their first values. Outcomes that are numbers begin at 0.
fn outcomes(root: &Element) -> HashMap<String, QtiValue> {
    let mut outcomes = HashMap::from([
        (SCORE.to_owned(), QtiValue::number(0.0)),
        ("MINSCORE".to_owned(), QtiValue::number(0.0)),
        ("numAttempts".to_owned(), QtiValue::number(1.0)),
        ("duration".to_owned(), QtiValue::number(0.0)),
        (
            "completionStatus".to_owned(),
            QtiValue::One(Single::Text("unknown".to_owned())),
        ),
    ]);
    let mut maximum = None;
    let declarations = root.elements().filter(|part| {
        matches!(
            part.name.as_str(),
            "outcomeDeclaration" | "templateDeclaration"
        )
    });
    for outcome in declarations {
        let Some(identifier) = outcome.attribute("identifier") else {
            continue;
        };
        if identifier == SCORE {
            maximum = outcome.attribute("normalMaximum").and_then(finite);
        }
        let kind = BaseType::named(outcome.attribute("baseType").unwrap_or_default());
        let texts = outcome.first("defaultValue").into_iter();
        let values: Vec<Single> = texts
            .flat_map(|default| default.all("value"))
            .filter_map(|value| kind.value(&value.text()))
            .collect();
        let value = match (outcome.attribute("cardinality"), values.as_slice()) {
            (_, []) if kind.is_number() && identifier != MAXSCORE => QtiValue::number(0.0),
            (_, []) => QtiValue::Null,
            (Some("multiple" | "ordered"), _) => {
                let is_ordered = outcome.attribute("cardinality") == Some("ordered");
                QtiValue::Many(values, is_ordered)
            }
            (_, [first, ..]) => QtiValue::One(first.clone()),
        };
        outcomes.insert(identifier.to_owned(), value);
    }
    if outcomes.get(MAXSCORE).is_none_or(QtiValue::is_null) {
        let maximum = maximum.unwrap_or(ANY_MAXIMUM);
        outcomes.insert(MAXSCORE.to_owned(), QtiValue::number(maximum));
    }
    outcomes
}

fn tables(root: &Element) -> HashMap<String, Table> {
    let mut tables = HashMap::new();
    for outcome in root.all("outcomeDeclaration") {
        let exact = outcome.first("matchTable");
        let Some(table) = exact.or_else(|| outcome.first("interpolationTable")) else {
            continue;
        };
        let number = |row: &Element, name| row.attribute(name).and_then(finite);
        let rows = table.elements().filter_map(|row| {
            let includes = row.attribute("includeBoundary") != Some("false");
            let (source, target) = (number(row, "sourceValue")?, number(row, "targetValue")?);
            Some((source, includes, target))
        });
        let default = number(table, "defaultValue");
        let table = Table {
            is_exact: exact.is_some(),
            rows: rows.collect(),
            default: default.map_or(QtiValue::Null, QtiValue::number),
        };
        if let Some(identifier) = outcome.attribute("identifier") {
            tables.insert(identifier.to_owned(), table);
        }
    }
    tables
}

impl Table {
    fn look_up(&self, source: &QtiValue) -> QtiValue {
        let Some(number) = source.as_number() else {
            return self.default.clone();
        };
        let row = self.rows.iter().find(|(source, includes, _)| {
            number == *source && (self.is_exact || *includes) || !self.is_exact && number > *source
        });
        row.map_or(self.default.clone(), |(_, _, target)| {
            QtiValue::number(*target)
        })
    }
}

struct Compiler<'a> {
    /// The outcomes that the rules set.
    set: &'a HashSet<&'a str>,
    responses: HashSet<&'a str>,
    declared: &'a Declaration,
    outcomes: &'a HashMap<String, QtiValue>,
    relevant: &'a HashSet<String>,
    /// Steps that are left for the item.
    left: &'a Cell<usize>,
}

impl Compiler<'_> {
    fn rule(&self, rule: &Element) -> Result<Vec<Rule>, String> {
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

pub fn beyond(rule: &str) -> String {
    format!(
        "its answer is judged by a rule ({}) that has no counterpart here",
        shortened(rule)
    )
}

struct ScoringRun<'a> {
    program: &'a ScoringProgram<'a>,
    response: &'a QtiValue,
    /// Size of the response.
    given: usize,
    outcomes: HashMap<String, QtiValue>,
}

impl ScoringRun<'_> {
    /// Returns false once a rule has ended the processing.
    fn rules(&mut self, rules: &[Rule]) -> Result<bool, String> {
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

    fn value(&self, expression: &Expression) -> Result<QtiValue, String> {
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

/// The ends of the range around a number within which another is equal to it.
pub fn range(tolerance: &Tolerance, around: f64) -> (f64, f64) {
    match *tolerance {
        Tolerance::None => (around, around),
        Tolerance::Absolute { below, above, .. } => (around - below, around + above),
        Tolerance::Percent { below, above, .. } => (
            around - around.abs() * below / 100.0,
            around + around.abs() * above / 100.0,
        ),
    }
}
