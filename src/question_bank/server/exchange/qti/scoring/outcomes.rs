//! The outcomes that an item declares: their first values, and the tables that map one to another.

use std::collections::HashMap;

use super::SCORE;
use super::value::{QtiValue, Single};
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::numbers::finite;
use crate::question_bank::server::exchange::qti::declaration::BaseType;

const MAXSCORE: &str = "MAXSCORE";
/// The value of MAXSCORE if the item does not declare it: far more than any item gives.
const ANY_MAXIMUM: f64 = 1e6;

/// All variables with their first values. Outcomes that are numbers begin at 0.
pub fn outcomes(root: &Element) -> HashMap<String, QtiValue> {
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

/// A table that maps one outcome to another. A row is a source value, whether the value itself
/// belongs to the row, and the target.
pub struct Table {
    is_exact: bool,
    pub rows: Vec<(f64, bool, f64)>,
    default: QtiValue,
}

impl Table {
    pub fn look_up(&self, source: &QtiValue) -> QtiValue {
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

pub fn tables(root: &Element) -> HashMap<String, Table> {
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
