//! Finds the answers to which an item's scoring rules give all points, by running the rules for
//! every possible answer. The form of the rules does not matter, and an item whose rules contradict
//! its declared answer is refused.

mod choices;
mod compared_numbers;
mod number_line;
mod numbers;
mod ordering;
mod pairs;
mod texts;

pub use self::choices::{several, single};
pub use self::numbers::{is_numeric, numbers};
pub use self::ordering::order;
pub use self::pairs::{Side, pairs};
pub use self::texts::texts;
use super::scoring::ScoringProgram;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::weights::Weighted;

const NO_POINTS: &str = "its scoring rules give no answer any points";
const COMPUTES: &str = "its scoring rules compute with the answer, which is not possible here";
const TOO_MANY: &str = "its scoring rules give all points to more answers than can be named";

/// True if the points are full. The tolerance is one millionth, because thirds are rounded.
fn is_full(points: f64, most: f64) -> bool {
    points >= most - most.abs() * 1e-6
}

/// Notes that the item's template is unknown, so that its declared answer is taken without a check.
pub fn note_unknown(program: &ScoringProgram<'_>, notes: &mut Vec<Note>) {
    notes.extend(program.unknown_template.as_ref().map(|template| {
        Note::new(
            format!("its scoring rules '{}'", shortened(template)),
            "they are not known here; what it declares to be right is taken",
        )
    }));
}

fn disagrees(by_rules: &str, declared: &[String]) -> String {
    format!(
        "its scoring rules give all points to '{}', but it declares '{}' to be right",
        shortened(by_rules),
        shortened(&declared.join(", "))
    )
}

fn full(text: String) -> Weighted {
    Weighted {
        text,
        percent: 100.0,
        feedback: String::new(),
    }
}
