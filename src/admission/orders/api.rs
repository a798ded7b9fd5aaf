//! Server functions of buyers. Each finds the cart and the orders of the signed-in person only.

use leptos::prelude::*;

use super::{CartPage, OrderPage, OrderSummary};
use crate::platform::error::AppResult;
use crate::platform::ids::{OfferingId, OrderId};

#[cfg(feature = "ssr")]
use {
    super::server::checkout::{self, CartBuyer},
    super::server::store::{self, no_order},
    super::server::{by_card, cart, codes, fields, settle, view},
    super::{CART, order_path},
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::{SignedIn, require_user},
    crate::platform::auth::limits,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::{redirect, redirect_away},
    crate::platform::time::Clock,
    chrono::Utc,
};

/// Requires a signed-in person who has not sent too many forms.
#[cfg(feature = "ssr")]
async fn buyer() -> AppResult<SignedIn> {
    let user = require_user()?;
    let whose = user.user_id().to_string();
    limits::ORDER.take(&user.cx, &whose).await?;
    Ok(user)
}

/// Returns the person's cart with the present prices.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cart() -> AppResult<CartPage> {
    let user = require_user()?;
    let (id, cx) = (user.user_id(), user.cx.clone());
    let (name, school) = (user.viewer.display_name, cx.organization.name.clone());
    cx.within(async move |conn| view::cart(conn, id, name, school, Utc::now()).await)
        .await
}

/// Puts the person's unpaid seat into their cart.
#[server]
pub async fn add_to_cart(offering: OfferingId) -> AppResult<()> {
    let user = buyer().await?;
    let id = user.user_id();
    user.cx
        .within(async move |conn| cart::add(conn, id, offering).await)
        .await?;
    redirect(CART);
    Ok(())
}

/// Removes an offering from the person's cart.
#[server]
pub async fn remove_from_cart(offering: OfferingId) -> AppResult<()> {
    let user = buyer().await?;
    let id = user.user_id();
    user.cx
        .within(async move |conn| Ok(cart::remove(conn, id, offering).await?))
        .await?;
    redirect(CART);
    Ok(())
}

/// Enters a discount code in the person's cart.
#[server]
pub async fn enter_code(#[server(default)] voucher: String) -> AppResult<()> {
    let user = require_user()?;
    let id = user.user_id();
    limits::DISCOUNT_CODE
        .take(&user.cx, &id.to_string())
        .await?;
    user.cx
        .within(async move |conn| {
            let seats = cart::seats(conn, id).await?;
            codes::enter(conn, id, &voucher, &seats, Utc::now()).await
        })
        .await?;
    redirect(CART);
    Ok(())
}

/// Removes the discount code from the person's cart.
#[server]
pub async fn remove_code() -> AppResult<()> {
    let user = buyer().await?;
    let id = user.user_id();
    user.cx
        .within(async move |conn| Ok(codes::remove(conn, id).await?))
        .await?;
    redirect(CART);
    Ok(())
}

/// Places an order for all that is in the person's cart, at the present prices. `seen` has the
/// prices that the page showed: if they have changed, nothing is ordered.
#[server]
pub async fn place_order(
    name: String,
    #[server(default)] address: String,
    #[server(default)] seen: String,
) -> AppResult<()> {
    let user = buyer().await?;
    let (id, email) = (user.user_id(), user.viewer.email.clone());
    let by = user.cx.clone();
    let (name, address) = fields::read_buyer(&name, &address)?;
    let buyer = CartBuyer {
        user: id,
        name,
        email,
        address,
    };
    let order = user
        .cx
        .within(async move |conn| {
            let order = checkout::place(conn, &buyer, &seen, Utc::now()).await?;
            AuditEntry::done("order.placed")
                .of("order", order)
                .by(&by)
                .write(conn)
                .await?;
            Ok(order)
        })
        .await?;
    redirect(order_path(order));
    Ok(())
}

/// Returns the person's orders, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_orders() -> AppResult<Vec<OrderSummary>> {
    let user = require_user()?;
    let (id, clock) = (user.user_id(), Clock::of(&user.cx));
    user.cx
        .within(async move |conn| {
            let rows = store::sums_of_user(conn, id).await?;
            Ok(rows
                .into_iter()
                .map(|row| view::summary(row, &clock))
                .collect())
        })
        .await
}

/// Returns one of the person's orders.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_order(order: OrderId) -> AppResult<OrderPage> {
    let user = require_user()?;
    let (id, clock) = (user.user_id(), Clock::of(&user.cx));
    let school = user.cx.organization.name.clone();
    let by_card = user.cx.app.config.stripe.is_on();
    user.cx
        .within(async move |conn| {
            let row = store::of_user(conn, id, order)
                .await?
                .ok_or_else(no_order)?;
            view::order(conn, row, school, by_card, &clock).await
        })
        .await
}

/// Sends the person to the page where they pay their order by card.
#[server]
pub async fn pay_by_card(order: OrderId) -> AppResult<()> {
    let user = buyer().await?;
    let address = by_card::page(&user.cx, user.user_id(), order).await?;
    redirect_away(&address);
    Ok(())
}

/// Cancels the person's own order, as long as nothing was paid.
#[server]
pub async fn cancel_own_order(order: OrderId) -> AppResult<()> {
    let user = buyer().await?;
    let id = user.user_id();
    let by = user.cx.clone();
    user.cx
        .within(async move |conn| {
            let own = store::of_user(conn, id, order)
                .await?
                .ok_or_else(no_order)?;
            let locked = settle::lock(conn, own.order_id).await?;
            if locked.balance.kept() > 0 || by_card::is_processing(conn, order).await? {
                return Err(AppError::Conflict(
                    "A payment for this order has arrived, so it can't be canceled here. Ask your school."
                        .to_owned(),
                ));
            }
            settle::cancel(conn, &locked, Utc::now()).await?;
            Ok(AuditEntry::done("order.canceled")
                .of("order", order)
                .by(&by)
                .write(conn)
                .await?)
        })
        .await?;
    redirect(order_path(order));
    Ok(())
}
