//! The order of items that brings all points.

use super::{NO_POINTS, disagrees, is_full};
use crate::course::server::native::limits;
use crate::question_bank::server::exchange::qti::scoring::ScoringProgram;

/// Up to this number of items, all orders are tried.
const FEW: usize = 6;

/// Returns the identifiers in the order that brings all points.
pub fn order(program: &ScoringProgram<'_>, identifiers: &[String]) -> Result<Vec<String>, String> {
    let declared = &program.declared.correct;
    if declared.is_empty() && identifiers.len() > FEW {
        return Err("nothing declares which order is right".to_owned());
    }
    if identifiers.len() > limits::ITEMS {
        // The check of the finished question refuses it.
        return Ok(declared.clone());
    }
    let points = |order: &[String]| {
        let order = order.iter().map(String::as_str);
        program.points(&program.declared.response(order))
    };
    let from = if declared.is_empty() {
        identifiers
    } else {
        declared
    };
    let mut all = Vec::new();
    for order in orders(from) {
        let points = points(&order)?;
        all.push((order, points));
    }
    let most = all.iter().map(|(_, points)| *points).fold(0.0, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    let mut full = all
        .into_iter()
        .filter(|(_, points)| is_full(*points, most))
        .map(|(order, _)| order);
    match (full.next(), full.next()) {
        (Some(order), None) if declared.is_empty() || order == *declared => Ok(order),
        (Some(order), None) => Err(disagrees(&order.join(", "), declared)),
        _ => Err("more than one order of its items brings all points".to_owned()),
    }
}

/// Returns all orders of up to `FEW` items, or else the orders in which two items have changed
/// places.
fn orders(items: &[String]) -> Vec<Vec<String>> {
    let mut orders = vec![items.to_vec()];
    if items.len() <= FEW {
        orders = vec![Vec::new()];
        for _ in items {
            let longer = |order: &Vec<String>| -> Vec<Vec<String>> {
                let left = items.iter().filter(|item| !order.contains(item));
                let with = |item: &String| [order.as_slice(), std::slice::from_ref(item)].concat();
                left.map(with).collect()
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        return orders;
    }
    for one in 0..items.len() {
        for other in one + 1..items.len() {
            let mut order = items.to_vec();
            order.swap(one, other);
            orders.push(order);
        }
    }
    orders
}
