//! Server functions of orders for admins. Every change is written to the audit log.

use leptos::prelude::*;

use super::{DeskOrder, DiscountFields, MoneyFields, OrderFilter, OrderList, PaymentSettings};
use crate::platform::error::AppResult;
use crate::platform::ids::{DiscountId, OfferingId, OrderId, OrderPaymentId, RegistrationId};

#[cfg(feature = "ssr")]
use {
    super::{INSTRUCTIONS_CHARACTERS, ORDERS_PAGE, desk_order_path, payment_settings_path},
    crate::admission::UNDO_MINUTES,
    crate::admission::manage::api::require_admin_of,
    crate::admission::orders::PaymentMethod,
    crate::admission::orders::server::fields::{self, RecordedMoney},
    crate::admission::orders::server::refunds::{self, WantedRefund},
    crate::admission::orders::server::settle::{self, LockedOrder},
    crate::admission::orders::server::store::{self, Receipt, no_order},
    crate::admission::orders::server::{codes, disputes, undo, view},
    crate::admission::review::{QueueFilter, application_path},
    crate::admission::server::notices::{self, DeskQueue},
    crate::admission::server::offerings::{self, no_offering},
    crate::course::server::store::title,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::TutorOf,
    crate::platform::db::Conn,
    crate::platform::error::AppError,
    crate::platform::figures,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    chrono::{Duration, Utc},
    serde_json::{Value, json},
};

/// Returns one page of an offering's orders. Pages count from 0.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_offering_orders(
    course: String,
    offering: OfferingId,
    filter: OrderFilter,
    page: i64,
) -> AppResult<OrderList> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let (clock, user) = (Clock::of(&cx), admin.signed_in.user_id());
    let may_write = cx.may_write();
    cx.within(async move |conn| {
        let row = offerings::of_course(conn, admin.course, offering)
            .await?
            .ok_or_else(no_offering)?;
        if may_write {
            notices::desk_seen(conn, user, offering, DeskQueue::Orders).await?;
        }
        let page = page.clamp(0, 10_000);
        let (skip, most) = (page * ORDERS_PAGE, ORDERS_PAGE + 1);
        let mut rows = store::sums_of_offering(conn, offering, filter.name(), skip, most).await?;
        let has_more = rows.len() as i64 > ORDERS_PAGE;
        rows.truncate(ORDERS_PAGE as usize);
        Ok(OrderList {
            course_title: title(conn, admin.course).await?,
            offering_title: row.title,
            orders: rows
                .into_iter()
                .map(|row| view::summary(row, &clock))
                .collect(),
            page,
            has_more,
        })
    })
    .await
}

/// Returns an order with a seat of this offering.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_offering_order(
    course: String,
    offering: OfferingId,
    order: OrderId,
) -> AppResult<DeskOrder> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let (clock, school) = (Clock::of(&cx), cx.organization.name.clone());
    let (by_card, user) = (cx.app.config.stripe.is_on(), admin.signed_in.user_id());
    let may_write = cx.may_write();
    cx.within(async move |conn| {
        let row = store::of_offering(conn, admin.course, offering, order)
            .await?
            .ok_or_else(no_order)?;
        let offering = offerings::of_course(conn, admin.course, offering)
            .await?
            .ok_or_else(no_offering)?;
        if may_write {
            notices::dispute_seen(conn, user, row.order_id).await?;
        }
        let disputes = disputes::of_order(conn, row.order_id, &row.currency, &clock).await?;
        let undoable = undo::undoable(conn, &row, &clock).await?;
        let records = store::records(conn, row.order_id).await?;
        let order = view::order(conn, row, school, by_card, &clock).await?;
        Ok(DeskOrder {
            course_title: title(conn, admin.course).await?,
            offering_title: offering.title,
            records,
            order,
            undoable,
            disputes,
        })
    })
    .await
}

/// Locks an order with a seat of this offering.
#[cfg(feature = "ssr")]
async fn locked(
    conn: &mut Conn,
    admin: &TutorOf,
    offering: OfferingId,
    order: OrderId,
) -> AppResult<LockedOrder> {
    let row = store::of_offering(conn, admin.course, offering, order)
        .await?
        .ok_or_else(no_order)?;
    settle::lock(conn, row.order_id).await
}

#[cfg(feature = "ssr")]
async fn audited(
    conn: &mut Conn,
    admin: &TutorOf,
    action: &str,
    order: OrderId,
    what: Option<Value>,
) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("order", order)
        .change(None, what)
        .by(&admin.signed_in.cx)
        .write(conn)
        .await?)
}

/// Records money that was received for an order. Once the price has arrived, the people are let in.
/// The buyer is told in ten minutes. Until then it can be undone.
#[server]
pub async fn record_order_payment(
    course: String,
    offering: OfferingId,
    order: OrderId,
    #[server(default)] money: MoneyFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let checked = fields::read_money(&money.amount, &money.method, &money.reference);
    cx.within(async move |conn| {
        let locked = locked(conn, &admin, offering, order).await?;
        let receipt = receipt(checked?, &admin);
        locked.check_seen(money.records)?;
        settle::receive(conn, order, &receipt, Utc::now()).await?;
        let what = json!({ "cents": receipt.cents, "method": receipt.method.name() });
        audited(conn, &admin, "order.payment_recorded", order, Some(what)).await
    })
    .await?;
    redirect(desk_order_path(&course, offering, order));
    Ok(())
}

#[cfg(feature = "ssr")]
fn receipt(money: RecordedMoney, admin: &TutorOf) -> Receipt {
    Receipt {
        cents: money.cents,
        method: money.method,
        reference: money.reference,
        by: Some(admin.signed_in.user_id()),
        undo_until: Some(Utc::now() + Duration::minutes(UNDO_MINUTES.into())),
    }
}

/// Cancels an order that awaits its payment. Its people keep their seats and can order again.
#[server]
pub async fn cancel_order(course: String, offering: OfferingId, order: OrderId) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| {
        let locked = locked(conn, &admin, offering, order).await?;
        settle::cancel(conn, &locked, Utc::now()).await?;
        audited(conn, &admin, "order.canceled", order, None).await
    })
    .await?;
    redirect(desk_order_path(&course, offering, order));
    Ok(())
}

/// Records money that was paid back. With `frees`, the people of the order lose their seats. Both
/// happens in ten minutes, with the mail. Until then it can be undone.
#[server]
pub async fn refund_order(
    course: String,
    offering: OfferingId,
    order: OrderId,
    #[server(default)] money: MoneyFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let checked = fields::read_money(&money.amount, &money.method, &money.reference);
    cx.within(async move |conn| {
        let locked = locked(conn, &admin, offering, order).await?;
        let receipt = receipt(checked?, &admin);
        locked.check_seen(money.records)?;
        let frees = money.frees.is_some();
        settle::refund(conn, &locked, &receipt, frees, Utc::now()).await?;
        let what =
            json!({ "cents": receipt.cents, "method": receipt.method.name(), "frees": frees });
        audited(conn, &admin, "order.refunded", order, Some(what)).await
    })
    .await?;
    redirect(desk_order_path(&course, offering, order));
    Ok(())
}

/// Undoes the newest payment or refund of an order, as long as its mail has not left.
/// `registration` is the application whose page sent this and is shown again.
#[server]
pub async fn undo_order_money(
    course: String,
    offering: OfferingId,
    order: OrderId,
    payment: OrderPaymentId,
    #[server(default)] registration: Option<RegistrationId>,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| {
        let locked = locked(conn, &admin, offering, order).await?;
        let by = admin.signed_in.user_id();
        let undone = undo::undo(conn, &locked, payment, by, Utc::now()).await?;
        let what = json!({ "cents": undone.amount_cents, "kind": undone.kind });
        audited(conn, &admin, "order.money_undone", order, Some(what)).await
    })
    .await?;
    redirect(match registration {
        Some(id) => application_path(&course, offering, id, QueueFilter::parse(&show)),
        None => desk_order_path(&course, offering, order),
    });
    Ok(())
}

/// Pays money back to the card with which an order was paid, and records it. With `frees`, the
/// people of the order lose their seats.
#[server]
pub async fn refund_to_card(
    course: String,
    offering: OfferingId,
    order: OrderId,
    #[server(default)] money: MoneyFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let checked = fields::read_money(&money.amount, PaymentMethod::Card.name(), "");
    let refund = cx
        .within(async move |conn| {
            let locked = locked(conn, &admin, offering, order).await?;
            let wanted = WantedRefund {
                cents: checked?.cents,
                frees_seats: money.frees.is_some(),
                by: admin.signed_in.user_id(),
            };
            locked.check_seen(money.records)?;
            let refund = refunds::prepare(conn, &locked, wanted, Utc::now()).await?;
            let what = json!({ "cents": wanted.cents, "frees": wanted.frees_seats });
            audited(conn, &admin, "order.card_refund_asked", order, Some(what)).await?;
            Ok(refund)
        })
        .await?;
    let organization = cx.organization.organization_id;
    refunds::carry_out(&cx.app.db, &cx.app.config, organization, refund).await?;
    redirect(desk_order_path(&course, offering, order));
    Ok(())
}

/// Returns how people pay, for an admin who changes it.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_payment_settings(course: String) -> AppResult<PaymentSettings> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let clock = Clock::of_organization(&cx.organization);
    cx.within(async move |conn| view::settings(conn, admin.course, &clock).await)
        .await
}

/// Changes the text about how people pay.
#[server]
pub async fn save_payment_settings(
    course: String,
    #[server(default)] instructions: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    let instructions = instructions.trim().replace("\r\n", "\n");
    if instructions.chars().count() > INSTRUCTIONS_CHARACTERS as usize {
        let problem = figures::use_at_most(INSTRUCTIONS_CHARACTERS);
        return Err(AppError::field("instructions", problem));
    }
    cx.within(async move |conn| {
        store::set_instructions(conn, &instructions).await?;
        Ok(AuditEntry::done("payment_settings.changed")
            .of("organization", by.organization.organization_id)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(payment_settings_path(&course));
    Ok(())
}

/// Adds a discount code.
#[server]
pub async fn add_discount_code(
    course: String,
    #[server(default)] discount: DiscountFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    let clock = Clock::of_organization(&cx.organization);
    cx.within(async move |conn| {
        let offerings = offerings::all_of_course(conn, admin.course).await?;
        let row = fields::read_discount(&discount, &offerings, &clock)?;
        if !codes::create(conn, &row).await? {
            let problem = "There is a code with these letters already. Choose others.";
            return Err(AppError::field("voucher", problem));
        }
        let what = json!({ "code": row.code, "kind": row.kind, "value": row.value, "max_uses": row.max_uses });
        Ok(AuditEntry::done("discount_code.added")
            .of("discount_code", row.code_id)
            .change(None, Some(what))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(payment_settings_path(&course));
    Ok(())
}

/// Lets a discount code be used, or stops that. Orders that used it keep their prices.
#[server]
pub async fn set_discount_active(
    course: String,
    discount: DiscountId,
    active: bool,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        if !codes::set_active(conn, discount, active).await? {
            return Err(AppError::NotFound("There is no such code.".to_owned()));
        }
        let action = match active {
            true => "discount_code.started",
            false => "discount_code.stopped",
        };
        Ok(AuditEntry::done(action)
            .of("discount_code", discount)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(payment_settings_path(&course));
    Ok(())
}
