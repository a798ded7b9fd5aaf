//! The numbers that the rules compare an answer with.

use super::COMPUTES;
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::numbers::finite;
use crate::question_bank::server::exchange::qti::declaration::Declaration;
use crate::question_bank::server::exchange::qti::operators::Operator;
use crate::question_bank::server::exchange::qti::precision::{Tolerance, is_uneven, range};
use crate::question_bank::server::exchange::qti::scoring::{Expression, QtiValue, ScoringProgram};

/// A number that answers are compared with, and the range around it within which they are equal to
/// it.
pub struct Named {
    pub number: f64,
    pub off: f64,
    pub from: f64,
    pub to: f64,
}

impl Named {
    fn exact(number: f64) -> Self {
        Self {
            number,
            off: 0.0,
            from: number,
            to: number,
        }
    }
}

/// The numbers that answers are compared with, in the order of the file, each once.
pub fn named_numbers(program: &ScoringProgram<'_>) -> Result<Vec<Named>, String> {
    let mut found: Vec<Named> = Vec::new();
    let mut add = |named: Named| {
        let is_known = |known: &Named| known.number == named.number && known.off == named.off;
        if !found.iter().any(is_known) {
            found.push(named);
        }
    };
    for (operator, numbers) in compared(program)? {
        few(numbers.len())?;
        for number in numbers {
            match operator {
                Operator::Equal(tolerance) => {
                    if is_uneven(tolerance) {
                        return Err("its tolerance is not the same to both sides".to_owned());
                    }
                    let (from, to) = range(tolerance, number);
                    let off = match tolerance {
                        Tolerance::None => 0.0,
                        Tolerance::Absolute { below, .. } => *below,
                        Tolerance::Percent { below, .. } => {
                            without_noise(number.abs() * below / 100.0)
                        }
                    };
                    add(Named {
                        number,
                        off,
                        from,
                        to,
                    });
                }
                Operator::Match | Operator::Member => add(Named::exact(number)),
                _ => {}
            }
        }
    }
    let mapped = program.declared.mapped();
    for number in mapped.filter_map(|entry| finite(&entry.key)) {
        add(Named::exact(number));
    }
    Ok(found)
}

/// The numbers at which the rules may begin or cease to give points.
pub fn bounds(program: &ScoringProgram<'_>, named: &[Named]) -> Result<Vec<f64>, String> {
    let mut found: Vec<f64> = Vec::new();
    let declared: &Declaration = program.declared;
    found.extend(declared.correct.iter().filter_map(|key| finite(key)));
    found.extend(named.iter().flat_map(|named| [named.from, named.to]));
    for (operator, numbers) in compared(program)? {
        match operator {
            Operator::EqualRounded(rounding) => {
                for number in numbers {
                    let (number, half) = (rounding.round(number), rounding.step(number) / 2.0);
                    found.extend([number - half, number + half]);
                }
            }
            Operator::Less | Operator::Greater | Operator::AtMost | Operator::AtLeast => {
                found.extend(numbers);
            }
            Operator::Equal(_) | Operator::Match | Operator::Member | Operator::IsNull => {}
            _ => return Err(COMPUTES.to_owned()),
        }
    }
    found.retain(|number| number.is_finite());
    found.sort_by(f64::total_cmp);
    found.dedup();
    Ok(found)
}

/// The operations of the rules that look at the answer, with what they compare it to.
fn compared<'a>(program: &'a ScoringProgram<'_>) -> Result<Vec<(&'a Operator, Vec<f64>)>, String> {
    let mut found = Vec::new();
    for (operator, operands) in program.operations() {
        if !operands.iter().any(|operand| program.is_answer(operand)) {
            continue;
        }
        few(found.len())?;
        let mut numbers = Vec::new();
        for operand in operands
            .iter()
            .filter(|operand| !program.is_answer(operand))
        {
            let value = steady(program, operand)?;
            let values = value.values().iter().cloned();
            numbers.extend(values.filter_map(|value| QtiValue::One(value).as_number()));
        }
        found.push((operator, numbers));
    }
    Ok(found)
}

/// Rounds away the noise of binary fractions.
fn without_noise(number: f64) -> f64 {
    format!("{number:.12e}").parse().unwrap_or(number)
}

/// The value of what an answer is compared with; it must not depend on the answer.
fn steady(program: &ScoringProgram<'_>, operand: &Expression) -> Result<QtiValue, String> {
    let changes = match operand {
        Expression::Mapped => true,
        Expression::Operation(_, operands) => operands.iter().any(|part| program.is_answer(part)),
        _ => false,
    };
    match changes {
        true => Err(COMPUTES.to_owned()),
        false => program.constant(operand),
    }
}
