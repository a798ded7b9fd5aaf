//! The cart: one row for each person and course, with the offering. Prices are not stored in it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::store;
use crate::admission::RegistrationStatus;
use crate::admission::orders::MOST_IN_CART;
use crate::admission::server::offerings::{self, CourseNames, OfferingRow, no_offering};
use crate::admission::server::registrations::{self, Applicant, RegistrationRow};
use crate::platform::db::schema::{cart_items, course_offerings, courses, registrations as table};
use crate::platform::db::{self, Conn};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OfferingId, UserId};

/// A seat in the cart, with the present price.
pub struct CartSeat {
    pub offering: OfferingRow,
    pub course: CourseNames,
    pub registration: Option<RegistrationRow>,
}

impl CartSeat {
    /// Returns a sentence on why the seat can't be ordered.
    pub fn problem(&self) -> Option<&'static str> {
        match &self.registration {
            Some(row) if row.told_status() != RegistrationStatus::Accepted => {
                Some("You no longer have a seat in this offering. Remove it from the cart.")
            }
            Some(row) if row.paid_at.is_some() => {
                Some("This seat is paid already. Remove it from the cart.")
            }
            Some(row) if row.admitted_at.is_some() => {
                Some("Nothing is to be paid for this seat. Remove it from the cart.")
            }
            Some(_) => None,
            None => Some("You have no seat in this offering. Remove it from the cart."),
        }
    }

    /// Returns the title under which the seat is ordered.
    pub fn title(&self) -> String {
        format!("{} – {}", self.course.title, self.offering.title)
    }
}

/// Returns the person's cart in the order in which offerings are locked.
pub async fn seats(conn: &mut Conn, user: UserId) -> AppResult<Vec<CartSeat>> {
    let items: Vec<(OfferingRow, CourseNames)> = cart_items::table
        .inner_join(course_offerings::table.inner_join(courses::table))
        .filter(cart_items::user_id.eq(user))
        .order(course_offerings::offering_id)
        .limit(MOST_IN_CART)
        .select((OfferingRow::as_select(), CourseNames::as_select()))
        .load(conn)
        .await?;
    let ids: Vec<OfferingId> = items.iter().map(|(row, _)| row.offering_id).collect();
    let own: Vec<RegistrationRow> = table::table
        .filter(table::user_id.eq(user))
        .filter(table::offering_id.eq_any(ids))
        .select(RegistrationRow::as_select())
        .load(conn)
        .await?;
    let seats = items.into_iter().map(|(offering, course)| {
        let mut own = own.iter();
        let registration = own
            .find(|row| row.offering_id == offering.offering_id)
            .cloned();
        CartSeat {
            offering,
            course,
            registration,
        }
    });
    Ok(seats.collect())
}

/// Waits for other changes of the person's cart, until the transaction ends.
pub async fn lock(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    db::lock(conn, &format!("cart {user}")).await
}

/// Puts the person's seat into the cart, instead of another offering of the same course.
pub async fn add(conn: &mut Conn, user: UserId, offering: OfferingId) -> AppResult<()> {
    lock(conn, user).await?;
    let (row, course) = offerings::published(conn, offering)
        .await?
        .ok_or_else(no_offering)?;
    let who = Applicant {
        user: Some(user),
        token: String::new(),
        is_reader: false,
    };
    let registration = registrations::of_applicant(conn, offering, &who).await?;
    let seat = CartSeat {
        offering: row,
        course,
        registration,
    };
    if seat.problem().is_some() {
        return Err(AppError::Conflict(
            "Only a seat that you have and have not paid can be put into the cart. Reload the page to see where you stand."
                .to_owned(),
        ));
    }
    if let Some(row) = &seat.registration
        && let Some(order) = store::holding(conn, row.registration_id).await?
    {
        return Err(AppError::Conflict(format!(
            "This seat is in your order {} already. You find it among your orders.",
            order.number
        )));
    }
    let others: i64 = cart_items::table
        .filter(cart_items::user_id.eq(user))
        .filter(cart_items::course_slug.ne(&seat.course.slug))
        .count()
        .get_result(conn)
        .await?;
    if others >= MOST_IN_CART {
        return Err(AppError::Conflict(format!(
            "A cart holds at most {MOST_IN_CART} seats. Place an order for these first."
        )));
    }
    diesel::insert_into(cart_items::table)
        .values((
            cart_items::user_id.eq(user),
            cart_items::course_slug.eq(&seat.course.slug),
            cart_items::offering_id.eq(offering),
        ))
        .on_conflict((cart_items::user_id, cart_items::course_slug))
        .do_update()
        .set(cart_items::offering_id.eq(offering))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes an offering from the cart. Twice is as good as once.
pub async fn remove(conn: &mut Conn, user: UserId, offering: OfferingId) -> QueryResult<usize> {
    let items = cart_items::table.filter(cart_items::user_id.eq(user));
    diesel::delete(items.filter(cart_items::offering_id.eq(offering)))
        .execute(conn)
        .await
}

pub async fn empty(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    diesel::delete(cart_items::table.filter(cart_items::user_id.eq(user)))
        .execute(conn)
        .await
}
