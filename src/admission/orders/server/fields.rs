//! Checks the forms of orders. All problems are told at once.

use crate::admission::orders::{ADDRESS_CHARACTERS, PaymentMethod, REFERENCE_CHARACTERS};
use crate::admission::server::fields::cents;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::names;

/// Returns name and address for an invoice.
pub fn read_buyer(name: &str, address: &str) -> AppResult<(String, String)> {
    let name = names::tidy(name);
    let address = address.trim().replace("\r\n", "\n");
    let mut problems = Vec::new();
    if !(1..=100).contains(&name.chars().count()) {
        problems.push(("name".to_owned(), "Enter 1 to 100 characters.".to_owned()));
    }
    if address.chars().count() > ADDRESS_CHARACTERS as usize {
        let problem = figures::use_at_most(ADDRESS_CHARACTERS);
        problems.push(("address".to_owned(), problem));
    }
    match problems.is_empty() {
        true => Ok((name, address)),
        false => Err(AppError::Invalid(problems)),
    }
}

/// Money that an admin records, as it was typed and checked.
pub struct RecordedMoney {
    pub cents: i64,
    pub method: PaymentMethod,
    pub reference: String,
}

/// Returns amount, method and reference of money that was received or paid back.
pub fn read_money(amount: &str, method: &str, reference: &str) -> AppResult<RecordedMoney> {
    let mut problems = Vec::new();
    let cents = match cents(amount) {
        Ok(cents) if cents > 0 => cents,
        _ => {
            let problem = "Enter an amount such as 48 or 48.50.";
            problems.push(("amount".to_owned(), problem.to_owned()));
            0
        }
    };
    let method = PaymentMethod::parse(method);
    if method.is_none() {
        problems.push(("method".to_owned(), "Choose how it was paid.".to_owned()));
    }
    let reference = names::tidy(reference);
    if reference.chars().count() > REFERENCE_CHARACTERS as usize {
        let problem = figures::use_at_most(REFERENCE_CHARACTERS);
        problems.push(("reference".to_owned(), problem));
    }
    match (method, problems.is_empty()) {
        (Some(method), true) => Ok(RecordedMoney {
            cents: cents.into(),
            method,
            reference,
        }),
        _ => Err(AppError::Invalid(problems)),
    }
}

/// Formats an amount as people type it: "48" or "48.50".
pub fn typed(cents: i64) -> String {
    match (cents / 100, cents % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn all_problems_of_a_payment_are_told_at_once() {
        let Err(AppError::Invalid(problems)) = read_money("none", "stones", &"x".repeat(201))
        else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["amount", "method", "reference"]);
        assert!(read_money("0", "cash", "").is_err() && read_money("-5", "cash", "").is_err());
        let money = read_money("48,50", "bank_transfer", " RF 12 ").ok();
        let money = money.map(|money| (money.cents, money.reference));
        assert_eq!(money, Some((4_850, "RF 12".to_owned())));
        assert_eq!(typed(4_850), "48.50");
        assert_eq!(typed(4_800), "48");
    }
}
