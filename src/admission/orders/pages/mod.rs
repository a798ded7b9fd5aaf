//! Pages of buyers: the cart, their orders, and one order, which is also its receipt.

mod cart;
mod sheet;

pub use cart::cart_page;
pub use sheet::{order_sheet, order_state};

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use uuid::Uuid;

use super::api::{CancelOwnOrder, load_order, load_orders};
use super::{ORDERS, OrderPage, OrderStatus, OrderSummary, order_path};
use crate::platform::ids::OrderId;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, EmptyState, Erase, Form, FormState, Glyph, Page,
    Table, loaded, page_resource, path_part,
};

/// Page `/orders`.
pub fn orders_page() -> AnyView {
    let own = page_resource(|| (), |()| load_orders());
    view! { <Page title="Your orders">{loaded(own, list)}</Page> }.erase()
}

fn list(orders: Vec<OrderSummary>) -> AnyView {
    let body = match orders.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Check
                title="No orders yet"
                text="When you order a seat that has a price, the order and its receipt appear here."
            />
        }
        .erase(),
        false => {
            let columns = vec![
                Column::new("Order"),
                Column::new("Placed"),
                Column::new("Status"),
                Column::new("Total").figures(),
            ];
            let rows = orders.into_iter().map(row).collect_view();
            view! {
                <Table label="Your orders" columns=columns stacks=true>
                    {rows}
                </Table>
            }
            .erase()
        }
    };
    view! {
        <div class="wide stack orders">
            <h1>"Your orders"</h1>
            {body}
        </div>
    }
    .erase()
}

fn row(order: OrderSummary) -> AnyView {
    let (placed, exactly) = order.placed.clone();
    view! {
        <tr>
            <td>
                <a href=order_path(order.order_id)>{order.title()}</a>
                <p class="soft">{order.what.clone()}</p>
            </td>
            <td>
                <time datetime=exactly>{placed}</time>
            </td>
            <td>{order_state(&order)}</td>
            <td class="r num">{order.total.clone()}</td>
        </tr>
    }
    .erase()
}

/// Page `/orders/ORDER`.
pub fn order_page() -> AnyView {
    let order = path_part("order");
    let page = page_resource(
        move || order.get(),
        |order| load_order(OrderId(Uuid::parse_str(&order).unwrap_or_default())),
    );
    let cancel = FormState::of(CancelOwnOrder::PATH);
    view! { <Page title="Order">{loaded(page, move |page| one(page, cancel))}</Page> }.erase()
}

fn one(page: OrderPage, cancel: FormState) -> AnyView {
    let title = page.summary.title();
    let trail = vec![
        ("Your orders".to_owned(), ORDERS.to_owned()),
        (title.clone(), String::new()),
    ];
    let next = match page.summary.status {
        OrderStatus::Open => how_to_pay(&page),
        OrderStatus::Paid => view! {
            <p class="soft no-print">"This page is your receipt. You can print it, or save it as a PDF with your browser."</p>
        }
        .erase(),
        OrderStatus::Canceled | OrderStatus::Refunded => ().erase(),
    };
    let leave = page.may_cancel.then(|| {
        let open = cancel.problem().get_untracked().is_some();
        view! {
            <details class="leave soft" open=open>
                <summary>"Cancel order"</summary>
                <Form form=cancel>
                    <p>"You keep your seat for now and can order it again. To give up the seat, withdraw your application."</p>
                    <input type="hidden" name="order" value=page.summary.order_id.to_string() />
                    <div>
                        <Button kind=ButtonKind::Secondary busy=cancel.busy()>
                            "Cancel this order"
                        </Button>
                    </div>
                </Form>
            </details>
        }
    });
    view! {
        <Title text=title.clone() />
        <div class="narrow stack orders">
            <Breadcrumbs trail=trail />
            <h1>{title}</h1>
            {next}
            {order_sheet(&page)}
            {leave}
        </div>
    }
    .erase()
}

fn how_to_pay(page: &OrderPage) -> AnyView {
    let Some(due) = page.due.clone() else {
        return ().erase();
    };
    let words = match page.instructions.as_str() {
        "" => view! {
            <p>{format!("{} sends you an invoice. Your seat is kept for you meanwhile.", page.school)}</p>
        }
        .erase(),
        words => view! {
            <p class="order-words">{words.to_owned()}</p>
            <p>
                "Name this with the payment: "
                <b>{page.summary.title()}</b>
            </p>
        }
        .erase(),
    };
    view! {
        <section class="panel stack" aria-labelledby="ly-how-to-pay">
            <h2 id="ly-how-to-pay">{format!("To pay: {due}")}</h2>
            {words}
            <p class="soft">"You get a mail once the payment has arrived."</p>
        </section>
    }
    .erase()
}
