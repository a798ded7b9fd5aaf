//! The operators of QTI's expressions. As the specification says, most of them return `Null` if an
//! operand is `Null`.

use super::pattern::Pattern;
use super::precision::{Rounding, Tolerance, range, tolerance};
use super::scoring::{QtiValue, Single};
use crate::question_bank::server::exchange::markup::Element;

pub enum Operator {
    IsNull,
    Not,
    And,
    Or,
    /// True if the number of true operands is within these bounds.
    AnyN(usize, usize),
    Match,
    StringMatch {
        minds_case: bool,
        is_part: bool,
    },
    /// True if the first text is a part of the second.
    Substring {
        minds_case: bool,
    },
    PatternMatch(Pattern),
    Equal(Tolerance),
    EqualRounded(Rounding),
    Less,
    Greater,
    AtMost,
    AtLeast,
    Sum,
    Product,
    Minimum,
    Maximum,
    Subtract,
    Divide,
    Power,
    IntegerDivide,
    IntegerModulus,
    /// A function of one number.
    Number(fn(f64) -> f64),
    Member,
    Contains,
    Size,
    Index(usize),
    Delete,
    /// A container of the operands. True if it is ordered.
    Container(bool),
}

impl Operator {
    /// None if the operator is not supported.
    pub fn of(element: &Element) -> Option<Self> {
        let attribute = |name| element.attribute(name);
        let count = |name| attribute(name).and_then(|text| text.trim().parse::<usize>().ok());
        let minds_case = !matches!(attribute("caseSensitive"), Some("false" | "0"));
        Some(match element.name.as_str() {
            "isNull" => Self::IsNull,
            "not" => Self::Not,
            "and" => Self::And,
            "or" => Self::Or,
            "anyN" => Self::AnyN(count("min")?, count("max")?),
            "match" => Self::Match,
            "stringMatch" => Self::StringMatch {
                minds_case,
                is_part: element.is_true("substring"),
            },
            "substring" => Self::Substring { minds_case },
            "patternMatch" => Self::PatternMatch(Pattern::read(attribute("pattern")?)?),
            "equal" => Self::Equal(tolerance(element)?),
            "equalRounded" => {
                let figures = count("figures").and_then(|n| i32::try_from(n).ok());
                let figures = figures.filter(|figures| *figures <= 15)?;
                Self::EqualRounded(match attribute("roundingMode") {
                    Some("decimalPlaces") => Rounding::Decimals(figures),
                    _ if figures > 0 => Rounding::Significant(figures),
                    _ => return None,
                })
            }
            "lt" => Self::Less,
            "gt" => Self::Greater,
            "lte" => Self::AtMost,
            "gte" => Self::AtLeast,
            "sum" => Self::Sum,
            "product" => Self::Product,
            "min" => Self::Minimum,
            "max" => Self::Maximum,
            "subtract" => Self::Subtract,
            "divide" => Self::Divide,
            "power" => Self::Power,
            "integerDivide" => Self::IntegerDivide,
            "integerModulus" => Self::IntegerModulus,
            "round" => Self::Number(|number| (number + 0.5).floor()),
            "truncate" => Self::Number(f64::trunc),
            "integerToFloat" => Self::Number(|number| number),
            "mathOperator" => Self::Number(match attribute("name")? {
                "abs" => f64::abs,
                "floor" => f64::floor,
                "ceil" => f64::ceil,
                _ => return None,
            }),
            "member" => Self::Member,
            "contains" => Self::Contains,
            "containerSize" => Self::Size,
            "index" => Self::Index(count("n").filter(|n| *n > 0)?),
            "delete" => Self::Delete,
            "multiple" => Self::Container(false),
            "ordered" => Self::Container(true),
            _ => return None,
        })
    }
}

/// Computes the operator's value from its operands.
pub fn apply(operator: &Operator, operands: &[QtiValue]) -> Result<QtiValue, String> {
    Ok(match operator {
        Operator::IsNull => QtiValue::flag(Some(one(operands)?.is_null())),
        Operator::Not => QtiValue::flag(one(operands)?.as_flag().map(|flag| !flag)),
        Operator::And => QtiValue::flag(all(operands, true)),
        Operator::Or => QtiValue::flag(all(operands, false)),
        Operator::AnyN(least, most) => {
            let is = |flag: bool| {
                operands
                    .iter()
                    .filter(|o| o.as_flag() == Some(flag))
                    .count()
            };
            let (yes, unsure) = (is(true), operands.len() - is(true) - is(false));
            QtiValue::flag(match () {
                () if yes > *most || yes + unsure < *least => Some(false),
                () if yes >= *least && yes + unsure <= *most => Some(true),
                () => None,
            })
        }
        Operator::Match => {
            let (one, other) = two(operands)?;
            QtiValue::flag(known(operands).then(|| is_same(one, other)))
        }
        Operator::StringMatch {
            minds_case,
            is_part,
        } => texts(operands, *minds_case, |one, other| match is_part {
            true => one.contains(other),
            false => one == other,
        })?,
        Operator::Substring { minds_case } => {
            texts(operands, *minds_case, |one, other| other.contains(one))?
        }
        Operator::PatternMatch(pattern) => {
            let text = one(operands)?.as_text();
            QtiValue::flag(text.map(|text| pattern.is_match(&text)))
        }
        Operator::Equal(tolerance) => equal(tolerance, operands)?,
        Operator::EqualRounded(rounding) => numbers(operands, |one, other| {
            let step = rounding.step(other);
            (rounding.round(one) - rounding.round(other)).abs() < step / 2.0
        })?,
        Operator::Less => numbers(operands, |one, other| one < other)?,
        Operator::Greater => numbers(operands, |one, other| one > other)?,
        Operator::AtMost => numbers(operands, |one, other| one <= other)?,
        Operator::AtLeast => numbers(operands, |one, other| one >= other)?,
        Operator::Sum => folded(operands, 0.0, |one, other| one + other),
        Operator::Product => folded(operands, 1.0, |one, other| one * other),
        Operator::Minimum => folded(operands, f64::INFINITY, f64::min),
        Operator::Maximum => folded(operands, f64::NEG_INFINITY, f64::max),
        Operator::Subtract => computed(operands, |one, other| one - other)?,
        Operator::Divide => computed(operands, |one, other| one / other)?,
        Operator::Power => computed(operands, f64::powf)?,
        Operator::IntegerDivide => computed(operands, |one, other| (one / other).floor())?,
        Operator::IntegerModulus => {
            computed(operands, |one, other| one - (one / other).floor() * other)?
        }
        Operator::Number(of) => finite_value(one(operands)?.as_number().map(of)),
        Operator::Member => {
            let (one, container) = two(operands)?;
            let value = one.values().first();
            let is_in = |value: &Single| container.values().iter().any(|v| v.is_same(value));
            QtiValue::flag(value.filter(|_| known(operands)).map(is_in))
        }
        Operator::Contains => {
            let (container, part) = two(operands)?;
            QtiValue::flag(known(operands).then(|| contains(container, part)))
        }
        Operator::Size => QtiValue::number(one(operands)?.values().len() as f64),
        Operator::Index(place) => {
            let value = one(operands)?.values().get(place - 1);
            value.cloned().map_or(QtiValue::Null, QtiValue::One)
        }
        Operator::Delete => {
            let (value, container) = two(operands)?;
            let is_other = |other: &&Single| !value.values().iter().any(|v| v.is_same(other));
            let left = container.values().iter().filter(is_other).cloned();
            let left: Vec<Single> = left.collect();
            many(left, matches!(container, QtiValue::Many(_, true)))
        }
        Operator::Container(is_ordered) => {
            let values = operands.iter().flat_map(|operand| operand.values());
            many(values.cloned().collect(), *is_ordered)
        }
    })
}

fn many(values: Vec<Single>, is_ordered: bool) -> QtiValue {
    match values.is_empty() {
        true => QtiValue::Null,
        false => QtiValue::Many(values, is_ordered),
    }
}

fn one(operands: &[QtiValue]) -> Result<&QtiValue, String> {
    match operands {
        [one] => Ok(one),
        _ => Err(miscounted()),
    }
}

fn two(operands: &[QtiValue]) -> Result<(&QtiValue, &QtiValue), String> {
    match operands {
        [one, other] => Ok((one, other)),
        _ => Err(miscounted()),
    }
}

fn miscounted() -> String {
    "its rules are broken: an operator has too many or too few operands".to_owned()
}

fn known(operands: &[QtiValue]) -> bool {
    !operands.iter().any(QtiValue::is_null)
}

/// The conjunction of the operands, or with `end` false their disjunction. None if an unknown
/// operand decides.
fn all(operands: &[QtiValue], end: bool) -> Option<bool> {
    let flags = || operands.iter().map(QtiValue::as_flag);
    if flags().any(|flag| flag == Some(!end)) {
        return Some(!end);
    }
    flags().all(|flag| flag.is_some()).then_some(end)
}

/// True if both hold the same values, in the same order if both are ordered.
fn is_same(one: &QtiValue, other: &QtiValue) -> bool {
    let (ones, others) = (one.values(), other.values());
    if ones.len() != others.len() {
        return false;
    }
    let is_ordered = |value: &QtiValue| matches!(value, QtiValue::Many(_, true));
    if is_ordered(one) && is_ordered(other) {
        return ones
            .iter()
            .zip(others)
            .all(|(one, other)| one.is_same(other));
    }
    is_within(ones, others)
}

/// Whether each of the first is among the others, as often.
fn is_within(ones: &[Single], others: &[Single]) -> bool {
    let mut left: Vec<&Single> = others.iter().collect();
    ones.iter().all(|one| {
        let at = left.iter().position(|other| other.is_same(one));
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

fn contains(container: &QtiValue, part: &QtiValue) -> bool {
    let (values, part_values) = (container.values(), part.values());
    match (container, part) {
        (QtiValue::Many(_, true), QtiValue::Many(_, true)) => {
            values.windows(part_values.len().max(1)).any(|window| {
                window
                    .iter()
                    .zip(part_values)
                    .all(|(one, other)| one.is_same(other))
            })
        }
        _ => is_within(part_values, values),
    }
}

fn texts(
    operands: &[QtiValue],
    minds_case: bool,
    holds: impl Fn(&str, &str) -> bool,
) -> Result<QtiValue, String> {
    let (one, other) = two(operands)?;
    if !known(operands) {
        return Ok(QtiValue::Null);
    }
    let text = |value: &QtiValue| {
        value.as_text().map(|text| match minds_case {
            true => text,
            false => text.to_lowercase(),
        })
    };
    let both = text(one).zip(text(other));
    Ok(QtiValue::flag(both.map(|(one, other)| holds(&one, &other))))
}

fn numbers(operands: &[QtiValue], holds: impl Fn(f64, f64) -> bool) -> Result<QtiValue, String> {
    let (one, other) = two(operands)?;
    let both = one.as_number().zip(other.as_number());
    Ok(QtiValue::flag(both.map(|(one, other)| holds(one, other))))
}

fn computed(operands: &[QtiValue], with: impl Fn(f64, f64) -> f64) -> Result<QtiValue, String> {
    let (one, other) = two(operands)?;
    let both = one.as_number().zip(other.as_number());
    Ok(finite_value(both.map(|(one, other)| with(one, other))))
}

fn finite_value(number: Option<f64>) -> QtiValue {
    let number = number.filter(|number| number.is_finite());
    number.map_or(QtiValue::Null, QtiValue::number)
}

fn folded(operands: &[QtiValue], from: f64, with: impl Fn(f64, f64) -> f64) -> QtiValue {
    if !known(operands) {
        return QtiValue::Null;
    }
    let values = operands.iter().flat_map(|operand| operand.values());
    let numbers: Option<Vec<f64>> = values
        .map(|value| QtiValue::One(value.clone()).as_number())
        .collect();
    finite_value(numbers.map(|numbers| numbers.into_iter().fold(from, with)))
}

/// Numbers are equal within the tolerance around the first. Some tools compare texts with this
/// operator: those must be the same.
fn equal(tolerance: &Tolerance, operands: &[QtiValue]) -> Result<QtiValue, String> {
    let (around, other) = two(operands)?;
    if !known(operands) {
        return Ok(QtiValue::Null);
    }
    let (Some(number), Some(given)) = (around.as_number(), other.as_number()) else {
        return Ok(QtiValue::flag(Some(is_same(around, other))));
    };
    let (low, high) = range(tolerance, number);
    let (includes_low, includes_high) = match tolerance {
        Tolerance::None => (true, true),
        Tolerance::Absolute { includes, .. } | Tolerance::Percent { includes, .. } => *includes,
    };
    let is_above = given > low || includes_low && given == low;
    let is_below = given < high || includes_high && given == high;
    Ok(QtiValue::flag(Some(is_above && is_below)))
}
