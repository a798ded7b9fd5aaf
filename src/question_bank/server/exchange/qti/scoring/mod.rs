//! The scoring rules of an item as a program that returns the points of an answer. It has no side
//! effects. It always ends: QTI's rules have no loops, and a budget bounds the steps of all runs
//! for one item.

mod compile;
mod outcomes;
mod program;
mod relevant;
mod run;
mod value;

use std::cell::Cell;

pub use self::program::ScoringProgram;
pub use self::value::{QtiValue, Single};
use super::operators::Operator;
use crate::question_bank::server::exchange::collect::shortened;

const SCORE: &str = "SCORE";
const TOO_LONG: &str = "its rules are too long to be checked";

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

fn charge(left: &Cell<usize>, steps: usize) -> Result<(), String> {
    left.set(left.get().checked_sub(steps).ok_or(TOO_LONG)?);
    Ok(())
}

pub fn beyond(rule: &str) -> String {
    format!(
        "its answer is judged by a rule ({}) that has no counterpart here",
        shortened(rule)
    )
}
