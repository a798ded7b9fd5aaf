//! Pages of buyers: the cart, their orders, and one order, which is also its receipt.

mod cart;
mod sheet;

pub use cart::cart_page;
pub use sheet::{order_sheet, order_state};

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use uuid::Uuid;

use super::api::{CancelOwnOrder, PayByCard, load_order, load_orders};
use super::{ORDERS, OrderPage, OrderStatus, OrderSummary, order_path};
use crate::platform::ids::OrderId;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, EmptyState, Erase, Form, FormState, Glyph, Notice,
    Page, PageResource, Table, Tone, loaded, page_resource, path_part, query_value,
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
    let came_back = query_value("card");
    let (cancel, by_card) = (
        FormState::of(CancelOwnOrder::PATH),
        FormState::of(PayByCard::PATH),
    );
    let show = move |shown: OrderPage| {
        // The provider tells about the payment a moment after the buyer has come back.
        let awaits = came_back.get_untracked() == "paid"
            && shown.summary.status == OrderStatus::Open
            && shown.card.is_begun;
        if awaits {
            look_again(page);
        }
        one(shown, awaits, cancel, by_card)
    };
    view! { <Page title="Order">{loaded(page, show)}</Page> }.erase()
}

/// Loads the order again after some seconds.
#[cfg(feature = "hydrate")]
fn look_again(page: PageResource<OrderPage>) {
    let soon = std::time::Duration::from_secs(5);
    if let Ok(handle) = set_timeout_with_handle(move || page.refetch(), soon) {
        on_cleanup(move || handle.clear());
    }
}

#[cfg(not(feature = "hydrate"))]
fn look_again(_: PageResource<OrderPage>) {}

fn one(page: OrderPage, awaits: bool, cancel: FormState, by_card: FormState) -> AnyView {
    let title = page.summary.title();
    let trail = vec![
        ("Your orders".to_owned(), ORDERS.to_owned()),
        (title.clone(), String::new()),
    ];
    let next = match page.summary.status {
        OrderStatus::Open => how_to_pay(&page, awaits, by_card),
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

fn how_to_pay(page: &OrderPage, awaits: bool, by_card: FormState) -> AnyView {
    let Some(due) = page.due.clone() else {
        return ().erase();
    };
    if awaits || page.card.is_processing {
        return being_confirmed(page, &due);
    }
    let differs = page.card.differs.then(|| {
        view! {
            <Notice tone=Tone::Warn>
                {format!("A payment by card arrived that is not the amount of this order. {} looks at it.", page.school)}
            </Notice>
        }
    });
    let card = page.card.may_pay.then(|| pay_by_card(page, by_card));
    let words = match page.instructions.as_str() {
        "" if page.card.may_pay => view! {
            <p>{format!("You can also wait for an invoice of {}. Your seat is kept for you meanwhile.", page.school)}</p>
        }
        .erase(),
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
            {differs}
            {card}
            {words}
            <p class="soft">"You get a mail once the payment has arrived."</p>
        </section>
    }
    .erase()
}

fn pay_by_card(page: &OrderPage, form: FormState) -> AnyView {
    let order = page.summary.order_id.to_string();
    view! {
        <Form form=form>
            <input type="hidden" name="order" value=order />
            <div>
                <Button busy=form.busy()>"Pay by card"</Button>
            </div>
            <p class="soft">"You pay on a page of Stripe and come back here."</p>
        </Form>
    }
    .erase()
}

/// Shows that the buyer has paid by card and that the provider has not confirmed it.
fn being_confirmed(page: &OrderPage, due: &str) -> AnyView {
    let words = match page.card.is_processing {
        true => {
            "Your bank is still confirming your payment, which can take some days. Your seat is kept for you meanwhile. You get a mail once the payment has arrived."
        }
        false => "Your payment is being confirmed. This page shows it within a minute.",
    };
    let path = format!("{}?card=paid", order_path(page.summary.order_id));
    let again = (!page.card.is_processing).then(|| {
        view! {
            <p>
                <a href=path rel="external">"Look again"</a>
            </p>
        }
    });
    view! {
        <section class="panel stack" aria-labelledby="ly-how-to-pay">
            <h2 id="ly-how-to-pay">{format!("Being confirmed: {due}")}</h2>
            <p role="status">{words}</p>
            {again}
        </section>
    }
    .erase()
}
