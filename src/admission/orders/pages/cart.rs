//! Page of the cart, on which an order is placed.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::admission::apply::apply_path;
use crate::admission::orders::api::{EnterCode, PlaceOrder, RemoveCode, RemoveFromCart, load_cart};
use crate::admission::orders::{ADDRESS_CHARACTERS, CartLine, CartPage, ORDERS};
use crate::platform::ui::{
    Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Page, Table,
    TextArea, loaded, page_resource,
};

/// Page `/cart`.
pub fn cart_page() -> AnyView {
    let page = page_resource(|| (), |()| load_cart());
    let forms = CartForms {
        place: FormState::of(PlaceOrder::PATH),
        remove: FormState::of(RemoveFromCart::PATH),
        enter: FormState::of(EnterCode::PATH),
        drop: FormState::of(RemoveCode::PATH),
    };
    view! { <Page title="Your cart">{loaded(page, move |page| cart(page, forms))}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct CartForms {
    place: FormState,
    remove: FormState,
    enter: FormState,
    drop: FormState,
}

fn cart(page: CartPage, forms: CartForms) -> AnyView {
    let body = match page.lines.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Check
                title="Your cart is empty"
                text="When you have a seat that has a price, you put it into the cart from the page of the course."
            >
                <Button kind=ButtonKind::Secondary href=ORDERS>
                    "Your orders"
                </Button>
            </EmptyState>
        }
        .erase(),
        false => filled(page, forms),
    };
    view! {
        <div class="narrow stack orders">
            <h1>"Your cart"</h1>
            {body}
        </div>
    }
    .erase()
}

fn filled(page: CartPage, forms: CartForms) -> AnyView {
    let columns = vec![
        Column::new("Seat"),
        Column::new("Price").figures(),
        Column::new("Remove").silent(),
    ];
    let rows = page
        .lines
        .into_iter()
        .map(|item| line(item, forms.remove))
        .collect_view();
    let voucher = voucher(page.voucher, forms);
    let place = forms.place;
    let (words, after) = match page.is_free {
        true => (
            "Take the seat",
            "There is nothing to pay. You are let in at once.".to_owned(),
        ),
        false => (
            "Place order",
            match page.instructions.is_empty() {
                true => format!("{} sends you an invoice.", page.school),
                false => "The next page says how to pay.".to_owned(),
            },
        ),
    };
    view! {
        <Table label="Seats in your cart" columns=columns>
            {rows}
            <tr class="order-total">
                <th scope="row">"Total"</th>
                <td class="r num">{page.total}</td>
                <td></td>
            </tr>
        </Table>
        {voucher}
        <section class="stack">
            <h2>"Invoice"</h2>
            <Form form=place class="stack exam-form">
                <input type="hidden" name="seen" value=page.seen />
                <Field
                    name="name"
                    label="Name on the invoice"
                    required=true
                    max_length=100
                    autocomplete="name"
                    value=place.value("name", &page.name)
                    error=place.error("name")
                />
                <TextArea
                    name="address"
                    label="Address on the invoice"
                    hint="For example your company, its address and its tax number."
                    max_length=ADDRESS_CHARACTERS
                    value=place.value("address", "")
                    error=place.error("address")
                />
                <p class="soft">{after}</p>
                <div>
                    <Button big=true busy=place.busy()>
                        {words}
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

/// The discount code of the cart, or a form that enters one.
fn voucher(entered: Option<(String, Option<String>)>, forms: CartForms) -> AnyView {
    let Some((code, problem)) = entered else {
        let form = forms.enter;
        return view! {
            <Form form=form class="row cart-code">
                <Field
                    name="voucher"
                    label="Discount code"
                    max_length=40
                    autocomplete="off"
                    value=form.value("voucher", "")
                    error=form.error("voucher")
                />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Use code"
                </Button>
            </Form>
        }
        .erase();
    };
    let problem = problem.map(|problem| view! { <p class="error">{problem}</p> });
    let busy = forms.drop.busy();
    view! {
        <Form form=forms.drop class="row">
            <span>
                "Discount code: "
                <b class="num">{code}</b>
            </span>
            <Button kind=ButtonKind::Quiet busy=busy>
                "Remove code"
            </Button>
        </Form>
        {problem}
    }
    .erase()
}

fn line(item: CartLine, form: FormState) -> AnyView {
    let (lang, dir) = (
        item.course_title.language.tag(),
        item.course_title.language.dir(),
    );
    let problem = item
        .problem
        .map(|problem| view! { <p class="error">{problem}</p> });
    let discount = item
        .discount
        .map(|amount| view! { <p class="soft">{format!("Discount: −{amount}")}</p> });
    let label = format!("Remove {} from the cart", item.offering_title);
    view! {
        <tr>
            <td>
                <a href=apply_path(item.offering_id) lang=lang dir=dir>
                    {item.course_title.text}
                </a>
                <p class="soft">{item.offering_title}</p>
                {discount}
                {problem}
            </td>
            <td class="r num">{item.price}</td>
            <td class="r">
                <Form form=form>
                    <input type="hidden" name="offering" value=item.offering_id.to_string() />
                    <Button kind=ButtonKind::Quiet label=label busy=form.busy()>
                        "Remove"
                    </Button>
                </Form>
            </td>
        </tr>
    }
    .erase()
}
