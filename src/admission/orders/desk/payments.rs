//! Page of payments: how people pay, and discount codes.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddDiscountCode, SavePaymentSettings, SetDiscountActive, load_payment_settings};
use super::{DiscountLine, INSTRUCTIONS_CHARACTERS, PaymentSettings};
use crate::admission::orders::DiscountKind;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, Erase, Field, Form, FormState, Page, Select, Table,
    TextArea, loaded, page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/admissions/payments`.
pub fn payment_settings_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_payment_settings);
    let forms = PaymentForms {
        save: FormState::of(SavePaymentSettings::PATH),
        add: FormState::of(AddDiscountCode::PATH),
        active: FormState::of(SetDiscountActive::PATH),
    };
    let show = move |page: PaymentSettings| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let inside = settings(page, &course, forms);
        let heading = TeachHeading::task("Payments");
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Payments">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct PaymentForms {
    save: FormState,
    add: FormState,
    active: FormState,
}

fn settings(page: PaymentSettings, course: &str, forms: PaymentForms) -> AnyView {
    let save = forms.save;
    let codes = codes(page.codes, course, forms.active);
    let add = add(page.scopes, course, forms.add);
    let course = course.to_owned();
    view! {
        <section class="stack">
            <h2>"How people pay"</h2>
            <p class="soft">"These words are shown on each order that awaits its payment, and in its mail. They are the same for all courses."</p>
            {save.said("The words are saved.")}
            <Form form=save class="stack exam-form">
                <input type="hidden" name="course" value=course />
                <TextArea
                    name="instructions"
                    label="Words"
                    hint="For example the account for bank transfers, and when to pay. Leave blank if you send invoices."
                    max_length=INSTRUCTIONS_CHARACTERS
                    value=save.value("instructions", &page.instructions)
                    error=save.error("instructions")
                />
                <div>
                    <Button busy=save.busy()>"Save"</Button>
                </div>
            </Form>
        </section>
        <section class="stack">
            <h2>"Discount codes"</h2>
            {codes}
        </section>
        {add}
    }
    .erase()
}

fn codes(codes: Vec<DiscountLine>, course: &str, form: FormState) -> AnyView {
    if codes.is_empty() {
        return view! { <p class="soft">"There is no code yet. People enter codes in their cart."</p> }
            .erase();
    }
    let columns = vec![
        Column::new("Code"),
        Column::new("Discount"),
        Column::new("Uses").figures(),
        Column::new("Change").silent(),
    ];
    let rows = codes
        .into_iter()
        .map(|line| code(line, course, form))
        .collect_view();
    view! {
        <Table label="Discount codes" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}

fn code(line: DiscountLine, course: &str, form: FormState) -> AnyView {
    let until = match line.until {
        Some(day) => format!("{} · until {day}", line.scope),
        None => line.scope,
    };
    let (words, stopped) = match line.is_active {
        true => ("Stop", None),
        false => ("Start", Some("Stopped")),
    };
    let stopped = stopped.map(|text| view! { <Badge text=text /> });
    let label = format!("{words} the code {}", line.code);
    let course = course.to_owned();
    view! {
        <tr>
            <td>
                <b class="num">{line.code}</b>
                {stopped}
            </td>
            <td>
                {line.saves}
                <p class="soft">{until}</p>
            </td>
            <td class="r num">{line.uses}</td>
            <td class="r">
                <Form form=form>
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="discount" value=line.code_id.to_string() />
                    <input type="hidden" name="active" value=(!line.is_active).to_string() />
                    <Button kind=ButtonKind::Quiet label=label busy=form.busy()>
                        {words}
                    </Button>
                </Form>
            </td>
        </tr>
    }
    .erase()
}

/// One field of a discount code.
fn field(
    form: FormState,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    stored: &str,
    kind: &'static str,
) -> AnyView {
    let path = format!("discount[{name}]");
    view! {
        <Field
            id=format!("ly-{name}")
            name=path.clone()
            label=label
            hint=hint
            r#type=kind
            value=form.value(&path, stored)
            error=form.error(name)
            required=name == "voucher"
            autocomplete="off"
        />
    }
    .erase()
}

fn add(scopes: Vec<(String, String)>, course: &str, form: FormState) -> AnyView {
    let kinds = DiscountKind::ALL
        .map(|kind| (kind.name().to_owned(), kind.label().to_owned()))
        .to_vec();
    let course = course.to_owned();
    let kind = form.value("discount[kind]", DiscountKind::Percent.name());
    let scope = form.value("discount[scope]", "");
    view! {
        <section class="stack">
            <h2>"Add a code"</h2>
            <Form form=form class="stack exam-form">
                <input type="hidden" name="course" value=course />
                {field(form, "voucher", "Code", "3 to 24 letters and digits.", "", "text")}
                <div class="exam-cols">
                    <Select
                        id="ly-kind"
                        name="discount[kind]"
                        label="Kind"
                        options=kinds
                        value=kind
                        error=form.error("kind")
                    />
                    {field(form, "value", "Value", "The percentage, or the amount. Nothing for a free seat.", "", "text")}
                    {field(form, "currency", "Currency", "Of an amount.", "EUR", "text")}
                </div>
                <Select
                    id="ly-scope"
                    name="discount[scope]"
                    label="For"
                    options=scopes
                    value=scope
                    error=form.error("scope")
                    required=false
                />
                <div class="exam-cols">
                    {field(form, "until", "Last day", "Leave blank for no end.", "", "date")}
                    {field(form, "most", "Number of uses", "Orders that may use it. Leave blank for no limit.", "", "number")}
                </div>
                <div>
                    <Button busy=form.busy()>"Add code"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
