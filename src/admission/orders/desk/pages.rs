//! Pages of an offering's orders, and of one order.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

use super::api::{
    CancelOrder, RecordOrderPayment, RefundOrder, RefundToCard, UndoOrderMoney,
    load_offering_order, load_offering_orders,
};
use super::{DeskOrder, OrderFilter, OrderList, desk_order_path, orders_path};
use crate::admission::manage::offering_path;
use crate::admission::orders::pages::{order_sheet, order_state};
use crate::admission::orders::{
    CardStanding, OrderStatus, OrderSummary, PaymentMethod, REFERENCE_CHARACTERS,
};
use crate::admission::undo_money;
use crate::platform::ids::{OfferingId, OrderId};
use crate::platform::ui::{
    Button, ButtonKind, Checkbox, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Notice,
    Page, Pagination, Select, Table, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

fn offering_id(text: &str) -> OfferingId {
    OfferingId(Uuid::parse_str(text).unwrap_or_default())
}

/// Page `/teach/COURSE/admissions/OFFERING/orders`.
pub fn offering_orders_page() -> AnyView {
    let (course, offering) = (path_part("course"), path_part("offering"));
    let (filter, number) = (query_value("show"), query_value("page"));
    let page = page_resource(
        move || (course.get(), offering.get(), filter.get(), number.get()),
        |(course, offering, filter, number)| {
            let number = number.parse().map_or(0, |number: i64| number - 1);
            let filter = OrderFilter::parse(&filter);
            load_offering_orders(course, offering_id(&offering), filter, number)
        },
    );
    let show = move |page: OrderList| {
        let course = course.get_untracked();
        let offering = offering_id(&offering.get_untracked());
        let filter = OrderFilter::parse(&filter.get_untracked());
        let title = page.course_title.clone();
        let above = offering_path(&course, offering);
        let heading = TeachHeading::task("Orders").below(page.offering_title.clone(), above);
        let inside = list(page, &course, offering, filter);
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Orders">{loaded(page, show)}</Page> }.erase()
}

fn list(page: OrderList, course: &str, offering: OfferingId, filter: OrderFilter) -> AnyView {
    let chips = OrderFilter::ALL
        .map(|shown| {
            let href = orders_path(course, offering, shown, 0);
            view! {
                <a class="chip" href=href aria-current=(shown == filter).then_some("true")>
                    {shown.label()}
                </a>
            }
        })
        .collect_view();
    let to = |page| orders_path(course, offering, filter, page);
    let previous = match page.page {
        0 => String::new(),
        page => to(page - 1),
    };
    let next = match page.has_more {
        true => to(page.page + 1),
        false => String::new(),
    };
    let body = match page.orders.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Check
                title="No orders here"
                text="Orders of seats in this offering appear here."
            />
        }
        .erase(),
        false => table(page.orders, course, offering),
    };
    view! {
        <nav class="chips" aria-label="Filter orders">
            {chips}
        </nav>
        {body}
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn table(orders: Vec<OrderSummary>, course: &str, offering: OfferingId) -> AnyView {
    let columns = vec![
        Column::new("Order"),
        Column::new("Placed"),
        Column::new("Status"),
        Column::new("Total").figures(),
    ];
    let rows = orders
        .into_iter()
        .map(|order| {
            let (placed, exactly) = order.placed.clone();
            view! {
                <tr>
                    <td>
                        <a href=desk_order_path(course, offering, order.order_id)>{order.title()}</a>
                        <p class="soft">{order.buyer.clone()}</p>
                    </td>
                    <td>
                        <time datetime=exactly>{placed}</time>
                    </td>
                    <td>{order_state(&order)}</td>
                    <td class="r num">{order.total.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label="Orders of this offering" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

/// Page `/teach/COURSE/admissions/OFFERING/orders/ORDER`.
pub fn offering_order_page() -> AnyView {
    let (course, offering) = (path_part("course"), path_part("offering"));
    let order = path_part("order");
    let page = page_resource(
        move || (course.get(), offering.get(), order.get()),
        |(course, offering, order)| {
            let order = OrderId(Uuid::parse_str(&order).unwrap_or_default());
            load_offering_order(course, offering_id(&offering), order)
        },
    );
    let forms = DeskForms {
        pay: FormState::of(RecordOrderPayment::PATH),
        cancel: FormState::of(CancelOrder::PATH),
        refund: FormState::of(RefundOrder::PATH),
        to_card: FormState::of(RefundToCard::PATH),
        undo: FormState::of(UndoOrderMoney::PATH),
    };
    let show = move |page: DeskOrder| {
        let course = course.get_untracked();
        let offering = offering_id(&offering.get_untracked());
        let title = page.course_title.clone();
        let heading = TeachHeading::name(page.order.summary.title())
            .below(
                page.offering_title.clone(),
                offering_path(&course, offering),
            )
            .below(
                "Orders",
                orders_path(&course, offering, OrderFilter::All, 0),
            );
        let inside = desk(page, &course, offering, forms);
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Order">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct DeskForms {
    pay: FormState,
    cancel: FormState,
    refund: FormState,
    to_card: FormState,
    undo: FormState,
}

fn desk(page: DeskOrder, course: &str, offering: OfferingId, forms: DeskForms) -> AnyView {
    let is_open = page.order.summary.status == OrderStatus::Open;
    let pay = is_open.then(|| pay(&page, course, offering, forms.pay));
    let refund = page
        .order
        .has_money
        .then(|| refund(&page, course, offering, forms.refund));
    let to_card = refund_to_card(&page, course, offering, forms.to_card);
    let disputes = page.disputes.iter().map(|line| {
        let tone = match line.is_urgent {
            true => Tone::Warn,
            false => Tone::Info,
        };
        let said = line.said.clone();
        view! { <Notice tone=tone>{said}</Notice> }
    });
    let disputes = disputes.collect_view();
    let undo = page.undoable.as_ref().map(|money| {
        let named = view! { <input type="hidden" name="course" value=course.to_owned() /> };
        undo_money(money, offering, forms.undo, named.erase())
    });
    let cancel = is_open.then(|| {
        let named = identity(&page, course, offering);
        let open = forms.cancel.problem().get_untracked().is_some();
        view! {
            <details class="leave soft" open=open>
                <summary>"Cancel order"</summary>
                <Form form=forms.cancel>
                    <p>"The seats stay with their people, who can order again. What was paid is shown as to be refunded."</p>
                    {named}
                    <div>
                        <Button kind=ButtonKind::Danger busy=forms.cancel.busy()>
                            "Cancel this order"
                        </Button>
                    </div>
                </Form>
            </details>
        }
    });
    view! {
        <div class="stack orders">
            {undo}
            {order_sheet(&page.order)}
            {card_notices(&page.order.card)}
            {disputes}
            {pay}
            {to_card}
            {refund}
            {cancel}
        </div>
    }
    .erase()
}

/// Hidden fields by which each form names its order.
fn identity(page: &DeskOrder, course: &str, offering: OfferingId) -> AnyView {
    view! {
        <input type="hidden" name="course" value=course.to_owned() />
        <input type="hidden" name="offering" value=offering.to_string() />
        <input type="hidden" name="order" value=page.order.summary.order_id.to_string() />
    }
    .erase()
}

/// Fields for money that was received or paid back.
fn money_fields(form: FormState, prefix: &str, amount: &str) -> AnyView {
    let methods = PaymentMethod::ALL
        .map(|method| (method.name().to_owned(), method.label().to_owned()))
        .to_vec();
    view! {
        <div class="exam-cols">
            <Field
                id=format!("ly-{prefix}-amount")
                name="money[amount]"
                label="Amount"
                required=true
                autocomplete="off"
                value=form.value("money[amount]", amount)
                error=form.error("amount")
            />
            <Select
                id=format!("ly-{prefix}-method")
                name="money[method]"
                label="By"
                options=methods
                value=form.value("money[method]", PaymentMethod::BankTransfer.name())
                error=form.error("method")
            />
        </div>
        <Field
            id=format!("ly-{prefix}-reference")
            name="money[reference]"
            label="Reference"
            hint="For example the text of the bank transfer."
            max_length=REFERENCE_CHARACTERS
            autocomplete="off"
            value=form.value("money[reference]", "")
            error=form.error("reference")
        />
    }
    .erase()
}

fn pay(page: &DeskOrder, course: &str, offering: OfferingId, form: FormState) -> AnyView {
    let due = page.order.due.clone().unwrap_or_default();
    let named = identity(page, course, offering);
    let fields = money_fields(form, "pay", &page.order.due_field);
    let records = page.records.to_string();
    view! {
        <section class="stack">
            <h2>"Record a payment"</h2>
            <p class="soft">{format!("{due} is still to come. Once it has arrived, the buyer is let in.")}</p>
            <Form form=form class="stack exam-form">
                {named}
                <input type="hidden" name="money[records]" value=records />
                {fields}
                <div>
                    <Button busy=form.busy()>"Record payment"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

/// Tells about payments and refunds by card that are not recorded yet.
fn card_notices(card: &CardStanding) -> AnyView {
    let differs = card.differs.then(|| {
        view! {
            <Notice tone=Tone::Warn>
                "A payment by card arrived that is not the amount of this order, so it was not recorded. Look for it in Stripe, and record it here or refund it there."
            </Notice>
        }
    });
    let processing = card.is_processing.then(|| {
        view! {
            <Notice tone=Tone::Info>
                "The buyer has paid by card or debit, and the bank has not confirmed it. This page shows the payment once it is confirmed."
            </Notice>
        }
    });
    let refunding = card.refunding.clone().map(|amount| {
        view! {
            <Notice tone=Tone::Warn>
                {format!("A refund of {amount} to the card is not confirmed yet. It is tried again, and this page shows it once it is confirmed. Do not pay the money back in another way.")}
            </Notice>
        }
    });
    view! {
        {differs}
        {processing}
        {refunding}
    }
    .erase()
}

/// The form that pays money back to the card, if there is such money.
fn refund_to_card(
    page: &DeskOrder,
    course: &str,
    offering: OfferingId,
    form: FormState,
) -> Option<AnyView> {
    let (most, amount) = page.order.card.refundable.clone()?;
    let named = identity(page, course, offering);
    let frees = frees(page, form);
    let records = page.records.to_string();
    let shown = view! {
        <section class="stack">
            <h2>"Refund to the card"</h2>
            <p class="soft">
                {format!("Up to {most} can be paid back to the card through Stripe. The money leaves at once, so this can't be undone. Refunds that you make in Stripe's dashboard appear here by themselves.")}
            </p>
            <Form form=form class="stack exam-form">
                {named}
                <input type="hidden" name="money[records]" value=records />
                <Field
                    id="ly-to-card-amount"
                    name="money[amount]"
                    label="Amount"
                    required=true
                    autocomplete="off"
                    value=form.value("money[amount]", &amount)
                    error=form.error("amount")
                />
                {frees}
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Refund to the card"
                    </Button>
                </div>
            </Form>
        </section>
    };
    Some(shown.erase())
}

/// The choice to free the seats with a refund, if the order holds any.
fn frees(page: &DeskOrder, form: FormState) -> Option<AnyView> {
    let holds = page.order.seats.iter().any(|seat| seat.is_live);
    holds.then(|| {
        let checked = !form.value("money[frees]", "").is_empty();
        view! {
            <Checkbox
                name="money[frees]"
                label="Free the seats of this order"
                hint="The people lose access to the course, and the seats go to the waitlist."
                checked=checked
            />
        }
        .erase()
    })
}

fn refund(page: &DeskOrder, course: &str, offering: OfferingId, form: FormState) -> AnyView {
    let due = page.order.summary.refund_due.clone().map(|amount| {
        view! { <p>{format!("{amount} is to be paid back: it is more than the seats cost, or a seat was lost.")}</p> }
    });
    let named = identity(page, course, offering);
    let fields = money_fields(form, "refund", &page.order.refund_field);
    let records = page.records.to_string();
    let frees = frees(page, form);
    let title = match page.order.card.refundable {
        Some(_) => "Record another refund",
        None => "Refund",
    };
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {due}
            <p class="soft">"Pay the money back first, then record it here."</p>
            <Form form=form class="stack exam-form">
                {named}
                <input type="hidden" name="money[records]" value=records />
                {fields}
                {frees}
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Record refund"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
