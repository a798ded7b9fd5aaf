//! An order as a sheet: seats, sums and money. It is also the receipt.

use leptos::prelude::*;

use crate::admission::orders::{OrderPage, OrderStatus, OrderSummary, OrderedSeat};
use crate::platform::ui::{Badge, Column, Erase, Table, Tone};

/// Shows the status of an order, and whether money is to be paid back.
pub fn order_state(order: &OrderSummary) -> AnyView {
    let tone = match order.status {
        OrderStatus::Open => Tone::Warn,
        OrderStatus::Paid => Tone::Ok,
        OrderStatus::Canceled | OrderStatus::Refunded => Tone::Neutral,
    };
    let refund = order.refund_due.clone().map(|amount| {
        view! { <Badge tone=Tone::Danger text=format!("Refund due: {amount}") /> }
    });
    view! {
        <span class="row">
            <Badge tone=tone text=order.status.label() />
            {refund}
        </span>
    }
    .erase()
}

pub fn order_sheet(page: &OrderPage) -> AnyView {
    let (placed, exactly) = page.summary.placed.clone();
    let address = (!page.billing_address.is_empty()).then(|| {
        view! { <span class="order-words">{page.billing_address.clone()}</span> }
    });
    view! {
        <dl class="offering-facts">
            <div>
                <dt class="label">"Status"</dt>
                <dd>{order_state(&page.summary)}</dd>
            </div>
            <div>
                <dt class="label">"Placed"</dt>
                <dd>
                    <time datetime=exactly>{placed}</time>
                </dd>
            </div>
            <div>
                <dt class="label">"Seller"</dt>
                <dd>{page.school.clone()}</dd>
            </div>
            <div>
                <dt class="label">"Buyer"</dt>
                <dd class="order-buyer">
                    <span>{page.summary.buyer.clone()}</span>
                    <span class="soft">{page.buyer_email.clone()}</span>
                    {address}
                </dd>
            </div>
        </dl>
        {seats(page)}
        {money(page)}
    }
    .erase()
}

fn seats(page: &OrderPage) -> AnyView {
    let rows = page.seats.iter().map(seat).collect_view();
    let columns = vec![Column::new("Seat"), Column::new("Price").figures()];
    let total = page.summary.total.clone();
    view! {
        <Table label="Seats of the order" columns=columns>
            {rows}
            <tr class="order-total">
                <th scope="row">"Total"</th>
                <td class="r num">{total}</td>
            </tr>
        </Table>
    }
    .erase()
}

fn seat(seat: &OrderedSeat) -> AnyView {
    let discount = seat
        .discount
        .clone()
        .map(|amount| view! { <p class="soft">{format!("Discount: −{amount}")}</p> });
    let lost = (!seat.is_live)
        .then(|| view! { <p class="soft">"This order no longer holds the seat."</p> });
    view! {
        <tr>
            <td>
                {seat.title.clone()}
                {discount}
                {lost}
            </td>
            <td class="r num">{seat.price.clone()}</td>
        </tr>
    }
    .erase()
}

fn money(page: &OrderPage) -> AnyView {
    if page.payments.is_empty() {
        return ().erase();
    }
    let rows = page
        .payments
        .iter()
        .map(|payment| {
            let (recorded, exactly) = payment.recorded.clone();
            view! {
                <tr>
                    <td>
                        {payment.label.clone()}
                        <p class="soft">{payment.reference.clone()}</p>
                    </td>
                    <td>
                        <time datetime=exactly>{recorded}</time>
                    </td>
                    <td class="r num">{payment.amount.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::new("Payment"),
        Column::new("Date"),
        Column::new("Amount").figures(),
    ];
    view! {
        <section class="stack">
            <h2>"Payments"</h2>
            <Table label="Payments and refunds" columns=columns>
                {rows}
            </Table>
        </section>
    }
    .erase()
}
