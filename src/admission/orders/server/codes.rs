//! Discount codes: percentages, amounts and free seats. The row of a code is locked while it is
//! used, and a check of the table guards the number of uses as well.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::cart::CartSeat;
use super::checkout;
use crate::admission::orders::{DiscountKind, discounts};
use crate::admission::server::offerings::tidy_code;
use crate::platform::db::Conn;
use crate::platform::db::schema::{cart_codes, discount_codes};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{DiscountId, OfferingId, UserId};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = discount_codes)]
pub struct DiscountRow {
    pub code_id: DiscountId,
    pub code: String,
    pub kind: String,
    pub value: i32,
    pub currency: Option<String>,
    pub offering_id: Option<OfferingId>,
    pub valid_until: Option<DateTime<Utc>>,
    pub max_uses: Option<i32>,
    pub uses: i32,
    pub is_active: bool,
}

impl DiscountRow {
    pub fn kind(&self) -> DiscountKind {
        DiscountKind::parse(&self.kind).unwrap_or(DiscountKind::Percent)
    }

    /// Returns the discount of each seat in the cart.
    pub fn of(&self, seats: &[CartSeat]) -> Vec<i32> {
        let prices: Vec<Option<i32>> = seats
            .iter()
            .map(|seat| {
                let offering = &seat.offering;
                let fits = self.offering_id.is_none_or(|id| id == offering.offering_id)
                    && self
                        .currency
                        .as_ref()
                        .is_none_or(|currency| *currency == offering.currency);
                fits.then_some(offering.price_cents)
            })
            .collect();
        discounts(self.kind(), self.value, &prices)
    }

    /// Returns a sentence on why the code can't be used for these seats.
    pub fn problem(&self, seats: &[CartSeat], now: DateTime<Utc>) -> Option<&'static str> {
        if !self.is_active || self.valid_until.is_some_and(|until| until <= now) {
            return Some("This code is no longer valid.");
        }
        if self.max_uses.is_some_and(|most| self.uses >= most) {
            return Some("This code has been used as often as it can be.");
        }
        let saves = self.of(seats).iter().any(|cents| *cents > 0);
        (!saves).then_some("This code does not fit the seats in your cart.")
    }
}

/// Returns the code that the person has entered in the cart.
pub async fn in_cart(conn: &mut Conn, user: UserId) -> QueryResult<Option<DiscountRow>> {
    cart_codes::table
        .inner_join(discount_codes::table)
        .filter(cart_codes::user_id.eq(user))
        .select(DiscountRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Enters a code in the person's cart, instead of another one.
///
/// # Errors
///
/// Says at the field why the code can't be used.
pub async fn enter(
    conn: &mut Conn,
    user: UserId,
    typed: &str,
    seats: &[CartSeat],
    now: DateTime<Utc>,
) -> AppResult<()> {
    let code: Option<DiscountRow> = discount_codes::table
        .filter(discount_codes::code.eq(tidy_code(typed)))
        .select(DiscountRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let code = code.ok_or_else(|| {
        AppError::field(
            "voucher",
            "There is no such code. Check it for typing errors.",
        )
    })?;
    if let Some(problem) = code.problem(seats, now) {
        return Err(AppError::field("voucher", problem));
    }
    diesel::insert_into(cart_codes::table)
        .values((
            cart_codes::user_id.eq(user),
            cart_codes::code_id.eq(code.code_id),
        ))
        .on_conflict(cart_codes::user_id)
        .do_update()
        .set(cart_codes::code_id.eq(code.code_id))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn remove(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    diesel::delete(cart_codes::table.filter(cart_codes::user_id.eq(user)))
        .execute(conn)
        .await
}

/// Uses the code of the person's cart once, and returns it. Waits for others who use it.
///
/// # Errors
///
/// Fails if the code can't be used any more. The code then stays in the cart.
pub async fn take(
    conn: &mut Conn,
    user: UserId,
    seats: &[CartSeat],
    now: DateTime<Utc>,
) -> AppResult<Option<DiscountRow>> {
    let Some(entered) = in_cart(conn, user).await? else {
        return Ok(None);
    };
    let code: DiscountRow = discount_codes::table
        .find(entered.code_id)
        .select(DiscountRow::as_select())
        .for_update()
        .first(conn)
        .await?;
    if let Some(problem) = code.problem(seats, now) {
        let sentence = format!("{problem} Remove the code from the cart.");
        return Err(AppError::field("", sentence));
    }
    diesel::update(discount_codes::table.find(code.code_id))
        .set(discount_codes::uses.eq(discount_codes::uses + 1))
        .execute(conn)
        .await?;
    remove(conn, user).await?;
    Ok(Some(code))
}

/// Gives back one use of a code, when its order was canceled.
pub async fn give_back(conn: &mut Conn, code: DiscountId) -> QueryResult<()> {
    diesel::update(discount_codes::table.find(code))
        .filter(discount_codes::uses.gt(0))
        .set(discount_codes::uses.eq(discount_codes::uses - 1))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the codes for all offerings and for those of a course, newest first.
pub async fn all(conn: &mut Conn, offerings: &[OfferingId]) -> QueryResult<Vec<DiscountRow>> {
    discount_codes::table
        .filter(
            discount_codes::offering_id
                .is_null()
                .or(discount_codes::offering_id.eq_any(offerings.to_vec())),
        )
        .order(discount_codes::created_at.desc())
        .limit(200)
        .select(DiscountRow::as_select())
        .load(conn)
        .await
}

/// Creates a code. Returns false if there is one with these letters.
pub async fn create(conn: &mut Conn, code: &DiscountRow) -> QueryResult<bool> {
    let created = diesel::insert_into(discount_codes::table)
        .values(code)
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(created > 0)
}

/// Lets a code be used, or stops that. Returns false if there is no such code.
pub async fn set_active(conn: &mut Conn, code: DiscountId, active: bool) -> QueryResult<bool> {
    let changed = diesel::update(discount_codes::table.find(code))
        .set(discount_codes::is_active.eq(active))
        .execute(conn)
        .await?;
    Ok(changed > 0)
}

/// Returns the sum of a cart after its discounts, with the currency, if there is one currency.
pub fn total(seats: &[CartSeat], discounts: &[i32]) -> Option<(i64, String)> {
    let (cents, currency) = checkout::total(seats)?;
    let saved: i64 = discounts.iter().map(|cents| i64::from(*cents)).sum();
    Some((cents - saved, currency))
}
