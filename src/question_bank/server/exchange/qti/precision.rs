//! How near two numbers must be to count as equal.

use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::numbers::finite;

pub enum Tolerance {
    None,
    Absolute {
        below: f64,
        above: f64,
        includes: (bool, bool),
    },
    Percent {
        below: f64,
        above: f64,
        includes: (bool, bool),
    },
}

/// None if the tolerance is not supported.
pub fn tolerance(equal: &Element) -> Option<Tolerance> {
    let numbers: Option<Vec<f64>> = equal
        .attribute("tolerance")
        .unwrap_or_default()
        .split_whitespace()
        .map(|number| finite(number).map(f64::abs))
        .collect();
    let includes = |name| !matches!(equal.attribute(name), Some("false" | "0"));
    let includes = (includes("includeLowerBound"), includes("includeUpperBound"));
    let mode = equal.attribute("toleranceMode").unwrap_or("exact");
    if mode == "exact" {
        return Some(Tolerance::None);
    }
    let (below, above) = match numbers.as_deref() {
        Some([both]) => (*both, *both),
        Some([below, above]) => (*below, *above),
        _ => return None,
    };
    match mode {
        "absolute" => Some(Tolerance::Absolute {
            below,
            above,
            includes,
        }),
        "relative" => Some(Tolerance::Percent {
            below,
            above,
            includes,
        }),
        _ => None,
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

pub fn is_uneven(tolerance: &Tolerance) -> bool {
    match tolerance {
        Tolerance::None => false,
        Tolerance::Absolute { below, above, .. } | Tolerance::Percent { below, above, .. } => {
            below != above
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Rounding {
    Decimals(i32),
    Significant(i32),
}

impl Rounding {
    /// The distance between two rounded numbers near this one.
    pub fn step(self, number: f64) -> f64 {
        let places = match self {
            Self::Decimals(places) => places,
            Self::Significant(_) if number == 0.0 => 0,
            Self::Significant(figures) => figures - 1 - number.abs().log10().floor() as i32,
        };
        10f64.powi(-places)
    }

    /// Rounds halves up, as QTI says.
    pub fn round(self, number: f64) -> f64 {
        let step = self.step(number);
        (number / step + 0.5).floor() * step
    }
}
