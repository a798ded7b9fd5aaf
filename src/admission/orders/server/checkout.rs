//! Places an order for the seats in a cart. Prices are read again, with the offerings locked.

use chrono::{DateTime, Duration, Utc};

use super::cart::{self, CartSeat};
use super::codes;
use super::mails::{OrderMail, OrderNews};
use super::settle;
use super::store::{self, NewBuyer, NewSeat, Receipt};
use crate::admission::UNDO_MINUTES;
use crate::admission::orders::PaymentMethod;
use crate::admission::server::notices::{self, DeskQueue};
use crate::admission::server::offerings::OfferingRow;
use crate::admission::server::registrations::{self, RegistrationRow};
use crate::admission::server::seats;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OrderId, UserId};
use crate::platform::jobs;

/// A person who places an order.
pub struct CartBuyer {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub address: String,
}

/// Returns a text that changes with each price and each discount of the cart.
pub fn prices(seats: &[CartSeat], discounts: &[i32]) -> String {
    let prices = seats.iter().zip(discounts).map(|(seat, discount)| {
        let OfferingRow {
            offering_id,
            price_cents,
            currency,
            ..
        } = &seat.offering;
        format!("{offering_id} {price_cents} {discount} {currency}")
    });
    prices.collect::<Vec<_>>().join(", ")
}

/// Returns the sum of the prices, if all have one currency.
pub fn total(seats: &[CartSeat]) -> Option<(i64, String)> {
    let currency = &seats.first()?.offering.currency;
    let is_one = seats.iter().all(|seat| seat.offering.currency == *currency);
    let prices = seats
        .iter()
        .map(|seat| i64::from(seat.offering.price_cents));
    is_one.then(|| (prices.sum(), currency.clone()))
}

/// Places an order for all seats in the cart, and empties it. A second click returns the order that
/// the first one placed. `seen` has the prices that the person saw.
pub async fn place(
    conn: &mut Conn,
    buyer: &CartBuyer,
    seen: &str,
    now: DateTime<Utc>,
) -> AppResult<OrderId> {
    cart::lock(conn, buyer.user).await?;
    for seat in cart::seats(conn, buyer.user).await? {
        seats::lock(conn, seat.offering.offering_id).await?;
        if let Some(row) = &seat.registration {
            registrations::lock(conn, row.registration_id).await?;
        }
    }
    let seats = cart::seats(conn, buyer.user).await?;
    if seats.is_empty() {
        let recent = store::newest_of(conn, buyer.user, now - Duration::minutes(10)).await?;
        return recent.ok_or_else(|| AppError::Conflict("Your cart is empty.".to_owned()));
    }
    check(conn, &seats).await?;
    let code = codes::take(conn, buyer.user, &seats, now).await?;
    let discounts = code
        .as_ref()
        .map_or_else(|| vec![0; seats.len()], |code| code.of(&seats));
    if prices(&seats, &discounts) != seen {
        return Err(AppError::field("", CHANGED));
    }
    let (total, currency) =
        codes::total(&seats, &discounts).ok_or_else(|| AppError::field("", CURRENCIES))?;
    let new = NewBuyer {
        user: Some(buyer.user),
        name: &buyer.name,
        email: &buyer.email,
        address: &buyer.address,
        code: code.map(|code| code.code_id),
    };
    let order = store::create(conn, new, &currency).await?;
    for (seat, discount) in seats.iter().zip(discounts) {
        if let Some(row) = &seat.registration {
            let seat = NewSeat {
                offering: seat.offering.offering_id,
                registration: row.registration_id,
                title: seat.title(),
                price_cents: seat.offering.price_cents,
                discount_cents: discount,
            };
            store::add_seat(conn, order, &seat).await?;
        }
    }
    cart::empty(conn, buyer.user).await?;
    if total == 0 {
        settle::settle(conn, order, Some(buyer.user), now).await?;
        return Ok(order);
    }
    jobs::enqueue(conn, &OrderMail::new(order, OrderNews::Placed)).await?;
    for seat in &seats {
        notices::tell_desk(conn, &seat.offering, DeskQueue::Orders, Some(buyer.user)).await?;
    }
    Ok(order)
}

const CHANGED: &str = "The cart or a price has changed since you opened this page. Reload it, check the total, and place the order again.";
const CURRENCIES: &str =
    "The prices are in several currencies. Order the seats of one currency at a time.";

/// Checks that all seats can be ordered.
///
/// # Errors
///
/// Names all that is wrong.
async fn check(conn: &mut Conn, seats: &[CartSeat]) -> AppResult<()> {
    let mut problems: Vec<String> = seats
        .iter()
        .filter_map(|seat| Some(format!("“{}”: {}", seat.title(), seat.problem()?)))
        .collect();
    for seat in seats {
        if let Some(row) = &seat.registration
            && let Some(order) = store::holding(conn, row.registration_id).await?
        {
            let title = seat.title();
            problems.push(format!(
                "“{title}” is in your order {} already. Remove it from the cart.",
                order.number
            ));
        }
    }
    if total(seats).is_none() {
        problems.push(CURRENCIES.to_owned());
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(AppError::field("", problems.join(" "))),
    }
}

/// Records that an admin received the whole price of an accepted application. Places an order for
/// it if there is none.
pub async fn pay_registration(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    title: String,
    by: UserId,
    now: DateTime<Utc>,
) -> AppResult<OrderId> {
    if store::holding(conn, row.registration_id).await?.is_some() {
        return Err(AppError::Conflict(
            "An order was placed for this seat just now. Reload the page, and record the payment again."
                .to_owned(),
        ));
    }
    let name: String = row.called().chars().take(100).collect();
    let new = NewBuyer {
        user: row.user_id,
        name: &name,
        email: &row.email,
        address: "",
        code: None,
    };
    let order = store::create(conn, new, &offering.currency).await?;
    let seat = NewSeat {
        offering: offering.offering_id,
        registration: row.registration_id,
        title,
        price_cents: offering.price_cents,
        discount_cents: 0,
    };
    store::add_seat(conn, order, &seat).await?;
    receive_rest(conn, order, by, now).await?;
    Ok(order)
}

/// Records that an admin received all that an order still lacks.
pub async fn receive_rest(
    conn: &mut Conn,
    order: OrderId,
    by: UserId,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let locked = settle::lock(conn, order).await?;
    let receipt = Receipt {
        cents: locked.balance.due(),
        method: PaymentMethod::BankTransfer,
        reference: String::new(),
        by: Some(by),
        undo_until: Some(now + Duration::minutes(UNDO_MINUTES.into())),
    };
    match receipt.cents {
        0 => settle::settle(conn, order, Some(by), now).await,
        _ => settle::receive(conn, order, &receipt, now).await,
    }
}
