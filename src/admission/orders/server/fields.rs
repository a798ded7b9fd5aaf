//! Checks the forms of orders. All problems are told at once.

use chrono::NaiveDate;

use super::codes::DiscountRow;
use crate::admission::orders::desk::DiscountFields;
use crate::admission::orders::{
    ADDRESS_CHARACTERS, DiscountKind, PaymentMethod, REFERENCE_CHARACTERS,
};
use crate::admission::server::fields::cents;
use crate::admission::server::offerings::{OfferingRow, tidy_code};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::DiscountId;
use crate::platform::names;
use crate::platform::time::Clock;

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

/// Reads the form of a discount code for all offerings, or for one of these. The day until which it
/// is valid ends in the organization's time zone.
pub fn read_discount(
    fields: &DiscountFields,
    offerings: &[OfferingRow],
    clock: &Clock,
) -> AppResult<DiscountRow> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, sentence: &str| {
        problems.push((field.to_owned(), sentence.to_owned()));
    };
    let code = tidy_code(&fields.voucher);
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !(3..=24).contains(&code.len()) || !code.bytes().all(is_plain) {
        wrong("voucher", "Use 3 to 24 letters from A to Z and digits.");
    }
    let kind = DiscountKind::parse(&fields.kind);
    let value = match kind {
        Some(DiscountKind::Percent) => {
            let typed = fields.value.trim().trim_end_matches('%').trim();
            typed.parse().ok().filter(|value| (1..=100).contains(value))
        }
        Some(DiscountKind::Amount) => cents(&fields.value).ok().filter(|cents| *cents > 0),
        Some(DiscountKind::FreeSeat) => Some(0),
        None => {
            wrong("kind", "Choose a kind.");
            Some(0)
        }
    };
    if value.is_none() {
        wrong(
            "value",
            "Enter a percentage from 1 to 100, or an amount such as 10 or 10.50.",
        );
    }
    let currency = fields.currency.trim().to_uppercase();
    let is_amount = kind == Some(DiscountKind::Amount);
    if is_amount && (currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase())) {
        wrong("currency", "Enter three letters, such as EUR.");
    }
    let scope = match fields.scope.as_str() {
        "" => None,
        id => {
            let mut known = offerings.iter().map(|row| row.offering_id);
            let found = known.find(|offering| offering.to_string() == id);
            if found.is_none() {
                wrong("scope", "Choose what it is for.");
            }
            found
        }
    };
    let valid_until = match fields.until.trim() {
        "" => None,
        day => {
            let after = NaiveDate::parse_from_str(day, "%Y-%m-%d")
                .ok()
                .and_then(|day| day.succ_opt());
            let until = after.and_then(|day| clock.of_field(&format!("{day}T00:00")));
            if until.is_none() {
                wrong("until", "Enter a date.");
            }
            until
        }
    };
    let max_uses = match fields.most.trim() {
        "" => None,
        typed => {
            let most = typed
                .parse()
                .ok()
                .filter(|most| (1..=100_000).contains(most));
            if most.is_none() {
                wrong(
                    "most",
                    "Enter a number from 1 to 100,000, or nothing for no limit.",
                );
            }
            most
        }
    };
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    Ok(DiscountRow {
        code_id: DiscountId(uuid::Uuid::new_v4()),
        code,
        kind: kind.map_or("", DiscountKind::name).to_owned(),
        value: value.unwrap_or_default(),
        currency: is_amount.then_some(currency),
        offering_id: scope,
        valid_until,
        max_uses,
        uses: 0,
        is_active: true,
    })
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
