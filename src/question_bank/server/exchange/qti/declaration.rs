//! Reads the right answers and the points that an item declares.

use super::scoring::{QtiValue, Single};
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::numbers::{self, finite};

pub struct Declaration {
    /// Identifier of the response.
    pub identifier: String,
    pub is_single: bool,
    is_ordered: bool,
    kind: BaseType,
    /// Right values in the order of the file.
    pub correct: Vec<String>,
    pub mapping: Option<Mapping>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseType {
    Text,
    Integer,
    Float,
    Pair,
    DirectedPair,
    Flag,
}

/// Points for single values of a response.
pub struct Mapping {
    pub entries: Vec<MapEntry>,
    default: f64,
    lowest: Option<f64>,
    highest: Option<f64>,
}

pub struct MapEntry {
    pub key: String,
    pub points: f64,
    /// True if upper and lower case differ.
    minds_case: bool,
}

impl BaseType {
    pub fn named(name: &str) -> Self {
        match name {
            "integer" => Self::Integer,
            "float" | "duration" => Self::Float,
            "pair" => Self::Pair,
            "directedPair" => Self::DirectedPair,
            "boolean" => Self::Flag,
            _ => Self::Text,
        }
    }

    /// Parses a value of this kind. None if the text is not of this kind.
    pub fn value(self, text: &str) -> Option<Single> {
        let text = text.trim();
        match self {
            Self::Text => Some(Single::Text(text.to_owned())),
            Self::Integer | Self::Float => finite(text).map(Single::Number),
            Self::Flag => match text {
                "true" | "1" => Some(Single::Flag(true)),
                "false" | "0" => Some(Single::Flag(false)),
                _ => None,
            },
            Self::Pair | Self::DirectedPair => {
                let (one, other) = sides(text)?;
                let is_directed = self == Self::DirectedPair;
                Some(Single::Pair(one.to_owned(), other.to_owned(), is_directed))
            }
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Float)
    }
}

/// Most characters of a value that answers are compared with.
const MAX_VALUE: usize = 1_000;

/// Refuses a long value: rules may compare and copy it many times.
pub fn short(value: &str) -> Result<(), String> {
    match value.chars().nth(MAX_VALUE) {
        Some(_) => Err(format!(
            "one of its values is longer than {MAX_VALUE} characters"
        )),
        None => Ok(()),
    }
}

/// Returns true if a number of the item shows that its commas are decimal.
///
/// # Errors
/// Without such a number, refuses one that can mean two values, such as `1,000`.
pub fn has_decimal_comma(root: &Element) -> Result<bool, String> {
    let is_number = |part: &Element| {
        BaseType::named(part.attribute("baseType").unwrap_or_default()).is_number()
    };
    let mut found: Vec<String> = Vec::new();
    for declaration in root
        .all("responseDeclaration")
        .filter(|part| is_number(part))
    {
        for part in declaration.walk() {
            match part.name.as_str() {
                "value" => found.push(part.text()),
                "mapEntry" => found.extend(part.attribute("mapKey").map(str::to_owned)),
                _ => {}
            }
        }
    }
    let rules = root.all("responseProcessing").flat_map(Element::walk);
    for part in rules {
        if part.name == "baseValue" && is_number(part) {
            found.push(part.text());
        } else if part.name == "equal" {
            let tolerance = part.attribute("tolerance").unwrap_or_default();
            found.extend(tolerance.split_whitespace().map(str::to_owned));
        }
    }
    numbers::unambiguous(found.iter().map(String::as_str), false)
}

/// Splits a pair into its two identifiers.
pub fn sides(pair: &str) -> Option<(&str, &str)> {
    let mut sides = pair.split_whitespace();
    match (sides.next(), sides.next(), sides.next()) {
        (Some(one), Some(other), None) => Some((one, other)),
        _ => None,
    }
}

impl Declaration {
    pub fn of(root: &Element, interaction: &Element) -> Result<Self, String> {
        let identifier = interaction
            .attribute("responseIdentifier")
            .unwrap_or_default();
        let declaration = root
            .all("responseDeclaration")
            .find(|declaration| declaration.attribute("identifier") == Some(identifier))
            .ok_or("nothing declares which answer is right")?;
        let correct: Vec<String> = declaration
            .first("correctResponse")
            .into_iter()
            .flat_map(|correct| correct.all("value"))
            .map(Element::text)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect();
        let mapping = declaration.first("mapping").map(Mapping::of);
        let entries = mapping.as_ref().map_or(0, |mapping| mapping.entries.len());
        few(correct.len().max(entries))?;
        let keys = mapping.iter().flat_map(|mapping| &mapping.entries);
        for value in correct.iter().chain(keys.map(|entry| &entry.key)) {
            short(value)?;
        }
        let cardinality = declaration.attribute("cardinality").unwrap_or("single");
        Ok(Self {
            identifier: identifier.to_owned(),
            is_single: cardinality == "single",
            is_ordered: cardinality == "ordered",
            kind: BaseType::named(declaration.attribute("baseType").unwrap_or_default()),
            correct,
            mapping,
        })
    }

    pub fn is_number(&self) -> bool {
        self.kind.is_number()
    }

    pub fn is_integer(&self) -> bool {
        self.kind == BaseType::Integer
    }

    /// Returns the response of a learner who gives these answers.
    pub fn response<'a>(&self, answers: impl IntoIterator<Item = &'a str>) -> QtiValue {
        let values: Vec<Single> = answers
            .into_iter()
            .filter_map(|answer| self.kind.value(answer))
            .collect();
        match values.len() {
            0 => QtiValue::Null,
            1 if self.is_single => values
                .into_iter()
                .next()
                .map_or(QtiValue::Null, QtiValue::One),
            // Some tools declare pairs as single and then name several.
            _ => QtiValue::Many(values, self.is_ordered),
        }
    }

    pub fn correct_response(&self) -> QtiValue {
        self.response(self.correct.iter().map(String::as_str))
    }

    /// True if several right answers are declared while only one can be given: each of them is
    /// right.
    pub fn has_alternatives(&self) -> bool {
        let is_pair = matches!(self.kind, BaseType::Pair | BaseType::DirectedPair);
        self.is_single && !is_pair && self.correct.len() > 1
    }

    /// True if the text equals a declared answer, ignoring case.
    pub fn is_like_correct(&self, response: &QtiValue) -> bool {
        let QtiValue::One(Single::Text(text)) = response else {
            return false;
        };
        let text = text.to_lowercase();
        self.correct
            .iter()
            .any(|right| right.to_lowercase() == text)
    }

    /// Returns the answers to which the mapping gives points, in the order of the file.
    pub fn mapped(&self) -> impl Iterator<Item = &MapEntry> + Clone {
        self.mapping.iter().flat_map(|mapping| &mapping.entries)
    }

    /// Returns the points of a response by the mapping. None if there is no mapping or if it is
    /// empty.
    pub fn points(&self, response: &QtiValue) -> Option<f64> {
        let mapping = self.mapping.as_ref()?;
        if mapping.entries.is_empty() {
            return None;
        }
        let of = |value: &Single| self.points_of(mapping, value);
        let sum = match response {
            QtiValue::Null if self.is_single => mapping.default,
            QtiValue::Null => 0.0,
            QtiValue::One(value) => of(value),
            QtiValue::Many(values, _) => {
                let mut once: Vec<&Single> = Vec::new();
                for value in values {
                    if !once.iter().any(|other| other.is_same(value)) {
                        once.push(value);
                    }
                }
                once.into_iter().map(of).sum()
            }
        };
        let sum = mapping.lowest.map_or(sum, |lowest| sum.max(lowest));
        Some(mapping.highest.map_or(sum, |highest| sum.min(highest)))
    }

    fn points_of(&self, mapping: &Mapping, value: &Single) -> f64 {
        let exact = mapping.entries.iter().find(|entry| {
            let key = self.kind.value(&entry.key);
            key.is_some_and(|key| key.is_same(value))
        });
        let entry = exact.or_else(|| {
            let Single::Text(text) = value else {
                return None;
            };
            let text = text.to_lowercase();
            let is_like = |entry: &&MapEntry| !entry.minds_case && entry.key.to_lowercase() == text;
            mapping.entries.iter().find(is_like)
        });
        entry.map_or(mapping.default, |entry| entry.points)
    }
}

impl Mapping {
    fn of(mapping: &Element) -> Self {
        let number = |name| mapping.attribute(name).and_then(finite);
        let entries = mapping.all("mapEntry").filter_map(|entry| {
            Some(MapEntry {
                key: entry.attribute("mapKey")?.trim().to_owned(),
                points: finite(entry.attribute("mappedValue")?)?,
                minds_case: entry.is_true("caseSensitive"),
            })
        });
        Self {
            entries: entries.collect(),
            default: number("defaultValue").unwrap_or(0.0),
            lowest: number("lowerBound"),
            highest: number("upperBound"),
        }
    }
}
