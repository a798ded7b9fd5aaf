//! Values of variables and expressions.

use crate::question_bank::server::exchange::numbers::finite;

/// Bytes of text that are copied, or pairs of values that are compared, in about one step.
const STEP_BYTES: usize = 64;
pub const STEP_PAIRS: usize = 16;

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
    pub fn size(&self) -> usize {
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

pub fn sizes<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|text| size(text)).sum()
}

/// Steps that it takes to compare the operands with each other.
pub fn comparison(operands: &[QtiValue]) -> usize {
    match operands {
        [one, other] => one.size().saturating_mul(other.size()) / STEP_PAIRS,
        _ => 0,
    }
}
